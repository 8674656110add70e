"""The glossary leaves nothing out: every symbol and every formula of the course stands in it, and every notebook leads to it.

That its formulas and the code agree is what its own cells assert; `tools.notebooks compare` runs them.
"""

import re

import nbformat
import pytest

import bptt_lab as bl
from tools.notebooks import ALL, COURSE, DEEPER, NOTEBOOKS, tags

GLOSSARY = nbformat.read(NOTEBOOKS / "glossary.ipynb", as_version=4)
NUMBERED = [path for path in COURSE if path.stem[0].isdigit()]
NUMBERED = sorted(NUMBERED + DEEPER, key=lambda path: (path.stem[:2], path in DEEPER))  # each lesson, then what goes deeper
SPACING = re.compile(r"\\[,;!: ]|~|\\(?:left|right|big|Big|displaystyle|mathcal)(?![a-zA-Z])")
NAMES = re.compile(r"\\(?:mathrm|operatorname)\{(\w+)\}")
WORDS = re.compile(r"\\(?:text|begin|end)\{[^}]*\}|\\(?:underbrace|underset)")
TOKEN = re.compile(r"[_^](?:\{[^}]*\}|\\[a-zA-Z]+|\S)|\\[a-zA-Z]+|\S")
# What is no symbol of the course: the number e, and what every reader of formulas knows.
KNOWN = set("e") | {f"\\{name}" for name in """
    frac tfrac sqrt sum prod ln log exp tanh min max lim le ge approx sim to pm cdot cdots dots times cdot quad qquad leftarrow
    Longrightarrow Longleftrightarrow infty hat tilde bar rVert lvert rvert rangle uparrow stackrel longrightarrow rlap
    scriptstyle""".split()}  # fmt: skip
# Left sides of single steps of a derivation, of examples, and of what others write wrongly: they stand where they are told.
STEPS = {
    "dh_4/dW_x", "dL_4/dW_x", "r_4J_4J_3+r_3J_3", r"\delta_T+1", "h_1", "h_2", r"\partialh_t/\partialW",
    "0", "J", "J_4",  # 02, 03
    r"L(\theta+i\varepsilon)",  # 02: the loss at a complex number
    r"\lVertJ_t\cdotsJ_k+1\rVert_2", r"\lVertAB\rVert_2", r"\rho^k",  # 04: in the glossary without the 2
    "0.5",  # 06: the fixed point, before it is solved for b
    r"\lVertAB\rVert", "h_i", "dh_i/dh'_j", "dG^1_i/dh'_j", "dG^2_i/dh'_j", r"d\hath_i/dh'_j",  # 07: by entry
    "a^1_i", "[i", "i", "G^2", r"f+\tfrac12\cdot\tfrac1\sqrt3",
}  # fmt: skip


def formulas(notebook, inline=False):
    """The TeX of its displayed formulas, or of those within lines."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            shown, rest = re.findall(r"\$\$(.+?)\$\$", cell.source, re.S), re.sub(r"\$\$.+?\$\$", "", cell.source, flags=re.S)
            yield from re.findall(r"\$([^$]+)\$", rest) if inline else shown


def tokens(tex: str) -> list[str]:
    """An index or exponent is one token; spacing and words are none."""
    return TOKEN.findall(SPACING.sub(" ", WORDS.sub(" ", NAMES.sub(r"\\\1 ", tex))))


def holds(tex: str, symbol: str) -> bool:
    """Whether the symbol itself stands there, not only with one more index. Of a pair of brackets the left one counts."""
    if symbol in ("t", "k", "i", "j"):  # these stand in indices
        return any(symbol in token for token in tokens(tex) if token[0] in "_^[" or token == symbol)
    here, wanted = tokens(tex), tokens(symbol)
    wanted = wanted[:1] if wanted[0] in (r"\lVert", r"\langle") else wanted
    brackets = wanted[0] in (r"\lVert", r"\langle")
    ends = range(len(wanted), len(here) + 1)
    return any(here[i - len(wanted) : i] == wanted and (brackets or not here[i:][:1] or here[i][0] not in "_") for i in ends)


def rows():
    """(symbols, notebooks where they are first met) of each row of the table."""
    table = next(cell.source for cell in GLOSSARY.cells if cell.source.startswith("## Symbols"))
    for line in table.splitlines()[4:]:
        if line.startswith("| $"):
            cells = line.split(" | ")
            yield re.findall(r"\$([^$]+)\$", cells[0]), re.findall(r"\]\(([\w/]+)\.ipynb\)", cells[-1])


def left_sides(tex: str) -> set[str]:
    """What stands left of = ≤ ← ≈ in a formula, in one spelling; a letter that is set to a number is none."""
    found = set()
    tex = re.sub(r"\\text\{([^{}]*)\}", r"\1", SPACING.sub(" ", re.sub(r"\\(?:begin|end)\{\w+\}|&", "", tex)))
    for part in re.split(r"\\\\|\\q?quad|\\Long\w+", tex):
        left, *right = re.split(r"=|\\le(?:ftarrow)?(?![a-zA-Z])|\\approx", part)
        if right and not re.fullmatch(r"[\d.\s^{}·\\cdot½+IHT/-]+", right[-1]):
            left = re.sub(r"\\frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}", r"\1/\2", left.split(":")[-1])
            left = re.sub(r"[\s{}]|\\(?:mathrm|operatorname)|_2$", "", left)
            found.add(left.replace("_j", "_t") if left.startswith("J") else left)
    return found - {""}


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_every_formula_of_a_notebook_stands_in_the_glossary(path):
    notebook = nbformat.read(path, as_version=4)
    ours, theirs = (set().union(*map(left_sides, [*formulas(one), *formulas(one, inline=True)])) for one in (GLOSSARY, notebook))
    assert theirs - ours - STEPS == set(), "put it into the glossary, or among the STEPS if it is one"


def test_every_letter_of_the_course_s_formulas_is_among_the_symbols():
    letters = {token for symbols, _ in rows() for symbol in symbols for token in tokens(symbol)}
    for path in NUMBERED:
        notebook = nbformat.read(path, as_version=4)
        used = {token for tex in [*formulas(notebook), *formulas(notebook, inline=True)] for token in tokens(tex)}
        assert {token for token in used if re.match(r"\\?[A-Za-z]", token)} - letters - KNOWN == set(), path.stem


@pytest.mark.parametrize("symbols, firsts", list(rows()), ids=lambda value: " ".join(value))
def test_a_symbol_is_first_met_where_the_glossary_says(symbols, firsts):
    assert len(firsts) in (1, len(symbols))
    for symbol, first in zip(symbols, firsts * len(symbols) if len(firsts) == 1 else firsts):
        for path in NUMBERED[: NUMBERED.index(NOTEBOOKS / f"{first}.ipynb") + 1]:
            notebook = nbformat.read(path, as_version=4)
            met = any(holds(tex, symbol) for tex in [*formulas(notebook), *formulas(notebook, inline=True)])
            assert met == (path == NOTEBOOKS / f"{first}.ipynb"), f"{symbol} in {path.stem}, and the glossary says {first}"


def test_every_section_of_formulas_is_compared_with_the_code_below_it():
    for cell, below in zip(GLOSSARY.cells, GLOSSARY.cells[1:]):
        if cell.cell_type == "markdown" and "$$" in cell.source:
            assert below.cell_type == "code" and "assert same(" in below.source and "keep_output" in tags(below)


def has(thing, way: list[str]) -> bool:
    return not way or hasattr(thing, way[0]) and has(getattr(thing, way[0]), way[1:])


def test_every_function_that_it_names_exists():
    text = "".join(cell.source for cell in GLOSSARY.cells if cell.cell_type == "markdown")
    names = re.findall(r"`(?!np\.)([a-z_]+(?:\.[a-z_]+)+|[A-Z]\w+\.\w+|rtrl|gradcheck)(?:\([^`]*\))?`", text)
    assert len(names) > 20
    model = bl.SequenceModel(bl.RNNCell(2, 2), 2)
    run = model.forward([[0, 1]], [1])
    places = {"model": model, "params": model.params, "cell": model.cell, "run": run, "trace": run.trace}
    for name in set(names):
        head, *rest = name.split(".")
        starts = [place for place in (places.get(head), getattr(bl, head, None)) if place is not None]
        assert any(has(start, rest) for start in starts), name


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_every_notebook_leads_to_it(path):
    text = "".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    back = "" if path in COURSE else "../"
    assert f"]({back}glossary.ipynb)" in text or path.stem == "glossary"
