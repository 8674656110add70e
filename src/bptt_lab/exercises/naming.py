"""Which slip gives these numbers? One, or two together, or one in each part of the result."""

import time
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from . import calling, diagnosis
from .edits import Steps
from .mistakes import Slip
from .mutants import mutants

SECONDS = 0.08  # of this thread, for pairs: as long as a learner has patience for, on a busy machine too
TRIALS = 2000
CLOCK = getattr(time, "thread_time", time.perf_counter)  # a browser has one thread, and no clock for it


class Named(NamedTuple):
    """Slips that explain a result: together what is wrong in all of it or, with `parts`, each in its own parts."""

    slips: tuple[Slip, ...]
    parts: tuple[tuple[str, ...], ...] = ()


class Knowledge:
    """What is known of one exercise's slips: what each gives on the problems of the check."""

    def __init__(self, steps: Steps, slips: list[Slip], problems: list):
        self.steps, self.problems = steps, problems
        self.slips = sorted(slips, key=lambda slip: len(slip.edits))  # where one part is alike, the slip that does no more
        self.truths = [diagnosis.parts(problem.truth) or {} for problem in problems]
        self.order = sorted(range(len(problems)), key=lambda i: sum(map(np.size, calling.arrays(problems[i].arguments))))
        self.right = np.array(self._flat(self.truths))

    @cached_property
    def loose(self) -> list[Slip]:
        """Slips made by program."""
        made = mutants(self.steps.lines)
        self.steps.learn(made)
        return made

    @cache  # noqa: B019 (an exercise stays as long as the program)
    def gives(self, slip: Slip, i: int) -> diagnosis.Parts | None:
        """What the solution with this slip gives on problem i, as parts; None if it stops."""
        return self.steps.gives([slip], self.problems[i].arguments)

    def explained(self, slip: Slip, found: list, wrong: list[str]) -> set[str]:
        """The parts that this slip gives as they were found, on every problem; none if nothing that is wrong is among them."""
        same = set(found[0])
        for i in self.order:
            f, theirs = found[i], self.gives(slip, i)
            same = {part for part in same if diagnosis.alike(f, theirs, part)}
            if same.isdisjoint(wrong):
                return set()
        return same

    def name(self, found: list, wrong: list[str]) -> Named | None:
        """The slips that explain what was found; None if none do."""
        if not all(f is not None and f.keys() >= truth.keys() for f, truth in zip(found, self.truths)):
            return None
        if not any(np.isfinite(list(f.values())[0]).all() for f in found):
            return None  # any two functions give the same where neither gives a number
        explains = dict[str, Slip]()
        for known in (self.slips, self.loose):
            alone = None
            for slip in known:
                same = self.explained(slip, found, wrong)
                if same.issuperset(found[0]):
                    return Named((slip,))
                alone = alone or (slip if same.issuperset(wrong) else None)
                for part in same.intersection(wrong):
                    explains.setdefault(part, slip)
            if alone:
                return Named((alone,), (tuple(wrong),))
        if two := self._two(found):
            return Named(two)
        slips = tuple(dict.fromkeys(explains[part] for part in wrong if part in explains))
        parts = (tuple(part for part in wrong if explains.get(part) is slip) for slip in slips)
        return Named(slips, tuple(parts)) if slips else None

    def _two(self, found: list) -> tuple[Slip, ...] | None:
        """Two slips that together give what was found. The one that stands earlier in the solution comes first.

        Where one of two slips alone changes nothing, the result is that of the other: this rules nearly all pairs out before
        they are run. What cannot be told so, the numbers that both change, is told by running them.
        """
        known = [*self.slips, *self.loose]
        mine, rows = self._flat(found), list(map(self._row, known))
        if mine is None:  # not of the right shape: one of the two alone gives that shape
            odd = [i for i, row in enumerate(rows) if row is None and _shape(self.gives(known[i], 0)) == _shape(found[0])]
            likely = [(i, j) for i in odd for j in range(len(self.slips)) if j not in odd]
        else:
            known, rows = zip(*((slip, row) for slip, row in zip(known, rows) if row is not None))
            likely = _likely(self.right, mine, np.array(rows), np.array([slip.lines != () for slip in known]))
        start = CLOCK()
        for a, b in likely:
            if CLOCK() - start > SECONDS:
                break
            pair = tuple(sorted((known[a], known[b]), key=lambda slip: min(self.steps.places(slip), default=0)))
            if all(diagnosis.alike(found[i], self.steps.gives(pair, self.problems[i].arguments)) for i in self.order):
                return pair
        return None

    def suspect(self, found: list) -> str:
        """The step of the solution in which a slip would change exactly the numbers that are wrong; "" if it is not one step."""
        wrong = self._moves(self._flat(found))
        steps = {slip.name.partition(" in ")[2] for slip in self.loose if wrong and self._moves(self._row(slip)) == wrong}
        return steps.pop() if len(steps) == 1 else ""

    def _moves(self, row: np.ndarray | None) -> list[bool]:
        """Which of the numbers are wrong; nothing if the shape is."""
        return [] if row is None else (np.abs(row - self.right) > 1e-7 * np.abs(self.right)).tolist()

    def _row(self, slip: Slip) -> np.ndarray | None:
        return self._flat({i: self.gives(slip, i) for i in self.order[:2]})

    def _flat(self, results) -> np.ndarray | None:
        """All numbers of the results on the two smallest problems in one row; None if one has not the shape of the right one."""
        row = list[np.ndarray]()
        for i in self.order[:2]:
            if any(_shape(results[i]).get(name) != right.shape for name, right in self.truths[i].items()):
                return None
            row += [results[i][name].ravel() for name in self.truths[i]]
        return np.nan_to_num(np.concatenate(row), nan=3e99, posinf=5e99, neginf=-5e99)


def _likely(right: np.ndarray, mine: np.ndarray, values: np.ndarray, loose: np.ndarray) -> list[tuple[int, int]]:
    """The pairs that the numbers do not speak against come first."""
    near = 1e-7 * np.abs(values).max(axis=0, initial=0.0) + 1e-7 * np.abs(right)
    moves = (np.abs(values - right) > near).astype(float)
    off = (np.abs(values - mine) > near + 1e-7 * np.abs(mine)).astype(float)
    rest, wrong = 1 - moves, (np.abs(mine - right) > near).astype(float)
    against = (rest * wrong) @ rest.T + (moves * off) @ rest.T + rest @ (moves * off).T
    order = against * 1e6 + (loose[:, None].astype(float) + loose) * 1e4 + moves @ moves.T
    first, second = np.triu_indices(len(values), 1)
    likely = np.argsort(order[first, second], kind="stable")[:TRIALS]
    return list(zip(first[likely].tolist(), second[likely].tolist()))


def _shape(parts) -> dict:
    return {name: value.shape for name, value in (parts or {}).items()}
