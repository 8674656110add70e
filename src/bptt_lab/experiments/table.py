"""Pick from the runs of a recipe."""

from collections.abc import Sequence

from .. import checks


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


def _flat(run: dict) -> dict:
    """A run's settings and results all in one dict, lists as tuples."""
    flat = {**run, **(run.get("fit") or {}), **(run["task"][1] if "task" in run else {})}
    flat = {name: tuple(value) if isinstance(value, list) else value for name, value in flat.items() if name != "task"}
    return {name: value for name, value in flat.items() if not isinstance(value, dict)}
