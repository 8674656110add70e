"""Pin all dependencies for every platform and Python 3.11 to 3.14, without a web address in any file.

`make lock` runs this. requirements.txt holds what the course needs and the package itself, requirements-test.txt what
the tests need on top.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEAD = "# Made by `make lock` from pyproject.toml. Do not edit by hand.\n"


def compile_pins(*arguments: str) -> list[str]:
    """The pins that uv resolves for all platforms, sorted as it prints them."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    options = ["--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links", *arguments, "pyproject.toml"]
    return subprocess.run([*command, *options], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


def main() -> None:
    course = compile_pins("--extra", "course")
    (ROOT / "requirements.txt").write_text(HEAD + "\n".join([*course, "-e ."]) + "\n", encoding="utf-8")
    both = compile_pins("--extra", "course", "--extra", "test")
    moved = set(course) - set(both)
    if moved:
        sys.exit(f"These pins differ with the tests' needs: {sorted(moved)}. Tighten a range in pyproject.toml.")
    tests_only = [line for line in both if line not in set(course)]
    text = HEAD + "# Install after requirements.txt.\n" + "\n".join(tests_only) + "\n"
    (ROOT / "requirements-test.txt").write_text(text, encoding="utf-8")
    for name in ("requirements.txt", "requirements-test.txt"):
        if "://" in (ROOT / name).read_text(encoding="utf-8"):
            sys.exit(f"{name} carries a web address; it must not.")


if __name__ == "__main__":
    main()
