"""A plan made for merged texts, as one for the texts that stand there."""

from __future__ import annotations

from vault_sync.core.model.base import Base
from vault_sync.core.model.copies import MergedCopies, VaultCopy
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Plan, Rename, Trash, Write
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.snapshot import EMPTY
from vault_sync.sync.observation.observation import Observation
from vault_sync.sync.origins.copies import with_copies

WEEK, COPY = RelPath("d/week.md"), RelPath("d/week (Conflicted copy).md")
ROW = BaseKey(Key("k"), WEEK, "commentary")
COPIES = MergedCopies(
    texts={WEEK: "merged"},
    before={WEEK: "old"},
    merged=(VaultCopy(COPY, WEEK, "digest"),),
    hidden={COPY: "copy"},
)
SEEN = Observation(EMPTY, Base(), (), "", frozenset({WEEK, COPY}), copies=COPIES)


def test_what_was_agreed_on_by_a_merged_text_waits_until_that_is_written() -> None:
    rests, other = BaseUpdate(frozenset(), {ROW: "a"}), BaseUpdate(frozenset(), {})
    plan = with_copies(Plan(base_updates=(rests, other)), SEEN)
    assert [each.paths for each in plan.base_updates] == [{WEEK}, frozenset()]
    assert [(each.path, each.before, each.after) for each in writes(plan)] == [
        (WEEK, "old", "merged")
    ]


def test_what_a_pass_writes_is_written_over_the_text_that_stands_there() -> None:
    to = RelPath(".trash/week.md")
    for one in (Write(WEEK, "merged", "new", ""), Trash(WEEK, to, "merged", "")):
        (done,) = with_copies(Plan((one,)), SEEN).operations
        assert isinstance(done, Write | Trash) and (done.path, done.before) == (WEEK, "old")


def test_a_note_is_written_before_it_is_renamed() -> None:
    rename = Rename(WEEK, RelPath("d/new.md"), "merged", "")
    operations = with_copies(Plan((rename,)), SEEN).operations
    assert isinstance(operations[0], Write) and operations[1] == rename


def writes(plan: Plan) -> list[Write]:
    return [each for each in plan.operations if isinstance(each, Write)]
