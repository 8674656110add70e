"""Slips made by program: each operator, sign, index, transpose, constant, factor, term and function of a solution, changed once.

They have no sentence of their own, only the kind and the place: what a slip means that no one thought of.
"""

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import combinations
from pathlib import Path

from ..basics.languages import tr
from .mistakes import Slip, read, sections
from .telling import tell

ENOUGH = 90  # of the usual ones; a shorter solution is changed in more ways
FORMS = tomllib.loads(Path(__file__).with_name("mutants.toml").read_text(encoding="utf-8"))
Ways = Callable[[ast.AST], Iterator[tuple[str, str]]]


def told(slip: Slip) -> str:
    """What to say of a slip that was made by program: its kind, and its place."""
    kind, _, what = slip.name.partition(" in ")
    places = {"the result": tell("in the result"), "the loop": tell("in the loop"), "the condition": tell("in the condition")}
    return tr("checks", says()[kind]).format(at=places.get(what) or tell("where {what} is made", what=what))


@cache
def says() -> dict[str, str]:
    """kind of slip -> what is said of it."""
    return {slip.name: slip.says for slip in read(sections("mistakes")["in-any-solution"], at="{at}", name="{name}")[0]}


def _text(node: ast.AST) -> str:
    return f"({ast.unparse(node)})"


def _swapped(entries: list[str]) -> Iterator[str]:
    """These entries, two of them exchanged."""
    for a, b in combinations(range(len(entries)), 2):
        yield ", ".join(entries[{a: b, b: a}.get(k, k)] for k in range(len(entries)))


def _others(node: ast.AST) -> Iterator[tuple[str, str]]:
    """What kind of slip it is, and what then stands in the place of a piece of code."""
    match node:
        case ast.BinOp(left=a, op=op, right=b):
            for kind, forms in FORMS["binary"].get(type(op).__name__, {}).items():
                yield from ((kind, form.format(a=_text(a), b=_text(b))) for form in forms)
        case ast.UnaryOp(op=op, operand=a):
            yield "a sign" if isinstance(op, ast.USub) else "a case", _text(a)
        case ast.Subscript(value=value, slice=ast.Name() | ast.BinOp() | ast.Constant(value=int()) as place):
            left = [_text(place.left)] if isinstance(place, ast.BinOp) else []
            others = f"{_text(place)} + 1", f"{_text(place)} - 1", *left, "-1", "0"
            yield from (("an index", f"{_text(value)}[{other}]") for other in others)
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            numbers = (0, 1, 2, 3) if isinstance(value, int) else (0.0, 1.0, 2 * value, value / 2)
            yield from (("a number", repr(number)) for number in numbers if number != value)
        case ast.keyword(arg="axis", value=ast.Constant(value=int() as axis)):
            yield from (("an axis", f"axis={1 - axis}"), ("an axis", "axis=None"))
        case ast.List(elts=entries):
            yield from (("the order", f"[{other}]") for other in _swapped(list(map(ast.unparse, entries))))
        case ast.Call(func=ast.Attribute(attr="outer"), args=[a, b]):
            yield "the order", f"{ast.unparse(node.func)}({_text(b)}, {_text(a)})"
        case ast.Call(func=ast.Name(id="reversed"), args=[a]):
            yield "the loop", _text(a)
        case ast.Call(func=ast.Name(id="range"), args=[a]):
            yield from (("the loop", f"range(1, {_text(a)})"), ("the loop", f"range({_text(a)} - 1)"))
        case ast.Call(func=ast.Attribute(attr="sqrt" | "tanh" | "abs" | "diag" | "exp" | "log" | "log10"), args=[a]):
            yield "a function", _text(a)
        case ast.Compare(left=a, ops=[op], comparators=[b]):
            others = FORMS["compared"].get(type(op).__name__, ())
            yield from (("a comparison", f"{_text(a)} {other} {_text(b)}") for other in others)
        case ast.IfExp(test=test, body=a, orelse=b):
            yield from (("a case", other) for other in (_text(a), _text(b), f"{_text(b)} if {_text(test)} else {_text(a)}"))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        head, name = ast.unparse(node.func), node.func.attr
        for other in FORMS["functions"].get(name, ()):
            yield "a function", head.removesuffix(name) + other + ast.unparse(node).removeprefix(head)


def _around(kind: str, form: str, node: ast.AST) -> Iterator[tuple[str, str]]:
    """Something around a piece of code that does not belong there."""
    stored = isinstance(getattr(node, "ctx", None), ast.Store)
    if isinstance(node, ast.Subscript | ast.BinOp | ast.Call | ast.Name) and not stored:
        yield kind, form.format(a=_text(node))


def _all(code: str, ways: Ways) -> Iterator[tuple[str, str, str]]:
    """(kind, key of the dict that it stands in, code) of every way to change one thing in an expression."""
    tree, text = ast.parse(code, mode="eval"), code.encode()
    keys = {id(inner): key.value for d in ast.walk(tree) if isinstance(d, ast.Dict) for key, value in zip(d.keys, d.values)
            for inner in ast.walk(value) if isinstance(key, ast.Constant)}  # fmt: skip
    for node in ast.walk(tree):
        for kind, other in ways(node):
            new = other if isinstance(node, ast.keyword) else f"({other})"
            new = text[: node.col_offset].decode() + new + text[node.end_col_offset :].decode()  # type: ignore[attr-defined]
            yield kind, str(keys.get(id(node), "")), ast.unparse(ast.parse(new, mode="eval")).replace(".T.T", "")  # turned twice


def mutants(lines: list[str]) -> list[Slip]:
    """Every slip that can be made in one place of these lines, of one statement each; in a short solution of more kinds."""
    found = _made(lines, _others)
    for kind, form in FORMS["around"]:
        if len(found) < ENOUGH:
            found += _made(lines, partial(_around, kind, form))
    return list(dict.fromkeys(found))


def _made(lines: list[str], ways: Ways) -> list[Slip]:
    found: dict[str, Slip] = {}
    for i, line in enumerate(lines[1:], start=1):
        head = re.match(r" *(?:for (?P<loop>.+?) in |(?P<test>if )|return |(?P<made>[\w, ]+?) (?P<op>[+*/-]?)= )", line)
        if head is None:
            continue
        end = ":" if line.endswith(":") else ""
        code, made = line[head.end() :].removesuffix(end), (head["made"] or "").strip()
        names, op = made.split(", "), head["op"]
        whole = [("the adding", "", head[0].replace(f"{op}=", other) + code) for other in ("=", "-=") if op]
        whole += [("the order", "", head[0].replace(made, other) + code) for other in _swapped(names) if len(names) < 5]
        for kind, key, new in [*whole, *((kind, key, head[0] + new) for kind, key, new in _all(code, ways))]:
            what = key or made or ("the loop" if head["loop"] else "the condition" if head["test"] else "the result")
            found.setdefault(f"{i}{new}", Slip(f"{kind} in {what}", "", lines=((i, new + end),)))
    return list(found.values())
