"""An explorer on a web page with no kernel behind it: as a page of its own, or embedded in a page of the site.

Both run the explorer's own code on a plain object that has the few methods of a widget's model, see host.js.
"""

import base64
import hashlib
import html
import json
from pathlib import Path
from typing import Any

import anywidget

from .words import words_of

HERE = Path(__file__).parent


def state(explorer) -> dict[str, Any]:
    """What the browser needs to know, less the table."""
    traits = set(explorer.trait_names(sync=True)) - set(anywidget.AnyWidget.class_trait_names()) - {"table"}
    return {name: getattr(explorer, name) for name in sorted(traits) if not name.startswith("_")}


def alone(explorer) -> str:
    """One HTML file that holds everything."""
    table = base64.b64encode(explorer.table).decode("ascii")
    parts = {
        "LANG": explorer.language,
        "TITLE": html.escape(explorer.words["title"]),
        "HEAD": html.escape(words_of(explorer.name, explorer.language)["title"]),  # a question is asked below, once
        "CSS": explorer._css,
        "STATE": as_script({**state(explorer), "table": table}),
        "ESM": explorer.code,
        "HOST": (HERE / "host.js").read_text(encoding="utf-8"),
    }
    page = (HERE / "page.html").read_text(encoding="utf-8")
    for mark, value in parts.items():
        page = page.replace(f"/*{mark}*/", value)
    return page


def embedded(explorer, folder: Path) -> str:
    """A piece of a page: the still picture and its sentence, which living.js replaces by the explorer itself.

    The explorer's code and table go to `folder`, once for the whole site, under the names of their contents: a browser may keep
    them for ever.
    """
    folder.mkdir(parents=True, exist_ok=True)
    host = (HERE / "host.js").read_text(encoding="utf-8")
    program = explorer.code + "\n" + host + "\nexport { render, stillModel };\n"
    code = _put(program.encode(), folder, f"{explorer.name}-{{}}.js")
    table = _put(explorer.table, folder, "{}.bin")
    (folder / "explorer.css").write_text(explorer._css, encoding="utf-8")
    still = explorer.still_picture().get("image/svg+xml") or explorer.still_picture()["text/html"]
    grey = explorer.asks_python or any(control.asks_python for control in explorer.controls)
    return (
        f'<div class="bptt-living" data-explorer="{explorer.name}" data-code="{code}" data-table="{table}" '
        f'data-asks-python="{grey}">'
        f'<script type="application/json">{as_script(state(explorer))}</script>{still}</div>'
    )


def _put(content: bytes, folder: Path, name: str) -> str:
    name = name.format(hashlib.sha256(content).hexdigest()[:16])
    (folder / name).write_bytes(content)
    return name


def as_script(value) -> str:
    """JSON that may stand inside a script element."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")
