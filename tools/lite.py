"""Build the course as a JupyterLite site: it runs in the learner's own browser, with nothing installed.

    python -m tools.lite            into build/lite

The package's wheel, and those that it needs beside NumPy, go along with the site. NumPy itself comes with Pyodide, Python
for the browser, which fetches it from its own host when a notebook first imports it.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import plotly

from .notebooks import ALL, NOTEBOOKS

ROOT = Path(__file__).parent.parent
WORK, TARGET = ROOT / "build" / "lite-source", ROOT / "build" / "lite"
# What the course imports in a kernel, and what that stands on; all of them pure Python.
WHEELS = (
    "anywidget", "comm", "ipywidgets", "jupyterlab-widgets", "narwhals", "packaging", "plotly", "psygnal", "tqdm", "traitlets",
    "typing-extensions",
)  # fmt: skip
# What a wheel holds beside its Python. Plotly's has plotly.js four times over, half of all that a first visit would fetch from
# here: JupyterLite draws with the copy of its own extension.
UNREAD = re.compile(
    r"plotly/(labextension|package_data/(datasets|plotly\.min\.js|widgetbundle\.js))|.*\.data/data/share/jupyter/labextensions"
)
FIRST_CELL = """\
# You are in your own browser: this fetches the course's package into the page, once. It takes a few seconds.
%pip install -q bptt_lab ipywidgets anywidget plotly tqdm"""


def notebooks() -> None:
    """The course's notebooks, each with a first cell that fetches the package."""
    for path in ALL:
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(0, nbformat.v4.new_code_cell(FIRST_CELL))
        notebook.metadata["kernelspec"] = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
        target = WORK / "notebooks" / path.relative_to(NOTEBOOKS)
        target.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, target)


def wheels() -> list[Path]:
    folder = WORK / "wheels"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT)], check=True)
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    wanted = [line for line in pins.splitlines() if re.split(r"[=<>~! ;]", line)[0] in WHEELS]
    pure = ["--platform", "any", "--python-version", "3.13", "--implementation", "py", "--abi", "none", "--only-binary", ":all:"]
    subprocess.run([*pip, "download", "--no-deps", *pure, "--dest", str(folder), *wanted], check=True)
    for wheel in folder.glob("*.whl"):
        slim(wheel)
    return sorted(folder.glob("*.whl"))


def slim(wheel: Path) -> None:
    """The wheel without what no kernel in a browser reads."""
    with zipfile.ZipFile(wheel) as whole:
        kept = {file: whole.read(file) for file in whole.infolist() if not UNREAD.match(file.filename)}
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as slimmer:
        for file, content in kept.items():
            if file.filename.endswith(".dist-info/RECORD"):
                content = b"".join(line for line in content.splitlines(keepends=True) if not UNREAD.match(line.decode()))
            slimmer.writestr(file.filename, content)


def figures_when_first_shown(lite: Path) -> None:
    """Lab's extension for Plotly's figures in a built site, replaced by lite_figures.js, which see."""
    folder, config = lite / "extensions" / "jupyterlab-plotly" / "static", lite / "jupyter-lite.json"
    program = Path(__file__).with_name("lite_figures.js").read_bytes()
    name = f"remoteEntry.{hashlib.sha256(program).hexdigest()[:16]}.js"
    (before,) = folder.glob("remoteEntry.*.js")
    config.write_text(config.read_text(encoding="utf-8").replace(before.name, name), encoding="utf-8")
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / name).write_bytes(program)
    shutil.copy(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", folder)


def main() -> int:
    for folder in (WORK, TARGET):
        shutil.rmtree(folder, ignore_errors=True)
    (WORK / "notebooks").mkdir(parents=True)
    notebooks()
    along = [option for wheel in wheels() for option in ("--piplite-wheels", str(wheel))]
    build = [sys.executable, "-m", "jupyter", "lite", "build", "--lite-dir", str(WORK), "--output-dir", str(TARGET)]
    apps = ["--apps", "lab", "--no-unused-shared-packages", "--no-sourcemaps", "--contents", str(WORK / "notebooks")]
    failed = subprocess.run([*build, *apps, *along]).returncode
    if not failed:
        figures_when_first_shown(TARGET)
    return failed


if __name__ == "__main__":
    sys.exit(main())
