"""Three versions of a digest: what merges, what stays open, and that no word is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.laws import examples
from tests.support.merge_texts import ALPHA, BASE, BETA, DELTA, GAMMA, OMEGA, WEEK, merged, swap
from tests.support.worlds import digests, tokens
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.merge import documents

# Digests.


def test_added_entries_of_both_sides_stand_one_after_the_other() -> None:
    assert merged(BASE, BASE + DELTA, BASE + OMEGA) == BASE + DELTA + OMEGA
    spaced = BASE.replace("\nhttps", "\n\nhttps")
    assert merged(spaced, spaced + "\n" + DELTA, spaced + "\n" + OMEGA) == (
        spaced + "\n" + DELTA + "\n" + OMEGA
    )
    ended = BASE.removesuffix("\n")
    assert merged(ended, BASE + DELTA.removesuffix("\n"), BASE + OMEGA.removesuffix("\n")) == (
        BASE + DELTA + OMEGA.removesuffix("\n")
    )


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "  ", "\n  ", "\n---\n"])
def test_what_stands_below_the_last_entry_stays_as_it_is(end: str) -> None:
    base = BASE.rstrip("\n") + end
    ours, theirs = swap(base, "베타 설명", "베타 새 설명"), swap(base, "#llm", "#llm #new")
    assert merged(base, ours, theirs) == swap(ours, "#llm", "#llm #new")


def test_entries_added_at_the_top_and_in_the_middle() -> None:
    ours = WEEK + DELTA + ALPHA + BETA + GAMMA
    theirs = WEEK + OMEGA + ALPHA + BETA + GAMMA
    assert merged(BASE, ours, theirs) == WEEK + DELTA + OMEGA + ALPHA + BETA + GAMMA
    bare = ALPHA + "\n" + BETA
    assert merged(bare, DELTA + "\n" + bare, OMEGA + "\n" + bare) == (
        DELTA + "\n" + OMEGA + "\n" + bare
    )


def test_the_same_entry_added_on_both_sides_is_one() -> None:
    assert merged(BASE, BASE + DELTA, BASE + DELTA) == BASE + DELTA
    fuller = swap(DELTA, "#delta", "#delta #more")
    assert merged(BASE, BASE + DELTA, BASE + fuller) == BASE + fuller
    silent = swap(DELTA, "델타.\n", "")
    assert merged(BASE, BASE + silent, BASE + fuller) == BASE + fuller


def test_removed_on_one_side_and_untouched_on_the_other_is_removed() -> None:
    assert merged(BASE, WEEK + ALPHA + GAMMA, BASE + DELTA) == WEEK + ALPHA + GAMMA + DELTA
    assert merged(BASE, BASE + DELTA, WEEK + BETA + GAMMA) == WEEK + BETA + GAMMA + DELTA


def test_an_edit_outlives_a_removal() -> None:
    edited = swap(BASE, "베타 설명입니다.", "베타 설명이었습니다.")
    assert merged(BASE, WEEK + ALPHA + GAMMA, edited) == edited
    assert merged(BASE, edited, WEEK + ALPHA + GAMMA) == edited


def test_edits_of_different_entries_fields_paragraphs_and_sentences_all_survive() -> None:
    edits = [
        ("베타 설명입니다.", "베타 새 설명입니다."),
        ("#alpha #llm", "#alpha #llm #new"),
        ("Alpha: A Study]]", "Alpha: The Study]]"),
        ("Ann Park, Bo Lee", "Ann Park, Bo Lee, Cho Kim"),
        ("[[Alpha|", "[[230801 Alpha|"),
        ("첫 문장입니다.", "첫째 문장입니다."),
        ("둘째 문장입니다.", "두 번째 문장입니다."),
        ("둘째 줄입니다.", "두 번째 줄입니다."),
        ("abs/2308.00001", "pdf/2308.00001"),
    ]
    for one in edits:
        for other in edits:
            if one is other:
                continue
            both = swap(swap(BASE, *one), *other)
            assert merged(BASE, swap(BASE, *one), swap(BASE, *other)) == both


def test_tags_are_sets() -> None:
    ours = swap(BASE, "#alpha #llm", "#alpha #one")
    theirs = swap(BASE, "#alpha #llm", "#alpha #llm #two")
    assert "\n#alpha #one #two\n" in merged(BASE, ours, theirs)


def test_moved_entries_keep_the_other_sides_edits() -> None:
    moved = WEEK + GAMMA + ALPHA + BETA
    edited = swap(BASE, "감마 이야기입니다.", "감마 새 이야기입니다.")
    want = swap(moved, "감마 이야기입니다.", "감마 새 이야기입니다.")
    assert merged(BASE, moved, edited) == want
    assert merged(BASE, edited, moved) == want
    assert merged(BASE, moved, BASE + DELTA) == WEEK + GAMMA + DELTA + ALPHA + BETA
    both = merged(BASE, moved, WEEK + BETA + ALPHA + GAMMA)
    assert sorted(both) == sorted(BASE)


def test_text_between_entries_is_merged_by_line() -> None:
    base = WEEK + ALPHA + "## 주제\n" + BETA
    assert merged(base, swap(base, WEEK, WEEK + "머리말\n"), base + "## 끝\n") == (
        swap(base, WEEK, WEEK + "머리말\n") + "## 끝\n"
    )
    assert merged(base, base + DELTA, swap(base, "## 주제", "## 새 주제")) == (
        swap(base, "## 주제", "## 새 주제") + DELTA
    )
    found = documents.digest(
        base, swap(base, "## 주제", "## 갑"), swap(base, "## 주제", "## 을") + DELTA
    )
    assert found.conflicts == 1
    assert (
        found.text
        == swap(base, "## 주제", "<<<<<<< ours\n## 갑\n=======\n## 을\n>>>>>>> theirs") + DELTA
    )


def test_what_cannot_be_merged_stays_open_in_that_place_alone() -> None:
    ours = swap(swap(BASE, "둘째 줄입니다.", "갑."), "#beta", "#beta #ours")
    theirs = swap(swap(BASE, "둘째 줄입니다.", "을."), "#alpha", "#alpha #theirs") + DELTA
    found = documents.digest(BASE, ours, theirs)
    assert found.conflicts == 1
    want = swap(BASE, "둘째 줄입니다.", "<<<<<<< ours\n갑.\n=======\n을.\n>>>>>>> theirs")
    want = swap(swap(want, "#beta", "#beta #ours"), "#alpha #llm", "#alpha #llm #theirs") + DELTA
    assert found.text == want


def test_two_titles_stay_open_with_the_lines_they_stand_on() -> None:
    ours = swap(BASE, "Alpha: A Study]]", "Alpha: One]]")
    theirs = swap(swap(BASE, "Alpha: A Study]]", "Alpha: Two]]"), "#llm", "#llm #more")
    found = documents.digest(BASE, ours, theirs)
    assert found.conflicts == 1
    url = "https://arxiv.org/abs/2308.00001\n"
    tail = "(Ann Park, Bo Lee)\n"
    assert f"<<<<<<< ours\n{url}[[Alpha|Alpha: One]] {tail}=======\n{url}" in found.text
    assert f"[[Alpha|Alpha: Two]] {tail}>>>>>>> theirs\n첫 문장" in found.text
    assert "#alpha #llm #more" in found.text and found.text.endswith(BETA + GAMMA)


@pytest.mark.parametrize(
    ("old", "here", "there"),
    [
        ("Alpha: A Study]]", "Alpha: One]]", "Alpha: Two]]"),
        ("Ann Park, Bo Lee", "Ann Park", "Bo Lee"),
        ("[[Alpha|", "[[One|", "[[Two|"),
        ("abs/2308.00001", "pdf/2308.00001", "abs/2308.00001v2"),
    ],
)
def test_a_field_that_both_changed_stays_open_and_the_rest_of_its_entry_is_merged(
    old: str, here: str, there: str
) -> None:
    ours = swap(swap(BASE, old, here), "#alpha #llm", "#alpha #llm #ours")
    theirs = swap(swap(BASE, old, there), "#alpha #llm", "#alpha #llm #theirs") + DELTA
    found = documents.digest(BASE, ours, theirs)
    assert found.conflicts == 1 and found.text.endswith(BETA + GAMMA + DELTA)
    opened, rest = found.text.split(">>>>>>> theirs\n")
    one, other = opened.split("=======\n")
    assert here in one and there in other and there not in one
    assert rest.startswith(
        "첫 문장입니다. 둘째 문장입니다.\n둘째 줄입니다.\n#alpha #llm #ours #theirs\n"
    )
    words = swap(ours, "둘째 줄입니다.", "갑."), swap(theirs, "둘째 줄입니다.", "을.")
    assert documents.digest(BASE, *words).conflicts == 2


def test_line_ends_and_bom_are_those_of_the_side_that_chose() -> None:
    crlf = "\ufeff" + BASE.replace("\n", "\r\n")
    ours = swap(crlf, "베타 설명입니다.", "베타 새 설명입니다.")
    assert merged(crlf, ours, crlf + DELTA.replace("\n", "\r\n")) == (
        ours + DELTA.replace("\n", "\r\n")
    )
    changed = merged(BASE, crlf, BASE + DELTA)
    assert changed == "\ufeff" + (BASE + DELTA).replace("\n", "\r\n")


def test_a_paper_that_stands_twice_is_merged_by_line() -> None:
    twice = WEEK + ALPHA + BETA + ALPHA
    assert merged(twice, twice + DELTA, swap(twice, "베타", "새 베타")) == (
        swap(twice, "베타", "새 베타") + DELTA
    )


def test_an_entry_unlinked_on_one_side_stays_unlinked() -> None:
    ours = swap(BASE, "#alpha #llm", "#alpha #llm #new")
    theirs = swap(BASE, "[[Alpha|Alpha: A Study]]", "Alpha: A Study")
    want = swap(ours, "[[Alpha|Alpha: A Study]]", "Alpha: A Study")
    assert merged(BASE, ours, theirs) == want
    assert merged(BASE, theirs, ours) == want


def test_an_entry_that_would_not_read_as_meant_is_merged_by_line() -> None:
    ours = swap(BASE, "[[Gamma|Gamma]] (Dan Choi)\n", "")
    theirs = swap(BASE, "감마 이야기", "Not a Title (Ann Park, Bo Lee)\n감마 이야기")
    found = documents.digest(BASE, ours, theirs)
    assert found.conflicts == 1
    assert "=======\n[[Gamma|Gamma]] (Dan Choi)\nNot a Title (Ann Park, Bo Lee)\n" in found.text
    ours, theirs = swap(ours, "#beta", "#beta #ours"), swap(theirs, "#beta", "#beta #theirs")
    found = documents.digest(BASE, ours, theirs)
    assert found.conflicts == 1 and "\n#beta #ours #theirs\n" in found.text, "that entry alone"


def test_an_entry_that_would_be_swallowed_by_another_is_not() -> None:
    bare = "https://example.org/bare\n이름 없는 글.\n"
    base = WEEK + ALPHA + bare
    found = documents.digest(base, WEEK + OMEGA + ALPHA + bare, WEEK + bare)
    assert found.conflicts == 1


@settings(max_examples=examples(20))
@given(st.data())
def test_no_word_of_a_generated_digest_is_lost(data: st.DataObject) -> None:
    base, _ = data.draw(digests(max_entries=4))
    if base.count("\r\n") not in (0, base.count("\n")):
        return
    sides = [_edited(data, base, name) for name in ("a", "b")]
    found = documents.digest(base, sides[0], sides[1])
    was, ours, theirs = (tokens(text) for text in (base, *sides))
    kept = (ours | theirs) - ((was - ours) | (was - theirs))
    assert kept <= tokens(found.text)
    assert (ours - was) | (theirs - was) <= tokens(found.text)
    if not found.conflicts:
        assert "<<<<<<<" not in found.text


def _edited(data: st.DataObject, text: str, name: str) -> str:
    """A reader's edits: entries removed, moved, added, reworded; new words have new tokens."""
    newline = "\r\n" if "\r\n" in text else "\n"
    for step in range(data.draw(st.integers(0, 4))):
        entries = digest_reader.read(text).entries
        token = f"w{'1' if name == 'a' else '2'}0{step}99999"
        what = data.draw(st.sampled_from(("reword", "add", "remove", "tag", "move")))
        entry = data.draw(st.sampled_from(entries)) if entries else None
        if what == "add" or entry is None:
            new = f"https://arxiv.org/abs/2401.{token[-5:]}/{token}\n{token} New (A B, C D)\n#x"
            text += ("" if text.endswith("\n") or not text else newline) + new.replace(
                "\n", newline
            )
        elif what == "remove":
            text = text[: entry.span.start] + text[entry.span.end :]
        elif what == "move":
            cut = text[entry.span.start : entry.span.end]
            text = (
                cut
                + ("" if cut.endswith("\n") else newline)
                + (text[: entry.span.start] + text[entry.span.end :])
            )
        else:
            words = entry.span.slice(text)
            at = entry.span.start + len(words.rstrip("\r\n"))
            added = f"{newline}{token} 덧붙임." if what == "reword" else f"{newline}#{token}"
            text = text[:at] + added + text[at:]
    return text
