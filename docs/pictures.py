"""Draw the pictures of README.md from the sample vault: `python docs/pictures.py`.

`digest-and-note.svg` shows an entry and its note side by side, `terminal.svg` a terminal. Both are
made by running the program, so they are what it does; a test draws them again.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

FOLDER = Path(__file__).resolve().parent
DIGEST = "digests/2023년 8월 3주차.md"
NOTE = "papers/230814 OctoPack.md"
COMMANDS = (
    ("rebuild", "--offline", "--quiet"),
    ("why", f"{DIGEST}:14"),
    ("diff",),
    ("sync", "--offline"),
)
"""The commands of the terminal's picture; before `diff` a tag of the note is changed."""

_COLUMNS, _LINE, _CELL = 84, 19, 7.6
_COLORS = {"1": "font-weight='bold'", "31": "fill='#ff8b7b'", "32": "fill='#7bd88f'"}
_PAINT = re.compile(r"\x1b\[([0-9;]*)m")


def main() -> None:
    """Draw both pictures beside this file."""
    for name, picture in pictures().items():
        (FOLDER / name).write_text(picture, "utf-8")


def pictures() -> dict[str, str]:
    """Return the text of each picture by its file's name."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        vault = place / "vault"
        run(place, "init", "--demo", str(vault))
        shown = list(_transcript(place))
        digest = (vault / DIGEST).read_text("utf-8").splitlines()
        note = (vault / NOTE).read_text("utf-8").splitlines()
    at = digest.index("https://arxiv.org/abs/2308.07124")
    entry = [digest[0], "...", *digest[at : at + 6]]
    return {"terminal.svg": terminal(shown), "digest-and-note.svg": side_by_side(entry, note)}


def run(place: Path, *arguments: str) -> str:
    """Return what a command prints; the vault is the folder `vault` of `place`."""
    done = subprocess.run(
        [sys.executable, "-m", "vault_sync", *arguments],
        cwd=place / "vault" if (place / "vault").is_dir() else place,
        env={**os.environ, "VAULT_SYNC_STATE_DIR": str(place / "state")},
        capture_output=True,
        check=False,
        text=True,
    )
    return done.stdout


def _transcript(place: Path) -> Iterator[str]:
    for arguments in COMMANDS:
        if arguments == ("diff",):
            note = place / "vault" / NOTE
            note.write_text(note.read_text("utf-8").replace("- alignment", "- commits"), "utf-8")
        words = (f"'{each}'" if " " in each else each for each in arguments)
        yield f"\x1b[1m$ vault-sync {' '.join(words)}\x1b[0m"
        for line in run(place, *arguments, "--color", "always").splitlines():
            yield re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "2023-08-20 21:14:03", line)
        yield ""


def terminal(lines: Sequence[str]) -> str:
    """Return a terminal with these lines, cut at its width."""
    rows = [
        f'<text x="16" y="{30 + number * _LINE}" xml:space="preserve">{_painted(line)}</text>'
        for number, line in enumerate(lines)
    ]
    height = len(rows) * _LINE + 30
    style = 'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12.5" fill="#d7dae0"'
    return _svg(int(_COLUMNS * _CELL) + 32, height, "#1e2127", style, rows)


def side_by_side(left: Sequence[str], right: Sequence[str]) -> str:
    """Return a digest and a note beside each other, cut at their widths."""
    rows = []
    for x, title, lines in ((16, DIGEST, left), (436, NOTE, right)):
        rows.append(f'<text x="{x}" y="28" font-weight="bold">{escape(title)}</text>')
        for number, line in enumerate(lines[:34]):
            color = "#6f4bd8" if "[[" in line else "#3c4048"
            y = 56 + number * _LINE
            words = escape(cut(line, 52))
            rows.append(f'<text x="{x}" y="{y}" fill="{color}" xml:space="preserve">{words}</text>')
    rows.append('<line x1="424" y1="14" x2="424" y2="96%" stroke="#c9ccd2"/>')
    height = 56 + min(max(len(left), len(right)), 34) * _LINE + 10
    style = 'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12" fill="#3c4048"'
    return _svg(856, height, "#fbfbfc", style, rows)


def _svg(width: int, height: int, ground: str, style: str, rows: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" {style}>'
    )
    box = f'<rect width="100%" height="100%" rx="8" fill="{ground}"/>'
    return "\n".join([head, box, *rows, "</svg>", ""])


def _painted(line: str) -> str:
    """Return a line's words, cut, with its colours as spans."""
    spans, style, left = [], "", _COLUMNS
    for number, part in enumerate(_PAINT.split(line)):
        if number % 2:
            style = "" if part == "0" else f"{style} {_COLORS.get(part, '')}".strip()
            continue
        words = cut(part, left) if left > 0 else ""
        left -= wide(words)
        if words:
            spans.append(f"<tspan {style}>{escape(words)}</tspan>" if style else escape(words))
    return "".join(spans)


def wide(text: str) -> int:
    """Return the columns that a text takes."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def cut(text: str, width: int) -> str:
    """Return a text of at most so many columns, with an ellipsis where it was longer."""
    if wide(text) <= width:
        return text
    while text and wide(text) > width - 1:
        text = text[:-1]
    return text + "…"


if __name__ == "__main__":
    main()
