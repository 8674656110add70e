"""The house: each module imports from its own floor or from floors below it, in no circle, and the root has few names."""

import ast
from collections.abc import Iterator
from pathlib import Path

SRC = Path(__file__).parents[1] / "src"
ROOT = "bptt_lab"
MOST_NAMES = 16  # at the package's root, beside its __init__.py

# From the ground up.
FLOORS = (
    ("basics", "figures"),
    ("cells",),
    ("engine",),
    ("model", "chain_rule", "gradcheck", "train", "tasks"),
    ("memory", "readers"),
    ("lessons",),
    ("exercises", "experiments"),
    ("explore", "classroom"),
)
FLOOR = {name: floor for floor, names in enumerate(FLOORS, start=1) for name in names}
ROOF = len(FLOORS) + 1  # the package itself, which shows what is inside; and commands, which nobody imports
ONLY = {"figures": {"figures", "basics"}}  # who may import from less than its floor


def modules(src: Path) -> dict[str, Path]:
    """Every module under src, dotted name -> file; a package goes by its own name."""
    found = {}
    for path in sorted((src / ROOT).rglob("*.py")):
        parts = path.relative_to(src).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(name: str, path: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules of the house that one of them imports, wherever in its file: in functions and for types alone too.

    `from . import thing` is an import of `thing` if that is a module, and else of the package, which must have it.
    """
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            base = ".".join([*up, *([node.module] if node.module else [])])
            if base in known:
                inside = [f"{base}.{alias.name}" for alias in node.names]
                yield from (each if each in known else base for each in inside)


def arrows(src: Path = SRC) -> dict[str, set[str]]:
    """module -> the modules that it imports."""
    known = modules(src)
    return {name: set(imports(name, path, known)) - {name} for name, path in known.items()}


def circle(graph: dict[str, set[str]]) -> list[str]:
    """One way through the graph that ends where it began; empty if there is none."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name not in done:
            for other in sorted(graph[name]):
                if found := walk(other, [*way, name]):
                    return found
            done.add(name)
        return []

    return next((found for name in graph if (found := walk(name, []))), [])


def room(name: str) -> str:
    """The name at the root under which a module stands; none for the package itself."""
    return name.split(".")[1] if "." in name else ""


def floor(name: str) -> int:
    return ROOF if name == ROOT or name.endswith(".__main__") else FLOOR.get(room(name), 0)


def upward(graph: dict[str, set[str]]) -> list[str]:
    """The imports that lead to a higher floor."""
    pairs = [(name, other) for name in graph for other in sorted(graph[name])]
    wrong = [(a, b) for a, b in pairs if floor(b) > floor(a) or room(b) not in ONLY.get(room(a), {room(b)})]
    return [f"{name} imports {other}" for name, other in wrong]


def names_at_the_root(src: Path = SRC) -> set[str]:
    entries = (src / ROOT).iterdir()
    return {path.stem for path in entries if path.suffix == ".py" or any(path.rglob("*.py"))} - {"__init__"}


def test_no_module_imports_in_a_circle():
    assert circle(arrows()) == []


def test_no_module_imports_from_a_floor_above_its_own():
    assert upward(arrows()) == []


def test_nobody_imports_a_command():
    assert [name for name, others in arrows().items() for other in others if other.endswith(".__main__")] == []


def test_each_name_at_the_root_has_a_floor_and_they_are_few():
    names = names_at_the_root()
    assert names - set(FLOOR) == set() and len(names) <= MOST_NAMES
    assert set(FLOOR) - names <= {"engine"}, "the plan has a name that the house has not"


def built(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        (path.parent / "__init__.py").touch()
    return folder


def test_what_the_plan_forbids_is_found(tmp_path):
    """Relative and absolute imports, at the top, in a function and for types alone; a circle and four arrows upward."""
    house = {
        "__init__.py": "from .cells import rnn\n",
        "basics/text.py": "def late():\n    from ..tasks.sums import Sum\n",
        "cells/rnn.py": "from . import trace\nfrom .. import train\n",
        "cells/trace.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .rnn import Cell\n",
        "figures/bars.py": "import bptt_lab.lessons.gates\nfrom ..basics import text\n",
        "lessons/gates.py": "from bptt_lab.memory import products\nfrom bptt_lab import SequenceModel\n",
        "memory/products.py": "from ..basics.text import late\n",
        "tasks/sums.py": "",
        "tasks/__main__.py": "from ..lessons import gates\n",
        "train.py": "",
        "attic.py": "",
    }
    graph = arrows(built(tmp_path, house))
    assert circle(graph) == ["bptt_lab.cells.rnn", "bptt_lab.cells.trace", "bptt_lab.cells.rnn"]
    assert upward(graph) == [
        "bptt_lab.basics.text imports bptt_lab.tasks.sums",
        "bptt_lab.cells.rnn imports bptt_lab.train",
        "bptt_lab.figures.bars imports bptt_lab.lessons.gates",
        "bptt_lab.lessons.gates imports bptt_lab",
    ]
    assert names_at_the_root(tmp_path) - set(FLOOR) == {"attic"}
