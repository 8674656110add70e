"""The loss of a training run, step by step, with what may be had without learning beside it."""

import textwrap
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from . import look
from .scores import DASHES

OVER = 20  # steps that a point of the line is the mean of


def training(losses: Mapping[str, np.ndarray], baseline: tuple[str, float], setting: str) -> look.Figure:
    """losses: cell -> (steps,) or several of them, one a seed. baseline: its name and its loss. setting: task, H, optimiser."""
    name, level = baseline
    lines = [*textwrap.wrap(setting, 36), f"each point the mean of {OVER} steps"]
    shown = look.figure("Loss in training", lines, _sentence(losses, baseline), 400, bottom=116)
    shown.update_yaxes(type="log", range=[-3, 0.2], tickvals=[0.001, 0.01, 0.1, 1], ticktext=["0.001", "0.01", "0.1", "1"])
    look.level(shown, level, name)
    for cell, runs in losses.items():
        kind = cell.split(",")[0]
        line = {"color": look.CELL_COLOURS[kind], "width": 3, "dash": DASHES[kind]}
        for seed, run in enumerate(np.atleast_2d(runs)):
            means = run[: len(run) // OVER * OVER].reshape(-1, OVER).mean(axis=1)
            steps = OVER * np.arange(1, len(means) + 1)
            trace = go.Scatter(x=steps, y=means, mode="lines", line=line, name=cell, legendgroup=cell)
            shown.add_trace(trace.update(showlegend=seed == 0, hovertemplate=f"%{{y:.2g}} at step %{{x}}<extra>{cell}</extra>"))
    shown.update_xaxes(title_text="step", rangemode="tozero")
    return shown.update_layout(legend=look.FLAT_LEGEND)


def _sentence(losses, baseline) -> str:
    ends = "; ".join(f"{cell} {look.say(np.median(np.atleast_2d(runs)[:, -100:].mean(axis=1)))}" for cell, runs in losses.items())
    return f"Mean loss over the last 100 steps: {ends}. {baseline[0][0].upper()}{baseline[0][1:]}: {look.say(baseline[1])}."
