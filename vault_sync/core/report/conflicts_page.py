"""`Sync conflicts.md`: every open conflict with both texts and two check boxes.

The note is generated whole each time. A box belongs to the two texts shown above it: the mark at
its end (an Obsidian block id) is a hash of them, so a tick never decides about other texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from vault_sync.core.model.plan import Conflict
from vault_sync.core.model.values import Decisions, RelPath, Side
from vault_sync.core.naming.wikilinks import LinkResolver, link
from vault_sync.core.report import copy_section

_BOX = re.compile(r"^[ \t]*- \[(?P<tick>.)\] .*\^(?P<mark>[0-9a-f]{12})-(?P<side>digest|note)\s*$")

_REASONS = {
    "both changed": "Both were changed, differently.",
    "never agreed": "They differ, and nothing says which was there first.",
    "older": "One of them went back to an earlier text, as a checkout or a restored backup does.",
    "section gone": "The note's section is gone: was the text deleted, or its heading changed?",
}

_OWN_LINE = re.compile(
    r"|# Sync conflicts|\d+ places? where a digest and a note say different things\. .*"
    r"|Tick one box, or make both sides equal; .*|## .*: [a-z]+|The (?:digest|note) says:"
    f"|{'|'.join(map(re.escape, _REASONS.values()))}"
)
_FENCE = re.compile(r"(`{3,})text")


@dataclass(frozen=True, slots=True)
class Ticks:
    """Boxes that a person ticked, by mark; a conflict with both boxes ticked is not decided."""

    sides: Mapping[str, Side]

    def __bool__(self) -> bool:
        return bool(self.sides)


def mark(conflict: Conflict) -> str:
    """Return the hash of a conflict's place and both texts, by which its boxes are found."""
    parts = (
        conflict.key,
        conflict.digest,
        conflict.field,
        conflict.digest_text,
        conflict.note_text,
    )
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def ticks(text: str) -> Ticks:
    """Read the decisions in a conflicts note."""
    found: dict[str, set[Side]] = {}
    for line in text.split("\n"):
        box = _BOX.match(line)
        if box is not None and box["tick"] in "xX":
            found.setdefault(box["mark"], set()).add(
                "digest" if box["side"] == "digest" else "note"
            )
    return Ticks({each: next(iter(sides)) for each, sides in found.items() if len(sides) == 1})


def unticked(text: str) -> str:
    """Return a conflicts note with every box of a conflict empty."""
    lines = text.split("\n")
    return "\n".join(
        f"{line[: box.start('tick')]} {line[box.end('tick') :]}"
        if (box := _BOX.match(line)) is not None
        else line
        for line in lines
    )


def choices(conflicts: Sequence[Conflict], ticked: Ticks) -> Decisions:
    """Return the decisions of the ticks about the conflicts that there are."""
    return {
        (conflict.key, conflict.digest, conflict.field): ticked.sides[mark(conflict)]
        for conflict in conflicts
        if mark(conflict) in ticked.sides
    }


def text(
    conflicts: Sequence[Conflict], names: LinkResolver, before: str = "", more: str = ""
) -> str:
    """Return the conflicts note; "" where nothing is open. Ticked boxes of `before` stay ticked.

    `more` are the sections about copies (`copy_section`).
    """
    if not conflicts:
        return more
    ticked = {
        (box["mark"], box["side"])
        for line in before.split("\n")
        if (box := _BOX.match(line)) is not None and box["tick"] in "xX"
    }
    count = len(conflicts)
    head = (
        f"# Sync conflicts\n\n{count} {'place' if count == 1 else 'places'} where a digest and a "
        "note say different things. Neither was touched.\nTick one box, or make both sides equal; "
        "the next pass settles it. This note goes away with its last conflict.\n"
    )
    shown = (_one(conflict, names, ticked) for conflict in conflicts)
    return "\n".join((head, *shown, *([more] if more else [])))


def _one(conflict: Conflict, names: LinkResolver, ticked: set[tuple[str, str]]) -> str:
    here = mark(conflict)

    def box(side: str, words: str) -> str:
        tick = "x" if (here, side) in ticked else " "
        return f"- [{tick}] {words} ^{here}-{side}\n"

    return (
        f"## {_link(conflict.note, names)} and {_link(conflict.digest, names)}: {conflict.field}\n"
        f"\n{_REASONS.get(conflict.reason, conflict.reason)}\n"
        f"\nThe digest says:\n\n{_quoted(conflict.digest_text)}"
        f"\nThe note says:\n\n{_quoted(conflict.note_text)}\n"
        + box("digest", "keep the digest's")
        + box("note", "keep the note's")
    )


def _link(path: RelPath, names: LinkResolver) -> str:
    return link(names.shortest(path))


def _quoted(words: str) -> str:
    """Return a text as a code block: shown as it is, and neither its links nor its tags count."""
    longest = max((len(run) for run in re.findall(r"`+", words)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{words}\n{fence}\n"


def is_ours(text: str) -> bool:
    """Return True for a text with a box of ours and no line that the generator does not write."""
    boxes = copy_section.has_rows(text)
    fence = ""
    for line in text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n"):
        if fence:
            fence = "" if line == fence else fence
        elif (opened := _FENCE.fullmatch(line)) is not None:
            fence = opened[1]
        elif _BOX.match(line) is not None:
            boxes = True
        elif _OWN_LINE.fullmatch(line.rstrip()) is None and not copy_section.is_own_line(line):
            return False
    return boxes and not fence


def has_box(text: str) -> bool:
    """Return True for a text with a box of ours, whatever else stands there."""
    return copy_section.has_rows(text) or any(_BOX.match(line) for line in text.split("\n"))


def choose_path(wanted: str, texts: Mapping[RelPath, str]) -> RelPath:
    """Return where the conflicts note is, or is to be: never where the reader has a file.

    `Sync conflicts (vault-sync).md` stands for a name that is taken, then `(vault-sync 2)`.
    """
    stem = wanted.removesuffix(".md")
    names = [RelPath(wanted), RelPath(f"{stem} (vault-sync).md")]
    names += [RelPath(f"{stem} (vault-sync {number}).md") for number in range(2, 100)]
    ours = (path for path in names if path in texts and is_ours(texts[path]))
    free = (path for path in names if path not in texts)
    return next(ours, None) or next(free, names[-1])
