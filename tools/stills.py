"""A Plotly figure as a still picture, for viewers that run no script: what `tools.notebooks run` keeps in a notebook."""

import shutil
from pathlib import Path

WIDTH, HEIGHT = 860, 450  # HEIGHT is Plotly's own, for a figure that names none
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "chromium-headless-shell")
DRAW = """async ([figure, width, height]) =>
    (await Plotly.toImage(figure, { format: "png", width, height })).split(",")[1]"""


def png(figure: dict) -> str:
    """The PNG of a figure given as Plotly's JSON, in base64. Its paper is clear, for light and dark pages.

    Needs Chromium or Chrome.
    """
    import plotly
    from playwright.sync_api import sync_playwright

    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise ValueError("Chromium: not found, expected on the PATH, to draw the stills of figures. Try: apt install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page()
        page.add_script_tag(path=Path(plotly.__file__).parent / "package_data" / "plotly.min.js")
        drawn = page.evaluate(DRAW, [figure, WIDTH, figure["layout"].get("height", HEIGHT)])
        chromium.close()
    return drawn
