"""What a kernel must not do while the course's notebooks run: reach another host, start a program, write outside its folder.

`tools.notebooks compare` puts this file among the start-up files of the kernels that it runs, with BPTT_GUARD naming the one
folder that they may write to. Each breach is refused where it happens, and noted there in a file, should the refusal be caught.
"""

import os
import sys

NOTES = "breaches.txt"
ADDRESSES = ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.bind")
PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.startfile")
HERE = ("127.0.0.1", "::1", "localhost", "", None)
PATHS = ("os.mkdir", "os.remove", "os.rmdir", "os.rename", "os.link", "os.symlink", "os.truncate", "os.chmod", "shutil.rmtree")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def breach(event: str, arguments: tuple, folder: str) -> str | None:
    """What is wrong with this event of Python's audit, or None."""
    if event in ADDRESSES:
        address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        host = address[0] if isinstance(address, tuple) else address
        local = host in HERE or (isinstance(address, (str, bytes)) and event != "socket.getaddrinfo")  # a socket that is a file
        return None if local else f"asks the network: {event} {address!r}"
    if event in PROGRAMS:
        return f"starts a program: {arguments[0]!r}"
    if event == "open":
        path, _, flags = arguments
        paths = [path] if flags & WRITES else []
    else:
        # Of a rename or a link both sides count.
        paths = [a for a in arguments[:2] if isinstance(a, (str, bytes, os.PathLike))] if event in PATHS else []
    for path in paths:
        if isinstance(path, int):
            continue  # a file that is open already
        real = os.path.realpath(os.fsdecode(path))
        if not (real == folder or real.startswith(folder + os.sep) or real == os.devnull):
            return f"writes outside its folder: {event} {real}"
    return None


def install(folder: str) -> None:
    """Refuse and note every breach in this process, from now on. There is no way back."""
    folder = os.path.realpath(folder)

    def hook(event: str, arguments: tuple) -> None:
        found = breach(event, arguments, folder)
        if found:
            with open(os.path.join(folder, NOTES), "a", encoding="utf-8") as notes:
                notes.write(found + "\n")
            raise PermissionError(f"A notebook of this course {found}")

    sys.addaudithook(hook)


if os.environ.get("BPTT_GUARD") and "IPython" in sys.modules:
    install(os.environ["BPTT_GUARD"])
