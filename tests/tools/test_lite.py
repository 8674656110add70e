"""What `make lite` puts into a wheel for the browser."""

import zipfile

from tools import lite


def test_a_wheel_goes_along_without_what_no_kernel_in_a_browser_reads(tmp_path):
    shared = "plotly-7.data/data/share/jupyter/labextensions/a.js"
    unread = ["plotly/labextension/static/a.js", "plotly/package_data/plotly.min.js", shared]
    read = ["plotly/__init__.py", "plotly/package_data/templates/none.json"]
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as wheel:
        for name in [*unread, *read]:
            wheel.writestr(name, "x" * 1000)
        wheel.writestr("plotly-7.dist-info/RECORD", "".join(f"{name},,\n" for name in [*unread, *read]))
    lite.slim(tmp_path / "a.whl")
    with zipfile.ZipFile(tmp_path / "a.whl") as wheel:
        assert wheel.namelist() == [*read, "plotly-7.dist-info/RECORD"]
        assert wheel.read("plotly-7.dist-info/RECORD").decode().split() == [f"{name},," for name in read]
        assert wheel.read(read[0]) == b"x" * 1000
