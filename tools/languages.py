"""Say what of the course's words a language still lacks, section by section.

    python -m tools.languages de               how many texts of each section are translated
    python -m tools.languages de wall          the texts that "wall" lacks, to be pasted into de.json and filled in

What is in the file but no longer in the course is listed at the end, and makes the command fail.
"""

import argparse
import ast
import json
import sys
from pathlib import Path

from bptt_lab import exercises
from bptt_lab.basics.languages import ALL, catalogue
from bptt_lab.exercises import mutants, telling
from bptt_lab.explore import quiz, words


def english() -> dict[str, list[str]]:
    """Every text that can be translated, by section."""
    found = {name: list(texts.values()) for name, texts in words.EN.items()}
    for path in sorted((quiz.HERE / "quizzes").glob("*.md")):
        questions = quiz.read(path.read_text(encoding="utf-8"))
        told = [[q["text"], *(a[what] for a in q["answers"] for what in ("text", "why"))] for q in questions]
        found[f"quiz {path.stem}"] = sum(told, [])
    found["checks"] = [*telling.HEADS, *_told(), *mutants.says().values()]
    for exercise in exercises.all():
        found[exercise.name] = [*exercise.english, *(slip.says for slip in exercise.slips)]
    return {name: list(dict.fromkeys(texts)) for name, texts in found.items()}


def _told() -> list[str]:
    """The sentences of all checks: what the code hands to `tell`."""
    found = []
    for path in sorted(Path(telling.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tell" and isinstance(node.args[0], ast.Constant):
                found.append(str(node.args[0].value))
    return found


def missing(name: str) -> dict[str, list[str]]:
    """What a language lacks: a text with a letter in it that its file has not."""
    have = catalogue(name)
    return {
        section: [text for text in texts if any(map(str.isalpha, text)) and text not in have.get(section, {})]
        for section, texts in english().items()
    }


def forgotten(name: str) -> dict[str, list[str]]:
    """What stands in a language's file and nowhere in the course: the English has changed since."""
    there = english()
    left = {section: [t for t in texts if t not in there.get(section, [])] for section, texts in catalogue(name).items()}
    return {section: texts for section, texts in left.items() if texts}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language", choices=ALL[1:])
    parser.add_argument("section", nargs="?", choices=english())
    given = parser.parse_args(arguments)
    lacks = missing(given.language)
    if given.section:
        print(json.dumps({given.section: dict.fromkeys(lacks[given.section], "")}, ensure_ascii=False, indent=1))
        return 0
    for section, texts in english().items():
        print(f"{section:18} {len(texts) - len(lacks[section]):4} of {len(texts):3}")
    left = forgotten(given.language)
    for section, texts in left.items():
        print(f"no longer in the course: {section}:", *texts, sep="\n  ")
    return int(bool(left))


if __name__ == "__main__":
    sys.exit(main())
