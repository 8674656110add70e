"""Predict, then see: one question before a figure. The learner commits a number, and then sees both, and the error."""

import html
import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import traitlets

from ..basics import checks
from ..basics.text import say
from ..lessons import four_words_four_terms as measure
from ..lessons import vanishing_and_exploding as growth
from .base import Control, Explorer, fixed
from .four_cells import FourCells
from .four_terms import FourTerms
from .gate_pad import GatePad
from .gradient_by_lag import GradientByLag
from .ledger import Ledger
from .living_equation import LivingEquation
from .predictions import Made, keep, verdict
from .starts import Starts
from .token_losses import TokenLosses
from .truncation import Truncation
from .wall import Wall


class Prediction(NamedTuple):
    """What can be guessed, and how the truth is measured. `powers`: a guess is a power of ten, else it is the number itself."""

    values: tuple[int, ...]
    truth: Callable[[], float]
    powers: bool = True


def _least_taught() -> float:
    return 1 + int(np.argmin(LivingEquation(small=True, length=11, weight_scale=0.316).norms()))


def _dearest_token() -> float:
    losses = [loss for _, _, loss in TokenLosses().token_losses()]
    return max(losses) / min(losses)


def _lost_transpose() -> float:
    explorer = GradientByLag()
    return float(explorer._at("lost")[-1] / explorer._at("right")[-1])


def _first_term() -> float:
    norms = LivingEquation().norms()
    return norms[0] / norms[-1]


def _gru_at_cats() -> float:
    norms = FourCells(length=23).norms()["gru"]
    return float(norms[1] / norms[-1])


def _wide_first() -> float:
    return float(np.median(measure.first_over_last("N(0, 1)", 0.1)))


def _zero_terms() -> float:
    cells = Ledger(length=4, wrt="W_hh")._at("ledger")
    return float((cells[np.tril_indices(4)] == 0).sum())


def _wide_product() -> float:
    return float(np.exp(15 * growth.unit_normal(64, seeds=1)["slope"][0]))


def _relu_orthogonal() -> float:
    norms, _ = Starts(start="orthogonal").at(30)
    return float(np.median(norms[1]))


def _kept_by_cut() -> float:
    whole, kept, _ = Truncation().kept()
    return 100 * kept / whole


def _learned(recipe: str, **wanted) -> float:
    """How many of the committed runs with these settings got there."""
    from ..experiments import load, values

    return float(sum(steps is not None for steps in values(load(recipe), "steps", **wanted)))


def _one_word() -> float:
    from ..tasks import English

    return 100 * English().baselines()["last word"]


POWERS = tuple(range(-12, 7))
OF_FIVE = tuple(range(6))
ALL = {
    "least_taught": Prediction(tuple(range(1, 12)), _least_taught, powers=False),
    "dearest_token": Prediction(tuple(range(7)), _dearest_token),
    "lost_transpose": Prediction(POWERS, _lost_transpose),
    "first_term": Prediction(POWERS, _first_term),
    "wide_first": Prediction(POWERS, _wide_first),
    "zero_terms": Prediction(tuple(range(11)), _zero_terms, powers=False),
    "wide_product": Prediction(POWERS, _wide_product),
    "closed_gates": Prediction(
        OF_FIVE, lambda: _learned("agreement", cell="LSTM, closed", distance=10, optimizer="sgd"), powers=False
    ),
    "thrown_off": Prediction(tuple(range(82)), lambda: Wall(step=500)._counts()[1][0], powers=False),
    "relu_orthogonal": Prediction(POWERS, _relu_orthogonal),
    "kept_by_cut": Prediction(tuple(range(121)), _kept_by_cut, powers=False),
    "half_open": Prediction(POWERS, lambda: FourTerms().norms()[1]),
    "residual": Prediction(POWERS, lambda: GatePad(gates="held", G1=1.0, G2=1.0).numbers()["gradient"]),
    "gru_at_cats": Prediction(POWERS, _gru_at_cats),
    "open_adders": Prediction(OF_FIVE, lambda: _learned("adding", cell="gated, open", length=50), powers=False),
    "unclipped": Prediction(OF_FIVE, lambda: _learned("temporal_order", cell="tanh", length=20, clip=None), powers=False),
    "closed_adam": Prediction(
        OF_FIVE, lambda: _learned("agreement", cell="LSTM, closed", distance=10, optimizer="adam"), powers=False
    ),
    "one_word": Prediction(tuple(range(50, 101)), _one_word, powers=False),
}
truth_of = lru_cache(maxsize=None)(lambda name: float(ALL[name].truth()))


class Predict(Explorer):
    """One question by its name, as in `Predict("first_term")`. `guess` is the learner's, until it is `committed`, for good."""

    name = "predict"
    asked = traitlets.Unicode().tag(sync=True)
    powers = traitlets.Bool().tag(sync=True)
    truth = traitlets.Float().tag(sync=True)
    guess = traitlets.Int().tag(sync=True)
    committed = traitlets.Bool(False).tag(sync=True)

    def __init__(self, asked: str, **settings):
        prediction = ALL[checks.choice("asked", asked, ALL)]
        self.controls = (Control("guess", "slider", prediction.values),)
        start = prediction.values[-1]  # where no one leaves it
        settings = {"guess": start, **settings, "asked": asked, "powers": prediction.powers, "truth": truth_of(asked)}
        super().__init__(**settings)
        # A guess of 5 is 5, and not the fifth power of ten. The question names the explorer: a page has several.
        own = {key: text for key, text in self.words.items() if prediction.powers or not key.startswith("guess_")}
        self.words = {**own, "title": f"{own['title']}: {self.question}"}
        self.observe(self._keep_it, "committed")

    @traitlets.validate("guess")
    def _one_of_those(self, proposal):
        guess, values = proposal["value"], self.controls[0].values
        if isinstance(guess, bool) or guess not in values:
            raise traitlets.TraitError(f"guess: got {guess!r}, expected a whole number from {values[0]} to {values[-1]}.")
        if self.committed and guess != self.guess:
            raise traitlets.TraitError(f"guess: got {guess}, but {self.guess} is committed.")
        return guess

    @traitlets.validate("committed")
    def _for_good(self, proposal):
        return proposal["value"] or self.committed

    @property
    def question(self) -> str:
        return self.words[f"question_{self.asked}"]

    def _in_words(self) -> tuple[str, str, str, bool]:
        """The guess, the truth, what is said of the two, and whether they are close."""
        if self.powers:
            key, off = verdict(self.guess, math.log10(self.truth))
            return (
                self.words[f"guess_{self.guess}"],
                self._no_number(say(self.truth)),
                self.say(key, off=fixed(abs(off), 1)),
                key == "close",
            )
        off = self.guess - round(self.truth)
        key = "exactly" if off == 0 else "number_too_high" if off > 0 else "number_too_low"
        return str(self.guess), str(round(self.truth)), self.say(key, off=abs(off)), off == 0

    def _keep_it(self, _) -> None:
        keep((self.asked,), Made(self.question, *self._in_words()))

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        yield {"none": np.zeros(1)}  # the one number that is measured is a setting of its own

    def sentence(self) -> str:
        guess, truth, judged, _ = self._in_words()
        return (
            self.say("shows", guess=guess, truth=truth, verdict=judged) if self.committed else self.say("shows_open", guess=guess)
        )

    def still_picture(self) -> dict[str, str]:
        """The question, and the answer behind it, as HTML that needs no script."""
        answer = f"{self.words['measured']}: {self._in_words()[1]}"
        block = f"<details><summary>{html.escape(self.question)}</summary><p>{html.escape(answer)}</p></details>"
        return {"text/html": self.in_its_language(block)}
