"""The base of the exercises: call the learner's function on random small problems, and name the mistake.

A new exercise is one module that is listed in `__init__.py`. In it stand

    TASK, HINTS             two sentences, and at most three hints, shown one at a time
    solution                a function, one statement a line; the learner sees its text
    STUB                    the body that the learner begins with, if it is more than `return None`
    problem(rng, i)         -> Problem, for i = 0, 1, … PROBLEMS - 1; five if the module does not say how many
    SLIPS, KINDS            what is known to go wrong: a text as in `edits.py`, and kinds of slips from `kinds.py`
    SMALL                   arguments of a case to follow by hand
    FUNCTION                the name of the learner's function, if it is not the module's

The truth comes from the package, not from the solution, so the check judges the solution too.
"""

import copy
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from ..basics.languages import tr
from . import calling, diagnosis, mutants, progress
from .edits import Slip, Steps, defined, read
from .naming import Knowledge, Named
from .report import SEALED, Report
from .telling import BY_HAND, RIGHT, YOURS, headed, said, size, tell, text_of, told

PROBLEMS = 5
CHANGES = "changes its input"


class Problem(NamedTuple):
    """One case: what the function is called with, what it should return, and where a wrong result goes wrong, in words."""

    arguments: tuple
    truth: Any
    where: Callable[[Any], str] = lambda found: ""


class Source(str):
    """The text of a function as the learner reads it. It can be called too."""

    function: Callable

    def __new__(cls, text: str, function: Callable):
        source = super().__new__(cls, text)
        source.function = function
        return source

    @classmethod
    def of(cls, function: Callable, name: str) -> "Source":
        """The text of `function` under the name that the learner's function has."""
        text = textwrap.dedent(inspect.getsource(function)).rstrip("\n")
        return cls(text.replace(f"def {function.__name__}(", f"def {name}(", 1), function)

    def __getnewargs__(self):
        return str(self), self.function

    def __call__(self, *arguments):
        return self.function(*arguments)


class Mistakes(Mapping):
    """Name -> a function that makes this mistake, compiled when it is asked for. Slips made by program are known by name too."""

    def __init__(self, exercise: "Exercise"):
        self._exercise, self._slips = exercise, {slip.name: slip for slip in reversed(exercise.slips)}

    def __iter__(self) -> Iterator[str]:
        return reversed(self._slips)

    def __len__(self) -> int:
        return len(self._slips)

    def __getitem__(self, name: str) -> Callable:
        slip = self._slips.get(name) or next((s for s in self._exercise.knowledge.loose if s.name == name), None)
        if slip is None:
            raise KeyError(name)
        return self._exercise.wrong(slip)


class Exercise:
    """A task, and a check that names the mistake. See the head of this file."""

    def __init__(self, module: ModuleType, notebook: str):
        self.name, self.notebook, self.small = module.__name__.rpartition(".")[2], notebook, module.SMALL
        self.count = getattr(module, "PROBLEMS", PROBLEMS)
        self._task, self._hints, self._problem = module.TASK, module.HINTS, module.problem
        function = getattr(module, "FUNCTION", self.name)
        self.solution = Source.of(module.solution, function)
        self.steps = Steps(textwrap.dedent(inspect.getsource(module.solution)), module.solution)
        head, body = self.solution.split("\n", 1)[0], getattr(module, "STUB", "return None  # your code here")
        stub = f"{head}\n{textwrap.indent(body, '    ')}"
        self.stub = Source(stub, defined(stub, {}))
        if SEALED.exists():
            self.solution = Source("# Your teacher has the solution.", module.solution)
        self.parameters = tuple(inspect.signature(module.solution).parameters)
        self.slips = self._read(getattr(module, "SLIPS", ""), getattr(module, "KINDS", ()))
        self.mistakes: Mapping[str, Callable] = Mistakes(self)

    def __repr__(self) -> str:
        return f"{self.name}: {self.task}"

    def _read(self, own: str, kinds: tuple) -> list[Slip]:
        """All slips: of those of one name the ones that came first, and of the kinds those whose step stands in this solution."""
        slips, names, texts, first = [], set[str](), set[str | None](), read(own) if own else []
        for new in (first, *(read(kind) if isinstance(kind, str) else kind for kind in kinds)):
            for slip in new:
                text = self.steps.changed((slip,))
                if slip.name not in names and text not in texts and (text is not None or new is first):
                    slips.append(slip)
                    texts.add(text)
            names |= {slip.name for slip in new}
        changeable = any(calling.arrays(value) for value in self.small)
        return [*slips, Slip(CHANGES, "It changes its input.", function=self._changing)] if changeable else slips

    def _changing(self, *arguments):
        """What is right, but the first of the arguments that can be changed is."""
        value = copy.deepcopy(self.steps.function(*arguments))
        array = next(array for argument in arguments for array in calling.arrays(argument))
        array += 1 if array.dtype.kind != "b" else True
        return value

    def _says_changed(self, name: str | None) -> str:
        return tell(
            "The result is right, but your function changes its argument {name}, which its caller still needs. Work on a copy.",
            name=name,
        )

    @property
    def task(self) -> str:
        """What is to be written, in the language in use."""
        return tr(self.name, self._task)

    @property
    def hints(self) -> tuple[str, ...]:
        return tuple(tr(self.name, hint) for hint in self._hints)

    def texts(self) -> list[str]:
        """All that this exercise may say in words of its own, in English."""
        return [self._task, *self._hints, *(slip.says for slip in self.slips if slip.name != CHANGES)]

    def wrong(self, slip: Slip) -> Callable:
        """The function that makes this slip, with what the learner is told as its docstring."""
        if slip.name == CHANGES:
            name = next(name for name, value in zip(self.parameters, self.small) if calling.arrays(value))
            says, function = self._says_changed(name), lambda *arguments: self._changing(*arguments)
        else:
            says, function = slip.says or mutants.told(slip), self.steps.compiled((slip,))
        function.__doc__ = says
        return function

    def problem(self, i: int, seed: int | None = None) -> Problem:
        """Problem i of the check, or one of the same kind with other random numbers."""
        return self._problem(np.random.default_rng(i if seed is None else seed), i)

    def problems(self) -> list[Problem]:
        """Small random problems, the same ones each time."""
        return [self.problem(i) for i in range(self.count)]

    @cached_property
    def knowledge(self) -> Knowledge:
        return Knowledge(self.steps, [slip for slip in self.slips if slip.name != CHANGES], self.problems())

    def check(self, fn: Callable) -> Report:
        """Call the learner's function on the problems and say what is wrong with it. Never raises for what it does.

        In a notebook it is kept that the exercise was tried, or solved: see `progress.py`.
        """
        report = self._judged(fn.function if isinstance(fn, Source) else fn)
        if report.tried and not isinstance(fn, Source):
            progress.note(self.name, report.solved)
        return report

    def _judged(self, fn) -> Report:
        if not callable(fn):
            says = tell(
                "This is {value}, not a function. Hand in its name alone, without brackets after it.", value=diagnosis.a(fn)
            )
            return Report(self, says, verdict="not a function")
        problems, values, changed, printed = self.knowledge.problems, list[Any](), None, ""
        for problem in problems:
            arguments = copy.deepcopy(problem.arguments)
            answer = calling.call(fn, arguments)
            printed = printed or answer.printed
            if answer.error is not None:
                says = text_of(self._stopped(fn, answer.error, problem), self._ran_before(values), said(printed))
                stopped = isinstance(answer.error, calling.TooLong)
                return Report(self, says, verdict="does not end" if stopped else f"stops: {type(answer.error).__name__}")
            if answer.value is None:
                return self._nothing(fn, printed)
            values.append(answer.value)
            changed = changed or self._changed(problem.arguments, arguments)
        truths, found = self.knowledge.truths, list(map(diagnosis.parts, values))
        wrong = diagnosis.wrong_parts(found, truths)
        if not wrong and changed:
            return Report(self, text_of(self._says_changed(changed), said(printed)), named=Named((self.slips[-1],)))
        if not wrong:
            return Report(self, text_of(tell("Right, for every size that was tried."), said(printed)), solved=True)
        where = next((words for p, f in zip(problems, found) if f is not None and (words := p.where(f))), "")
        also = tell(
            "Your function also changes its argument {name}, which its caller still needs. That may be why.", name=changed
        )
        also = also if changed else ""
        named = self.knowledge.name(found, wrong)
        if named and all(slip.says for slip in named.slips):
            return Report(self, text_of(*self._told_of(named, wrong), where, also, said(printed)), named=named, fn=fn)
        says = diagnosis.describe(values, truths, problems[0].truth)
        again = diagnosis.parts(calling.call(fn, copy.deepcopy(problems[0].arguments)).value)
        if again is not None and found[0] is not None and not diagnosis.same(again, found[0]):
            moves = tell(
                "Called twice with the same arguments it returns two results. Is there a random number, or something that it "
                "keeps from call to call?"
            )
            return Report(self, text_of(moves, says, also, said(printed)))
        look = text_of(*self._told_of(named, wrong)[bool(named.parts) :]) if named else self._look(found)
        says = text_of(says, where, look, also, calling.outside(fn), self._by_hand(fn), said(printed))
        return Report(self, says, named=named, fn=fn)

    def _look(self, found: list) -> str:
        """Where to look for a slip that nothing explains: in the step that changes the very numbers that are wrong."""
        step, words = self.knowledge.suspect(found), " ".join((self.stub, *self._hints, *self.knowledge.truths[0]))
        if not step or not re.search(rf"\b{re.escape(step)}\b", words):
            return ""
        return tell(
            "The numbers that are wrong are those that a slip where {step} is made would change. Look there first.", step=step
        )

    def _told_of(self, named: Named, wrong: list[str]) -> list[str]:
        """What each of these slips has to say, in front of it the parts that it explains."""
        own = [tr(self.name, slip.says) if slip.says else mutants.told(slip) for slip in named.slips]
        if not named.parts:
            return (
                own
                if len(own) == 1
                else [tell("Two things at once. First: {says}", says=own[0]), tell("Then: {says}", says=own[1])]
            )
        says = [f"{', '.join(parts)}: {text}" for parts, text in zip(named.parts, own)]
        left = ", ".join(part for part in wrong if not any(part in parts for parts in named.parts))
        rest = tell("{names}: not right yet either. That may come from the same: mend the first thing first.", names=left)
        right = [name for name in self.knowledge.truths[0] if name not in wrong]
        return [diagnosis.right_so_far(right).rstrip(), *says, rest if left else ""]

    def _nothing(self, fn, printed: str) -> Report:
        """What to say to a function that returns None."""
        if calling.same_code(fn, self.stub.function):
            return Report(self, tell("Not tried yet: the function returns None."), tried=False)
        says = tell("Your function returns None. At its end hand the result back: return, and what you computed.")
        if printed:
            says = text_of(tell("Your function prints, but returns None. Hand the result back with return."), said(printed))
        return Report(self, says, verdict="returns None")

    def _ran_before(self, values: list) -> str:
        """For what stops at a later problem: the sizes at which it ran."""
        if not values:
            return ""
        sizes = ", ".join(map(size, self.parameters, self.knowledge.problems[len(values) - 1].arguments))
        return tell("With {sizes} it ran. Is a size, or a number of words, fixed in your code?", sizes=sizes)

    def _stopped(self, fn, error: BaseException, problem: Problem) -> str:
        line = diagnosis.line_of(fn, error)
        if isinstance(error, calling.TooLong):
            says = tell(
                "Your function was stopped after {seconds:.0f} seconds. Is there a loop in it that never ends?",
                seconds=calling.SECONDS,
            )
            return text_of(says, line)
        if isinstance(error, SystemExit):
            return text_of(tell("Your function leaves Python altogether. Use return to leave a function."), line)
        kind, message = type(error).__name__, diagnosis.message_of(error)
        if not line and isinstance(error, TypeError):
            wanted = ", ".join(self.parameters)
            return tell("Your function could not be called with {wanted}: {error}.", wanted=wanted, error=message)
        says = tell("Your function stops with {kind}: {error}", kind=kind, error=message)
        says = says if message else tell("Your function stops with {kind}.", kind=kind)
        power = tell("In Python a power is written **, not ^.") if "bitwise_xor" in message or "for ^:" in message else ""
        sizes = ", ".join(map(size, self.parameters, problem.arguments))
        infinite = tell("Does the matrix still hold numbers? A long product leaves what float64 can hold.")
        infinite = infinite if isinstance(error, np.linalg.LinAlgError) else ""
        return text_of(says, line, power, infinite, tell("It was called with {sizes}.", sizes=sizes), calling.outside(fn))

    def _changed(self, before, after) -> str | None:
        """The name of the first argument that is no longer what it was."""
        for name, old, new in zip(self.parameters, before, after):
            old, new = calling.arrays(old), calling.arrays(new)
            if len(old) != len(new) or not all(map(np.array_equal, old, new)):
                return name
        return None

    def _by_hand(self, fn) -> str:
        """A case small enough to follow with paper and pencil, and what comes out of it."""
        right = self.solution(*copy.deepcopy(self.small))
        yours = calling.call(fn, copy.deepcopy(self.small))
        given = "; ".join(map(told, self.parameters, self.small))
        found = diagnosis.parts(yours.value)
        if found is not None and not diagnosis.wrong_parts([found], [diagnosis.parts(right)]):
            return tell(
                "In a case as small as can be yours is right. Look for what that cannot show: a transpose, an order, a size."
            )
        gives = "" if found is None else headed(YOURS, told("", yours.value))
        if yours.error is not None:
            gives = headed(YOURS, tell("it stops with {kind}. Is a size, or a number of words, fixed in your code?",
                                       kind=type(yours.error).__name__))  # fmt: skip
        return text_of(headed(BY_HAND, given), headed(RIGHT, told("", right)), gives)
