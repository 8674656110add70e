"""What the learner predicted in this session, beside what was measured. Kept in memory, and nowhere else."""

import html
import math
from typing import NamedTuple

from ..basics.languages import spoken
from .base import Explorer, fixed
from .words import words_of


class Made(NamedTuple):
    """One prediction, in words."""

    question: str
    guess: str
    truth: str
    verdict: str
    close: bool


_made: dict[tuple, Made] = {}
keep = _made.setdefault  # a prediction, under a key that says which. The first one counts: after it the answer was seen


def judge(explorer: Explorer, guess: int, truth: float) -> tuple[str, str, str, bool]:
    """A guess at a power of ten: the guess, the truth and what is said of the two, in words; and whether they are close."""
    off = guess - (math.log10(truth) if truth > 0 else -math.inf)
    key = "nothing_left" if off == math.inf else "close" if abs(off) < 0.5 else "too_high" if off > 0 else "too_low"
    return explorer.words[f"guess_{guess}"], explorer.number(truth), explorer.say(key, off=fixed(abs(off), 1)), key == "close"


class Predictions(list[Made]):
    """The session's predictions in the order they were made: a table in a notebook, lines elsewhere."""

    words = property(lambda self: words_of("predict", spoken("predict")))

    def __repr__(self) -> str:
        return "\n".join([self._summary(), *(f"{p.question} {p.guess} | {p.truth} | {p.verdict}" for p in self)])

    def _summary(self) -> str:
        text = self.words["together" if self else "none_yet"]
        return text.format(made=len(self), close=sum(made.close for made in self))

    def _repr_html_(self) -> str:
        left = 'style="text-align: left"'  # Lab turns tables to the right
        names = ("question", "your_guess", "measured", "verdict")
        head = "".join(f'<th {left} scope="col">{self.words[name]}</th>' for name in names)
        rows = "".join(f"<tr>{''.join(f'<td {left}>{html.escape(text)}</td>' for text in made[:4])}</tr>" for made in self)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if self else ""
        return f"<p>{self._summary()}</p>{table}"


def my_predictions() -> Predictions:
    """What you predicted since this notebook's kernel started, beside what was measured."""
    return Predictions(_made.values())
