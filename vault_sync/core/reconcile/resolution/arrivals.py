"""Rules for digest and note where one of them was delivered, or a copy of it stands.

What a sync service undid is nobody's wish. These rules come before those of `fields`; where they
have no answer, those decide. They depend on the two texts and on the values that this device has
seen, so that devices which see the same texts answer alike.

| digest and note | one of the two files | what |
|---|---|---|
| differ | a copy of it stands | merged as a copy is: with the ancestor of both texts |
| one lacks something of the base | that one was just delivered | the paper waits for a pass |
| one is an earlier text | that one was delivered, or waited, or a copy stands | older: a conflict |
| one was that, was edited, and lacks something of the base still | any | older: a conflict |
| one has earlier tags | the same | all tags of both |
| one lacks something of the base | that one was put there by `restore` | older; all tags of both |
| one has no entry or section | that one was just delivered | the paper waits for a pass |
| one has no entry or section | a copy of it stands | nothing is removed, it comes back |
| the digest has no entry | it was put there by `restore` | nothing is removed, it comes back |
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from vault_sync.core.model.base import (
    NO_HISTORY,
    Arrival,
    Base,
    History,
    PastValue,
    question_key,
)
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Side
from vault_sync.core.reconcile.pairing.paper import Pair
from vault_sync.core.reconcile.resolution.fields import Decided, Undecided
from vault_sync.core.reconcile.resolution.values import Resolution
from vault_sync.core.text.module_door import door

if TYPE_CHECKING:
    from vault_sync.core.merge import sentence_merge, sync_copy
else:  # few files are brought
    sentence_merge = door("vault_sync.core.merge.sentence_merge")
    sync_copy = door("vault_sync.core.merge.sync_copy")


class Deferred(NamedTuple):
    """Digest and note stay as they are until a pass in which the file was not delivered anew."""


Arrivals = tuple[Arrival, Arrival]
"""Those of the digest and of the note."""


def _changed(
    field: str, base: Value, digest: Value, note: Value, arrivals: Arrivals
) -> tuple[Value, Arrival] | None:
    """Return the text of the one side that differs from the base, and how it came."""
    for at, (value, other) in enumerate(((digest, note), (note, digest))):
        if sync_copy.is_same(field, base, other) and not sync_copy.is_same(field, base, value):
            return value, arrivals[at]
    return None


def history_of(base: Base, base_key: BaseKey, *texts: Value) -> History:
    """Return what the base tells of a field: its value, and which of these texts it had before."""
    if base_key in base.histories:
        return base.histories[base_key]
    was = base.rows.get(base_key)
    if was is None:
        return NO_HISTORY
    earlier = (text for text in texts if text != was and base.was_ever(base_key, text))
    values = (*dict.fromkeys(earlier), was)
    return History(tuple(PastValue(value, "delivered") for value in values))


def waits(
    field: str,
    agreed: tuple[Value | None, Value | None],
    texts: tuple[Value, Value],
    arrivals: Arrivals,
) -> bool:
    """Return True if a text just delivered lacks something that was agreed on for its side."""
    if texts[0] == texts[1]:
        return False
    return any(
        arrival.delivered and was is not None and sync_copy.lacks(field, value, was)
        for value, was, arrival in zip(texts, agreed, arrivals, strict=True)
    )


def decide(
    resolution: Resolution, pair: Pair, base: Base, was: BaseKey
) -> Decided | Undecided | Deferred | None:
    """Decide the commentary of a pair by how its files came here; None: the usual rules decide."""
    if pair.section is None:
        return None
    digest, note = resolution.entries[pair.digest].commentary, pair.section.commentary
    files = (pair.digest, resolution.paper.note)
    ways = base.arrival(files[0]), base.arrival(files[1])
    history = history_of(base, was, digest, note)
    in_doubt = in_question(history, digest, note, ways, base.items(question_key(was)) or ())
    found = commentary(history, digest, note, ways, in_doubt)
    if in_doubt and not isinstance(found, Decided):
        resolution.propose(question_key(was)._replace(digest=pair.digest), in_doubt, {})
    copied = [path in base.with_copies for path in files]
    if found is None and lost_to_a_copy(history, (digest, note), ways, copied):
        return Undecided("older")
    return found


def in_question(
    history: History, digest: str, note: str, arrivals: Arrivals, before: Sequence[str]
) -> tuple[Side, ...]:
    """Return the sides of which a brought text is in question: it is an earlier one.

    A side that was in question (`before`) stays so while it lacks something of the base: who edits
    there has not taken out what the sync service undid.
    """
    if digest == note or not history.values:
        return ()
    base = history.values[-1].value

    def is_in_doubt(side: Side, text: str, arrival: Arrival) -> bool:
        if side in before and sync_copy.lacks("commentary", text, base):
            return True
        return (
            not arrival.typed_here
            and not sync_copy.is_same("commentary", base, text)
            and sync_copy.is_earlier("commentary", history, text)
        )

    sides: tuple[Side, Side] = ("digest", "note")
    each = zip(sides, (digest, note), arrivals, strict=True)
    return tuple(side for side, text, arrival in each if is_in_doubt(side, text, arrival))


def commentary(
    history: History, digest: str, note: str, arrivals: Arrivals, in_doubt: Sequence[Side]
) -> Decided | Undecided | Deferred | None:
    """Decide a commentary by how its files came here; None: the usual rules decide.

    `in_doubt` are the sides in question.
    """
    if digest == note or not history.values:
        return None
    if any(arrival.copied for arrival in arrivals):
        was = sync_copy.ancestor("commentary", history, digest, note)
        merged = sentence_merge.merge(was if isinstance(was, str) else None, digest, note)
        if merged is not None:
            return Decided(merged)
    base = history.values[-1].value
    if waits("commentary", (base, base), (digest, note), arrivals):
        return Deferred()
    return Undecided("older") if in_doubt else None


def lost_to_a_copy(
    history: History, texts: tuple[str, str], arrivals: Arrivals, copied: Sequence[bool]
) -> bool:
    """Return True if a text that waited lacks something still, and a copy of its file stands.

    What it lacks may stand in the copy: nobody is known to have taken it out. So it is with a text
    that `restore` put there, which may never have been a base: one side of a merge is saved too.
    """
    if not history.values or texts[0] == texts[1]:
        return False
    base = history.values[-1].value
    return any(
        (arrival.restored or arrival.was_restored or (arrival.waited and has_copy))
        and sync_copy.lacks("commentary", text, base)
        for text, arrival, has_copy in zip(texts, arrivals, copied, strict=True)
    )


def are_joined(
    history: History, digest: tuple[str, ...], note: tuple[str, ...], arrivals: Arrivals
) -> bool:
    """Return True if all tags of both sides stay: the merge is made without a base.

    So it is where tags return to an earlier set otherwise than by typing here, where both sides
    changed and one of them was not typed here, and where `restore` put the tags there.
    """
    if not history.values or set(digest) == set(note):
        return False
    changed = _changed("tags", history.values[-1].value, digest, note, arrivals)
    if changed is None:
        return not all(arrival.typed_here for arrival in arrivals)
    value, arrival = changed
    return arrival.restored or (
        not arrival.typed_here and sync_copy.is_earlier("tags", history, value)
    )
