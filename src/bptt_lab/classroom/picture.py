"""A picture of the class, as one page that needs nothing: what became of each exercise, and how often each mistake was made."""

import html
from collections import Counter
from pathlib import Path

from .. import exercises

# Safe for colour-blind readers, and never without its words beside it.
COLOURS = {"solved": "#0072b2", "not tried": "#bbbbbb", "missing": "#bbbbbb", "not judged": "#bbbbbb"}
MISTAKE = "#d55e00"


def picture(rows: list[dict]) -> str:
    """The page, from the rows of `grading.grade`: for each exercise that was handed in its results, the commonest first."""
    sections = []
    for exercise in exercises.all():
        results = [row[exercise.name] for row in rows if row.get(exercise.name)]
        if not results:
            continue
        counts = Counter(name for result in results for name in result.split(" + "))
        order = sorted(counts, key=lambda name: (name != "solved", name in COLOURS, -counts[name], name))
        told = {name: str(wrong.__doc__) for name, wrong in exercise.mistakes.items() if name in counts}
        bars = "".join(_bar(name, counts[name], len(results), told.get(name, "")) for name in order)
        heading = f"{exercise.name}: {counts['solved']} of {len(results)} solved"
        sections.append(f"<h2>{html.escape(heading)}</h2><table>{bars}</table>")
    page = Path(__file__).with_suffix(".html").read_text(encoding="utf-8")
    return page.replace("{n}", str(len(rows))).replace("{sections}", "\n".join(sections))


def _bar(name: str, count: int, of: int, told: str) -> str:
    words = html.escape(name) + (f"<p>{html.escape(told)}</p>" if told else "")
    bar = f'<span style="width: {85 * count / of:.1f}%; background: {COLOURS.get(name, MISTAKE)}"></span>'
    return f'<tr><th scope="row">{words}</th><td>{bar}{count}</td></tr>'
