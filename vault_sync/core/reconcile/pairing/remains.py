"""Find what is left of entries that do not read any more: a slip is no removal.

The text that a digest had when the last pass ended tells which lines were an entry's own. An entry
that is none any more is *held* while its digest has more of it than stood outside of it then: its
address in any spelling or wrapping, a link to its note, its title, or at least half of the lines of
its commentary (`traces`). One that still reads is held where it does not say any more what still
stands in its lines (`unsaid`), as below a heading or a rule that came into it; and where a fence
was opened in it and never closed. Neighbours that have lines of a held entry now wait beside it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from vault_sync.core.digest import tag_slips
from vault_sync.core.digest.reader import Digest, Entry
from vault_sync.core.model import problems
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Decisions, Fields, Key, Place, Problem, RelPath, stem_of
from vault_sync.core.naming.note_names import fold
from vault_sync.core.reconcile.pairing.decisions import accepted_digests
from vault_sync.core.reconcile.pairing.slip_reasons import FORMS, Broken, reason
from vault_sync.core.reconcile.pairing.traces import (
    LetteredText,
    Traces,
    address_pattern,
    lettered,
    letters_of,
)
from vault_sync.core.reconcile.pairing.unsaid import Stretch, lines_unsaid
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.common_items import common
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Span, document_lines


class Remains(NamedTuple):
    """The places of papers that are held, and of the neighbours that have lines of theirs."""

    papers: frozenset[Place] = frozenset()
    neighbours: frozenset[Place] = frozenset()
    problems: tuple[Problem, ...] = ()

    def waits(self, key: Key, digest: RelPath) -> bool:
        """Return True if nothing of a paper is followed or written at this place."""
        place = Place(key, digest)
        return place in self.papers or place in self.neighbours

    @property
    def digests(self) -> frozenset[RelPath]:
        """The digests in which something is held: their last texts stay known."""
        return frozenset(place.digest for place in self.papers)


NONE = Remains()


def find_remains(
    snapshot: Snapshot, base: Base, decisions: Decisions, renames: Mapping[RelPath, RelPath]
) -> Remains:
    """Return what is held in the digests that are not as the last pass left them.

    What a person decided about is not held any more.
    """
    before = {now: was for was, now in renames.items()}
    accepted = accepted_digests(decisions) if decisions else frozenset()
    found = []
    for path, digest in snapshot.digests.items():
        text = base.text(BaseKey(Key(""), before.get(path, path), "text"))
        if text in (None, digest.text) or path in snapshot.locked or path in accepted:
            continue
        agreed = tag_slips.agreed_on(base, path, snapshot.tags_of)
        was = tag_slips.read(text, digest.styles, agreed_on=agreed)
        decided = {key for key, at, name in decisions if at == path and name == "entry"}
        found.append(_remains_in(compare(path, was, digest, snapshot, base), decided))
    return Remains(
        frozenset().union(*(each.papers for each in found)),
        frozenset().union(*(each.neighbours for each in found)),
        tuple(problem for each in found for problem in each.problems),
    )


class _Remnant(NamedTuple):
    entry: Entry
    broken: Broken
    lines: frozenset[int]


def _remains_in(compared: Comparison, decided: Collection[Key]) -> Remains:
    unreadable, cut = [], []
    for entry in compared.was.entries:
        if entry.key in decided or not compared.is_noted(entry.key):
            continue
        if not compared.reads(entry.key):
            lines = compared.left_of(entry)
            if lines:
                broken = compared.first_broken(entry, min(lines))
                unreadable.append(_Remnant(entry, broken, frozenset(lines)))
        elif (remnant := compared.cut(entry) or compared.open_fence(entry)) is not None:
            cut.append(remnant)
    remnants = (*unreadable, *cut)
    path = compared.path
    owners = {compared.owners[line] for each in remnants for line in each.lines}
    neighbours = owners - {each.entry.key for each in remnants}
    return Remains(
        frozenset(Place(each.entry.key, path) for each in remnants),
        frozenset(Place(key, path) for key in neighbours if key is not None),
        (*_problems_of(unreadable, compared), *_cuts(cut, compared)),
    )


def _problems_of(remnants: Sequence[_Remnant], compared: Comparison) -> Iterator[Problem]:
    """Yield the problems of entries that do not read: one for half a digest with one cause.

    An entry whose lines are all as they were is mended with the other that is not.
    """
    own = [each for each in remnants if each.broken.is_own]
    size = len(compared.was.entries)
    for why, found in _by_cause(own or remnants, size):
        entry, line = found[0].entry, found[0].broken.line + 1
        style = "flat" if entry.styled is None else entry.styled.style
        names = [compared.name_of(one.entry) for one in found]
        yield problems.entry_unreadable(compared.path, names, size, line, f"{why}; {FORMS[style]}")


def _cuts(remnants: Sequence[_Remnant], compared: Comparison) -> Iterator[Problem]:
    """Yield the problems of entries that are cut: one for half a digest with one cause."""
    for why, found in _by_cause(remnants, len(compared.was.entries)):
        names = [compared.name_of(each.entry) for each in found]
        yield problems.entry_cut(compared.path, names, found[0].broken.line + 1, why)


def _by_cause(remnants: Sequence[_Remnant], size: int) -> Iterator[tuple[str, Sequence[_Remnant]]]:
    """Yield causes with what is held for each: together if it is half of a digest or more."""
    causes: dict[str, list[_Remnant]] = {}
    for each in remnants:
        causes.setdefault(each.broken.why, []).append(each)
    for why, found in causes.items():
        if len(found) > 1 and len(found) * 2 >= size:
            yield why, found
        else:
            yield from ((why, [each]) for each in found)


OPEN_FENCE = "unclosed-fence"

_HEADING = regex(r" {0,3}#{1,6}(?:[ \t]|$)")


class Comparison(NamedTuple):
    """A digest beside what it was when the last pass ended.

    `same` gives for each line of the old text, from 0, the line that it is now. `owners` are the
    papers of the entries by line now, `fenced` which lines are code; `starts` is where each old
    line begins, and `both` is for `letters` alone.
    """

    path: RelPath
    was: Digest
    now: Digest
    snapshot: Snapshot
    base: Base
    old_lines: Sequence[str]
    lines: Sequence[str]
    same: Mapping[int, int]
    owners: Sequence[Key | None]
    fenced: Sequence[bool]
    starts: Sequence[int]
    both: list[LetteredText]

    @property
    def letters(self) -> list[LetteredText]:
        """The letters of the text now and before, which few comparisons need."""
        if not self.both:
            self.both.extend((lettered(self.now.text), lettered(self.was.text)))
        return self.both

    def is_noted(self, key: Key) -> bool:
        """Return True if the paper has a note, which may wait for something else."""
        return key in self.snapshot.managed or key in self.snapshot.locked_keys

    def name_of(self, entry: Entry) -> str:
        """Return what a person calls a paper: its note."""
        note = self.base.note(entry.key)
        return stem_of(note) if note else entry.fields.title or entry.key

    def reads(self, key: Key) -> bool:
        """Return True if an entry is the paper's: of its key, or linked to its note."""
        return any(
            entry.key == key or (entry.link is not None and self._is_note(key, entry.link.target))
            for entry in self.now.entries
        )

    def _is_note(self, key: Key, target: str) -> bool:
        note = self.base.note(key)
        if note is None:
            return False
        to = self.snapshot.names.resolve(target, self.path)
        return to == note or (to is None and fold(stem_of(target)) == fold(stem_of(note)))

    def left_of(self, entry: Entry) -> set[int]:
        """Return the lines, from 0, that were an entry's own; none where nothing of it is left."""
        own = self._own(entry)
        found = self._traces(entry).lines_in(self.letters[0], self.letters[1], own)
        if not found:
            return set()
        others = {now for old, now in self.same.items() if old not in own}
        stayed = {self.same[old] for old in own if old in self.same}
        return {line for line in (found - others) | stayed if self.lines[line].strip()} or found

    def _own(self, entry: Entry) -> range:
        return _numbers(self.starts, entry.span)

    def _traces(self, entry: Entry) -> Traces:
        titles = {letters_of(entry.fields.title), letters_of(self._title_line(entry))}
        return Traces(
            entry.key,
            address_pattern(entry.fields.url),
            lambda target: self._is_note(entry.key, target),
            frozenset(filter(None, titles)),
            tuple(filter(None, map(letters_of, entry.fields.commentary.split("\n")))),
        )

    def _title_line(self, entry: Entry) -> str:
        """Return the line on which an entry's title stood; "" for an entry without one."""
        title = entry.layout.title.title if entry.layout.title else None
        if entry.styled is not None:
            title = entry.styled.title
        return "" if title is None else self.old_lines[self.was.text.count("\n", 0, title.start)]

    def first_broken(self, entry: Entry, found: int) -> Broken:
        """Return the first line of an entry that does not read, and why; `found`: one of its."""
        own = [number for number in self._own(entry) if self.old_lines[number].strip()]
        fence = next((self._fence(self.same[each]) for each in own if each in self.same), None)
        lost = next((number for number in own if number not in self.same), None)
        if fence is None and self.fenced[found]:
            fence = self._fence(found)
        if fence is not None:
            return Broken(fence, "a code fence takes it in")
        if lost is None:
            line = self._nearest_new(self.same[own[0]])
            return Broken(line, "this line changes how it reads", is_own=False)
        line = self._now_at(lost)
        now = self.lines[line] if line not in self.same.values() else ""
        return Broken(line, reason(self.old_lines[lost], now, entry.fields.url))

    def _fence(self, number: int) -> int | None:
        """Return the line that opens the code in which a line stands."""
        if not self.fenced[number]:
            return None
        while number and self.fenced[number - 1]:
            number -= 1
        return number

    def _nearest_new(self, number: int) -> int:
        """Return the nearest line that was not there before; the line itself if none is new."""
        stood = set(self.same.values())
        new = (each for each, line in enumerate(self.lines) if line.strip() and each not in stood)
        return min(new, key=lambda each: abs(each - number), default=number)

    def _now_at(self, lost: int) -> int:
        """Return the line that stands where an old one did."""
        above = max((each for each in self.same if each < lost), default=-1)
        below = min((each for each in self.same if each > lost), default=len(self.old_lines))
        start = self.same.get(above, -1) + 1
        stop = self.same.get(below, len(self.lines))
        new = [each for each in range(start, stop) if self.lines[each].strip()]
        words = letters_of(self.old_lines[lost])
        alike = (each for each in new if words and words in letters_of(self.lines[each]))
        line = next(alike, None)
        if line is not None:
            return line
        steps = [each for each in range(above + 1, lost) if self.old_lines[each].strip()]
        if new:
            return new[min(len(steps), len(new) - 1)]
        return min(start, max(0, len(self.lines) - 1))

    def cut(self, entry: Entry) -> _Remnant | None:
        """Return an entry that reads, but says less than stands in its lines; None if it does not.

        So it is where a heading came into it, or a rule, or a line lost the indent of its list.
        """
        now = next((each for each in self.now.entries if each.key == entry.key), None)
        if now is None or now.fields == entry.fields:
            return None
        before = self._stretch(self.was, entry, self.starts, self.letters[1])
        after = self._stretch(self.now, now, _starts(self.now.text), self.letters[0])
        was = entry._replace(fields=self._agreed(entry, now.fields.title))
        lines = lines_unsaid(was, now, before, after, letters_of(self._title_line(entry)))
        if not lines:
            return None
        broken = self._cut_at(range(min(now.line - 1, *lines), max(lines) + 1), min(lines))
        return _Remnant(entry, broken, frozenset(lines))

    def _agreed(self, entry: Entry, title: str) -> Fields:
        """Return what an entry said when both sides last agreed, which a slip may have changed.

        A slip that a pass held otherwise stands in the text that the digest then had.
        """
        at = BaseKey(entry.key, self.path, "commentary")
        commentary, tags = self.base.text(at), self.base.items(at._replace(field="tags"))
        agreed = self.base.text(BaseKey(entry.key, "", "title"))
        fields = entry.fields
        return fields.saying(
            title=title if agreed == title else fields.title,
            tags=fields.tags if tags is None else tags,
            commentary=fields.commentary if commentary is None else commentary,
        )

    def open_fence(self, entry: Entry) -> _Remnant | None:
        """Return an entry in which a fence was opened since, and never closed."""
        stood = set(self.same.values())
        for line, code, why in self.now.notices:
            at = line - 1
            if code == OPEN_FENCE and self.owners[at] == entry.key and at not in stood:
                return _Remnant(entry, Broken(at, why), frozenset())
        return None

    def _stretch(
        self, digest: Digest, entry: Entry, starts: Sequence[int], letters: LetteredText
    ) -> Stretch:
        """Return the lines from an entry's first to the next entry's."""
        below = (each.span.start for each in (*digest.entries, *digest.repeats))
        stop = min((at for at in below if at >= entry.span.end), default=len(digest.text))
        lines = _numbers(starts, Span(entry.span.start, stop))
        return Stretch(letters, lines)

    def _cut_at(self, lines: range, unsaid: int) -> Broken:
        """Return the line of a stretch that cuts it: a new heading, or else the first new one."""
        stood = set(self.same.values())
        new = [each for each in lines if each not in stood and self.lines[each].strip()]
        for number in new:
            if _HEADING.match(self.lines[number]) and not self.fenced[number]:
                return Broken(number, "")
        line = next(iter(new), unsaid)
        return Broken(line, reason("", self.lines[line], ""))


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n")]


def _starts(text: str) -> list[int]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts[:-1]


def _numbers(starts: Sequence[int], span: Span) -> range:
    """Return the lines, from 0, of a stretch of a text."""
    return range(
        bisect_right(starts, span.start) - 1,
        bisect_right(starts, max(span.start, span.end - 1)),
    )


def compare(path: RelPath, was: Digest, now: Digest, snapshot: Snapshot, base: Base) -> Comparison:
    """Return the comparison of a digest with what it was."""
    old_lines, lines = _lines(was.text), _lines(now.text)
    owners: list[Key | None] = [None] * len(lines)
    starts = _starts(now.text)
    for entry in (*now.entries, *now.repeats):
        for number in _numbers(starts, entry.span):
            owners[number] = entry.key
    return Comparison(
        path,
        was,
        now,
        snapshot,
        base,
        old_lines,
        lines,
        dict(common(old_lines, lines)),
        owners,
        [*document_lines(now.text).fenced, False],
        _starts(was.text),
        [],
    )
