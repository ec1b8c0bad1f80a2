"""Copies merged into their files: real texts, each field against what this device has seen."""

from __future__ import annotations

import random

import pytest
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.merge import copy_rules
from vault_sync.core.merge.document_copies import merge_digest_copy, merge_note_copy
from vault_sync.core.merge.sync_copy import (
    CopyMerge,
    FieldMerge,
    ancestor,
    ends_within_a_line,
    is_cut_short,
    is_earlier,
    is_same,
    lacks,
    last_seen,
    merge_field,
)
from vault_sync.core.model.base import CopyRow, Histories, History, Origin, PastValue, origin_of
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Fields, Key, PropertyNames, RelPath
from vault_sync.core.note import note as note_lens

WEEK = RelPath("digests/2023년 8월 3주차.md")
A, B, C = (Key(f"arxiv:2308.0000{n}") for n in (1, 2, 3))


def entry(key: Key, words: str, tags: str = "#llm") -> str:
    number = key.removeprefix("arxiv:")
    return f"https://arxiv.org/abs/{number}\nPaper {number} (Ann Park, Bo Lee)\n{words}\n{tags}\n"


def digest(*entries: str) -> str:
    return "2023년 8월 3주차\n\n" + "\n".join(entries)


FIRST = digest(entry(A, "첫째다. 둘째다. 셋째다."), entry(B, "비의 글이다."))


def histories(text: str = FIRST) -> Histories:
    """What a device has seen that had this digest from the start."""
    found: dict[BaseKey, History] = {}
    for each in digest_reader.read(text).entries:
        for name in Fields._fields:
            value: Value = getattr(each.fields, name)
            place = WEEK if name in ("commentary", "tags") else ""
            found[BaseKey(each.key, place, name)] = History((PastValue(value, "delivered"),))
    return found


def merged(file: str, copy: str, known: Histories | None = None) -> CopyMerge:
    found = merge_digest_copy(WEEK, file, copy, histories() if known is None else known)
    assert found is not None
    return found


def test_edits_of_two_entries_and_of_two_sentences_both_stay() -> None:
    file = FIRST.replace("첫째다.", "첫째를 고쳤다.").replace("비의 글", "비의 새 글")
    copy = FIRST.replace("셋째다.", "셋째를 고쳤다.").replace("#llm", "#llm #new", 1)
    assert merged(file, copy) == CopyMerge(
        digest(
            entry(A, "첫째를 고쳤다. 둘째다. 셋째를 고쳤다.", "#llm #new"),
            entry(B, "비의 새 글이다."),
        )
    )


def test_two_additions_at_one_place_both_stay_the_files_first() -> None:
    file = FIRST.replace("둘째다.", "둘째다. 파일이다.")
    copy = FIRST.replace("둘째다.", "둘째다. 사본이다.")
    assert "첫째다. 둘째다. 파일이다. 사본이다. 셋째다." in merged(file, copy).text


def test_a_sentence_that_one_side_took_out_stays_out() -> None:
    file, copy = FIRST.replace(" 둘째다.", ""), FIRST.replace("셋째다.", "셋째다. 넷째다.")
    assert "첫째다. 셋째다. 넷째다." in merged(file, copy).text
    assert "첫째다. 셋째다. 넷째다." in merged(copy, file).text


def test_without_a_history_nothing_was_taken_out() -> None:
    file, copy = FIRST.replace(" 둘째다.", ""), FIRST.replace("셋째다.", "셋째다. 넷째다.")
    assert "첫째다. 둘째다. 셋째다. 넷째다." in merged(file, copy, {}).text
    untagged = FIRST.replace("#llm", "#other", 1)
    assert "#llm #other" in merged(FIRST, untagged, {}).text


def test_a_clash_writes_nothing_and_its_text_is_a_row() -> None:
    file, copy = FIRST.replace("둘째다.", "파일이다."), FIRST.replace("둘째다.", "사본이다.")
    row = CopyRow(A, WEEK, "commentary", "첫째다. 사본이다. 셋째다.")
    assert merged(file, copy) == CopyMerge(file, frozenset({row}))


def test_a_title_that_both_changed_is_a_row_of_the_paper() -> None:
    file, copy = (FIRST.replace("Paper 2308.00001", title) for title in ("One", "Two"))
    found = merged(file, copy)
    assert found == CopyMerge(file, frozenset({CopyRow(A, "", "title", "Two")}))
    assert merged(FIRST, copy).text == copy


def test_an_entry_missing_from_the_copy_stays_and_one_more_in_it_is_added() -> None:
    copy = digest(entry(A, "첫째다. 둘째다. 셋째다."), entry(C, "씨의 글이다."))
    found = merged(FIRST, copy)
    assert [each.key for each in digest_reader.read(found.text).entries] == [A, B, C]
    assert merged(copy, FIRST).rows == frozenset()
    keys = {each.key for each in digest_reader.read(merged(copy, FIRST).text).entries}
    assert keys == {A, B, C}


def test_a_line_between_entries_that_one_of_them_has_stays() -> None:
    copy = FIRST.replace(
        "\nhttps://arxiv.org/abs/2308.00002", "\n# 둘째 부분\n\nhttps://arxiv.org/abs/2308.00002"
    )
    assert merged(FIRST, copy).text == copy
    assert merged(copy, FIRST).text == copy


def test_entries_stand_as_they_do_in_the_file() -> None:
    one, two = entry(A, "첫째다. 둘째다. 셋째다."), entry(B, "비의 글이다.")
    copy = FIRST.replace("비의", "비의 새")
    assert merged(digest(two, one), copy).text == digest(two.replace("비의", "비의 새"), one)


def test_a_link_is_taken_from_the_side_that_has_one() -> None:
    linked = FIRST.replace("Paper 2308.00001 (", "[[230801 One|Paper 2308.00001]] (")
    assert "[[230801 One|" in merged(FIRST, linked.replace("셋째다.", "넷째다.")).text
    assert "[[230801 One|" in merged(linked, FIRST.replace("셋째다.", "넷째다.")).text


def test_newlines_and_bom_are_those_of_the_file() -> None:
    copy = FIRST.replace("셋째다.", "셋째를 고쳤다.")
    file = "\ufeff" + FIRST.replace("\n", "\r\n")
    assert merged(file, copy).text == "\ufeff" + copy.replace("\n", "\r\n")
    assert merged(FIRST, "\ufeff" + copy.replace("\n", "\r\n")).text == copy
    assert merged(file, FIRST).text == file


def test_what_would_not_read_as_one_entry_is_shown_as_in_any_other_row() -> None:
    file = digest(entry(A, "글이다.\nhttps://arxiv.org/abs/2308.00009").replace(", Bo Lee", ""))
    copy = digest(entry(A, "글이다.\nAnother (Cy Oh)", "#llm #new"))
    assert merged(file, copy, {}) == CopyMerge(
        file,
        frozenset(
            {
                CopyRow(A, "", "authors", "Ann Park, Bo Lee"),
                CopyRow(A, WEEK, "tags", "llm, new"),
                CopyRow(A, WEEK, "commentary", "글이다.\nAnother (Cy Oh)"),
            }
        ),
    )


def test_of_a_copy_only_the_entries_of_some_papers_count() -> None:
    copy = FIRST.replace("둘째다.", "둘째를 고쳤다.").replace("비의", "비의 새")
    copy = copy.replace("\n\n", "\n# 머리\n\n", 1) + "\n" + entry(C, "씨다.")
    for keys, text in (
        ({A}, FIRST.replace("둘째다.", "둘째를 고쳤다.")),
        ({B}, FIRST.replace("비의", "비의 새")),
        ({C}, FIRST + "\n" + entry(C, "씨다.")),
        (set(), FIRST),
        ({Key("arxiv:2308.00009")}, FIRST),
    ):
        assert merge_digest_copy(WEEK, FIRST, copy, histories(), keys=keys) == CopyMerge(text)


def test_a_paper_that_stands_twice_is_for_a_person() -> None:
    twice = FIRST + "\n" + entry(A, "다시.")
    assert merge_digest_copy(WEEK, FIRST, twice, histories()) is None
    assert merge_digest_copy(WEEK, twice, FIRST.replace("첫", "한"), histories()) is None


def test_a_copy_that_ends_in_the_middle_of_a_line_may_be_cut_short() -> None:
    assert is_cut_short(FIRST[:-10], FIRST)
    assert not is_cut_short(FIRST, FIRST) and not is_cut_short(FIRST[:-10], FIRST[:-10])
    assert not is_cut_short(FIRST[: FIRST.index("https", 80)], FIRST)
    assert not is_cut_short(FIRST[:-10] + "x", FIRST)


def test_a_copy_of_which_the_file_has_all_so_far_changes_nothing() -> None:
    assert merged(FIRST, FIRST[:-10]) == CopyMerge(FIRST)


def test_a_copy_that_was_cut_short_and_has_an_edit_is_for_a_person() -> None:
    edited_copy = FIRST.replace("첫째다.", "첫째를 고쳤다.")
    within = edited_copy[: edited_copy.index("셋째") + 1]
    assert merge_digest_copy(WEEK, FIRST, within, histories()) is None
    longer = FIRST.rstrip("\n") + " 더 있다.\n"
    assert merged(longer, FIRST.rstrip("\n")).text == longer, "the end of both, without a newline"
    tagged = FIRST.replace("#llm", "#llm #new", 1)
    assert merged(tagged, FIRST.rstrip("\n")).text == tagged, "a line above goes on, and is here"
    more = digest(
        entry(A, "첫째다."), entry(B, "비다."), entry(C, "씨다.", "#llm #new"), "끝이다.\n"
    )
    away = digest(entry(A, "첫째다."), entry(B, "비다. 더 있다.")).rstrip("\n")
    assert "비다. 더 있다." in merged(more, away).text, "a line of an entry that the copy never had"


@pytest.mark.parametrize(
    ("copy", "file", "within"),
    [
        ("a\nb", "a\nb c.\nd\n", True),
        ("x\na\nb. c", "a\nb. c d.\ne\n", True),
        ("\n\na\n\nb", "\na\n\nb c.\n\nd\n", True),
        ("a\nb  ", "a\nb c.\nd\n", True),
        ("a\nb\n", "a\nb c.\nd\n", False),
        ("b", "a\nb c.\nd\n", False),
        # It is that line of the file which has the same one above, and goes on.
        ("x\nb", "a\nb c.\nd\n", False),
        ("a\nb", "a\nb.\nd\n", True),
        ("a\nb", "a\nb  \nd\n", False),
        ("a\nc", "a\nb c.\nd\n", False),
        # Less than half of what stands below it in the file is in the copy.
        ("a\nb", "a\nb c.\n", False),
        ("d\na\nb", "a\nb c.\nd\ne\n", False),
        ("e\na\nb", "a\nb c.\nd\ne\n", False),
        ("d\na\nb", "a\nb c.\nd\ne\nf\n", True),
    ],
)
def test_where_a_copy_ends_within_a_line_of_the_file(copy: str, file: str, *, within: bool) -> None:
    assert ends_within_a_line(copy, file) is within


def test_merged_once_more_either_way_nothing_changes() -> None:
    chance = random.Random(3)
    for _ in range(60):
        file, copy = edited(FIRST, chance), edited(FIRST, chance)
        once = merged(file, copy)
        assert merged(once.text, copy).text == once.text
        assert words(copy) <= words(once.text) | {
            word for row in once.rows for word in words(row.text)
        } | words(FIRST)


def edited(text: str, chance: random.Random) -> str:
    """A text with one to three edits, each with a word of its own."""
    for _ in range(chance.randint(1, 3)):
        old = chance.choice(["첫째다.", "둘째다.", "셋째다.", "비의 글이다."])
        word = f"w{chance.randrange(10**6)}."
        new = chance.choice([word, f"{old} {word}", f"{word} {old}", f"{old}\n{word}", ""])
        text = text.replace(f" {old}", f" {new}" if new else "").replace(f"\n{old}", f"\n{new}")
    return text


def words(text: str) -> set[str]:
    return {word for word in text.split() if word.startswith("w")}


# Notes.


NOTE = """---
title: Paper 2308.00001
authors:
  - Ann Park
url: https://arxiv.org/abs/2308.00001
digests:
  - "[[2023년 8월 3주차]]"
tags:
  - llm
rating: 3
---

내 머리말이다.

## [[2023년 8월 3주차]]

첫째다. 둘째다. 셋째다.

## My notes

내 글이다. 내 둘째 글이다.
"""


def note_histories() -> Histories:
    found = dict(histories())
    found[BaseKey(A, "", "tags")] = History((PastValue(("llm",), "delivered"),))
    return found


def note_merged(file: str, copy: str) -> CopyMerge:
    def digest_of(target: str) -> str:
        return WEEK if target == "2023년 8월 3주차" else ""

    found = merge_note_copy(A, file, copy, note_histories(), digest_of)
    assert found is not None
    return found


def test_a_property_that_a_copy_only_writes_otherwise_stays_as_it_is() -> None:
    copy = NOTE.replace("rating: 3", "rating: '3' # of five")
    assert copy != NOTE and note_merged(NOTE, copy) == CopyMerge(NOTE)


def test_a_property_of_a_strange_kind_that_differs_stays_and_the_copys_is_kept_in_a_row() -> None:
    file = NOTE.replace("rating: 3", "rating: 3\nup: [[Index]]")
    for other in ("up: [[Other]]", "up: Other"):
        found = note_merged(file, file.replace("up: [[Index]]", other))
        assert found == CopyMerge(file, frozenset((CopyRow(A, RelPath(""), "property up", other),)))


def test_section_property_and_own_text_of_a_note_are_merged_apart() -> None:
    file = NOTE.replace("첫째다.", "첫째를 고쳤다.").replace("rating: 3", "rating: 3\nread: true")
    copy = NOTE.replace("셋째다.", "셋째를 고쳤다.").replace("  - llm\n", "  - llm\n  - new\n")
    copy = copy.replace("내 둘째 글이다.", "내 둘째 글이다. 내 셋째 글이다.")
    expected = file.replace("셋째다.", "셋째를 고쳤다.").replace("  - llm\n", "  - llm\n  - new\n")
    expected = expected.replace("내 둘째 글이다.", "내 둘째 글이다. 내 셋째 글이다.")
    assert note_merged(file, copy) == CopyMerge(expected)


def test_a_tag_taken_out_of_the_copy_goes_and_an_alias_of_it_stays_in_the_file() -> None:
    copy = NOTE.replace("tags:\n  - llm\n", "tags: []\n")
    assert note_lens.read(note_merged(NOTE.replace("3\n", "4\n"), copy).text).fields.tags == ()
    with_alias = NOTE.replace("rating", "aliases:\n  - One\nrating")
    assert "aliases:\n  - One" in note_merged(with_alias, NOTE.replace("첫", "한")).text


def test_one_value_that_both_changed_is_a_row() -> None:
    file, copy = NOTE.replace("rating: 3", "rating: 4"), NOTE.replace("rating: 3", "rating: 5")
    row = CopyRow(A, "", "property rating", "5")
    assert note_merged(file, copy) == CopyMerge(file, frozenset({row}))


def test_one_value_is_taken_from_the_side_that_changed_it_since_it_was_seen() -> None:
    changed = NOTE.replace("title: Paper 2308.00001", "title: New")
    for file, copy in ((NOTE, changed), (changed, NOTE)):
        assert note_merged(file, copy) == CopyMerge(changed)


def test_a_property_that_is_the_copys_alone_is_taken_as_it_is_written() -> None:
    copy = NOTE.replace("  - llm\n", "  - llm\n  - new # why\n")
    assert note_merged(NOTE, copy) == note_merged(copy, NOTE) == CopyMerge(copy)
    flow = NOTE.replace("tags:\n  - llm\n", "tags: [llm, other]\n")
    both = note_lens.read(note_merged(flow, copy).text)
    assert both.fields.tags == ("llm", "other", "new")


def test_properties_are_merged_under_the_names_that_a_reader_gave_them() -> None:
    names = PropertyNames((("tags", "labels"), ("title", "name")))
    file = NOTE.replace("tags:", "labels:").replace("title:", "name:")
    copy = file.replace("  - llm\n", "  - new\n").replace("name: Paper", "name: The Paper")
    found = merge_note_copy(A, file, copy, note_histories(), lambda _: "", names)
    assert found == CopyMerge(copy)
    # Without these names they are properties like any other, of which nothing was seen.
    plain = merge_note_copy(A, file, copy, note_histories(), lambda _: "")
    assert plain is not None and "  - llm\n  - new\n" in plain.text
    assert {row.field for row in plain.rows} == {"property name"}


def test_a_copy_about_another_paper_is_not_merged() -> None:
    other = NOTE.replace("2308.00001\ndigests", "2308.00002\ndigests")
    assert merge_note_copy(A, NOTE, other, note_histories(), lambda _: "") is None


def test_parts_of_a_note_stand_as_they_do_in_the_file() -> None:
    more = NOTE.replace("## My notes", "## [[week 9]]\n\nWords.\n\n## My notes")
    section = more[more.index("## [[week 9]]") : more.index("## My notes")]
    copy = more.replace(section, "").replace("## [[2023", f"{section}## [[2023", 1)
    copy = copy.replace("rating: 3\n", "").replace("title:", "rating: 3\ntitle:", 1)
    copy = copy.replace("  - llm\n", "  - llm\n  - new\n")
    assert note_merged(more, copy).text == more.replace("  - llm\n", "  - llm\n  - new\n")


def test_what_both_have_more_stands_one_after_the_other_the_files_first() -> None:
    file, copy, both = (
        NOTE.replace("rating: 3\n", f"rating: 3\n{more}")
        for more in ("f: 1\n", "c: 2\n", "f: 1\nc: 2\n")
    )
    assert note_merged(file, copy).text == both
    file, copy, both = (
        NOTE.replace("  - llm\n", f"  - llm\n{more}")
        for more in ("  - f\n", "  - c\n", "  - f\n  - c\n")
    )
    assert note_merged(file, copy).text == both
    file, copy, both = (
        NOTE.replace("둘째다.", f"둘째다. {more}") for more in ("파일.", "사본.", "파일. 사본.")
    )
    assert note_merged(file, copy).text == both


def test_a_clash_in_a_note_leaves_the_file_and_the_copys_is_a_row() -> None:
    file, copy = (NOTE.replace("둘째다.", more) for more in ("파일이다.", "사본이다."))
    row = CopyRow(A, WEEK, "commentary", "첫째다. 사본이다. 셋째다.")
    assert note_merged(file, copy) == CopyMerge(file, frozenset({row}))
    file, copy = (NOTE.replace("Ann Park", name) for name in ("Bo Li", "Cy Oh"))
    row = CopyRow(A, "", "authors", "Cy Oh")
    assert note_merged(file, copy) == CopyMerge(file, frozenset({row}))


def test_own_text_of_both_stays() -> None:
    file, copy = NOTE.replace("내 글이다.", "하나다."), NOTE.replace("내 글이다.", "둘이다.")
    text = note_merged(file, copy).text
    assert "하나다." in text and "둘이다." in text and text.count("## My notes") == 1


def test_a_section_that_only_the_copy_has_is_added() -> None:
    section = "## [[2023년 8월 4주차]]\n\n다시 나왔다.\n\n## My notes"
    copy = NOTE.replace("## My notes", section).replace(
        '- "[[2023년 8월 3주차]]"', '- "[[2023년 8월 3주차]]"\n  - "[[2023년 8월 4주차]]"'
    )
    assert note_merged(NOTE, copy).text == copy
    assert note_merged(copy, NOTE).text == copy


def test_a_note_whose_properties_cannot_be_read_is_for_a_person() -> None:
    broken = NOTE.replace("rating: 3", "rating: [3")
    assert merge_note_copy(A, NOTE, broken, {}, lambda _: "") is None


@pytest.mark.parametrize("text", [FIRST, NOTE])
def test_a_copy_that_says_the_same_changes_no_byte(text: str) -> None:
    assert merged(text, text) == CopyMerge(text)


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
    titles = history(("One", "delivered"), ("Two", "typed"), ("Three", "typed"))
    assert [is_earlier("title", titles, each) for each in ("One", "Two", "Three", "Four")] == [
        *(True, True, False, False)
    ]
    assert not is_earlier("title", History(), "One")
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
