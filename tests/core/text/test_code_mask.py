"""Code, comments and links in a text: where each begins and ends."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.support.laws import examples
from tests.support.links import MARKS, targets, urls
from vault_sync.core.naming import wikilinks as links
from vault_sync.core.text import code_mask


def test_a_comment_may_end_inside_a_fence() -> None:
    text = "%%\n```\na %% https://a.b [[x]]\n```\nhttps://c.d [[y]]"
    assert [piece.kind for piece in code_mask.pieces(text)] == ["comment", "code", "link"]
    assert urls(text) == ["https://c.d"]
    assert targets(text) == ["y"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # Code ends in its paragraph, and before a fence.
        ("a `b\nc` d", ["`b\nc`"]),
        ("a `b\n#c` d", ["`b\n#c`"]),
        ("a `b\n\nc` d", []),
        ("a `b\n \r\nc` d", []),
        ("a `b\n# c` d", []),
        ("a `b\n  - c` d", []),
        ("a `b\n12. c` d", []),
        ("`b`\n\n`c` d", ["`b`", "`c`"]),
        ("a ``` b\n```\nx\n```\n[[n]]", ["```\nx\n```\n", "[[n]]"]),
        ("```\nx\n```\n~~~\ny\n~~~", ["```\nx\n```\n~~~\ny\n~~~"]),
        ("a\n```\n[[n]]", ["[[n]]"]),
        ("%% a %% b", ["%% a %%"]),
        ("%% a [[n]]", ["[[n]]"]),
        ("%% a %% b %% [[n]]", ["%% a %%", "[[n]]"]),
        ("<!-- a\n\nb --> c", ["<!-- a\n\nb -->"]),
        ("<!--> b", ["<!-->"]),
        ("<!-- b [[n]]", ["[[n]]"]),
        ("$a$ b $$c\n\nd$$", ["$a$", "$$c\n\nd$$"]),
        ("$5 and $6, $a $, $a$1", []),
        ("$a\\$b$", ["$a\\$b$"]),
        ("\\$a$ \\`b` \\[[n]]", []),
        ("$$a [[n]]", ["[[n]]"]),
        ("[[a]] ![[b]] [[[c]] [[d\n]] [[]]", ["[[a]]", "![[b]]", "[[c]]"]),
        ("[[a`b]] c`", ["[[a`b]]"]),
        ("`[[a` b]]", ["`[[a`"]),
    ],
)
@pytest.mark.parametrize("tail", ["", " \\!"])
def test_the_pieces_of_a_text(text: str, found: list[str], tail: str) -> None:
    if not text.endswith("~~~"):
        text += tail
    assert [piece.span.slice(text) for piece in code_mask.pieces(text)] == found


@given(MARKS)
@settings(max_examples=examples(100), derandomize=True)
def test_pieces_are_in_order_and_apart(text: str) -> None:
    spans = [piece.span for piece in code_mask.pieces(text)]
    at = 0
    for span in spans:
        assert at <= span.start < span.end <= len(text)
        at = span.end
    for wikilink in links.find(text):
        assert wikilink.span.slice(text).endswith("]]")
        assert wikilink.target_span.slice(text) == wikilink.target
    urls(text)


INLINE = st.lists(
    st.sampled_from(["`", "``", "```", "a", " ", "b c", "\n", "\\", "한"]), max_size=25
).map(lambda parts: "a" + "".join(parts))


@given(INLINE)
@settings(max_examples=examples(135), derandomize=True)
@example("a`b``c`d``e`")
@example("a\\`b`c`")
def test_code_spans_are_those_of_commonmark(text: str) -> None:
    # What starts a block of its own is the business of `text.fenced`.
    text = "\n".join(line.strip() or "a" for line in text.split("\n"))
    if any(line.startswith("```") for line in text.split("\n")):
        return
    block = MarkdownIt("commonmark").parse(text)[1]
    expected = [token.content for token in block.children or [] if token.type == "code_inline"]
    assert [
        _as_commonmark(piece.span.slice(text).replace("\n", " "))
        for piece in code_mask.pieces(text)
        if piece.kind == "code"
    ] == expected


def _as_commonmark(code: str) -> str:
    inner = code.strip("`")
    blank = inner.startswith(" ") and inner.endswith(" ") and inner.strip(" ") != ""
    return inner[1:-1] if blank else inner
