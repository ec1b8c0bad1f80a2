"""Slips in a digest: what is left of an entry holds its paper; a slip taken back is no edit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    BETA,
    NOTE_BETA,
    WEEK,
    change,
    codes,
    cut,
    nothing_happens,
    quiet,
    settled,
)
from vault_sync.core.model.values import Problem, Rules

Slip = Callable[[str], str]

URL = "https://arxiv.org/abs/2308.00002"
TITLE = "[[230802 Beta Nets|Beta Nets]] (Cho Kim)"
WORDS = "베타 설명입니다."
TAGS = "#beta"
ENTRY = f"{URL}\n{TITLE}\n{WORDS}\n{TAGS}\n"
OPENS = "a line that is nothing but the address opens an entry"


def instead(old: str, new: str) -> Slip:
    def slip(text: str) -> str:
        assert text.count(old) == 1, (old, text)
        return text.replace(old, new)

    return slip


def quoted(lines: str) -> str:
    return "".join(f"> {line}\n" for line in lines.splitlines())


def held_until_taken_back(vault: MemoryVault, path: str, slip: Slip) -> list[Problem]:
    """Nothing is written after a slip, in any pass; taken back, all is as it was, and at rest."""
    before = dict(vault.files)
    vault.files[path] = slip(before[path])
    assert vault.files[path] != before[path]
    plan = nothing_happens(vault)
    again = nothing_happens(vault)
    assert again.problems == plan.problems
    assert nothing_happens(vault, remake=True).problems == plan.problems
    vault.files[path] = before[path]
    assert not vault.sync().problems
    assert vault.files == before
    quiet(vault)
    return [each for each in plan.problems if each.level == "problem"]


IN_A_DIGEST = [
    ("address deleted", instead(f"{URL}\n", ""), 7, "the line with the address is gone"),
    ("blank in it", instead(URL, URL.replace("abs/", "abs/ ")), 7, "a blank stands in the address"),
    ("Markdown link", instead(URL, f"[arXiv]({URL})"), 7, "the address stands in a Markdown link"),
    ("list item", instead(URL, f"- {URL}"), 7, "the address stands in an item of a list"),
    ("quoted", instead(URL, f"> {URL}"), 7, "the line is quoted"),
    ("all quoted", instead(ENTRY, quoted(ENTRY)), 7, "the line is quoted"),
    ("code", instead(ENTRY, f"```\n{ENTRY}```\n"), 7, "a code fence takes it in"),
    ("in backticks", instead(URL, f"`{URL}`"), 7, "the address stands in code"),
    ("words behind", instead(URL, f"{URL} 논문"), 7, "other words stand beside the address"),
    ("joined", instead(f"{URL}\n", f"{URL} "), 7, "other words stand beside the address"),
    ("one line", instead(ENTRY, ENTRY.replace("\n", " ") + "\n"), 7, "other words stand beside"),
    (
        "joined above",
        instead(f"#llm\n{URL}", f"#llm {URL}"),
        6,
        "other words stand beside the address",
    ),
    ("wrapped", instead(URL, URL.replace("abs/", "abs/\n")), 7, "gone from this line, or cut"),
    ("half deleted", instead(URL, URL[5:]), 7, "the address is cut, or spelled otherwise"),
]


@pytest.mark.parametrize(
    ("slip", "line", "why"), [row[1:] for row in IN_A_DIGEST], ids=[row[0] for row in IN_A_DIGEST]
)
def test_a_slip_in_a_digest_is_held(slip: Slip, line: int, why: str) -> None:
    (problem,) = held_until_taken_back(settled(), WEEK, slip)
    assert (problem.code, problem.line) == ("entry-unreadable", line), problem
    assert "230802 Beta Nets" in problem.message and why in problem.message, problem
    assert problem.message.endswith(OPENS)


CUT = [
    ("title", instead(TITLE, f"# {TITLE}"), 8),
    ("in the words", instead(WORDS, f"## 둘\n{WORDS}"), 9),
    ("before tags", instead(TAGS, f"# 끝\n{TAGS}"), 10),
]


@pytest.mark.parametrize(("slip", "line"), [row[1:] for row in CUT], ids=[row[0] for row in CUT])
def test_a_heading_that_cuts_an_entry_is_held(slip: Slip, line: int) -> None:
    (problem,) = held_until_taken_back(settled(), WEEK, slip)
    assert (problem.code, problem.line) == ("entry-cut", line), problem
    assert "230802 Beta Nets" in problem.message and "use ###" in problem.hint


def test_a_fence_that_is_opened_and_never_closed_is_not_followed() -> None:
    found = held_until_taken_back(settled(), WEEK, instead(URL, f"```\n{URL}"))
    assert [(each.code, each.line) for each in found] == [("entry-cut", 7)]
    assert "'230801 Alpha Models'" in found[0].message


def test_a_digest_of_which_nothing_reads_is_told_once() -> None:
    vault = settled()
    vault.files[WEEK] = quoted(vault.files[WEEK])
    assert codes(vault.sync()) == ["entry-unreadable"]


LIST = """# week

- [Alpha Nets](https://arxiv.org/abs/2308.00001)
  Alpha words.
- [Beta Nets](https://arxiv.org/abs/2308.00002)
  Beta words.
- [Gamma Nets](https://arxiv.org/abs/2308.00003)
  Gamma words.
"""
HEADING = """# week

## Alpha Nets
https://arxiv.org/abs/2308.00001
Alpha words.

## Beta Nets
https://arxiv.org/abs/2308.00002
Beta words.

## Gamma Nets
https://arxiv.org/abs/2308.00003
Gamma words.
"""
TABLE = """| title | link |
|---|---|
| Alpha Nets | https://arxiv.org/abs/2308.00001 |
| Beta Nets | https://arxiv.org/abs/2308.00002 |
| Gamma Nets | https://arxiv.org/abs/2308.00003 |
"""
PARAGRAPH = """# week

**Alpha Nets** \\
*Ann Park* \\
arXiv 2023. [[Paper](https://arxiv.org/abs/2308.00001)]
Alpha words.

**Beta Nets** \\
*Cho Kim* \\
arXiv 2023. [[Paper](https://arxiv.org/abs/2308.00002)]
Beta words.

**Gamma Nets** \\
*Dan Choi* \\
arXiv 2023. [[Paper](https://arxiv.org/abs/2308.00003)]
Gamma words.
"""
TITLE_FIRST = """week

Alpha Nets (Ann Park)
https://arxiv.org/abs/2308.00001
Alpha words.

Beta Nets (Cho Kim)
https://arxiv.org/abs/2308.00002
Beta words.

Gamma Nets (Dan Choi)
https://arxiv.org/abs/2308.00003
Gamma words.
"""
TEXTS = {
    "list": LIST,
    "heading": HEADING,
    "table": TABLE,
    "paragraph": PARAGRAPH,
    "title-first": TITLE_FIRST,
}
STYLED = "digests/week.md"


def styled(style: str) -> MemoryVault:
    vault = MemoryVault(
        files={STYLED: TEXTS[style]}, rules=Rules(digest_styles=(("**", (style,)),))
    )
    plan = vault.sync(sure=True)
    assert not plan.problems and plan.entries == 3, plan
    vault.sync()
    quiet(vault)
    return vault


def beta_lines(text: str) -> tuple[int, int]:
    lines = text.split("\n")
    begin = next(number for number, line in enumerate(lines) if "Beta" in line)
    end = next(number for number, line in enumerate(lines) if "Gamma" in line)
    return begin, end


def of_first_line(change: Callable[[str], str]) -> Slip:
    def slip(text: str) -> str:
        lines = text.split("\n")
        begin, _ = beta_lines(text)
        lines[begin] = change(lines[begin])
        return "\n".join(lines)

    return slip


def of_entry(change: Callable[[list[str]], list[str]]) -> Slip:
    def slip(text: str) -> str:
        lines = text.split("\n")
        begin, end = beta_lines(text)
        lines[begin:end] = change(lines[begin:end])
        return "\n".join(lines)

    return slip


def joined_above(text: str) -> str:
    lines = text.split("\n")
    begin, _ = beta_lines(text)
    lines[begin - 1 : begin + 1] = [f"{lines[begin - 1]} {lines[begin].strip()}"]
    return "\n".join(lines)


BROKEN = instead("abs/2308.00002", "abs/ 2308.00002")
IN_OTHER_STYLES = [
    ("list", "dash gone", of_first_line(lambda line: line.removeprefix("- "))),
    ("list", "item indented", of_entry(lambda of: [f"  {line}" for line in of])),
    ("list", "joined above", joined_above),
    ("list", "quoted", of_entry(lambda of: [f"> {line}" for line in of])),
    ("list", "address broken", BROKEN),
    ("list", "address taken out", instead("https://arxiv.org/abs/2308.00002", "")),
    ("list", "item in code", of_entry(lambda of: ["```", *of, "```"])),
    ("heading", "address broken", BROKEN),
    ("heading", "hashes gone", of_first_line(lambda line: line.lstrip("# "))),
    ("heading", "no blank", of_first_line(lambda line: line.replace("## ", "##"))),
    ("heading", "quoted", of_first_line(lambda line: f"> {line}")),
    ("heading", "in a fence", of_entry(lambda of: ["```", *of, "```"])),
    ("table", "address broken", BROKEN),
    ("table", "quoted", of_first_line(lambda line: f"> {line}")),
    ("paragraph", "address broken", BROKEN),
    ("paragraph", "quoted", of_entry(lambda of: [f"> {line}" for line in of])),
    ("paragraph", "joined above", joined_above),
    ("title-first", "address broken", BROKEN),
    ("title-first", "quoted", of_entry(lambda of: [f"> {line}" for line in of])),
    ("title-first", "in a fence", of_entry(lambda of: ["```", *of, "```"])),
]


@pytest.mark.parametrize(
    ("style", "slip"),
    [(row[0], row[2]) for row in IN_OTHER_STYLES],
    ids=[f"{row[0]}: {row[1]}" for row in IN_OTHER_STYLES],
)
def test_a_slip_in_another_style_is_held(style: str, slip: Slip) -> None:
    (problem,) = held_until_taken_back(styled(style), STYLED, slip)
    assert problem.code == "entry-unreadable" and "'Beta Nets'" in problem.message, problem


def test_an_entry_cut_out_whole_is_removed_also_after_a_slip() -> None:
    vault = settled()
    entry = ENTRY
    before = vault.files[WEEK]
    change(vault, WEEK, URL, f"[arXiv]({URL})")
    assert codes(vault.sync()) == ["entry-unreadable"]
    vault.files[WEEK] = before.replace(entry, "")
    assert not vault.sync().problems
    assert NOTE_BETA not in vault.files
    quiet(vault)


def test_a_held_entry_is_removed_when_a_person_says_so() -> None:
    vault = settled()
    change(vault, WEEK, URL, f"[arXiv]({URL})")
    nothing_happens(vault)
    vault.take(WEEK, "digest")
    assert NOTE_BETA not in vault.files


@pytest.mark.parametrize(("half", "kept"), [(1, True), (2, False)])
def test_half_of_the_commentary_that_is_left_holds_an_entry(half: int, kept: bool) -> None:
    vault = settled()
    change(vault, WEEK, WORDS, "첫째 줄의 말이다.\n둘째.\n셋째 줄의 말이다.\n넷째.")
    vault.sync()
    cut(vault, BETA)
    change(
        vault,
        WEEK,
        "감마 이야기입니다.",
        "감마 이야기입니다.\n첫째 줄의 말이다.\n> 둘째."[: None if half == 1 else -6],
    )
    assert codes(vault.sync()) == (["entry-unreadable"] if kept else [])
    assert (NOTE_BETA in vault.files) is kept


def test_half_a_digest_with_one_cause_is_one_problem() -> None:
    (problem,) = held_until_taken_back(settled(), WEEK, quoted)
    assert problem.message.startswith("4 of 4 entries do not read, first that of '230801 Alpha")
    assert problem.line == 2


def test_a_paragraph_moved_to_another_paper_is_followed() -> None:
    vault = settled()
    change(vault, WEEK, f"{WORDS}\n", "")
    change(vault, WEEK, "감마 이야기입니다.", f"감마 이야기입니다.\n{WORDS}")
    assert not vault.sync().problems
    assert WORDS not in vault.files[NOTE_BETA]
    assert WORDS in vault.files["papers/230803 Gamma.md"]
