"""Make src/bptt_lab/tasks/data/english.txt.gz: real sentences with *was* or *were*, from a translation in the public domain.

    pip install pysword                          reads the text's own format
    apt download sword-text-web                  the text, a Debian package; dpkg -x unpacks it into a folder
    python -m tools.english FOLDER/usr/share/sword

Each line is a sentence, or a part of one that ends in a semicolon or colon, up to its last *was* or *were*: in small letters,
without punctuation, notes and headings. What is left is a list of words and no longer the translation it was taken from.
"""

import argparse
import gzip
import re
import struct
from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).parent.parent / "src" / "bptt_lab" / "tasks" / "data" / "english.txt.gz"
MODULE = "engWEB2015eb"
VERBS = "was", "were"
SHORTEST, LONGEST = 1, 20  # words before the verb


def verses(folder: Path) -> Iterator[str]:
    """The text's verses as they are stored, with their tags; none of the books that this translation does not have."""
    from pysword.modules import SwordModules

    modules = SwordModules(str(folder))
    modules.parse_modules()
    text = modules.get_bible_from_module(MODULE)
    for books in text.get_structure().get_books().values():
        for book in books:
            for chapter in range(1, book.num_chapters + 1):
                try:
                    yield from text.get_iter(books=[book.name], chapters=[chapter], clean=False)
                except (IndexError, OSError, ValueError, struct.error):
                    break


def sentences(marked: str) -> Iterator[list[str]]:
    """The words of each sentence, or part of one, that has a verb to guess; cut after the last such verb."""
    plain = re.sub(r"<note\b.*?</note>|<title\b.*?</title>|<[^>]*>", "", re.sub(r"</note>(?=<w\b)", "</note> ", marked))
    for part in re.split(r"[.!?;:]", plain.replace("’", "'")):
        words = [word.strip("'") for word in re.findall(r"[a-z']+", part.lower()) if word.strip("'")]
        at = [i for i, word in enumerate(words) if word in VERBS and SHORTEST <= i <= LONGEST]
        if at:
            yield words[: at[-1] + 1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the Debian package's usr/share/sword is")
    found = (" ".join(words) for words in sentences(" ".join(verses(parser.parse_args().folder))))
    lines = list(dict.fromkeys(found))  # each once: what is to be guessed must not stand among what was learnt
    with open(FILE, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:  # the same bytes each time
        packed.write(("\n".join(lines) + "\n").encode())
    print(f"{len(lines)} sentences, {FILE.stat().st_size / 1000:.0f} kB in {FILE.name}")


if __name__ == "__main__":
    main()
