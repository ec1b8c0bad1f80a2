"""Several devices in lock step, files delivered with versions: what becomes of every sentence.

The devices share a vault of papers by a service like Syncthing; vault-sync runs on some of them. A
text is a row of sentences, each a word that no other edit writes, so that a test can ask for it. A
file is `D` (the digest: the fields of all papers), `N.key` (a note), `P` (the rows of the conflicts
note) or a copy, `FILE~name`. Delivery is Syncthing's: a version vector for each file; of two
concurrent versions the newer one wins, an edit beats a deletion, and the text that lost becomes a
copy, which travels as any file does. A schedule is edits, passes and deliveries of single files by
turns; then quiet, in which everybody gets everything and makes passes until nothing changes.

The merging is the package's: `merge_field` for copies, `arrivals` and `fields` for digest and note,
`copy_rules` for the rows. What this module does itself is what a pass does around them.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import NamedTuple

from vault_sync.core.merge import copy_rules
from vault_sync.core.merge.sentence_merge import words_of
from vault_sync.core.merge.sync_copy import merge_field
from vault_sync.core.model.base import Arrival, Base, CopyRow, History, Origin, PastValue, origin_of
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Key, RelPath, Side
from vault_sync.core.reconcile.pairing.removals import kind_of_removal
from vault_sync.core.reconcile.resolution import arrivals, fields
from vault_sync.core.reconcile.resolution.arrivals import Deferred
from vault_sync.core.reconcile.resolution.fields import Decided, TagPlace

DIGEST = RelPath("D")
FEW_ROUNDS = 3
LAST_ROUND = 12


class Entry(NamedTuple):
    """What a file has of one paper."""

    text: str
    tags: tuple[str, ...]


Entries = dict[str, Entry]
Content = Entries | frozenset[CopyRow] | None
"""A file's papers, or the rows of the conflicts note; None: it was deleted."""


class File(NamedTuple):
    content: Content
    time: int
    vector: tuple[int, ...]


class Settings(NamedTuple):
    """A world: so many devices, papers, edits; so many passes and deliveries between them."""

    devices: int = 2
    papers: int = 1
    edits: int = 4
    phones: int = 0  # devices without vault-sync
    skew: int = 0  # clocks differ by up to so many steps
    acts: int = 10
    entries: bool = False  # entries come and go, too
    phases: int = 1  # so many times edits, then quiet
    apart: bool = False  # in the quiet between, one device is away


class Variant(NamedTuple):
    """A rule planted wrongly (by default: all as they are)."""

    once: bool = True  # False: a copy is merged in every pass until it is gone
    rows_stay: bool = True  # False: a copy of the conflicts note is thrown away


Step = tuple[str, *tuple[object, ...]]


def plain(content: Content) -> object:
    """A content such that two equal ones are equal, whatever the sequence of tags."""
    if isinstance(content, dict):
        return {key: (text, frozenset(tags)) for key, (text, tags) in content.items()}
    return content


@dataclass
class Device:
    number: int
    count: int
    has_vault_sync: bool
    files: dict[str, File] = field(default_factory=dict)
    histories: dict[BaseKey, History] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)
    waited: set[str] = field(default_factory=set)
    replaced: set[tuple[BaseKey, Value]] = field(default_factory=set)
    questions: dict[BaseKey, tuple[Side, ...]] = field(default_factory=dict)
    merged: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    turns: dict[str, list[object]] = field(default_factory=dict)
    copies_made: int = 0

    def get(self, name: str) -> Content:
        file = self.files.get(name)
        return file.content if file else None

    def entries(self, name: str) -> Entries:
        content = self.get(name)
        return dict(content) if isinstance(content, dict) else {}

    def rows(self, name: str) -> frozenset[CopyRow]:
        content = self.get(name)
        return content if isinstance(content, frozenset) else frozenset()

    def write(self, name: str, content: Content, now: int) -> bool:
        old = self.files.get(name)
        if plain(old.content if old else None) == plain(content):
            return False
        vector = list(old.vector if old else (0,) * self.count)
        vector[self.number] = max(vector) + 1
        self.files[name] = File(content, now, tuple(vector))
        return True

    def standing(self) -> dict[str, object]:
        return {
            name: plain(file.content)
            for name, file in self.files.items()
            if file.content is not None
        }

    def documents(self) -> dict[str, object]:
        """All but copies and the conflicts note."""
        return {n: c for n, c in self.standing().items() if "~" not in n and n != "P"}

    def copies_of(self, name: str) -> list[str]:
        return sorted(
            each
            for each, file in self.files.items()
            if each.startswith(f"{name}~") and file.content is not None
        )


# Delivery.


def _wins(one: File, other: File) -> bool:
    """Whether one version beats a concurrent one."""
    if (one.content is None) != (other.content is None):
        return other.content is None
    return (one.time, one.vector) > (other.time, other.vector)


def deliver(source: Device, target: Device, name: str, now: int) -> bool:
    """Bring one file. True if something changed."""
    theirs, ours = source.files.get(name), target.files.get(name)
    if theirs is None or (ours is not None and ours.vector == theirs.vector):
        return False
    if ours is None:
        target.files[name] = theirs
        if theirs.content is not None:
            target.delivered.add(name)
        return theirs.content is not None
    pairs = list(zip(theirs.vector, ours.vector, strict=True))
    if all(there <= here for there, here in pairs):
        return False
    both = tuple(map(max, pairs))
    if plain(ours.content) == plain(theirs.content):
        newer = theirs if theirs.time >= ours.time else ours
        target.files[name] = newer._replace(vector=both)
        return True
    if all(there >= here for there, here in pairs):
        target.files[name] = theirs
        target.delivered.add(name)
        return True
    if not _wins(theirs, ours):
        return False
    target.files[name] = theirs._replace(vector=both)
    target.delivered.add(name)
    if ours.content is not None and "~" not in name:
        _put_beside(target, name, ours, now)
    return True


def _put_beside(device: Device, name: str, lost: File, now: int) -> None:
    device.copies_made += 1
    vector = tuple(int(number == device.number) for number in range(device.count))
    copy = f"{name}~{now}.{device.number}.{device.copies_made}"
    device.files[copy] = File(lost.content, lost.time, vector)


# A pass.


class Pass:
    """One pass of vault-sync on one device."""

    def __init__(self, device: Device, variant: Variant, now: int) -> None:
        self.device, self.variant, self.now = device, variant, now
        names = {n for n in device.files if "~" not in n and n != "P"} | {DIGEST}
        self.wanted = {name: device.entries(name) for name in names}
        self.rows = device.rows("P")
        self.copied: set[str] = set()  # files beside which a copy stands that is not done with
        self.touched: set[str] = set()  # files into which a copy was merged
        self.done: list[str] = []  # copies that go
        self.deferred: set[str] = set()
        self.agreed: list[tuple[str, str | None, tuple[str, ...]]] = []

    def run(self) -> bool:
        for name in sorted(self.wanted):
            for copy in self.device.copies_of(name):
                self._merge(name, copy)
        for copy in self.device.copies_of("P"):
            self.rows |= self.device.rows(copy) if self.variant.rows_stay else frozenset()
            self.done.append(copy)
        for key in self._keys():
            self._reconcile(key)
        self._drop_rows()
        changed = self._write()
        self._remember()
        return changed

    def _keys(self) -> list[str]:
        keys = {key for entries in self.wanted.values() for key in entries}
        return sorted(keys | {base_key.key for base_key in self.device.histories})

    # Copies.

    def _merge(self, name: str, copy: str) -> None:
        if self.variant.once and copy in self.device.merged:
            self.done.append(copy)
            return
        self.touched.add(name)
        rows: set[CopyRow] = set()
        here = self.with_copy(name, self.device.entries(copy), rows)
        self.wanted[name] = here
        stands = plain(here or None) == plain(self.device.get(name))
        if stands and rows <= self.rows:
            self.done.append(copy)
        else:
            self.copied.add(name)
        self.rows |= rows
        self.device.merged.add(copy)

    def with_copy(self, name: str, copy: Entries, rows: set[CopyRow]) -> Entries:
        """A file's papers with those of a copy, field by field."""
        here = self.wanted[name]
        for key, theirs in copy.items():
            here[key] = self._merged(key, here[key], theirs, rows) if key in here else theirs
        return here

    def _merged(self, key: str, ours: Entry, theirs: Entry, rows: set[CopyRow]) -> Entry:
        def field(name: str, here: Value, there: Value) -> Value:
            found = merge_field(base_key(key, name), here, there, self.device.histories)
            rows.update({found.row} if found.row else ())
            return found.value

        text = field("commentary", ours.text, theirs.text)
        tags = field("tags", ours.tags, theirs.tags)
        assert isinstance(text, str) and isinstance(tags, tuple)
        return Entry(text, tags)

    # Digest and note.

    def arrival(self, name: str) -> Arrival:
        device = self.device
        return Arrival(name in device.delivered, name in device.waited, name in self.copied)

    def _reconcile(self, key: str) -> None:
        name = f"N.{key}"
        entry = self.wanted[DIGEST].get(key)
        note = self.wanted.setdefault(name, {}).get(key)
        history = self.device.histories.get(base_key(key, "commentary"))
        if entry is None and note is None:
            if history is not None:
                self.device.removed.add(key)
                self._forget(key)
            return
        if entry is None or note is None:
            self._one_sided(key, name, entry, note)
            return
        text = self._text(key, entry.text, note.text, (self.arrival(DIGEST), self.arrival(name)))
        tags = self._tags(key, entry.tags, note.tags, (self.arrival(DIGEST), self.arrival(name)))
        self.wanted[DIGEST][key] = Entry(entry.text if text is None else text, tags)
        self.wanted[name][key] = Entry(note.text if text is None else text, tags)
        self.agreed.append((key, text, tags))

    def _forget(self, key: str) -> None:
        for each in ("commentary", "tags"):
            self.device.histories.pop(base_key(key, each), None)

    def _one_sided(self, key: str, name: str, entry: Entry | None, note: Entry | None) -> None:
        other = note or entry
        assert other is not None
        missing = DIGEST if entry is None else name
        path = RelPath(missing)
        kind = kind_of_removal(path, Base(arrivals={path: self.arrival(missing)}))
        known = [self.device.histories.get(base_key(key, f)) for f in ("commentary", "tags")]
        base = [None if history is None else history.values[-1].value for history in known]
        as_base = base[0] == other.text and set(base[1] or ()) == set(other.tags)
        if as_base and kind == "waiting":
            self.deferred.add(missing)
        elif as_base and kind == "removed":
            self.wanted[DIGEST].pop(key, None)
            self.wanted[name] = {}
        else:
            self.wanted[DIGEST][key] = self.wanted[name][key] = other
            self.agreed.append((key, other.text, other.tags))

    def _text(self, key: str, entry: str, note: str, came: arrivals.Arrivals) -> str | None:
        row = base_key(key, "commentary")
        history = self.device.histories.get(row, History())
        found: Decided | fields.Undecided | Deferred | None
        before = self.device.questions.pop(row, ())
        in_doubt = arrivals.in_question(history, entry, note, came, before)
        found = arrivals.commentary(history, entry, note, came, in_doubt)
        if in_doubt and not isinstance(found, Decided):
            self.device.questions[row] = in_doubt
        if found is None:
            rows = {row: history.values[-1].value} if history.values else {}
            base = Base(rows, exists=True)
            found = fields.decide_commentary(row, entry, note, base, None)
        if isinstance(found, fields.Undecided) and found.reason == "older":
            # Such a file waits until a person has decided.
            names = (DIGEST, f"N.{key}")
            self.deferred |= {each for each in names if any(self.arrival(each))}
        if isinstance(found, Deferred):
            base_text = history.values[-1].value
            self.deferred |= {
                each
                for each, text in ((DIGEST, entry), (f"N.{key}", note))
                if text != base_text and each in self.device.delivered
            }
        return found.value if isinstance(found, Decided) else None

    def _tags(
        self, key: str, entry: tuple[str, ...], note: tuple[str, ...], came: arrivals.Arrivals
    ) -> tuple[str, ...]:
        history = self.device.histories.get(base_key(key, "tags"), History())
        was = history.values[-1].value if history.values else None
        if arrivals.are_joined(history, entry, note, came):
            was = None
        assert not isinstance(was, str)
        return fields.merge_tags([TagPlace(was, entry)], note, lambda _: False).digests[0]

    # What is written and remembered.

    def _drop_rows(self) -> None:
        def agreed(row: BaseKey) -> Value | None:
            entry = self.wanted[DIGEST].get(row.key)
            note = self.wanted.get(f"N.{row.key}", {}).get(row.key)
            if entry is None or note is None or plain({"": entry}) != plain({"": note}):
                return None
            return entry.text if row.field == "commentary" else entry.tags

        device = self.device
        at_rest = not device.delivered and not any("~" in name for name in device.standing())
        self.rows = copy_rules.remaining(self.rows, at_rest=at_rest, ticked=(), agreed=agreed)

    def _write(self) -> bool:
        changed = False
        for name, entries in self.wanted.items():
            content = entries or None
            if plain(content) == plain(self.device.get(name)):
                continue
            # A file that takes the same two contents by turns is left alone.
            turns = self.device.turns.setdefault(name, [])
            if turns.count(plain(content)) >= 3:
                continue
            turns.append(plain(content))
            changed |= self.device.write(name, content, self.now)
        for copy in self.done:
            changed |= self.device.write(copy, None, self.now)
        if self.rows != self.device.rows("P"):
            changed |= self.device.write("P", self.rows, self.now)
        return changed

    def _remember(self) -> None:
        device = self.device
        replaced: set[tuple[BaseKey, Value]] = set()
        for key, *values in self.agreed:
            names = {DIGEST, f"N.{key}"}
            came = bool(names & (device.delivered | device.waited))
            origin = origin_of(delivered=came, merged=bool(names & self.touched))
            for name, value in zip(("commentary", "tags"), values, strict=True):
                if value is not None:
                    replaced |= self._learn(base_key(key, name), value, origin)
        device.replaced = replaced
        device.delivered = set()
        device.waited = self.deferred

    def _learn(self, row: BaseKey, value: Value, origin: Origin) -> set[tuple[BaseKey, Value]]:
        history = self.device.histories.get(row) or History(
            removed_here=row.key in self.device.removed
        )
        value = value if isinstance(value, str) else tuple(sorted(value))
        self.device.histories[row] = after = history.learn(value, origin)
        if after is history or not history.values or origin == "delivered":
            return set()
        return {(row, history.values[-1].value)}


def base_key(key: str, name: str) -> BaseKey:
    return BaseKey(Key(key), DIGEST, name)


# Schedules.


@dataclass(frozen=True)
class Outcome:
    """What became of a schedule. `back`: of what was taken out, what stands there again."""

    lost: frozenset[str]
    back: frozenset[str]
    unequal: bool
    rounds: int
    asked: int
    left: int
    removed: int

    @property
    def faults(self) -> Iterator[str]:
        """The laws that the schedule broke."""
        if self.lost:
            yield "lost"
        if self.unequal:
            yield "unequal"
        if self.rounds > FEW_ROUNDS:
            yield "slow"
        if self.rounds > LAST_ROUND:
            yield "never"
        if self.left:
            yield "left"


class World:
    """The devices, and every word that was written and not taken out."""

    def __init__(self, settings: Settings, variant: Variant, clocks: list[int]) -> None:
        self.settings, self.variant, self.clocks = settings, variant, clocks
        self.now = self.words = 0
        self.keys = "AB"[: settings.papers]
        start = {k: Entry(f"{k}1. {k}2. {k}3.", (f"#{k}",)) for k in self.keys}
        self.alive = {word for entry in start.values() for word in words_in(entry)}
        self.taken: set[str] = set()
        phones = range(settings.devices - settings.phones, settings.devices)
        self.devices = [
            Device(number, settings.devices, number not in phones)
            for number in range(settings.devices)
        ]
        for device in self.devices:
            zero = (0,) * settings.devices
            device.files[DIGEST] = File(start, 0, zero)
            for key, entry in start.items():
                device.files[f"N.{key}"] = File({key: entry}, 0, zero)
                values: dict[str, Value] = {"commentary": entry.text, "tags": entry.tags}
                for name, value in values.items():
                    past = PastValue(value, "delivered")
                    device.histories[base_key(key, name)] = History((past,))

    def act(self, step: Step) -> None:
        self.now += 1
        getattr(self, step[0])(*step[1:])

    def runs(self, number: int) -> bool:
        device = self.devices[number]
        if not device.has_vault_sync:
            return False
        return Pass(device, self.variant, self.now + self.clocks[number]).run()

    def brings(self, source: int, target: int, name: str) -> bool:
        names = list(self.devices[source].files) if name == "*" else [name]
        moved = [
            deliver(self.devices[source], self.devices[target], each, self.now) for each in names
        ]
        return any(moved)

    def edits(self, number: int, name: str, key: str, what: str, at: int) -> None:
        device = self.devices[number]
        entries = device.entries(name)
        if what == "new":
            key = f"n{self._new('')}"
            entries[key] = Entry(f"{key}s.", ())
            self.alive.add(f"{key}s.")
        elif key not in entries:
            return
        elif what == "drop":
            self.taken |= words_in(entries.pop(key))
        else:
            entries[key] = self._edited(entries[key], what, at, "tT"[name == DIGEST])
        device.write(name, entries or None, self.now + self.clocks[number])

    def _new(self, mark: str) -> str:
        self.words += 1
        return f"{mark}{self.words}"

    def _edited(self, entry: Entry, what: str, at: int, mark: str) -> Entry:
        words, tags = list(words_of(entry.text)), list(entry.tags)
        if what == "add":
            words.insert(at % (len(words) + 1), self._new(mark) + ".")
        elif what in ("replace", "remove") and words:
            place = at % len(words)
            self.taken.add(words[place])
            words[place : place + 1] = [self._new(mark) + "."] if what == "replace" else []
        elif what == "tag":
            tags.append("#" + self._new(mark))
        elif what == "untag" and tags:
            gone = sorted(tags)[at % len(tags)]
            self.taken.add(gone)
            tags.remove(gone)
        edited = Entry(" ".join(words), tuple(tags))
        self.alive |= words_in(edited)
        return edited

    def quiet(self, without: int | None = None) -> int:
        """Everybody gets everything and makes a pass, until nothing changes. The rounds of it."""
        rounds = 0
        present = [device for device in self.devices if device.number != without]
        for number in range(LAST_ROUND + 1):
            before = [device.standing() for device in self.devices]
            self.now += 100
            while self._everybody_brings(present):
                pass
            documents = [device.documents() for device in self.devices]
            changed = [device for device in present if self.runs(device.number)]
            if not changed and before == [device.standing() for device in self.devices]:
                break
            if documents != [device.documents() for device in self.devices]:
                rounds = number + 1
        return rounds

    def _everybody_brings(self, present: list[Device]) -> bool:
        pairs = [(one, other) for one in present for other in present if one is not other]
        moved = [pair for pair in pairs if self.brings(pair[0].number, pair[1].number, "*")]
        return bool(moved)

    def outcome(self) -> Outcome:
        rounds = self.quiet()
        lost: set[str] = set()
        inside: set[str] = set()
        for device in self.devices:
            documents: set[str] = set()
            asked: set[str] = set()
            for name, file in device.files.items():
                in_document = "~" not in name and name != "P"
                (documents if in_document else asked).update(words_in(file.content))
            inside |= documents
            lost |= self.alive - self.taken - documents - asked
        first = self.devices[0]
        digest = first.entries(DIGEST)
        apart = sum(
            digest[key].text != first.entries(f"N.{key}")[key].text
            for key in digest
            if key in first.entries(f"N.{key}")
        )
        return Outcome(
            lost=frozenset(lost),
            back=frozenset(self.taken & inside),
            unequal=any(device.standing() != first.standing() for device in self.devices),
            rounds=rounds,
            asked=apart + len(first.rows("P")),
            left=sum("~" in name for name in first.standing()),
            removed=len(self.taken),
        )


def words_in(content: Content | Entry) -> set[str]:
    """The sentences and tags of a content."""
    if content is None:
        return set()
    if isinstance(content, Entry):
        return {*words_of(content.text), *content.tags}
    if isinstance(content, frozenset):
        return {word for row in content for word in words_of(row.text)}
    return {word for entry in content.values() for word in words_in(entry)}


def schedule(settings: Settings, chance: random.Random) -> list[Step]:
    """Edits, passes and deliveries by turns; between the phases, quiet."""
    steps: list[Step] = []
    for phase in range(settings.phases):
        if phase:
            steps.append(("quiet", chance.randrange(settings.devices) if settings.apart else None))
        steps += _phase(settings, chance)
    return steps


def _phase(settings: Settings, chance: random.Random) -> list[Step]:
    keys = "AB"[: settings.papers]
    kinds = ["add", "add", "replace", "remove", "tag", "untag"]
    kinds += ["new", "drop"] * settings.entries
    steps: list[Step] = []
    for _ in range(settings.edits):
        key, what = chance.choice(keys), chance.choice(kinds)
        name = chance.choice([DIGEST, f"N.{key}"]) if what not in ("new", "drop") else DIGEST
        device = chance.randrange(settings.devices)
        steps.append(("edits", device, name, key, what, chance.randrange(6)))
    for _ in range(settings.acts):
        step: Step
        if chance.random() < 0.5:
            step = ("runs", chance.randrange(settings.devices - settings.phones))
        else:
            source, target = chance.sample(range(settings.devices), 2)
            name = chance.choice([DIGEST, *(f"N.{key}" for key in keys), "*"])
            step = ("brings", source, target, name)
        steps.insert(chance.randrange(len(steps) + 1), step)
    return steps


def every(acts: int) -> Iterator[list[Step]]:
    """All schedules of two edits and so many passes and deliveries: two devices, one paper."""
    names = (DIGEST, "N.A")
    edits: list[Step] = [
        ("edits", device, name, "A", what, 1)
        for device in (0, 1)
        for name in names
        for what in ("add", "replace", "remove")
    ]
    moves: list[Step] = [("runs", 0), ("runs", 1)]
    moves += [("brings", one, 1 - one, name) for one in (0, 1) for name in (*names, "*")]
    for first, second in combinations(range(acts + 2), 2):
        for one, other in product(edits, edits):
            for row in product(moves, repeat=acts):
                steps = list(row)
                steps.insert(first, one)
                steps.insert(second, other)
                yield steps


def play(
    steps: list[Step],
    settings: Settings = Settings(),  # noqa: B008  a named tuple of numbers
    variant: Variant = Variant(),  # noqa: B008
    clocks: list[int] | None = None,
) -> Outcome:
    world = World(settings, variant, clocks or [0] * settings.devices)
    for step in steps:
        world.act(step)
    return world.outcome()


def play_many(
    settings: Settings,
    number: int,
    seed: int,
    variant: Variant = Variant(),  # noqa: B008
) -> Counter[str]:
    """The faults of so many random schedules; `n` is their number."""
    chance = random.Random(seed)
    found: Counter[str] = Counter(n=number)
    for _ in range(number):
        skew = settings.skew
        clocks = [chance.randint(-skew, skew) for _ in range(settings.devices)]
        outcome = play(schedule(settings, chance), settings, variant, clocks)
        found.update(outcome.faults)
        found.update(back=len(outcome.back), removed=outcome.removed, asked=outcome.asked)
    return found
