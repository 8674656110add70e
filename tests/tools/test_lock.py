"""The files that `make lock` makes say the same, and none of them names a web address."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*==\S+)", re.M | re.I)
BUILDS = {"editables", "hatchling", "packaging", "pathspec", "pluggy", "tomlkit", "trove-classifiers"}  # what builds the package


def pins(*names: str) -> set[str]:
    return {pin for name in names for pin in PIN.findall((ROOT / name).read_text(encoding="utf-8"))}


@pytest.mark.parametrize("name", ["test", "docs"])
def test_ci_installs_what_the_readme_installs_each_with_its_hashes(name):
    entries = (ROOT / ".ci" / f"{name}.lock").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    locked = {PIN.match(entry)[1] for entry in entries if not entry.startswith("#")}
    wanted = pins("requirements.txt", f"requirements-{name}.txt")
    assert wanted <= locked and {pin.split("==")[0] for pin in locked - wanted} <= BUILDS
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries if not entry.startswith("#"))


def test_all_is_pinned_and_no_file_names_an_address():
    for path in [*ROOT.glob("requirements*.txt"), *(ROOT / ".ci").glob("*.lock"), ROOT / "environment.yml"]:
        assert "://" not in path.read_text(encoding="utf-8"), path.name
    for path in ROOT.glob("requirements*.txt"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert line.startswith("#") or line == "-e ." or PIN.match(line), line
    assert (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()[-1] == "-e ."
