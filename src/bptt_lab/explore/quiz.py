"""The quiz of a notebook: a few questions, and for each answer why it is right or wrong.

Questions and answers live in quizzes/NN.md, one readable file for each notebook:

    ## The question?

    - [ ] A wrong answer.
      Why it is wrong.
    - [x] The right answer.
      Why it is right.
"""

import html
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import traitlets

from ..basics import checks
from ..basics.languages import current, known, spoken, tr
from .base import HERE, Explorer, Said

NOT_YET = -1


def read(text: str, say: Callable[[str], str] = str) -> list[dict[str, Any]]:
    """The questions of a quiz file, each text as `say` says it."""
    questions = []
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        question, *rest = re.split(r"^- \[([ x])\] (.+)\n", part, flags=re.M)
        answers = [
            {"text": say(answer), "right": mark == "x", "why": say(" ".join(why.split()))}
            for mark, answer, why in zip(rest[::3], rest[1::3], rest[2::3])
        ]
        questions.append({"text": say(" ".join(question.split())), "answers": answers})
    return questions


class Quiz(Explorer):
    """The quiz of a notebook, by its number: `Quiz("04")`. `answers`: the place of each chosen answer, −1 for none yet."""

    name = "quiz"
    questions: traitlets.List = traitlets.List().tag(sync=True)
    answers = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(self, notebook: str, **settings):
        files = {path.stem: path for path in sorted((HERE / "quizzes").glob("*.md"))}
        path = files[checks.choice("notebook", notebook, files)]
        section = f"quiz {notebook}"  # where its translations stand
        settings["language"] = spoken(section, known("language", settings.get("language", current())))
        asked = read(path.read_text(encoding="utf-8"), partial(tr, section, name=settings["language"]))
        super().__init__(**{"questions": asked, "answers": [NOT_YET] * len(asked), **settings})

    @traitlets.validate("answers")
    def _one_for_each_question(self, proposal):
        chosen, sizes = proposal["value"], [len(question["answers"]) for question in self.questions]
        if len(chosen) != len(sizes) or not all(NOT_YET <= place < n for place, n in zip(chosen, sizes)):
            raise traitlets.TraitError(
                f"answers: got {chosen}, expected the place of an answer, or −1, for each of {len(sizes)} questions."
            )
        return chosen

    def said(self) -> Said:
        chosen = [(question, place) for question, place in zip(self.questions, self.answers) if place != NOT_YET]
        right = sum(question["answers"][place]["right"] for question, place in chosen)
        yield self.say("shows", right=right, asked=len(self.questions), open=len(self.questions) - len(chosen))

    def still_picture(self) -> dict[str, str]:
        """All questions and answers as HTML that needs no script."""
        mark, blocks = {True: self.words["right"], False: self.words["wrong"]}, []
        for question in self.questions:
            answers = [(html.escape(a["text"]), html.escape(f"{mark[a['right']]} {a['why']}")) for a in question["answers"]]
            lines = "".join(f"<li>{text} <i>{why}</i></li>" for text, why in answers)
            blocks.append(f"<details><summary>{html.escape(question['text'])}</summary><ul>{lines}</ul></details>")
        return {"text/html": self.in_its_language("".join(blocks))}
