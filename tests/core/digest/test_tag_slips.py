"""Slips of a tag line: what stands there still is taken out of no note (docs/format.md, "Tags")."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.model.values import Rules

CODE = "tags-unreadable"
DIGEST = "digests/2024-05-06.md"
NOTE = "papers/Beta.md"

FLAT = """2024-05-06

https://arxiv.org/abs/2401.00001
Alpha (Ann Bee)
Words of Alpha.
#code #instruct
https://arxiv.org/abs/2401.00002
Beta (Bob Cee)
Words of Beta.
#moe #llm
https://arxiv.org/abs/2401.00003
Gamma (Cy Dee)
Words of Gamma.
#rag
"""
SPACED = FLAT.replace("\n", "\n\n").replace("06\n\n\n\n", "06\n\n")
LIST = """# Week

- **[Alpha](https://arxiv.org/abs/2401.00001)**
  Words of Alpha.
  #code #instruct
- **[Beta](https://arxiv.org/abs/2401.00002)**
  Words of Beta.
  #moe #llm
- **[Gamma](https://arxiv.org/abs/2401.00003)**
  Words of Gamma.
  #rag
"""
HEADING = """# Week

### [Alpha](https://arxiv.org/abs/2401.00001)

Words of Alpha.

#code #instruct

### [Beta](https://arxiv.org/abs/2401.00002)

Words of Beta.

#moe #llm

### [Gamma](https://arxiv.org/abs/2401.00003)

Words of Gamma.

#rag
"""
PARAGRAPH = """# Week

**[Alpha](https://arxiv.org/abs/2401.00001)**
Words of Alpha.
#code #instruct

**[Beta](https://arxiv.org/abs/2401.00002)**
Words of Beta.
#moe #llm

**[Gamma](https://arxiv.org/abs/2401.00003)**
Words of Gamma.
#rag
"""
TITLE_FIRST = """2024-05-06

Alpha (Ann Bee)
https://arxiv.org/abs/2401.00001
Words of Alpha.
#code #instruct

Beta (Bob Cee)
https://arxiv.org/abs/2401.00002
Words of Beta.
#moe #llm

Gamma (Cy Dee)
https://arxiv.org/abs/2401.00003
Words of Gamma.
#rag
"""
FORMS: dict[str, tuple[StyleName, str]] = {
    "flat": ("flat", FLAT),
    "spaced": ("flat", SPACED),
    "list": ("list", LIST),
    "heading": ("heading", HEADING),
    "paragraph": ("paragraph", PARAGRAPH),
    "title-first": ("title-first", TITLE_FIRST),
}
WHOLE = [
    "#moe #llm ✅", "#moe #llm /", "#moe / #llm", "#moe/#llm", "#moe #llm ·", "#moe · #llm",
    "＃moe #llm", "＃moe ＃llm", "#moe #\u200bllm", "\u200b#moe #llm", "#moe #llm ^block1",
    "#moe #llm ^1", "- #moe #llm", "* #moe #llm", "> #moe #llm", "<!-- #moe #llm -->",
    "%% #moe #llm %%", "# moe #llm", "# #moe #llm", "## #moe #llm", "### moe #llm", "# moe # llm",
    "#moe #llm.", "#moe #llm!", "#moe | #llm", "`#moe #llm`", "**#moe #llm**", "(#moe #llm)",
    "[#moe #llm]", '"#moe #llm"', "Tags: #moe #llm", "tags：#moe #llm", "#moe #llm:", "#moe & #llm",
    "#moe, #llm and", "#moe #llm #gpt-4.5", "#moe #llm #c++", "#moe #llm words behind it",
    "\\#moe #llm", "\\#moe \\#llm", "1. #moe #llm", "#moe #llm #2024.", "#MoE, #llm.",
    "#moe #llm \\", "moe #llm", "#moe llm", "moe llm", "- [ ] #moe #llm", "~~#moe #llm~~",
    "==#moe #llm==",
]  # fmt: skip
"""Lines that `#moe #llm` became by a slip."""


def in_line(form: str) -> MemoryVault:
    style, text = FORMS[form]
    vault = MemoryVault({DIGEST: text}, rules=Rules(digest_styles=(("**", (style,)),)))
    vault.sync(remake=True)
    assert not vault.sync().operations
    return vault


def slipped(vault: MemoryVault, words: str, instead: str) -> dict[str, str]:
    text = vault.files[DIGEST]
    assert text.count(words) == 1
    vault.files[DIGEST] = text.replace(words, instead)
    return dict(vault.files)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("line", WHOLE)
def test_tags_that_still_stand_stay(form: str, line: str) -> None:
    vault = in_line(form)
    whole = dict(vault.files)
    slip = slipped(vault, "#moe #llm", line)
    for _ in range(2):
        plan = vault.sync()
        assert vault.files == slip
    [said] = [problem for problem in plan.problems if problem.code == CODE]
    assert line in vault.files[DIGEST].split("\n")[(said.line or 0) - 1]
    vault.files[DIGEST] = whole[DIGEST]
    assert not vault.sync().operations
    assert vault.files == whole


SENTENCES = [
    "Words of Beta. #moe #llm", "Words of Beta. (#moe, #llm)", "#moe #llm Words of Beta.",
    "Words of #moe Beta #llm.",
]  # fmt: skip


@pytest.mark.parametrize("form", ["flat", "list"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_tags_stay_that_were_joined_to_a_sentence(form: str, sentence: str) -> None:
    vault = in_line(form)
    gap = "\n  " if form == "list" else "\n"
    slip = slipped(vault, f"Words of Beta.{gap}#moe #llm", sentence)
    for _ in range(2):
        plan = vault.sync()
        assert vault.files[DIGEST] == slip[DIGEST]
        assert CODE in {problem.code for problem in plan.problems}
        assert "  - moe\n  - llm\n" in vault.files[NOTE]
    assert "Words of" in vault.files[NOTE]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("line", "tags", "said"),
    [("#moe word", "moe", "word"), ("#moe #l lm", "moe #llm", "lm"), ("#moe llm2", "moe", "llm2")],
)
def test_tags_that_still_read_stay_and_the_word_is_said(
    form: str, line: str, tags: str, said: str
) -> None:
    vault = in_line(form)
    slip = slipped(vault, "#moe #llm", line)
    for _ in range(2):
        plan = vault.sync()
        [problem] = [problem for problem in plan.problems if problem.code == CODE]
        assert repr(said) in problem.message
        assert vault.files[DIGEST] == slip[DIGEST]
        wanted = "".join(f"  - {tag}\n" for tag in tags.split(" #"))
        assert f"tags:\n{wanted}---" in vault.files[NOTE]
        assert f" {said}\n" not in vault.files[NOTE]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("line", ["#moe #llm #", "#moe, #llm", "#moe; #llm,", "#llm,#moe"])
def test_commas_and_a_tag_being_typed_are_part_of_a_tag_line(form: str, line: str) -> None:
    vault = in_line(form)
    whole = slipped(vault, "#moe #llm", line)
    plan = vault.sync()
    assert vault.files == whole
    assert CODE not in {problem.code for problem in plan.problems}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("line", ["#moe", "#llm", "", "#moe #lm", "#rag"])
def test_tags_that_are_taken_out_are_followed(form: str, line: str) -> None:
    vault = in_line(form)
    slipped(vault, "#moe #llm", line)
    plan = vault.sync()
    assert CODE not in {problem.code for problem in plan.problems}
    assert not plan.conflicts
    has = [tag for tag in line.split("#") if tag.strip()]
    block = vault.files[NOTE].split("tags:")[1].split("---")[0] if has else ""
    assert block.split() == [word for tag in has for word in ("-", tag.strip())]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("line", ["#moe #llm ✅", "- #moe #llm", "#moe · #llm", "Tags: #moe #llm"])
def test_a_tag_of_the_note_goes_to_the_line_that_slipped(form: str, line: str) -> None:
    vault = in_line(form)
    slipped(vault, "#moe #llm", line)
    vault.sync()
    vault.files[NOTE] = vault.files[NOTE].replace("  - llm\n", "  - llm\n  - new\n")
    vault.sync()
    assert "#new" in vault.files[DIGEST]
    assert not vault.sync().operations
    assert "  - moe\n  - llm\n  - new\n" in vault.files[NOTE]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("line", ["#moe #llm ✅", "# moe #llm", "＃moe #llm", "Tags: #moe #llm"])
def test_a_tag_taken_out_of_the_note_is_followed_or_said(form: str, line: str) -> None:
    vault = in_line(form)
    slipped(vault, "#moe #llm", line)
    vault.sync()
    vault.files[NOTE] = vault.files[NOTE].replace("  - moe\n", "")
    plan = vault.sync()
    refused = "would-not-read-back" in {problem.code for problem in plan.problems}
    assert refused or "moe" not in vault.files[DIGEST]
    assert "llm" in vault.files[DIGEST]
    assert "  - llm\n" in vault.files[NOTE]
    assert "  - moe\n" not in vault.files[NOTE]


def test_what_stands_below_a_heading_that_was_the_tag_line_stays_the_entrys() -> None:
    vault = in_line("flat")
    vault.files[DIGEST] = vault.files[DIGEST].replace("#moe #llm\n", "#moe #llm\nMore words.\n")
    vault.sync()
    slip = slipped(vault, "#moe #llm", "# moe #llm")
    assert not vault.sync().operations
    assert vault.files == slip


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("Tags: #new #tags", "#new #tags"),
        ("#new #tags.", "#new #tags"),
        ("- #new", "#new"),
        ("#new ✅", "#new"),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_a_tag_line_that_never_read_is_said(form: str, line: str, tags: str) -> None:
    style, text = FORMS[form]
    text = text.replace("#moe #llm", line)
    vault = MemoryVault({DIGEST: text}, rules=Rules(digest_styles=(("**", (style,)),)))
    plan = vault.sync(remake=True)
    [said] = [problem for problem in plan.problems if problem.code == CODE]
    assert f"`{tags}`" in said.message
    assert said.level == "notice"
    assert line in text.split("\n")[(said.line or 0) - 1]


@pytest.mark.parametrize("line", ["See #4 and issue #12.", "C# and F#", "#1", "a #tag in words"])
def test_signs_in_a_sentence_are_said_of_none(line: str) -> None:
    vault = MemoryVault({DIGEST: FLAT.replace("#moe #llm", line)})
    plan = vault.sync(remake=True)
    assert CODE not in {problem.code for problem in plan.problems}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("line", ["#moe #llm ✅", "# moe #llm", "- #moe #llm"])
def test_where_the_base_is_lost_the_tags_of_the_note_tell(form: str, line: str) -> None:
    vault = in_line(form)
    slip = slipped(vault, "#moe #llm", line)
    vault.rows.clear()
    plan = vault.sync()
    assert vault.files == slip
    assert CODE in {problem.code for problem in plan.problems}
