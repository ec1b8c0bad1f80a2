"""The base: what follows from its rows."""

from __future__ import annotations

from vault_sync.core.model.base import Base, base_keys_of, updates_made, value_hash
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Create, Outcome, Plan, Undone
from vault_sync.core.model.values import Key, Place, RelPath

A, B = Key("arxiv:1"), Key("arxiv:2")
ONE, TWO = RelPath("1.md"), RelPath("2.md")
BASE = Base(
    {
        BaseKey(A, "", "note"): "papers/a.md",
        BaseKey(A, "", "authors"): ("Kim Lee",),
        BaseKey(A, TWO, "commentary"): "two",
        BaseKey(A, ONE, "commentary"): "",
        BaseKey(B, ONE, "commentary"): "b",
        BaseKey(B, TWO, "missing"): "1",  # a person was told of it: no place that both agreed on
        BaseKey(Key(""), ONE, "text"): "the digest",
    },
    exists=True,
)


def test_places_are_those_with_an_agreed_commentary_also_an_empty_one() -> None:
    assert BASE.places == {A: (ONE, TWO), B: (ONE,)}
    assert BASE.sizes == {ONE: 2, TWO: 1}
    assert BASE.knows(Place(A, ONE)) and not BASE.knows(Place(B, TWO))


def test_sizes_are_those_counted_where_only_some_rows_are_there() -> None:
    assert Base(BASE.rows, exists=True, count=lambda: {ONE: 40}).sizes == {ONE: 40}


def test_a_value_is_given_only_as_what_it_is() -> None:
    note, authors = BaseKey(A, "", "note"), BaseKey(A, "", "authors")
    assert (BASE.text(note), BASE.items(note)) == ("papers/a.md", None)
    assert (BASE.text(authors), BASE.items(authors)) == (None, ("Kim Lee",))
    assert BASE.text(BaseKey(B, "", "note")) is None


def test_a_note_is_found_by_paper_and_a_paper_by_note() -> None:
    assert BASE.note(A) == "papers/a.md" and BASE.note(B) is None
    assert BASE.note_paths == {"papers/a.md": A}


def test_rows_of_a_paper_and_of_a_place_share_no_field() -> None:
    assert not {row.field for row in base_keys_of(A)} & {row.field for row in base_keys_of(A, ONE)}
    assert {row.field for row in BASE.rows if row.key} <= {
        row.field for row in (*base_keys_of(A), *base_keys_of(A, ONE))
    }


def test_a_person_who_wants_two_texts_to_differ_means_these_two_alone() -> None:
    title, url = BaseKey(A, "", "title"), BaseKey(A, "", "url")
    base = Base({}, exists=True, refused={title: (value_hash("Deep"), value_hash("Wide"))})
    assert base.refuses(title, "Deep", "Wide")
    assert not base.refuses(title, "Wide", "Deep") and not base.refuses(title, "Deep", "Wider")
    assert not base.refuses(url, "Deep", "Wide")


def test_what_both_sides_agree_on_is_kept_when_all_that_says_so_was_written() -> None:
    one, two = (Create(path, "words", "") for path in (ONE, TWO))
    updates = [BaseUpdate(paths, {}) for paths in ((), (ONE,), (ONE, TWO), (TWO,))]
    plan = Plan((one, two), base_updates=tuple(updates))
    assert updates_made(plan, Outcome((one, two))) == updates
    assert updates_made(plan, Outcome((one,), (Undone(two, "full"),))) == updates[:2]


def test_a_base_without_some_rows_has_all_others() -> None:
    row = BaseKey(A, TWO, "commentary")
    less = BASE.without(frozenset({row}))
    assert less.rows == {each: value for each, value in BASE.rows.items() if each != row}
    assert less.exists and not less.knows(Place(A, TWO)) and less.knows(Place(A, ONE))
    assert less.sizes == {ONE: 2}
    counted = Base(BASE.rows, exists=True, count=lambda: {ONE: 40, TWO: 3})
    gone = {BaseKey(A, TWO, "commentary"), BaseKey(B, TWO, "commentary"), BaseKey(A, ONE, "tags")}
    assert counted.without(frozenset(gone)).sizes == {ONE: 40, TWO: 1}
