"""Pick from the runs of a recipe, and say what was found."""

import itertools
from collections.abc import Mapping, Sequence

from . import checks, text


def values(runs: Sequence[dict], what: str, **wanted) -> list:
    """`what` of every run that has the wanted settings, those of its task and of its training among them.

    >>> values([{"task": ["Adding", {"length": 50}], "seed": 0, "steps": 300}], "steps", length=50)
    [300]
    """
    flat = [_flat(run) for run in runs]
    names = {name for run in flat for name in run}
    for name in (what, *wanted):
        if flat and name not in names:
            raise checks.error(name if name in wanted else "what", repr(name), "one of " + ", ".join(map(repr, sorted(names))))
    return [run[what] for run, one in zip(runs, flat) if wanted.items() <= one.items()]


def each(runs: Sequence[dict], what: str, named: Mapping[str, Mapping], **wanted) -> dict[str, list]:
    """`values` for each of the named settings: name -> one value a run. `wanted` is asked of all of them.

    >>> runs = [{"cell": "tanh", "seed": seed, "steps": 300 + seed} for seed in (0, 1)]
    >>> each(runs, "steps", {"first": {"seed": 0}, "second": {"seed": 1}}, cell="tanh")
    {'first': [300], 'second': [301]}
    """
    return {name: values(runs, what, **settings, **wanted) for name, settings in named.items()}


def arrived(steps: Sequence[int | None]) -> int:
    """How many seeds got there; None is a seed that did not.

    >>> arrived([300, None, 350])
    2
    """
    return sum(n is not None for n in steps)


def learned_by_all(by_distance: Mapping[int, Sequence[int | None]]) -> int:
    """The farthest distance that each seed learned, as all nearer ones; 0 if there is none.

    >>> learned_by_all({5: [300, 350], 10: [900, 800], 15: [None, 1200], 20: []})
    10
    """
    learned = itertools.takewhile(lambda distance: by_distance[distance] and None not in by_distance[distance], by_distance)
    return max(learned, default=0)


def seed_rows(reached: Mapping[str, Mapping[str, Sequence[int | None]]]) -> list[tuple[str, ...]]:
    """Rows for `text.table`, of column -> row -> steps of each seed: the row's name, then `text.seeds` of each column.

    >>> seed_rows({"T = 50": {"tanh": [None, None], "GRU": [300, 400]}})
    [('tanh', '0 of 2'), ('GRU', '2 of 2, median 350 (300 to 400)')]
    """
    names = next(iter(reached.values()))
    return [(name, *(text.seeds(found[name]) for found in reached.values())) for name in names]


def _flat(run: dict) -> dict:
    """A run's settings and results all in one dict, lists as tuples."""
    flat = {**run, **(run.get("fit") or {}), **(run["task"][1] if "task" in run else {})}
    flat = {name: tuple(value) if isinstance(value, list) else value for name, value in flat.items() if name != "task"}
    return {name: value for name, value in flat.items() if not isinstance(value, dict)}
