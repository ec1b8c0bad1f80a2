"""The abstract of a paper in its note: put there once, then the reader's.

It stands as a folded callout between the properties and the first section (`harmless.callout`).
The base remembers which callout was put there, so that one that the reader deleted does not come
back, and one that he left as it was does not keep a note that holds nothing else.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import Row
from vault_sync.core.model.values import Facts, Key
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.note import Note
from vault_sync.core.reconcile.drafting.plan_builder import Scene
from vault_sync.core.reconcile.resolution.resolution import Settlement
from vault_sync.core.text.sanitize import callout
from vault_sync.core.text.spans import newline_kind, to_newlines


class Abstract(NamedTuple):
    """`callout` is to be put into the note ("": nothing); `row` is what the base is to say of it.

    A row is the mark of the callout that was put there, "" where it is the reader's; None: no row.
    """

    callout: str = ""
    row: str | None = None


def of(scene: Scene, settlement: Settlement) -> Abstract:
    """What becomes of one paper's abstract."""
    if "abstract" not in scene.rules.facts:
        return Abstract()
    path = settlement.paper.note
    note = scene.snapshot.notes[path] if path is not None else None
    return decided(note, scene.facts_of(settlement.key), _was(scene.base, settlement.key))


def decided(note: Note | None, facts: Facts, was: str | None) -> Abstract:
    """What becomes of the abstract of a note (None: still to be made); `was`: the base's row.

    | the note        | the base  | what happens                                         |
    |-----------------|-----------|------------------------------------------------------|
    | is to be made   | any       | the callout is put there, if arXiv's is known        |
    | has a callout   | any       | it stays; ours if it reads like ours, else his       |
    | has none        | no row    | the callout is put there, if arXiv's is known        |
    | has none        | a row     | the reader took it out: nothing                      |
    """
    ours = callout(facts)
    there = note_lens.abstract(note) if note is not None else None
    if there is not None:
        if there == ours:
            return Abstract(row=mark(ours))
        return Abstract(row="" if was is None else was)
    if not ours or (note is not None and was is not None):
        return Abstract(row=was)
    return Abstract(ours, mark(ours))


def mark(words: str) -> str:
    """What tells a callout from every other; two kilobytes a note would be much for the base."""
    return sha256(words.encode("utf-8", "surrogateescape")).hexdigest()


def missing(note: Note, key: Key, base: Base) -> bool:
    """Whether a note lacks its abstract, and nobody took it out."""
    return _was(base, key) is None and note_lens.abstract(note) is None


def _was(base: Base, key: Key) -> str | None:
    return base.text(Row(key, "", "abstract"))


def placed(text: str, words: str) -> str:
    """A note's text with a callout on top of what stands below its properties."""
    body = note_lens.read(text).properties.body
    above, below = text[:body], text[body:]
    gap = "" if above.endswith("\n") else "\n"
    gap_below = "\n" if below.strip() and not below.startswith(("\n", "\r\n")) else ""
    put = to_newlines(f"{gap}\n{words}\n{gap_below}", newline_kind(text))
    return above + put + below
