"""The words that explorers show to people: words.toml, and in other languages `bptt_lab.basics.languages`."""

import tomllib
from pathlib import Path

from ..basics.languages import tr

EN: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def words_of(explorer: str, language: str) -> dict[str, str]:
    """An explorer's words, those of all explorers among them, in a language."""
    return {key: tr(name, text, language) for name in ("all", explorer) for key, text in EN[name].items()}
