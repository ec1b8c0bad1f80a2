"""An editor that saves one file again and again, as a program.

    python editor.py FILE STYLE COUNT

Every save holds a word of its own. Before the next save it looks whether the last one is still
there (it may have been added to); prints, one a line, the words that were not, unless it later
replaced them itself: a save that comes back to its place is the editor's to overwrite.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.saving import STYLES


def main(file: Path, style: str, count: int) -> None:
    missed: set[str] = set()
    for number in range(count):
        if number and word(number - 1) not in file.read_text("utf-8"):
            missed.add(word(number - 1))
        replaced = STYLES[style](file, f"{word(number)} {'line ' * (number % 40)}\n")
        if replaced:
            missed.discard(replaced.split()[0])
    print("\n".join(missed))


def word(number: int) -> str:
    return f"tok-{number}-"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
