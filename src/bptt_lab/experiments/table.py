"""Pick from the runs of a recipe."""

from collections.abc import Iterable


def values(runs: Iterable[dict], what: str, **wanted) -> list:
    """`what` of every run that has the wanted settings, those of its task and of its training among them.

    >>> values([{"task": ["Adding", {"length": 50}], "seed": 0, "steps": 300}], "steps", length=50)
    [300]
    """
    return [run[what] for run in runs if wanted.items() <= _flat(run).items()]


def _flat(run: dict) -> dict:
    """A run's settings and results all in one dict, lists as tuples."""
    flat = {**run, **(run.get("fit") or {}), **(run["task"][1] if "task" in run else {})}
    flat = {name: tuple(value) if isinstance(value, list) else value for name, value in flat.items() if name != "task"}
    return {name: value for name, value in flat.items() if not isinstance(value, dict)}
