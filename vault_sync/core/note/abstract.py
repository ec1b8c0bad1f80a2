"""The abstract of a paper in its note, a folded callout: put there once, then the reader's.

It stands between the properties and the first section. The base remembers which callout was put
there, so that one that the reader deleted does not come back, and one that the reader left as it
was does not save a note that holds nothing else.
"""

from __future__ import annotations

from typing import NamedTuple

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Facts, Key
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.note import Note
from vault_sync.core.text.encodings import text_hash
from vault_sync.core.text.sanitize import sanitize
from vault_sync.core.text.spans import newline_kind, to_newlines

CALLOUT = "> [!abstract]- Abstract"
"""The first line of the callout: its type, by which an abstract is found, and that it is folded."""


def callout(facts: Facts) -> str:
    r"""Return the abstract as a folded callout, lines ended by LF but the last; "" without one.

    A callout and not a property, because: a property is one line in a narrow table, where 1,500
    characters push everything else out of sight and `$x^2$` stays source. A callout is one
    line until it is opened, reads like the abstract that it is, renders mathematics and is found
    by the vault's search. It opens with a line that no digest has, and is told by that line.
    """
    paragraphs = [line for line in sanitize(facts.abstract).split("\n") if line]
    if not paragraphs:
        return ""
    return f"{CALLOUT}\n> " + "\n>\n> ".join(paragraphs)


def mark(words: str) -> str:
    """Return the sum that tells a callout from others; the base would be large with its text."""
    return text_hash(words)


def placed(text: str, words: str) -> str:
    """Return a note's text with a callout on top of what stands below its properties."""
    body = note_lens.read(text).properties.body
    above, below = text[:body], text[body:]
    gap = "" if above.endswith("\n") else "\n"
    gap_below = "\n" if below.strip() and not below.startswith(("\n", "\r\n")) else ""
    put = to_newlines(f"{gap}\n{words}\n{gap_below}", newline_kind(text))
    return above + put + below


class Abstract(NamedTuple):
    """The callout to be put into a note ("": none), and the value that the base is to have.

    `base_value` is the mark of the callout that was put there, "" for one of the reader's; None:
    the base has no value.
    """

    callout: str = ""
    base_value: str | None = None


def decided(note: Note | None, facts: Facts, was: str | None) -> Abstract:
    """Decide about the abstract of a note (None: still to be made); `was` is the base's value.

    | the note        | the base  | what happens                                         |
    |-----------------|-----------|------------------------------------------------------|
    | is to be made   | any       | the callout is put there, if arXiv's is known        |
    | has a callout   | any       | it stays; ours if it reads like ours, else theirs    |
    | has none        | no value  | the callout is put there, if arXiv's is known        |
    | has none        | a value   | the reader took it out: nothing                      |
    """
    ours = callout(facts)
    there = note_lens.abstract(note) if note is not None else None
    if there is not None:
        if there == ours:
            return Abstract(base_value=mark(ours))
        return Abstract(base_value="" if was is None else was)
    if not ours or (note is not None and was is not None):
        return Abstract(base_value=was)
    return Abstract(ours, mark(ours))


def missing(note: Note, key: Key, base: Base) -> bool:
    """Tell whether a note lacks its abstract, and nobody took it out."""
    return remembered(base, key) is None and note_lens.abstract(note) is None


def remembered(base: Base, key: Key) -> str | None:
    """Return the base's mark of the callout that was put there; "" where it is the reader's."""
    return base.text(BaseKey(key, "", "abstract"))
