"""The base: what follows from its rows."""

from __future__ import annotations

from vault_sync.core.model.base import (
    LINK,
    NO_HISTORY,
    TYPED,
    Arrival,
    Base,
    FileMark,
    PastValue,
    base_keys_of,
    origin_of,
    parted_filled,
    updates_made,
    value_hash,
)
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


def test_of_several_papers_of_one_path_the_last_by_key_has_it() -> None:
    rows = {BaseKey(key, "", "note"): "papers/a.md" for key in (B, A)}
    for order in (rows, dict(reversed(rows.items()))):
        base = Base(order, exists=True)
        assert base.papers_noted == {"papers/a.md": (A, B)}
        assert base.note_paths == {"papers/a.md": B}


def test_a_file_is_like_another_by_its_numbers_or_by_its_bytes() -> None:
    mark = FileMark(7, 10, 1_000, "a")
    assert mark.is_like(mark._replace(hash="b")) and mark.is_like(FileMark(0, 0, 0, "a"))
    for other in (mark._replace(inode=8), mark._replace(size=11), mark._replace(mtime_ns=1_001)):
        assert not mark.is_like(other._replace(hash="b"))
    unseen = FileMark(0, 10, 1_000, "a")
    assert not unseen.is_like(unseen._replace(hash="b"))


def test_a_link_that_was_taken_back_leads_where_it_led() -> None:
    title = BaseKey(A, "", "title")
    link = BaseKey(Key(""), ONE, f"{LINK}a b")
    base = Base({}, refused={title: ("x", "y"), link: ("", "papers/a.md")})
    assert base.links_taken_back == {(ONE, "a b"): "papers/a.md"}


def test_what_a_note_says_in_other_words_is_its_value() -> None:
    title = BaseKey(A, "", "title")
    assert Base({title: "T"}).note_value(title) == "T"
    assert Base({title: "T", BaseKey(A, "", "apart:title"): "U"}).note_value(title) == "U"
    assert Base({}).note_value(title) is None


def test_a_file_that_nobody_brought_was_typed_here() -> None:
    brought = Arrival(delivered=True)
    base = Base({}, arrivals={ONE: brought})
    assert base.arrival(ONE) == brought and base.arrival(TWO) == base.arrival(None) == TYPED
    assert TYPED.typed_here and not any(
        TYPED._replace(**{name: True}).typed_here for name in Arrival._fields
    )
    assert Base({}).is_typed_here and not base.is_typed_here
    assert not base.is_partial and all(
        Base({}, joining=joining, arriving=not joining).is_partial for joining in (True, False)
    )


def test_a_history_has_each_value_once_in_the_order_in_which_it_was_learnt() -> None:
    history = NO_HISTORY
    assert not history.was_typed and not history.starts_everywhere
    history = history.learn("a", "delivered").learn("b", "typed")
    assert history.was_typed and history.starts_everywhere
    assert history.learn("b", "merged") is history
    again = history.learn("a", "merged")
    assert again.values == (PastValue("b", "typed"), PastValue("a", "merged"))
    assert not again.was_typed and not again.starts_everywhere
    removed = history._replace(removed_here=True)
    assert not removed.starts_everywhere and removed.learn("c", "typed").removed_here


def test_a_value_came_as_its_files_did() -> None:
    assert origin_of(delivered=True, merged=True) == "delivered"
    assert origin_of(delivered=True, merged=False) == "delivered"
    assert origin_of(delivered=False, merged=True) == "merged"
    assert origin_of(delivered=False, merged=False) == "typed"


def test_what_arxiv_gave_is_a_title_and_authors() -> None:
    assert parted_filled(("T", "Ann", "Bo")) == ("T", ("Ann", "Bo"))
    assert parted_filled(()) == parted_filled(None) == ("", ())
