"""The base of the explorers: the table that is sent, the still picture, the exported page, the words."""

import asyncio
import json
import re
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
import traitlets
from ipywidgets import Widget

from bptt_lab import explore
from bptt_lab.explore.base import Explorer, fixed
from bptt_lab.explore.still import AXES, still_svg
from bptt_lab.explore.words import EN
from bptt_lab.figures.look import CELL_COLOURS

EXPLORERS = [kind for name in explore.__all__ if getattr(kind := getattr(explore, name), "controls", ())]
every_explorer = pytest.mark.parametrize("kind", EXPLORERS, ids=lambda kind: kind.__name__)


def table_of(explorer: Explorer) -> dict[str, np.ndarray]:
    """The arrays as the browser reads them: out of the bytes, by the layout."""
    numbers = np.frombuffer(explorer.table, "<f4")
    arrays = {}
    for name, (offset, *shape) in explorer.layout_of_table.items():
        arrays[name] = numbers[offset : offset + int(np.prod(shape))].reshape(shape)
    return arrays


def same_table(a: Explorer, b: Explorer) -> bool:
    a_arrays, b_arrays = table_of(a), table_of(b)
    return a_arrays.keys() == b_arrays.keys() and all(np.array_equal(a_arrays[name], b_arrays[name]) for name in a_arrays)


@every_explorer
def test_the_table_holds_every_array_once_and_no_nan(kind):
    explorer = kind()
    arrays = table_of(explorer)
    assert sum(array.size for array in arrays.values()) * 4 == len(explorer.table)
    assert not any(np.isnan(array).any() for array in arrays.values())


@every_explorer
def test_no_number_at_all_is_refused_too(kind):
    first = kind.controls[0].name
    name = "weight_scale" if "weight_scale" in kind.class_traits() else first
    with pytest.raises(traitlets.TraitError, match=f"{name}: got nan"):
        kind(**{name: float("nan")})


@every_explorer
def test_the_widget_itself_comes_with_its_still_picture(kind):
    explorer = kind()
    data, _ = explorer._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id
    bars = ET.fromstring(data["image/svg+xml"]).findall(".//{*}g/{*}rect")
    assert len(bars) == len(explorer.still()) > 0


@every_explorer
def test_the_exported_page_is_written_with_its_state(kind, tmp_path):
    slider = next(control for control in kind.controls if control.kind == "slider")
    explorer = kind(**{slider.name: slider.values[1]})
    assert explorer.to_html(tmp_path / "page.html") is None, "nothing to print where it is a cell's last line"
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page == explorer.to_html()
    state = json.loads(re.search(r'<script id="state"[^>]*>(.*?)</script>', page, re.S)[1])
    assert state[slider.name] == slider.values[1]


def test_the_table_is_sent_with_what_opens_the_widget(monkeypatch):
    sent, opened = [], Widget.open
    monkeypatch.setattr(Widget, "open", lambda self: (sent.append(self.get_state().get("table")), opened(self)))
    made = explore.Ledger()
    assert [bytes(table) for table in sent if table is not None] == [made.table] and made.table


def test_a_control_that_asks_python_sends_what_is_on_show_first_and_then_the_whole_table():
    explorer, sent = explore.GradientByLag(activation="relu"), []
    whole = explorer.layout_of_table
    explorer.observe(lambda _: sent.append(set(explorer.layout_of_table)), "table")
    explorer.net = 3
    names = ("right", "lost", "cosine", "forward")
    assert sent == [{f"{name}_relu_normal_24" for name in names}, set(whole)]
    assert explorer.layout_of_table == whole, "shapes and places stay"
    assert same_table(explorer, explore.GradientByLag(net=3))


def test_a_question_from_the_browser_is_answered_before_the_rest_of_the_table_and_a_newer_one_ends_that():
    explorer, sent = explore.GradientByLag(), []
    whole = len(explorer.layout_of_table)
    explorer.observe(lambda _: sent.append((explorer.table_of["net"], len(explorer.layout_of_table))), "table")

    async def questions():
        explorer.set_state({"net": 3})
        assert sent == [(3, 4)]
        await asyncio.sleep(0.14)  # some of the rest is computed, not all: that takes seven pauses
        explorer.set_state({"net": 4})
        assert sent == [(3, 4), (4, 4)]
        while len(sent) < 3:
            await asyncio.sleep(0.01)
        explorer.set_state({"net": 5})
        assert (
            explorer.arrays["right_tanh_normal_24"].tolist()
            == explore.GradientByLag(net=5).arrays["right_tanh_normal_24"].tolist()
        )
        explorer.set_state({"net": 6})
        assert explorer.to_html() == explore.GradientByLag(net=6).to_html()
        explorer.set_state({"net": 7})
        explorer.set_state({"net": 6})
        assert explorer.to_html() == explore.GradientByLag(net=6).to_html()
        living = explore.LivingEquation()
        for start in ("uniform", "normal"):
            living.set_state({"start": start})
            assert living.table_of["start"] == start, "there and back: shown at once, whatever was in hand"
        await asyncio.sleep(0.3)

    asyncio.run(questions())
    parts = [(net, size) for net in (5, 6) for size in (4, whole)]
    assert sent[2:] == [(4, whole), *parts, (7, 4), *parts[2:]], (
        "where Python or a page needs it, all is computed at once, and once"
    )
    assert same_table(explorer, explore.GradientByLag(net=6))


def test_an_unchanged_answer_is_not_sent_again():
    explorer, sent = explore.LivingEquation(), []
    explorer.observe(lambda _: sent.append(1), "table")
    explorer.refresh()
    assert not sent


def test_changes_from_many_threads_end_in_the_table_of_the_last_state():
    explorer = explore.GradientByLag()
    threads = [threading.Thread(target=explorer.set_trait, args=("net", net)) for net in (1, 2, 3, 4, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert same_table(explorer, explore.GradientByLag(net=explorer.net))


def test_a_share_is_called_signed_share_wherever_it_is_said():
    said = [text for texts in EN.values() for text in texts.values() if "share}" in text]
    assert said
    for text in said:
        assert text.count("share}") == len(re.findall(r"signed share \{\w*share\} %", text)), text


@every_explorer
def test_every_word_that_the_browser_looks_up_exists(kind):
    folder = Path(explore.__file__).parent
    shared = "".join((folder / name).read_text(encoding="utf-8") for name in ("draw.js", "explorer.js"))
    own = (folder / f"{kind.name}.js").read_text(encoding="utf-8")
    for helper in ("triangle", "lagReader"):  # what an explorer does not call asks for nothing
        if f"{helper}(" not in own:
            shared = re.sub(rf"function {helper}\(.*?\n}}\n", "", shared, flags=re.S)
    asked = set(re.findall(r"\bwords\.(\w+)|\btell\(\"(\w+)\"", shared + own))
    asked, known = {name for pair in asked for name in pair if name}, {*EN["all"], *EN[kind.name]}
    assert asked and asked <= known


def test_a_line_has_the_colour_of_its_cell_in_every_theme_and_is_seen_on_its_paper():
    css = (Path(explore.__file__).parent / "explorer.css").read_text(encoding="utf-8")
    colours = {name.lower(): colour.lower() for name, colour in CELL_COLOURS.items()}
    found = re.findall(rf"--({'|'.join(colours)}): (#\w+)", css)
    edged = set(re.findall(r"\.solid\.(\w+):not\(\.thin\) \{[^}]*drop-shadow\([^)]*var\(--ink\)", css))
    assert found
    for name, colour in found:
        assert colour == colours[name], f"{name} is another colour in other pictures"
        for paper in ("#ffffff", "#111111"):  # JupyterLab's, light and dark
            assert contrast(colour, paper) >= 3 or name in edged, f"{name} on {paper}"


def contrast(a: str, b: str) -> float:
    """The ratio of the luminances of two colours, as WCAG 2 defines it."""

    def luminance(colour):
        parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722) + 0.05

    low, high = sorted((luminance(a), luminance(b)))
    return float(high / low)


def test_still_bars_stand_on_the_absolute_axis():
    picture = ET.fromstring(
        still_svg(
            {"title": "T < 1"},
            [("low", 1e-12), ("one", 1.0), ("high", 1e6), ("0", 0.0), ("∞", np.inf)],
            "A & B.",
            AXES["magnitude"],
        )
    )
    low, one, high, zero, infinite = [float(bar.get("width")) for bar in picture.findall(".//{*}g/{*}rect")]
    assert low == zero == 0 and one == pytest.approx(high * 2 / 3, abs=0.1) and infinite == high
    texts = [text.text for text in picture.iter() if text.text]
    assert "vanished" in texts and "exploded" in texts and "T < 1" in texts


def test_still_bars_of_losses_stand_on_the_axis_of_the_explorer_from_0_to_12_nats():
    picture = ET.fromstring(
        still_svg({"title": "Losses"}, [("0", 0.0), ("half", 6.0), ("end", 12.0), ("over", 30.0)], "A.", AXES["nats"])
    )
    zero, half, end, over = [float(bar.get("width")) for bar in picture.findall(".//{*}g/{*}rect")]
    assert zero == 0 and half == pytest.approx(end / 2, abs=0.1) and over == end
    assert explore.TokenLosses.still_axis == "nats"


@pytest.mark.parametrize("zoom, ends", [(0, [0.797, 5.31e-7]), (6, [1, 0.531])])
def test_the_still_picture_stands_on_the_axis_that_the_explorer_opens_on(zoom, ends):
    small = explorer_of_00(axis="true", zoom=zoom)
    picture = ET.fromstring(small.still_picture()["image/svg+xml"])
    widths = [float(bar.get("width")) for bar in picture.findall(".//{*}g/{*}rect")]
    assert widths[0] == pytest.approx(420 * ends[0], abs=0.2) and widths[6] == pytest.approx(420 * ends[1], abs=0.2)
    arrows = [mark for mark in picture.findall(".//{*}g/{*}path") if mark.get("fill")]
    assert len(arrows) == sum(norm > 10.0**-zoom for norm in small.norms())  # what is longer than its row says so
    powers = ET.fromstring(explorer_of_00(axis="powers").still_picture()["image/svg+xml"])
    assert float(powers.findall(".//{*}g/{*}rect")[6].get("width")) > 100


def test_the_first_explorer_says_no_word_that_notebook_00_has_not_said():
    said = explorer_of_00(axis="true", lit=2).sentence()
    assert said.endswith("Lit: word 2, “cats”. Its term has norm 5.31·10⁻⁷.") and "Jacobian" not in said and "share" not in said
    assert "6 Jacobians. Norm" in explore.LivingEquation(length=11, target=8, weight_scale=0.1, lit=2).sentence()


def explorer_of_00(**settings):
    return explore.LivingEquation(small=True, length=11, target=8, weight_scale=0.1, **settings)


def test_the_still_picture_of_the_living_equation_has_its_rows_newest_first():
    assert [label[:14] for label, _ in explore.LivingEquation(length=2).still()] == ["term of word 2", "term of word 1"]


@pytest.mark.parametrize("value, text", [(0.004, "0.00"), (-0.004, "0.00"), (-0.2, "−0.20"), (1, "1.00")])
def test_fixed_writes_no_minus_before_zero(value, text):
    assert fixed(value, 2) == text
