"""The pictures on the site's first page: of each notebook, the thing that you move there, on light and on dark paper.

    python -m tools.stage           into site/_static/stage; after `make site`, of whose pages they are

Needs Chromium or Chrome. A picture is of a phone's page, so that it can be read as small as it stands on the first page.
"""

import base64
import functools
import shutil
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from .site import ROOT, TARGET
from .stills import BROWSERS

FOLDER = ROOT / "site" / "_static" / "stage"
WIDTH, SHAPE, SHARP = 460, 0.62, 1.5  # px of the page; height of a picture for its width; px for each of the page's
# Of each notebook: the element whose upper part is shown.
EXPLORER = ".bptt-living[data-explorer={}] {}"
SHOWN = {
    "00_start_here": EXPLORER.format("living_equation", ".words"),
    "01_the_loss_is_a_sum": EXPLORER.format("token_losses", "svg"),
    "02_the_chain_rule_through_time": EXPLORER.format("gradient_by_lag", ".bptt-draw > svg"),
    "03_four_words_four_terms": EXPLORER.format("ledger", "svg"),
    "04_vanishing_and_exploding": EXPLORER.format("decay", ".bptt-draw > svg"),
    "05_short_term_memory": EXPLORER.format("word_by_word", ".nets"),
    "06_partial_cures": EXPLORER.format("wall", ".bptt-draw"),
    "07_gates": EXPLORER.format("gate_pad", "svg"),
    "08_gru_and_lstm": EXPLORER.format("four_cells", ".bptt-draw"),
    "09_long_memory_measured": ".bptt-figure .main-svg",
    "10_networks_in_the_wild": ".bptt-figure .main-svg",
    "museum": ".cell_output pre:has-text('Most likely')",
    "glossary": ".formulas",
    "deeper/02_checks_you_can_trust": ".bptt-figure .main-svg",
    "deeper/04_eigenvalues_and_the_exponent": ".bptt-figure .main-svg",
    "deeper/05_four_cases_and_counter_examples": ".cell_output pre",
    "deeper/06_walls_starts_and_windows": ".cell_output pre",
    "deeper/07_half_life_and_growth": ".cell_output pre",
    "deeper/08_forms_and_starts": ".cell_output pre",
    "deeper/09_parts_taken_away": ".cell_output pre",
    "de/01_the_loss_is_a_sum": EXPLORER.format("token_losses", "svg"),
}
# What is pressed before: (where, key).
PRESSED = {
    "01_the_loss_is_a_sum": (EXPLORER.format("token_losses", "input[type=range]"), "End"),
    "04_vanishing_and_exploding": (EXPLORER.format("decay", "input[value=shown]"), " "),
    "de/01_the_loss_is_a_sum": (EXPLORER.format("token_losses", "input[type=range]"), "End"),
}
READY = """() => [...document.querySelectorAll('.bptt-living')].every(place => place.querySelector('section.bptt')?.bpttDrawn)
    && [...document.querySelectorAll('.bptt-figure')].every(figure => figure.querySelector('.main-svg'))"""
# What an open prediction covers is to be seen.
ANSWERED = "() => document.querySelectorAll('.bptt[data-open] .play:last-of-type').forEach(button => button.click())"
AS_WEBP = """async png => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${png}`;
    await picture.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: picture.width, height: picture.height });
    canvas.getContext('2d').drawImage(picture, 0, 0);
    return canvas.toDataURL('image/webp', .8).split(',')[1];
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def main() -> int:
    from playwright.sync_api import sync_playwright

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=TARGET))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, BROWSERS)))
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for paper in ("light", "dark"):
            size = {"width": WIDTH, "height": 900}
            page = browser.new_page(color_scheme=paper, viewport=size, device_scale_factor=SHARP)
            for notebook, element in SHOWN.items():
                page.goto(f"http://127.0.0.1:{server.server_port}/notebooks/{notebook}.html", wait_until="networkidle")
                page.wait_for_function(READY)
                page.evaluate(ANSWERED)
                if notebook in PRESSED:
                    where, key = PRESSED[notebook]
                    page.locator(where).first.press(key)
                place = page.locator(element).first
                place.evaluate("node => node.scrollIntoView({ block: 'center' })")
                page.mouse.move(0, 0)
                page.wait_for_timeout(300)  # what fades has faded
                box = place.bounding_box()
                clip = {"x": 8, "y": box["y"] - 6, "width": WIDTH - 16, "height": SHAPE * (WIDTH - 16)}
                small = page.evaluate(AS_WEBP, base64.b64encode(page.screenshot(clip=clip)).decode())
                (FOLDER / f"{notebook.replace('/', '-')}-{paper}.webp").write_bytes(base64.b64decode(small))
        browser.close()
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
