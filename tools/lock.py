"""Pin all dependencies for every platform and Python 3.11 to 3.14, without a web address in any file.

`make lock` runs this. requirements.txt holds what the course needs and the package itself; requirements-test.txt and
requirements-docs.txt what the tests and the site need on top. .ci/test.lock and .ci/docs.lock have the same pins whole, with
the hash of every file and with what builds the package: `make INSTALL=hashes`, in CI, installs nothing else.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEAD = "# Made by `make lock` from pyproject.toml. Do not edit by hand.\n"


def compile_pins(*arguments: str, also: str = "") -> list[str]:
    """The pins that uv resolves for all platforms, sorted as it prints them. also: requirements beside the package's own."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    options = ["--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links", *arguments, "pyproject.toml", "-"]
    done = subprocess.run([*command, *options], cwd=ROOT, check=True, capture_output=True, text=True, input=also)
    return done.stdout.splitlines()


def main() -> None:
    course = compile_pins("--extra", "course")
    write("requirements.txt", [*course, "-e ."])
    for extra, name in (("test", "requirements-test.txt"), ("docs", "requirements-docs.txt")):
        both = compile_pins("--extra", "course", "--extra", extra)
        moved = pins(course) - pins(both)
        if moved:
            sys.exit(f"These pins differ with the needs of {extra!r}: {sorted(moved)}. Tighten a range in pyproject.toml.")
        write(name, ["# Install after requirements.txt.", *(line for line in both if not pins([line]) <= pins(course))])
        hashed = compile_pins("--extra", "course", "--extra", extra, "--generate-hashes", also=build_needs())
        write(f".ci/{extra}.lock", hashed)


def build_needs() -> str:
    """What builds the package, and what an editable install of it needs."""
    return "\n".join(
        [*tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"], "editables"]
    )


def pins(lines: list[str]) -> set[str]:
    """name==version, without the marker that says where it is needed: one more package may need it in more places."""
    return {line.split(";")[0].strip() for line in lines}


def write(name: str, lines: list[str]) -> None:
    text = HEAD + "\n".join(lines) + "\n"
    if "://" in text:
        sys.exit(f"{name} would carry a web address; it must not.")
    (ROOT / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
