"""Entries taken out of a digest, and files that only look as if: first what must not be removed."""

from __future__ import annotations

import re

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    BETA,
    DIGEST,
    ENTRY,
    GAMMA,
    NEXT,
    NOTE,
    NOTE_BETA,
    NOTE_GAMMA,
    NOTE_OMEGA,
    OMEGA,
    OWN,
    WEEK,
    change,
    codes,
    cut,
    entry,
    forget,
    knows,
    noted,
    nothing_happens,
    only,
    quiet,
    rename,
    said,
    section,
    settled,
)
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.model.base import TYPED, Arrival, Base
from vault_sync.core.model.plan import Trash
from vault_sync.core.model.values import Facts, Key, RelPath, Rules
from vault_sync.core.reconcile.pairing.removals import kind_of_removal, removals_number


def many(count: int = 40) -> MemoryVault:
    """A vault with one long digest."""
    text = "긴 주\n" + "".join(
        f"https://arxiv.org/abs/2309.{n:05d}\nPaper {n} (Kim Lee)\n글 {n}입니다.\n#t{n}x\n"
        for n in range(1, count + 1)
    )
    vault = MemoryVault(files={"digests/long.md": text})
    vault.sync()
    return vault


# Where nothing may be removed.


# A stride that meets every kind of place in an entry; the sweep cuts at every character.
@pytest.mark.parametrize("stride", [5, pytest.param(1, marks=pytest.mark.sweep)])
def test_a_digest_cut_short_anywhere(stride: int) -> None:
    """Nothing is removed and nothing spread, and all is well when its end comes back."""
    vault = settled()
    whole = vault.files[WEEK]
    rows = dict(vault.rows)
    for at in range(0, len(whole), stride):
        vault.files[WEEK] = whole[:at]
        before = dict(vault.files)
        plan = vault.sync()
        assert vault.files == before, at
        if whole[at:].strip():
            assert set(codes(plan)) & {"cut-short", "last-entry-gone", "emptied"}, at
            assert vault.rows == rows, at
            assert not vault.plan().operations, at
        vault.files[WEEK] = whole
        assert not vault.sync().problems, at
        assert vault.rows == rows, at


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", " \r\n"])
def test_an_emptied_digest(text: str) -> None:
    vault = settled()
    vault.files[WEEK] = text
    assert codes(nothing_happens(vault)) == ["emptied"]
    assert codes(nothing_happens(vault)) == ["emptied"]


@pytest.mark.parametrize("path", [WEEK, NOTE])
def test_a_file_of_nul(path: str) -> None:
    vault = settled()
    vault.files[path] = "\0" * len(vault.files[path])
    assert codes(nothing_happens(vault)) == ["nul"]
    half = settled()
    text = half.files[path]
    half.files[path] = text[: len(text) // 2] + "\0" * (len(text) // 2)
    assert codes(nothing_happens(half)) == ["nul"]


def test_an_emptied_note() -> None:
    vault = settled()
    vault.files[NOTE] = ""
    assert codes(nothing_happens(vault)) == ["emptied"]
    change(vault, WEEK, "알파 둘째 줄입니다.", "고친 줄.")
    assert codes(nothing_happens(vault)) == ["emptied"]


def test_a_digest_that_is_not_utf_8() -> None:
    vault = settled()
    change(vault, WEEK, "#alpha", "#alpha \udcff")
    assert codes(nothing_happens(vault)) == ["not-utf-8"]


def test_a_cut_digest_does_not_stop_the_others() -> None:
    vault = settled()
    vault.files[WEEK] = vault.files[WEEK][:200]
    change(vault, NEXT, "오메가입니다.", "오메가를 고쳤습니다.")
    assert codes(only(vault, NOTE_OMEGA)) == ["cut-short"]


def test_an_edit_above_says_that_the_end_was_meant() -> None:
    vault = settled()
    text = vault.files[WEEK]
    vault.files[WEEK] = text[: text.index("https://arxiv.org/abs/2308.00004")]
    assert codes(nothing_happens(vault)) == ["last-entry-gone"]
    change(vault, WEEK, "알파 둘째 줄입니다.", "고친 줄.")
    plan = vault.sync()
    assert [type(each) for each in plan.operations].count(Trash) == 1
    assert ".trash/230804 Delta Rules.md" in vault.files
    quiet(vault)


def test_no_base_no_removal() -> None:
    vault = settled()
    cut(vault, ALPHA)
    forget(vault)
    for _ in range(3):
        assert codes(nothing_happens(vault)) == ["entry-missing"]


def test_a_rebuild_removes_nothing() -> None:
    vault = settled()
    cut(vault, ALPHA)
    before = dict(vault.files)
    vault.sync(remake=True)
    assert vault.files == before


@pytest.mark.parametrize("count", [4, 20])
def test_too_many_removals(count: int) -> None:
    vault = many()
    text = vault.files["digests/long.md"]
    blocks = re.split(r"(?=https://)", text)
    # Every other entry, so that it is no file cut short.
    gone = set(range(2, 2 + count * 2 - 1, 2)[:count])
    vault.files["digests/long.md"] = "".join(
        block for at, block in enumerate(blocks) if at not in gone
    ).replace("글 1입니다.", "글 1을 고쳤다.")
    plan = nothing_happens(vault)
    assert codes(plan) == ["many-removals"]
    assert f"{count} of 40" in plan.problems[0].message and "; Paper " in plan.problems[0].message
    assert codes(nothing_happens(vault)) == ["many-removals"]
    # The number of another list is no leave.
    assert codes(nothing_happens(vault, allowed="00000000")) == ["many-removals"]
    number = re.findall(r"--allow-removals (\w+)", plan.problems[0].hint)[0]
    done = vault.sync(allowed=number)
    assert len([each for each in done.operations if isinstance(each, Trash)]) == count
    assert "글 1을 고쳤다." in vault.files["papers/Paper 1.md"]
    assert not quiet(vault).problems


def test_too_many_removals_and_back_again() -> None:
    vault = many()
    text = vault.files["digests/long.md"]
    blocks = re.split(r"(?=https://)", text)
    vault.files["digests/long.md"] = "".join(blocks[:2] + blocks[9:])
    assert codes(nothing_happens(vault)) == ["many-removals"]
    # What is cut short of what was held is still no edit.
    vault.files["digests/long.md"] = "".join(blocks[:2] + blocks[9:12])
    assert codes(nothing_happens(vault)) == ["many-removals"]
    vault.files["digests/long.md"] = text
    assert not nothing_happens(vault).problems


def test_two_of_a_small_digest() -> None:
    vault = settled()
    cut(vault, ALPHA)
    cut(vault, GAMMA)
    assert codes(nothing_happens(vault)) == ["many-removals"]


def test_a_digest_that_is_asked_about_does_not_stop_the_others() -> None:
    vault = settled()
    cut(vault, ALPHA)
    cut(vault, GAMMA)
    change(vault, NOTE_BETA, "베타 설명입니다.", "베타를 고쳤습니다.")
    change(vault, NOTE_OMEGA, "오메가입니다.", "오메가를 고쳤습니다.")
    before = vault.files[WEEK]
    vault.sync()
    assert vault.files[WEEK] == before
    assert "고쳤습니다" in vault.files[NEXT]


def test_a_digest_that_is_asked_about_makes_and_adopts_nothing() -> None:
    vault = settled({"read/eta.md": ENTRY.replace("00001", "00042")})
    cut(vault, ALPHA)
    cut(vault, GAMMA)
    other = "https://arxiv.org/abs/2308.00041\nOther Models (Ann Park)\n다른 말.\n#alpha\n"
    more = other + other.replace("00041", "00042").replace("Other", "Further")
    change(vault, WEEK, "주차\n", "주차\n" + more)
    assert codes(nothing_happens(vault)) == ["many-removals"]


def test_a_digest_cut_short_makes_and_adopts_nothing() -> None:
    vault = settled()
    vault.files["read/eta.md"] = "---\nurl: https://arxiv.org/abs/2308.00001\n---\n"
    del vault.files[NOTE]
    vault.files[WEEK] = vault.files[WEEK][:200]
    assert codes(nothing_happens(vault)) == ["cut-short"]


def test_an_edit_beats_a_removal() -> None:
    vault = settled()
    text = cut(vault, ALPHA)
    change(vault, NOTE, "알파 둘째 줄입니다.", "노트가 고쳤다.")
    only(vault, WEEK)
    assert "노트가 고쳤다." in said(vault, ALPHA).commentary
    assert said(vault, ALPHA).title == "Alpha Models: A Study"
    assert said(vault, ALPHA).tags == ("alpha", "llm")
    assert entry(vault, ALPHA).link and text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('title: "Alpha Models: A Study"', 'title: "Alpha: Better"'),
        ("- Bo Lee", "- Bo Lim"),
        ("  - llm\n", "  - llm\n  - mine\n"),
        ("https://arxiv.org/abs/2308.00001", "https://arxiv.org/abs/2308.00001v2"),
    ],
)
def test_an_edited_property_beats_a_removal(old: str, new: str) -> None:
    vault = settled()
    cut(vault, ALPHA)
    change(vault, NOTE, old, new)
    vault.sync()
    assert NOTE in vault.files
    assert entry(vault, ALPHA).link
    quiet(vault)


def test_what_was_never_agreed_on_beats_a_removal() -> None:
    vault = settled()
    change(vault, NOTE, "- Bo Lee", "- Bo Lim")
    forget(vault)
    assert vault.sync().conflicts
    cut(vault, ALPHA)
    vault.sync()
    assert "Bo Lim" in vault.files[NOTE]
    assert entry(vault, ALPHA).fields.authors == ("Ann Park", "Bo Lim")


def test_an_entry_that_could_not_be_put_back_is_put_back_later() -> None:
    vault = settled()
    cut(vault, ALPHA)
    change(vault, NOTE, "- Bo Lee", "- Bo Lim")
    # The digest is in use: what waits for it must not be taken for agreed.
    vault.carry_out(vault.plan(), but={WEEK})
    vault.sync()
    assert entry(vault, ALPHA).fields.authors == ("Ann Park", "Bo Lim")
    quiet(vault)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("알파 둘째 줄입니다.\n", "알파 둘째 줄입니다.\n" + OWN),
        ("---\n\n## [[", "---\n\n## 나의 글\n\n## [["),
        ("authors:\n", "rating: 5\nauthors:\n"),
        ("aliases:\n", "aliases:\n  - 알파\n"),
        ("aliases:\n", "# 나의 말\naliases:\n"),
        ("aliases:\n", "aliases: # 나의 말\n"),
    ],
)
def test_a_note_with_something_of_the_readers_is_kept(old: str, new: str) -> None:
    vault = settled()
    change(vault, NOTE, old, new)
    vault.sync()
    cut(vault, ALPHA)
    only(vault, NOTE)
    assert set(new.split("\n")) - set(old.split("\n")) <= set(vault.files[NOTE].split("\n"))
    assert "2023년 8월 3주차" not in vault.files[NOTE]
    assert "알파 첫 문장" not in vault.files[NOTE]
    assert noted(vault, NOTE).title == "Alpha Models: A Study"
    assert not any(row.digest for row in knows(vault, ALPHA))


def test_a_mention_added_by_hand_is_the_readers() -> None:
    vault = settled()
    change(vault, NOTE, "---\n\n##", 'mentions:\n  - "[[230803 Gamma]]"\n---\n\n##')
    vault.sync()
    cut(vault, ALPHA)
    vault.sync()
    assert NOTE in vault.files


def test_a_kept_note_is_met_again() -> None:
    vault = settled()
    vault.files[NOTE] += OWN
    vault.sync()
    text = cut(vault, ALPHA)
    vault.sync()
    vault.files[WEEK] += text
    only(vault, NOTE)
    assert section(vault, NOTE).commentary == said(vault, ALPHA).commentary
    assert "내 생각." in vault.files[NOTE]


# Where something must be.


def test_a_removed_entry_takes_its_note_along() -> None:
    vault = settled()
    text = vault.files[NOTE]
    cut(vault, ALPHA)
    only(vault, NOTE, ".trash/230801 Alpha Models.md")
    assert vault.files[".trash/230801 Alpha Models.md"] == text
    assert not knows(vault, ALPHA)


def test_a_removed_entry_comes_back() -> None:
    vault = settled()
    before = vault.files[WEEK], vault.files[NOTE]
    cut(vault, ALPHA)
    vault.sync()
    vault.files[WEEK] = before[0]
    plan = vault.sync()
    # Linked, and its note in the trash: the reader is told, and asks for it.
    assert codes(plan) == ["note-missing"]
    vault.sync(remake=True)
    assert vault.files[NOTE] == before[1]
    quiet(vault)


def test_one_week_of_two_is_removed() -> None:
    vault = settled()
    again = ENTRY.replace("알파 첫", "다시 알파 첫").replace("#alpha", "#again")
    change(vault, NEXT, "주차\n", "주차\n" + again)
    vault.sync()
    assert noted(vault, NOTE).tags == ("alpha", "llm", "again")
    cut(vault, ALPHA, NEXT)
    only(vault, NOTE)
    assert vault.files[NOTE].rstrip() == settled().files[NOTE].rstrip()


def test_the_first_week_of_two_is_removed() -> None:
    vault = settled()
    again = ENTRY.replace("알파 첫", "다시 알파 첫").replace("#alpha", "#again")
    change(vault, NEXT, "주차\n", "주차\n" + again)
    vault.sync()
    cut(vault, ALPHA)
    plan = vault.sync()
    assert not plan.conflicts
    assert "다시 알파 첫" in section(vault, NOTE, NEXT).commentary
    assert "2023년 8월 3주차" not in vault.files[NOTE]
    assert set(noted(vault, NOTE).tags) == {"again", "llm"}
    quiet(vault)


def test_an_allowed_share_is_removed() -> None:
    vault = settled()
    vault.rules = Rules(removals_entries=10)
    cut(vault, ALPHA)
    vault.sync()
    assert NOTE not in vault.files


def test_trash_does_not_stop_the_daemon_twice() -> None:
    vault = settled()
    cut(vault, BETA)
    vault.sync()
    assert NOTE_BETA not in vault.files
    text = DIGEST[DIGEST.index("https://arxiv.org/abs/2308.00002") :]
    change(vault, WEEK, "주차\n", "주차\n" + text.partition("https://arxiv.org/abs/2308.00003")[0])
    vault.sync()
    assert NOTE_BETA in vault.files
    cut(vault, BETA)
    vault.sync()
    assert NOTE_BETA not in vault.files
    assert vault.files[".trash/230802 Beta Nets.md"]
    assert OMEGA and NOTE_GAMMA in vault.files


# A note of an untitled entry, and properties named like facts.

UNTITLED = "https://arxiv.org/abs/2308.00077\n제목 없는 글입니다.\n#plain\n"


def with_untitled(**facts: object) -> MemoryVault:
    """A settled vault whose first digest begins with an entry without a title line."""
    vault = settled()
    if facts:
        vault.facts[Key("arxiv:2308.00077")] = Facts(**facts)  # type: ignore[arg-type]
    change(vault, WEEK, "주차\n", "주차\n" + UNTITLED)
    vault.sync()
    quiet(vault)
    return vault


def untitled_note(vault: MemoryVault) -> str:
    (path,) = (path for path, text in vault.files.items() if "제목 없는" in text and path != WEEK)
    return path


@pytest.mark.parametrize("given", ["title: 나의 제목", "authors:\n  - Somebody I Looked Up"])
@pytest.mark.parametrize("facts", [{}, {"published": "2023-08-07"}])
def test_a_title_given_to_an_untitled_entrys_note_is_the_readers(
    given: str, facts: dict[str, str]
) -> None:
    vault = with_untitled(**facts)
    path = untitled_note(vault)
    change(vault, path, "---\nurl", f"---\n{given}\nurl")
    vault.sync()
    quiet(vault)
    cut(vault, Key("arxiv:2308.00077"))
    vault.sync()
    assert given in vault.files[path]
    quiet(vault)


def test_an_untitled_entrys_note_with_what_arxiv_gave_goes_with_it() -> None:
    vault = with_untitled(title="A Title", authors=("Ann Park", "Bo Lee"))
    path = untitled_note(vault)
    assert noted(vault, path).title == "A Title"
    cut(vault, Key("arxiv:2308.00077"))
    vault.sync()
    assert path not in vault.files
    assert not knows(vault, Key("arxiv:2308.00077"))


@pytest.mark.parametrize(("old", "new"), [("A Title", "Mine"), ("- Bo Lee", "- Bo Lim")])
def test_what_arxiv_gave_and_the_reader_changed_is_the_readers(old: str, new: str) -> None:
    vault = with_untitled(title="A Title", authors=("Ann Park", "Bo Lee"))
    path = untitled_note(vault)
    vault.files[path] = vault.files[path].replace(old, new)
    vault.sync()
    quiet(vault)
    cut(vault, Key("arxiv:2308.00077"))
    vault.sync()
    assert new in vault.files[path]


def test_an_entry_that_gets_its_title_line_takes_its_note_along_again() -> None:
    vault = with_untitled()
    path = untitled_note(vault)
    head = f"[[{path.removeprefix('papers/').removesuffix('.md')}]]\n"
    change(vault, WEEK, head, head + "Late Title (Ann Park)\n")
    vault.sync()
    assert noted(vault, path).title == "Late Title"
    cut(vault, Key("arxiv:2308.00077"))
    vault.sync()
    assert path not in vault.files


@pytest.mark.parametrize("name", ["comment", "journal", "year", "abstract"])
@pytest.mark.parametrize("facts", [("published",), ("published", "abstract")])
def test_a_property_named_like_a_fact_that_nobody_asked_for_is_the_readers(
    name: str, facts: tuple[str, ...]
) -> None:
    vault = settled()
    vault.rules = Rules(facts=facts)
    change(vault, NOTE, "---\ntitle", f"---\n{name}: 나의 말\ntitle")
    vault.sync()
    cut(vault, ALPHA)
    vault.sync()
    assert f"{name}: 나의 말" in vault.files[NOTE]


def test_a_property_of_a_fact_that_is_asked_for_is_the_tools() -> None:
    vault = settled()
    vault.rules = Rules(facts=("published", "comment"))
    change(vault, NOTE, "---\ntitle", "---\ncomment: 20 pages\ntitle")
    vault.sync()
    cut(vault, ALPHA)
    vault.sync()
    assert NOTE not in vault.files


def test_tags_that_were_never_agreed_on_are_the_readers() -> None:
    """So it is after `undo`, which takes what a pass agreed on out of the base."""
    vault = settled()
    change(vault, NOTE_BETA, "  - beta\n", "  - beta\n  - mine\n")
    cut(vault, BETA)
    vault.rows = {row: value for row, value in vault.rows.items() if row[::2] != (BETA, "tags")}
    assert entry_is_back(vault, BETA)


def entry_is_back(vault: MemoryVault, key: Key) -> bool:
    vault.sync()
    return key in {each.key for each in digest_reader.read(vault.files[WEEK]).entries}


def test_own_tags_of_an_adopted_note_keep_the_note_and_not_its_entry() -> None:
    entries = [
        f"https://arxiv.org/abs/2301.0000{n}\nPaper {n} (Ann Bee)\nWords.\n#x\n" for n in (1, 2, 3)
    ]
    note = "---\nurl: https://arxiv.org/abs/2301.00001\ntags:\n  - paper\n---\n"
    vault = MemoryVault({"digests/w1.md": "w1\n" + "".join(entries), "refs/a.md": note})
    vault.sync()
    parts = vault.files["digests/w1.md"].split("https")
    vault.files["digests/w1.md"] = "https".join((parts[0], *parts[2:]))
    vault.sync()
    assert "2301.00001" not in vault.files["digests/w1.md"]
    assert "  - paper\n" in vault.files["refs/a.md"]


def test_a_paper_missing_from_a_file() -> None:
    def kind(arrival: Arrival) -> str:
        return kind_of_removal(RelPath(WEEK), Base(arrivals={RelPath(WEEK): arrival}))

    assert kind(TYPED) == "removed"
    assert kind(Arrival(waited=True)) == "removed"
    assert kind(Arrival(delivered=True)) == "waiting"
    assert kind(Arrival(copied=True)) == "append"
    assert kind(Arrival(delivered=True, copied=True)) == "append"


def test_the_number_of_a_list_of_removals_is_that_of_any_sequence() -> None:
    listed = [(RelPath(WEEK), Key("arxiv:1")), (RelPath(NEXT), Key("arxiv:2"))]
    assert removals_number(listed) == removals_number(listed[::-1])
    assert removals_number(listed) != removals_number(listed[:1])


def test_a_renamed_digest_is_as_large_as_it_was() -> None:
    """Two of eight are few."""
    heads = [f"https://arxiv.org/abs/2308.0000{n}\nT{n}: A (Ann Park)\nx\n" for n in range(1, 9)]
    vault = MemoryVault({WEEK: "w\n" + "".join(heads)})
    vault.sync()
    for key in (Key("arxiv:2308.00002"), Key("arxiv:2308.00005")):
        cut(vault, key)
    rename(vault, WEEK, "digests/renamed.md")
    assert not codes(vault.sync())
    assert "papers/T2.md" not in vault.files and "papers/T3.md" in vault.files


@pytest.mark.parametrize("delivered", [False, True])
def test_an_entry_that_a_delivered_digest_lacks_may_be_on_its_way(delivered: bool) -> None:
    vault = settled()
    cut(vault, ALPHA)
    vault.arrivals = {RelPath(WEEK): Arrival(delivered=True)} if delivered else {}
    plan = vault.plan()
    assert plan.deferred == ({WEEK} if delivered else set())
    assert [each.path for each in plan.problems] == ([WEEK] if delivered else [])
    assert any(isinstance(each, Trash) for each in plan.operations) is not delivered


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", " \r\n"])
def test_an_empty_digest_that_never_held_anything_is_in_line(text: str) -> None:
    """Obsidian's "new note" in the folder of digests: damage is what lost what it had."""
    vault = settled()
    new = "digests/new.md"
    vault.files[new] = text
    for _ in range(3):
        assert codes(nothing_happens(vault)) == []
    vault.files[new] = "https://arxiv.org/abs/2308.00777\nNew (Ann Park)\n"
    assert not vault.sync().problems
    assert any("2308.00777" in each for path, each in vault.files.items() if path != new)
    vault.files[new] = text
    assert codes(nothing_happens(vault)) == ["emptied"]
