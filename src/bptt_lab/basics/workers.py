"""The processes that do a command's work end with it."""

import os
import threading
from multiprocessing import connection, parent_process


def end_with_the_command() -> None:
    """For a pool's `initializer`: end this process when the one that made it is gone, killed or not.

    A pool's process waits for its next piece of work, and whoever is killed sends none: it would wait for ever.
    """
    parent = parent_process()
    assert parent is not None, "called in the command itself, not in one of its processes"
    threading.Thread(target=lambda: connection.wait([parent.sentinel]) and os._exit(1), daemon=True).start()
