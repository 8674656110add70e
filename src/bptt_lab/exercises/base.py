"""The base of the exercises: call the learner's function on random small problems, and name the mistake.

A new exercise is a module that is listed in `course.toml`, and beside it what people read, the solution too, as `mistakes.py`
says. In the module stand

    problem(rng, i)         -> what makes a `Problem`, for i = 0, 1, … PROBLEMS - 1; five if the module does not say how many
    SMALL                   arguments of a case to follow by hand

The truth comes from the package, not from the solution, so the check judges the solution too.
"""

import copy
import inspect
import re
import warnings
from collections.abc import Callable
from functools import cached_property, partial
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from ..basics.languages import tr
from . import calling, diagnosis, mutants, progress
from .edits import Steps, defined
from .mistakes import Slip, items, read, sections
from .naming import Knowledge, Named
from .report import SEALED, Report
from .telling import BY_HAND, RIGHT, YOURS, headed, said, sizes, tell, text_of, told

PROBLEMS = 5
CHANGES = "changes its input"


class Problem(NamedTuple):
    """One case: what the function is called with, what it should return, and where a wrong result goes wrong, in words."""

    arguments: tuple
    truth: Any
    where: Callable[[Any], str] = lambda found: ""


class Source(str):
    """The text of a function as the learner reads it. It can be called too."""

    function = cached_property(lambda self: defined(self, {"np": np}))

    def __call__(self, *arguments):
        return self.function(*arguments)


def _changing(solution: Callable, *arguments):
    """What is right, but the first of the arguments that can be changed is."""
    value = copy.deepcopy(solution(*arguments))
    array = calling.arrays(arguments)[0]
    array += 1 if array.dtype.kind != "b" else True
    return value


class Exercise:
    """A task, what the learner begins with (`stub`), and a check that names the mistake. See the head of this file."""

    def __init__(self, module: ModuleType, notebook: str):
        self.name, self.notebook = module.__name__.rpartition(".")[2], notebook
        self.small, self.count, self._problem = module.SMALL, getattr(module, "PROBLEMS", PROBLEMS), module.problem
        task, hints, *_ = sections(self.name).values()
        self.english = *items(task), *items(hints)[1:]
        texts = (sections(self.name)[heading].strip() for heading in ("stub", "solution"))
        self.stub, self._solution = (Source(text.removeprefix("```python\n").removesuffix("\n```")) for text in texts)
        self.parameters = tuple(inspect.signature(self._solution.function).parameters)
        self.steps = Steps(self._solution, self._solution.function.__globals__)

    def __repr__(self) -> str:
        return f"{self.name}: {self.task}"

    @property
    def task(self) -> str:
        """What is to be written, in the language in use."""
        return tr(self.name, self.english[0])

    hints = property(lambda self: tuple(tr(self.name, hint) for hint in self.english[1:]))

    @property
    def solution(self) -> Source:
        """Under the name that the learner's function has; a class version keeps its text to itself."""
        shown = Source("# Your teacher has the solution." if SEALED.exists() else self._solution)
        shown.function = self._solution.function
        return shown

    @cached_property
    def slips(self) -> list[Slip]:
        """All that is known: of one name what came first, and of what was taken over that whose step stands in this solution."""
        slips, names, texts = [], set[str](), set[str | None]()
        own, *taken = read(sections(self.name)["mistakes"])
        for new in (own, *taken):
            for slip in new:
                text = self.steps.changed([slip])
                if slip.name not in names and text not in texts and (text is not None or new is own):
                    slips.append(slip)
                    texts.add(text)
            names |= {slip.name for slip in new}
        self.steps.learn(slips)
        return slips

    @cached_property
    def mistakes(self) -> dict[str, Callable]:
        """Name -> a function that makes this mistake, with what the learner is told as its docstring."""
        made = dict[str, Callable]()
        for slip in self.slips:
            function = made.setdefault(slip.name, self.steps.compiled([slip]))
            function.__doc__ = function.__doc__ or slip.says
        changeable = [name for name, value in zip(self.parameters, self.small) if calling.arrays(value)]
        if changeable:
            made[CHANGES] = partial(_changing, self._solution)
            made[CHANGES].__doc__ = mutants.says()[CHANGES].format(name=changeable[0])
        return made

    def problem(self, i: int, seed: int | None = None) -> Problem:
        """Problem i of the check, or one of the same kind with other random numbers."""
        problem = Problem(*self._problem(np.random.default_rng(i if seed is None else seed), i))
        for array in calling.arrays(problem.arguments):
            array.flags.writeable = False  # a slip that writes into what it was given stops
        return problem

    def problems(self) -> list[Problem]:
        """Small random problems, the same ones each time."""
        return [self.problem(i) for i in range(self.count)]

    knowledge = cached_property(lambda self: Knowledge(self.steps, self.slips, self.problems()))

    def check(self, fn: Callable) -> Report:
        """Call the learner's function on the problems and say what is wrong with it. Never raises for what it does.

        In a notebook it is kept that the exercise was tried, or solved: see `progress.py`.
        """
        report = self._judged(fn.function if isinstance(fn, Source) else fn)
        if report.tried and not isinstance(fn, Source):
            progress.note(self.name, report.solved)
        return report

    def _judged(self, fn) -> Report:
        values, changed, printed, ran, problems = list[Any](), None, "", "", self.knowledge.problems

        def report(*lines: str | None, **about) -> Report:
            return Report(self, fn, text_of(*lines, said(printed)), **about)

        if not callable(fn):
            a = diagnosis.a(fn)
            says = tell("This is {value}, not a function. Hand in its name alone, without brackets after it.", value=a)
            return report(says, verdict="not a function")
        for problem in problems:
            arguments = copy.deepcopy(problem.arguments)
            answer = calling.call(fn, arguments)
            printed = printed or answer.printed
            if answer.error is not None:
                stops = "does not end" if isinstance(answer.error, calling.TooLong) else f"stops: {type(answer.error).__name__}"
                ran = ran and tell("With {sizes} it ran. Is a size, or a number of words, fixed in your code?", sizes=ran)
                return report(calling.stopped(fn, answer.error, self.parameters, problem.arguments), ran, verdict=stops)
            code = getattr(getattr(fn, "__code__", None), "co_code", None)
            if answer.value is None and code == self.stub.function.__code__.co_code:
                return report(tell("Not tried yet: the function returns None."), verdict="not tried")
            if answer.value is None:
                nothing = tell("Your function returns None. At its end hand the result back: return, and what you computed.")
                but_prints = tell("Your function prints, but returns None. Hand the result back with return.")
                return report(but_prints if printed else nothing, verdict="returns None")
            values.append(answer.value)
            ran = sizes(self.parameters, problem.arguments)
            changed = changed or self._changed(problem.arguments, arguments)
        truths, found = self.knowledge.truths, list(map(diagnosis.parts, values))
        wrong = diagnosis.wrong_parts(found, truths)
        if not wrong and changed:
            says = tr("checks", mutants.says()[CHANGES]).format(name=changed)
            return report(says, named=Named((Slip(CHANGES, says),)))
        if not wrong:
            return report(tell("Right, for every size that was tried."), verdict="solved")
        where = next((words for p, f in zip(problems, found) if f is not None and (words := p.where(f))), "")
        also = changed and tell(
            "Your function also changes its argument {name}, which its caller still needs. That may be why.", name=changed
        )
        with warnings.catch_warnings(action="ignore"):
            named = self.knowledge.name(found, wrong)
        told_of = self._told_of(named, wrong) if named else [self._look(found)]
        if named and all(slip.says for slip in named.slips):
            return report(*told_of, where, also, named=named)
        differs = diagnosis.describe(values, truths, problems[0].truth)
        again = diagnosis.parts(calling.call(fn, copy.deepcopy(problems[0].arguments)).value)
        if again and found[0] and not diagnosis.alike(again, found[0]):
            moves = tell(
                "Called twice with the same arguments it returns two results. Is there a random number, or something that it "
                "keeps from call to call?"
            )
            return report(moves, differs, also)
        told_of = told_of[bool(named and named.parts) :]  # what is right so far is told already
        return report(differs, where, *told_of, also, calling.outside(fn), self._by_hand(fn), named=named)

    def _look(self, found: list) -> str:
        """Where to look for a slip that nothing explains: in the step that changes the very numbers that are wrong."""
        step, words = self.knowledge.suspect(found), " ".join((self.stub, *self.english[1:], *self.knowledge.truths[0]))
        if not step or not re.search(rf"\b{re.escape(step)}\b", words):
            return ""
        return tell(
            "The numbers that are wrong are those that a slip where {step} is made would change. Look there first.", step=step
        )

    def _told_of(self, named: Named, wrong: list[str]) -> list[str]:
        """What each of these slips has to say, in front of it the parts that it explains."""
        own = [tr(self.name, slip.says) if slip.says else mutants.told(slip) for slip in named.slips]
        if named.parts:
            says = [f"{', '.join(parts)}: {text}" for parts, text in zip(named.parts, own)]
            left = ", ".join(part for part in wrong if not any(part in parts for parts in named.parts))
            rest = left and tell(
                "{names}: not right yet either. That may come from the same: mend the first thing first.", names=left
            )
            right = [name for name in self.knowledge.truths[0] if name not in wrong]
            return [diagnosis.right_so_far(right), *says, rest]
        if len(own) > 1:
            return [tell("Two things at once. First: {says}", says=own[0]), tell("Then: {says}", says=own[1])]
        return own

    def _changed(self, before, after) -> str | None:
        """The name of the first argument that is no longer what it was."""
        pairs = zip(self.parameters, map(calling.arrays, before), map(calling.arrays, after))
        return next((name for name, old, new in pairs if len(old) != len(new) or not all(map(np.array_equal, old, new))), None)

    def _by_hand(self, fn) -> str:
        """A case small enough to follow with paper and pencil, and what comes out of it."""
        right = self.solution(*copy.deepcopy(self.small))
        yours = calling.call(fn, copy.deepcopy(self.small))
        found = diagnosis.parts(yours.value)
        if found is not None and not diagnosis.wrong_parts([found], [diagnosis.parts(right)]):
            return tell(
                "In a case as small as can be yours is right. Look for what that cannot show: a transpose, an order, a size."
            )
        gives = "" if found is None else told("", yours.value)
        if yours.error is not None:
            gives = tell(
                "it stops with {kind}. Is a size, or a number of words, fixed in your code?", kind=type(yours.error).__name__
            )
        given = "; ".join(map(told, self.parameters, self.small))
        return text_of(headed(BY_HAND, given), headed(RIGHT, told("", right)), gives and headed(YOURS, gives))
