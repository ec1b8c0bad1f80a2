"""Rules for digest and note where one of them was delivered, or a copy of it stands.

What a sync service undid is nobody's wish. These rules come before those of `fields`; where they
have no answer, those decide. They depend on the two texts and on the values that this device has
seen, so that devices which see the same texts answer alike.

| digest and note | one of the two files | what |
|---|---|---|
| differ | a copy of it stands | merged as a copy is: with the ancestor of both texts |
| one lacks something of the base | that one was just delivered | the paper waits for a pass |
| one is an earlier text | that one was delivered, or waited, or a copy stands | older: a conflict |
| one has earlier tags | the same | all tags of both |
| one has no entry or section | that one was just delivered | the paper waits for a pass |
| one has no entry or section | a copy of it stands | nothing is removed, it comes back |
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from vault_sync.core.merge import sentence_merge
from vault_sync.core.merge.ancestor import ancestor, is_earlier, is_same, lacks
from vault_sync.core.model.copies import History
from vault_sync.core.model.plan import Value
from vault_sync.core.reconcile.resolution.fields import Decided, Undecided


class Arrival(NamedTuple):
    """The ways by which a file of a paper came to be as it is.

    `delivered`: a sync service brought it since the pass before. `waited`: so it was when a pass
    first saw that it lacks something, and that was not followed. `copied`: a copy of it stands, or
    was merged into it in this pass.
    """

    delivered: bool = False
    waited: bool = False
    copied: bool = False

    @property
    def typed_here(self) -> bool:
        """Return True if what the file has was typed on this device, as far as one can tell."""
        return not (self.delivered or self.waited or self.copied)


class Deferred(NamedTuple):
    """Digest and note stay as they are until a pass in which the file was not delivered anew."""


Arrivals = tuple[Arrival, Arrival]
"""Those of the digest and of the note."""


def _changed(
    field: str, base: Value, digest: Value, note: Value, arrivals: Arrivals
) -> tuple[Value, Arrival] | None:
    """Return the text of the one side that differs from the base, and how it came."""
    for at, (value, other) in enumerate(((digest, note), (note, digest))):
        if is_same(field, base, other) and not is_same(field, base, value):
            return value, arrivals[at]
    return None


def commentary(
    history: History, digest: str, note: str, arrivals: Arrivals
) -> Decided[str] | Undecided | Deferred | None:
    """Decide a commentary by how its files came here; None: the usual rules decide."""
    if digest == note or not history.values:
        return None
    if any(arrival.copied for arrival in arrivals):
        was = ancestor("commentary", history, digest, note)
        merged = sentence_merge.merge(was if isinstance(was, str) else None, digest, note)
        if merged is not None:
            return Decided(merged)
    base = history.values[-1].value
    changed = _changed("commentary", base, digest, note, arrivals)
    if changed is None or changed[1].typed_here:
        return None
    value, arrival = changed
    if arrival.delivered and lacks("commentary", value, base):
        return Deferred()
    return Undecided("older") if is_earlier("commentary", history, value) else None


def are_joined(
    history: History, digest: tuple[str, ...], note: tuple[str, ...], arrivals: Arrivals
) -> bool:
    """Return True if all tags of both sides stay: the merge is made without a base.

    So it is where tags return to an earlier set otherwise than by typing here, or where both sides
    changed and one of them was not typed here.
    """
    if not history.values or set(digest) == set(note):
        return False
    changed = _changed("tags", history.values[-1].value, digest, note, arrivals)
    if changed is None:
        return not all(arrival.typed_here for arrival in arrivals)
    value, arrival = changed
    return not arrival.typed_here and is_earlier("tags", history, value)


def removal(missing: Arrival) -> Literal["counts", "waits", "comes back"]:
    """Return what it means that a paper is missing from one of its files, by how that came here."""
    if missing.copied:
        return "comes back"
    return "waits" if missing.delivered else "counts"
