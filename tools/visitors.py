"""What the site costs who serves it: bytes for a visitor, and the time of one core. Loopback only.

    python -m tools.visitors        after `make site`; wants nginx and Chromium

A browser opens the first page, then another, and says what came over the wire. Then a thousand visits of the first page, eight
at a time, fetch the same files, and nginx's own processor time is read. The time of whoever asks does not count.
"""

import functools
import gzip
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psutil

SITE = Path(__file__).parent.parent / "build" / "site"
VISITS, AT_ONCE = 1000, 8
PAGES = ("index.html", "notebooks/03_four_words_four_terms.html")
PACKED = {".html", ".js", ".css", ".svg", ".json", ".txt"}
CONFIG = """\
daemon off; pid nginx.pid; error_log stderr; {user}
events {{ }}
http {{
    include /etc/nginx/mime.types; access_log off; gzip_static on; keepalive_requests 1000;
    client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
    server {{ listen 127.0.0.1:{port}; root {root}; add_header Cache-Control "max-age=600"; }}
}}
"""  # ten minutes in the browser's cache, as GitHub Pages says
LOADED = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter(e => e.name.startsWith('http')).map(e => [e.name, e.transferSize, e.encodedBodySize, e.decodedBodySize])"""


@contextmanager
def served() -> Iterator[tuple[str, psutil.Process]]:
    """The site from nginx, with packed files beside the plain ones, as a host for pages does it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "site")
        shutil.copytree(SITE, root)
        for path in root.rglob("*"):
            if path.suffix in PACKED:
                Path(f"{path}.gz").write_bytes(gzip.compress(path.read_bytes(), 6))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        user = "user root;" if os.geteuid() == 0 else ""
        Path(folder, "nginx.conf").write_text(CONFIG.format(user=user, port=port, root=root))
        server = subprocess.Popen(["nginx", "-p", folder, "-c", "nginx.conf"])
        try:
            for _ in range(100):
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/", psutil.Process(server.pid)
        finally:
            server.terminate()
            server.wait()


def opened(address: str) -> dict[str, list[list]]:
    """Page -> what a browser loaded for it, one after the other: address, bytes on the wire, packed, unpacked."""
    from playwright.sync_api import sync_playwright

    found = {}
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        page = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]).new_page()
        for name in PAGES:
            page.goto(address + name, wait_until="networkidle")
            page.wait_for_function("() => document.querySelector('.bptt .sentence')?.textContent")
            found[name] = page.evaluate(LOADED)
    return found


def visit(address: str, paths: list[str], _: int) -> None:
    """What a visitor fetches who has nothing yet."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=30)
    for path in paths:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
    connection.close()


def seconds(server: psutil.Process) -> float:
    times = [process.cpu_times() for process in [server, *server.children()]]
    return sum(each.user + each.system for each in times)


def main() -> int:
    if not (SITE / "index.html").exists():
        sys.exit("No site here: `make site` builds it.")
    if shutil.which("nginx") is None:
        sys.exit("No nginx here. On Debian and Ubuntu: apt install nginx-light")
    with served() as (address, server):
        pages = opened(address)
        for name, loaded in pages.items():
            wire, packed, plain = (sum(row[i] for row in loaded) / 1e6 for i in (1, 2, 3))
            asked = sum(row[1] > 0 for row in loaded)
            print(f"{name}: {asked} requests, {wire:.2f} MB on the wire; {packed:.2f} MB packed, {plain:.2f} MB unpacked")
        paths = [urlsplit(row[0]).path for row in pages[PAGES[0]]]
        visit(address, paths, 0)
        before, start = seconds(server), time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(functools.partial(visit, address, paths), range(VISITS)))
        took, used = time.monotonic() - start, seconds(server) - before
        print(f"{VISITS} visits of {len(paths)} files in {took:.1f} s; {1000 * used / VISITS:.1f} ms of a core for each")
        print(f"nginx has {sum(p.memory_full_info().uss for p in [server, *server.children()]) / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
