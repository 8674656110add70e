"""What `make site` does to a notebook's text, and the links that it finds dead."""

import os
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from plotly.offline import get_plotlyjs_version

from bptt_lab import explore
from bptt_lab.explore import page
from tests.tools.test_processors import POSSIBLE
from tools import processors, site


def test_formulas_side_by_side_may_go_below_each_other_and_single_ones_stay():
    text = "Two:\n\n$$a = b \\qquad c = \\frac{d}{e}$$\n\n$$f = g \\le h$$\n\nThen $x \\qquad y$."
    assert site.flowing(text) == (
        "Two:\n\n:::{container} formulas\n$\\displaystyle a = b$\n$\\displaystyle c = \\frac{d}{e}$\n:::\n\n"
        "$$f = g \\le h$$\n\nThen $x \\qquad y$."
    )
    aligned = "$$\\begin{aligned} a &= b & \\qquad c &= d \\end{aligned}$$"
    assert site.flowing(aligned) == aligned


def test_a_run_as_another_processor_is_compared_with_what_the_notebook_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(site, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(site, "SOURCE", tmp_path / "source")
    cells = [
        new_code_cell(f"print({now})", metadata={"tags": ["keep_output"]}, outputs=[new_output("stream", text=f"{kept}\n")])
        for now, kept in [(0.25, 0.25), (0.5, 0.6)]
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "a.ipynb")
    said, (other,) = site.run(tmp_path / "a.ipynb", "own")
    assert said == "a.ipynb: other numbers as own" and other.startswith(f"{cells[1].id} kept ['0.6") and "0.5" in other
    assert not (tmp_path / "source").exists(), "no page shows them"


@pytest.mark.parametrize("name", sorted(POSSIBLE.keys() - {"nudged"}))
def test_the_kernels_of_a_run_as_another_processor_take_its_code(name, monkeypatch, capsys):
    monkeypatch.setattr(os, "environ", os.environ | {"OPENBLAS_CORETYPE": "Nehalem"})
    site.as_processor(name)
    assert {key: os.environ[key] for key in processors.CHOICE if key in os.environ} == POSSIBLE[name]
    assert capsys.readouterr().out.startswith(f"{name}: {processors.kernels(POSSIBLE[name])[0]}, NumPy with ")


def test_a_dead_link_is_found_and_one_to_a_place_that_is_not_there(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "index.html").write_text('<h1 id="top">Hi</h1><a href="notebooks/a.html">a</a>', encoding="utf-8")
    (tmp_path / "notebooks" / "a.html").write_text(
        '<a href="../index.html#top">fine</a> <a href="https://example.org/x">elsewhere</a> <a href="../lite/lab/index.html">made'
        ' by another command</a> <a href="../index.html#gone">no place</a> <img src="b.png"> <script src="../c.js"></script>',
        encoding="utf-8",
    )
    found = site.dead_links(tmp_path)
    assert len(found) == 3 and all(link.startswith("notebooks") for link in found)
    assert [word for word in ("#gone", "b.png", "c.js") if not any(word in link for link in found)] == []


def test_a_small_living_equation_has_nothing_grey_and_offers_no_python(tmp_path):
    def asks(explorer):
        return site.asks_python({"data": {"text/html": page.embedded(explorer, tmp_path)}})

    assert not asks(explore.LivingEquation(small=True)) and asks(explore.LivingEquation()) and not asks(explore.TokenLosses())


def test_the_offer_of_python_is_in_the_language_of_its_notebook():
    first, second = (site.note(name, "learner") for name in ("01_a.ipynb", "de/01_a.ipynb"))
    assert "Here you write code" in first and ">on Binder</a>" in first
    assert "Hier schreibst du" in second and ">auf Binder</a>" in second
    for note, name in ((first, "01_a"), (second, "de/01_a")):
        assert f"notebooks/{name}.ipynb" in note and f"lab/index.html?path={name}.ipynb" in note
    assert len({frozenset(words) for words in site.NEEDS_PYTHON.values()}) == 1


def test_the_code_and_the_table_of_an_explorer_have_names_of_their_contents(tmp_path, monkeypatch):
    explorer = explore.Predict("presses")
    html = page.embedded(explorer, tmp_path)
    code, table = re.search('data-code="(.*?)" data-table="(.*?)"', html).groups()
    assert (tmp_path / table).read_bytes() == explorer.table and "export { render" in (tmp_path / code).read_text(
        encoding="utf-8"
    )
    monkeypatch.setattr(type(explorer), "code", explorer.code + "// another")
    assert code not in page.embedded(explorer, tmp_path)


def test_what_no_page_reads_is_not_published(tmp_path, monkeypatch):
    monkeypatch.setattr(site, "SOURCE", tmp_path)
    monkeypatch.setattr(site, "LIVING", tmp_path)
    html = page.embedded(explore.Predict("presses"), tmp_path)
    output = new_output("display_data", {"text/html": html})
    nbformat.write(new_notebook(cells=[new_code_cell("", outputs=[output])]), tmp_path / "a.ipynb")
    read = set(tmp_path.iterdir())
    for old in ("predict-0.js", "0.bin"):
        (tmp_path / old).write_text("old")
    site.drop_what_no_page_reads()
    assert set(tmp_path.iterdir()) == read


def test_the_part_of_plotly_is_of_the_packages_version_and_draws_all_that_the_figures_use():
    assert site.PART_OF_PLOTLY[0] == get_plotlyjs_version()
    source = "".join(path.read_text(encoding="utf-8") for path in (site.ROOT / "src").rglob("*.py"))
    assert set(re.findall(r"\bgo\.([A-Z]\w+)", source)) <= {"Figure", "Scatter", "Bar"}
