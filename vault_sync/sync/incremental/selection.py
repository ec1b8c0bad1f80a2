"""The papers that changed files concern.

A file has a record of what it is about and of what it names (`identity`). A paper is concerned if

1. a file about it changed, came or went, or was left open by the last pass;
2. a file about it names something that came, went, or is another thing now: a file's name (a link
   may lead elsewhere), or a paper that has a note or has none any more (a list may change);
3. something of the kind will be done by the plan for the papers that are concerned already;
4. an entry of a paper that is concerned links to its note, or a problem is reported at a file of
   such a paper, so that it can only be found anew together with it.

So papers only join, until none is left to join; then the plan for them is part of the plan for all.
Every file about them is read, and every one to which a digest links, since its entries are read by
it. What is too much is read too often; what is too little would be a wrong plan. Law
(tests/system/test_scope.py): the plan of a whole pass is the same.
"""

from __future__ import annotations

from collections.abc import Iterable

from vault_sync.core.model.plan import Create, Plan, Rename, Trash, Write
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.naming.note_names import bare_name
from vault_sync.core.naming.wikilinks import find
from vault_sync.core.report import conflicts_page
from vault_sync.edge.state.refusals import papers_without_note
from vault_sync.sync.incremental import questions
from vault_sync.sync.incremental.identity import TITLE, called
from vault_sync.sync.incremental.memory import namers_after
from vault_sync.sync.incremental.questions import Answers, TracedQuestion
from vault_sync.sync.incremental.reading import PartReading
from vault_sync.sync.observation.file_record import File
from vault_sync.sync.request import Reason


class PaperSelection:
    """The papers concerned, and why.

    `reasons` has the question for which each is concerned. `moved`: a file is gone, or is about a
    paper no more; the paper may be elsewhere. `unsure` are papers of which one asked that have
    several notes: their entries may choose one. `naming` are the files whose links may lead
    elsewhere: in a digest without an entry one may stand now.
    """

    def __init__(self, reading: PartReading) -> None:
        self.reading = reading
        self.memory, self.before, self.now = reading.memory, reading.before, reading.now
        self.reasons: dict[Key, TracedQuestion] = {}
        self.moved = bool(reading.gone)
        self.unsure: set[Key] = set()
        self.naming: set[RelPath] = set()
        self._touched: set[str] = set()
        last = reading.memory.last.plan
        self._reported = {RelPath(each.path) for each in (*last.problems, *last.named)}
        self._reported |= {path for each in last.conflicts for path in (each.digest, each.note)}

    def start(self) -> None:
        """Let the papers be concerned of the files that changed, came and went."""
        reading = self.reading
        for path in sorted(reading.gone):
            self.note(path, None)
        for path in sorted(reading.changed):
            self.join(self.before.keys_at(path), TracedQuestion(questions.IN_FILE, path))
        for path in reading.names_changed:
            self.touch_name(path)
        unclear = (path for path in reading.changed if not self.now.keys_at(path))
        for key in reading.noted_at(*unclear):
            self.join([key], TracedQuestion(questions.NOTE_OF, key))

    def explained(self, plan: Plan) -> tuple[Reason, ...]:
        """Return why each file and paper was looked at, and how many of all."""
        reading, last = self.reading, self.memory.last
        before = Answers(self.before, last.plan, last.namers)
        namers = namers_after(last.namers, plan.base_updates)
        now = Answers(self.now, plan, namers)
        total = f"looked at {len(self.reasons):,} papers of {plan.notes:,} notes"
        read = f"read {len(reading.read):,} of {len(self.memory.stats):,} files"
        asked: dict[str, TracedQuestion] = {
            path: TracedQuestion(questions.FILE, path)
            for path in sorted(reading.changed | reading.gone)
        }
        reasons = [
            question.reason(about, before, now)
            for about, question in (asked | self.reasons).items()
        ]
        return (*reasons, Reason("", f"{total}, {read}"))

    def join(self, keys: Iterable[Key], question: TracedQuestion) -> None:
        """Let papers be concerned by a question."""
        for key in keys:
            if not key.startswith(TITLE):
                self.reasons.setdefault(key, question)

    def touch_name(self, path: RelPath) -> None:
        """Let those be concerned whose links may lead to this file, or did."""
        point = called(path)
        if point in self._touched:
            return
        self._touched.add(point)
        for other in (*self.now.names.called(bare_name(path)), *self.now.naming(point)):
            self.naming.add(other)
            self.join(self.now.keys_at(other), TracedQuestion(questions.LEADS_TO, path))

    def touch_paper(self, key: Key) -> None:
        """Let those be concerned that name this paper, or that it names: its note is another."""
        if key in self._touched:
            return
        self._touched.add(key)
        question, namers = TracedQuestion(questions.NOTE_OF, key), self.memory.last.namers
        for path in self.now.naming(key):
            self.join(self.now.keys_at(path), question)
        for path in self.now.notes_of(key):
            self.touch_name(path)  # it may be its note now, or be so no longer
        self.join((namer for namer, named in namers.items() if key in named), question)
        self.join(namers.get(key, ()), question)
        if key.startswith(TITLE):
            # Of papers that have no note yet nothing but their title may tell a file.
            without = papers_without_note(self.reading.state.select)
            without |= {key for path in self._reported for key in self.reading.papers_at(path)}
            self.join(sorted(without), question)

    def join_reported(self) -> None:
        """Let all papers be concerned of which something is reported at a file of these papers.

        So are those with open conflicts, if a box is ticked on their page.
        """
        if conflicts_page.ticks(self.reading.conflicts_text()):
            keys = (each.key for each in self.memory.last.plan.conflicts)
            self.join(keys, TracedQuestion(questions.IN_FILE, self.reading.conflicts_path()))
        for path in sorted(self.covered() & self._reported):
            self.join(self.reading.papers_at(path), TracedQuestion(questions.REPORTED, path))

    def covered(self) -> set[RelPath]:
        """Return the files of which all that there is to report is found anew."""
        reading = self.reading
        paths = reading.changed | reading.gone | set(filter(reading.may_be_digest, reading.texts))
        for key in self.reasons:
            paths |= self.before.files_about(key) | reading.places_of(key)
        return paths

    def note(self, path: RelPath, now: File | None) -> None:
        """Take down what a file is now (None: gone), and whom it concerns if that is new."""
        was, self.now.changed[path] = self.before.get(path), now
        if now is not None:
            self.reading.read[path] = now
        old, new = set(self.before.keys_at(path)), set(self.now.keys_at(path))
        kinds = {file.kind if file is not None else "" for file in (was, now)}
        if len(kinds) == 1 and old == new:
            return
        self.join(sorted(old | new), TracedQuestion(questions.IN_FILE, path))
        self.moved = self.moved or bool(old - new)
        if kinds != {"digest"}:
            self.touch_name(path)
            for key in sorted(old | new if len(kinds) > 1 else old ^ new):
                self.touch_paper(key)

    def provide(self, plan: Plan, strange: Iterable[RelPath]) -> None:
        """Let those be concerned whom the plan concerns beside its own papers.

        `strange` are digests at whose path stands another file.
        """
        for path in strange:
            self.join(self.reading.papers_at(path), TracedQuestion(questions.IN_FILE, path))
        for key in sorted(self.unsure):
            self.join([key], TracedQuestion(questions.NOTE_OF, key))
        for key in list(self.reasons):
            if self.now.has_notes(key):
                self.touch_paper(key)  # its entries choose one, or do so no longer
        self._join_of_digests(plan)
        for each in plan.operations:
            if isinstance(each, Create | Rename | Trash):
                self.touch_name(each.path)
            if isinstance(each, Rename):
                self.touch_name(each.to)
        for base_update in plan.base_updates:
            for row in (*base_update.put, *base_update.drop):
                if row.field == "note":
                    self.touch_paper(row.key)
        before = self.memory.last.namers
        for _, named in before.items() ^ namers_after(before, plan.base_updates).items():
            for key in named:
                self.join([key], TracedQuestion(questions.NAMED, key))

    def _join_of_digests(self, plan: Plan) -> None:
        """Let the papers be concerned of digests that are written, and those that they link to.

        A new text is proved by reading it, and what is an entry's link tells whose note it is.
        """
        texts = self.reading.texts
        refused = any(each.code == "would-not-read-back" for each in plan.problems)
        digests = {each.path for each in plan.operations if isinstance(each, Write)}
        for path in filter(self.reading.is_digest, texts):
            if path in digests or refused:
                linked = {self.now.names.resolve(link.target, path) for link in find(texts[path])}
                for at in (path, *sorted(to for to in linked if to is not None)):
                    self.join(self.now.keys_at(at), TracedQuestion(questions.WRITTEN, path))
