"""The pictures on the site's first page: of each notebook, the thing that you move there, on light and on dark paper.

    python -m tools.stage           into site/_static/stage; after `make site`, of whose pages they are

Needs Chromium or Chrome. A picture is of a narrow phone's page, so that it can be read as small as it stands on the first page,
and so that all of them are of one scale. What is cut off is left out whole: a row, a panel.
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
PAGE, WIDTH, HEIGHT, MARGIN, SHARP = 360, 340, 289, 12, 2  # px of the page, of a picture and around what it shows; px for each
LEAST = 0.77  # so much smaller than on the page may be what is too large; else fewer elements are to be shown
# Of each notebook: the elements that are shown.
EXPLORER = ".bptt-living[data-explorer={}] {}"
PLOT = ".bptt-figure :is(.gridlayer, .xaxislayer-above, .yaxislayer-above)"
AXES = ".bptt-draw > svg .axis"  # an explorer's curves without what stands beside them
ROWS = ".bptt-figure .ygrid:nth-child(-n+{})"  # of a figure with rows those between so many lines
LOSSES = EXPLORER.format("token_losses", "svg > :is(text, .bar)")
MAP = "svg > :is(.map-title:nth-of-type(1), .map-frame:nth-of-type(1), g:nth-of-type(-n+3))"  # the first of two
TWO_MAPS = (
    ".bptt-figure :is(.gtitle, .annotation:nth-of-type(-n+43), .shape-group:nth-of-type(-n+7))"  # of three, to their lowest line
)
SHOWN = {
    "00_start_here": EXPLORER.format("living_equation", ":is(.words, .net)"),
    "01_the_loss_is_a_sum": LOSSES,
    "02_the_chain_rule_through_time": EXPLORER.format("gradient_by_lag", ".bptt-draw > svg > g:nth-of-type(-n+3)"),
    "03_four_words_four_terms": EXPLORER.format("ledger", ".bptt-draw > svg > g"),
    "04_vanishing_and_exploding": EXPLORER.format("decay", AXES),
    "05_short_term_memory": EXPLORER.format("word_by_word", ":is(.nets, .nets ~ svg)"),
    "06_partial_cures": EXPLORER.format("wall", MAP),
    "07_gates": EXPLORER.format("gate_pad", "svg.pad"),
    "08_gru_and_lstm": EXPLORER.format("four_cells", ".cell-row"),
    "09_long_memory_measured": PLOT,
    "10_networks_in_the_wild": ".bptt-figure .ygrid:nth-child(n+2):nth-child(-n+6)",  # the first row has a long name
    "museum": PLOT,
    "glossary": "#symbols tbody tr:nth-child(11)",
    "deeper/02_checks_you_can_trust": PLOT,
    "deeper/04_eigenvalues_and_the_exponent": EXPLORER.format("decay", AXES),
    "deeper/05_four_cases_and_counter_examples": TWO_MAPS,
    "deeper/06_walls_starts_and_windows": EXPLORER.format("starts", AXES),
    "deeper/07_half_life_and_growth": ROWS.format(4),
    "deeper/08_forms_and_starts": ROWS.format(4),
    "deeper/09_parts_taken_away": PLOT,
    "de/01_the_loss_is_a_sum": LOSSES,
}
# Whose page shows it, where that is another: what goes deeper into a picture of the course.
PAGES = {
    "deeper/04_eigenvalues_and_the_exponent": "04_vanishing_and_exploding",
    "deeper/06_walls_starts_and_windows": "06_partial_cures",
}
# What is pressed in the explorer before, control by control: the beginning of its label, and keys.
PRESSED = {
    "06_partial_cures": {"Step": ["End"]},  # some have been thrown off the map
    "08_gru_and_lstm": {"Length": 2 * ["ArrowLeft"]},
    "04_vanishing_and_exploding": {  # a guess, and a truth far below it
        "Weight scale": ["ArrowLeft"], "Length": ["End"], "Your guess": ["Enter"], "shown": [" "],
    },
    "deeper/04_eigenvalues_and_the_exponent": {  # the eigenvalues' promise falls, the truth rises
        "Length": ["ArrowLeft"], "Start": ["End"], "Input": ["Home"], "ρ": [" "], "shown": [" "],
    },
    "deeper/06_walls_starts_and_windows": {"Weight scale": 2 * ["ArrowRight"]},  # ReLU leaves the picture
}  # fmt: skip
READY = """() => [...document.querySelectorAll('.bptt-living')].every(place => place.querySelector('section.bptt')?.bpttDrawn)
    && [...document.querySelectorAll('.bptt-figure')].every(figure => figure.querySelector('.main-svg'))
    && !document.querySelector('span.math:not(:has(mjx-container))')"""
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
    const cell = all[0].closest('.cell, table');
    all[0].scrollIntoView();
    const boxes = all.filter(node => cell.contains(node)).map(node => node.getBoundingClientRect()).filter(box => box.width);
    const [x, y] = ['left', 'top'].map(side => Math.min(...boxes.map(box => box[side])));
    const [right, bottom] = ['right', 'bottom'].map(side => Math.max(...boxes.map(box => box[side])));
    return { x, y, width: right - x, height: bottom - y };
}"""
# In the middle of paper of the card's shape.
AS_WEBP = """async ([png, width, height, size]) => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${png}`;
    await picture.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width, height }), pen = canvas.getContext('2d');
    const [w, h] = [size * picture.width, size * picture.height];
    pen.fillStyle = getComputedStyle(document.body).backgroundColor;
    pen.fillRect(0, 0, width, height);
    pen.drawImage(picture, (width - w) / 2, (height - h) / 2, w, h);
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
            size = {"width": PAGE, "height": 1200}
            page = browser.new_page(color_scheme=paper, viewport=size, device_scale_factor=SHARP)
            for notebook, element in SHOWN.items():
                shown = PAGES.get(notebook, notebook)
                page.goto(f"http://127.0.0.1:{server.server_port}/notebooks/{shown}.html")
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
                box = page.locator(element).evaluate_all(BOX)
                scale = min(1, (WIDTH - 2 * MARGIN) / box["width"], (HEIGHT - 2 * MARGIN) / box["height"])
                too_much = f"{notebook}: {box['width']:.0f} by {box['height']:.0f} px are too much for a card"
                assert scale >= LEAST, too_much
                png = base64.b64encode(page.screenshot(clip=box)).decode()
                small = page.evaluate(AS_WEBP, [png, SHARP * WIDTH, SHARP * HEIGHT, scale])
                (FOLDER / f"{notebook.replace('/', '-')}-{paper}.webp").write_bytes(base64.b64decode(small))
        browser.close()
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
