"""Three versions of a note: properties, sections, and the reader's own text."""

from __future__ import annotations

import pytest
from tests.support.merge_texts import NOTE, merged_note, swap
from vault_sync.core.merge import documents, parts
from vault_sync.core.note import note as note_lens

# Notes.


def test_properties_are_merged_one_by_one() -> None:
    ours = swap(NOTE, "  - llm", "  - llm\n  - ours")
    theirs = swap(NOTE, "  - alpha\n  - llm", "  - llm\n  - theirs")
    theirs = swap(theirs, "rating: 3 # of five", "rating: 5 # of five")
    want = swap(NOTE, "  - alpha\n  - llm", "  - llm\n  - ours\n  - theirs")
    assert merged_note(NOTE, ours, theirs) == swap(want, "rating: 3", "rating: 5")


def test_one_value_is_taken_from_the_side_that_changed_it() -> None:
    """The other wrote the same value otherwise."""
    for old, written, new in (
        ("rating: 3 # of five", "rating: 3", "rating: 5 # of five"),
        ("  - Ann Park\n", '  - "Ann Park"\n', "  - Ann B. Park\n"),
    ):
        ours, theirs = swap(NOTE, old, written), swap(NOTE, old, new)
        assert merged_note(NOTE, ours, theirs) == merged_note(NOTE, theirs, ours) == theirs


def test_a_list_that_one_side_has_whole_is_taken_from_it() -> None:
    ours = swap(NOTE, "  - alpha\n", "")
    theirs = swap(NOTE, "  - alpha\n  - llm", "  - llm\n  - new # why")
    assert merged_note(NOTE, ours, theirs) == theirs
    assert merged_note(NOTE, theirs, ours) == theirs


def test_properties_added_on_both_sides() -> None:
    ours = swap(NOTE, "up: [[Index]]", 'up: [[Index]]\nmentions:\n  - "[[A]]"')
    theirs = swap(NOTE, "up: [[Index]]", 'up: [[Index]]\nmentions:\n  - "[[B]]"\nread: true')
    want = swap(
        NOTE, "up: [[Index]]", 'up: [[Index]]\nmentions:\n  - "[[A]]"\n  - "[[B]]"\nread: true'
    )
    assert merged_note(NOTE, ours, theirs) == want


def test_properties_of_both_sides_stand_one_after_the_other_ours_first() -> None:
    ours, theirs, both = (
        swap(NOTE, "up: [[Index]]", f"up: [[Index]]{more}")
        for more in ("\nb: 1", "\na: 2", "\nb: 1\na: 2")
    )
    assert merged_note(NOTE, ours, theirs) == both


def test_two_single_values_stay_open_in_the_block() -> None:
    ours = swap(NOTE, "rating: 3 # of five", "rating: 4")
    theirs = swap(swap(NOTE, "rating: 3 # of five", "rating: 5"), "Own one.", "Own 1.")
    found = documents.note(NOTE, ours, theirs)
    want = swap(
        NOTE,
        "rating: 3 # of five",
        "<<<<<<< ours\nrating: 4\n=======\nrating: 5\n>>>>>>> theirs",
    )
    assert found == parts.Merged(swap(want, "Own one.", "Own 1."), 1)


def test_a_property_of_a_strange_kind_is_taken_from_the_side_that_changed_it() -> None:
    ours = swap(NOTE, "up: [[Index]]", "up: [[Other]]")
    assert merged_note(NOTE, ours, swap(NOTE, "  - llm\n", "")) == swap(ours, "  - llm\n", "")


def test_authors_are_one_value() -> None:
    ours = swap(NOTE, "  - Ann Park", "  - Ann B. Park")
    theirs = swap(NOTE, "  - Bo Lee", "  - Bo C. Lee")
    assert documents.note(NOTE, ours, theirs).conflicts == 1


def test_sections_of_two_weeks_from_two_devices() -> None:
    def with_week(name: str) -> str:
        text = swap(NOTE, '  - "[[week 1]]"', f'  - "[[week 1]]"\n  - "[[{name}]]"')
        return swap(text, "## My notes", f"## [[{name}]]\n\n{name} 이야기.\n\n## My notes")

    found = merged_note(NOTE, with_week("week 2"), with_week("week 3"))
    assert note_lens.read(found).digests == ("week 1", "week 2", "week 3")
    assert [section.commentary[:6] for section in note_lens.read(found).sections[1:]] == [
        "week 2",
        "week 3",
    ]
    assert found.count("## My notes\n\nOwn one.\n\nOwn two.\n") == 1


def test_a_section_merges_by_sentence_and_the_readers_own_by_line() -> None:
    ours = swap(swap(NOTE, "첫 문장입니다.", "첫째 문장입니다."), "Own one.", "Own 1.")
    theirs = swap(swap(NOTE, "둘째 문장입니다.", "두 번째입니다."), "Own two.", "Own 2.")
    want = swap(swap(ours, "둘째 문장입니다.", "두 번째입니다."), "Own two.", "Own 2.")
    assert merged_note(NOTE, ours, theirs) == want
    both = documents.note(
        NOTE, swap(NOTE, "둘째 줄입니다.", "갑."), swap(NOTE, "둘째 줄입니다.", "을.")
    )
    assert both == parts.Merged(
        swap(NOTE, "둘째 줄입니다.", "<<<<<<< ours\n갑.\n=======\n을.\n>>>>>>> theirs"), 1
    )


def test_words_of_both_sides_stand_below_their_heading_as_ours_do() -> None:
    ours, theirs = swap(NOTE, "첫 문장", "첫째 문장"), swap(NOTE, "둘째 줄", "두 번째 줄")
    apart, tight = "## [[week 1]]\n\n", "## [[week 1]]\n"
    both = swap(ours, "둘째 줄", "두 번째 줄")
    assert merged_note(NOTE, ours, swap(theirs, apart, tight)) == both
    assert merged_note(NOTE, swap(ours, apart, tight), theirs) == swap(both, apart, tight)


def test_a_removed_section_and_an_edited_one() -> None:
    start, end = NOTE.index("## [[week 1]]"), NOTE.index("## My notes")
    without = NOTE[:start] + NOTE[end:]
    assert merged_note(NOTE, without, swap(NOTE, "Own one.", "Own 1.")) == swap(
        without, "Own one.", "Own 1."
    )
    edited = swap(NOTE, "둘째 줄입니다.", "새 줄입니다.")
    assert merged_note(NOTE, without, edited) == edited


def test_a_note_made_on_both_sides() -> None:
    other = swap(swap(NOTE, "Own one.\n\nOwn two.\n", "Theirs.\n"), "  - llm", "  - more")
    found = documents.note("", NOTE, other)
    assert found.conflicts == 1
    assert note_lens.read(found.text).fields.tags == ("alpha", "llm", "more")
    assert all(word in found.text for word in ("Own one.", "Own two.", "Theirs."))


def test_broken_properties_are_merged_by_line() -> None:
    broken = swap(NOTE, "rating: 3 # of five", "rating: [3")
    ours, theirs = swap(broken, "  - llm\n", ""), swap(broken, "Own one.", "Own 1.")
    assert merged_note(broken, ours, theirs) == swap(ours, "Own one.", "Own 1.")


@pytest.mark.parametrize("strange", range(3))
def test_a_list_that_is_of_another_kind_in_one_version_stays_open(strange: int) -> None:
    items = ["  - alpha\n  - llm", "  - alpha\n  - llm\n  - ours", "  - alpha\n  - theirs"]
    items[strange] = "  alpha: 1"
    base, ours, theirs = (swap(NOTE, "  - alpha\n  - llm", each) for each in items)
    found = documents.note(base, ours, theirs)
    assert found.conflicts == 1
    assert all(f"tags:\n{each}\n" in found.text for each in items[1:])


def test_a_section_that_both_sides_add_takes_the_words_of_the_one_that_has_some() -> None:
    bare = swap(NOTE, "## My notes", "## [[week 2]]\n\n## My notes")
    filled = swap(NOTE, "## My notes", "## [[week 2]]\n\nWords.\n\n## My notes")
    for ours, theirs in ((bare, filled), (filled, bare)):
        found = note_lens.read(merged_note(NOTE, ours, theirs))
        assert [each.commentary for each in found.sections[1:]] == ["Words."]


def test_a_list_that_both_sides_have_alike_is_written_as_ours() -> None:
    ours = swap(NOTE, "tags:\n  - alpha\n  - llm\n", "tags: [alpha, llm, new] # mine\n")
    theirs = swap(NOTE, "  - alpha\n  - llm", "  - alpha\n  - llm\n  - new")
    assert merged_note(NOTE, ours, theirs) == ours
    assert merged_note(NOTE, theirs, ours) == theirs


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "  ", "\n  "])
def test_what_stands_below_the_last_words_of_a_note_stays_as_it_is(end: str) -> None:
    base = NOTE.rstrip("\n") + end
    ours, theirs = swap(base, "Own one.", "Own 1."), swap(base, "첫 문장", "새 문장")
    assert merged_note(base, ours, theirs) == swap(theirs, "Own one.", "Own 1.")
