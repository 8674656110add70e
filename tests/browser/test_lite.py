"""The JupyterLite site that `make lite` built: Lab and the notebooks come from it; only Python for the browser does not.

Python and NumPy for the browser come from Pyodide's own host, which a test does not ask; that cells run there is not seen here.
"""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, served
from tools.notebooks import COURSE, NOTEBOOKS, TRANSLATED

LITE = ROOT / "build" / "lite"
pytestmark = pytest.mark.skipif(not (LITE / "index.html").exists(), reason="No JupyterLite here: `make lite` builds it.")


@pytest.fixture(scope="module")
def address():
    with served(LITE) as url:
        yield url


def test_a_notebook_opens_and_nothing_but_pyodide_is_asked_for_outside(chromium, address):
    context, outside = chromium.new_context(), set()
    page = context.new_page()
    page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else outside.add(r.url))
    page.goto(address + "lab/index.html?path=00_start_here.ipynb")
    expect(page.locator(".jp-Notebook .jp-Cell").first).to_be_visible()
    expect(page.locator(".jp-Notebook")).to_contain_text("%pip install -q bptt_lab")
    context.close()
    assert all("/pyodide/" in url for url in outside)


def test_every_notebook_and_every_wheel_of_ours_is_there():
    names = {path.relative_to(NOTEBOOKS) for path in [*COURSE, *TRANSLATED]}
    assert names == {path.relative_to(LITE / "files") for path in (LITE / "files").rglob("*.ipynb")}
    wheels = {path.name.split("-")[0] for path in (LITE / "pypi").glob("*.whl")}
    assert {"bptt_lab", "anywidget", "plotly", "tqdm"} <= wheels


def test_the_wheel_holds_what_a_notebook_reads(tmp_path):
    import zipfile

    wheel = next((LITE / "pypi").glob("bptt_lab-*.whl"))
    packed = set(zipfile.ZipFile(wheel).namelist())
    ours = Path(ROOT / "src")
    read = [path for path in ours.rglob("*") if path.suffix in (".py", ".js", ".css", ".html", ".json", ".gz", ".npz", ".txt")]
    assert {path.relative_to(ours).as_posix() for path in read} <= packed
