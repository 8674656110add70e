"""Slips made by program: each operator, sign, index, transpose, constant, factor, term and function of a solution, changed once.

They have no sentence of their own, only the kind and the place: what a slip means that no one thought of.
"""

import ast
import copy
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import combinations
from typing import Any

from .edits import Slip
from .telling import tell

ADD, SUB, MUL, DIV, DOT, POW = ast.Add(), ast.Sub(), ast.Mult(), ast.Div(), ast.MatMult(), ast.Pow()
ENOUGH = 90  # of the usual ones; a shorter solution is changed in more ways
OTHERS = {
    "log": ("log10", "log2", "log1p"), "log10": ("log", "log2"), "exp": ("exp2", "tanh"), "tanh": ("arctanh", "sin"),
    "sqrt": ("square", "abs"), "abs": ("square", "sign"), "sum": ("mean", "max", "prod"), "mean": ("sum", "max", "median"),
    "prod": ("sum", "mean", "max"), "max": ("min",), "zeros_like": ("ones_like",), "eye": ("ones",), "norm": ("det",),
}  # fmt: skip
COMPARED = {ast.Gt: (ast.GtE, ast.Lt), ast.Lt: (ast.LtE, ast.Gt), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.GtE: (ast.Gt,)}


def told(slip: Slip) -> str:
    """What to say of a slip that was made by program: its kind, and its place."""
    kind, _, what = slip.name.partition(" in ")
    places = {"the result": tell("in the result"), "the loop": tell("in the loop"), "the condition": tell("in the condition")}
    at = places.get(what) or tell("where {what} is made", what=what)
    return {
        "a sign": tell("A sign is wrong {at}: a plus and a minus are mixed up.", at=at),
        "an operation": tell("It is the wrong operation {at}: look at each *, / and +.", at=at),
        "the product": tell(
            "It is the wrong kind of product {at}: one adds up over units, the other goes entry by entry.", at=at
        ),
        "the order": tell("Two things stand in the wrong order {at}.", at=at),
        "a term left out": tell("A part of the sum is missing {at}.", at=at),
        "a factor left out": tell("A factor is missing {at}.", at=at),
        "a transpose": tell("There is a transpose too many or too few {at}.", at=at),
        "an index": tell("An index is off {at}: which word, or which unit, is it?", at=at),
        "a number": tell("A number is wrong {at}.", at=at),
        "a power": tell("A power is wrong {at}.", at=at),
        "a function": tell("A function is wrong {at}, or missing.", at=at),
        "an axis": tell("It goes over the wrong axis {at}.", at=at),
        "a comparison": tell("The comparison is wrong {at}.", at=at),
        "a case": tell("One of two cases is missing {at}.", at=at),
        "the adding": tell("What is to be added up is not {at}: look at = and +=.", at=at),
        "the loop": tell("The loop does not go where it should {at}.", at=at),
    }[kind]


def _binary(node: ast.BinOp) -> Iterator[tuple[str, ast.expr]]:
    a, b, op = node.left, node.right, type(node.op)
    if op in (ast.Add, ast.Sub):
        yield "a sign", ast.BinOp(a, SUB if op is ast.Add else ADD, b)
        yield "a term left out", a
        yield "a term left out", b if op is ast.Add else ast.UnaryOp(ast.USub(), b)
        yield "an operation", ast.BinOp(a, MUL, b)
    if op is ast.Sub:
        yield "the order", ast.BinOp(b, op(), a)
    if op in (ast.Mult, ast.Div, ast.MatMult):
        yield "a factor left out", a
        yield "a factor left out", b if op is not ast.Div else ast.BinOp(ast.Constant(1), DIV, b)
        yield "an operation", ast.BinOp(a, ADD, b)
    if op in (ast.Mult, ast.Div):
        yield "an operation", ast.BinOp(a, DIV if op is ast.Mult else MUL, b)
    if op in (ast.Div, ast.MatMult):
        yield "the order", ast.BinOp(b, op(), a)
    if op is ast.MatMult:
        yield "the product", ast.BinOp(a, MUL, b)
        for left, right in ((_turned(a), b), (a, _turned(b)), (_turned(a), _turned(b))):
            yield "a transpose", ast.BinOp(left, DOT, right)
    if op is ast.Pow:
        yield "a power", a


def _turned(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Attribute) and node.attr == "T" else ast.Attribute(node, "T", ast.Load())


def _others(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What may stand in the place of a piece of code, and what kind of slip that is."""
    match node:
        case ast.BinOp():
            yield from _binary(node)
        case ast.UnaryOp(operand=operand):
            yield "a sign" if isinstance(node.op, ast.USub) else "a case", operand
        case ast.Subscript(value=value, slice=ast.Name() | ast.BinOp() | ast.Constant(value=int()) as place):
            for step in (ast.Add(), ast.Sub()):
                yield "an index", ast.Subscript(value, ast.BinOp(place, step, ast.Constant(1)), node.ctx)
            if isinstance(place, ast.BinOp):
                yield "an index", ast.Subscript(value, place.left, node.ctx)
            yield "an index", ast.Subscript(value, ast.Constant(-1), node.ctx)
            yield "an index", ast.Subscript(value, ast.Constant(0), node.ctx)
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            for number in (0, 1, 2, 3) if isinstance(value, int) else (0.0, 1.0, 2 * value, value / 2):
                if number != value:
                    yield "a number", ast.Constant(number)
        case ast.keyword(arg="axis", value=ast.Constant(value=int() as axis)):
            yield "an axis", ast.keyword("axis", ast.Constant(1 - axis))
            yield "an axis", ast.keyword("axis", ast.Constant(None))
        case ast.List(elts=elts):
            for a, b in combinations(range(len(elts)), 2):
                yield "the order", ast.List([elts[{a: b, b: a}.get(k, k)] for k in range(len(elts))], node.ctx)
        case ast.Call(func=ast.Attribute(attr="outer"), args=[a, b]):
            yield "the order", ast.Call(node.func, [b, a], [])
        case ast.Call(func=ast.Name(id="reversed"), args=[inner]):
            yield "the loop", inner
        case ast.Call(func=ast.Name(id="range"), args=[inner]):
            yield "the loop", ast.Call(node.func, [ast.Constant(1), inner], [])
            yield "the loop", ast.Call(node.func, [ast.BinOp(inner, SUB, ast.Constant(1))], [])
        case ast.Call(func=ast.Attribute(attr="sqrt" | "tanh" | "abs" | "diag" | "exp" | "log" | "log10"), args=[inner]):
            yield "a function", inner
        case ast.Compare(ops=[op]):
            for other in COMPARED.get(type(op), ()):
                yield "a comparison", ast.Compare(node.left, [other()], node.comparators)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield from (("a case", body), ("a case", orelse), ("a case", ast.IfExp(test, orelse, body)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        for name in OTHERS.get(node.func.attr, ()):
            yield "a function", ast.Call(ast.Attribute(node.func.value, name, ast.Load()), node.args, node.keywords)


WRAPPED: tuple[tuple[str, Callable[[Any], ast.AST]], ...] = (
    ("a sign", lambda node: ast.UnaryOp(ast.USub(), node)),
    ("a number", lambda node: ast.BinOp(ast.Constant(2), MUL, node)),
    ("a number", lambda node: ast.BinOp(node, DIV, ast.Constant(2))),
    ("a power", lambda node: ast.BinOp(node, POW, ast.Constant(2))),
    ("a function", lambda node: _called("abs", node)),
    ("a number", lambda node: ast.BinOp(node, ADD, ast.Constant(1))),
    ("a number", lambda node: ast.BinOp(node, SUB, ast.Constant(1))),
    ("a number", lambda node: ast.BinOp(ast.Constant(3), MUL, node)),
    ("a function", lambda node: _called("cos", node)),
    ("a function", lambda node: _called("log1p", node)),
    ("a function", lambda node: _called("exp", node)),
    ("a function", lambda node: _called("sinh", node)),
    ("a function", lambda node: _called("arctan", node)),
    ("a function", lambda node: _called("cbrt", node)),
)


def _called(name: str, node: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load()), [node], [])


def _all(code: str, ways: Callable[[ast.AST], Iterable]) -> Iterator[tuple[str, str, str]]:
    """(kind, key of the dict that it stands in, code) of every way to change one thing in an expression."""
    tree = ast.parse(code, mode="eval")
    keys = {id(inner): key.value for d in ast.walk(tree) if isinstance(d, ast.Dict) for key, value in zip(d.keys, d.values)
            for inner in ast.walk(value) if isinstance(key, ast.Constant)}  # fmt: skip
    for node in ast.walk(tree):
        for kind, other in ways(node):
            yield kind, str(keys.get(id(node), "")), ast.unparse(_Put(node, other).visit(tree))


class _Put(ast.NodeTransformer):
    """A copy of a tree with one node exchanged."""

    def __init__(self, old: ast.AST, new: ast.AST):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else self.generic_visit(copy.copy(node))

    def generic_visit(self, node):
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                setattr(node, field, [self.visit(entry) if isinstance(entry, ast.AST) else entry for entry in value])
            elif isinstance(value, ast.AST):
                setattr(node, field, self.visit(value))
        return node


def mutants(lines: list[str]) -> list[Slip]:
    """Every slip that can be made in one place of these lines, of one statement each; in a short solution of more kinds."""
    found = _made(lines, _others)
    for kind, wrapped in WRAPPED:
        if len(found) < ENOUGH:
            found += _made(lines, partial(_around, kind, wrapped))
    return found


def _around(kind: str, wrapped: Callable, node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Something around a piece of code that does not belong there."""
    stored = isinstance(getattr(node, "ctx", None), ast.Store)
    if isinstance(node, ast.Subscript | ast.BinOp | ast.Call | ast.Name) and not stored:
        yield kind, wrapped(node)


def _made(lines: list[str], ways: Callable[[ast.AST], Iterable]) -> list[Slip]:
    found: dict[str, Slip] = {}
    for i, line in enumerate(lines[1:], start=1):
        head = re.match(
            r" *(?:for (?P<loop>.+?) in |(?P<test>if )|(?P<result>return )|(?P<made>[\w, ]+?) (?P<op>[+*/-]?)= )", line
        )
        if head is None:
            continue
        code = line[head.end() :].removesuffix(":" if line.endswith(":") else "")
        end = line[head.end() + len(code) :]
        made = (head["made"] or "").strip()
        whole = (
            [("the adding", "", head[0].replace(head["op"] + "=", other) + code) for other in ("=", "-=")] if head["op"] else []
        )
        names = made.split(", ")
        for a, b in combinations(range(len(names) if len(names) < 5 else 0), 2):
            turned = [names[{a: b, b: a}.get(k, k)] for k in range(len(names))]
            whole.append(("the order", "", head[0].replace(made, ", ".join(turned)) + code))
        for kind, key, new in [*whole, *((kind, key, head[0] + new) for kind, key, new in _all(code, ways))]:
            what = key or made or ("the loop" if head["loop"] else "the condition" if head["test"] else "the result")
            found.setdefault(f"{i}{new}", Slip(f"{kind} in {what}", "", lines=((i, new + end),)))
    return list(found.values())
