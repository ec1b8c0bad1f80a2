"""The laws of every style over made digests: mixes of all styles, odd characters, any newlines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.laws import examples
from tests.support.styled_shapes import linked
from vault_sync.core.digest.styles import lens, styled_reader
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.model.values import Fields, Key
from vault_sync.core.text.spans import splice

ALL: tuple[StyleName, ...] = ("flat", "list", "heading", "table", "paragraph")

words = st.sampled_from(
    ["Deep nets, A Survey", "of X: learning [again]", "BERT (v2)", "$p(x|y)$", "*starred* words",
     "Q* search", "《题目》", "“Quoted”", "한국어 제목", "Title.", "a_b_c d", "`code` here", "C\\*",
     "<b>bold</b>", "T & U", "🔥 hot", "paper", "3. Third", "[[foreign]] x"]
)  # fmt: skip
titles = st.lists(words, min_size=1, max_size=3).map(" ".join)
addresses = st.one_of(
    st.integers(1, 40).map(lambda n: f"https://arxiv.org/abs/2301.{n:05d}"),
    st.sampled_from(
        ["https://aclanthology.org/N19-1423.pdf", "https://x.org/a_(b).pdf", "https://blog.org/p",
         "https://github.com/a/b", "http://openreview.net/forum?id=Zz", "#anchor", "notes/x.md"]
    ),
)  # fmt: skip
tails = st.sampled_from(
    ["", ": words", " - words [x](https://x.y)", ". *Ann Bee, Cee Dee and Eff Gee*. ACL 2019.",
     " (Ann Bee, Cee Dee)", " [[code](https://github.com/a/b)]", " *et al.*", "  ", " \\", "<br>"]
)  # fmt: skip
heads = st.builds(
    lambda form, title, url, tail: form.format(t=title, u=url, e=tail),
    st.sampled_from(
        ["[{t}]({u}){e}", "**[{t}]({u})**{e}", "**[{t}]({u}):** words", "{t} [[pdf]({u})]{e}",
         "**{t}**{e} [[paper]({u})]", "***X:*** {t} [[Paper]]({u})", "(*ACL'19*) {t}. [`pdf`]({u})",
         "{t}{e}", "{u}", "<{u}>", "[{t}](#x) {u}"]
    ),
    titles, addresses, tails,
)  # fmt: skip
lower = st.sampled_from(
    ["", "words", "- words", "#a #b/c", "- Paper: https://arxiv.org/abs/2302.00001", "  deeper",
     "**Authors:** Ann Bee, ..., Cee Dee", "arXiv: https://arxiv.org/abs/2302.00002", "```",
     "| a |"]
)  # fmt: skip
marks = st.sampled_from(["- ", "* ", "1. ", "2) ", "- [ ] ", "  - ", "\t* ", "## ", "### 3. ", ""])
items = st.builds(
    lambda mark, head, below, indent: mark
    + head
    + "\n"
    + "".join(indent + line + "\n" for line in below),
    marks, heads, st.lists(lower, max_size=3), st.sampled_from(["", "  ", "\t"]),
)  # fmt: skip
tables = st.lists(st.tuples(heads, addresses), min_size=1, max_size=3).map(
    lambda rows: (
        "| Title | PDF | Note |\n|---|---|---|\n"
        + "".join(f"| {head} | [x]({url}) | n |\n" for head, url in rows)
    )
)
others = st.sampled_from(
    ["\n", "# Chapter\n", "---\n", "prose [x](https://x.y)\n", "<details>\n", "<!-- a -->\n",
     "https://arxiv.org/abs/2303.00001\nFlat Title (Ann Bee, Cee Dee)\nwords\n#t\n"]
)  # fmt: skip
digests = st.builds(
    lambda parts, newline, final: (text := "".join(parts).replace("\n", newline))[
        : None if final else len(text.rstrip("\r\n"))
    ],
    st.lists(st.one_of(items, items, tables, others), max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)


def own(_key: Key, target: str, _titled: bool) -> bool:
    """Take the links that these tests write for the tool's; `[[foreign]]` is somebody else's."""
    return target[:1] == "n" and target[1:].isdigit()


@settings(max_examples=examples(50), deadline=None)
@given(digests)
def test_link_read_and_export(text: str) -> None:
    digest = styled_reader.read(text, ALL, own)
    once = linked(digest)
    again = styled_reader.read(once, ALL, own)
    assert [entry.fields for entry in again.entries] == [entry.fields for entry in digest.entries]
    assert [entry.link and entry.link.target for entry in again.entries] == [
        f"n{number}" for number in range(len(digest.entries))
    ]
    assert linked(again) == once
    assert lens.export(once, ALL, own) == text


def changed(fields: Fields, name: str) -> Fields:
    if name == "title":
        return fields._replace(title="Zz " + fields.title)
    if name == "url":
        return fields._replace(url="https://arxiv.org/abs/2401.99999")
    return fields._replace(tags=(*fields.tags, "zz"))


@settings(max_examples=examples(40), deadline=None)
@given(digests, st.sampled_from(["title", "url", "tags"]))
def test_an_edit_stays_in_its_entry_and_can_be_undone(text: str, name: str) -> None:
    digest = styled_reader.read(text, ALL)
    for number, entry in enumerate(digest.entries):
        if entry.styled is None or any(entry.key == again.key for again in digest.repeats):
            continue
        fields = lens.placed(entry, changed(entry.fields, name))
        edits = lens.edit(digest, entry, fields, None)
        start, end = entry.span
        assert all(start <= at.start <= at.end <= end for at, _ in edits)
        after = styled_reader.read(splice(text, edits), ALL)
        if [each.fields for each in after.entries[number : number + 1]] == [fields]:
            back = lens.edit(after, after.entries[number], entry.fields, None)
            assert splice(after.text, back) == text


@settings(max_examples=examples(40), deadline=None)
@given(st.text("[](){}|*_`\\<>!#-:.\"'$ \n\ta1/h", max_size=60))
def test_reading_is_total(text: str) -> None:
    only: tuple[StyleName, ...] = ("title-first",)
    for styles in (ALL, only):
        styled_reader.read(text, styles)


N = 300_000
HARD = {
    "brackets": "- " + "[" * (N // 2) + "]" * (N // 2) + "(https://a.b)",
    "open brackets": "[" * N + "](https://a.b)",
    "parentheses": "- a " + "(" * N + "https://a.b",
    "blanks": "- [T](https://a.b/c) " + " " * N + "x",
    "blank lines": ("- " + " " * 98 + "\n") * (N // 100),
    "stars": "- " + "*" * N + "[T](https://a.b)",
    "bold": "- **a " * (N // 6),
    "ticks": "- [x](https://a.b) " + "`" * N,
    "wikilinks": "- " + "[[a" * (N // 3),
    "bars": "|Title|PDF|\n|-|-|\n" + "|" * N,
    "angles": "- " + "<a" * (N // 2) + " https://x.y",
    "images": "- " + "![a" * (N // 3) + "](https://x.y)",
    "tags": ("## " + "#" * 98 + "\n") * (N // 100),
    "deep list": "\n".join(" " * (2 * n) + "- [a](https://x.y/z)" for n in range(950)),
    "closing": "- a " + ")" * N + "[[pdf](https://x.y)]",
    "breaks": "- [T](https://x.y/a.pdf) " + "\\ " * (N // 2),
}


@pytest.mark.parametrize("name", HARD)
def test_reading_is_linear(name: str) -> None:
    """What is not linear takes minutes or hours on these, what is takes part of a second."""
    styled_reader.read(HARD[name], ALL)
