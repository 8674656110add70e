"""The page about a server for a class says what the files beside it say."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "site" / "classroom.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_site_and_the_pages_for_teachers_lead_to_it():
    assert "classroom" in (ROOT / "site" / "index.md").read_text(encoding="utf-8").splitlines()
    for name in ("teachers.md", "where_it_works.md"):
        assert "(classroom.md)" in (ROOT / "site" / name).read_text(encoding="utf-8")


def test_the_files_and_commands_that_it_names_exist():
    for name in re.findall(r"(?<![\w.])classroom/[\w./]+\w", PAGE):
        assert (ROOT / name).exists(), name
    assert set(re.findall(r"make (test-\w+|site)\b", PAGE)) <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.M))


def test_it_installs_what_the_trial_installs():
    (proxy,) = re.findall(r"configurable-http-proxy@[\d.]+", PAGE)
    (switched,) = re.findall(r"jupyter (labextension disable .+)", PAGE)
    assert proxy in MAKEFILE and switched in MAKEFILE
    pins = [line for line in (ROOT / "classroom" / "requirements.txt").read_text("utf-8").splitlines() if line[0] != "#"]
    assert [re.match(r"([\w-]+)==[\d.]+$", pin)[1] for pin in pins] == ["jupyterhub", "jupyterhub-idle-culler", "nbgitpuller"]
    tested = (ROOT / "requirements-test.txt").read_text(encoding="utf-8")
    assert pins[2] in tested.splitlines(), "updates are tested with the nbgitpuller that a class has"


def test_the_link_has_the_form_that_the_trial_opens():
    (link,) = re.findall(r"^https://HUB/\S+", PAGE, re.M)
    parts = urlsplit(link)
    assert parts.path == "/hub/user-redirect/git-pull"
    asked = {name: value for name, (value,) in parse_qs(parts.query).items()}
    assert asked == {
        "repo": "https://github.com/OWNER/REPO",
        "branch": "main",
        "urlpath": "lab/tree/REPO/notebooks/00_start_here.ipynb",
    }
    trial = (ROOT / "tests" / "classroom" / "hub.py").read_text(encoding="utf-8")
    assert "/hub/user-redirect/git-pull?" in trial and set(asked) == set(
        re.findall(r"(\w+)=", re.search(r"asked = dict\((.*)\)", trial)[1])
    )
