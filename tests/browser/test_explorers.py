"""The explorers in a real browser: exported pages, and in JupyterLab with a kernel behind them."""

import random

import pytest
from playwright.sync_api import expect

import bptt_lab as bl
from bptt_lab import explore
from bptt_lab.basics.text import unbroken
from bptt_lab.explore.base import ZOOMS, Magnified
from tests.browser.conftest import SHOWN
from tests.browser.waiting import frames, settled

EXPLORERS = [kind for name in explore.__all__ if getattr(kind := getattr(explore, name), "controls", ())]
every_explorer = pytest.mark.parametrize("kind", EXPLORERS, ids=lambda kind: kind.__name__)
LAB = ["import ipywidgets, traitlets\nimport bptt_lab as bl", "w = bl.explore.GradientByLag(length=64, weight_scale=1.47)", "w"]

# Draws an explorer on a model of its own, once for each of the settings: what does the sentence under it say?
SENTENCES = """async ([esm, settings]) => {
    const { default: explorer } = await import(URL.createObjectURL(new Blob([esm], { type: 'text/javascript' })));
    const state = JSON.parse(document.getElementById('state').textContent), listeners = {};
    state.table = new DataView(Uint8Array.from(atob(state.table), c => c.charCodeAt(0)).buffer);
    const model = { isStill: true, get: name => state[name], off() {}, save_changes() {}, set() {},
        on: (event, run) => (listeners[event] ??= []).push(run) };
    const el = document.body.appendChild(document.createElement('div')), found = [];
    explorer.render({ model, el });
    const frames = n => new Promise(done => requestAnimationFrame(() => n ? frames(n - 1).then(done) : done()));
    await frames(3);
    for (const setting of settings) {
        Object.assign(state, setting);
        for (const name of Object.keys(setting)) for (const run of listeners[`change:${name}`] ?? []) run();
        await frames(1);
        found.push(el.querySelector('.sentence').textContent);
    }
    return found;
}"""


def made(kind, **settings):
    """An explorer with those of the settings that it has."""
    return kind(**{name: value for name, value in settings.items() if kind.class_traits().get(name)})


def settings_of(explorer, count=40):
    """Random settings of everything that the table holds, the ends of each control among them."""
    rng, controls = random.Random(0), [control for control in explorer.controls if not control.asks_python]
    settings = [{c.name: c.values[end] for c in controls} for end in (0, -1)]
    settings += [{c.name: rng.choice(c.values) for c in controls} for _ in range(count)]
    for setting in settings:
        if explorer.has_trait("lag"):
            setting["lag"] = rng.randrange(-1, explorer.traits()["lag"].values[-1] + 1)
        if explorer.has_trait("lit"):
            setting["lag"] = rng.randrange(-1, 100)
        if explorer.name == "wall":
            setting["lit"] = rng.randint(0, 81)
        elif explorer.has_trait("lit"):
            setting["lit"], setting["lit_edge"] = rng.choice([(0, 0), (rng.randint(1, 12), 0), (0, rng.randint(2, 12))])
        if explorer.name == "four_terms":
            setting["word"] = rng.randint(0, 23)
        if isinstance(explorer, Magnified):
            setting["zoom"] = rng.randrange(len(ZOOMS))
        if explorer.has_trait("cell"):
            setting["cell"] = rng.choice([[0, 0], [rng.randint(1, 12), rng.randint(1, 12)]])
    return settings


@every_explorer
def test_python_and_the_browser_say_the_same(kind, page_of):
    explorer, said = kind(), []
    page, settings = page_of(explorer), settings_of(explorer)
    for setting in settings:
        for name, value in setting.items():
            setattr(explorer, name, value)
        said.append(explorer.sentence())
    assert page.evaluate(SENTENCES, [explorer._esm, settings]) == list(map(unbroken, said))
    assert len(set(said)) > 20


@pytest.mark.parametrize(
    "made", [lambda: explore.Decay(cell=bl.GRUCell(3, 4)), lambda: explore.FourCells(cell=bl.GRUCell(98, 4))]
)
def test_the_browser_says_the_same_of_a_cell_that_is_handed_in(made, page_of):
    explorer, said = made(), []
    page, settings = page_of(explorer), settings_of(explorer, 20)
    for setting in settings:
        for name, value in setting.items():
            if explorer.has_trait(name):
                setattr(explorer, name, value)
        said.append(explorer.sentence())
    assert page.evaluate(SENTENCES, [explorer._esm, settings]) == list(map(unbroken, said))
    assert page.locator(".plane").count() == 0 and "GRUCell" in page.content()


@every_explorer
def test_every_control_of_the_exported_page_moves_picture_and_sentence(kind, page_of):
    explorer = made(kind, weight_scale=0.316, step=30 if kind is explore.Wall else 1)
    page = page_of(explorer)
    for control in explorer.spec["controls"]:
        name = f"bptt-{control['trait']}-"
        found = page.locator(
            f".controls :is(input:checked, input:not([type=radio]), select):is([id^='{name}'], [name^='{name}'])"
        ).first
        if control["asks_python"]:
            assert found.is_disabled() and page.inner_text(".note") == explorer.words["needs_python"]
            continue
        before = page.inner_html(".bptt-draw"), page.inner_text(".sentence")
        kind_of_key = {
            "weight_scale": "End",
            "choice": "ArrowRight",
            "switch": "Space",
            "menu": "ArrowDown",
            "slider": "ArrowLeft",
        }  # no slider stands there yet
        found.press(kind_of_key.get(control["trait"]) or kind_of_key[control["kind"]])
        page.wait_for_function("before => document.querySelector('.bptt-draw').innerHTML !== before", arg=before[0])
        assert page.inner_text(".sentence") != before[1]
        page.wait_for_function(
            "() => document.querySelector('.spoken').textContent === document.querySelector('.bptt').bpttDrawn.text"
        )


# A page's own rules for each class and each kind of element that an explorer uses, and how everything in it lies then.
THEME = """() => { const names = new Set(); for (const node of document.querySelectorAll('.bptt *:not(svg *, math *)'))
    for (const name of [...node.classList].map(name => `.${name}.${name}`).concat(node.localName)) names.add(name);
    const style = document.createElement('style'), theirs = `:is(${[...names].join()})`;
    style.textContent = `body .bptt ${theirs} { display: flex; margin: 9px; padding: 7px; float: right; max-width: 50%;
        border: 5px solid; min-height: 77px; letter-spacing: 2px; font-size: 30px; line-height: 3; opacity: .5 }
        body .bptt ${theirs}::before { content: 'theme'; display: block }`;
    document.head.prepend(style); }"""
BOXES = """() => [...document.querySelectorAll('.bptt *:not(svg *, math *)')].map(node => { const { x, y, width, height }
    = node.getBoundingClientRect(), { opacity } = getComputedStyle(node);
    return [node.localName, node.className.baseVal ?? node.className, x, y, width, height, opacity].join(' '); })"""


@every_explorer
def test_no_rule_of_a_page_moves_what_is_in_an_explorer(kind, page_of):
    """Its classes have everyday names, some of which themes own."""
    page = page_of(kind())
    settled(page)
    before = page.evaluate(BOXES)
    page.evaluate(THEME)
    settled(page)
    assert page.evaluate(BOXES) == before


@every_explorer
@pytest.mark.parametrize("width", [390, 900])
def test_a_scrub_changes_nodes_in_place_and_moves_nothing(kind, width, page_of):
    page = page_of(made(kind, weight_scale=0.1), width)
    places = """() => [...document.querySelectorAll('.bptt :is(input, select, svg, output, .sentence, .legend, .word)')]
        .map(node => JSON.stringify(node.getBoundingClientRect()))"""
    page.get_by_label("Step" if kind is explore.Wall else "Weight scale", exact=True).focus()
    for key in ("End", "Home"):  # once to and fro, so that every node is made
        page.keyboard.press(key)
        settled(page)
    before = page.evaluate(places)
    page.evaluate(
        """() => { window.rebuilt = []; new MutationObserver(changes => {
            for (const { addedNodes, removedNodes } of changes)
                rebuilt.push(...[...addedNodes, ...removedNodes].filter(node => node.nodeType === 1).map(node => node.outerHTML));
        }).observe(document.querySelector('.bptt'), { childList: true, subtree: true }); }"""
    )
    for _ in range(24):
        page.keyboard.press("ArrowRight")
        frames(page)
        assert page.evaluate(places) == before
    assert page.evaluate("() => rebuilt") == []


@every_explorer
@pytest.mark.parametrize("dark", [False, True])
def test_is_whole_and_readable_at_390_px_in_both_themes(kind, dark, page_of):
    page = page_of(made(kind, length=12), 390, color_scheme="dark" if dark else "light")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.bptt :is(label, legend, output, select, p, text, .chip, .number)')]
            .filter(node => {
                const { left, right, width } = node.getBoundingClientRect();
                const cut = node.matches('.chip, label, select') && node.scrollWidth > node.clientWidth + 1;
                return width && !node.matches('.spoken') && (left < 0 || right > 390 || cut);
            })
            .map(node => node.textContent)"""
    )
    assert outside == []
    assert contrast(page, ".sentence") > 7


@every_explorer
def test_a_page_that_is_hardly_wider_than_its_margins_is_still_drawn(kind, page_of):
    page = page_of(made(kind, length=12), 80)  # a narrow window beside Lab's columns; page_of minds the console
    widths = page.locator(".bptt .bptt-draw > *").evaluate_all("nodes => nodes.map(node => node.getBoundingClientRect().width)")
    assert page.inner_text(".sentence") and max(widths) <= 80


def contrast(page, selector):
    """The ratio of luminances of a text and of the paper behind it, as WCAG reckons."""
    ink, paper = page.evaluate(
        """selector => {
            const pixel = document.createElement('canvas').getContext('2d');
            return [['color', selector], ['backgroundColor', '.bptt']].map(([name, of]) => {
                pixel.fillStyle = getComputedStyle(document.querySelector(of))[name];
                pixel.fillRect(0, 0, 1, 1);
                return [...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3);
            });
        }""",
        selector,
    )

    def luminance(colour):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(ink), luminance(paper)))
    return (high + 0.05) / (low + 0.05)


def test_the_curves_are_read_off_by_key_and_by_pointer(page_of):
    page = page_of(explore.GradientByLag(length=24))
    picture = page.get_by_role("slider", name="Read the curves")
    picture.focus()
    assert picture.get_attribute("aria-valuenow") == "24"
    for key, place in [("ArrowLeft", 23), ("ArrowLeft", 22), ("Home", 1), ("PageUp", 11), ("End", 24)]:
        page.keyboard.press(key)
        page.wait_for_function(
            f"() => document.querySelector('.sentence').textContent.includes('word {place}, {24 - place} back')"
        )
        assert picture.get_attribute("aria-valuenow") == str(place)
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('.sentence').textContent.includes('Read off')")
    box = picture.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 14, box["y"] + 100)
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('word 24, 0 back')")


def test_the_gradient_by_lag_fills_its_plot_and_the_axis_says_from_where_to_where_it_goes(page_of):
    size = "() => { const { width, height } = document.querySelector('g > path.solid').getBBox(); return [width, height]; }"
    for length, said in ((24, ", 10⁻³ to 1"), (100, ", 10⁻⁹ to 1")):
        page = page_of(explore.GradientByLag(length=length))
        wide, high = page.evaluate(size)
        assert wide > 0.9 * 788 and high > 0.4 * 250
        assert said in page.locator("svg.reader").text_content()


def open_lab(course, cells=LAB):
    course.write("explorer.ipynb", cells)
    course.open("explorer.ipynb")
    course.run_all()
    course.wait(SHOWN)


def test_python_moves_the_picture_and_the_picture_moves_python(course):
    linked = "other = ipywidgets.FloatSlider(min=.1, max=10)\ntraitlets.link((other, 'value'), (w, 'weight_scale'))"
    open_lab(course, [*LAB[:2], f"{linked}\nipywidgets.VBox([w])"])
    course.python("w.set_trait('weight_scale', 0.316); w.set_trait('activation', 'sigmoid')")
    course.wait("text => document.querySelector('.bptt').bpttDrawn.text === text", course.python("value = w.sentence()"))
    slider = course.page.get_by_label("Weight scale", exact=True)
    assert slider.get_attribute("aria-valuetext") == "0.316"
    slider.press("ArrowRight")
    course.hear("[w.weight_scale, other.value]", [0.383, 0.383])


def test_every_key_reaches_a_slider_inside_lab_and_lab_does_not_act_on_it(course):
    open_lab(course)
    slider = course.page.get_by_label("Weight scale", exact=True)
    slider.focus()
    cells = """() => {
        const notebook = window.jupyterapp.shell.currentWidget.content;
        return [notebook.widgets.length, notebook.activeCellIndex, notebook.mode];
    }"""
    before = course.page.evaluate(cells)
    seen = []
    for key in ("Home", "ArrowRight", "ArrowUp", "PageUp", "End", "ArrowLeft", "ArrowDown", "PageDown"):
        course.page.keyboard.press(key)
        seen.append(int(slider.input_value()))
    assert seen[:3] == [0, 1, 2] and seen[3] > 2 and seen[4:7] == [24, 23, 22] and seen[7] < 22
    course.page.get_by_label("relu", exact=True).focus()
    course.page.keyboard.press("ArrowRight")
    assert course.page.get_by_label("sigmoid", exact=True).is_checked()
    assert course.page.evaluate(cells) == before
    assert course.page.evaluate("() => getComputedStyle(document.activeElement.nextSibling).outlineStyle") == "solid"


def test_a_control_that_asks_python_is_never_blank_and_a_storm_ends_in_its_last_state(course):
    open_lab(course)
    course.page.evaluate(
        """() => { window.blank = 0; const look = () => {
            const line = document.querySelector('.bptt path.solid');
            if (!line?.isConnected || !line.getAttribute('d')) blank++;
            window.looking = requestAnimationFrame(look); }; look(); }"""
    )
    course.page.evaluate(
        """() => new Promise(done => {
            const labels = [...document.querySelectorAll('.bptt label')];
            const input = labels.find(label => label.textContent === 'Another net').control;
            let n = 0;
            const timer = setInterval(() => {
                input.value = ++n === 300 ? 7 : n % 21;
                input.dispatchEvent(new Event('input', { bubbles: true }));
                if (n === 300) { clearInterval(timer); done(); }
            }, 4);
        })"""
    )
    course.hear("w.net", 7)  # the last of the storm comes when Python has answered those before
    sentence = course.python("value = w.sentence()")
    course.wait("said => document.querySelector('.bptt').bpttDrawn.text === said", sentence)
    assert course.page.get_by_label("Another net", exact=True).input_value() == "7"
    assert course.page.evaluate("() => { cancelAnimationFrame(looking); return blank; }") == 0


def test_a_reload_with_a_living_kernel_shows_the_same_state(course):
    open_lab(course)
    course.page.get_by_label("Weight scale", exact=True).press("End")
    course.page.get_by_label("Another net", exact=True).press("PageUp")
    expect(course.page.get_by_label("Another net", exact=True)).not_to_have_value("0")  # shown once Python has answered
    net = int(course.page.get_by_label("Another net", exact=True).input_value())
    course.hear("[w.weight_scale, w.net]", [10.0, net])
    before = course.python("value = w.sentence()")
    course.wait("said => document.querySelector('.bptt').bpttDrawn.text === said", before)
    course.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")  # a promise: it is saved then
    course.spoiled = True  # Lab opens the notebook once more, when it likes
    course.page.reload(wait_until="domcontentloaded")
    course.wait(SHOWN)
    settled(course.page)
    assert course.page.evaluate(SHOWN) == before == course.python("value = w.sentence()")
    assert course.page.get_by_label("Weight scale", exact=True).input_value() == "24"


def test_a_word_wears_the_colour_of_its_age_in_the_sentence_the_net_the_equation_and_the_ledger(page_of):
    fills = "nodes => nodes.filter(n => n.getAttribute('display') === null).map(n => getComputedStyle(n).fill)"
    paper = "nodes => nodes.filter(n => n.getAttribute('display') === null).map(n => getComputedStyle(n).backgroundColor)"
    page = page_of(explore.LivingEquation(length=6, target=4))
    words = page.locator(".word").evaluate_all(paper)
    net = page.locator(".net .age").evaluate_all(fills)
    equation = page.locator(".row:not([hidden]) .chip").evaluate_all(paper)
    assert len(set(words[:4])) == 4 and net[4:] == ["none"] * 2, "what comes after the target has no age"
    assert net[:4] == words[:4] == equation[:4][::-1]
    for cell, newest in (([0, 0], 6), ([4, 2], 4)):
        heads = page_of(explore.Ledger(length=6, cell=cell)).locator(".age").evaluate_all(fills)
        assert heads[:6] == heads[6:], "rows and columns name the same words"
        assert heads[newest - 4 : newest] == words[:4] and heads[newest:6] == ["none"] * (6 - newest)


def test_a_guess_is_made_and_judged_by_keyboard_and_the_curve_stays_hidden_until_then(page_of):
    page = page_of(explore.Decay(length=64))
    drawn = "() => [...document.querySelectorAll('.bptt-draw > svg path.solid')].filter(line => line.getAttribute('d')).length"
    guess, sentence = page.get_by_label("Your guess", exact=True), page.locator(".sentence")
    stroke = page.locator(".bptt-draw > svg path.guess")
    assert page.evaluate(drawn) == 0 and page.locator(".bptt-draw > svg .prompt").first.is_visible()
    before = stroke.get_attribute("d")
    assert guess.get_attribute("aria-valuetext") == "not set" and "No guess yet" in sentence.inner_text()
    guess.press("Enter")  # the middle, where an unset slider stands
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('Your guess: 10⁻³')")
    assert stroke.get_attribute("d") != before and guess.get_attribute("aria-valuetext") == "10⁻³"
    page.get_by_label("hidden", exact=True).press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('You guessed 10⁻³')")
    assert "powers of ten too" in sentence.inner_text() and page.evaluate(drawn) == 1
    picture = page.get_by_role("slider", name="Read the curve off")
    picture.focus()
    page.keyboard.press("Home")
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('Read off at lag 63')")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('Read off at lag 60')")


def test_the_descents_of_the_wall_are_played_stopped_and_walked_through_by_key(page_of):
    page = page_of(explore.Wall(), keep=False)
    page.clock.install()
    step = page.get_by_label("Step", exact=True)
    page.get_by_role("button", name="Play").press("Enter")
    page.wait_for_function("() => document.querySelector('.bptt').bpttDrawn.draws > 12")
    page.get_by_role("button", name="Pause").press("Enter")
    page.clock.run_for(100)  # what was still to be drawn
    stopped = step.get_attribute("aria-valuetext")
    page.clock.run_for(2000)
    assert int(stopped) > 5 and step.get_attribute("aria-valuetext") == stopped
    step.press("End")
    page.wait_for_function("() => document.querySelector('.sentence').textContent.startsWith('After 500 steps')")
    page.get_by_role("button", name="Play").press("Enter")  # at the end it begins anew
    page.wait_for_function("() => Number(document.querySelector('.bptt output').textContent) < 60")
    maps = page.get_by_role("slider", name="Walk through the 81 starts")
    maps.focus()
    for key, start in (("Home", 1), ("ArrowRight", 2), ("PageUp", 12), ("End", 81)):
        page.keyboard.press(key)
        page.wait_for_function(f"() => document.querySelector('.sentence').textContent.includes('Start {start}:')")
        assert maps.get_attribute("aria-valuetext") == f"start {start} of 81"
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('.sentence').textContent.includes('Start ')")


def test_a_dot_of_the_wall_is_pointed_at(page_of):
    page = page_of(explore.Wall())
    dot = page.locator(".bptt circle.descent.way").nth(40 + 1).bounding_box()  # the first circle stands in the legend
    page.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('Start 41:')")
    page.mouse.move(5, 5)
    page.wait_for_function("() => !document.querySelector('.sentence').textContent.includes('Start 41:')")


def test_the_map_of_the_wall_has_as_many_cells_as_it_says_and_glows_where_it_is_steep(page_of):
    page = page_of(explore.Wall(view="gradient", points=101))
    pixels = """() => { const canvas = document.querySelector('.bptt canvas'), at = canvas.getContext('2d');
        return [canvas.width, [...at.getImageData(0, 0, canvas.width, canvas.height).data]]; }"""
    points, data = page.evaluate(pixels)
    assert points == 101 and len(data) == 4 * 101 * 101
    page.get_by_label("error", exact=True).check()
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('colour is the error')")
    _, errors = page.evaluate(pixels)
    opacity = lambda w, b: errors[4 * (101 * round((0 - b) / 0.04) + round(w / 0.08)) + 3]  # noqa: E731
    assert opacity(6.4, -4.0) > 200 and opacity(7.2, -1.0) < 80  # left of the wall the error is .49, right of it .09
    assert errors != data


def test_the_truncated_ledger_is_walked_and_shows_what_is_removed(page_of):
    page = page_of(explore.Truncation(length=8, cut=4))
    table = page.get_by_role("application")
    table.focus()
    for key, said in (("Home", "Token 8, word 1: norm"), ("End", "Token 8, word 8: norm"), ("ArrowUp", "Token 8, word 8: norm")):
        page.keyboard.press(key)
        page.wait_for_function("said => document.querySelector('.sentence').textContent.includes(said)", arg=said)
    assert page.locator(".bptt .bptt-draw > svg .cell.gone").count() == 16  # two triangles of 10 are kept of 36
    page.get_by_label("only the last", exact=True).check()
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('4 of 8 terms')")
    assert page.locator(".bptt .bptt-draw > svg .cell.gone").count() == 4


def test_the_messages_of_tanh_and_relu_wear_their_cells_colours_and_carry_their_names(page_of):
    page = page_of(explore.Starts())
    strokes = (
        "() => ['tanh', 'relu'].map(name => getComputedStyle(document.querySelector(`.bptt-draw > svg .solid.${name}`)).stroke)"
    )
    assert page.evaluate(strokes) == ["rgb(0, 114, 178)", "rgb(86, 180, 233)"]
    assert page.locator(".bptt svg .line-name").all_text_contents() == ["tanh", "ReLU"]
    picture = page.get_by_role("slider", name="Read the curves step by step")
    picture.focus()
    for key, lag in (("End", 0), ("ArrowLeft", 1), ("Home", 100), ("PageUp", 90)):
        page.keyboard.press(key)
        page.wait_for_function(f"() => document.querySelector('.sentence').textContent.startsWith('Steps back: {lag}.')")


def test_two_keys_in_one_frame_both_count(page_of):
    page = page_of(explore.Starts())
    page.get_by_role("slider", name="Read the curves step by step").evaluate(
        """node => {
            node.focus();
            for (const key of ["Home", "PageUp", "ArrowRight"]) node.dispatchEvent(new KeyboardEvent("keydown", { key }));
        }"""
    )
    page.wait_for_function("() => document.querySelector('.sentence').textContent.startsWith('Steps back: 89.')")


def test_a_quiz_is_answered_by_keyboard_and_says_why(page_of):
    page = page_of(explore.Quiz("04"))
    sentence, first = page.locator(".sentence"), page.locator(".quiz fieldset").first
    assert "4 still open" in sentence.inner_text() and first.locator(".why:visible").count() == 0
    first.locator("input").first.press("Space")
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('3 still open')")
    assert first.locator(".why:visible").inner_text().startswith("Not so.")
    first.locator("input").first.press("ArrowDown")
    page.wait_for_function("() => document.querySelector('.sentence').textContent.startsWith('1 of 4 right')")
    told = first.locator(".why:visible")
    assert told.inner_text().startswith("Right.")
    assert first.locator("input:checked").get_attribute("aria-describedby") == told.get_attribute("id")


def test_the_four_terms_are_read_off_word_by_word_in_all_three_pictures(page_of):
    page = page_of(explore.FourTerms(length=16, gate_bias=2))
    picture = page.get_by_role("slider", name="Read the terms off")
    seen = []
    picture.focus()
    for key, word in (("Home", 1), ("ArrowRight", 2), ("End", 16), ("ArrowLeft", 15)):
        page.keyboard.press(key)
        page.wait_for_function(f"() => document.querySelector('.sentence').textContent.includes('At word {word},')")
        widths = page.locator(".term-size").evaluate_all("bars => bars.map(bar => Number(bar.getAttribute('width')))")
        seen.append(widths)
        assert picture.get_attribute("aria-valuenow") == str(word) and page.locator(".dot").count() >= 2
    assert seen[0][1] == 0 and len({tuple(widths) for widths in seen}) == 4, "the start is 0, so nothing passes through G1"
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('At word 16,')")
    box = picture.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 200, box["y"] + 60)  # among the bars: no word is pointed at
    frames(page, 3)
    assert "At word 16," in page.inner_text(".sentence")
    page.locator(".word").nth(1).hover()
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('At word 2, “cats”:')")
    assert page.locator(".word.lit").all_inner_texts() == ["cats"]


@pytest.mark.parametrize("kind", [explore.FourTerms, explore.CellSwitch, explore.FourCells, explore.Decay])
def test_an_axis_of_18_powers_of_ten_is_magnified_by_key_and_says_so(kind, page_of):
    explorer = made(kind, gate_bias=2, length=23, zoom=0, curve="shown")
    page = page_of(explorer)
    closer, back = (page.get_by_role("button", name=name) for name in ("Magnify ×3", "Back"))
    ticks = "() => [...document.querySelectorAll('.axis text')].map(text => text.textContent)"
    curve, height = page.locator("path:is(.curve.gated, .curve.gru, .solid)").first, "path => path.getBBox().height"
    whole = curve.evaluate(height)
    assert whole > 5 and "10⁻⁴" not in page.evaluate(ticks) and back.is_disabled()
    closer.press("Enter")
    page.wait_for_function("() => document.querySelector('.spoken').textContent.endsWith(' ×3: it goes from 10⁻⁴ to 100.')")
    assert curve.evaluate(height) == pytest.approx(3 * whole, abs=0.5) and "10⁻⁴" in page.evaluate(ticks)
    assert page.locator(".magnifier .number").inner_text() == "×3"
    explorer.zoom = 1
    assert page.inner_text(".sentence") == unbroken(explorer.sentence())
    closer.press("Enter")
    page.wait_for_function("() => document.querySelector('.magnifier .number').textContent === '×9'")
    assert closer.get_attribute("aria-disabled") == "true"
    back.press("Enter")
    page.wait_for_function("() => !document.querySelector('.sentence').textContent.includes('magnified')")
    assert curve.evaluate(height) == whole


def test_the_terms_of_the_equation_are_told_apart_on_a_magnified_axis(page_of):
    explorer = explore.LivingEquation(weight_scale=0.215)
    page = page_of(explorer)
    length = "bar => Number(bar.getAttribute('width'))"
    bars = page.locator(".row:not([hidden]) rect.term-bar")
    first, last = bars.nth(3).evaluate(length), bars.nth(0).evaluate(length)
    assert first > 0.8 * last, "a factor of more than a hundred, on 18 powers of ten"
    page.get_by_role("button", name="Magnify ×3").press("Enter")
    page.wait_for_function("() => document.querySelector('.spoken').textContent.endsWith('it goes from 10⁻⁴ to 100.')")
    assert bars.nth(3).evaluate(length) < 0.55 * bars.nth(0).evaluate(length)
    explorer.zoom = 1
    assert page.inner_text(".sentence") == unbroken(explorer.sentence())
    assert page.locator(".row.ticks text:visible").all_text_contents() == ["10⁻⁴", "10⁻²", "1", "10²"]


def test_indices_stand_lower_and_their_signs_are_copied(page_of):
    explorer = explore.FourCells()
    page = page_of(explorer)
    assert page.inner_text(".sentence") == unbroken(explorer.sentence()) and "‖dL/dx_k‖" in explorer.sentence()
    look = "node => [node.textContent, getComputedStyle(node).verticalAlign, node.getBoundingClientRect().height]"
    assert page.locator(".sentence sub").first.evaluate(look)[:2] == ["k", "sub"]
    assert page.locator(".sentence .mark").first.evaluate(look)[::2] == ["_", 0], "the sign is there, and of no size"
    axis = page.locator("text.axis-title", has_text="dL/dx_k")
    assert axis.text_content() == "‖dL/dx_k‖, L the verb’s loss" and axis.locator("tspan.below").text_content() == "k"
    page = page_of(explore.Decay())
    assert page.locator(".legend > span > span").first.evaluate("text => text.getClientRects().length") == 1, "one line, no gaps"
    assert page.locator(".legend > span").first.inner_text() == "‖dh_T/dh_k‖₂, the true norm"
    page = page_of(explore.Ledger(length=4))
    assert page.locator("text", has_text="after").all_text_contents()[1] == "L_2, after “cats”"


def test_a_named_place_and_a_point_on_the_pad_move_the_gates_and_tied_gates_keep_to_their_line(page_of):
    page = page_of(explore.GatePad())
    page.get_by_role("button", name="Residual link").press("Enter")
    page.wait_for_function("() => document.querySelector('.bptt').bpttDrawn.text.includes('Residual link: h ← h + ĥ.')")
    assert page.get_by_label("held", exact=True).is_checked() and page.locator(".place.here").count() == 1
    for label in ("G1 at rest", "G2 at rest"):
        assert page.get_by_label(label, exact=True).get_attribute("aria-valuetext") == "1"
    page.get_by_role("button", name="GRU").press("Enter")
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('GRU: gates tied')")
    page.get_by_label("G1 at rest", exact=True).press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('mean G1 0.73')")
    assert page.get_by_label("G2 at rest", exact=True).get_attribute("aria-valuetext") == "0.269"
    page.get_by_label("free", exact=True).check()
    cell = page.locator(".pad-cell").nth(9 * 8 + 0).bounding_box()  # G1 shut, G2 open
    page.mouse.click(cell["x"] + cell["width"] / 2, cell["y"] + cell["height"] / 2)
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('mean G1 0.000, mean G2 1.000')")


def test_beside_labs_columns_on_a_phone_nothing_of_the_pad_and_of_the_switch_overlaps_or_is_cut(page_of):
    page = page_of(explore.GatePad(), 270)  # what Lab leaves a figure of a window of 390 px
    assert page.locator(".pad-cell").count() == 81
    assert not "".join(page.locator(".cell-text").all_text_contents())  # no number has room: the sentence has it
    rows = page.locator(".slider").evaluate_all("nodes => nodes.map(node => node.getBoundingClientRect().height)")
    assert max(rows) < 40  # a slider's value stands beside it, not below
    page = page_of(explore.CellSwitch(), 310)
    cut = page.locator(".formula").evaluate_all("nodes => nodes.filter(node => node.scrollWidth > node.clientWidth + 1).length")
    assert cut == 0


def test_a_derivation_at_its_end_stays_at_its_end_when_the_sentence_or_the_target_changes(page_of):
    page = page_of(explore.LivingEquation(length=4))
    step, length, target = (page.get_by_label(label, exact=True) for label in ("Derivation step", "Length", "Target word"))
    step.press("Home")
    step.press("End")
    for key in ("PageUp", "End"):
        length.press(key)
        frames(page)
        assert "Step" not in page.locator(".bptt .sentence").text_content()
    target.press("ArrowLeft")
    step.press("ArrowLeft")
    frames(page)
    assert "Step 11 of 12" in page.locator(".bptt .sentence").text_content()
    length.press("ArrowLeft")  # in the middle of it the step stays
    frames(page)
    assert "Step 11 of 12" in page.locator(".bptt .sentence").text_content()


def test_what_the_focus_lights_stays_lit_when_another_row_comes_under_a_mouse_that_rests(page_of):
    page = page_of(explore.LivingEquation(length=6))
    rows, lit = page.locator(".bptt .equation .row:not(.ticks):not([hidden])"), page.locator(".bptt .words .word.lit")
    page.mouse.move(1, 1)
    rows.nth(1).focus()
    page.keyboard.press("Tab")
    expect(lit).to_have_text(explore.LivingEquation().sentences[5][3])
    enter = """(row, [x, y]) => row.dispatchEvent(
        new PointerEvent("pointerenter", { clientX: x, clientY: y, pointerType: "mouse" }))"""
    rows.nth(0).evaluate(enter, [1, 1])  # as if the page had moved under it
    frames(page, 3)
    expect(lit).to_have_text(explore.LivingEquation().sentences[5][3])
    rows.nth(0).evaluate(enter, [40, 40])
    expect(lit).to_have_text(explore.LivingEquation().sentences[5][5])


def test_numbers_of_a_tight_net_do_not_meet(page_of):
    apart = """nodes => { const boxes = nodes.map(node => node.getBoundingClientRect()).sort((a, b) => a.left - b.left);
        const meet = (a, b) => Math.min(a.bottom, b.bottom) > Math.max(a.top, b.top) ? b.left - a.right : 9;
        return Math.min(...boxes.slice(1).map((box, i) => meet(boxes[i], box))); }"""
    for width in (360, 390, 860):
        for scale in (0.1, 1.0, 10.0):
            for lit in (1, 5, 8):
                page = page_of(explore.LivingEquation(length=12, weight_scale=scale, lit=lit), width)
                numbers = page.locator(".bptt .net .factor").filter(visible=True)
                assert numbers.count() > 12 - lit and numbers.evaluate_all(apart) >= 1.5, (width, scale, lit)


@pytest.mark.parametrize("width", [376, 390, 800])
def test_all_numbers_of_a_tight_net_stand_above_it_and_none_in_the_arrow_of_the_loss(width, page_of):
    for scale in (0.1, 1.0, 10.0):
        page = page_of(explore.LivingEquation(length=12, weight_scale=scale, lit=2), width)
        numbers, states = page.locator(".bptt .net .factor[text-anchor]:visible"), page.locator(".bptt .net .state")
        places = numbers.evaluate_all("all => all.map(node => node.getBoundingClientRect()).map(box => [box.right, box.bottom])")
        circles = states.evaluate_all(
            "all => all.map(node => node.getBoundingClientRect()).map(box => [box.left + box.width / 2, box.top])"
        )
        assert len(places) == 10 and len({round(bottom) for _, bottom in places}) == 1
        assert places[0][1] < circles[0][1] + 3 and max(right for right, _ in places) < circles[-1][0] - 2.5
        names = page.locator(".bptt .net circle.state ~ text.two").evaluate_all(
            "all => all.map(node => node.getBoundingClientRect().width)"
        )
        assert all(name < 14 for name in names) and bool(names) == (width < 800), "two digits stand within their circle"


def test_a_reason_stands_below_the_buttons_and_these_beside_their_name(page_of):
    page = page_of(explore.LivingEquation(small=True, axis="true", length=11, weight_scale=0.1), 360)
    choice = page.locator(".choice", has=page.locator(".reason"))
    name, reason, button = (choice.locator(part).first.bounding_box() for part in ("legend", ".reason", ".options label"))
    middle = lambda box: box["y"] + box["height"] / 2  # noqa: E731
    assert abs(middle(name) - middle(button)) < 2 and button["x"] > name["x"] + name["width"]
    assert reason["y"] > button["y"] + button["height"]


def test_the_names_in_a_legend_of_cells_begin_below_each_other(page_of):
    page = page_of(explore.Truncation(), 390)
    icons = page.locator(".bptt .legend > span > svg").evaluate_all("all => all.map(icon => icon.getBoundingClientRect().width)")
    assert len(icons) == 3 and max(icons) - min(icons) < 0.5


def test_the_first_move_in_a_frame_is_drawn_at_once_and_many_more_in_the_next_frame_once(page_of):
    page = page_of(explore.LivingEquation())
    settled(page)
    length = page.get_by_label("Length", exact=True)
    drawn = length.evaluate(
        """async input => {
            const root = input.closest('.bptt'), before = root.bpttDrawn.draws, found = [];
            const move = async value => {
                input.value = value;
                input.dispatchEvent(new Event('input', { bubbles: true }));
                await null;
                found.push(root.bpttDrawn.draws - before);
            };
            const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
            await frame();
            for (const value of [5, 6, 7]) await move(value);
            await frame();
            await frame();
            found.push(root.bpttDrawn.draws - before, root.querySelectorAll('.equation .row:not(.ticks):not([hidden])').length);
            return found;
        }"""
    )
    assert drawn == [1, 1, 1, 2, 8]  # the picture grew taller, which is no reason to draw it again


def written(t, k, unrolled=True):
    """Term k of dL_t/dW_x as text: numerators and denominators one after the other; long products show their ends."""
    jacobians = [f"dh{j}dh{j - 1}" for j in range(t, k, -1)]
    if len(jacobians) > 4:
        jacobians = [*jacobians[:2], "⋯", jacobians[-1]]
    end = f"∂⁺h{k}∂Wx" if unrolled else f"dh{k}dWx"
    return ("" if k == t else "+") + "·".join([f"dL{t}dy{t}", f"dy{t}dh{t}", *jacobians, end])


def test_the_equation_is_the_chain_rule_at_every_length_target_and_step_also_on_the_way_back(page_of):
    page = page_of(explore.LivingEquation())
    moves = [(12, 12, 13), (4, 4, 5), (9, 9, 10), (9, 6, 7), (9, 6, 3), (9, 6, 1), (9, 6, 0), (1, 1, 2), (12, 12, 13)]
    for length, target, step in moves:
        for label, index in (("Length", length - 1), ("Target word", target - 1), ("Derivation step", step)):
            page.get_by_label(label, exact=True).evaluate(
                "(input, i) => { input.value = i; input.dispatchEvent(new Event('input', { bubbles: true })); }", index
            )
            frames(page)
        found = page.locator(".equation .row:not(.ticks):not([hidden]) .formula").evaluate_all(
            """all => all.map(node => [...node.querySelectorAll('mo, mi, mn')].filter(leaf => !leaf.closest('[hidden]'))
                .map(leaf => leaf.textContent).join(''))"""
        )
        terms = [written(target, k) for k in range(target, target - step + 1, -1) if k > 0]
        if 1 <= step <= target:
            terms.append(written(target, target - step + 1, unrolled=False))
        assert found == terms
