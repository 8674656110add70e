"""The still picture of an explorer: labelled bars on an absolute scale, for viewers where no widget runs.

It says less than the explorer, but truly: the present numbers and the sentence. The axis is the one that the explorer is on:
that of magnitude, from 10⁻¹² to 10⁶, of losses, from 0 to 12 nats, of shares, from 0 to 100 %, or of true lengths.
"""

import base64
import html
import math
import textwrap
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from ..basics.text import say

LOW, HIGH = -12, 6
escape = partial(html.escape, quote=False)
NATS = 12  # where the axis of losses ends
WIDTH, LEFT, RIGHT, ROW = 720, 190, 110, 24


class Axis(NamedTuple):
    """Where a value stands in a row, from 0 to 1; the ticks as (label, place); and how a value is written."""

    place: Callable[[float], float]
    ticks: list[tuple[str, float]]
    written: Callable[[float], str]


def still_svg(words: dict[str, str], bars: list[tuple[str, float]], sentence: str, axis: Axis, language: str = "en") -> str:
    """An SVG picture on white paper, so that it reads on a dark page too. Bars are (label, value ≥ 0). Of a bar that is longer
    than its row an arrow says so.
    """
    title, lang = words["title"], "" if language == "en" else f' lang="{language}"'
    lines = textwrap.wrap(sentence, 100)
    bottom = 44 + ROW * len(bars)
    height = bottom + 34 + 18 * len(lines)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img"{lang}>',
        f"<title>{escape(title)}</title><desc>{escape(sentence)}</desc>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/><g font-family="sans-serif" font-size="13" fill="#222">',
        f'<text x="12" y="22" font-weight="bold">{escape(title)}</text>',
    ]
    place, ticks, written = axis
    long = WIDTH - LEFT - RIGHT
    for label, share in ticks:
        x = f"{LEFT + long * share:.1f}"
        parts.append(f'<path d="M{x} 36V{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{label}</text>')
    for y, (label, value) in zip(range(44, bottom, ROW), bars):
        share, number = place(value), written(value)
        width = long * min(1.0, max(0.0, share))
        parts += [
            f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(label)}</text>',
            f'<rect x="{LEFT}" y="{y + 3}" width="{width:.1f}" height="{ROW - 8}" fill="#0072b2"/>',
            f'<text x="{WIDTH - RIGHT + 8}" y="{y + 14}">{escape(words.get(number, number))}</text>',
        ]
        if share > 1.0:
            parts.append(f'<path d="M{LEFT + long + 1} {y + 6}l5 5l-5 5z" fill="#0072b2"/>')
    parts += [f'<text x="12" y="{bottom + 38 + 18 * i}">{escape(line)}</text>' for i, line in enumerate(lines)]
    return "".join(parts) + "</g></svg>"


def as_image(svg: str, sentence: str) -> str:
    """The picture as HTML: Lab draws no SVG before a notebook is trusted, which a fresh clone's is not."""
    return f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" alt="{html.escape(sentence)}">'


def _ten_to(exponent: int) -> str:
    return "1" if exponent == 0 else f'10<tspan dy="-5" font-size="10">{str(exponent).replace("-", "−")}</tspan>'


def _exponent(value: float) -> float:
    return LOW if value <= 0 else HIGH if math.isinf(value) else math.log10(value)


def true_to_scale(power: int) -> Axis:
    """Lengths as they are: a bar of 10^power fills the row."""
    return Axis(lambda value: value / 10.0**power, [("0", 0.0), (_ten_to(power), 1.0)], say)


AXES: dict[str, Axis] = {
    "magnitude": Axis(
        lambda value: (_exponent(value) - LOW) / (HIGH - LOW),
        [(_ten_to(e), (e - LOW) / (HIGH - LOW)) for e in range(LOW, HIGH + 1, 3)],
        say,
    ),
    "nats": Axis(lambda nats: nats / NATS, [(str(n), n / NATS) for n in range(0, NATS + 1, 2)], say),
    "shares": Axis(lambda share: share, [(f"{p} %", p / 100) for p in range(0, 101, 25)], lambda share: f"{100 * share:.0f} %"),
}
