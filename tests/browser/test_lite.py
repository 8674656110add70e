"""The JupyterLite site that `make lite` built: Lab and the notebooks come from it; only Python for the browser does not.

Python and NumPy for the browser come from Pyodide's own host, which a test does not ask; that cells run there is not seen here.
"""

import re
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, needs, served
from tools.lite import FIRST_CELL
from tools.notebooks import ALL, NOTEBOOKS

LITE = ROOT / "build" / "lite"
pytestmark = [needs(LITE, "make lite"), pytest.mark.usefixtures("address")]

PYODIDE_HAS = {"numpy", "ipython"}  # as documented; its kernel starts with the second


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


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


@pytest.mark.parametrize("figure", [False, True])
def test_plotly_js_is_fetched_with_the_first_figure_and_not_before(chromium, address, figure):
    context, fetched = chromium.new_context(service_workers="block"), []  # else it fetches the notebook, and no test changes it
    page = context.new_page()
    page.on("requestfinished", lambda request: fetched.append(request.url))
    notebook = nbformat.read(LITE / "files" / "00_start_here.ipynb", as_version=4)
    drawn = {"data": [{"y": [1, 3, 2]}], "layout": {"title": {"text": "Three points"}}}
    notebook.cells[0].outputs = [new_output("display_data", {"application/vnd.plotly.v1+json": drawn})] * figure
    page.route("**/files/00_start_here.ipynb*", lambda route: route.fulfill(body=nbformat.writes(notebook)))
    page.goto(address + "lab/index.html?path=00_start_here.ipynb")
    expect(page.locator(".jp-Notebook .jp-Cell").first).to_be_visible()
    if figure:
        expect(page.locator(".jp-OutputArea .main-svg").first).to_be_visible()
        expect(page.locator(".jp-OutputArea .gtitle")).to_have_text("Three points")
    page.wait_for_load_state("networkidle")
    context.close()
    assert any("plotly.min.js" in url for url in fetched) == figure


def test_every_notebook_and_every_wheel_of_ours_is_there():
    names = {path.relative_to(NOTEBOOKS) for path in ALL}
    assert names == {path.relative_to(LITE / "files") for path in (LITE / "files").rglob("*.ipynb")}


def test_what_the_first_cell_installs_and_all_that_it_needs_is_there_so_no_registry_is_asked():
    kernel = LITE / "extensions" / "@jupyterlite" / "pyodide-kernel-extension" / "static" / "pypi"
    wheels = {canonical(path.name.split("-")[0]): path for path in [*kernel.glob("*.whl"), *(LITE / "pypi").glob("*.whl")]}
    wanted, seen = {canonical(name) for name in FIRST_CELL.split("-q ")[1].split()}, set()
    assert {"bptt-lab", "ipywidgets", "anywidget", "plotly"} <= wanted
    while wanted:
        name = wanted.pop()
        seen.add(name)
        assert name in wheels, f"{name} would come from a registry"
        packed = zipfile.ZipFile(wheels[name])
        about = packed.read(next(file for file in packed.namelist() if file.endswith(".dist-info/METADATA"))).decode()
        needs = re.findall(r"^Requires-Dist: ([\w.-]+)(?!.*(?:extra ==|Windows))", about, re.M)
        wanted |= {canonical(need) for need in needs} - seen - PYODIDE_HAS


def test_the_wheel_holds_what_a_notebook_reads(tmp_path):
    wheel = next((LITE / "pypi").glob("bptt_lab-*.whl"))
    packed = set(zipfile.ZipFile(wheel).namelist())
    ours = Path(ROOT / "src")
    read = [path for path in ours.rglob("*") if path.suffix in (".py", ".js", ".css", ".html", ".json", ".gz", ".npz", ".md")]
    assert {path.relative_to(ours).as_posix() for path in read} <= packed


def test_a_first_visit_fetches_no_second_copy_of_plotly_js():
    wheels = list((LITE / "pypi").glob("*.whl"))
    assert sum(wheel.stat().st_size for wheel in wheels) < 6e6
    for wheel in wheels:
        scripts = [file for file in zipfile.ZipFile(wheel).infolist() if file.filename.endswith(".js")]
        assert [script.filename for script in scripts if script.file_size > 2e6] == [], wheel.name
