"""The questions for which a file or a paper is looked at, and their answers then and now.

To add a kind: a row here, and the place where `selection` joins papers by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from vault_sync.core.model.plan import Plan
from vault_sync.core.model.values import Key, stem_of
from vault_sync.core.naming.note_names import bare_name
from vault_sync.sync.incremental.memory import Overlay
from vault_sync.sync.observation.file_record import File
from vault_sync.sync.request import Reason

NOTHING = "nothing"


class Answers(NamedTuple):
    """All that questions are answered from: records of files, a plan, which papers name which."""

    records: Overlay
    plan: Plan
    namers: Mapping[Key, tuple[Key, ...]]


class QuestionKind(NamedTuple):
    """A kind of question about a file or a paper: its words, and its answer then or now."""

    words: str
    answer: Callable[[Answers, Any], Iterable[str]]


class TracedQuestion(NamedTuple):
    """A question about a file or a paper."""

    kind: QuestionKind
    about: str

    @property
    def words(self) -> str:
        """Return the question as a person reads it."""
        return self.kind.words.format(self.about, name=stem_of(self.about))

    def answer(self, answers: Answers) -> str:
        """Return the answer; of more than three things it names three."""
        found = sorted(set(self.kind.answer(answers, self.about)))
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        return (", ".join(found[:3]) + more) or NOTHING

    def reason(self, looked_at: str, before: Answers, now: Answers) -> Reason:
        """Return the reason for which a file or a paper was looked at."""
        return Reason(looked_at, self.words, self.answer(before), self.answer(now))


def _described(file: File | None) -> str:
    if file is None:
        return "no file"
    keys = file.keys.split("\n") if file.keys else []
    about = f" of {keys[0]}" if len(keys) == 1 else f" of {len(keys)} papers" if keys else ""
    kind = "file" if file.kind == "other" else file.kind
    return f"{kind}{about} ({file.mark.hex()[:8]})"


def _reported(answers: Answers, path: str) -> Iterator[str]:
    plan = answers.plan
    yield from (each.code for each in (*plan.problems, *plan.named) if each.path == path)
    for each in plan.conflicts:
        if path in {each.digest, each.note}:
            yield f"conflict: {each.field}"


def _truth(is_so: bool) -> tuple[str]:
    return ("yes" if is_so else "no",)


FILE = QuestionKind("what is in it?", lambda now, path: [_described(now.records.get(path))])
IN_FILE = QuestionKind("what is in {0}?", FILE.answer)
LEADS_TO = QuestionKind(
    "where does [[{name}]] lead?", lambda now, path: now.records.names.called(bare_name(path))
)
NOTE_OF = QuestionKind("which is the note of {0}?", lambda now, key: now.records.notes_of(key))
PAPERS_OF = QuestionKind("whose note is {0}?", lambda now, path: now.records.keys_at(path))
REPORTED = QuestionKind("what is reported at {0}?", _reported)
WRITTEN = QuestionKind(
    "is {0} written?", lambda now, path: _truth(path in {each.path for each in now.plan.operations})
)
NAMED = QuestionKind(
    "who names it?", lambda now, key: [by for by, named in now.namers.items() if key in named]
)
FACTS = QuestionKind("are its facts known?", lambda now, key: _truth(key not in now.plan.wanted))
WAITS = QuestionKind("does it wait for others?", lambda now, key: _truth(key in now.plan.again))
