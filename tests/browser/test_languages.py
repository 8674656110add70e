"""The German explorers of notebook 01, seen and heard: no English sentence of theirs is left, and nothing is cut."""

import pytest

from bptt_lab import explore
from bptt_lab.basics.text import unbroken
from tests.browser.access import CLASHES, violations
from tools import languages as lister

HEARD = """root => [root.innerText, ...[...root.querySelectorAll('*'), root].flatMap(node =>
    ['aria-label', 'aria-valuetext', 'aria-description'].map(name => node.getAttribute(name) ?? ''))].join('\\n')"""
WIDGETS = {
    "token_losses": lambda: explore.TokenLosses(language="de"),
    "only the verb": lambda: explore.TokenLosses(language="de", counted="verb", combine="mean", length=12),
    "predict": lambda: explore.Predict("dearest_token", language="de", guess=1, committed=True),
    "predict a count": lambda: explore.Predict("thrown_off", language="de"),
    "quiz": lambda: explore.Quiz("01", language="de", answers=[0, 0, 1]),
}


def english(*sections) -> list[str]:
    """Phrases of two words or more, up to what is filled in."""
    texts = [text for section in sections for text in lister.english()[section]]
    return [part.strip() for text in texts for part in text.split("{")[:1] if " " in part.strip()]


@pytest.mark.parametrize("make", WIDGETS.values(), ids=WIDGETS)
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_in_german_nothing_is_english_and_nothing_is_cut(page_of, make, width, dark):
    explorer = make()
    page = page_of(explorer, width=width, color_scheme="dark" if dark else "light")
    root = page.locator(".bptt")
    assert root.get_attribute("lang") == "de" and page.locator("html").get_attribute("lang") == "de"
    heard, own = root.evaluate(HEARD), ("quiz", "quiz 01") if explorer.name == "quiz" else (explorer.name,)
    assert [text for text in english("all", *own) if text in heard] == []
    assert page.inner_text(".sentence") == unbroken(explorer.sentence())
    assert page.evaluate(CLASHES) == [] and violations(page) == []


def test_in_english_they_would_be_found(page_of):
    heard = page_of(explore.TokenLosses()).locator(".bptt").evaluate(HEARD)
    assert "Put together as" in [text for text in english("all", "token_losses") if text in heard]


def german_to_a_screen_reader(course):
    """The German notebook 01, which test_notebooks.py runs in Lab."""
    for index in (2, 3, 28):
        assert course.cell(index).locator(".bptt").get_attribute("lang") == "de"
    report = course.cell(23).locator(".jp-RenderedHTML [lang=de]")
    assert "Noch nicht versucht" in report.inner_text() and "Eine Lösung zeigen" in report.inner_text()
