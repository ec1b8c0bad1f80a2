"""Find what a pass would do again after a person took it back (`undo`).

A refusal names a field and both of its values, and holds as long as both are there. A note that was
taken back is refused as the field `note`, with all that its entries say; an entry, as the field
`entry`, with all that its note says of it. Where a pass had followed a move or a rename, the
entry's place is refused, or the spelling of a link. What else a pass would write again is refused
as the field `file`, with the file's text before and after.

Some of it must not be taken back: a pass carries a person's words from one side to the other, and
where the first side is gone by now, the second has the last copy (`last_copies`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import styles_of
from vault_sync.core.model.base import LINK, Base, value_hash
from vault_sync.core.model.plan import BaseKey, Create, Operation, Plan, Rename, Trash, Value, Write
from vault_sync.core.model.values import NOTHING, SHARED_FIELDS, Key, RelPath, Rules
from vault_sync.core.naming import wikilinks
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.note import commentary_of
from vault_sync.core.reconcile.deferral import defer
from vault_sync.core.reconcile.pairing import pairs, paper_builder
from vault_sync.core.reconcile.pairing.paper import Pair, Paper, note_value
from vault_sync.core.snapshot import Snapshot


class Refusal(NamedTuple):
    """One field that is to stay as it is on both sides, its two values, and its base value.

    `was` is the value of the side that was put back, which both sides had before; None where both
    were put back, or there is no note.
    """

    base_key: BaseKey
    digest: Value
    note: Value
    was: Value | None

    @property
    def differs(self) -> bool:
        """True if the two sides do not say the same; the sequence of tags says nothing."""
        if self.base_key.field == "tags":
            return set(self.digest) != set(self.note)
        return self.digest != self.note

    @property
    def hashes(self) -> tuple[str, str]:
        """The hashes of both values; in place of a link's second, the file that it leads to."""
        to = str(self.note) if self.base_key.field.startswith(LINK) else value_hash(self.note)
        return value_hash(self.digest), to


Sides = Mapping[BaseKey, tuple[Value, Value]]
"""The values of fields: the digest's and the note's."""


def sides_of(snapshot: Snapshot, base: Base) -> Sides:
    """Return what both sides say of every field."""
    pairing = pairs.pair(snapshot, base, new_digest="", remake=False, decisions={})
    return {
        each.base_key: (each.digest, each.note)
        for paper in pairing.papers
        if paper.note is not None
        for each in _of_fields(paper, snapshot)
    }


def find_refusals(
    snapshot: Snapshot,
    base: Base,
    forgotten: Mapping[BaseKey, Value],
    undone: Collection[Operation],
    before: Sides = NOTHING,
) -> list[Refusal]:
    """Return the fields that differ, of those that an undone pass had agreed on, and its links.

    `undone` are the operations that put files back, `before` is what both sides said until then.
    What a person had typed meanwhile differs too, and nobody took it back.
    """
    restored = {each.path for each in undone}
    restored |= {each.to for each in undone if isinstance(each, Rename)}
    pairing = pairs.pair(snapshot, base, new_digest="", remake=False, decisions={})
    fields = [
        _with_base(refusal, paper, restored, before)
        for paper in pairing.papers
        if paper.note is not None
        for refusal in _of_fields(paper, snapshot)
        if _agreed_row(refusal.base_key) in forgotten
        and refusal.differs
        and before.get(refusal.base_key) != (refusal.digest, refusal.note)
    ]
    moves = [
        (paper.note, pair.named, _of_move(paper.agreed_key, pair))
        for paper in pairing.papers
        for pair in paper.pairs
        if pair.kind == "moved" and paper.note in restored
    ]
    headings = {(note, named) for note, named, _ in moves}
    links = [
        Refusal(BaseKey(Key(""), path, f"{LINK}{target}"), target, to, None)
        for path, target, to in _links_to_renamed(snapshot, undone)
        if (path, target) not in headings
    ]
    return [*_of_notes(snapshot, forgotten), *fields, *(move for *_, move in moves), *links]


def out_of_date(snapshot: Snapshot, base: Base) -> list[BaseKey]:
    """Return the refused fields of a base whose two values are no longer those on both sides.

    Nothing is while a file can be neither read nor written, or files are on their way: what such
    files say, nobody knows.
    """
    if snapshot.locked or base.is_partial:
        return []
    pairing = pairs.pair(
        snapshot, replace(base, refused={}), new_digest="", remake=False, decisions={}
    )
    standing = {
        each.base_key: each.hashes
        for each in (
            *_of_notes(snapshot, base.refused),
            *(each for paper in pairing.papers for each in _of_paper(paper, snapshot)),
        )
    }
    return [
        base_key
        for base_key, hashes in base.refused.items()
        if not (
            standing.get(base_key) == hashes
            if base_key.key
            else _is_as_refused(snapshot, base_key, *hashes)
        )
    ]


def _of_paper(paper: Paper, snapshot: Snapshot) -> Iterator[Refusal]:
    if paper.note is not None:
        yield from _of_fields(paper, snapshot)
        yield from (
            _of_move(paper.agreed_key, each) for each in paper.pairs if each.kind == "moved"
        )


def _is_as_refused(snapshot: Snapshot, base_key: BaseKey, before: str, to: str) -> bool:
    """Return True if a file still is, or has the link, of which a change was refused."""
    path, field, resolve = RelPath(base_key.digest), base_key.field, snapshot.names.resolve
    document = snapshot.digests.get(path) or snapshot.notes.get(path)
    if document is None and resolve(path, path) == path:
        return True  # not read: nobody knows
    text = "" if document is None else document.text
    if not field.startswith(LINK):
        return value_hash(text) == before
    target = field.removeprefix(LINK)
    stands = any(link.target == target for link in wikilinks.find(text))
    return stands and resolve(target, path) is None and resolve(to, path) == to


def _of_move(key: Key, pair: Pair) -> Refusal:
    values = paper_builder.move_values(pair)
    return Refusal(paper_builder.place_key(key, pair), *values, None)


def _links_to_renamed(
    snapshot: Snapshot, undone: Collection[Operation]
) -> Iterator[tuple[RelPath, str, RelPath]]:
    """Yield file and target of each link that leads nowhere again, and what it led to meanwhile.

    Those of other files (`relink` mends them) no pass would mend again.
    """
    written = {*snapshot.digests, *(path for paths in snapshot.managed.values() for path in paths)}
    for write in (each for each in undone if isinstance(each, Write) and each.path in written):
        new = [link.target for link in wikilinks.find(write.before)]
        old = [link.target for link in wikilinks.find(str(write.after))]
        if len(new) != len(old):
            continue
        for target, follower in dict.fromkeys(zip(old, new, strict=True)):
            to = snapshot.names.resolve(follower, write.path)
            if to is not None and snapshot.names.resolve(target, write.path) is None:
                yield write.path, target, to


def _agreed_row(base_key: BaseKey) -> BaseKey:
    """Return the row of the base by which both sides had agreed on a field or an entry."""
    return base_key._replace(field="commentary") if base_key.field == "entry" else base_key


def refused_writes(plan: Plan, due: Collection[RelPath]) -> list[Refusal]:
    """Return a refusal for each operation of a plan, but for those on files `due` before."""
    return [Refusal(*_write(each), None) for each in plan.operations if each.path not in due]


def without_refused(plan: Plan, base: Base) -> Plan:
    """Return the plan without what would be written as it was when a person took it back."""
    refused = frozenset(each.path for each in plan.operations if base.refuses(*_write(each)))
    return defer(plan, refused, RelPath(""))[0]


def _write(operation: Operation) -> tuple[BaseKey, Value, Value]:
    before = "" if isinstance(operation, Create) else operation.before
    to = operation.to if isinstance(operation, Rename | Trash) else ""
    after = str(operation.after) if isinstance(operation, Create | Write) else ""
    return BaseKey(Key(""), operation.path, "file"), before, (to, after)


def _of_notes(snapshot: Snapshot, forgotten: Mapping[BaseKey, Value]) -> Iterator[Refusal]:
    """Yield a refusal for each paper whose note was taken back and whose entries are there."""
    for key, found in pairs.entries_by_key(snapshot).items():
        row = BaseKey(key, "", "note")
        if row in forgotten and key not in snapshot.managed:
            yield Refusal(row, paper_builder.entries_value(found), "", None)


def _of_fields(paper: Paper, snapshot: Snapshot) -> Iterator[Refusal]:
    assert paper.note is not None
    note, key = snapshot.notes[paper.note].fields, paper.agreed_key
    both = [pair for pair in paper.pairs if pair.entry is not None and pair.kind != "waiting"]
    for name in SHARED_FIELDS if both else ():
        entry = both[0].entry
        assert entry is not None
        values = getattr(entry.fields, name), getattr(note, name)
        yield Refusal(BaseKey(key, "", name), *values, None)
    for pair in paper.pairs:
        if pair.entry is None and pair.kind != "waiting":
            value = note_value(note, pair.section)
            yield Refusal(BaseKey(key, pair.digest, "entry"), "", value, None)
    for pair in both:
        assert pair.entry is not None
        fields, at = pair.entry.fields, BaseKey(key, pair.digest, "commentary")
        yield Refusal(at, fields.commentary, commentary_of(pair.section), None)
        yield Refusal(at._replace(field="tags"), fields.tags, note.tags, None)


def _with_base(
    refusal: Refusal, paper: Paper, restored: Collection[RelPath], before: Sides
) -> Refusal:
    """Return a refusal with the value that both sides had: that of the side put back alone."""
    base_key = refusal.base_key
    digest, note = before.get(base_key, (None, None))
    in_note = paper.note in restored and note != refusal.note
    in_digest = (base_key.digest or _home(paper.pairs)) in restored and digest != refusal.digest
    if paper.note is None or in_note == in_digest or base_key.field == "entry":
        return refusal
    return refusal._replace(was=refusal.note if in_note else refusal.digest)


def _home(found: Collection[Pair]) -> str:
    return next((pair.digest for pair in found if pair.entry is not None), "")


_SHOWN = 60
"""Characters of a last copy that its reason shows."""

Statements = Mapping[tuple[Key, str], frozenset[str]]
"""Words of a document by paper and field: title, authors, tags, lines of commentary."""


def last_copies(
    snapshot: Snapshot, base: Base, rules: Rules, operations: Collection[Operation]
) -> Mapping[RelPath, str]:
    """Return the files that must not be written, each with the reason.

    They hold words on which both sides agreed, of which the other side has nothing any more, and
    that would stand in no document.
    """
    agreed: dict[tuple[Key, str], frozenset[str]] = {}
    for row, value in base.rows.items():
        place = (row.key, row.field)
        agreed[place] = agreed.get(place, frozenset()) | _lines(value)
    writes = {each.path: each for each in operations if isinstance(each, Write)}
    texts = {path: digest.text for path, digest in snapshot.digests.items()}
    texts |= {path: note.text for path, note in snapshot.notes.items()}
    texts |= {path: str(write.after) for path, write in writes.items()}
    after = {path: _statements(snapshot, rules, path, text) for path, text in texts.items()}
    standing = frozenset[str]().union(
        *(words for each in after.values() for words in each.values())
    )
    of_side: dict[tuple[bool, Key, str], frozenset[str]] = {}
    for path, statements in after.items():
        for (key, field), words in statements.items():
            side = (path in snapshot.digests, key, field)
            of_side[side] = of_side.get(side, frozenset()) | words
    found = {}
    for path, write in writes.items():
        lost = [
            each
            for (key, field), words in _statements(snapshot, rules, path, write.before).items()
            if not of_side.get((path not in snapshot.digests, key, field))
            for each in (words & agreed.get((key, field), frozenset())) - standing
        ]
        if lost:
            first = max(sorted(lost), key=len)
            shown = first if len(first) <= _SHOWN else f"{first[:_SHOWN]}..."
            found[path] = f"it has the last copy of '{shown}', which stays"
    return found


def _statements(snapshot: Snapshot, rules: Rules, path: RelPath, text: str) -> Statements:
    if path in snapshot.digests:
        entries = styled_reader.read(text, styles_of(rules)(path)).entries
        pieces = [(entry.key, entry.fields, entry.fields.commentary) for entry in entries]
    else:
        note = note_lens.read(text, rules.properties)
        words = "\n".join(section.commentary for section in note.sections)
        pieces = [(note.key or Key(""), note.fields, words)]
    return {
        (key, name): found
        for key, fields, commentary in pieces
        for name, value in (
            ("title", fields.title),
            ("authors", fields.authors),
            ("tags", fields.tags),
            ("commentary", commentary),
        )
        if (found := _lines(value))
    }


def _lines(value: Value) -> frozenset[str]:
    """Return the lines of a text that are not blank, or the items of a list."""
    words = value.split("\n") if isinstance(value, str) else value
    return frozenset(each.strip() for each in words if each.strip())
