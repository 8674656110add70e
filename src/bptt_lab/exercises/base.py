"""The base of the exercises: call the learner's function on random small problems, and name the mistake.

A new exercise is one file. It ends with

    EXERCISE = Exercise(
        name="first_term", notebook="03", function="first_term",       the name that the learner's function has
        task="Two sentences.", hints=("…", "…"),                       at most three hints, shown one at a time
        stub=stub, solution=solution,                                  functions; the learner sees their text
        problem=problem,                                               problem(rng, i) -> Problem, for i = 0, 1, 2
        mistakes={"short name": wrong_function, …},
        small=(…),                                                     arguments of a case to follow by hand
    )

A wrong function's docstring is what the learner is told. Most are the solution with one edit, and `edits` makes them:
{"short name": ("old text", "new text", "what the learner is told")}. The truth comes from the package, not from the
solution, so the check judges the solution too. A mistake called CHANGES is right but for what it does to its arguments.
"""

import copy
import html
import inspect
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..basics import checks
from ..basics.languages import spoken, tr
from . import calling, diagnosis, progress
from .telling import BY_HAND, RIGHT, YOURS, as_html, headed, said, size, tell, text_of, told

PROBLEMS = 3
CHANGES = "changes its input"
# In a class version the exercises are packed into this file, and no solution is shown: see `bptt_lab.classroom`.
SEALED = Path(__file__).with_name("sealed.zip")


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


def edits(solution: Callable, changes: Mapping[str, tuple[str, str, str]]) -> dict[str, Callable]:
    """Wrong functions by name: the solution with the old text replaced by the new one wherever it stands."""
    text, wrong = textwrap.dedent(inspect.getsource(solution)), {}
    for name, (old, new, says) in changes.items():
        if old not in text:
            raise checks.error(name, repr(old), f"a text that stands in {solution.__name__}")
        names = dict(solution.__globals__)
        exec(text.replace(old, new), names)
        wrong[name] = names[solution.__name__]
        wrong[name].__doc__ = says
    return wrong


class Report:
    """What the check found.

    solved    whether the function is right
    mistake   the name of the known mistake, or None
    message   what the learner is told
    """

    def __init__(self, exercise: "Exercise", message: str, solved=False, mistake: str | None = None, tried=True):
        self.exercise, self.message, self.solved, self.mistake, self.tried = exercise, message, solved, mistake, tried

    def __repr__(self) -> str:
        return self.message

    def _repr_html_(self) -> str:
        colour = "var(--jp-success-color1, #388e3c)" if self.solved else "var(--jp-warn-color1, #b5540a)"
        colour = colour if self.tried else "var(--jp-border-color1, #bdbdbd)"
        hints = ""
        for i, hint in reversed(list(enumerate(self.exercise.hints, start=1))):  # each inside the one before
            hints = f"<details><summary>{tell('Hint {i}', i=i)}</summary><p>{html.escape(hint)}</p>{hints}</details>"
        summary = tell("Show a solution")
        solution = f"<details><summary>{summary}</summary><pre>{html.escape(self.exercise.solution)}</pre></details>"
        solution = "" if SEALED.exists() else solution
        message = "<br>".join(map(as_html, self.message.splitlines()))
        language = spoken(self.exercise.name)
        lang = "" if language == "en" else f' lang="{language}"'
        return f'<div style="border-left: 4px solid {colour}; padding-left: 12px"{lang}><p>{message}</p>{hints}{solution}</div>'


class Exercise:
    """A task, and a check that names the mistake. See the head of this file."""

    def __init__(
        self, name: str, notebook: str, function: str, task: str, hints: tuple[str, ...], stub: Callable, solution: Callable,
        problem: Callable[[np.random.Generator, int], Problem], mistakes: Mapping[str, Callable], small: tuple,
    ):  # fmt: skip
        self.small = small
        self.name, self.notebook, self._task, self._hints = name, notebook, task, hints
        self.stub, self.solution = Source.of(stub, function), Source.of(solution, function)
        if SEALED.exists():
            self.solution = Source("# Your teacher has the solution.", solution)
        self.mistakes = dict(mistakes)
        self._problem = problem

    def __repr__(self) -> str:
        return f"{self.name}: {self.task}"

    @property
    def task(self) -> str:
        """What is to be written, in the language in use."""
        return tr(self.name, self._task)

    @property
    def hints(self) -> tuple[str, ...]:
        return tuple(tr(self.name, hint) for hint in self._hints)

    def texts(self) -> list[str]:
        """All that this exercise may say in words of its own, in English."""
        return [self._task, *self._hints, *(str(wrong.__doc__) for wrong in self.mistakes.values())]

    def problems(self) -> list[Problem]:
        """Small random problems, the same ones each time."""
        return [self._problem(np.random.default_rng(i), i) for i in range(PROBLEMS)]

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
            return Report(
                self,
                tell(
                    "This is {value}, not a function. Hand in its name alone, without brackets after it.", value=diagnosis.a(fn)
                ),
            )
        problems, values, changed, printed = self.problems(), [], None, ""
        for problem in problems:
            arguments = copy.deepcopy(problem.arguments)
            answer = calling.call(fn, arguments)
            printed = printed or answer.printed
            if answer.error is not None:
                return Report(self, text_of(self._stopped(fn, answer.error, problem), said(printed)))
            if answer.value is None:
                return self._nothing(fn, printed)
            values.append(answer.value)
            changed = changed or self._changed(problem.arguments, arguments)
        truths, found = [diagnosis.parts(problem.truth) for problem in problems], list(map(diagnosis.parts, values))
        wrong = diagnosis.wrong_parts(found, truths)
        if not wrong and changed:
            says = tell(
                "The result is right, but your function changes its argument {name}, which its caller still needs. "
                "Work on a copy.",
                name=changed,
            )
            return Report(self, text_of(says, said(printed)), mistake=CHANGES if CHANGES in self.mistakes else None)
        if not wrong:
            return Report(self, text_of(tell("Right, for every size that was tried."), said(printed)), solved=True)
        where = next((words for p, f in zip(problems, found) if f is not None and (words := p.where(f))), "")
        also = (
            tell("Your function also changes its argument {name}, which its caller still needs. That may be why.", name=changed)
            if changed
            else ""
        )
        if known := self._known(problems, found, wrong):
            says = text_of(*self._told_of(known, wrong, list(truths[0] or {})))
            return Report(self, text_of(says, where, also, said(printed)), mistake=next(iter(known)))
        says = diagnosis.describe(values, truths, problems[0].truth)
        again = diagnosis.parts(calling.call(fn, copy.deepcopy(problems[0].arguments)).value)
        if again is not None and found[0] is not None and not diagnosis.same(again, found[0]):
            moves = tell(
                "Called twice with the same arguments it returns two results. Is there a random number, or something that it "
                "keeps from call to call?"
            )
            return Report(self, text_of(moves, says, also, said(printed)))
        return Report(self, text_of(says, where, also, calling.outside(fn), self._by_hand(fn), said(printed)))

    def _known(self, problems: list[Problem], found: list, wrong: list[str]) -> dict[str, list[str]]:
        """The known mistake that gives the same wrong results, in all parts or else in those that are wrong: {name: []}.

        If other parts are right, or one does not explain all that is wrong, each with the parts that it explains. Where a
        part is missing, none: that is to be said first.
        """
        alone, explained = None, dict[str, str]()
        if not all(f is not None and f.keys() >= (diagnosis.parts(p.truth) or {}).keys() for f, p in zip(found, problems)):
            return {}
        for name, mistaken in self.mistakes.items():
            same = set(found[0] or {})
            for problem, f in zip(problems, found):
                with np.errstate(all="ignore"):
                    theirs = diagnosis.parts(mistaken(*copy.deepcopy(problem.arguments)))
                same = {part for part in same if diagnosis.part_close(f, theirs, part)}
                if same.isdisjoint(wrong):
                    break  # on the first problem, as a rule
            else:
                if same.issuperset(found[0] or {}):
                    return {name: []}
                alone = alone or (name if same.issuperset(wrong) else None)
                for part in same.intersection(wrong):
                    explained.setdefault(part, name)  # by the first that fits
        if alone:
            return {alone: wrong}
        names = [explained[part] for part in wrong if part in explained]
        return {name: [part for part in wrong if explained.get(part) == name] for name in names}

    def _told_of(self, known: dict[str, list[str]], wrong: list[str], names: list[str]) -> list[str]:
        """What each of these mistakes has to say, in front of it the parts that it explains. names: of all parts."""
        own = {name: tr(self.name, str(self.mistakes[name].__doc__)) for name in known}
        if not all(known.values()):
            return list(own.values())
        says = [f"{', '.join(parts)}: {own[name]}" for name, parts in known.items()]
        left = ", ".join(part for part in wrong if not any(part in parts for parts in known.values()))
        rest = tell("{names}: not right yet either. That may come from the same: mend the first thing first.", names=left)
        return [diagnosis.right_so_far([name for name in names if name not in wrong]).rstrip(), *says, rest if left else ""]

    def _nothing(self, fn, printed: str) -> Report:
        """What to say to a function that returns None."""
        if calling.same_code(fn, self.stub.function):
            return Report(self, tell("Not tried yet: the function returns None."), tried=False)
        if printed:
            says = tell("Your function prints, but returns None. Hand the result back with return.")
            return Report(self, text_of(says, said(printed)))
        return Report(self, tell("Your function returns None. At its end hand the result back: return, and what you computed."))

    def _stopped(self, fn, error: BaseException, problem: Problem) -> str:
        line = diagnosis.line_of(fn, error)
        if isinstance(error, calling.TooLong):
            return text_of(
                tell(
                    "Your function was stopped after {seconds:.0f} seconds. Is there a loop in it that never ends?",
                    seconds=calling.SECONDS,
                ),
                line,
            )
        if isinstance(error, SystemExit):
            return text_of(tell("Your function leaves Python altogether. Use return to leave a function."), line)
        if not line and isinstance(error, TypeError):
            wanted = ", ".join(inspect.signature(self.solution.function).parameters)
            return tell(
                "Your function could not be called with {wanted}: {error}.", wanted=wanted, error=diagnosis.message_of(error)
            )
        kind, message = type(error).__name__, diagnosis.message_of(error)
        says = tell("Your function stops with {kind}: {error}", kind=kind, error=message)
        says = says if message else tell("Your function stops with {kind}.", kind=kind)
        power = tell("In Python a power is written **, not ^.") if "bitwise_xor" in message or "for ^:" in message else ""
        sizes = ", ".join(map(size, inspect.signature(self.solution.function).parameters, problem.arguments))
        infinite = tell("Does the matrix still hold numbers? A long product leaves what float64 can hold.")
        infinite = infinite if isinstance(error, np.linalg.LinAlgError) else ""
        return text_of(says, line, power, infinite, tell("It was called with {sizes}.", sizes=sizes), calling.outside(fn))

    def _changed(self, before, after) -> str | None:
        """The name of the first argument that is no longer what it was."""
        for name, old, new in zip(inspect.signature(self.solution.function).parameters, before, after):
            old, new = calling.arrays(old), calling.arrays(new)
            if len(old) != len(new) or not all(map(np.array_equal, old, new)):
                return name
        return None

    def _by_hand(self, fn) -> str:
        """A case small enough to follow with paper and pencil, and what comes out of it."""
        right = self.solution(*copy.deepcopy(self.small))
        yours = calling.call(fn, copy.deepcopy(self.small))
        given = "; ".join(map(told, inspect.signature(self.solution.function).parameters, self.small))
        found = diagnosis.parts(yours.value)
        if found is not None and not diagnosis.wrong_parts([found], [diagnosis.parts(right)]):
            return tell(
                "In a case as small as can be yours is right. Look for what that cannot show: a transpose, an order, a size."
            )
        gives = "" if found is None else headed(YOURS, told("", yours.value))
        return text_of(headed(BY_HAND, given), headed(RIGHT, told("", right)), gives)
