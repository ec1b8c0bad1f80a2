"""Slips as they were first seen, one a row, on the sample vault and on lists and headings.

Whatever is held costs no other file a byte, is said, is the same in a second pass, and is gone when
the slip is taken back. What only wraps or spaces text otherwise is no slip, and nothing is said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache

import pytest
from tests.support.folders import ROOT
from tests.support.memory_vault import MemoryVault
from tests.support.slip_law import said
from vault_sync.core.model.values import Rules

WEEK = "digests/2023년 8월 3주차.md"
OCTOPACK = "papers/OctoPack.md"
URL = "https://arxiv.org/abs/2308.07124"
TAGS = "#code #instruct #alignment"
Edit = Callable[[str], str]


@cache
def _recorded() -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return the files of the sample vault, and what each tool made of those that it changed."""
    found = json.loads((ROOT / "tests/data/formatters/recorded.json").read_text("utf-8"))
    return found["before"], found["after"]


def _sample() -> MemoryVault:
    vault = MemoryVault({WEEK: (ROOT / "sample_vault" / WEEK).read_text("utf-8")})
    vault.sync()
    vault.sync()
    return vault


def _nothing_leaves(vault: MemoryVault, slipped: Mapping[str, str], *, held: bool) -> None:
    before, earlier = dict(vault.files), said(vault.plan())
    assert any(before[path] != text for path, text in slipped.items()), "no slip"
    vault.files.update(slipped)
    now = dict(vault.files)
    plan = vault.sync()
    changed = [path for path in {*vault.files, *now} if vault.files.get(path) != now.get(path)]
    assert not changed, (changed, plan.problems, plan.conflicts)
    new = said(plan) - earlier
    assert bool(new) == held, new
    again = vault.sync()
    assert vault.files == now and said(again) - earlier == new
    vault.files.update({path: before[path] for path in slipped})
    plan = vault.sync()
    assert vault.files == before
    assert said(plan) == earlier


def _in_entry(edit: Edit) -> Edit:
    """Return the edit of a digest that does this to the entry of OctoPack."""

    def whole(text: str) -> str:
        start = text.index(URL)
        end = text.index("https://", start + 8)
        return text[:start] + edit(text[start:end]) + text[end:]

    return whole


def _one(old: str, new: str) -> Edit:
    """Return the edit that puts `new` for `old`, which stands there."""

    def replace(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return replace


def _each_line(change: Callable[[str], str]) -> Edit:
    return lambda text: "".join(change(line) for line in text.splitlines(keepends=True))


NOTE_ROWS: Mapping[str, Edit] = {
    "Enter above the first rule": lambda text: "\n" + text,
    "a word above the first rule": lambda text: "x" + text,
    "a line above the first rule": lambda text: "x\n" + text,
    "the opening rule gone": lambda text: text.removeprefix("---\n"),
    "the closing rule gone": lambda text: text[:4] + text[4:].replace("---\n", "", 1),
    "a blank behind the opening rule": lambda text: "--- " + text[3:],
    "a dash more": lambda text: "-" + text,
    "a blank before the opening rule": lambda text: " " + text,
    "a second block above": lambda text: "---\ncreated: 2026-01-01\n---\n" + text,
    "an empty block above": lambda text: "---\n---\n" + text,
    "a heading above": lambda text: "# OctoPack\n\n" + text,
    "a comment above": lambda text: "<!-- x -->\n" + text,
    "a rule above": lambda text: "***\n" + text,
    "digests taken out": lambda text: re.sub(r"digests:\n(  - .*\n)+", "", text),
    "the whole note quoted": _each_line(lambda line: "> " + line),
    "tags renamed": _one("\ntags:", "\nkeywords:"),
    "tags gone": lambda text: re.sub(r"tags:\n(  - .*\n)+", "", text),
    "the section's heading gone": lambda text: re.sub(r"## \[\[.*\n", "", text, count=1),
    "the section's heading renamed": _one("3주차]]\n", "4주차]]\n"),
    "the section's heading deeper": _one("\n## [[", "\n### [["),
    "the body emptied": lambda text: text[: text.index("## [[")],
    "all properties gone": lambda text: text.split("---\n", 2)[2],
    "a tab in YAML": _one("\nauthors:", "\n\tauthors:"),
    "a key twice": _one("\nauthors:", "\nauthors: []\nauthors:"),
    "all in a fence": lambda text: f"```\n{text}```\n",
}
DIGEST_ROWS: Mapping[str, Edit] = {
    "the address line deleted": _one(URL + "\n", ""),
    "the address broken by a blank": _one(URL, URL.replace("abs/", "abs/ ")),
    "the address in a Markdown link": _one(URL, f"[arXiv]({URL})"),
    "the address a list item": _one(URL, "- " + URL),
    "the address quoted": _one(URL, "> " + URL),
    "the entry quoted": _in_entry(_each_line(lambda line: "> " + line)),
    "the entry in a fence": _in_entry(lambda text: f"```\n{text}```\n"),
    "the title a heading": _one(URL + "\n", URL + "\n# "),
    "a heading in the commentary": _one("[[230509 StarCoder]]", "# 생각\n[[230509 StarCoder]]"),
    "a blank in the tags": _one(TAGS, "# code #instruct #alignment"),
    "words behind the tags": _one(TAGS, TAGS + " 등등"),
    "tags in a list item": _one(TAGS, "- " + TAGS),
    "tags quoted": _one(TAGS, "> " + TAGS),
    "tags in a comment": _one(TAGS, f"<!-- {TAGS} -->"),
    "a wide hash": _one(TAGS, "＃" + TAGS[1:]),
    "a mark behind the tags": _one(TAGS, TAGS + " ✅"),
    "a block's name behind the tags": _one(TAGS, TAGS + " ^blockid"),
    "a tag made a word": _one(TAGS, "#code instruct #alignment"),
    "tags a heading": _one(TAGS, "# " + TAGS),
    "a bracket of the link gone": _one("[[OctoPack|", "[OctoPack|"),
    "the title quoted": _one("[[OctoPack|", "> [[OctoPack|"),
    "the address cut at its host": _one(URL, "https://arxiv"),
    "the address cut in its number": _one(URL, URL[:-1]),
    "words behind the address": _one(URL, URL + " 읽을 것"),
    "the entry's lines joined": _in_entry(lambda text: text.replace("\n", " ").rstrip() + "\n"),
    "a fence opened above": _one(URL, "```\n" + URL),
    "the file cut in half": lambda text: text[: text.index("Platypus")],
    "the file emptied to a word": lambda _text: "2023\n",
    "the entry twice": _in_entry(lambda text: text + text),
}
NO_SLIPS: Mapping[str, Edit] = {
    "commas between the tags": _one(TAGS, "#code, #instruct; #alignment"),
    "a lone hash behind the tags": _one(TAGS, TAGS + " #"),
    "blank lines between the blocks": _in_entry(lambda text: text.replace("\n", "\n\n", 1)),
    "a line wrapped": _one("위의 self", "위의\nself"),
}


@pytest.mark.parametrize("row", NOTE_ROWS)
def test_a_slip_in_a_note_is_held(row: str) -> None:
    vault = _sample()
    _nothing_leaves(vault, {OCTOPACK: NOTE_ROWS[row](vault.files[OCTOPACK])}, held=True)


@pytest.mark.parametrize("row", DIGEST_ROWS)
def test_a_slip_in_a_digest_is_held(row: str) -> None:
    vault = _sample()
    _nothing_leaves(vault, {WEEK: DIGEST_ROWS[row](vault.files[WEEK])}, held=True)


@pytest.mark.parametrize("row", NO_SLIPS)
def test_a_change_of_form_that_says_the_same_is_nothing(row: str) -> None:
    vault = _sample()
    _nothing_leaves(vault, {WEEK: NO_SLIPS[row](vault.files[WEEK])}, held=False)


# Other styles: three entries, the slip in the second.

ITEM = "- [[{0}|{0} Study of Things]] ([pdf](https://arxiv.org/abs/2301.{1})): words of {0}.\n"
LIST = "# List\n\n" + "".join(
    ITEM.replace("[[{0}|{0} Study of Things]]", "**{0} Study of Things**").format(name, number)
    for name, number in (("Alpha", 10001), ("Beta", 10002), ("Gamma", 10003))
)
HEADINGS = "# Week\n\n" + "".join(
    f"## {name} Study of Things\n\n[pdf](https://arxiv.org/abs/2301.{number})\n\n"
    f"First words of {name}.\n\nLast words of {name}.\n\n#{name.lower()}\n\n"
    for name, number in (("Alpha", 10001), ("Beta", 10002), ("Gamma", 10003))
)
BETA = "https://arxiv.org/abs/2301.10002"


def _line_with(word: str, change: Callable[[str], str]) -> Edit:
    return _each_line(lambda line: change(line) if word in line else line)


LIST_ROWS: Mapping[str, Edit] = {
    "the dash gone": _line_with("10002", lambda line: line[2:]),
    "the item indented": _line_with("10002", lambda line: "    " + line),
    "joined to the one above": _one("\n- **[[Beta", " - **[[Beta"),
    "the item quoted": _line_with("10002", lambda line: "> " + line),
    "the address broken by a blank": _one(BETA, BETA.replace("abs/", "abs/ ")),
    "the address taken out": _one(f"([pdf]({BETA}))", ""),
    "the item in code": _line_with("10002", lambda line: f"`{line.rstrip()}`\n"),
}
HEADING_ROWS: Mapping[str, Edit] = {
    "the address broken by a blank": _one(BETA, BETA.replace("abs/", "abs/ ")),
    "the hashes gone": _line_with("## Beta", lambda line: line[3:]),
    "no blank behind the hashes": _line_with("## Beta", lambda line: "##" + line[3:]),
    "the heading quoted": _line_with("## Beta", lambda line: "> " + line),
    "a fence above": _line_with("## Beta", lambda line: "```\n" + line),
    "a heading in the words": _one("Last words of Beta", "## Thoughts\n\nLast words of Beta"),
}


def _styled(text: str, style: str) -> MemoryVault:
    vault = MemoryVault({WEEK: text}, rules=Rules(digest_styles=(("**", (style,)),)))
    vault.sync()
    vault.sync()
    assert len(vault.files) == 4
    return vault


@pytest.mark.parametrize("row", LIST_ROWS)
def test_a_slip_in_a_list_is_held(row: str) -> None:
    vault = _styled(LIST, "list")
    _nothing_leaves(vault, {WEEK: LIST_ROWS[row](vault.files[WEEK])}, held=True)


@pytest.mark.parametrize("row", HEADING_ROWS)
def test_a_slip_under_a_heading_is_held(row: str) -> None:
    vault = _styled(HEADINGS, "heading")
    _nothing_leaves(vault, {WEEK: HEADING_ROWS[row](vault.files[WEEK])}, held=True)


# Formatters, over digests, notes or all.

AS_IT_COMES = ("prettier 3.10.2", "mdformat 1.0.0")
WRAPS = ("prettier", "mdformat")


@pytest.mark.parametrize("over", ["digests", "notes", "all"])
@pytest.mark.parametrize("tool", _recorded()[1])
def test_a_formatter_costs_nothing(tool: str, over: str) -> None:
    """Entries of which a formatter wraps the head are held; words that it wraps are the same."""
    vault = _sample()
    before, tools = _recorded()
    assert vault.files == before, "record the tools again"
    after = tools[tool]
    wanted = {"digests": {WEEK}, "notes": after.keys() - {WEEK}, "all": after.keys()}[over]
    texts = {path: text for path, text in after.items() if path in wanted}
    if not texts:
        pytest.skip(f"{tool} leaves {over} alone")
    same = tool in AS_IT_COMES or (over == "notes" and tool.startswith(WRAPS))
    _nothing_leaves(vault, texts, held=not same)
