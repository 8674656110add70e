"""The still picture of an explorer: labelled bars on an absolute scale, for viewers where no widget runs.

It says less than the explorer, but truly: the present numbers and the sentence. The axis is that of magnitude, from 10⁻¹²
to 10⁶, or that of losses, from 0 to 12 nats, or that of shares, from 0 to 100 %.
"""

import base64
import html
import math
import textwrap
from functools import partial

from ..basics.text import say

LOW, HIGH = -12, 6
escape = partial(html.escape, quote=False)
NATS = 12  # where the axis of losses ends
WIDTH, LEFT, RIGHT, ROW = 720, 190, 110, 24


def still_svg(
    words: dict[str, str], bars: list[tuple[str, float]], sentence: str, axis: str = "magnitude", language: str = "en"
) -> str:
    """An SVG picture on white paper, so that it reads on a dark page too. Bars are (label, value ≥ 0)."""
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
    place, ticks, written = AXES[axis]
    long = WIDTH - LEFT - RIGHT
    for label, share in ticks:
        x = LEFT + long * share
        parts.append(f'<path d="M{x:.1f} 36V{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{label}</text>')
    for i, (label, value) in enumerate(bars):
        y = 44 + ROW * i
        parts.append(f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(label)}</text>')
        width = long * min(1.0, max(0.0, place(value)))
        parts.append(f'<rect x="{LEFT}" y="{y + 3}" width="{width:.1f}" height="{ROW - 8}" fill="#0072b2"/>')
        number = written(value)
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{y + 14}">{escape(words.get(number, number))}</text>')
    for i, line in enumerate(lines):
        parts.append(f'<text x="12" y="{bottom + 44 + 18 * i - 6}">{escape(line)}</text>')
    return "".join(parts) + "</g></svg>"


def as_image(svg: str, sentence: str) -> str:
    """The picture as HTML: Lab draws no SVG before a notebook is trusted, which a fresh clone's is not."""
    return f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" alt="{html.escape(sentence)}">'


def _ten_to(exponent: int) -> str:
    return "1" if exponent == 0 else f'10<tspan dy="-5" font-size="10">{str(exponent).replace("-", "−")}</tspan>'


def _exponent(value: float) -> float:
    return LOW if value <= 0 else HIGH if math.isinf(value) else math.log10(value)


# Where a value stands on the axis, from 0 to 1; the ticks as (label, place); and how a value is written.
AXES: dict[str, tuple] = {
    "magnitude": (
        lambda value: (_exponent(value) - LOW) / (HIGH - LOW),
        [(_ten_to(e), (e - LOW) / (HIGH - LOW)) for e in range(LOW, HIGH + 1, 3)],
        say,
    ),
    "nats": (lambda nats: nats / NATS, [(str(n), n / NATS) for n in range(0, NATS + 1, 2)], say),
    "shares": (lambda share: share, [(f"{p} %", p / 100) for p in range(0, 101, 25)], lambda share: f"{100 * share:.0f} %"),
}
