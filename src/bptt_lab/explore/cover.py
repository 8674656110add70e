"""A guess before its answer: what the cells of code show that follow an open question stays covered.

By style sheet alone, so that it holds for explorers, figures and printed numbers alike, in JupyterLab, in exported pages and on
the site. A cell of prose ends it. Nothing is taken out: what is covered is drawn, but not seen, not read aloud, and no Tab stop.
"""

FOLLOWING = 4  # cells
# In Lab and exported pages, and on the site: a cell, one of code, what it shows.
PLACES = (".jp-Cell", ".jp-CodeCell", ".jp-OutputArea"), (".cell", ".cell", ".cell_output")
# The parts of what it shows; the rest inherits. Tried at every node, `*` took half of Lab's time on a processor while cells ran.
PARTS = "& > .jp-OutputArea-child, & > .output, & > .jp-OutputArea-promptOverlay, & [visibility], & [style*=visibility]"
HATCH = "repeating-linear-gradient(135deg, transparent 0 10px, rgba(128, 128, 128, .22) 10px 12px)"

OPEN = ":has(.bptt[data-open])"  # the cell of a question that is not answered
CLOSED = ":has(details.bptt-asks:not([open])):not(:has(.bptt))"  # the same of its still, where no widget runs


def covers(question: str) -> str:
    """The rules, where `question` is OPEN or CLOSED."""
    ways = [(cell, f" + {code}" * n, shown) for cell, code, shown in PLACES for n in range(1, FOLLOWING + 1)]
    cells = ", ".join(f"{cell}{question}{below} {shown}" for cell, below, shown in ways)
    box = f"max-height: 96px; overflow: hidden; background: {HATCH};"
    sign = 'content: "?"; display: block; text-align: center; font-size: 32px; line-height: 96px; opacity: .6;'
    return f"{cells} {{ {box} &::before {{ {sign} }} {PARTS} {{ visibility: hidden !important; }} }}"
