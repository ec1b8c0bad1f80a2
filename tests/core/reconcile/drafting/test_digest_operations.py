"""What is written into digests, and what would not be read back from them."""

from __future__ import annotations

import pytest
from tests.support.edits import LINE
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    BETA,
    NEXT,
    NOTE,
    NOTE_BETA,
    WEEK,
    change,
    codes,
    entry,
    nothing_happens,
    only,
    quiet,
    said,
    section,
    settled,
)
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.model.plan import Create, Write
from vault_sync.core.model.values import Fields, Rules
from vault_sync.core.reconcile.drafting import digest_operations

# Where something must.


def test_crlf_notes_and_digests() -> None:
    vault = settled()
    vault.files = {path: text.replace("\n", "\r\n") for path, text in vault.files.items()}
    nothing_happens(vault)
    change(vault, WEEK, LINE, "고친 줄.\r\n\r\n또 한 줄.")
    only(vault, NOTE)
    assert "고친 줄.\r\n\r\n또 한 줄.\r\n" in vault.files[NOTE]
    change(vault, NOTE_BETA, "베타 설명입니다.", "베타를 고쳤습니다.\r\n둘째 줄.")
    only(vault, WEEK)
    assert "베타를 고쳤습니다.\r\n둘째 줄.\r\n#beta" in vault.files[WEEK]
    assert all(text.count("\n") == text.count("\r\n") for text in vault.files.values())
    assert said(vault, BETA).commentary == section(vault, NOTE_BETA).commentary


# What would not read back as meant.


BREAKS = [
    ("# 제목", "a heading"),
    ("## 제목", "a heading"),
    ("https://arxiv.org/abs/2308.00077\nOther Paper (Kim Lee, Ann Park)", "an entry"),
    ("#only #tags", "a tag line"),
    ("```python", "a fence that stays open"),
]


@pytest.mark.parametrize(("typed", "what"), BREAKS, ids=[typed for typed, _ in BREAKS])
def test_what_would_split_the_digest_is_held(typed: str, what: str) -> None:
    vault = settled()
    change(vault, NOTE, LINE, f"{LINE}\n{typed}\n끝 줄.")
    change(vault, NOTE_BETA, "베타 설명입니다.", "베타를 고쳤습니다.")
    digest, note = vault.files[WEEK], vault.files[NOTE]
    plan = vault.sync()
    if typed.startswith(("# ", "## ")):
        # In a note a heading ends the section: what follows is the reader's own.
        assert not plan.problems
        assert "제목" not in vault.files[WEEK] and "끝 줄." not in vault.files[WEEK]
    else:
        assert codes(plan) == ["would-not-read-back"], what
        problem = plan.problems[0]
        assert problem.path == NOTE
        shown = vault.files[NOTE].split("\n")[(problem.line or 0) - 1]
        assert shown in typed.split("\n")
        assert entry(vault, ALPHA) == entry(MemoryVault(files={WEEK: digest}), ALPHA)
    assert vault.files[NOTE] == note
    # Nothing else was affected.
    assert said(vault, BETA).commentary == "베타를 고쳤습니다."
    quiet(vault)


@pytest.mark.parametrize("typed", [f"{LINE}\n\n---\n\n끝 줄.", f"{LINE}\n\n---"])
def test_a_break_in_a_section_is_commentary(typed: str) -> None:
    vault = settled()
    change(vault, NOTE, LINE, typed)
    assert not only(vault, WEEK).problems
    assert said(vault, ALPHA).commentary == section(vault, NOTE).commentary
    assert said(vault, BETA).title == "Beta Nets"


def test_a_break_where_it_would_be_layout_is_held() -> None:
    vault = settled()
    change(vault, WEEK, "#alpha #llm\n", "")
    vault.sync()
    change(vault, NOTE, LINE, f"{LINE}\n\n---")
    plan = nothing_happens(vault)
    assert codes(plan) == ["would-not-read-back"]
    assert vault.files[NOTE].split("\n")[(plan.problems[0].line or 0) - 1] == "---"


def test_an_open_fence_in_a_digest_cannot_swallow_a_note() -> None:
    vault = settled()
    vault.files[NOTE] += "\n## My notes\n\n```\ncode\n```\n"
    change(vault, WEEK, LINE, f"{LINE}\n```python\ncode")
    plan = vault.sync()
    assert "내" not in said(vault, ALPHA).commentary
    note = vault.files[NOTE]
    assert note.endswith("\n## My notes\n\n```\ncode\n```\n")
    assert said(vault, BETA).title == "Beta Nets"
    if not {"would-not-read-back", "entry-cut"} & set(codes(plan)):
        assert section(vault, NOTE).commentary == said(vault, ALPHA).commentary
    quiet(vault)


def test_an_entry_without_a_title_stays_one_beside_an_edit_though_its_note_is_broken() -> None:
    """Only by the link to its note is it an entry at all."""
    vault = settled()
    untitled = "https://doi.org/10.1000/x\nwords of x\n#blog\n"
    vault.files[WEEK] = vault.files[WEEK].replace("#alpha #llm\n", f"#alpha #llm\n{untitled}")
    vault.sync()
    change(vault, WEEK, "#alpha #llm\n", "")
    change(vault, WEEK, LINE, f"#alpha #llm\n{LINE}")
    vault.sync()
    change(vault, "papers/x.md", "tags:", "tags: [a")
    change(vault, NOTE_BETA, "베타 설명입니다.", "베타를 고쳤습니다.")
    assert codes(vault.sync()) == ["broken-properties"]
    assert said(vault, BETA).commentary == "베타를 고쳤습니다."


LISTED = """- [Deep Nets](https://arxiv.org/abs/2308.00009) by Ann Park
  words here
- [Other](https://arxiv.org/abs/2308.00010) by Cho Kim
  more
"""


FLAT_BELOW = "\nhttps://arxiv.org/abs/2308.00011\nFlat (Dee Eff)\nwords\n"


@pytest.mark.parametrize("more", ["", FLAT_BELOW])
@pytest.mark.parametrize(
    ("old", "new", "what", "line"),
    [
        ("title: Deep Nets", "title: 'Deep [Nets'", "title", 2),
        ("title: Deep Nets", "title: '`Deep Nets'", "title", 2),
        ("words here", "#only", "tags", 1),
    ],
)
def test_what_a_list_would_read_differently_is_named(
    old: str, new: str, what: str, line: int, more: str
) -> None:
    """Also where new entries of the digest are flat ones."""
    styles: tuple[str, ...] = ("flat", "list") if more else ("list",)
    rules = Rules(name="{short_title}", digest_styles=(("digests/*.md", styles),))
    vault = MemoryVault(files={"digests/list.md": LISTED + more}, rules=rules)
    vault.sync()
    change(vault, "papers/Deep Nets.md", old, new)
    before = vault.files["digests/list.md"]
    (problem,) = vault.sync().problems
    words = f"in the digest 'list' the {what} would be read differently"
    assert (problem.code, problem.line, problem.message) == ("would-not-read-back", line, words)
    assert vault.files["digests/list.md"] == before


def test_what_a_list_can_hold_is_written_into_it() -> None:
    rules = Rules(name="{short_title}", digest_styles=(("digests/*.md", ("list",)),))
    vault = MemoryVault(files={"digests/list.md": LISTED}, rules=rules)
    vault.sync()
    for old, new in (("title: Other", "title: Another"), ("\nmore", "\nmore words")):
        change(vault, "papers/Other.md", old, new)
        assert not vault.sync().problems
    assert "[Another](https://arxiv.org/abs/2308.00010)" in vault.files["digests/list.md"]
    assert "  more words\n" in vault.files["digests/list.md"]


A, B, C = (f"https://arxiv.org/abs/2301.0000{n}" for n in (1, 2, 3))


def test_new_entries_are_meant_behind_the_last_one_of_the_style_they_are_written_in() -> None:
    flat, new = f"{C}\nV (Ann Bee, Cee Dee)\n", Fields("n")
    for text, meant in (
        (f"- [T]({A})\n- [U]({B})\n\n{flat}", "TUnV"),
        (f"{flat}\n# L\n- [T]({A})\n- [U]({B})\n", "VTUn"),
        (f"- [T]({A})\n\n{flat}\n\n# L\n- [T]({A})\n\n{flat}", "TVnV"),  # met again: a repeat
        (flat, "Vn"),
    ):
        digest = styled_reader.read(text, ("flat", "list"))
        fields = [entry.fields for entry in digest.entries]
        found = digest_operations._in_place(digest, [*fields, new], 1)
        assert "".join(each.title or each.url for each in found) == meant


def test_only_a_new_entry_may_have_no_place_for_its_authors() -> None:
    bare = styled_reader.read(f"- [T]({A})\n", ("list",))
    placed = styled_reader.read(f"- **T**. *Ann Bee, Cee Dee*. [[pdf]({A})]\n", ("list",))
    flat = styled_reader.read(f"{A}\nT\n", ("flat",))
    two = styled_reader.read(f"- [T]({A})\n- [U]({B})\n", ("list",))
    fields = Fields(A, "T", ("Ann Bee",))
    for digest, meant, count, are in (
        (bare, [fields.saying(authors=())], 0, True),
        (bare, [fields], 1, True),
        (bare, [fields], 0, False),
        (bare, [fields, fields], 1, False),
        (bare, [fields.saying(title="U")], 1, False),
        (two, [fields, Fields(B, "U")], 1, True),
        (two, [fields, Fields(B, "V")], 1, False),
        (placed, [fields], 1, False),
        (flat, [fields], 1, False),
    ):
        assert digest_operations._are_meant(digest, meant, count) == are


TABLE = f"""| Title | Authors | Paper |
|---|---|---|
| **Deep Nets** | Ann Park et al. | [pdf]({A}) |
"""


@pytest.mark.parametrize(
    ("digest", "authors", "codes_told"),
    [
        (f"- [Deep Nets]({A})\n", "", []),
        (f"- [Deep Nets]({A})\n", "Bo Lee", ["no-place"]),
        (TABLE, "Ann Park, Bo Lee", []),  # they go on as the digest begins
        (TABLE, "Bo Lee, Ann Park", ["no-place"]),
    ],
)
def test_authors_of_the_note_that_a_digest_has_no_place_for_are_told_of(
    digest: str, authors: str, codes_told: list[str]
) -> None:
    styles = (("digests/*.md", ("list", "table")),)
    vault = MemoryVault({"digests/d.md": digest}, rules=Rules(digest_styles=styles))
    vault.sync()
    (note,) = (path for path in vault.files if path.startswith("papers/"))
    text = vault.files[note]
    text = text.replace("authors:\n  - Ann Park\n", "")
    vault.files[note] = text.replace("url:", f"authors: [{authors}]\nurl:") if authors else text
    assert codes(vault.sync()) == codes_told
    assert ("et al." in vault.files["digests/d.md"]) == (digest == TABLE)


def test_digests_are_made_and_written_in_the_order_of_their_paths() -> None:
    names = [f"digests/{name}.md" for name in "edcba"]
    entry = "https://arxiv.org/abs/2301.0000{0}\nT{0} (Ann Bee)\n"
    vault = MemoryVault({path: "w\n" + entry.format(n) for n, path in enumerate(names)})
    operations = vault.sync().operations
    written = [each.path for each in operations if isinstance(each, Write)]
    assert written == sorted(names)
    change(
        vault,
        "papers/T0.md",
        "digests:\n",
        "digests:\n" + "".join(f'  - "[[{n}]]"\n' for n in "zyxwv"),
    )
    made = [each.path for each in vault.sync().operations if isinstance(each, Create)]
    assert made == [f"digests/{name}.md" for name in "vwxyz"]


def test_words_of_a_second_week_that_cannot_stand_are_told_at_their_own_section() -> None:
    vault = settled()
    vault.files[NEXT] += "https://arxiv.org/abs/2308.00001\nAlpha Models: A Study (Ann Park)\n둘.\n"
    vault.sync()
    change(vault, NOTE, "\n둘.\n", "\n#only #tags\n")
    (problem,) = vault.plan().problems
    assert (problem.code, problem.path) == ("would-not-read-back", NOTE)
    assert vault.files[NOTE].split("\n")[(problem.line or 0) - 1] == "#only #tags"


# Links that would be read as something else.

LIST = "digests/d.md"
LISTS = Rules(digest_styles=(("**", ("list",)),))


def item(number: int, words: str) -> str:
    return f"- {words}([paper](https://arxiv.org/abs/2605.0653{number}))\n"


def test_a_code_span_that_touches_a_parenthesis() -> None:
    """`[[Code]](...` would be a Markdown link with a bracketed label."""
    text = item(0, "`Code`") + item(1, "Plain ") + item(2, "**Bold** ")
    vault = MemoryVault({LIST: text}, rules=LISTS)
    plan = vault.sync()
    assert [(each.path, each.code, each.level) for each in plan.problems] == [
        ("papers/Code.md", "no-link", "notice")
    ]
    entries = styled_reader.read(vault.files[LIST], ("list",)).entries
    assert [entry.link and entry.link.target for entry in entries] == [None, "Plain", "Bold"]
    after = dict(vault.files)
    plan = vault.sync()
    assert vault.files == after and [each.code for each in plan.problems] == ["no-link"]
    # Both sides follow each other without a link.
    vault.files["papers/Code.md"] += "\nwords\n"
    vault.sync()
    assert "words" in vault.files[LIST]
    vault.files[LIST] = vault.files[LIST].replace("`Code`(", "`Code` (")
    assert vault.sync().problems == ()
    entries = styled_reader.read(vault.files[LIST], ("list",)).entries
    assert all(entry.link is not None for entry in entries)


def test_a_link_that_lets_another_paper_in_is_left_out() -> None:
    """Within a wikilink `%%` opens no comment, and the rows below would be read."""
    row = "| {} | [paper](https://arxiv.org/abs/2605.0000{}) |\n"
    text = "| Title | Link |\n|---|---|\n" + "".join(
        row.format(title, number) for number, title in enumerate(("A%%", "Beta", "Gamma %%"))
    )
    vault = MemoryVault({LIST: text}, rules=Rules(digest_styles=(("**", ("table",)),)))
    assert [each.code for each in vault.sync().problems] == ["no-link"]
    assert vault.files[LIST] == text
