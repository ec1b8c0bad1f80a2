"""The base: the values that both sides last agreed on, field by field, as content.

- Fields of a paper as a whole (`digest` is ""): url, title, authors, filled (only where the entry
  has no title line: the title, then the authors, that arXiv gave its note; "" for a title of the
  reader's), note (its path), mentions (the keys that its commentary named), undated (the name that
  it was given without its date), abstract (the mark of the callout that was put into the note; ""
  for one of the reader's). Where the note says a url, title or authors in other words than the
  digest, those too (`apart_key`); and the tags of an adopted note that stay in it.
- Fields of a place: tags, commentary; missing and unmet, which remember a report of that; older,
  the sides of the commentary that are in question, for an earlier text was brought there.
- One value a digest, with no key: the text that it had when the last pass ended, against which a
  file cut short is recognised.

Beside them stands what a device remembers for merging copies: the values of a field in their
sequence, and rows. A copy is a second version of a file, put beside it by a sync service. What it
is merged against is one of the values that this device has seen the field have (docs/devices.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Literal, NamedTuple

from vault_sync.core.model.plan import BaseKey, BaseUpdate, Outcome, Plan, Value
from vault_sync.core.model.values import SHARED_FIELDS, Key, Place, RelPath, Side

LINK = "link:"
"""The field of a refusal that keeps a link as it is spelled is this and the link's target."""


def _never(base_key: BaseKey, value: Value) -> bool:
    del base_key, value
    return False


def _none(base_key: BaseKey) -> Value | None:
    del base_key
    return None


def value_hash(value: Value) -> str:
    """Return the sha256 of a value, in hex."""
    text = value if isinstance(value, str) else "\0".join((*value, ""))
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


class FileMark(NamedTuple):
    """The identity of a file as a pass saw it: its numbers on the disk, and its bytes.

    `size` is in bytes, `mtime_ns` since the epoch, `hash` the sha256 in hex. An `inode` of 0: the
    numbers were not seen.
    """

    inode: int
    size: int
    mtime_ns: int
    hash: str

    def is_like(self, other: FileMark) -> bool:
        """Return True for the same file, not written since, or for the same bytes."""
        return self.hash == other.hash or (self.inode != 0 and self[:3] == other[:3])


@dataclass(frozen=True)
class Base:
    """Values both sides last agreed on, by `BaseKey`.

    `exists` is False on a device's first pass over a vault, or when the base was lost. `joining`:
    files of the vault may still be on their way to this device, so that nothing is concluded from
    the absence of one (docs/devices.md). `arriving`: some are on their way just now. `arrivals` are
    the ways of files that were brought; for these `was_ever(base_key, value)` counts, which tells
    whether the value was an earlier one, in whatever digest the paper was then. `with_copies` are
    the files beside which a copy stands that is not merged, and `histories` has the values of
    papers of which a copy is. Where `rows` has only some papers, `of_others` returns a value of any
    other, and `count` the number of places in each digest. `files` are the notes of each paper as
    the last pass saw them, and the digests, with no key; None where nobody has seen any. `refused`
    are the fields of which a person took a change back, each with the hashes of both sides' values
    (`value_hash`); a link (`LINK`) has no key, the file that it stands in as its digest, and the
    file that it leads to in place of a hash. `former_names` are the pairs of every
    `PropertyNames.own` that was in force. `moved` are files that were
    the notes of papers, by their identity, and lie elsewhere now.
    """

    rows: Mapping[BaseKey, Value] = field(default_factory=dict)
    exists: bool = False
    count: Callable[[], Mapping[RelPath, int]] | None = None
    joining: bool = False
    arriving: bool = False
    was_ever: Callable[[BaseKey, Value], bool] = _never
    of_others: Callable[[BaseKey], Value | None] = _none
    arrivals: Mapping[RelPath, Arrival] = field(default_factory=dict)
    with_copies: frozenset[RelPath] = frozenset()
    histories: Histories = field(default_factory=dict)

    def arrival(self, path: RelPath | None) -> Arrival:
        """Return how a file came to be as it is: typed here, unless it is told otherwise."""
        return TYPED if path is None else self.arrivals.get(path, TYPED)

    @property
    def is_typed_here(self) -> bool:
        """Return True if no file was brought and none has a copy: every text was typed here."""
        return not self.arrivals

    @property
    def is_partial(self) -> bool:
        """Return True if what is not here may only be not here yet."""
        return self.joining or self.arriving

    files: Mapping[Key, Mapping[RelPath, FileMark]] | None = None
    moved: Mapping[RelPath, Key] = field(default_factory=dict)
    refused: Mapping[BaseKey, tuple[str, str]] = field(default_factory=dict)
    former_names: tuple[tuple[str, str], ...] = ()

    def refuses(self, base_key: BaseKey, digest: Value, note: Value) -> bool:
        """Tell whether a person wants both sides of a field to stay as they are."""
        hashes = self.refused.get(base_key)
        return hashes is not None and hashes == (value_hash(digest), value_hash(note))

    @cached_property
    def links_taken_back(self) -> Mapping[tuple[RelPath, str], RelPath]:
        """Links whose spelling is to stay, file and target, and the file to which each leads."""
        return {
            (RelPath(base_key.digest), base_key.field.removeprefix(LINK)): RelPath(to)
            for base_key, (_, to) in self.refused.items()
            if base_key.field.startswith(LINK)
        }

    def mark_of(self, path: RelPath, key: str = "") -> str | None:
        """Return the hash of a note of `key`, or of a digest, at the end of the last pass."""
        mark = (self.files or {}).get(Key(key), {}).get(path)
        return None if mark is None else mark.hash

    def without(self, base_keys: frozenset[BaseKey]) -> Base:
        """Return the base less some of its rows."""
        rows = {
            base_key: value for base_key, value in self.rows.items() if base_key not in base_keys
        }
        count = self.count
        if count is None:
            return replace(self, rows=rows)
        places = (RelPath(row.digest) for row in base_keys if row.field == "commentary")
        gone = Counter(places)
        return replace(
            self, rows=rows, count=lambda: {at: n - gone[at] for at, n in count().items()}
        )

    def agreed(self, base_key: BaseKey) -> Value | None:
        """Return a value, though it be of a paper that `rows` leaves out."""
        value = self.rows.get(base_key)
        return self.of_others(base_key) if value is None else value

    def text(self, base_key: BaseKey) -> str | None:
        """Return a text value; None where the base has none."""
        value = self.rows.get(base_key)
        return value if isinstance(value, str) else None

    def items(self, base_key: BaseKey) -> tuple[str, ...] | None:
        """Return a list value; None where the base has none."""
        value = self.rows.get(base_key)
        return value if isinstance(value, tuple) else None

    def is_taken_back(self, key: Key, path: str, text: str) -> bool:
        """Return True if a note ("" for its path) or a digest ("" for its key) has its text again.

        That is one which it had before, where only changes by hand lie between.
        """
        stood = self.items(BaseKey(key, path, STOOD)) or ()
        return bool(stood) and f"+{value_hash(text)[:16]}" in stood

    def note_value(self, base_key: BaseKey) -> Value | None:
        """Return a value as the note says it, which may be in other words than the digest's."""
        return self.rows.get(apart_key(base_key), self.rows.get(base_key))

    def note(self, key: Key) -> RelPath | None:
        """Return the path that this paper's note had."""
        path = self.text(BaseKey(key, "", "note"))
        return RelPath(path) if path else None

    def knows(self, place: Place) -> bool:
        """Tell whether both sides once agreed on this place."""
        return BaseKey(place.key, place.digest, "commentary") in self.rows

    @cached_property
    def places(self) -> Mapping[Key, tuple[RelPath, ...]]:
        """Digests in which each paper was, sorted."""
        found: dict[Key, list[RelPath]] = {}
        for base_key in self.rows:
            if base_key.key and base_key.digest and base_key.field == "commentary":
                found.setdefault(base_key.key, []).append(RelPath(base_key.digest))
        return {key: tuple(sorted(digests)) for key, digests in found.items()}

    @cached_property
    def sizes(self) -> Mapping[RelPath, int]:
        """Number of papers that were in each digest."""
        if self.count is not None:
            return self.count()
        sizes: dict[RelPath, int] = {}
        for digests in self.places.values():
            for digest in digests:
                sizes[digest] = sizes.get(digest, 0) + 1
        return sizes

    @cached_property
    def note_paths(self) -> dict[RelPath, Key]:
        """Paper of which each path was the note; of several the last by key."""
        return {path: keys[-1] for path, keys in self.papers_noted.items()}

    def noted_at(self, path: RelPath) -> Key | None:
        """Return the paper of which a file was the note, by its path or its identity."""
        return self.note_paths.get(path) or self.moved.get(path)

    def moved_notes(self, inodes: Mapping[RelPath, int]) -> dict[RelPath, Key]:
        """Return the files that were notes at paths which are gone, by the inode of each file."""
        gone = self.note_paths.keys() - inodes.keys()
        marks = ((self.note_paths[at], self.files or {}, at) for at in gone)
        seen = {files[key][at].inode: key for key, files, at in marks if at in files.get(key, {})}
        return {
            path: seen[inode]
            for path, inode in (inodes.items() if seen else ())
            if inode and inode in seen and path not in self.note_paths
        }

    @cached_property
    def papers_noted(self) -> Mapping[RelPath, tuple[Key, ...]]:
        """Papers of which each path was the note, sorted: two where files changed places."""
        papers: dict[RelPath, tuple[Key, ...]] = {}
        for base_key, value in self.rows.items():
            if base_key.field == "note":
                path = RelPath(str(value))
                papers[path] = tuple(sorted((*papers.get(path, ()), base_key.key)))
        return papers


def updates_made(plan: Plan, outcome: Outcome) -> list[BaseUpdate]:
    """Return the base updates of a plan that were made: none waits for what was not done."""
    undone = {each.operation.path for each in outcome.undone}
    return [each for each in plan.base_updates if undone.isdisjoint(each.paths)]


APART = tuple(f"apart:{name}" for name in (*SHARED_FIELDS, "tags"))
"""The fields for what a note says in its own words, beside what the digest says."""

STOOD = "stood"
"""The field of the texts that a file had before a write of ours, as hashes (`old_files`)."""

LINKED = "linked"
"""The field of the entries of a digest whose link lines of ours are not taken in yet."""


def untaken_key(base_key: BaseKey, side: Side) -> BaseKey:
    """Return the base key of what a field said on a side before writes not taken in there."""
    return base_key._replace(field=f"untaken:{side}:{base_key.field}")


def tells_of_writes(base_key: BaseKey) -> bool:
    """Return True for a row about writes of ours, of which a pass at rest has nothing to do."""
    return base_key.field in {STOOD, LINKED} or base_key.field.startswith("untaken:")


def _untaken(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"untaken:{side}:{name}" for side in ("digest", "note") for name in names)


PAPER_FIELDS = (
    *SHARED_FIELDS,
    *("filled", "note", "mentions", "undated", "abstract", "template", STOOD),
    *APART,
    *_untaken(SHARED_FIELDS),
)
PLACE_FIELDS = (
    *("tags", "commentary", "missing", "unmet", "older"),
    *_untaken(("tags", "commentary")),
)


def apart_key(base_key: BaseKey) -> BaseKey:
    """Return the base key of what the note says where the digest says it otherwise."""
    return BaseKey(base_key.key, base_key.digest, f"apart:{base_key.field}")


def base_keys_of(key: Key, digest: str = "") -> frozenset[BaseKey]:
    """Return every base key of a paper (`digest` "") or of one of its places."""
    names = PLACE_FIELDS if digest else PAPER_FIELDS
    return frozenset(BaseKey(key, digest, name) for name in names)


def question_key(base_key: BaseKey) -> BaseKey:
    """Return the base key of the sides of a commentary that are in question."""
    return base_key._replace(field="older")


def parted_filled(filled: tuple[str, ...] | None) -> tuple[str, tuple[str, ...]]:
    """Return the title and the authors that a value of `filled` holds."""
    return (filled[0], filled[1:]) if filled else ("", ())


Origin = Literal["typed", "delivered", "merged"]
"""The way of a value to this device: typed here, brought by a sync service, made of a copy.

What was there when the device first saw the vault is `delivered`: nobody is known to have typed it
here. Only a typed value proves that a text which has its sentences was written after it.
"""


class PastValue(NamedTuple):
    """A value that a field had when digest and note agreed, and how it came here."""

    value: Value
    origin: Origin


class History(NamedTuple):
    """The values of one field on this device, the oldest first; the last one is the base.

    `removed_here`: the paper was once taken out of this vault on this device, so that its first
    value need not be one that every device has seen.
    """

    values: tuple[PastValue, ...] = ()
    removed_here: bool = False

    @property
    def starts_everywhere(self) -> bool:
        """Return True if the first value is older than every text of the field."""
        first = self.values[0].origin if self.values else "typed"
        return first == "delivered" and not self.removed_here

    @property
    def was_typed(self) -> bool:
        """Return True if the value that the field has now was typed here."""
        return bool(self.values) and self.values[-1].origin == "typed"

    def learn(self, value: Value, origin: Origin) -> History:
        """Return the history once both sides agree on `value`; no value stands in it twice."""
        if self.values and self.values[-1].value == value:
            return self
        earlier = tuple(past for past in self.values if past.value != value)
        return History((*earlier, PastValue(value, origin)), self.removed_here)


Histories = Mapping[BaseKey, History]
"""The histories of fields. A field that is not in it has none: nothing is known to be removed."""


NO_HISTORY = History()


def origin_of(*, delivered: bool, merged: bool) -> Origin:
    """Return how a value came here, on which digest and note of a paper now agree.

    `delivered`: one of its files was brought since the pass before, or waits (`Arrival`);
    `merged`: a copy of one of them was merged in this pass.
    """
    if delivered:
        return "delivered"
    return "merged" if merged else "typed"


class Arrival(NamedTuple):
    """The ways by which a file of a paper came to be as it is.

    `delivered`: a sync service brought it since the pass before. `waited`: so it was when a pass
    first saw that it lacks something, and that was not followed. `copied`: a copy of it stands, or
    was merged into it in this pass. `restored`: `restore` was the last to write it, an older
    text, and no pass has seen it since, or it is in question; `was_restored`: so it was, and a pass
    has written there, while something of it is in question.
    """

    delivered: bool = False
    waited: bool = False
    copied: bool = False
    restored: bool = False
    was_restored: bool = False

    @property
    def typed_here(self) -> bool:
        """Return True if what the file has was typed on this device, as far as one can tell."""
        return not any(self)


TYPED = Arrival()


class CopyRow(NamedTuple):
    """A text of a copy that clashed with its file's: a row of the conflicts note.

    It is the same on every device. `digest` is "" for a field of the paper as a whole; `key` is
    "" for a file that is about no paper.
    """

    key: Key
    digest: str
    field: str
    text: str
