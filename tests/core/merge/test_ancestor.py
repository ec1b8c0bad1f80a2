"""The ancestor of two texts: only what both authors had surely seen, and never a later value."""

from __future__ import annotations

import pytest
from vault_sync.core.merge import copy_rules
from vault_sync.core.merge.ancestor import ancestor, is_earlier, is_same, lacks, last_seen
from vault_sync.core.merge.sync_copy import FieldMerge, merge_field
from vault_sync.core.model.base import CopyRow, History, Origin, PastValue, origin_of
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Key

ROW = BaseKey(Key("arxiv:1"), "D", "commentary")


def history(*values: tuple[Value, Origin], removed_here: bool = False) -> History:
    return History(tuple(PastValue(*value) for value in values), removed_here)


SEEN = history(("A. B.", "delivered"), ("A. B. T.", "typed"), ("A. B. T. M.", "merged"))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("A. B.", 0),
        ("A. B. T.", 1),
        ("A. B. T. M.", 2),  # it is that value, whatever its origin
        ("A.\nB.\nT.", 1),  # layout is no difference
        ("A. T. X.", 1),  # it has the sentence that the typed value was first to have
        ("A. B. M. X.", 0),  # a merged value proves nothing
        ("X.", 0),  # the first value is older than every text
    ],
)
def test_what_a_text_has_seen(text: str, number: int) -> None:
    assert last_seen("commentary", SEEN, text) == number


def test_a_text_needs_every_sentence_that_a_typed_value_was_first_to_have() -> None:
    two = history(("A.", "delivered"), ("A. S. T.", "typed"))
    assert last_seen("commentary", two, "A. T. X.") == 0
    assert last_seen("commentary", two, "S. T. X.") == 1
    taken_out = history(("A. B.", "delivered"), ("A.", "typed"))
    assert last_seen("commentary", taken_out, "A. X.") == 0  # a removal alone proves nothing


@pytest.mark.parametrize("origin", ["typed", "merged"])
def test_a_first_value_made_here_is_older_than_nothing(origin: Origin) -> None:
    made = history(("A.", origin), ("A. M.", "merged"))
    assert last_seen("commentary", made, "A. X.") == (0 if origin == "typed" else None)
    assert last_seen("commentary", made, "Y.") is None
    assert ancestor("commentary", made, "A.", "Y.") is None
    again = history(("A.", "delivered"), removed_here=True)
    assert last_seen("commentary", again, "Y.") is None
    assert last_seen("commentary", again, "A.") == 0


def test_the_ancestor_is_the_older_of_the_two() -> None:
    assert ancestor("commentary", SEEN, "A. B. T. M.", "A. T. X.") == "A. B. T."
    assert ancestor("commentary", SEEN, "A. T. X.", "Y.") == "A. B."
    assert ancestor("commentary", History(), "A.", "B.") is None


def test_tags_are_seen_as_sets_and_without_regard_to_case() -> None:
    tags = history((("llm",), "delivered"), (("llm", "RL"), "typed"))
    assert last_seen("tags", tags, ("rl", "LLM")) == 1
    assert last_seen("tags", tags, ("rl", "new")) == 1
    assert last_seen("tags", tags, ("new",)) == 0
    assert is_same("tags", ("a", "b"), ("B", "A")) and not is_same(
        "authors", ("a", "b"), ("b", "a")
    )
    assert is_earlier("tags", tags, ("LLM",)) and not is_earlier("tags", tags, ("llm", "RL"))
    assert lacks("tags", ("a",), ("A", "b")) and not lacks("tags", ("a", "b"), ("A",))


def test_a_title_is_one_piece() -> None:
    titles = history(("One. Two.", "delivered"), ("One. Three.", "typed"))
    assert last_seen("title", titles, "One. Three. Four.") == 0
    assert last_seen("title", titles, "One. Three.") == 1


def test_a_value_that_comes_back_is_the_last_one_and_stands_once() -> None:
    learned = SEEN.learn("A. B.", "typed")
    assert [past.value for past in learned.values] == ["A. B. T.", "A. B. T. M.", "A. B."]
    assert learned.values[-1].origin == "typed" and not learned.starts_everywhere
    assert learned.learn("A. B.", "delivered") is learned


def test_how_a_value_came() -> None:
    assert origin_of(delivered=True, merged=True) == "delivered"
    assert origin_of(delivered=False, merged=True) == "merged"
    assert origin_of(delivered=False, merged=False) == "typed"


@pytest.mark.parametrize(
    ("field", "file", "copy", "found"),
    [
        ("title", "", "One", FieldMerge("One")),
        ("title", "One", "", FieldMerge("One")),
        ("title", "One", "Two", FieldMerge("One", CopyRow(Key("k"), "", "title", "Two"))),
        (
            "authors",
            ("A",),
            ("B", "C"),
            FieldMerge(("A",), CopyRow(Key("k"), "", "authors", "B, C")),
        ),
        ("tags", ("a",), ("b",), FieldMerge(("a", "b"))),
        ("list aliases", ("a",), ("b",), FieldMerge(("a", "b"))),
        ("own end", "A. B.", "A. C.", FieldMerge("A. B. C.")),
    ],
)
def test_a_field_without_a_history(field: str, file: Value, copy: Value, found: FieldMerge) -> None:
    assert merge_field(BaseKey(Key("k"), "", field), file, copy, {}) == found


def test_a_clash_whose_sentences_the_file_has_all_is_no_row() -> None:
    known = {ROW: history(("A. B. C.", "delivered"))}
    assert merge_field(ROW, "A. F. C.", "A. C.", known) == FieldMerge("A. F. C.")
    clash = merge_field(ROW, "A. F. C.", "A. X. C.", known)
    assert clash == FieldMerge("A. F. C.", CopyRow(*ROW, "A. X. C."))


# The rows.


def stays(row: CopyRow, value: Value | None, *, at_rest: bool = True, ticked: bool = False) -> bool:
    return row in copy_rules.remaining(
        [row], at_rest=at_rest, ticked={row} if ticked else (), agreed=lambda _: value
    )


def test_a_row_goes_at_rest_when_the_file_has_all_of_it_or_when_it_is_ticked() -> None:
    row = CopyRow(*ROW, "A. X.")
    assert stays(row, "A. F.")
    assert not stays(row, "X. F. A.")
    assert stays(row, "X. F. A.", at_rest=False)
    assert stays(row, None)
    assert not stays(row, None, ticked=True)
    title = CopyRow(Key("k"), "", "title", "Two")
    assert stays(title, "Two again") and not stays(title, "Two")
    authors = CopyRow(Key("k"), "", "authors", "B, C")
    assert stays(authors, ("B",)) and not stays(authors, ("B", "C"))
