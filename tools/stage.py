"""The pictures on the site's first page: of each notebook, the thing that you move there, on light and on dark paper.

    python -m tools.stage           into site/_static/stage; after `make site`, of whose pages they are

Needs Chromium or Chrome. A picture is of a phone's page, so that it can be read as small as it stands on the first page.
"""

import base64
import functools
import re
import shutil
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from .site import ROOT, TARGET
from .stills import BROWSERS

FOLDER = ROOT / "site" / "_static" / "stage"
WIDTH, SHAPE, SHARP = 460, 0.7, 1.5  # px of the page; height of a picture for its width; px for each of the page's
# Of each notebook: the elements that are shown, whole if they have room.
EXPLORER = ".bptt-living[data-explorer={}] {}"
PLOT = ".bptt-figure :is(.gridlayer, .xaxislayer-above, .yaxislayer-above)"
AXES = ".bptt-draw > svg .axis"  # an explorer's curves without what stands beside them
SHOWN = {
    "00_start_here": EXPLORER.format("living_equation", ":is(.words, .net)"),
    "01_the_loss_is_a_sum": EXPLORER.format("token_losses", "svg"),
    "02_the_chain_rule_through_time": EXPLORER.format("gradient_by_lag", ".bptt-draw > svg:first-of-type"),
    "03_four_words_four_terms": EXPLORER.format("ledger", ".bptt-draw > svg"),
    "04_vanishing_and_exploding": EXPLORER.format("decay", AXES),
    "05_short_term_memory": EXPLORER.format("word_by_word", ":is(.nets, .nets ~ svg)"),
    "06_partial_cures": EXPLORER.format("wall", ".stage"),
    "07_gates": EXPLORER.format("gate_pad", "svg.pad"),
    "08_gru_and_lstm": EXPLORER.format("four_cells", ".cell-row"),
    "09_long_memory_measured": PLOT,
    "10_networks_in_the_wild": PLOT,
    "museum": PLOT,
    "glossary": ".formulas",
    "deeper/02_checks_you_can_trust": PLOT,
    "deeper/04_eigenvalues_and_the_exponent": EXPLORER.format("decay", AXES),
    "deeper/05_four_cases_and_counter_examples": ".bptt-figure .infolayer .annotation",
    "deeper/06_walls_starts_and_windows": EXPLORER.format("starts", AXES),
    "deeper/07_half_life_and_growth": PLOT,
    "deeper/08_forms_and_starts": PLOT,
    "deeper/09_parts_taken_away": PLOT,
    "de/01_the_loss_is_a_sum": EXPLORER.format("token_losses", "svg"),
}
# Whose page shows it, where that is another: what goes deeper into a picture of the course.
PAGES = {
    "deeper/04_eigenvalues_and_the_exponent": "04_vanishing_and_exploding",
    "deeper/06_walls_starts_and_windows": "06_partial_cures",
}
WIDE = {"06_partial_cures": 672}  # for two maps side by side
# What is pressed in the explorer before, control by control: the beginning of its label, and keys.
PRESSED = {
    "01_the_loss_is_a_sum": {"Length": ["End"]},
    "06_partial_cures": {"Step": ["End"]},  # some have been thrown off the map
    "08_gru_and_lstm": {"Length": 2 * ["ArrowLeft"]},
    "04_vanishing_and_exploding": {  # a guess, and a truth far below it
        "Weight scale": ["ArrowLeft"], "Length": ["End"], "Your guess": ["Enter"], "shown": [" "],
    },
    "deeper/04_eigenvalues_and_the_exponent": {  # the eigenvalues' promise falls, the truth rises
        "Length": ["ArrowLeft"], "Start": ["End"], "Input": ["Home"], "ρ": [" "], "shown": [" "],
    },
    "deeper/06_walls_starts_and_windows": {"Weight scale": 2 * ["ArrowRight"]},  # ReLU leaves the picture
    "de/01_the_loss_is_a_sum": {"Länge": ["End"]},
}  # fmt: skip
READY = """() => [...document.querySelectorAll('.bptt-living')].every(place => place.querySelector('section.bptt')?.bpttDrawn)
    && [...document.querySelectorAll('.bptt-figure')].every(figure => figure.querySelector('.main-svg'))"""
# What an open prediction covers is to be seen, and every control within reach.
ANSWERED = """() => {
    document.querySelectorAll('.bptt[data-open] .play:last-of-type').forEach(button => button.click());
    document.querySelectorAll('.bptt .more').forEach(more => { more.open = true; });
}"""
# What follows the reader on a page would lie on what is shown.
STILL = """
    .bd-header-article { display: none } .bptt:not(#page) :is(.controls, .sentence) { position: static !important }
    article :is(pre, mjx-container) { background-image: none !important } /* shadows of what scrolls */
"""
# The box around the elements, those of the first one's cell.
BOX = """all => {
    const cell = all[0].closest('.cell, .formulas');
    all[0].scrollIntoView();
    const boxes = all.filter(node => cell.contains(node)).map(node => node.getBoundingClientRect()).filter(box => box.width);
    const [x, y] = ['left', 'top'].map(side => Math.min(...boxes.map(box => box[side])) - 3);
    const [right, bottom] = ['right', 'bottom'].map(side => Math.max(...boxes.map(box => box[side])));
    return { x, y, width: right - x, height: Math.min(bottom, innerHeight) - y };
}"""
# On paper of the card's shape. What is too tall is drawn smaller; what would be too small then goes out of the picture in a mist.
AS_WEBP = """async ([png, width, shape]) => {
    const picture = new Image(), height = Math.round(shape * width);
    picture.src = `data:image/png;base64,${png}`;
    await picture.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width, height }), pen = canvas.getContext('2d');
    const paper = getComputedStyle(document.body).backgroundColor, scale = Math.min(width / picture.width, 1.2);
    const size = Math.min(scale, Math.max(height / picture.height, .66 * scale));
    const w = size * picture.width, h = size * picture.height;
    pen.fillStyle = paper;
    pen.fillRect(0, 0, width, height);
    pen.drawImage(picture, (width - w) / 2, Math.max(0, (height - h) / 2), w, h);
    if (h > height + 1) {
        const mist = pen.createLinearGradient(0, .78 * height, 0, height);
        mist.addColorStop(0, paper.replace('rgb(', 'rgba(').replace(')', ', 0)'));
        mist.addColorStop(1, paper);
        pen.fillStyle = mist;
        pen.fillRect(0, 0, width, height);
    }
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
            size = {"width": WIDTH, "height": 1200}
            page = browser.new_page(color_scheme=paper, viewport=size, device_scale_factor=SHARP)
            for notebook, element in SHOWN.items():
                page.set_viewport_size({**size, "width": WIDE.get(notebook, WIDTH)})
                shown = PAGES.get(notebook, notebook)
                page.goto(f"http://127.0.0.1:{server.server_port}/notebooks/{shown}.html", wait_until="networkidle")
                page.wait_for_function(READY)
                page.evaluate(ANSWERED)
                for label, keys in PRESSED.get(notebook, {}).items():
                    explorer = page.locator(element.split(" ")[0]).first
                    control = explorer.get_by_label(re.compile(f"^{label}")).first
                    for key in keys:
                        control.press(key)
                page.add_style_tag(content=STILL)
                page.mouse.move(0, 0)
                page.wait_for_timeout(300)  # what fades has faded
                png = base64.b64encode(page.screenshot(clip=page.locator(element).evaluate_all(BOX))).decode()
                small = page.evaluate(AS_WEBP, [png, round(SHARP * (WIDTH - 16)), SHAPE])
                (FOLDER / f"{notebook.replace('/', '-')}-{paper}.webp").write_bytes(base64.b64decode(small))
        browser.close()
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
