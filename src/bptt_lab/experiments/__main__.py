"""python -m bptt_lab.experiments NAME: do the runs of a recipe that are not done yet, and write its results."""

import argparse
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ..basics.checks import count
from ..basics.workers import end_with_the_command
from . import RECIPES, runner


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """This machine's processes, one NumPy thread each. They are ended with what they are at if the run is stopped."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # what a new process reads before it loads NumPy
    others = set(multiprocessing.active_children())
    with ProcessPoolExecutor(workers, initializer=_begin) as executor:
        try:
            yield executor
        except BaseException:
            threading.excepthook = lambda _: None  # the pool's thread would tell at length of the runs that it loses
            for process in set(multiprocessing.active_children()) - others:
                process.kill()  # else a second Ctrl-C, while they end by themselves, would leave them waiting for ever
            raise  # and the pool, which has lost them, ends its thread


def _begin() -> None:
    """What each of the processes does first: leave Ctrl-C to the command, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_the_command()


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers of a Dask scheduler, which need this package too."""
    from dask.distributed import Client

    with Client(address) as client, client.get_executor() as executor:
        yield executor


def at_least_one(text: str) -> int:
    try:
        return count("--workers", int(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a whole number of at least 1") from None


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bptt_lab.experiments", description=__doc__)
    questions = "; ".join(f"{r.name}: {r.question}" for r in RECIPES.values())
    parser.add_argument("name", choices=sorted(RECIPES), help=questions.replace("%", "%%"))
    parser.add_argument(
        "--workers", type=at_least_one, metavar="N", default=os.cpu_count(), help="processes on this machine (all its cores)"
    )
    parser.add_argument("--dask", metavar="ADDRESS", help="the address of a Dask scheduler, to use its workers instead")
    parser.add_argument("--runs", type=Path, default=Path("build/experiments"), help="where finished runs are kept (%(default)s)")
    parser.add_argument("--results", type=Path, default=runner.COMMITTED, help="where the file to commit goes (%(default)s)")
    chosen = parser.parse_args(arguments)
    recipe = RECIPES[chosen.name]
    try:
        with cluster(chosen.dask) if chosen.dask else processes(chosen.workers) as executor:
            records = runner.run(recipe, executor, chosen.runs)
    except KeyboardInterrupt:
        done, of = len(runner.finished(recipe, chosen.runs)), len(recipe.runs)
        sys.exit(f"Stopped: {done} of {of} runs are done and kept in {chosen.runs}. The same command goes on there.")
    print(f"{len(records)} runs in {runner.save(recipe, records, chosen.results)}")


if __name__ == "__main__":
    main()
