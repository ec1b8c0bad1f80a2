"""Text from the network: what must stay as it is, what must be broken up, and the laws."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.support.hostile_text import BLANKS, PIECES, UNSEEN, anything
from tests.support.laws import examples
from vault_sync.core.model.values import Facts
from vault_sync.core.note.abstract import CALLOUT, callout
from vault_sync.core.text.sanitize import one_line, sanitize

UNTOUCHED_EVERYWHERE = [
    "",
    "OctoPack: Instruction Tuning Code Large Language Models",
    "Reinforced Self-Training (ReST) for Language Modeling",
    "It Ain't That Bad: 'quoted' words and \"these\"",
    "StarCoder: may the source be with you!",
    "1.58-bit LLMs and a 3.5% gain, 100%!",
    "C# and F# and issue #: a hash that is no tag",
    "bounds of $x^2$, $\\mathcal{O}(n \\log n)$ and $f''(x) \\le x_1$",
    "a < b, a <- b, a <3, x <= y > z",
    "see https://arxiv.org/abs/2308.07124 and http://example.org",
    "[1] one bracket [2, 3] and f(x)[0] (a) [b]",
    "~100 GPUs, a ~ b, Fig.~1, a|b, a*b, a_b, 2^10",
    "코드 커밋 메시지와 diff를 instruction 데이터로 사용하는 방법이네요.",
    "می‌خواهم 👩‍🔬 Gödel, Schrödinger",
    "std::vector and key:: value",
]

UNTOUCHED_IN_A_PROPERTY = [
    "#InsTag: Instruction Tagging",
    "- a dash first",
    "> 90% accuracy",
    "1. first",
    "--- three dashes",
    "| a bar",
    "$$x$$ costs $$5",
]

# What comes in; what stands in a property; what stands in Markdown (None: the same).
BROKEN_UP = [
    ("`$= dv.pages()`", "‘$= dv.pages()‘", None),
    ("`= this.file`", "‘= this.file‘", None),
    ("```dataviewjs", "‘‘‘dataviewjs", None),
    ("``quoted'' text", "“quoted” text", None),
    ("``don't'' and ``so''", "“don't” and “so”", None),
    ("<% tp.system() %>", "< % tp.system() %>", None),
    ("a <%* b", "a < %* b", None),
    ("%%hidden", "% %hidden", "% %hidden"),
    ("50%%% off", "50% % % off", None),
    ("![[secret]]", "! [ [secret] ]", None),
    ("[[Note|alias]]", "[ [Note|alias] ]", None),
    ("[[[x]]]", "[ [ [x] ] ]", None),
    ("![alt](http://e.org/p.png)", "! [alt] (http://e.org/p.png)", None),
    ("[text](javascript:x)", "[text] (javascript:x)", None),
    ("a^[note]", "a^ [note]", None),
    ("<script>x</script>", "< script>x< /script>", None),
    ("<img src=x>", "< img src=x>", None),
    ("<!-- x -->", "< !-- x -->", None),
    ("<?php", "< ?php", None),
    ("<https://e.org>", "< https://e.org>", None),
    ("go obsidian://open?vault=x", "go obsidian: //open?vault=x", None),
    ("OBSIDIAN://open", "OBSIDIAN: //open", None),
    ("노트obsidian://open", "노트obsidian: //open", None),
    ("_obsidian://open", "_obsidian: //open", "\\_obsidian: //open"),
    ("file:///etc/passwd", "file: ///etc/passwd", None),
    ("a\u200bb\u202ec\x1b[31md\x00\x9b\ufeff", "abc[31md", None),
    ("<\u200b% x", "< % x", None),
    ("[\u2060[x]\xad]", "[ [x] ]", None),
    ("\u1fef= x\u1fef", "‘= x‘", None),  # the Greek varia is a backtick in NFC
    ("  two\t words  ", "two words", None),
    ("e\u0301", "é", None),
    ("#tag and #another", "#tag and #another", "\\#tag and \\#another"),
    ("\u3000x \u00a0#태그", "x #태그", "x \\#태그"),
    ("##x", "##x", "\\#\\#x"),
    ("# Heading", "# Heading", "\\# Heading"),
    ("> quote", "> quote", "\\> quote"),
    ("- item", "- item", "\\- item"),
    ("* item", "* item", "\\* item"),
    ("+ item", "+ item", "\\+ item"),
    ("12. item", "12. item", "12\\. item"),
    ("3) item", "3) item", "3\\) item"),
    ("---", "---", "\\---"),
    ("===", "===", "\\==="),
    ("~~~tasks", "~~~tasks", "\\~~~tasks"),
    ("|a|b|", "|a|b|", "\\|a|b|"),
    (":-: | :-:", ":-: | :-:", "\\:-: | :-:"),
    ("[x]: http://e.org", "[x]: http://e.org", "\\[x]: http://e.org"),
    ("words ^block-1", "words ^block-1", "words \\^block-1"),
    ("$$x$$ and $$", "$$x$$ and $$", "$x$ and $"),
]


@pytest.mark.parametrize("text", UNTOUCHED_EVERYWHERE)
def test_plain_text_is_not_touched(text: str) -> None:
    assert one_line(text) == text
    assert sanitize(text) == text


@pytest.mark.parametrize("text", UNTOUCHED_IN_A_PROPERTY)
def test_a_property_keeps_what_only_markdown_would_read(text: str) -> None:
    assert one_line(text) == text


@pytest.mark.parametrize(("text", "in_property", "in_markdown"), BROKEN_UP)
def test_what_would_run_is_broken_up(text: str, in_property: str, in_markdown: str | None) -> None:
    assert one_line(text) == in_property
    assert sanitize(text) == (in_property if in_markdown is None else in_markdown)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_no_line_end_survives_in_a_property_and_each_is_one_in_markdown(end: str) -> None:
    assert one_line(f"title{end}tags: [x]") == "title tags: [x]"
    assert sanitize(f"a{end}# b") == "a\n\\# b"


def test_markdown_lines_lose_their_indent_and_keep_their_blank_lines() -> None:
    assert sanitize("a\n\n    code\n\tcode") == "a\n\ncode\ncode"


NOT_TO_BE_SEEN = re.compile(
    r"`|<%|<[A-Za-z/!?]|%%|\[\[|\]\]|!\[|\]\(|\^\[|(?<!p):(?=//)", re.IGNORECASE
)


@settings(max_examples=examples(135))
@given(anything)
def test_law_a_property_is_one_safe_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1 and line == line.strip()
    assert not [c for c in line if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}]
    assert not NOT_TO_BE_SEEN.search(re.sub(r"https://", "", line, flags=re.IGNORECASE))
    assert one_line(line) == line
    assert unicodedata.is_normalized("NFC", line)


@settings(max_examples=examples(135))
@given(st.lists(st.sampled_from([*PIECES, *UNSEEN, *BLANKS, "``", "`"]), max_size=8).map("".join))
def test_law_plain_text_is_no_other_text(text: str) -> None:
    """A word that is not plain, and no part of what stands before it, changes nothing there."""
    assert one_line(f"{text} é `x` http://e [") == f"{one_line(text)} é ‘x‘ http://e [".strip()


INLINE = {"text", "softbreak", "em_open", "em_close", "strong_open", "strong_close", "s_open",
          "s_close", "text_special", "hardbreak"}  # fmt: skip


@settings(max_examples=examples(200))
@given(anything)
def test_law_markdown_sees_nothing_but_paragraphs_of_words(text: str) -> None:
    safe = sanitize(text)
    assert sanitize(safe) == safe
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for written in (safe, callout(Facts(abstract=text)).removeprefix(CALLOUT + "\n")):
        blocks = reader.parse(written)
        kinds = {token.type for token in blocks}
        assert kinds <= {"paragraph_open", "paragraph_close", "inline", "blockquote_open",
                         "blockquote_close"}, written  # fmt: skip
        assert sum(token.type == "blockquote_open" for token in blocks) <= 1
        inline = {child.type for token in blocks for child in token.children or ()}
        assert inline <= INLINE, written
    assert not re.search(r"(?<!\S)#+[\w/-]", safe)


@pytest.mark.parametrize("piece", ["`", "``", "`` ", "[[", "<", "%", "#", "a://", " #", "$", "a."])
def test_time_grows_with_the_length(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    sanitize(text)
    assert time.process_time() - started < 10
