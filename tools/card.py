"""The picture of a page that other sites show beside a link to it: its title over three gradients on their way back.

The curves are real: a net of 32 tanh units reads 64 inputs, at three weight scales.
One vanishes fast, one slowly, and one explodes.
"""

import textwrap
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, MARGIN = 1200, 630, 80
PAPER, INK = "#00224e", "#ffffff"
CURVES = {0.562: "#7c9bd1", 1.0: "#d2c060", 3.16: "#fde737"}  # weight scales and the colours of age
FLOOR, TOP = 580, 290  # px of 10⁻¹² and 10⁶
TWICE = 2  # drawn larger, then made smaller: smooth lines


def curves() -> dict[float, np.ndarray]:
    """Weight scale -> log10 of the norm of each word's term, the last word first."""
    from bptt_lab.explore import GradientByLag

    explorer, found = GradientByLag(length=64), {}
    for scale in CURVES:
        explorer.weight_scale = scale
        with np.errstate(divide="ignore"):
            found[scale] = np.log10(explorer.at("right"))
    return found


def draw(title: str, course: str, path: Path) -> None:
    """Write the card of a page as a PNG."""
    picture = Image.new("RGB", (TWICE * WIDTH, TWICE * HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.text((TWICE * MARGIN, TWICE * 50), course, INK, ImageFont.load_default(TWICE * 30))
    pen.multiline_text(
        (TWICE * MARGIN, TWICE * 105), textwrap.fill(title, 34), INK, ImageFont.load_default(TWICE * 66), spacing=20
    )
    for scale, logs in curves().items():
        x = np.linspace(WIDTH - MARGIN, MARGIN, len(logs))  # time runs to the right
        y = FLOOR + (logs + 12) / 18 * (TOP - FLOOR)
        inside = (y <= FLOOR) & (y >= TOP)
        pen.line([(TWICE * a, TWICE * b) for a, b in zip(x[inside], y[inside])], CURVES[scale], TWICE * 6, "curve")
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(path, optimize=True)
