"""How numbers are written for people: one format in every picture, table and sentence."""

import math

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def say(value: float, vanished: str = "vanished", exploded: str = "exploded") -> str:
    """Three significant digits; powers of ten from 10³ on and below 10⁻²; words where no number is left.

    >>> say(0.5), say(1.25e-7), say(1250), say(0.0), say(float("inf"))
    ('0.500', '1.25·10⁻⁷', '1.25·10³', 'vanished', 'exploded')
    """
    value = float(value)
    if value == 0:
        return vanished
    if not math.isfinite(value):
        return exploded
    mantissa, power = f"{abs(value):.2e}".split("e")
    exponent = int(power)
    sign = "−" if value < 0 else ""
    if -2 <= exponent < 3:
        return sign + f"{float(mantissa + 'e' + power):.{2 - exponent}f}"
    return f"{sign}{mantissa}·10{str(exponent).translate(_SUPERSCRIPT)}"
