"""The copies of a vault: which there are, and what becomes of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest
from vault_sync.core.digest.styles.style import always_flat
from vault_sync.core.merge.copy_rules import CopyChoice, CopyRules
from vault_sync.core.merge.file_copies import Overwritten, merge_copies
from vault_sync.core.model.base import CopyRow, Histories, History, PastValue
from vault_sync.core.model.copies import MergedCopies
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.report import copy_section
from vault_sync.core.text.encodings import text_hash

WEEK = RelPath("d/week.md")
COPY = RelPath("d/week.sync-conflict-20260101-120000-ABCDEFG.md")
PAGE = RelPath("Sync conflicts.md")
RULES = CopyRules(
    is_digest=lambda path: path.startswith("d/"),
    styles=always_flat,
    is_readers=lambda _: False,
    histories_of=lambda _: {},
    note_of=lambda _: None,
    rows_of=lambda text: copy_section.read(text).rows,
    page=PAGE,
)


def entry(number: int, words: str) -> str:
    return f"https://arxiv.org/abs/2308.{number:05}\nT{number}: A Paper (Ann One)\n{words}\n\n"


def week(*words: str) -> str:
    return "week\n" + "".join(entry(number, each) for number, each in enumerate(words))


def merged(texts: Mapping[str, str], rules: CopyRules = RULES) -> MergedCopies:
    return merge_copies({RelPath(path): text for path, text in texts.items()}, rules)


def test_a_vault_without_copies_has_none() -> None:
    assert merged({WEEK: week("a")}) == MergedCopies()


@pytest.mark.parametrize(
    "mark",
    [
        ".sync-conflict-20260101-120000-ABCDEFG",
        " (Conflicted copy)",
        " (Conflicted copy phone 202601011200)",
        " (conflicted copy anna 2026-01-01 120000)",
        "_conflict-20260101-120000",
        " (Anna's conflicted copy 2026-01-01 (1))",
        " (SFConflict anna 2026-01-01-12-00-00)",
    ],
)
def test_a_copy_by_the_name_of_any_service_is_merged(mark: str) -> None:
    found = merged({WEEK: week("a"), WEEK.replace(".md", f"{mark}.md"): week("a", "b")})
    assert "T1" in found.texts[WEEK] and len(found.merged) == 1


def test_copies_are_merged_one_after_the_other() -> None:
    other = RelPath("d/week (Conflicted copy).md")
    found = merged({WEEK: week("a"), COPY: week("a", "b"), other: week("a", "", "c")})
    assert found.texts[WEEK].count("https://") == 3 and found.before == {WEEK: week("a")}
    assert [copy.path for copy in found.merged] == [other, COPY], "in the order of their names"
    assert found.hidden.keys() == {COPY, other}


def test_a_copy_whose_words_stand_in_the_file_is_finished() -> None:
    found = merged({WEEK: week("a", "b"), COPY: week("a")})
    assert [copy.path for copy in found.finished] == [COPY] and not found.texts


def test_an_empty_copy_is_finished_and_an_empty_file_is_not_filled() -> None:
    assert [copy.path for copy in merged({WEEK: week("a"), COPY: "\n"}).finished] == [COPY]
    assert merged({WEEK: "", COPY: week("a")}).stuck


def test_a_copy_that_this_device_has_merged_is_merged_again_only_when_it_changed() -> None:
    before = week("a", "b")
    done = CopyChoice(merged=frozenset({(COPY, text_hash(before))}))
    rules = RULES._replace(choice=done)
    found = merged({WEEK: week("a"), COPY: before}, rules)
    assert [copy.path for copy in found.finished] == [COPY] and not (found.texts or found.merged)
    assert WEEK in merged({WEEK: week("a"), COPY: week("a", "c")}, rules).texts
    waiting = rules._replace(ready=False)
    assert [copy.path for copy in merged({WEEK: week("a"), COPY: before}, waiting).finished] == [
        COPY
    ]


def test_a_copy_that_clashes_is_finished_once_its_rows_are_on_the_page() -> None:
    past = History((PastValue("A. B.", "delivered"),))
    row = BaseKey(Key("arxiv:2308.00000"), WEEK, "commentary")
    rules = RULES._replace(histories_of=lambda _: {row: past})
    texts: dict[str, str] = {WEEK: week("A. F."), COPY: week("A. C.")}
    found = merged(texts, rules)
    assert found.rows == {CopyRow(*row, "A. C.")} and not found.texts
    assert [copy.path for copy in found.merged] == [COPY] and not found.finished
    again = merged(texts | {PAGE: copy_section.text(sorted(found.rows))}, rules)
    assert [copy.path for copy in again.finished] == [COPY] and not again.merged


def test_a_copy_is_not_merged_before_the_device_is_ready() -> None:
    found = merged({WEEK: week("a"), COPY: week("a", "b")}, RULES._replace(ready=False))
    assert [copy.path for copy in found.stuck] == [COPY] and not (found.texts or found.problems)


def test_a_digest_is_merged_in_its_style() -> None:
    items = [
        f"- [T{number}: A Paper](https://arxiv.org/abs/2308.{number:05})\n" for number in range(5)
    ]
    rules = RULES._replace(styles=lambda _: ("list",))
    found = merged({WEEK: "".join(items[:4]), COPY: "".join(items[:3] + items[4:])}, rules)
    assert found.texts == {WEEK: "".join(items)} and not found.problems
    asked = merged({WEEK: "".join(items[:4]), "d/week 2.md": "".join(items[:3])}, rules)
    assert [copy.path for copy in asked.unproven] == ["d/week 2.md"]


def test_a_digest_that_is_not_read_in_its_style_is_left_and_reported() -> None:
    above = "A Paper (Ann One)\nhttps://arxiv.org/abs/2308.0000{}\nwords\n\n"
    found = merged(
        {WEEK: "".join(map(above.format, "123")), COPY: "".join(map(above.format, "14"))}
    )
    assert [copy.path for copy in found.stuck] == [COPY] and not found.texts
    assert [problem.code for problem in found.problems] == ["copy-unmerged"]


@pytest.mark.parametrize("damage", ["\udcff", "\0", "\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> c\n"])
def test_a_damaged_copy_is_left_and_reported(damage: str) -> None:
    found = merged({WEEK: week("a"), COPY: week("a", "b") + damage})
    assert [copy.path for copy in found.stuck] == [COPY] and not found.texts
    assert [problem.code for problem in found.problems] == ["copy-unmerged"]


def test_a_copy_of_a_note_that_was_renamed_is_merged_into_it() -> None:
    note = (
        '---\nurl: https://arxiv.org/abs/2308.00000\ndigests:\n  - "[[week]]"\n---\n\nmy own {}\n'
    )
    now, copy = RelPath("p/Now.md"), RelPath("p/Once (Conflicted copy).md")
    rules = RULES._replace(note_of=lambda _: now)
    found = merged({now: note.format("here"), copy: note.format("there")}, rules)
    assert "my own here" in found.texts[now] and "my own there" in found.texts[now]
    assert copy in found.hidden
    gone = merged({copy: note.format("there")}, rules)
    assert not (gone.texts or gone.merged or gone.hidden), "nor is its note there"


def test_a_copy_of_a_digest_that_was_renamed_is_merged_into_it() -> None:
    now, third = RelPath("d/now.md"), RelPath("d/third.md")
    rules = RULES._replace(is_readers=lambda path: path in {now, third})
    copy = week("a", "b", "c", "d")
    assert now in merged({now: week("a", "b", "c"), third: "words\n", COPY: copy}, rules).texts
    two = merged({now: week("a", "b", "c"), third: week("a", "b", "c"), COPY: copy}, rules)
    assert not two.texts and not two.hidden, "which of the two is not known"
    there = RULES._replace(is_readers=lambda path: path in {now, WEEK})
    assert not merged({now: week("a", "b", "c"), COPY: copy}, there).texts, "it comes back"
    elsewhere = COPY.replace("d/", "x/")
    assert not merged({now: week("a", "b", "c"), elsewhere: copy}, rules).texts, "no digest's copy"


def test_a_copy_without_its_file_is_hidden_while_the_base_has_that() -> None:
    """A service takes a file away for an instant before it puts the other version there."""
    rules = RULES._replace(is_readers=lambda path: path == WEEK)
    assert merged({COPY: week("a")}, rules).hidden and not merged({COPY: week("a")}).hidden


@pytest.mark.parametrize(
    ("here", "there", "asked"),
    [
        (week("a", "b", "c"), week("a", "b", "c", "d"), True),
        (week("a", "b"), week("a", "b"), False),  # too few papers to tell
        (week("a", "b", "c"), "just words\n", False),
    ],
)
def test_a_name_that_people_use_too_needs_the_same_papers(
    here: str, there: str, asked: bool
) -> None:
    found = merged({WEEK: here, "d/week 2.md": there})
    assert bool(found.unproven) is asked and bool(found.hidden) is asked and not found.texts


def note(number: int, words: str) -> str:
    address = f"url: https://arxiv.org/abs/2308.{number:05}"
    return f'---\n{address}\ndigests:\n  - "[[week]]"\n---\n\nmy own {words}\n'


@pytest.mark.parametrize(
    ("there", "asked"), [(note(0, "there"), True), (note(1, "here"), False), (week("a"), False)]
)
def test_a_note_of_such_a_name_is_about_the_same_paper(there: str, asked: bool) -> None:
    found = merged({"p/x.md": note(0, "here"), "p/x 2.md": there})
    assert [copy.path for copy in found.unproven] == ["p/x 2.md"] * asked


def test_a_copy_about_another_paper_is_left_and_reported() -> None:
    copy = "p/x (Conflicted copy).md"
    found = merged({"p/x.md": note(0, "here"), copy: note(1, "there")})
    assert [copy.path for copy in found.stuck] == [copy] and not found.texts


def test_a_file_under_the_path_that_it_had_is_merged_into_itself() -> None:
    here = {"p/z now.md": note(0, "here"), "d/now.md": week("a")}
    there = {"p/z.md": note(0, "there"), "d/was.md": week("a", "b")}
    moved = {RelPath("p/z.md"): RelPath("p/z now.md"), RelPath("d/was.md"): RelPath("d/now.md")}
    texts = {RelPath(path): text for path, text in (here | there).items()}
    found = merge_copies(texts, RULES, moved)
    assert [tuple(copy) for copy in found.merged] == [
        ("d/was.md", "d/now.md", "digest"),
        ("p/z.md", "p/z now.md", "note"),
    ]
    assert "T1" in found.texts[RelPath("d/now.md")]
    assert "my own there" in found.texts[RelPath("p/z now.md")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (note(0, "words of [[was#T|it]]"), True),
        (note(0, "[[d/was]]").replace("[[week]]", "[[now]]"), False),  # it names both
        (note(0, "words").replace("[[week]]", "[[other]]"), False),
        ("words of [[was]]\n", False),  # no note of a paper
    ],
)
def test_notes_follow_a_digest_to_the_path_that_it_has_now(before: str, *, after: bool) -> None:
    before = before.replace("[[week]]", "[[was]]")
    texts = {"p/x.md": before, "d/now.md": week("a"), "d/was.md": week("a"), "d/other.md": "\n"}
    moved = {RelPath("d/was.md"): RelPath("d/now.md")}
    found = merge_copies({RelPath(path): text for path, text in texts.items()}, RULES, moved)
    expected = before.replace("[[was", "[[now")
    assert found.texts == ({RelPath("p/x.md"): expected} if after else {})
    if after:  # a copy of such a note is merged as it would read, and is not written itself
        copy = RelPath("p/x (Conflicted copy).md")
        texts[copy] = before.replace("words", "more words")
        found = merge_copies({RelPath(path): text for path, text in texts.items()}, RULES, moved)
        assert found.texts.keys() == {"p/x.md"} and "[[was" not in found.texts[RelPath("p/x.md")]
        assert copy in {each.path for each in found.merged}


def test_what_the_reader_says_of_such_a_name() -> None:
    texts = {WEEK: week("a", "b", "c"), "d/week 2.md": week("a", "b", "c", "d")}
    two = frozenset({RelPath("d/week 2.md")})
    wanted = merged(texts, RULES._replace(choice=CopyChoice(wanted=two)))
    assert WEEK in wanted.texts and not wanted.unproven
    assert merged(texts, RULES._replace(choice=CopyChoice(mine=two))) == MergedCopies()
    assert merged(texts, RULES._replace(is_readers=lambda path: path in two)) == MergedCopies()
    assert merged(texts, RULES._replace(merges=False)) == MergedCopies(), "nobody is asked"


def test_a_copy_that_is_to_be_left_is_left_unless_it_is_wanted() -> None:
    texts: dict[str, str] = {WEEK: week("a"), COPY: week("a", "b")}
    one = frozenset({COPY})
    for rules in (RULES._replace(choice=CopyChoice(left=one)), RULES._replace(merges=False)):
        found = merged(texts, rules)
        assert [copy.path for copy in found.left] == [COPY] and not (found.texts or found.merged)
        assert [problem.code for problem in found.problems] == ["copy-of-digest"]
    found = merged(texts, RULES._replace(choice=CopyChoice(left=one, wanted=one)))
    assert WEEK in found.texts and not found.left


def test_rows_of_a_copy_of_the_conflicts_note_are_taken_over() -> None:
    row = CopyRow(Key("arxiv:2301.00001"), WEEK, "commentary", "words")
    copy = PAGE.replace(".md", " (Conflicted copy).md")
    found = merged({copy: copy_section.text([row])})
    assert found.rows == {row} and [each.path for each in found.merged] == [copy]
    assert found.hidden.keys() == {copy} and not found.texts
    assert merged({PAGE: copy_section.text([row]), copy: copy_section.text([row])}).finished


def regained(file: str, before: str, rules: CopyRules = RULES, copy: str = "") -> MergedCopies:
    texts = {WEEK: file} | ({COPY: copy} if copy else {})
    lost = Overwritten({WEEK: (before, frozenset({Key("arxiv:2308.00000")}))}, frozenset(), {})
    return merge_copies(texts, rules, overwritten=lost)


def test_what_was_typed_into_a_file_that_was_brought_comes_back_as_of_a_copy() -> None:
    found = regained(week("a"), week("a typed."))
    assert "a typed." in found.texts[WEEK] and found.before == {WEEK: week("a")}
    assert found.overwritten == {WEEK} and not found.merged and not found.hidden


@pytest.mark.parametrize("before", ["A.", "A. B.", ""])
def test_where_the_file_that_was_brought_lacks_nothing_it_stays(before: str) -> None:
    found = regained(week("A. B."), week(before))
    assert not found.texts and not found.overwritten and not found.rows


def test_the_histories_by_which_copies_were_merged_are_told() -> None:
    one, two = ({BaseKey(Key(f"arxiv:2308.0000{n}"), "", "title"): History()} for n in (0, 1))
    lost = Overwritten({WEEK: (week("a"), frozenset())}, frozenset(), one)
    texts = {WEEK: week("a"), COPY: week("a", "b")}
    rules = RULES._replace(histories_of=lambda _: two)
    assert merge_copies(texts, rules, overwritten=lost).histories == one | two


def test_a_text_that_cannot_be_merged_brings_nothing_back() -> None:
    for broken in ("\0", f"<<<<<<< a\n{week('b')}=======\n{week('c')}>>>>>>> d\n"):
        found = regained(week("a"), broken)
        assert not found.texts and not found.overwritten


def test_a_copy_of_the_file_or_a_device_that_is_not_ready_brings_nothing_back() -> None:
    found = regained(week("a"), week("a typed."), copy=week("a", "b"))
    assert "typed" not in found.texts[WEEK] and not found.overwritten
    assert not regained(week("a"), week("a typed."), RULES._replace(ready=False)).texts


def test_a_copy_of_a_note_that_is_left_is_no_problem() -> None:
    texts = {"p/x.md": note(0, "here"), "p/x (Conflicted copy).md": note(0, "there")}
    found = merged(texts, RULES._replace(merges=False))
    assert found.left and not found.problems


def test_copies_that_are_asked_about_stand_in_the_order_of_their_names() -> None:
    copies = [f"d/week {number}.md" for number in range(2, 9)]
    found = merged(dict.fromkeys([WEEK, *reversed(copies)], week("a", "b", "c")))
    assert [copy.path for copy in found.unproven] == copies


def test_a_name_that_may_be_a_copy_of_two_files_is_asked_about_once() -> None:
    texts = dict.fromkeys([WEEK, "d/week 2.md", "d/week 2 (1).md"], week("a", "b", "c"))
    assert [tuple(copy)[:2] for copy in merged(texts).unproven] == [
        ("d/week 2 (1).md", "d/week 2.md"),
        ("d/week 2.md", WEEK),
    ]


def test_only_the_histories_of_the_papers_of_copies_are_read() -> None:
    asked: list[Collection[Key]] = []

    def histories_of(keys: Collection[Key]) -> Histories:
        asked.append(sorted(keys))
        return {}

    other = "p/y (Conflicted copy).md"
    texts = {"p/y.md": note(5, "here"), other: note(6, "there"), "p/z.md": note(7, "")}
    copies = {WEEK: week("a"), COPY: week("a", "b"), "d/other.md": week("a", "b", "c")}
    merged({**texts, **copies}, RULES._replace(histories_of=histories_of))
    assert asked == [[Key(f"arxiv:2308.{number:05}") for number in (0, 1, 5, 6)]]


@pytest.mark.parametrize(("more", "tags"), [("", "[a]"), ("d/next.md", "[a, b]")])
def test_the_tags_of_a_paper_of_one_digest_have_the_history_of_its_note_too(
    more: str, tags: str
) -> None:
    tagged = note(0, "words").replace("---\n\n", "tags: [{}]\n---\n\n")
    texts = {"p/x.md": tagged.format("a"), "p/x (Conflicted copy).md": tagged.format("a, b")}
    past = History((PastValue(("a", "b"), "delivered"), PastValue(("a",), "typed")))
    rows = [BaseKey(Key("arxiv:2308.00000"), each, "tags") for each in (WEEK, more) if each]
    found = merged(texts, RULES._replace(histories_of=lambda _: dict.fromkeys(rows, past)))
    assert f"tags: {tags}" in found.texts.get(RelPath("p/x.md"), texts["p/x.md"])
