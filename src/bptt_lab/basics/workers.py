"""The processes that do a command's work end with it."""

import multiprocessing
import os
import threading


def end_with_the_command() -> None:
    """For a pool's `initializer`: end this process when the one that made it is gone, killed or not.

    A pool's process waits for its next piece of work, and whoever is killed sends none: it would wait for ever.
    """
    threading.Thread(target=_wait_and_end, daemon=True).start()


def _wait_and_end() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "called in the command itself, not in one of its processes"
    parent.join()
    os._exit(1)
