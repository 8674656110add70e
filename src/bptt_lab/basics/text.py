"""How numbers are written for people: one format in every picture, table and sentence."""

import math
import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np

Form = str | Callable[[float], str]  # a format such as ".2f", or a function such as `say`
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LINE = 24  # characters of a formula that stays on one line


def say(value: float, vanished: str = "vanished", exploded: str = "exploded", digits: int = 3) -> str:
    """Three significant digits, or as many as asked; powers of ten from 10³ on and below 10⁻²; words where no number is left.
    NaN is "no number".

    >>> say(0.5), say(1.25e-7), say(1250), say(0.0), say(float("inf"))
    ('0.500', '1.25·10⁻⁷', '1.25·10³', 'vanished', 'exploded')
    """
    value = float(value)
    if value == 0 or not math.isfinite(value):
        return vanished if value == 0 else "no number" if math.isnan(value) else exploded
    mantissa, power = f"{abs(value):.{digits - 1}e}".split("e")
    exponent = int(power)
    sign = "−" if value < 0 else ""
    if -2 <= exponent < 3:
        return sign + f"{float(mantissa + 'e' + power):.{max(digits - 1 - exponent, 0)}f}"
    return f"{sign}{mantissa}·10{str(exponent).translate(_SUPERSCRIPT)}"


def say_log10(power: float) -> str:
    """`say` of 10^power, which may be far past what a float holds; −inf has vanished, inf has exploded.

    >>> say_log10(-0.30103), say_log10(-601.76), say_log10(float("-inf"))
    ('0.500', '1.74·10⁻⁶⁰²', 'vanished')
    """
    if not 300 <= abs(power) < math.inf:
        return say(10.0**power)
    whole = math.floor(power)
    mantissa, more = f"{10.0 ** (power - whole):.2e}".split("e")  # rounded it may be 10
    return f"{mantissa}·10{str(whole + int(more)).translate(_SUPERSCRIPT)}"


def order(power: float) -> str:
    """10^power to the nearest whole power of ten: for what rounding may change by a factor.

    >>> order(-78.2), order(0.4)
    ('10⁻⁷⁸', '10⁰')
    """
    return "10" + f"{power:z.0f}".translate(_SUPERSCRIPT)


def between(values: Sequence[float] | np.ndarray, form: Form = say, middle: float = 1.0) -> str:
    """From where to where the values lie; all of them, or the middle share, without as many at either end.

    >>> between([0.65, 0.97, 0.8], ".0%"), between(range(101), ".0f", middle=0.9)
    ('65 % to 97 %', '5 to 95')
    """
    ordered = np.sort(values, axis=None)
    left_out = round((1.0 - middle) / 2.0 * (ordered.size - 1))
    return f"{_written(ordered[left_out], form)} to {_written(ordered[-1 - left_out], form)}"


def spread(values: Sequence[float] | np.ndarray, form: Form = say, middle: float = 1.0) -> str:
    """The median, and in brackets `between`: what is said of many seeds, everywhere in the course.

    All three are rounded alike. No 0 has a minus sign.

    >>> spread([0.5, 0.25, 1.0], ".2f"), spread([-0.001, 0.0, 0.5], ".1f"), spread([1e-7, 2e-7, 0])
    ('0.50 (0.25 to 1.00)', '0.0 (0.0 to 0.5)', '1.00·10⁻⁷ (vanished to 2.00·10⁻⁷)')
    """
    return f"{_written(np.median(values), form)} ({between(values, form, middle)})"


def _written(value: float, form: Form) -> str:
    if not isinstance(form, str):
        return form(float(value))
    sign = form[:1] if form.startswith(("+", "-", " ")) else ""
    return format(float(value), f"{sign}z{form[len(sign) :]}").replace("%", " %")  # z: no minus before a zero


def seeds(steps: Sequence[int | None]) -> str:
    """How many seeds got there and in how many steps; None is a seed that did not.

    >>> seeds([300, 400, 350]), seeds([300, None, 900]), seeds([50, 50]), seeds([None, None])
    ('3 of 3, median 350 (300 to 400)', '2 of 3 (300 to 900)', '2 of 2, in 50', '0 of 2')
    """
    there = sorted(n for n in steps if n is not None)
    if not there:
        return f"0 of {len(steps)}"
    if there[0] == there[-1]:
        return f"{len(there)} of {len(steps)}, in {there[0]}"
    what = f", median {spread(there, 'g')}" if len(there) == len(steps) else f" ({between(there, 'g')})"
    return f"{len(there)} of {len(steps)}{what}"


def unbroken(text: str) -> str:
    """The text, in which no line ends within a short formula, a shape or a number, nor before a unit or after a mark.

    Blanks become no-break blanks, and a slash or dash within a formula is followed by a word joiner. As `unbroken` in draw.js.

    >>> unbroken("scale 0.1: T = 20, 95 %"), unbroken("from N(0, 1/H)")
    ('scale 0.1: T\xa0=\xa020, 95\xa0%', 'from N(0,\xa01/\u2060H)')
    """
    whole = r"\b[NU]\([^()]*\)|[(\[][A-Za-z\d]+(?:, [A-Za-z\d])+[)\]]|\b\d\d, deeper\b"
    text = re.sub(whole, lambda match: match[0].replace(" ", "\xa0"), text)
    text = re.sub(r"(?<=\d) (?=(?:%|s|ms|px|\d{3})(?!\w))|(?<=[○●◇◆△▲□■×☐]) (?=\S)| (?=−\d)", "\xa0", text)
    text = re.sub(r"\S+(?: [=≈<>≤≥≠←+−·×*/] \S+)+", _formula, text)
    return re.sub(r"(?<=\d)([/–])(?=\S)|(/)(?=[√(])", "\\1\\2\u2060", text)


def _formula(match: re.Match) -> str:
    return match[0].replace(" ", "\xa0") if len(match[0]) <= LINE else re.sub(r"(?<= \S) ", "\xa0", match[0])


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows under a head, in columns: the first stands left, the others right.

    >>> print(table(("cell", "learned"), [("tanh", "2 of 5"), ("LSTM", 5)]))
    cell  learned
    tanh   2 of 5
    LSTM        5
    """
    cells = [[str(entry) for entry in row] for row in (head, *rows)]
    if any(len(row) != len(head) for row in cells):
        raise ValueError(f"rows: of {sorted({len(row) for row in cells})} entries, expected {len(head)} in each, as in the head")
    widths = [max(map(len, column)) for column in zip(*cells)]
    lines = ("  ".join((f"{row[0]:<{widths[0]}}", *map(str.rjust, row[1:], widths[1:]))) for row in cells)
    return "\n".join(line.rstrip() for line in lines)
