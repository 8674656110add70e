"""Build the course as web pages whose sliders move with no kernel behind them.

    python -m tools.site            into build/site
    python -m tools.site oldest     the same, and compared: run as that processor would (see `tools.processors`), each notebook
                                    prints what it kept, to the letter

Every notebook is run; its explorers are embedded with their tables (see `bptt_lab.explore.page`), and Sphinx makes the
pages. Nothing in them asks another host. A notebook that has not changed, nor the package, is not run again.
"""

import argparse
import copy
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
from nbformat.v4 import new_markdown_cell, new_output

from bptt_lab.basics.workers import end_with_the_command
from bptt_lab.explore import page

from . import processors
from .notebooks import ALL, NOTEBOOKS, SECONDS, client, differ, tags

ROOT = Path(__file__).parent.parent
SOURCE, TARGET = ROOT / "build" / "site-source", ROOT / "build" / "site"
LIVING = SOURCE / "_static" / "explorers"
# The part of plotly.js that draws lines, marks and bars, a quarter of the whole: its version, as the Python package has it, and
# the hash of its file.
PART_OF_PLOTLY = "4.1.1", "99784e3abfb07b142a15e521a439e6d9addceadb3f79553fd24c72774f0649ba"
PREDICTIONS = '<ol class="my-predictions"></ol>'  # living.js fills it
# Beside each cell that only Python can answer, until the learner has one: by the cell's tag, or by what it puts out. By the
# language of the notebook; the last one says where to go on.
NEEDS_PYTHON = {
    "en": {
        "plain_way": "These sliders ask Python.",
        "learner": "Here you write code of your own, and Python checks it.",
        "asks_python": "What is grey in this explorer asks Python.",
        "my_progress": "What you have solved is kept where Python runs.",
        "go_on": "This page has no Python behind it. Open this notebook {binder}on Binder</a>, or {lite}in your own browser</a> "
        "with JupyterLite, and go on there.",
    },
    "de": {
        "plain_way": "Diese Regler fragen Python.",
        "learner": "Hier schreibst du eigenen Code, und Python prüft ihn.",
        "asks_python": "Was hier grau ist, fragt Python.",
        "my_progress": "Was du gelöst hast, merkt sich der Ort, an dem Python läuft.",
        "go_on": "Hinter dieser Seite läuft kein Python. Öffne dieses Notebook {binder}auf Binder</a> oder mit JupyterLite "
        "{lite}in deinem eigenen Browser</a>, und mach dort weiter.",
    },
}
# What a folded cell is called; in English conf.py says so.
CHECKED = {"de": "Die Prüfung dieser Zahlen"}


def stamp(path: Path, setting: str) -> str:
    """What a run of this notebook depends on."""
    source = (
        file for file in sorted((ROOT / "src").rglob("*")) if file.suffix in (".py", ".js", ".css", ".md", ".json", ".toml")
    )
    files = [path, *source, ROOT / "requirements.txt"]
    content = b"".join(file.read_bytes() for file in files) + Path(__file__).read_bytes() + setting.encode()
    return hashlib.sha256(content).hexdigest()


def run(path: Path, setting: str = "") -> tuple[str, list[str]]:
    """Run one notebook for the site. Returns what to say of it, and which cells print other numbers if a setting is compared."""
    name = path.relative_to(NOTEBOOKS).as_posix()
    target, now = SOURCE / "notebooks" / name, stamp(path, setting)
    if target.exists() and nbformat.read(target, as_version=4).metadata.get("stamp") == now:
        return f"{name}: as it was", []
    notebook = nbformat.read(path, as_version=4)
    client(notebook, timeout=SECONDS, resources={"metadata": {"path": str(path.parent)}}, coalesce_streams=True).execute()
    if setting:
        outputs = [cell.get("outputs", []) for cell in copy.deepcopy(notebook.cells)]
        if other := differ(nbformat.read(path, as_version=4), outputs):
            return f"{name}: other numbers as {setting}", other
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "markdown":
            cell.source = flowing(cell.source)
        if cell.cell_type == "code":
            cell.outputs = [kept(output) for output in cell.outputs if not is_widget_of_a_kernel(output)]
            needs = tags(cell) | {"asks_python" for output in cell.outputs if asks_python(output)}
            if "bl.my_progress()" in cell.source:
                needs, cell.outputs = {"my_progress"}, []
            if "bl.explore.my_predictions()" in cell.source:
                cell.outputs = [new_output("display_data", {"text/html": PREDICTIONS})]
            cells += [new_markdown_cell(note(name, need)) for need in NEEDS_PYTHON["en"] if need in needs]
    notebook.cells = cells
    notebook.metadata.pop("widgets", None)  # the tables of all widgets, which no page reads
    if prompt := CHECKED.get(name.rpartition("/")[0]):
        notebook.metadata["mystnb"] = {"code_prompt_show": prompt, "code_prompt_hide": prompt}
    notebook.metadata["stamp"] = now
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)
    return f"{name}: run", []


def flowing(text: str) -> str:
    """Formulas that a notebook sets side by side, set so that they go below each other where the page is narrow."""

    def each(match) -> str:
        parts = re.split(r"\\q?quad(?![a-zA-Z])\s*", " ".join(match[1].split()))
        return ":::{container} formulas\n" + "\n".join(rf"$\displaystyle {part.strip()}$" for part in parts if part) + "\n:::"

    return re.sub(r"^\$\$((?:(?!\$\$|\\begin).)*?\\qquad(?:(?!\$\$|\\begin).)*?)\$\$$", each, text, flags=re.M | re.S)


def kept(output):
    """Plotly's figure as data on the page; living.js draws it, once the explorers are alive."""
    data = output.get("data", {})
    figure = data.get("application/vnd.plotly.v1+json")
    if figure is not None:
        text = page.as_script(figure)
        html = f'<div class="bptt-figure"><script type="application/json">{text}</script></div>'
        output.data = {"text/html": html, "text/plain": data.get("text/plain", "A figure")}
    return output


def is_widget_of_a_kernel(output) -> bool:
    return "application/vnd.jupyter.widget-view+json" in output.get("data", {})


def asks_python(output) -> bool:
    """Whether a control of an embedded explorer is grey on the page."""
    return 'data-asks-python="True"' in "".join(output.get("data", {}).get("text/html", ""))


def note(name: str, need: str) -> str:
    """Where to go on with Python, in the notebook's language, or in English."""
    words = NEEDS_PYTHON.get(name.rpartition("/")[0], NEEDS_PYTHON["en"])
    binder, lite = (f'<a href="{place}">' for place in elsewhere(name))
    return f":::{{admonition}} {words[need]}\n:class: tip needs-python\n{words['go_on'].format(binder=binder, lite=lite)}\n:::"


def elsewhere(name: str) -> tuple[str, str]:
    """Where a notebook runs: on Binder, of the repository that the README's link names, and on this site's JupyterLite."""
    binder = re.search(r"https://mybinder\.org/v2/gh/[^/]+/[^/]+/HEAD", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert binder, "the README links to Binder"
    return f"{binder[0]}?urlpath=lab/tree/notebooks/{name}", f"{'../' * name.count('/')}../lite/lab/index.html?path={name}"


def landing_page() -> None:
    """The first page, with an explorer to move at once."""
    from bptt_lab.explore import LivingEquation

    living = page.embedded(LivingEquation(small=True, length=11, weight_scale=0.316), LIVING)
    index = SOURCE / "index.md"
    index.write_text(index.read_text(encoding="utf-8").replace("<!-- explorer -->", living), encoding="utf-8")


def teachers_page() -> None:
    """The page for teachers, with each solution to fold out where the repository's page links to its file."""
    from bptt_lab import exercises

    def shown(match) -> str:
        solution = exercises.get(match[1]).solution
        return f"\n\n<details><summary>{match[1]}</summary>\n\n```python\n{solution}\n```\n\n</details>\n\n"

    page = SOURCE / "teachers.md"
    if not page.exists():  # a class version has none
        return
    text = page.read_text(encoding="utf-8")
    page.write_text(re.sub(r",? ?\[(\w+)\]\(\.\./src/bptt_lab/exercises/\w+\.md\)", shown, text), encoding="utf-8")


def as_processor(setting: str) -> None:
    """Let the kernels that are started from here on take the code of another processor, where this machine can."""
    if setting not in processors.settings():
        print(f"{setting}: this machine cannot run it, and does as it does itself")
        return
    for name in processors.CHOICE:
        os.environ.pop(name, None)
    os.environ.update(processors.settings()[setting])
    core, used = processors.kernels(processors.settings()[setting])
    print(f"{setting}: {core}, NumPy with {' '.join(used) or 'nothing more'} …", flush=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("setting", nargs="?", default="", choices=["", "own", *processors.OTHERS])
    setting = parser.parse_args(arguments).setting
    if setting:
        as_processor(setting)
    os.environ["BPTT_SITE_FOLDER"] = str(LIVING)
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    os.environ["BPTT_PROGRESS"] = "off"
    (SOURCE / "notebooks").mkdir(parents=True, exist_ok=True)
    for old in (SOURCE / "notebooks").rglob("*.ipynb"):
        if NOTEBOOKS / old.relative_to(SOURCE / "notebooks") not in ALL:
            old.unlink()
    shutil.copytree(ROOT / "site", SOURCE, dirs_exist_ok=True)
    copy_plotly()
    landing_page()
    teachers_page()
    different = False
    with ProcessPoolExecutor(2, initializer=end_with_the_command) as executor:
        for said, other in executor.map(functools.partial(run, setting=setting), ALL):
            print(said, *other, sep="\n", flush=True)
            different |= bool(other)
    if different:
        return 1
    drop_what_no_page_reads()
    shutil.rmtree(TARGET, ignore_errors=True)
    build = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", str(SOURCE), str(TARGET)]
    failed = subprocess.run(build).returncode
    broken = dead_links(TARGET)
    for link in broken:
        print(link)
    return failed or int(bool(broken))


class Links(HTMLParser):
    """The addresses that a page names, and the places in it that can be named."""

    def __init__(self):
        super().__init__()
        self.addresses: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src") and value:
                self.addresses.append(value)
            if name == "id" and value:
                self.places.add(value)


def dead_links(site: Path) -> list[str]:
    """Links inside the site that lead nowhere; a page of JupyterLite is made by another command."""
    pages = {}
    for path in sorted(set(site.rglob("*.html")) - set((site / "_static").rglob("*.html"))):
        pages[path.resolve()] = links = Links()
        links.feed(path.read_text(encoding="utf-8"))
    found = []
    for path, links in pages.items():
        for address in links.addresses:
            url = urlsplit(address)
            if url.scheme or url.netloc or "/lite/" in f"/{url.path}":
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                found.append(f"{path.relative_to(site.resolve())}: {address} is not there")
            elif url.fragment and target in pages and unquote(url.fragment) not in pages[target].places:
                found.append(f"{path.relative_to(site.resolve())}: {address} names no place there")
    return found


def copy_plotly() -> None:
    """What draws the figures, of the Python package's version: no more than they need, if npm can bring that; else all of it."""
    import plotly

    version, sha256 = PART_OF_PLOTLY
    npm, folder = shutil.which("npm"), ROOT / "build" / "npm"
    part = folder / "node_modules" / "plotly.js-basic-dist-min" / "plotly-basic.min.js"
    if npm and not part.exists():
        asked = ["install", "--silent", "--no-package-lock", "--prefix", str(folder), f"plotly.js-basic-dist-min@{version}"]
        subprocess.run([npm, *asked])
    if not part.exists() or hashlib.sha256(part.read_bytes()).hexdigest() != sha256:
        print("npm did not bring the part of plotly.js that the figures need: the site takes all of it.")
        part = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    (SOURCE / "_static").mkdir(parents=True, exist_ok=True)
    shutil.copy(part, SOURCE / "_static" / "plotly.min.js")


def drop_what_no_page_reads() -> None:
    """Code and tables of explorers as they were before."""
    pages = "".join(path.read_text(encoding="utf-8") for path in [*SOURCE.rglob("*.ipynb"), *SOURCE.glob("*.md")])
    read = set(re.findall(r'data-(?:code|table)=\\?"([\w.-]+)', pages))
    for path in LIVING.glob("*"):
        if path.name not in read and path.suffix in (".js", ".bin"):
            path.unlink()


if __name__ == "__main__":
    sys.exit(main())
