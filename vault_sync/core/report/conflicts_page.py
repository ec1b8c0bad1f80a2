"""`Sync conflicts.md`: every open conflict as one text with the words marked, and its boxes.

The note is generated whole each time. A box belongs to the two texts shown above it: the mark at
its end (an Obsidian block id) is a hash of them, so a tick never decides about other texts. The box
for all conflicts bears a hash of all marks. The last line has the sum of those above, which tells a
note of ours from one that a person wrote in. Pages of earlier versions are still understood.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from vault_sync.core.model.plan import Conflict
from vault_sync.core.model.values import Decision, Decisions, RelPath, natural
from vault_sync.core.naming.note_names import fold
from vault_sync.core.naming.wikilinks import LinkResolver, link
from vault_sync.core.report import copy_section
from vault_sync.core.text.module_door import door
from vault_sync.core.text.regex import regex

if TYPE_CHECKING:
    from vault_sync.core.report import marked_text
else:  # most passes write no page
    marked_text = door("vault_sync.core.report.marked_text")

_BOX = regex(
    r"^[ \t]*- \[(?P<tick>.)\] .*\^(?P<mark>[0-9a-f]{12})-(?P<all>all-)?"
    r"(?P<side>digest|note|both)\s*$"
)
_SUM = regex(r"%% vault-sync ([0-9a-f]{12}) %%")

_REASONS = {
    "both changed": "Both were changed, differently.",
    "never agreed": "They differ, and nothing says which was there first.",
    "older": "One of them went back to an earlier text, as a checkout or a restored backup does.",
    "old-copy": "One of them is again as it was before words of the other came there.",
    "section gone": "The note's section is gone: was the text deleted, or its heading changed?",
    "property gone": "The note's property is gone: was it taken out, or got another name?",
    "looks cut": "One looks cut: it has half a link, or an address that is no paper's any more.",
    "cannot be written": "One cannot be written in the form that the other has.",
}

_WORDS: Mapping[Decision, str] = {
    "digest": "the digest's",
    "note": "the note's",
    "both": "both, one below the other",
}

# Of pages that earlier versions wrote.
_OWN_LINE = regex(
    r"|# Sync conflicts|\d+ places? where a digest and a note say different things\. .*"
    r"|Tick one box, or make both sides equal; .*|## .*: [a-z]+|The (?:digest|note) says:"
    f"|{'|'.join(map(re.escape, _REASONS.values()))}"
)
_FENCE = regex(r"(`{3,})text")

_PLACES = " where a digest and a note say different things. Neither was touched."
_TICK = (
    "Tick one box of each, or make both sides equal; the next pass does the rest. This note goes "
    "away with its last conflict."
)

LEAST_FOR_ALL = 3
"""Conflicts from which on there is a box for all of them."""

_PAGE_LINES, _FRAME_LINES, _LEAST_LINES = 3_900, 10, 6
"""Lines of a whole page, those of a conflict apart from its text, and the least of its text."""


class _Box(NamedTuple):
    mark: str
    of_all: bool
    side: Decision


@dataclass(frozen=True, slots=True)
class Ticks:
    """Boxes that a person ticked; a conflict with two boxes ticked is not decided.

    `sides` are by mark, `all_sides` by the mark of all conflicts that the page showed.
    """

    sides: Mapping[str, Decision]
    all_sides: Mapping[str, Decision] = field(default_factory=dict)
    undecided: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.sides or self.all_sides)


def mark_of_all(conflicts: Iterable[Conflict]) -> str:
    """Return the hash of all ids of a page; for another set of conflicts it is another."""
    return _hash("\n".join(sorted(each.id for each in conflicts)))


def _hash(words: str) -> str:
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _ticked(text: str) -> Iterator[_Box]:
    for line in text.split("\n"):
        box = _BOX.match(line)
        if box is not None and box["tick"] in "xX":
            side = next(side for side in _WORDS if side == box["side"])
            yield _Box(box["mark"], box["all"] is not None, side)


def ticks(text: str) -> Ticks:
    """Read the decisions in a conflicts note."""
    found = set(_ticked(text))
    counted = Counter((box.mark, box.of_all) for box in found)
    clear = [box for box in found if counted[box.mark, box.of_all] == 1]
    return Ticks(
        {box.mark: box.side for box in clear if not box.of_all},
        {box.mark: box.side for box in clear if box.of_all},
        frozenset(box.mark for box in found if counted[box.mark, False] > 1),
    )


def unticked(text: str) -> str:
    """Return a conflicts note with every box of a conflict empty."""
    lines = copy_section.unticked(text).split("\n")
    return "\n".join(copy_section.emptied(_BOX, line) for line in lines)


def choices(conflicts: Sequence[Conflict], ticked: Ticks) -> Decisions:
    """Return the decisions of the ticks about the conflicts that there are.

    A box of its own decides about a conflict before the box for all does.
    """
    of_all = ticked.all_sides.get(mark_of_all(conflicts)) if ticked.all_sides else None
    found: dict[str, Decision] = {}
    if of_all is not None:
        found = dict.fromkeys({each.id for each in conflicts} - ticked.undecided, of_all)
    found |= ticked.sides
    return {
        (conflict.key, conflict.digest, conflict.field): found[conflict.id]
        for conflict in conflicts
        if conflict.id in found
    }


def text(
    conflicts: Sequence[Conflict], names: LinkResolver, before: str = "", more: str = ""
) -> str:
    """Return the conflicts note; "" where nothing is open. Ticked boxes of `before` stay ticked.

    `more` are the sections about copies (`copy_section`).
    """
    if not conflicts:
        return more
    ticked = frozenset(_ticked(before))
    conflicts = sorted(conflicts, key=lambda each: (natural(each.digest), each.line or 0))
    most = max(_LEAST_LINES, _PAGE_LINES // len(conflicts) - _FRAME_LINES)
    shown = (_one(conflict, names, ticked, most) for conflict in conflicts)
    page = "\n".join((_head(conflicts, ticked), *shown))
    return "\n".join((f"{page}\n%% vault-sync {_sum(page)} %%\n", *([more] if more else [])))


def _head(conflicts: Sequence[Conflict], ticked: frozenset[_Box]) -> str:
    count = len(conflicts)
    lines = [
        f"{count} {'place' if count == 1 else 'places'}{_PLACES}",
        _TICK,
        "~~These words~~ are in the digest alone, ==these words== in the note alone.",
        "",
    ]
    if count >= LEAST_FOR_ALL:
        here = mark_of_all(conflicts)
        for side in ("digest", "note"):
            box = _Box(here, True, next(each for each in _WORDS if each == side))
            lines.append(_box(box, f"{_WORDS[box.side]} for all {count}", ticked))
        lines.append("")
    return "\n".join(lines)


def _one(conflict: Conflict, names: LinkResolver, ticked: frozenset[_Box], most_lines: int) -> str:
    note, digest = (link(names.shortest(path)) for path in (conflict.note, conflict.digest))
    words = marked_text.marked_lines(conflict.digest_text, conflict.note_text)
    if len(words) > most_lines:
        more = len(words) - most_lines + 1
        words = [*words[: most_lines - 1], f"*({more} more lines, to be read in both places)*"]
    callout = [
        f"[!warning] {digest} and {note}: {conflict.field}",
        _REASONS.get(conflict.reason, conflict.reason),
        "",
        *words,
    ]
    sides = [side for side in _WORDS if side != "both" or conflict.field == "commentary"]
    here = conflict.id
    boxes = [_box(_Box(here, False, side), _WORDS[side], ticked) for side in sides]
    return "\n".join((*(f"> {line}".rstrip() for line in callout), "", *boxes, ""))


def _box(box: _Box, words: str, ticked: frozenset[_Box]) -> str:
    tick = "x" if box in ticked else " "
    return f"- [{tick}] {words} ^{box.mark}-{'all-' * box.of_all}{box.side}"


def _sum(page: str) -> str:
    """Return the sum of a page's words: ticks, blanks at ends of lines and blank lines aside."""
    lines = (line.strip() for line in unticked(page).split("\n"))
    return _hash("\n".join(filter(None, lines)))


def is_ours(text: str) -> bool:
    """Return True for a text with a box of ours and no line that the generator does not write."""
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    found = _SUM.search(text)
    if found is None:
        return has_box(text) and _is_earlier(text)
    page, more = text[: found.start()], text[found.end() :]
    return has_box(page) and _sum(page) == found[1] and _is_earlier(more)


def _is_earlier(text: str) -> bool:
    """Return True for a text without a line that an earlier version did not write."""
    fence = ""
    for line in text.split("\n"):
        if fence:
            fence = "" if line == fence else fence
        elif (opened := _FENCE.fullmatch(line)) is not None:
            fence = opened[1]
        elif not (
            _BOX.match(line) or _OWN_LINE.fullmatch(line.rstrip()) or copy_section.is_own_line(line)
        ):
            return False
    return not fence


def has_box(text: str) -> bool:
    """Return True for a text with a box of ours, whatever else stands there."""
    return copy_section.has_rows(text) or any(_BOX.match(line) for line in text.split("\n"))


def paths(wanted: str) -> list[RelPath]:
    """Return every path that the conflicts note can have, the first choice first."""
    stem = wanted.removesuffix(".md")
    names = [RelPath(wanted), RelPath(f"{stem} (vault-sync).md")]
    return names + [RelPath(f"{stem} (vault-sync {number}).md") for number in range(2, 100)]


def choose_path(wanted: str, texts: Mapping[RelPath, str]) -> RelPath:
    """Return where the conflicts note is, or is to be: never where the reader has a file.

    `Sync conflicts (vault-sync).md` stands for a name that is taken, then `(vault-sync 2)`.
    """
    names = paths(wanted)
    for path in names:
        if path in texts and is_ours(texts[path]):
            return path
    free = (path for path in names if path not in texts)
    found = next(free, names[-1])
    return found if found != wanted or not spellings(wanted, texts) else next(free)


def spellings(wanted: str, paths: Iterable[RelPath]) -> list[RelPath]:
    """Return the paths that differ from that of the conflicts note in case or form at most."""
    depth, folded = wanted.count("/"), fold(wanted)
    alike = (path for path in paths if path.count("/") == depth)
    return [path for path in alike if fold(path) == folded]
