"""The conflicts page: a tick decides about the two texts above it, and about no others."""

from __future__ import annotations

from typing import Any

import pytest
from vault_sync.core.model.plan import Conflict
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.report import conflicts_page as page

ONE = Conflict(
    Key("arxiv:1"), RelPath("digests/w.md"), RelPath("papers/a.md"), "title", "A", "B", 3,
    "both changed",
)  # fmt: skip
TWO = ONE._replace(field="commentary", digest_text="words\n```\n````\n", note_text="[[x]] #tag")
NAMES = LinkResolver.from_paths([ONE.digest, ONE.note])
THREE = [ONE, TWO, ONE._replace(key=Key("arxiv:2"), line=9)]

EARLIER = """\
# Sync conflicts

1 place where a digest and a note say different things. Neither was touched.
Tick one box, or make both sides equal; the next pass settles it. This note goes away.

## [[a]] and [[w]]: title

Both were changed, differently.

The digest says:

```text
A
```

The note says:

```text
B
```

- [ ] keep the digest's ^MARK-digest
- [ ] keep the note's ^MARK-note
"""


def ticked(text: str, mark: str, side: str) -> str:
    (line,) = [each for each in text.split("\n") if each.endswith(f" ^{mark}-{side}")]
    return text.replace(line, line.replace("[ ]", "[x]"))


def test_nothing_open_no_page() -> None:
    assert page.text([], NAMES) == ""


def test_a_conflict_is_a_callout_with_its_boxes_below() -> None:
    text = page.text(
        [TWO._replace(digest_text="Same.\nOne two.", note_text="Same.\nOne 2.")], NAMES
    )
    callout = text[text.index("> [!warning]") :].split("\n\n")[0]
    assert callout.split("\n") == [
        "> [!warning] [[w]] and [[a]]: commentary",
        "> Both were changed, differently.",
        ">",
        "> *(1 paragraph the same)*",
        ">",
        "> One ~~two.~~ ==2.==",
    ]
    boxes = [line.partition(" ^")[0] for line in text.split("\n") if line.startswith("- ")]
    assert boxes == ["- [ ] the digest's", "- [ ] the note's", "- [ ] both, one below the other"]
    assert "# Sync conflicts" not in text


def test_both_texts_can_be_taken_of_a_commentary_alone() -> None:
    text = page.text([ONE, TWO], NAMES)
    assert text.count("-both\n") == 1
    assert page.choices([ONE, TWO], page.ticks(ticked(text, TWO.id, "both"))) == {
        (TWO.key, TWO.digest, TWO.field): "both"
    }


@pytest.mark.parametrize("side", ["digest", "note"])
def test_a_tick_decides_about_its_own_conflict(side: str) -> None:
    text = ticked(page.text([ONE, TWO], NAMES), TWO.id, side)
    assert page.choices([ONE, TWO], page.ticks(text)) == {
        (TWO.key, TWO.digest, TWO.field): side,
    }


def test_both_boxes_decide_nothing_and_stay_ticked() -> None:
    text = page.text([ONE], NAMES)
    both = ticked(ticked(text, ONE.id, "digest"), ONE.id, "note")
    assert not page.ticks(both)
    assert page.text([ONE], NAMES, both) == both


@pytest.mark.parametrize("change", [{"digest_text": "C"}, {"note_text": "C"}, {"field": "url"}])
def test_a_tick_about_another_text_decides_nothing(change: dict[str, Any]) -> None:
    now = ONE._replace(**change)
    text = ticked(page.text([ONE], NAMES), ONE.id, "note")
    assert page.choices([now], page.ticks(text)) == {}
    assert "[x]" not in page.text([now], NAMES, text)


def test_one_box_for_all_decides_about_this_very_set() -> None:
    assert "-all-" not in page.text(THREE[:2], NAMES)
    text = ticked(page.text(THREE, NAMES), page.mark_of_all(THREE), "all-note")
    all_of = {(each.key, each.digest, each.field): "note" for each in THREE}
    assert page.choices(THREE, page.ticks(text)) == all_of
    assert page.choices(THREE[:2], page.ticks(text)) == {}
    own = ticked(text, ONE.id, "digest")
    assert page.choices(THREE, page.ticks(own))[ONE.key, ONE.digest, ONE.field] == "digest"
    open_yet = ticked(own, ONE.id, "note")
    assert (ONE.key, ONE.digest, ONE.field) not in page.choices(THREE, page.ticks(open_yet))
    assert page.unticked(text) == page.text(THREE, NAMES)


def test_the_conflicts_stand_in_the_order_of_their_digests() -> None:
    found = [ONE._replace(digest=RelPath(f"digests/w{n}.md"), line=1) for n in (10, 9, 8)]
    text = page.text([*found, found[2]._replace(field="url", line=7)], NAMES)
    titles = [line for line in text.split("\n") if "[!warning]" in line]
    assert [title.split("]]")[0][-3:] for title in titles] == ["[w8", "[w8", "[w9", "w10"]
    assert "url" in titles[1]


def test_a_page_of_an_earlier_version_is_still_understood() -> None:
    text = EARLIER.replace("MARK", ONE.id)
    assert page.is_ours(text) and not page.is_ours(text + "\nmine\n")
    assert page.choices([ONE], page.ticks(ticked(text, ONE.id, "note"))) == {
        (ONE.key, ONE.digest, ONE.field): "note"
    }


def test_a_page_is_ours_until_a_person_writes_in_it() -> None:
    text = ticked(page.text(THREE, NAMES), ONE.id, "note")
    assert page.is_ours(text) and page.is_ours(text.replace("\n", "\r\n"))
    assert page.is_ours(text.replace("\n\n", "\n \n\n"))
    for old in ("Both were changed", "~~A~~ ==B=="):
        assert not page.is_ours(text.replace(old, f"{old} I think", 1))
    assert not page.is_ours(text + "\nask Ann\n")


def test_two_hundred_conflicts_stay_under_four_thousand_lines() -> None:
    words = "\n".join(f"line {n} of a long text" for n in range(30))
    many = [
        TWO._replace(key=Key(f"arxiv:{n}"), digest_text=words, note_text=words.replace("of", "in"))
        for n in range(200)
    ]
    text = page.text(many, NAMES)
    assert text.count("\n") < 4_000 and "more lines, to be read in both places" in text
    assert len(page.text(many[:20], NAMES).split("\n")) > 20 * 30


def test_of_a_long_conflict_so_many_lines_are_shown_and_the_others_counted() -> None:
    words = "\n".join(f"line {n} of a long text" for n in range(30))
    many = [
        TWO._replace(key=Key(f"arxiv:{n}"), digest_text=words, note_text=words.replace("of", "in"))
        for n in range(200)
    ]

    def callout(count: int) -> list[str]:
        text = page.text(many[:count], NAMES)
        return text[text.index("> [!warning]") :].split("\n\n")[0].split("\n")[3:]

    whole, cut = callout(1), callout(200)
    left = len(whole) - len(cut) + 1
    rest = f"> *({left} more lines, to be read in both places)*"
    assert cut == [*whole[: len(cut) - 1], rest] and 1 < left < len(whole)


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        ([], "Sync conflicts.md"),
        (["Sync conflicts.md"], "Sync conflicts (vault-sync).md"),
        # A file system that folds names holds only one of the two.
        (["sync CONFLICTS.md"], "Sync conflicts (vault-sync).md"),
        (["a/sync CONFLICTS.md", "Sync conflict.md"], "Sync conflicts.md"),
        (
            ["Sync conflicts.md", "Sync conflicts (vault-sync).md"],
            "Sync conflicts (vault-sync 2).md",
        ),
    ],
)
def test_the_page_never_takes_the_place_of_a_readers_file(there: list[str], chosen: str) -> None:
    texts = dict.fromkeys(map(RelPath, there), "mine\n")
    assert page.choose_path("Sync conflicts.md", texts) == chosen
    ours = RelPath("Sync conflicts (vault-sync 5).md")
    assert page.choose_path("Sync conflicts.md", texts | {ours: page.text([ONE], NAMES)}) == ours


def test_the_boxes_for_all_stand_above_and_have_a_line_of_their_own() -> None:
    lines = page.text(THREE, NAMES).split("\n")
    assert lines[0] == (
        "3 places where a digest and a note say different things. Neither was touched."
    )
    here = page.mark_of_all(THREE)
    assert lines[3:7] == [
        "",
        f"- [ ] the digest's for all 3 ^{here}-all-digest",
        f"- [ ] the note's for all 3 ^{here}-all-note",
        "",
    ]
    assert page.text(THREE[:1], NAMES).startswith("1 place where")
    assert page.mark_of_all(THREE) == page.mark_of_all(THREE[::-1]) != page.mark_of_all(THREE[:2])


def test_the_sections_about_copies_stand_below_or_alone() -> None:
    alone = page.text([ONE], NAMES)
    assert page.text([ONE], NAMES, more="# Copies\n") == f"{alone}\n# Copies\n"
    assert page.text([], NAMES, more="# Copies\n") == "# Copies\n"


def test_a_reason_that_has_no_sentence_is_shown_as_it_is() -> None:
    for reason, shown in (("older", "One of them went back"), ("the moon", "the moon")):
        assert f"> {shown}" in page.text([ONE._replace(reason=reason)], NAMES)


@pytest.mark.parametrize(
    ("said", "is_ours"),
    [
        ("```text\nwords\n## mine\n```", True),
        ("````text\n```\nwords\n````", True),
        ("```text\nwords\n````", False),
        ("```text\nwords", False),
        ("```\nwords\n```", False),
    ],
)
def test_only_a_fence_of_a_page_of_an_earlier_version_has_other_lines(
    said: str, is_ours: bool
) -> None:
    text = EARLIER.replace("MARK", ONE.id).replace("```text\nB\n```", said)
    assert page.is_ours(text) == is_ours
    assert not page.is_ours(text.replace(f"^{ONE.id}", "^mine"))


def test_a_page_with_all_names_taken_is_the_last_of_them() -> None:
    names = page.paths("a/Sync conflicts.md")
    assert names[:3] == [
        *("a/Sync conflicts.md", "a/Sync conflicts (vault-sync).md"),
        "a/Sync conflicts (vault-sync 2).md",
    ]
    assert names[-1] == "a/Sync conflicts (vault-sync 99).md" and len(names) == 100
    assert page.choose_path("a/Sync conflicts.md", dict.fromkeys(names, "mine\n")) == names[-1]


def test_another_spelling_of_the_page_lies_in_a_folder_of_that_name() -> None:
    there = [RelPath(path) for path in ("A/sync.md", "a/Sync.md", "Sync.md", "b/a/Sync.md")]
    assert page.spellings("a/Sync.md", there) == there[:2]


def test_one_tick_decides_and_two_are_undecided() -> None:
    text = ticked(page.text([ONE, TWO], NAMES), ONE.id, "digest")
    assert page.ticks(text).undecided == frozenset()
    both = page.ticks(ticked(text, ONE.id, "note"))
    assert both.undecided == {ONE.id} and not both.sides
