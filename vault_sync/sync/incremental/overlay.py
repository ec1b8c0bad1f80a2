"""The records of all files as they are now, and the questions answered from them, then and now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from vault_sync.core.model.plan import BaseUpdate, Plan
from vault_sync.core.model.values import Key, RelPath, stem_of
from vault_sync.core.naming.note_names import bare_name
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.memory import NOTES, Memory, keys_in
from vault_sync.sync.observation.file_record import File
from vault_sync.sync.request import Reason


class Overlay:
    """Records of files, changed without changing the memory that they are from.

    `changed` are the records that are others, None of a file that is gone.
    """

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.names = memory.names.with_moved({}, memory.last.otherwise)
        self.changed: dict[RelPath, File | None] = {}

    def move(self, gone: Iterable[RelPath], come: Iterable[RelPath]) -> None:
        """Change the names: of files that are no more, and of new ones."""
        self.names = self.names.with_moved(dict.fromkeys(gone), come)

    def get(self, path: RelPath) -> File | None:
        """Return the record of a file; None if it is not there."""
        return self.changed[path] if path in self.changed else self.memory.get(path)

    def has(self, path: RelPath) -> bool:
        """Return True for a file that is there."""
        if path in self.changed:
            return self.changed[path] is not None
        return path in self.memory.stats

    def keys_at(self, path: RelPath) -> list[Key]:
        """Return the papers that a file is about."""
        file = self.get(path)
        return keys_in(file) if file is not None else []

    def files_about(self, key: Key) -> set[RelPath]:
        """Return the files about a paper."""
        paths = set(self.memory.find(index.about(key))) - self.changed.keys()
        return paths | {path for path in self.changed if key in self.keys_at(path)}

    def naming(self, point: str) -> set[RelPath]:
        """Return the files that name something that may come or go (`File.points`)."""
        paths = set(self.memory.find(index.naming(point))) - self.changed.keys()
        return paths | {
            path
            for path, file in self.changed.items()
            if file is not None and point in file.points.split("\n")
        }

    def notes_of(self, key: Key) -> list[RelPath]:
        """Return the files that are notes of a paper, or of a title (`identity.TITLE`)."""
        files = sorted(self.files_about(key))
        return [path for path in files if (file := self.get(path)) and file.kind != "digest"]

    def note_of(self, key: Key) -> RelPath | None:
        """Return the one note of a paper; if there is none, its one plain note."""
        files = {path: file for path in self.files_about(key) if (file := self.get(path))}
        for kind in NOTES:
            paths = [path for path, file in files.items() if file.kind == kind]
            if len(paths) == 1:
                return paths[0]
        return None

    def has_notes(self, key: Key) -> bool:
        """Return True for a paper with several notes, of which its entries may choose one."""
        kinds = [file.kind for path in self.files_about(key) if (file := self.get(path))]
        return kinds.count("note") > 1


NOTHING = "nothing"


class Answers(NamedTuple):
    """All that questions are answered from: records of files, a plan, which papers name which."""

    records: Overlay
    plan: Plan
    namers: Mapping[Key, tuple[Key, ...]]


class TracedQuestion(NamedTuple):
    """A question in words, and its answer then or now."""

    words: str
    answer: Callable[[Answers], str]

    def reason(self, about: str, before: Answers, now: Answers) -> Reason:
        """Return the reason for which a file or a paper was looked at."""
        return Reason(about, self.words, self.answer(before), self.answer(now))


def in_file(path: RelPath, words: str = "") -> TracedQuestion:
    """Return the question of what a file is."""
    return TracedQuestion(
        words or f"what is in {path}?", lambda answers: _described(answers.records.get(path))
    )


def leads_to(path: RelPath) -> TracedQuestion:
    """Return the question of where a link by a file's name leads."""
    return TracedQuestion(
        f"where does [[{stem_of(path)}]] lead?",
        lambda answers: _listed(answers.records.names.called(bare_name(path))),
    )


def note_of(key: Key) -> TracedQuestion:
    """Return the question of which files are a paper's notes."""
    return TracedQuestion(
        f"which is the note of {key}?", lambda answers: _listed(answers.records.notes_of(key))
    )


def papers_of(path: RelPath) -> TracedQuestion:
    """Return the question of which papers a file is about."""
    return TracedQuestion(
        f"whose note is {path}?", lambda answers: _listed(answers.records.keys_at(path))
    )


def reported_at(path: RelPath) -> TracedQuestion:
    """Return the question of what is to be reported at a file."""

    def answer(answers: Answers) -> str:
        plan = answers.plan
        codes = [each.code for each in (*plan.problems, *plan.named) if each.path == path]
        conflicts = (each for each in plan.conflicts if path in {each.digest, each.note})
        return _listed([*codes, *(f"conflict: {each.field}" for each in conflicts)])

    return TracedQuestion(f"what is reported at {path}?", answer)


def is_written(path: RelPath) -> TracedQuestion:
    """Return the question of whether a file is to be written."""
    return TracedQuestion(
        f"is {path} written?",
        lambda answers: _yes(any(each.path == path for each in answers.plan.operations)),
    )


def named_by(key: Key) -> TracedQuestion:
    """Return the question of which papers name a paper."""
    return TracedQuestion(
        "who names it?",
        lambda answers: _listed(namer for namer, named in answers.namers.items() if key in named),
    )


def facts_of(key: Key) -> TracedQuestion:
    """Return the question of whether a paper's facts are there."""
    return TracedQuestion(
        "are its facts known?", lambda answers: _yes(key not in answers.plan.wanted)
    )


def waits(key: Key) -> TracedQuestion:
    """Return the question of whether a paper waits for what is done to all others."""
    return TracedQuestion(
        "does it wait for others?", lambda answers: _yes(key in answers.plan.again)
    )


def namers_after(
    namers: Mapping[Key, tuple[Key, ...]], base_updates: Iterable[BaseUpdate]
) -> dict[Key, tuple[Key, ...]]:
    """Return the papers that each paper names, as the base has it after some updates."""
    after = dict(namers)
    for base_update in base_updates:
        for row in base_update.drop:
            if row.field == "mentions":
                after.pop(row.key, None)
        for row, value in base_update.put.items():
            if row.field == "mentions":
                after[row.key] = tuple(map(Key, value))
    return {key: named for key, named in after.items() if named}


def _described(file: File | None) -> str:
    if file is None:
        return "no file"
    keys = file.keys.split("\n") if file.keys else []
    about = f" of {keys[0]}" if len(keys) == 1 else f" of {len(keys)} papers" if keys else ""
    kind = "file" if file.kind == "other" else file.kind
    return f"{kind}{about} ({file.mark.hex()[:8]})"


def _listed(found: Iterable[str]) -> str:
    names = sorted(set(found))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return (", ".join(names[:3]) + more) or NOTHING


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"
