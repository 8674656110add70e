"""A test waits for what it asks, not for a time: on a busy machine a time is too short, and on a quiet one it is wasted.

What is to come is waited for by name (`wait_for_function`, `expect`, `Course.hear`). What is *not* to come is looked for after
frames of the page, or under a clock that the test moves, so that it has had its chance however slow the machine is.
"""

import re

# Resolves once innerWidth, all boxes and the number of drawings have stayed the same for three frames: a change of size needs
# one frame to be seen (ResizeObserver), one to be drawn, and one more if the drawing changed the size.
_SETTLED = """() => new Promise(done => {
    let before = null, same = 0;
    const look = () => {
        const nodes = [...document.querySelectorAll('.bptt, .bptt *')].map(node => JSON.stringify(node.getBoundingClientRect()));
        const roots = [...document.querySelectorAll('.bptt')].map(root => root.bpttDrawn?.draws);
        const now = JSON.stringify([innerWidth, roots, nodes]);
        same = now === before ? same + 1 : 0;
        before = now;
        same < 3 ? requestAnimationFrame(look) : done();
    };
    look();
})"""


def frames(page, n: int = 2) -> None:
    """Let n frames of the page pass."""
    page.evaluate("n => new Promise(done => { const next = () => (n-- ? requestAnimationFrame(next) : done()); next(); })", n)


def settled(page, width: int | None = None) -> None:
    """Wait until the page has that width, if one is given, and the explorers on it have drawn themselves and stay as they are."""
    if width is not None:
        page.wait_for_function("width => innerWidth === width", arg=width)
    page.evaluate(_SETTLED)


def recoloured(page, scheme: str) -> None:
    """Let the page be light or dark, and wait until its colours are all there."""
    page.emulate_media(color_scheme=scheme)
    colours_at_rest(page)


def colours_at_rest(page) -> None:
    """Wait until the page's colours, which take a while to change, are all there."""
    frames(page, 3)
    page.wait_for_function("""() => document.getAnimations()
        .every(one => one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity)""")


def stop_the_clock(page) -> None:
    """From now on the page's timers and frames run only in `page.clock.run_for(ms)`."""
    page.clock.install(time=0)
    page.clock.pause_at(1000)


def page_of_test(nodeid: str) -> str:
    """What names the page that a test looks at and that stays open for the next test of it, or nothing.

    Of Firefox, which takes 6 s of a processor to start, there is one.
    """
    if "/test_firefox.py::" in nodeid:
        return "firefox"
    found = re.search(r"/test_(?:site|access|pages_at_390)\.py::.*[\[-]([^\[-]+)\]$", nodeid)
    return found[1] if found else ""
