"""python -m bptt_lab.experiments NAME: do the runs of a recipe that are not done yet, and write its results."""

import argparse
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from . import RECIPES, runner


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """This machine's processes, one NumPy thread each."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # what a new process reads before it loads NumPy
    with ProcessPoolExecutor(workers) as executor:
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers of a Dask scheduler, which need this package too."""
    from dask.distributed import Client

    with Client(address) as client, client.get_executor() as executor:
        yield executor


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bptt_lab.experiments", description=__doc__)
    parser.add_argument("name", choices=sorted(RECIPES), help="; ".join(f"{r.name}: {r.question}" for r in RECIPES.values()))
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes on this machine (all its cores)")
    parser.add_argument("--dask", metavar="ADDRESS", help="the address of a Dask scheduler, to use its workers instead")
    parser.add_argument("--runs", type=Path, default=Path("build/experiments"), help="where finished runs are kept (%(default)s)")
    parser.add_argument("--results", type=Path, default=runner.COMMITTED, help="where the file to commit goes (%(default)s)")
    chosen = parser.parse_args(arguments)
    recipe = RECIPES[chosen.name]
    with cluster(chosen.dask) if chosen.dask else processes(chosen.workers) as executor:
        records = runner.run(recipe, executor, chosen.runs)
    print(f"{len(records)} runs in {runner.save(recipe, records, chosen.results)}")


if __name__ == "__main__":
    main()
