"""Notes that were there before, taken over and never doubled; first what must be left alone."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    DIGEST,
    ENTRY,
    NOTE,
    WEEK,
    change,
    codes,
    entry,
    fresh,
    noted,
    nothing_happens,
    only,
    quiet,
    said,
    section,
)
from vault_sync.core import snapshot
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, PropertyNames, RelPath
from vault_sync.core.naming.note_names import note_name
from vault_sync.core.naming.wikilinks import LinkResolver

PLAIN = "read/알파.md"
URL = "https://arxiv.org/abs/2308.0000"
LINKS = "\n# Links\n\n- [[230802 Beta Nets]]\n"


def adopted(text: str, path: str = PLAIN) -> MemoryVault:
    vault = fresh(**{path: text})
    vault.sync()
    return vault


# What must be left alone.


@pytest.mark.parametrize(
    "text",
    [
        "알파에 대한 내 글. https://arxiv.org/abs/2308.00001\n",
        "# 알파\n\nhttps://arxiv.org/abs/2308.00001\n",
        "",
        "---\ntags:\n  - alpha\n---\n본문\n",
    ],
)
def test_a_file_that_is_about_something_else(text: str) -> None:
    vault = adopted(text)
    assert vault.files[PLAIN] == text
    assert NOTE in vault.files
    quiet(vault)


def test_a_plain_note_without_an_entry() -> None:
    vault = adopted(ENTRY.replace("00001", "00042"))
    assert vault.files[PLAIN] == ENTRY.replace("00001", "00042")


def test_two_candidates() -> None:
    vault = fresh(**{PLAIN: ENTRY, "read/other.md": ENTRY})
    before = dict(vault.files)
    plan = vault.sync()
    assert codes(plan) == ["two-notes"]
    assert PLAIN in plan.problems[0].message and "read/other.md" in plan.problems[0].message
    assert vault.files[PLAIN] == before[PLAIN]
    assert vault.files["read/other.md"] == before["read/other.md"]
    assert entry(vault, ALPHA).link is None and NOTE not in vault.files
    # The others go on.
    assert "papers/230802 Beta Nets.md" in vault.files
    assert codes(nothing_happens(vault)) == ["two-notes"]


def test_two_candidates_and_a_link_that_decides() -> None:
    vault = fresh(**{PLAIN: ENTRY, "read/other.md": ENTRY})
    change(vault, WEEK, "Alpha Models: A Study (", "[[other|Alpha Models: A Study]] (")
    assert not vault.sync().problems
    assert noted(vault, "read/other.md").url and vault.files[PLAIN] == ENTRY
    quiet(vault)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("---\nurl: https://arxiv.org/abs/2308.00001\ntags: [\n---\n글\n", "broken-properties"),
        (ENTRY + "\0", "nul"),
    ],
)
def test_a_candidate_that_cannot_be_read(text: str, code: str) -> None:
    vault = adopted(text)
    assert vault.files[PLAIN] == text
    # Nothing is made beside a note that may be the one.
    if code == "broken-properties":
        assert NOTE not in vault.files and code in codes(vault.plan())


# What must be taken over.


def test_a_plain_text_that_is_the_entrys_becomes_the_section() -> None:
    vault = adopted(ENTRY)
    assert vault.files[PLAIN].count("알파 둘째 줄입니다.") == 1
    assert section(vault, PLAIN).commentary == said(vault, ALPHA).commentary
    assert noted(vault, PLAIN).title == "Alpha Models: A Study"
    assert noted(vault, PLAIN).tags == ("alpha", "llm")
    link = entry(vault, ALPHA).link
    assert link and link.target == "알파"
    assert NOTE not in vault.files
    quiet(vault)
    change(vault, PLAIN, "알파 둘째 줄입니다.", "고친 줄.")
    only(vault, WEEK)


def test_headings_below_are_kept() -> None:
    vault = adopted(ENTRY + LINKS)
    assert vault.files[PLAIN].endswith(LINKS)
    assert vault.files[PLAIN].count("알파 둘째 줄입니다.") == 1
    assert "My notes" not in vault.files[PLAIN]
    quiet(vault)


def test_a_plain_text_that_differs_stays_below_as_the_readers_own() -> None:
    text = ENTRY.replace("알파 둘째 줄입니다.", "내가 쓴 줄입니다.") + LINKS
    vault = adopted(text)
    assert vault.files[PLAIN].endswith(text)
    assert section(vault, PLAIN).commentary == said(vault, ALPHA).commentary
    assert "내가 쓴 줄입니다." not in vault.files[WEEK]
    assert not vault.plan().conflicts
    quiet(vault)


@pytest.mark.parametrize(
    "line",
    [
        "url: https://arxiv.org/abs/2308.00001",
        'arxiv: "2308.00001"',
        "source: https://arxiv.org/pdf/2308.00001v3",
        "doi: 10.48550/arXiv.2308.00001",
    ],
)
def test_a_note_found_by_its_properties(line: str) -> None:
    vault = adopted(f"---\nrating: 5\n{line}\n---\n\n내 글입니다.\n")
    plan = vault.plan()
    text = vault.files[PLAIN]
    assert text.startswith("---\nrating: 5\n") and "내 글입니다.\n" in text
    assert f"\n{line}\n" in text
    assert section(vault, PLAIN).commentary == said(vault, ALPHA).commentary
    assert entry(vault, ALPHA).link and NOTE not in vault.files
    assert not plan.problems and not plan.conflicts
    quiet(vault)


def test_a_note_that_says_another_title() -> None:
    vault = adopted("---\ntitle: 알파\nurl: https://arxiv.org/abs/2308.00001\n---\n\n내 글.\n")
    assert not vault.plan().conflicts
    assert [(each.field, each.note_text) for each in vault.plan().apart] == [("title", "알파")]
    assert noted(vault, PLAIN).title == "알파"
    assert said(vault, ALPHA).title == "Alpha Models: A Study"
    quiet(vault)
    # From then on an edit of one side flows.
    change(vault, PLAIN, "title: 알파", "title: 알파 둘")
    only(vault, WEEK, PLAIN)
    assert said(vault, ALPHA).title == "알파 둘"
    assert not vault.plan().apart


def test_tags_of_an_adopted_note_stay_in_it() -> None:
    text = "---\nurl: https://arxiv.org/abs/2308.00001\ntags:\n  - mine\n---\n\n내 글.\n"
    vault = adopted(text)
    assert set(noted(vault, PLAIN).tags) == {"mine", "alpha", "llm"}
    assert set(said(vault, ALPHA).tags) == {"alpha", "llm"}
    quiet(vault)
    # A tag added later flows as ever; one that was there goes where it is written.
    change(vault, PLAIN, "  - mine\n", "  - mine\n  - later\n")
    only(vault, WEEK)
    assert set(said(vault, ALPHA).tags) == {"alpha", "llm", "later"}
    change(vault, WEEK, "#later", "#later #mine")
    vault.sync()
    quiet(vault)
    change(vault, PLAIN, "  - mine\n", "")
    only(vault, WEEK)
    assert set(said(vault, ALPHA).tags) == {"alpha", "llm", "later"}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_bytes_are_kept(newline: str, bom: str) -> None:
    vault = adopted(bom + (ENTRY + LINKS).replace("\n", newline))
    text = vault.files[PLAIN]
    assert text.endswith(LINKS.replace("\n", newline))
    assert text.count("\r\n") == (text.count("\n") if newline == "\r\n" else 0)
    assert text.count("\ufeff") == len(bom) and text.startswith(bom)
    quiet(vault)


def test_a_whole_vault_in_plain_form() -> None:
    """No file is lost, renamed or made twice."""
    heads = DIGEST.split("https://")[1:]
    plain = {f"old/{number}.md": "https://" + text for number, text in enumerate(heads)}
    vault = MemoryVault(files={WEEK: DIGEST, **plain})
    assert not vault.sync().problems
    assert set(vault.files) == {WEEK, *plain}
    assert all(noted(vault, path).url for path in plain)
    quiet(vault)


def test_an_adopted_note_of_two_weeks() -> None:
    vault = fresh(**{PLAIN: ENTRY})
    change(vault, "digests/2023년 8월 4주차.md", "주차\n", "주차\n" + ENTRY.replace("첫", "또"))
    assert not vault.sync().problems
    assert len(noted(vault, PLAIN).tags) == 2
    assert section(vault, PLAIN).commentary == said(vault, ALPHA).commentary
    assert "또 문장" in section(vault, PLAIN, "digests/2023년 8월 4주차.md").commentary
    quiet(vault)


@pytest.mark.parametrize("character", ["#", "[", "]", "|", "%%", "\n"])
def test_a_note_that_no_link_can_lead_to(character: str) -> None:
    vault = adopted(ENTRY, f"read/알{character}파.md")
    assert vault.files[f"read/알{character}파.md"] == ENTRY
    assert NOTE not in vault.files
    assert "unlinkable-name" in codes(vault.plan())


def test_a_caret_in_a_name_breaks_no_link_but_new_names_go_without() -> None:
    vault = adopted(ENTRY, "read/알^파.md")
    assert not vault.plan().problems
    link = entry(vault, ALPHA).link
    assert link is not None and link.target == "알^파"
    assert note_name("{title}", title="알^파", url="", key=Key("url:x"), published="") == "알파"
    quiet(vault)


@pytest.mark.parametrize("character", ["#", "[", "|"])
def test_a_digest_that_no_link_can_lead_to(character: str) -> None:
    vault = MemoryVault({f"digests/주{character}차.md": f"주차\n{ENTRY}"})
    plan = vault.sync()
    assert plan.operations == () and "unlinkable-name" in codes(plan)


# Digests in another form.


def test_a_digest_with_addresses_and_no_entry_is_told_of() -> None:
    rows = "".join(f"- [Deep {n}](https://arxiv.org/abs/2301.0000{n})\n" for n in range(1, 5))
    plan = MemoryVault({"digests/list.md": rows}).sync()
    [problem] = plan.problems
    assert (problem.code, problem.level, problem.line) == ("nothing-read", "notice", 1)
    assert problem.message.startswith("4 addresses and no entry; 4 list items look like papers")
    few = "".join(rows.splitlines(keepends=True)[:2])
    assert MemoryVault({"digests/list.md": few}).sync().problems == ()


def test_a_digest_with_its_titles_first_is_neither_read_nor_written() -> None:
    above = "".join(
        f"Deep Nets {n} (Ann Bee, Cee Dee)\nhttps://arxiv.org/abs/2301.0000{n}\nwords\n\n"
        for n in range(1, 4)
    )
    vault = MemoryVault({"digests/week.md": f"week\n\n{above}"})
    plan = vault.sync()
    assert plan.operations == ()
    assert [(each.code, each.level, each.line) for each in plan.problems] == [
        ("title-first", "problem", 3)
    ]


def test_a_file_that_cannot_be_read_locks_all_papers_that_it_may_be_about() -> None:
    url = "https://arxiv.org/abs/2308.0000"
    broken = f"---\nurl: {url}1\nlink: {url}2\narxiv: 2308.00003\ntags: [\n---\n"
    found, _ = MemoryVault({"papers/x.md": broken}).look()
    assert found.locked == {"papers/x.md": "broken-properties"}
    assert found.locked_keys == {
        Key(f"arxiv:2308.0000{number}"): "papers/x.md" for number in (1, 2, 3)
    }


@pytest.mark.parametrize("name", ["weeks", "digests", "Weeks"])
def test_a_note_of_digests_under_any_of_its_names_lacks_an_address(name: str) -> None:
    path = RelPath("a.md")
    found = snapshot.build(
        {path: f"---\n\n{name}: []\n---\n"},
        names=LinkResolver.from_paths([path]),
        is_digest=lambda _: False,
        base=Base(),
        properties=PropertyNames((("digests", "weeks"),)),
    )
    told = [(each.code, each.line) for each in found.problems]
    assert told == ([("no-address", 3)] if name != "Weeks" else [])


def test_a_copy_of_a_digest_is_none_and_reported_if_it_has_entries() -> None:
    mark = "(Conflicted copy)"
    copies = {f"digests/week {mark}.md": DIGEST, f"digests/empty {mark}.md": "words\n"}
    found, _ = MemoryVault({WEEK: DIGEST, f"papers/a {mark}.md": ENTRY, **copies}).look()
    assert list(found.digests) == [WEEK]
    assert [each.path for each in found.problems] == [f"digests/week {mark}.md"]


@pytest.mark.parametrize(
    ("text", "code", "keys"),
    [
        (f"---\nurl: {URL}1\n---\n\0", "nul", ["1"]),
        (f"\n{URL}1\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n", "conflict-markers", ["1"]),
        (f"---\nurl: {URL}1\ndoi: 10.1/x\n---\n\udcff", "not-utf-8", ["1"]),
        (f"---\nurl: {URL}1\nlink: {URL}2\na: [\n---\n", "broken-properties", ["1", "2"]),
        # What is about no paper is nobody's note: it may be as it likes.
        ("words\0", "", []),
        ("---\na: [\n---\n", "", []),
    ],
)
def test_a_damaged_file_is_locked_with_the_papers_that_it_seems_to_be_about(
    text: str, code: str, keys: list[str]
) -> None:
    found, _ = MemoryVault({"a.md": text}).look()
    papers = [Key(f"arxiv:2308.0000{number}") for number in keys]
    assert found.locked == ({"a.md": code} if code else {})
    assert found.locked_notes == {RelPath("a.md"): key for key in papers[:1]}
    assert found.locked_keys == dict.fromkeys(papers, "a.md")
    assert [each.path for each in found.problems] == ["a.md"] * bool(keys)


@pytest.mark.parametrize(
    ("text", "line"),
    [(DIGEST, None), (DIGEST[:60], 3), (DIGEST[:-1], None), (f"{DIGEST[:60]}x", None)],
)
def test_a_digest_that_ends_earlier_than_it_did_was_cut_short(text: str, line: int | None) -> None:
    path = RelPath(WEEK)
    for before in (DIGEST, None):
        found = snapshot.build(
            {path: text},
            names=LinkResolver.from_paths([path]),
            is_digest=lambda _: True,
            base=Base({BaseKey(Key(""), path, "text"): before} if before else {}, exists=True),
        )
        cut = line if before else None
        assert found.locked == ({path: "cut-short"} if cut else {})
        problems = [each for each in found.problems if each.code == "cut-short"]
        assert [each.line for each in problems] == [cut] * bool(cut)


def test_what_was_a_papers_note_stays_its_note_whatever_is_in_it() -> None:
    path, key = RelPath("papers/a.md"), Key("arxiv:2308.00007")
    for text, code in (
        ("", "emptied"),
        ("words\0", "nul"),
        ("---\na: [\n---\n", "broken-properties"),
        ("---\ndigests: []\n---\n", "block-lost"),
        ("\n---\ndigests: []\n---\n", "block-lost"),
    ):
        for was in (True, False):
            found = snapshot.build(
                {path: text},
                names=LinkResolver.from_paths([path]),
                is_digest=lambda _: False,
                base=Base({BaseKey(key, "", "note"): path} if was else {}, exists=True),
            )
            says = text.startswith("---\ndigests")
            first = {path: "no-address"} if says else {}
            assert found.locked == ({path: code} if was else first)
            assert found.locked_notes == ({path: key} if was else {})


@pytest.mark.parametrize("managed", [True, False])
def test_a_note_whose_properties_have_two_names_or_former_ones_is_locked(managed: bool) -> None:
    """A plain one that has two names stays a plain one until an entry is about its paper."""
    names = PropertyNames((("authors", "author"), ("digests", "weeks")))
    twice = f"---\nurl: {URL}1\nauthor: A\nauthors: A\n{'weeks: []' if managed else 'x: 1'}\n---\n"
    former = f"---\nurl: {URL}2\nwochen: []\n{'weeks: []' if managed else 'x: 1'}\nvon: A\n---\n"
    files = {RelPath("a.md"): twice, RelPath("b.md"): former}
    for digest in ("", f"{URL}1\nAlpha (Ann Park)\n"):
        week = {RelPath("w.md"): digest} if digest else {}
        found = snapshot.build(
            files | week,
            names=LinkResolver.from_paths(files),
            is_digest=lambda path: path == "w.md",
            base=Base(former_names=(("digests", "wochen"), ("authors", "von"))),
            properties=names,
        )
        first = {"a.md": "property-twice"} if managed else {}
        assert found.locked == {**first, "b.md": "property-renamed"}
        keys = {Key("arxiv:2308.00002"): "b.md"}
        if managed or digest:
            keys[Key("arxiv:2308.00001")] = "a.md"
        assert found.locked_keys == keys
        assert len(found.problems) == len(keys)


def test_a_file_that_nobody_may_read_is_locked_and_with_it_the_paper_whose_note_it_was() -> None:
    note, other, key = RelPath("papers/a.md"), RelPath("papers/b.md"), Key("arxiv:2308.00001")
    found = snapshot.build(
        {},
        names=LinkResolver.from_paths([note, other]),
        is_digest=lambda _: False,
        base=Base({BaseKey(key, "", "note"): note}, exists=True),
        unread=[note, other],
    )
    assert found.locked == {note: "unreadable", other: "unreadable"}
    assert found.locked_notes == {note: key} and found.locked_keys == {key: note}


def test_files_stand_by_the_papers_that_they_are_made_for_state_and_name_and_by_title() -> None:
    files = {
        "made.md": f"---\nurl: {URL}1\ndoi: 10.1000/x\ndigests: []\n---\n",
        "also.md": f"---\nurl: {URL}1\ndigests: []\n---\n",
        "states.md": f"---\nurl: {URL}1\ndoi: 10.1000/x\n---\n",
        "names.md": f"# Deep Nets\n\nwords about {URL}1 here\n",
        "titled.md": "---\ntitle: Deep Nets\nauthors: [Ann Park]\n---\n# Other Nets\n",
        "other.md": "words\n",
    }
    found, _ = MemoryVault(files).look()
    key, doi = Key("arxiv:2308.00001"), Key("doi:10.1000/x")
    assert found.managed == {key: ("also.md", "made.md")}
    assert found.managed_also == {doi: ("made.md",)}
    assert found.plain == dict.fromkeys((key, doi), ("states.md",))
    assert found.named == {key: ("names.md",)}
    assert found.titled == dict.fromkeys(("deepnets", "othernets"), ("titled.md",))
    assert set(found.notes) == set(files) - {"other.md"}
    assert set(found.recognitions) == {"states.md", "names.md", "titled.md"}


def test_a_paper_that_stands_in_a_digest_twice_is_locked_and_both_lines_are_told() -> None:
    entries = "".join(f"{URL}{n}\nAlpha {n} (Ann Park)\n" for n in (1, 2, 1, 1))
    found, _ = MemoryVault({WEEK: f"week\n{entries}"}).look()
    assert found.locked_keys == {Key("arxiv:2308.00001"): WEEK} and not found.locked
    assert [each.line for each in found.problems] == [6, 8]
    assert all("of line 2 " in each.message for each in found.problems)


def test_a_file_is_about_the_paper_that_it_is_the_note_of_or_states_or_names() -> None:
    url = "https://arxiv.org/abs/2308.00001"
    files = {
        "made.md": f"---\nurl: {url}\ndigests: []\n---\n",
        "states.md": f"---\nurl: {url}\n---\n",
        "names.md": f"# T\n\nwords about {url} here\n",
        "other.md": "words\n",
    }
    found, _ = MemoryVault(dict(files)).look()
    about = {path: found.about(RelPath(path)) for path in (*files, "nowhere.md")}
    key = Key("arxiv:2308.00001")
    assert about == {**dict.fromkeys(files, key), "other.md": None, "nowhere.md": None}
