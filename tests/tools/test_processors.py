"""The settings that stand for other processors take effect, and a cell that prints something else there is named."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools import notebooks, processors

POSSIBLE = processors.settings()
others = pytest.mark.skipif("oldest" not in POSSIBLE, reason="Not an x86 processor: it can play no other.")


def test_own_choice_is_there_on_every_machine_and_leaves_nothing_of_another_choice(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    assert POSSIBLE["own"] == {} and "OPENBLAS_CORETYPE" not in processors.environment(POSSIBLE["own"])


@others
def test_each_setting_is_another_processor():
    found = {name: processors.kernels(POSSIBLE[name]) for name in processors.OTHERS if name in POSSIBLE}
    assert found["oldest"][1] == [] and len({core for core, _ in found.values()}) == len(found)
    if "avx2" in found:
        assert found["avx2"][0] == "Haswell" and found["avx2"][1] and not any("512" in name for name in found["avx2"][1])


@others
def test_a_cell_that_another_processor_would_print_otherwise_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(processors, "LOGS", processors.ROOT / "build" / "processors" / "test")
    told = new_output("stream", name="stdout", text="None\n")
    cells = [
        new_code_cell("print(None)\nassert True", metadata={"tags": ["keep_output"]}, outputs=[told]),
        new_code_cell(
            'import os\nprint(os.environ.get("OPENBLAS_CORETYPE"))\nassert True',
            metadata={"tags": ["keep_output"]},
            outputs=[told],
        ),
    ]
    path = tmp_path / "processor.ipynb"
    nbformat.write(notebooks.cleaned(new_notebook(cells=cells)), path)
    assert processors.main(["own", "oldest", "--notebooks", str(path)]) == 1
    said = capsys.readouterr().out
    assert "oldest: processor.ipynb::Cell 1\n" in said and "Cell 0" not in said and "own: processor" not in said
    assert said.count("all the same") == 1 and said.count("1 differ") == 1


def test_a_cell_that_hangs_on_the_last_digits_of_a_weight_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(processors, "LOGS", processors.ROOT / "build" / "processors" / "test")
    code = "import bptt_lab as bl\nweight = bl.RNNCell(2, 2).W_hh[0, 0]\nprint({})\nassert True"
    cells = [
        new_code_cell(code.format(shown), metadata={"tags": ["keep_output"]}) for shown in ("f'{weight:.9f}'", "repr(weight)")
    ]
    path = tmp_path / "digits.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    notebooks.run(path)
    assert processors.main(["own", "nudged", "--notebooks", str(path)]) == 1
    said = capsys.readouterr().out
    assert "nudged: digits.ipynb::Cell 1\n" in said and "Cell 0" not in said and said.count("all the same") == 1


def test_a_setting_that_is_none_is_refused():
    with pytest.raises(SystemExit):
        processors.main(["newest"])
