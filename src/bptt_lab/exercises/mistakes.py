"""What an exercise says, read from the Markdown file beside its code: NAME.md beside NAME.py.

    # A title       what is to be written, in two sentences
    ## Hints        at most three, shown one at a time
    ## Stub         the function that the learner begins with
    ## Solution     the same function, one statement a line; the learner can see its text
    ## Mistakes     what is known to go wrong, as edits of the solution's text, so that two can be made at once

    - **name**: What the learner is told.
      `old` → `new`, `old` → nothing

Spaces in `old` do not count, and it is replaced wherever it stands; `\\n` in `new` begins a line. What goes wrong in a step
wherever that step stands is written once, in mistakes.md, with names in braces for what differs. An exercise takes it over:

    - As in [tanh](mistakes.md#tanh), `s` = `g[t]`, but not **slope twice**
"""

import pkgutil
import re
from functools import cache
from typing import NamedTuple

from ..basics import checks

VALUES = re.compile(r"`(\w+)` = (?:`([^`]*)`|nothing)")


class Slip(NamedTuple):
    """A wrong way to write a solution: by edits of its text, or by other lines of it."""

    name: str
    says: str
    edits: tuple[tuple[str, str], ...] = ()
    lines: tuple[tuple[int, str], ...] = ()


@cache
def sections(name: str) -> dict[str, str]:
    """What stands under each heading of NAME.md, which may be packed as its module may; headings as links write them."""
    text = (pkgutil.get_data(f"{__package__}.{name}", f"{name}.md") or b"").decode().replace("\r", "")
    _, *parts = re.split(r"^#+ (.+)\n", text, flags=re.M)
    return {heading.lower().replace(" ", "-"): body for heading, body in zip(parts[::2], parts[1::2])}


def items(body: str) -> list[str]:
    """What stands before a list, and each of its items, a line each."""
    return [" ".join(part.split()) for part in re.split(r"^(?:-|\d\.) ", body, flags=re.M)]


def read(body: str, **fill: str) -> list[list[Slip]]:
    """The slips of a section, and in a list each those that it takes over. fill: what stands for the names in braces; what
    stands before the list says what does so if nothing is told."""

    def filled(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda name: fill[name[1]], text)

    head, *rest = items(body)
    fill = dict(VALUES.findall(filled(head))) | fill
    own, taken = list[Slip](), list[list[Slip]]()
    for item in map(filled, rest):
        if link := re.match(r"As in \[.+?\]\((\w+)\.md#(\S+)\)", item):
            but = re.findall(r"\*\*(.+?)\*\*", item)
            theirs = read(sections(link[1])[link[2]], **fill | dict(VALUES.findall(item)))
            taken.append([slip for slips in theirs for slip in slips if slip.name not in but])
        else:
            if not (known := re.match(r"\*\*(.+?)\*\*: ([^`]+)(.*)", item)):
                raise checks.error("mistake", item, "**name**: What the learner is told. `old` → `new`")
            edits = re.findall(r"`([^`]+)` → (?:`([^`]+)`|nothing)", known[3])
            own.append(Slip(known[1], known[2].strip(), tuple(edits)))
    return [own, *taken]
