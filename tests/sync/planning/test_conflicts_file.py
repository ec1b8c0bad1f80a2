"""What a pass does to the conflicts note: first where that is left alone."""

from __future__ import annotations

from vault_sync.core.model.base import Arrival, Base, CopyRow
from vault_sync.core.model.copies import MergedCopies, VaultCopy
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Conflict, Create, Plan, Trash, Write
from vault_sync.core.model.values import Key, RelPath, Rules
from vault_sync.core.report import copy_section
from vault_sync.core.snapshot import EMPTY
from vault_sync.sync.observation.observation import Observation
from vault_sync.sync.planning import conflicts_file

WEEK, COPY = RelPath("d/week.md"), RelPath("d/week 2.md")
RULES = Rules()
PAGE = RelPath(RULES.conflicts_note)
ROW = CopyRow(Key("k"), WEEK, "title", "t")
TITLE = BaseKey(Key("k"), WEEK, "title")
ROWS = copy_section.text([ROW])
NOTHING = Observation(EMPTY, Base(), (), "", frozenset((WEEK,)), conflicts_path=PAGE)
WITH_ROW = NOTHING._replace(conflicts_text=ROWS, files=frozenset((WEEK, PAGE)))
AGREED = Plan(base_updates=(BaseUpdate(frozenset(), {TITLE: "t"}),))
OPEN = Conflict(Key("k"), WEEK, RelPath("n.md"), "title", "a", "b")


def test_without_conflicts_and_rows_there_is_no_note() -> None:
    assert conflicts_file.operations(NOTHING, RULES, Plan()) == ()
    (gone,) = conflicts_file.operations(WITH_ROW, RULES, AGREED)
    assert isinstance(gone, Trash) and (gone.path, gone.before) == (PAGE, ROWS)


def test_conflicts_make_the_note_or_are_written_into_it() -> None:
    (made,) = conflicts_file.operations(NOTHING, RULES, Plan(conflicts=(OPEN,)))
    assert isinstance(made, Create) and made.path == PAGE
    seen = WITH_ROW._replace(conflicts_text=str(made.after))
    assert conflicts_file.operations(seen, RULES, Plan(conflicts=(OPEN,))) == ()
    two = Plan(conflicts=(OPEN, OPEN._replace(field="authors")))
    (written,) = conflicts_file.operations(seen, RULES, two)
    assert isinstance(written, Write) and written.before == made.after


def test_a_row_stays_until_its_words_are_agreed_on_in_a_pass_at_rest() -> None:
    coming = WITH_ROW._replace(base=Base(arrivals={WEEK: Arrival(delivered=True)}))
    waited = WITH_ROW._replace(base=Base(arrivals={WEEK: Arrival(waited=True)}))
    in_base = WITH_ROW._replace(base=Base({TITLE: "t"}))
    copy = VaultCopy(COPY, WEEK, "digest")
    for seen, plan, stays in (
        (WITH_ROW, AGREED, False),
        (in_base, Plan(), False),
        (waited, AGREED, False),
        (WITH_ROW, Plan(), True),
        (WITH_ROW, AGREED._replace(conflicts=(OPEN,)), True),
        (coming, AGREED, True),
        *(
            (WITH_ROW._replace(copies=MergedCopies(**{kind: (copy,)})), AGREED, True)  # type: ignore[arg-type]
            for kind in ("merged", "finished", "stuck")
        ),
    ):
        found = conflicts_file.operations(seen, RULES, plan)
        (text,) = [str(each.after) for each in found if isinstance(each, Write)] or [ROWS]
        gone = any(isinstance(each, Trash) for each in found)
        assert (ROW in copy_section.read(text).rows and not gone) is stays


def test_new_rows_and_questions_are_written() -> None:
    copies = MergedCopies(rows=frozenset((ROW,)))
    (made,) = conflicts_file.operations(NOTHING._replace(copies=copies), RULES, Plan())
    assert isinstance(made, Create) and copy_section.read(str(made.after)).rows == {ROW}
    asked = MergedCopies(unproven=(VaultCopy(COPY, WEEK, "digest"),))
    (made,) = conflicts_file.operations(NOTHING._replace(copies=asked), RULES, Plan())
    assert isinstance(made, Create) and COPY in str(made.after)


def test_another_name_of_the_note_is_told() -> None:
    assert conflicts_file.name_taken(NOTHING, RULES) == ()
    other = NOTHING._replace(conflicts_path=RelPath("Sync conflicts 2.md"))
    (problem,) = conflicts_file.name_taken(other, RULES)
    assert (problem.path, problem.level) == (PAGE, "notice") and "conflicts 2" in problem.message
    assert conflicts_file.path_of(other, RULES) == "Sync conflicts 2.md"
    assert conflicts_file.path_of(NOTHING._replace(conflicts_path=None), RULES) == PAGE
