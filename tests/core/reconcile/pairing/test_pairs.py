"""Who is there: the rows of docs/architecture.md, first those where nothing may happen."""

from __future__ import annotations

import pytest
from tests.core.note.test_recognition import HEADS, PROPERTIES, URL_A
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    DIGEST,
    NEXT,
    NOTE,
    OWN,
    WEEK,
    change,
    codes,
    cut,
    entry,
    forget,
    fresh,
    noted,
    nothing_happens,
    only,
    quiet,
    said,
    section,
    settled,
)
from vault_sync.core.digest import editor
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.note import note as note_lens

# Where nothing may happen.


def test_linked_entry_without_note_base_known() -> None:
    vault = settled()
    del vault.files[NOTE]
    plan = nothing_happens(vault)
    assert [(each.code, each.level) for each in plan.problems] == [("note-gone", "problem")]
    assert BaseKey(ALPHA, RelPath(WEEK), "missing") in vault.rows
    plan = nothing_happens(vault)
    assert [(each.code, each.level) for each in plan.problems] == [("note-missing", "notice")]
    quiet(vault)


def test_linked_entry_without_note_no_base() -> None:
    vault = settled()
    del vault.files[NOTE]
    forget(vault)
    plan = nothing_happens(vault)
    assert [(each.code, each.level) for each in plan.problems] == [("note-missing", "notice")]


@pytest.mark.parametrize("own", [False, True])
def test_a_note_that_comes_back_is_the_note_again(own: bool) -> None:
    vault = settled()
    text = vault.files.pop(NOTE) + (OWN if own else "")
    vault.sync()
    vault.files[NOTE] = text
    plan = nothing_happens(vault)
    assert not plan.problems and not plan.conflicts
    quiet(vault)


def test_a_note_without_an_address() -> None:
    vault = settled()
    vault.files["papers/x.md"] = '---\ndigests:\n  - "[[2023년 8월 3주차]]"\n---\n'
    assert codes(nothing_happens(vault)) == ["no-address"]


def test_properties_that_cannot_be_read() -> None:
    vault = settled()
    change(vault, NOTE, "authors:\n", "authors: [\n")
    change(vault, WEEK, "알파 둘째 줄입니다.", "고친 줄입니다.")
    assert codes(nothing_happens(vault)) == ["broken-properties"]


def test_a_link_that_leads_to_another_file() -> None:
    vault = settled({"papers/other.md": "A note of its own.\n"})
    del vault.files[NOTE]
    change(vault, WEEK, "[[230801 Alpha Models|", "[[other|")
    assert codes(nothing_happens(vault)) == ["link-leads-elsewhere"]


def test_a_digest_with_conflict_markers_is_held() -> None:
    vault = settled()
    change(
        vault,
        WEEK,
        "베타 설명입니다.",
        "<<<<<<< HEAD\n베타 하나.\n=======\n베타 둘.\n>>>>>>> topic",
    )
    assert codes(nothing_happens(vault)) == ["conflict-markers"]


# Where something must.


def test_unlinking_asks_for_the_note_again() -> None:
    vault = settled()
    text = vault.files.pop(NOTE)
    vault.sync()
    change(vault, WEEK, "[[230801 Alpha Models|Alpha Models: A Study]]", "Alpha Models: A Study")
    only(vault, WEEK, NOTE)
    assert vault.files[NOTE] == text


def test_an_unlinked_entry_is_linked_to_its_note() -> None:
    vault = settled()
    change(vault, WEEK, "[[230801 Alpha Models|Alpha Models: A Study]]", "Alpha Models: A Study")
    only(vault, WEEK)
    assert vault.files == settled().files


def test_an_unlinked_entry_and_a_note_that_says_something_else() -> None:
    vault = settled()
    vault.files[WEEK] = DIGEST
    change(vault, NOTE, "알파 둘째 줄입니다.", "고친 줄입니다.")
    plan = vault.sync()
    assert not plan.conflicts
    assert "고친 줄입니다." in said(vault, ALPHA).commentary
    assert entry(vault, ALPHA).link
    quiet(vault)


def new_note(digest: str, title: str = "Zeta: New") -> str:
    return (
        f'---\ntitle: "{title}"\nauthors:\n  - Zoe Min\nurl: https://arxiv.org/abs/2308.00009\n'
        f'digests:\n  - "[[{digest}]]"\ntags:\n  - zeta\n---\n\n## [[{digest}]]\n\n제타입니다.\n'
    )


ZETA = Key("arxiv:2308.00009")


@pytest.mark.parametrize("with_section", [True, False])
def test_a_new_note_becomes_an_entry(with_section: bool) -> None:
    vault = settled()
    text = new_note("2023년 8월 3주차")
    if not with_section:
        text = text.partition("\n## ")[0]
    vault.files["papers/Zeta.md"] = text
    before = vault.files[WEEK]
    only(vault, WEEK, "papers/Zeta.md")
    assert vault.files[WEEK].startswith(before)
    found = entry(vault, ZETA)
    assert found.link and found.link.target == "Zeta"
    assert found.fields.title == "Zeta: New" and found.fields.tags == ("zeta",)
    assert found.fields.commentary == ("제타입니다." if with_section else "")
    assert section(vault, "papers/Zeta.md").commentary == found.fields.commentary


def test_a_new_note_makes_its_digest() -> None:
    vault = settled()
    vault.files["papers/Zeta.md"] = new_note("2023년 9월 1주차")
    made = "digests/2023년 9월 1주차.md"
    only(vault, made, "papers/Zeta.md")
    assert vault.files[made].startswith("2023년 9월 1주차\nhttps://arxiv.org/abs/2308.00009\n")
    assert said(vault, ZETA, made).commentary == "제타입니다."


def test_two_new_notes_make_one_digest() -> None:
    vault = settled()
    vault.files["papers/Zeta.md"] = new_note("2023년 9월 1주차")
    vault.files["papers/Eta.md"] = new_note("2023년 9월 1주차", "Eta").replace("00009", "00008")
    vault.sync()
    made = "digests/2023년 9월 1주차.md"
    assert said(vault, ZETA, made).title == "Zeta: New"
    assert said(vault, Key("arxiv:2308.00008"), made).title == "Eta"
    quiet(vault)


def test_a_new_note_without_a_title() -> None:
    vault = settled()
    text = new_note("2023년 8월 3주차").replace('title: "Zeta: New"\nauthors:\n  - Zoe Min\n', "")
    vault.files["papers/Zeta.md"] = text
    vault.sync()
    assert said(vault, ZETA).commentary == "제타입니다."
    assert entry(vault, ZETA).link
    quiet(vault)


def test_an_untitled_entry_is_named_and_linked_on_its_own_line() -> None:
    text = "2023년 9월\nhttps://blog.example/post-one\n블로그 글입니다.\n#blog\n"
    vault = fresh(**{"digests/z.md": text})
    vault.sync()
    assert vault.files["digests/z.md"] == text.replace("one\n", "one\n[[post-one]]\n")
    quiet(vault)
    change(vault, "papers/post-one.md", "블로그 글입니다.", "블로그 글을 고쳤습니다.")
    only(vault, "digests/z.md")
    change(vault, "digests/z.md", "#blog", "#blog #new")
    only(vault, "papers/post-one.md")


def test_a_title_known_to_arxiv_names_an_untitled_entry_but_is_not_put_there() -> None:
    text = "2023년 9월\nhttps://arxiv.org/abs/2308.00009\n제타입니다.\n#zeta\n"
    vault = fresh(**{"digests/z.md": text})
    known = vault.facts[ALPHA]
    vault.facts[ZETA] = type(known)(published="2023-08-09", title="Zeta", authors=("Zoe Min",))
    vault.sync()
    assert noted(vault, "papers/230809 Zeta.md").title == "Zeta"
    assert said(vault, ZETA, "digests/z.md").title == ""
    quiet(vault)


def test_the_digest_a_note_names_is_made_beside_the_others() -> None:
    vault = MemoryVault(
        files={"papers/Zeta.md": new_note("week 9"), "digests/2023/a.md": ""}, known=True
    )
    vault.sync()
    assert RelPath("digests/2023/week 9.md") in vault.files


THIRD = "digests/2023년 8월 5주차.md"


def test_an_entry_that_moved_twice_before_the_base_knew_is_compared_with_its_base() -> None:
    """The first move was written and never agreed on: a pass was cut off between the two."""
    vault = settled()
    vault.files[NEXT] += cut(vault, ALPHA)
    vault.carry_out(vault.plan(), only=99)
    text = cut(vault, ALPHA, NEXT)
    vault.files[THIRD] = "2023년 8월 5주차\n" + text.replace("알파 첫", "고친 알파 첫")
    change(vault, NOTE, "알파 둘째 줄입니다.", "노트가 고친 줄.")
    plan = vault.sync()
    assert not plan.conflicts
    for path in (THIRD, NOTE):
        assert "고친 알파 첫" in vault.files[path] and "노트가 고친 줄." in vault.files[path]
    quiet(vault)


WEEK_1 = "digests/w1.md"
ENTRY = f"""w1
{URL_A}
Alpha Models: A Study (Ada Lovelace, Alan Turing)
words of the digest
#llm
"""
TITLES = ["", "title: 'Alpha Models - a study'", "title: my own"]
AUTHORS = [
    "",
    "authors: Ada Lovelace, Alan Turing",
    "authors: 'Lovelace, Ada; Turing, Alan'",
    "authors:\n  - Lovelace, Ada\n  - Turing, Alan",
    "authors: ['Lovelace, Ada', 'Turing, Alan']",
    "authors:\n  - '[[Ada Lovelace]]'\n  - '[[Alan Turing]]'",
    "authors: Ada Lovelace et al.",
    "authors: Grace Hopper",
]
TAGS = ["", "tags: [paper, 'status/read']", "tags: paper", "tags:\n  - mine # a comment"]


def blocks() -> list[str]:
    return [
        "\n".join(
            ["---", *filter(None, lines), f"link: {URL_A}", "status: read", "---", "mine", ""]
        )
        for lines in (
            *((title, AUTHORS[1], TAGS[1]) for title in TITLES),
            *((TITLES[1], authors, TAGS[3]) for authors in AUTHORS),
            *((TITLES[2], AUTHORS[3], tags) for tags in TAGS),
        )
    ]


FORMS = [*PROPERTIES, *HEADS, *blocks()]


def stays(before: str, after: str) -> list[str]:
    """The lines of a note that are not in it any more, in their order, but tags and address."""
    rest = iter(after.replace("\r\n", "\n").split("\n"))
    lines = before.replace("\r\n", "\n").split("\n")
    return [
        line
        for line in lines
        if line.strip()
        and not line.startswith(("tags:", "url:"))
        and not any(each == line for each in rest)
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("section", ["after-title", "top", "end"])
@pytest.mark.parametrize("text", FORMS)
def test_the_laws(text: str, section: str, newline: str) -> None:
    before = text.replace("\n", newline)
    vault = MemoryVault({WEEK_1: ENTRY, "refs/mine.md": before})
    vault.rules = type(vault.rules)(section=section)  # type: ignore[arg-type]
    plan = vault.sync()
    assert not plan.conflicts and not plan.problems
    assert set(vault.files) == {WEEK_1, "refs/mine.md"}
    after = vault.files["refs/mine.md"]
    assert stays(before, after) == []
    assert after.count("\r\n") == (after.count("\n") if newline == "\r\n" else 0)
    assert note_lens.read(after).key == Key("arxiv:2301.00001")
    assert editor.export(vault.files[WEEK_1], lambda *_: True) == ENTRY
    again = vault.sync()
    assert not again.operations and not again.base_updates and not again.conflicts
    # The other side follows, in its form; taking a side always works.
    vault.files[WEEK_1] = vault.files[WEEK_1].replace("Alan Turing", "Grace Hopper")
    plan = vault.sync()
    for conflict in plan.conflicts:
        assert conflict.field == "authors" and "et al." in text
    for path in (WEEK_1, "refs/mine.md"):
        vault.take(path, "digest")
        assert not vault.plan().conflicts and not vault.sync().operations


def test_a_likely_note_and_a_named_one() -> None:
    likely = f"# Alpha Models - A Study\n\n{URL_A}\n\nmine\n"
    vault = MemoryVault({WEEK_1: ENTRY, "refs/likely.md": likely, "refs/x.md": f"# X\n\n{URL_A}\n"})
    plan = vault.sync()
    assert set(vault.files) == {WEEK_1, "refs/likely.md", "refs/x.md"}
    assert "[[w1]]" in vault.files["refs/likely.md"]
    assert [each.path for each in plan.named] == ["refs/x.md"] and not plan.problems
    assert vault.files["refs/x.md"] == f"# X\n\n{URL_A}\n"


def test_a_named_file_is_left_alone_until_it_is_linked() -> None:
    text = f"# X\n\nsee {URL_A}\n"
    vault = MemoryVault({WEEK_1: ENTRY, "refs/x.md": text})
    plan = vault.plan()
    assert [each.path for each in plan.named] == ["refs/x.md"]
    vault.files[WEEK_1] = ENTRY.replace("Alpha Models: A Study", "[[x|Alpha Models: A Study]]")
    assert not vault.sync().problems
    assert set(vault.files) == {WEEK_1, "refs/x.md"} and "[[w1]]" in vault.files["refs/x.md"]
    assert not vault.sync().operations


def test_a_file_that_is_surely_about_a_paper_with_a_note_is_named_alone() -> None:
    vault = MemoryVault({WEEK_1: ENTRY})
    vault.sync()
    vault.files["refs/known.md"] = f"# X\n\n- URL: {URL_A}\n"
    plan = vault.plan()
    assert [each.path for each in plan.named] == ["refs/known.md"] and not plan.operations


def test_the_surest_is_adopted_and_two_alike_are_a_problem() -> None:
    known, likely = f"# X\n\n- URL: {URL_A}\n", f"# Alpha Models - A Study\n\n{URL_A}\n"
    vault = MemoryVault({WEEK_1: ENTRY, "refs/known.md": known, "refs/likely.md": likely})
    plan = vault.sync()
    assert "[[w1]]" in vault.files["refs/known.md"] and vault.files["refs/likely.md"] == likely
    assert [each.path for each in plan.named] == ["refs/likely.md"]
    vault = MemoryVault({WEEK_1: ENTRY, "refs/a.md": likely, "refs/b.md": likely})
    plan = vault.sync()
    assert [each.code for each in plan.problems] == ["two-notes"] and not plan.operations


def test_by_title_and_first_author_alone() -> None:
    text = "---\ntitle: 'Alpha models: a study'\nauthors: 'Lovelace, Ada; Turing, Alan'\n---\nx\n"
    vault = MemoryVault({WEEK_1: ENTRY, "refs/a.md": text})
    vault.sync()
    assert set(vault.files) == {WEEK_1, "refs/a.md"}
    assert not vault.sync().operations
    for other in (text, text.replace("Lovelace, Ada; ", "")):
        vault = MemoryVault({WEEK_1: ENTRY, "refs/a.md": other, "refs/b.md": other})
        vault.sync()
        assert len(vault.files) == 4 and vault.files["refs/a.md"] == other


def test_a_publishers_page_beside_the_doi() -> None:
    digest = ENTRY.replace(URL_A, "https://doi.org/10.1000/one")
    text = "---\ntitle: x\nurl: https://dl.example.org/item/1\ndoi: 10.1000/one\n---\nmine\n"
    vault = MemoryVault({WEEK_1: digest, "refs/a.md": text})
    plan = vault.sync()
    assert set(vault.files) == {WEEK_1, "refs/a.md"} and not plan.conflicts
    assert "url: https://dl.example.org/item/1" in vault.files["refs/a.md"]
    assert {each.field for each in plan.apart} == {"url", "title"}
    assert not vault.sync().operations
    # A commentary still flows both ways.
    vault.files["refs/a.md"] = vault.files["refs/a.md"].replace("words of the digest", "mine now")
    vault.sync()
    assert "mine now" in vault.files[WEEK_1]
    # Nor does the loss of the base make another note.
    vault.rows.clear()
    vault.known = False
    vault.sync()
    assert set(vault.files) == {WEEK_1, "refs/a.md"}


def test_a_page_of_another_kind_of_paper() -> None:
    text = "---\nurl: https://openreview.net/forum?id=abc\narxiv: '2301.00001'\n---\nmine\n"
    vault = MemoryVault({WEEK_1: ENTRY, "refs/a.md": text})
    plan = vault.sync()
    assert set(vault.files) == {WEEK_1, "refs/a.md"} and not plan.conflicts
    assert not vault.sync().operations and not vault.plan().problems
    assert "openreview" not in vault.files[WEEK_1]


def test_a_link_that_leads_elsewhere_is_told_at_the_entry_that_has_it() -> None:
    vault = settled()
    del vault.files[NOTE]
    change(vault, WEEK, "[[230801 Alpha Models|Alpha Models: A Study]]", "Alpha Models: A Study")
    vault.files[NEXT] += "https://arxiv.org/abs/2308.00001\n[[mine|Alpha Models]] (Ann Park)\nx\n"
    vault.files["mine.md"] = "words\n"
    (problem,) = vault.plan().problems
    assert (problem.path, problem.line) == (NEXT, entry(vault, ALPHA, NEXT).line)


def test_an_entry_without_a_title_adopts_no_file_that_is_called_by_a_day_alone() -> None:
    url, path = "https://arxiv.org/abs/2308.00077", "lit/230801_.md"
    vault = MemoryVault({WEEK: f"w\n{url}\nwords\n", path: f"# Read\n\nI read {url} again.\n"})
    before = vault.files[path]
    vault.sync()
    assert vault.files[path] == before and len(vault.files) == 3
