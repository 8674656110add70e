"""Predict, then see: one question before a figure. The learner commits a number, and then sees both, and the error."""

import html
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
import traitlets

from .. import experiments
from ..basics import checks
from ..lessons import four_words_four_terms, gates, long_memory_measured, partial_cures, the_chain_rule_through_time
from ..lessons import networks_in_the_wild as wild
from ..lessons import vanishing_and_exploding as growth
from ..tasks import English
from . import CellSwitch, FourCells, FourTerms, GatePad, GradientByLag, Ledger, LivingEquation, Starts, TokenLosses, Wall
from .base import Explorer, Guess, Said
from .cover import CLOSED, covers
from .predictions import Made, judge, keep


class Prediction(NamedTuple):
    """What can be guessed, and how the truth is measured. `powers`: a guess is a power of ten, else it is the number itself."""

    truth: Callable[[], float]
    values: range = range(-12, 7)
    powers: bool = True


_number = partial(Prediction, powers=False)


def _of_five(recipe: str, **wanted) -> Prediction:
    """How many of the five committed runs with these settings got there."""
    return _number(lambda: experiments.arrived(experiments.values(experiments.load(recipe), "steps", **wanted)), range(6))


def _ratio(values) -> float:
    """The last divided by the first."""
    return values[-1] / values[0]


def _shipped() -> dict[str, dict]:
    return wild.networks(experiments.load("wild"))


ALL = {
    "presses": _number(lambda: LivingEquation(length=11, target=8, weight_scale=0.1).presses(), range(13)),
    "dearest_token": Prediction(lambda: _ratio(sorted(loss for *_, loss in TokenLosses().token_losses())), range(7)),
    "carried_forward": Prediction(lambda: GradientByLag().at("forward") / GradientByLag().at("right")[-1]),
    "lost_transpose": Prediction(lambda: np.median(the_chain_rule_through_time.lost_far(23))),
    "first_term": Prediction(lambda: _ratio(LivingEquation(weight_scale=0.215).norms()[::-1])),
    "wide_first": Prediction(lambda: np.median(four_words_four_terms.first_over_last("N(0, 1)", 0.1))),
    "zero_terms": _number(lambda: (Ledger(length=4, wrt="W_hh").at("ledger_W_hh")[np.tril_indices(4)] == 0).sum(), range(11)),
    "wide_product": Prediction(lambda: 10 ** growth.over_lag(64, lag=15)),
    "closed_gates": _of_five("agreement", cell="LSTM, closed", distance=10, optimizer="sgd"),
    "thrown_off": _number(lambda: Wall(step=500).counts()[1][0], range(82)),
    "relu_orthogonal": Prediction(lambda: np.median(Starts(start="orthogonal").at(30)[0][1])),
    "kept_by_cut": _number(lambda: 100 * np.median(partial_cures.truncated(8, 1.0)[:, 0]), range(121)),
    "one_unit": Prediction(lambda: gates.one_unit(0.5)[-1]),
    "residual": Prediction(lambda: GatePad(gates="held", G1=1.0, G2=1.0).numbers()["gradient"]),
    "half_open": Prediction(lambda: FourTerms().at_cats()),
    "open_state": Prediction(lambda: np.median(gates.states("gated", 2, steps=150)[:, -1])),
    "gru_at_cats": Prediction(lambda: _ratio(FourCells(length=23).norms()["gru"][:0:-1])),
    "direct_road": Prediction(lambda: _ratio([size for _, size in CellSwitch().still()[:1:-1]])),  # LSTM, true over direct
    "open_adders": _of_five("adding", cell="gated, open", length=50),
    "clipped": _of_five("temporal_order", cell="tanh, N(0, 1/H)", length=30, clip=1.0),
    "closed_adam": _of_five("agreement", cell="LSTM, closed", distance=10, optimizer="adam"),
    "one_word": _number(lambda: 100 * English().baselines()["last word"], range(50, 101)),
    "open_gates": _number(lambda: np.median((long_memory_measured.trained_gates() > 0.9).sum(axis=1)), range(25)),
    "listening": Prediction(lambda: wild.spread(_shipped(), "silero-vad")[1], range(5)),
    "counting": Prediction(lambda: max(one["largest_c"] for _, one in wild.runs_of(_shipped(), "madmom")), range(5)),
    "arabic": _number(lambda: 100 * max(wild.gates_and_half_lives(_shipped(), "piper"), key=lambda row: row[2])[0], range(101)),
}
truth_of = lru_cache(maxsize=None)(lambda name: float(ALL[name].truth()))


class Predict(Explorer):
    """One question by its name, as in `Predict("first_term")`. `guess` is the learner's, until it is `committed`, for good.

    Nothing is guessed at first. Where "show me" was pressed the answer is `seen`, and no guess counts any more. Till one of the
    two, what the next cells of code show is covered, see `covers`; where no widget runs, till the question is opened.
    """

    name = "predict"
    asked = traitlets.Unicode().tag(sync=True)
    powers = traitlets.Bool().tag(sync=True)
    truth = traitlets.Float().tag(sync=True)
    guess: Any = traitlets.Int(None, allow_none=True).tag(sync=True)
    committed = traitlets.Bool(False).tag(sync=True)
    seen = traitlets.Bool(False).tag(sync=True)

    def __init__(self, asked: str, **settings):
        prediction = ALL[checks.choice("asked", asked, ALL)]
        line = Guess(prediction.values)  # each question has its own
        line.name = "guess"
        self.controls = (line,)
        super().__init__(**settings, asked=asked, powers=prediction.powers, truth=truth_of(asked))
        # A guess of 5 is 5, and not the fifth power of ten. The question names the explorer: a page has several.
        words = {key: text for key, text in self.words.items() if prediction.powers or not key.startswith("guess_")}
        self.words = {**words, "title": f"{words['title']}: {self.question}"}
        self.observe(lambda _: keep((self.asked,), Made(self.question, *self._in_words())), "committed")

    @traitlets.validate("guess")
    def _one_of_those(self, proposal):
        guess = proposal["value"]
        if guess is not None:
            self.controls[0].validate(self, guess)
        if self.committed and guess != self.guess:
            raise traitlets.TraitError(f"guess: got {guess}, but {self.guess} is committed.")
        return guess

    @traitlets.validate("committed")
    def _for_good(self, proposal):
        if proposal["value"] and (self.guess is None or self.seen):
            raise traitlets.TraitError("committed: got True, expected a guess that is made before the answer is seen.")
        return proposal["value"] or self.committed

    question = property(lambda self: self.words[f"question_{self.asked}"])

    @property
    def answer(self) -> str:
        """What was measured, in words, and why."""
        found = self.number(self.truth) if self.powers else str(round(self.truth))
        return self.say("answer", truth=found, why=self.words[f"why_{self.asked}"])

    def _in_words(self) -> tuple[str, str, str, bool]:
        """The guess, the truth, what is said of the two, and whether they are close."""
        if self.powers:
            return judge(self, self.guess, self.truth)
        off = self.guess - round(self.truth)
        key = "exactly" if off == 0 else "number_too_high" if off > 0 else "number_too_low"
        return str(self.guess), str(round(self.truth)), self.say(key, off=abs(off)), off == 0

    def said(self) -> Said:
        if self.committed:
            guess, truth, judged, _ = self._in_words()
            yield self.say("shows", guess=guess, truth=truth, verdict=judged)
            yield self.words[f"why_{self.asked}"]
        elif self.seen:
            yield self.answer
        else:
            guess = self.words.get(f"guess_{self.guess}", str(self.guess))
            yield self.say("shows_unset" if self.guess is None else "shows_open", guess=guess)

    def still_picture(self) -> dict[str, str]:
        """The question, and the answer behind it, as HTML that needs no script."""
        question, answer = html.escape(self.question), html.escape(self.answer)
        block = f'<details class="bptt-asks"><summary>{question}</summary><p>{answer}</p></details>'
        return {"text/html": f"<style>{covers(CLOSED)}</style>{self.in_its_language(block)}"}
