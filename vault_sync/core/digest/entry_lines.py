"""The lines of one entry as rows that can be changed, and the edits that such changes amount to.

A row that keeps its line keeps its bytes and its newline. So an edit can be thought of in whole
lines and still touch only the characters that differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from vault_sync.core.digest.tag_line import with_tags, without_tags
from vault_sync.core.text.common_items import changes
from vault_sync.core.text.spans import Edit, Line, Span

Part = Literal["head", "below", "link", "commentary", "tags", "gap"]


class EntryLine(NamedTuple):
    """A line: its part of the entry, its words, and where it stands (None: it is new)."""

    part: Part
    words: str
    line: Line | None


def edits(
    text: str, before: Sequence[EntryLine], after: Sequence[EntryLine], newline: str
) -> list[Edit]:
    """Return the edits that turn the rows `before`, all of them lines of `text`, into `after`.

    `after` keeps the first row and the order of those it keeps. A new row takes the newline of the
    row above it, else `newline`.
    """
    found: list[Edit] = []
    old = {row.line: number for number, row in enumerate(before)}
    at = -1
    above: Line | None = None
    added: list[str] = []
    for row in after:
        if row.line is None:
            added.append(row.words)
            continue
        number = old[row.line]
        found += _between(text, above, added, before[at + 1 : number], newline)
        found += _changed(before[number], row)
        at, above, added = number, row.line, []
    return found + _between(text, above, added, before[at + 1 :], newline)


def _between(
    text: str, above: Line | None, added: Sequence[str], gone: Sequence[EntryLine], newline: str
) -> list[Edit]:
    """Return the edits between two rows that stay: some new rows come, some old ones go."""
    found = []
    if added:
        assert above is not None
        own = text[above.end : above.stop] or newline
        # A "\r" at the end of the file is no newline, and must not become one with ours.
        end = above.end
        if above.end == above.stop:
            end = above.start + len(text[above.start : end].rstrip("\r"))
        found.append(Edit(Span(end, end), own + own.join(added)))
    if gone:
        first, last = gone[0].line, gone[-1].line
        assert above is not None
        assert first is not None
        assert last is not None
        # The last line of a file without a final newline takes the newline before it along.
        start = above.end if last.stop == last.end else first.start
        found.append(Edit(Span(start, last.stop), ""))
    return found


def _changed(old: EntryLine, new: EntryLine) -> list[Edit]:
    return [] if old.line is None else replaced(old.line.start, old.words, new.words)


def replaced(start: int, old: str, new: str) -> list[Edit]:
    """Return the edit of what differs in words that begin at `start`; none where nothing does."""
    if old == new:
        return []
    left, right = common_ends(old, new)
    return [Edit(Span(start + left, start + len(old) - right), new[left : len(new) - right])]


def common_ends(a: str, b: str) -> tuple[int, int]:
    """Return the numbers of characters that both begin with, and that both then end with."""
    left = _common(a, b)
    return left, _common(a[left:][::-1], b[left:][::-1])


def _common(a: str, b: str) -> int:
    """Return the number of characters that both begin with, by bisection over fast slices."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def retagged(rows: Sequence[EntryLine], missing: Sequence[str], gone: set[str]) -> list[EntryLine]:
    """Return rows that have tag lines with tags put into the last and others taken out of all."""
    last = max(number for number, row in enumerate(rows) if row.part == "tags")
    changed = list(rows)
    changed[last] = rows[last]._replace(words=with_tags(rows[last].words, missing))
    return [
        row._replace(words=without_tags(row.words, gone)) if row.part == "tags" else row
        for row in changed
    ]


def without_empty_tags(rows: Sequence[EntryLine]) -> list[EntryLine]:
    """Return the rows but for tag lines of which nothing is left."""
    return without(rows, [row for row in rows if row.part == "tags" and not row.words])


def without(rows: Sequence[EntryLine], gone: Sequence[EntryLine]) -> list[EntryLine]:
    """Return the rows but for those of a part that goes, and without the blank lines above it."""
    remaining: list[EntryLine] = []
    going = set(map(id, gone))
    for row in rows:
        if id(row) not in going:
            remaining.append(row)
            continue
        while remaining and remaining[-1].part == "gap":
            remaining.pop()
    return remaining


def with_part(
    rows: Sequence[EntryLine], at: int, added: Sequence[EntryLine], *, spaced: bool
) -> list[EntryLine]:
    """Return the rows with a part below row `at`."""
    gap = [EntryLine("gap", "", None)] if spaced else []
    return [*rows[: at + 1], *gap, *added, *rows[at + 1 :]]


def reworded(rows: Sequence[EntryLine], part: Part, words: Sequence[str]) -> list[EntryLine]:
    """Return the rows with `words` as the lines of a part that is there; equal lines stay."""
    old = [row for row in rows if row.part == part]
    instead: list[list[EntryLine]] = [[] for _ in old]
    for tag, i1, i2, j1, j2 in changes([row.words for row in old], words):
        if tag == "equal":
            for number in range(i1, i2):
                instead[number].append(old[number])
            continue
        paired = min(i2 - i1, j2 - j1)
        for offset in range(paired):
            instead[i1 + offset].append(old[i1 + offset]._replace(words=words[j1 + offset]))
        extra = [EntryLine(part, line, None) for line in words[j1 + paired : j2]]
        if i1 == 0 and paired == 0:
            instead[0] = extra + instead[0]
        elif extra:
            instead[i1 + paired - 1] += extra
    found: list[EntryLine] = []
    number = 0
    for row in rows:
        if row.part != part:
            found.append(row)
            continue
        found += instead[number]
        number += 1
    return found
