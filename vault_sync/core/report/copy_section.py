r"""The section of the conflicts note about copies: rows and boxes, read back as they were written.

A row is a heading, a line of data (a JSON list in a code span: paper, digest, field), the copy's
text in a fence, and one box. The note travels, so every device must read the rows of the others:
a row that a person wrote in is read as it stands. A copy whose name proves nothing has two boxes,
and those that stood there before one for all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vault_sync.core.model.base import CopyRow
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.text.regex import regex

HEADING = "# Texts of merged copies"

_ROW = regex(
    r"^`+ ?(?P<data>\[.*\]) ?`+\n\n(?P<fence>`{3,})text\n(?P<text>(?:.*\n)*?)(?P=fence)\n\n"
    r"- \[(?P<tick>.)\] .*\^copy$",
    re.MULTILINE,
)


_BOX = regex(
    r"^- \[(?P<tick>.)\] (?:merge `+ ?(?P<merge>.+?) ?`+ into .*\^copy-merge"
    r"|`+ ?(?P<mine>.+?) ?`+ is mine \^copy-mine|(?P<left>merge the.*\^copies-left))[ \t]*$",
    re.MULTILINE,
)
_OWN_LINE = regex(
    r"# (?:Texts of merged copies|Copies of files)|## .+ of .+|`+ ?\[.*\] ?`+"
    r"|(?:Copies of these files were merged|Take over what you want|These files have|Until you).*"
    r"|- \[.\] (?:.*\^copy|.*\^copy-merge|.*\^copy-mine|merge the.*\^copies-left)[ \t]*"
)


class CopyBoxes(NamedTuple):
    """The boxes that are ticked: copies to merge, files of the reader's, all copies left.

    `about` are all files that have a box, ticked or not.
    """

    merge: frozenset[RelPath] = frozenset()
    mine: frozenset[RelPath] = frozenset()
    merge_left: bool = False
    about: frozenset[RelPath] = frozenset()


class FoundRows(NamedTuple):
    """The rows of a conflicts note, and those of them that are ticked: done with."""

    rows: frozenset[CopyRow]
    ticked: frozenset[CopyRow]


def text(rows: Iterable[CopyRow]) -> str:
    """Return the section; "" where there is no row. The same rows give the same bytes."""
    found = sorted(set(rows))
    if not found:
        return ""
    head = (
        f"{HEADING}\n\nCopies of these files were merged into them. These texts of the copies "
        "clash with those of the files, which were left as they are.\nTake over what you want to "
        "keep, or tick a box to drop its text.\n"
    )
    return "\n".join((head, *map(_one, found)))


def questions(
    unproven: Iterable[tuple[RelPath, RelPath]], left: int, mine: Iterable[RelPath] = ()
) -> str:
    """Return the section with the boxes; "" where nothing is asked.

    `unproven` has each file whose name may be a copy's, and the file that it may be a copy of.
    `left` is the number of copies that stood there before. `mine` are files that another device
    asks about, and that this one knows to be the reader's: their box is ticked.
    """
    pairs, answers = sorted(unproven), sorted(mine)
    if not pairs and not left and not answers:
        return ""
    lines = ["# Copies of files", ""]
    if pairs or answers:
        lines += [
            "These files have names that sync services give to copies, and the same papers.",
            "Until you tick one box of each, they are neither digests nor notes.",
            "",
        ]
    for path, original in pairs:
        lines += [
            f"- [ ] merge {_code(path)} into {_code(original)} ^copy-merge",
            f"- [ ] {_code(path)} is mine ^copy-mine",
        ]
    lines += [f"- [x] {_code(path)} is mine ^copy-mine" for path in answers]
    if left:
        lines += [""] * bool(pairs or answers)
        copies = "the copy that was" if left == 1 else f"these {left} copies that were"
        lines += [f"- [ ] merge {copies} here before ^copies-left"]
    return "\n".join((*lines, ""))


def _code(path: RelPath) -> str:
    fence = "`" * (_longest(path) + 1)
    return f"{fence} {path} {fence}" if len(fence) > 1 else f"`{path}`"


def read_boxes(page: str) -> CopyBoxes:
    """Read the ticked boxes of a conflicts note; a file with both boxes ticked is not decided."""
    boxes = list(_BOX.finditer(page.replace("\r\n", "\n")))
    about = {RelPath(path) for each in boxes if (path := each["merge"] or each["mine"])}
    found = [each for each in boxes if each["tick"] in "xX"]
    merge = {RelPath(each["merge"]) for each in found if each["merge"]}
    mine = {RelPath(each["mine"]) for each in found if each["mine"]}
    return CopyBoxes(
        frozenset(merge - mine),
        frozenset(mine - merge),
        any(each["left"] for each in found),
        frozenset(about),
    )


def unticked(page: str) -> str:
    """Return a conflicts note with every box of these sections empty."""
    return emptied(_BOX, emptied(_ROW, page))


def emptied(pattern: re.Pattern[str], text: str) -> str:
    """Return a text in which the `tick` of each match of a pattern is a blank."""

    def empty(found: re.Match[str]) -> str:
        at = found.start("tick") - found.start()
        return f"{found[0][:at]} {found[0][at + 1 :]}"

    return pattern.sub(empty, text)


def is_own_line(line: str) -> bool:
    """Return True for a line that these sections have, outside of fences."""
    return _OWN_LINE.fullmatch(line) is not None


def has_rows(page: str) -> bool:
    """Return True if a text has a row or a box of these sections."""
    return _BOX.search(page) is not None or _ROW.search(page) is not None


def _one(row: CopyRow) -> str:
    data = json.dumps([row.key, row.digest, row.field], ensure_ascii=False)
    tick = "`" * (_longest(data) + 1)
    fence = "`" * max(3, _longest(row.text) + 1)
    return (
        f"## {row.field} of {row.key or row.digest}\n\n{tick} {data} {tick}\n\n"
        f"{fence}text\n{row.text}\n{fence}\n\n- [ ] drop this text ^copy\n"
    )


def _longest(words: str) -> int:
    """Return the length of the longest run of backquotes."""
    return max((len(run) for run in re.findall(r"`+", words)), default=0)


def read(page: str) -> FoundRows:
    """Read the rows of a conflicts note, whatever else stands in it."""
    page = page.replace("\r\n", "\n")
    found = list(_rows(page))
    return FoundRows(
        frozenset(row for row, _ in found), frozenset(row for row, ticked in found if ticked)
    )


def _rows(page: str) -> Iterator[tuple[CopyRow, bool]]:
    for found in _ROW.finditer(page):
        try:
            data = json.loads(found["data"])
        except ValueError:
            continue
        if isinstance(data, list) and len(data) == 3 and all(isinstance(x, str) for x in data):
            key, digest, field = data
            row = CopyRow(Key(key), digest, field, found["text"].removesuffix("\n"))
            yield row, found["tick"] in "xX"
