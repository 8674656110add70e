"""Notebook 07: the half-life that a gate's bias buys."""

import numpy as np

from .. import memory
from ..lessons import gates as free_gates
from .base import Exercise, Problem, edits


def stub(bias):
    return None  # your code here


def solution(bias):
    f = 1 / (1 + np.exp(-bias))
    return -np.log(2) / np.log(f)


def problem(rng, i):
    bias = (2.0, -1.0, 4.5)[i]
    return Problem((bias,), memory.half_life(np.log(free_gates.gate(bias))))


F, HALF = "1 / (1 + np.exp(-bias))", "-np.log(2) / np.log(f)"
EDITS = {
    "sign": (HALF, "np.log(2) / np.log(f)", "The sign is turned. A gate is below 1, so its logarithm is negative."),
    "time to 1/e": (HALF, "-1 / np.log(f)", "After that many steps 1/e is left. A half-life leaves one half."),
    "logarithms mixed": (
        HALF,
        "-np.log(2) / np.log10(f)",
        "Two kinds of logarithm are mixed. Take the same one above and below the line.",
    ),
    "turned over": (HALF, "-np.log(f) / np.log(2)", "It is turned over: a more open gate has a longer half-life."),
    "gate for its logarithm": (HALF, "np.log(2) / f", "The gate stands where its logarithm belongs. Solve fⁿ = ½ for n."),
    "gate from one": (HALF, "np.log(2) / (1 - f)", "1 − f is near −ln f for an open gate alone. Solve fⁿ = ½ for n."),
    "straight line": (
        HALF,
        "0.5 / (1 - f)",
        "You take the same amount away at each step. A gate takes the same share, of what is left.",
    ),
    "gate that lets in": (
        F,
        "1 / (1 + np.exp(bias))",
        "Your gate closes as the bias grows: 1 − σ stands where σ belongs. Look at the sign in the exponential.",
    ),
    "tanh for σ": (F, "np.tanh(bias)", "You used tanh. A gate is σ of its bias, between 0 and 1."),
    "tanh of half": (F, "(1 + np.tanh(bias)) / 2", "σ is a tanh, but of half of its argument."),
    "exponential alone": (
        F,
        "np.exp(-bias)",
        "That belongs to a gate of e to the −bias. The gate is σ of the bias, which lies between 0 and 1.",
    ),
    "whole steps": (HALF, "np.ceil(-np.log(2) / np.log(f))", "You round up to whole steps. Return the number itself."),
    "gate below the line": (
        "-np.log(2) / np.log(f)",
        "np.log(0.5) / f",
        "The gate stands below the line, where its logarithm belongs. Solve fⁿ = ½ for n.",
    ),
    "whole steps below": (
        "-np.log(2) / np.log(f)",
        "np.floor(-np.log(2) / np.log(f))",
        "You cut off the part after the point. Return the number itself.",
    ),
    "half without its logarithm": (
        "-np.log(2) / np.log(f)",
        "-0.5 / np.log(f)",
        "Above the line stands one half itself. Take its logarithm too.",
    ),
    "time constant": (
        "-np.log(2) / np.log(f)",
        "1 / (1 - f)",
        "That is how many steps a gate holds a message on the average, near f = 1. Solve fⁿ = ½ for n.",
    ),
    "half of the gate": (
        "-np.log(2) / np.log(f)",
        "np.log(0.5 * f) / np.log(f)",
        "You ask when f/2 is left: one step too many. At the start 1 is there, so solve fⁿ = ½.",
    ),
}

EXERCISE = Exercise(
    name="half_life",
    notebook="07_gates",
    function="half_life",
    task="A gate stands at σ(bias), and nothing else carries the gradient. Return after how many steps one half of it is left.",
    hints=(
        "σ(a) is 1 / (1 + e⁻ᵃ). np.exp is the exponential, np.log the natural logarithm.",
        "After n steps fⁿ is left. Set it equal to ½, and take the logarithm on both sides.",
    ),
    stub=stub,
    solution=solution,
    problem=problem,
    mistakes=edits(solution, EDITS),
    small=(0.0,),
)
