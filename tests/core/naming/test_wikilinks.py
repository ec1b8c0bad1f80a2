"""Wikilinks and addresses: found where Obsidian finds them, resolved as it resolves them."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.laws import examples
from tests.support.links import MARKS, targets, urls
from tests.support.steps import steps
from vault_sync.core.model.values import RelPath
from vault_sync.core.naming import wikilinks as links
from vault_sync.core.naming.note_names import fold
from vault_sync.core.naming.wikilinks import LinkResolver, Wikilink, find_file_links
from vault_sync.core.text.spans import Span, splice


@pytest.mark.parametrize(
    "text",
    [
        "no link",
        "`[[x]]`",
        "``a ` [[x]]``",
        "`over\na line [[x]]`",
        "```\n[[x]]\n```",
        "~~~ python\n[[x]]\n~~~\n",
        "> said\n\n```\n[[x]]\n````",
        "%% [[x]] %%",
        "%%\n\n[[x]]\n\n%%",
        "<!-- [[x]] -->",
        "<!--\n```\n-->`[[x]]`\n",
        "$[[x]]$",
        "$$\n[[x]]\n$$",
        r"\[[x]]",
        "[[]]",
        "[[|x]]",
        "[[x]",
        "[[x\n]]",
        "[x](y)",
    ],
)
def test_no_link(text: str) -> None:
    assert links.find(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[x]]", ["x"]),
        ("a[[x]]b[[y]]를", ["x", "y"]),
        ("[[[x]]]", ["x"]),
        ("[[a[[x]]", ["x"]),
        ("` [[[x]]]", ["x"]),
        ("$5[[x]]$6", ["x"]),
        ("a ` [[x]]\n```\n`\n```", ["x"]),
        ("*[[x]]* **[[y|z]]**", ["x", "y"]),
        ("never closed ` [[x]]", ["x"]),
        ("`a\n\nb` [[x]]", ["x"]),  # a code span ends with its paragraph
        ("a `\n- [[x]]\n- b `", ["x"]),
        ("a `\n# [[x]]\nb `", ["x"]),
        ("``a` [[x]]", ["x"]),
        ("```\nnever closed\n[[x]]", ["x"]),
        ("%% never closed [[x]]", ["x"]),
        ("%% a %% [[x]] %% [[y]] %%", ["x"]),
        ("<!-- never closed [[x]]", ["x"]),
        ("<!--> [[x]] -->", ["x"]),
        ("$5 [[x]] and $6", ["x"]),
        ("costs 5$ [[x]] and 6$", ["x"]),
        ("$a$ [[x]] $b$", ["x"]),
        (r"\`[[x]]\`", ["x"]),
        (r"\\[[x]]", ["x"]),
        (r"\$[[x]]$", ["x"]),
        ("[[a`b]] ` [[c]]", ["a`b", "c"]),  # what opens first wins
        ("`a [[b` c]] [[d]]", ["d"]),
        ("[[$k$-NN]] $ [[y]]", ["$k$-NN", "y"]),
        ("    [[x]]", ["x"]),
    ],
)
def test_links(text: str, expected: list[str]) -> None:
    assert targets(text) == expected


@pytest.mark.parametrize(
    ("text", "target", "embed"),
    [
        ("[[a]]", "a", False),
        ("[[a|b]]", "a", False),
        ("[[a|]]", "a", False),
        ("[[a|b|c]]", "a", False),
        ("[[a#b]]", "a", False),
        ("[[a#b#^c|d]]", "a", False),
        ("[[#b]]", "", False),
        ("![[a.png|200]]", "a.png", True),
        ("[[ f/a.md ]]", " f/a.md ", False),
        (r"| [[a\|b]] |", "a", False),
        (r"| ![[a#c\|b]] |", "a", True),
    ],
)
def test_the_parts_of_a_link(text: str, target: str, embed: bool) -> None:
    (found,) = links.find(text)
    assert found[1:] == (target, embed)
    assert found.target_span.slice(text) == target
    assert found.span.slice(text) == text.strip("| ")


@pytest.mark.parametrize(
    "text",
    ["no address", "`https://a.b/c`", "```\nhttps://a.b/c\n```", "https://", "xhttps://a.b", "://"],
)
def test_no_address(text: str) -> None:
    assert urls(text) == []


PAPER = "https://arxiv.org/abs/2403.08540"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PAPER, [PAPER]),
        (f"({PAPER})", [PAPER]),
        (f"({PAPER})에서", [PAPER]),
        (f"{PAPER}를 보면", [PAPER]),
        (f"{PAPER}에서는.", [PAPER]),
        (f"{PAPER}.", [PAPER]),
        (f"{PAPER}, {PAPER}!", [PAPER, PAPER]),
        (f"({PAPER}).", [PAPER]),
        (f"<{PAPER}>", [PAPER]),
        (f"[it]({PAPER})", [PAPER]),
        (f"[{PAPER}]({PAPER}v2)", [PAPER, f"{PAPER}v2"]),
        (f"({PAPER})({PAPER})", [PAPER, PAPER]),
        (f"**{PAPER}**", [PAPER]),
        (f'"{PAPER}"', [PAPER]),
        (f"'{PAPER}'", [PAPER]),
        (f"{PAPER}。{PAPER}」", [PAPER, PAPER]),
        (f"| {PAPER}|x |", [PAPER]),
        (f"앞{PAPER}뒤", [PAPER]),
        ("https://en.wikipedia.org/wiki/A_(b)", ["https://en.wikipedia.org/wiki/A_(b)"]),
        ("(https://en.wikipedia.org/wiki/A_(b))", ["https://en.wikipedia.org/wiki/A_(b)"]),
        ("https://ko.wikipedia.org/wiki/한국 은", ["https://ko.wikipedia.org/wiki/한국"]),
        ("https://a.b/c?x=1&y=%20#f-g", ["https://a.b/c?x=1&y=%20#f-g"]),
        ("HTTP://A.b/c_d~e;f", ["HTTP://A.b/c_d~e;f"]),
        (f"`{PAPER}` {PAPER}v1 `x`", [f"{PAPER}v1"]),
        (f"%% {PAPER} %%", [PAPER]),
        (f"a\n{PAPER}\r\nb", [PAPER]),
    ],
)
def test_addresses(text: str, expected: list[str]) -> None:
    assert urls(text) == expected


def test_link_writes_what_find_reads() -> None:
    assert links.link("a") == "[[a]]"
    assert links.link("230814 OctoPack", "OctoPack: x") == "[[230814 OctoPack|OctoPack: x]]"
    assert links.link("a", "a") == "[[a|a]]"  # a note renamed later must not retitle the paper
    for bad in (
        ("", None),
        ("a]b", None),
        ("a|b", None),
        ("a\nb", None),
        ("a", "b]"),
        ("a", "b\n"),
    ):
        with pytest.raises(ValueError, match="no wikilink"):
            links.link(*bad)


def test_retarget_changes_the_target_alone() -> None:
    text = "[[a|말]]은 ![[a#h]] | [[a\\|b]] | `[[a]]` [[b]] [[#a]] [[ a ]]를 [[a.md|]]"
    asked: list[Wikilink] = []

    def new(wikilink: Wikilink) -> str | None:
        asked.append(wikilink)
        return "x/y" if wikilink.target.strip().removesuffix(".md") == "a" else None

    moved = splice(text, links.retarget(text, new))
    assert moved == (
        "[[x/y|말]]은 ![[x/y#h]] | [[x/y\\|b]] | `[[a]]` [[b]] [[#a]] [[x/y]]를 [[x/y|]]"
    )
    assert [wikilink.target for wikilink in asked] == ["a", "a", "a", "b", " a ", "a.md"]
    assert links.retarget(text, lambda wikilink: wikilink.target) == []


@given(MARKS)
@settings(max_examples=examples(100), derandomize=True)
def test_retargeting_moves_every_link_and_nothing_else(text: str) -> None:
    before = links.find(text)
    moved = splice(text, links.retarget(text, lambda _: "new name"))
    after = links.find(moved)
    assert [(moved[w.target_span.end : w.span.end], w.embed) for w in after] == [
        (text[w.target_span.end : w.span.end], w.embed) for w in before
    ]
    assert [w.target for w in after] == [
        "new name" if w.target.strip() else w.target for w in before
    ]


@pytest.mark.parametrize(
    "unit",
    [
        "[[a ",
        "`",
        "` ",
        "[[",
        "$a ",
        "$$ ",
        "%%% ",
        "<!-- ",
        "``` \n",
        "\\$a$ ",
        "$a",
        "https://a(",
        "`a` https://b ",
        "`a`",
        "((",
        "https://",
    ],
)
def test_reading_is_linear(unit: str) -> None:
    def cost(size: int) -> int:
        text = unit * (size // len(unit))
        return steps(lambda: links.find(text), lambda: links.addresses(text))

    assert cost(40_000) <= 4.5 * cost(10_000) + 1_000


@pytest.mark.sweep
@pytest.mark.parametrize(
    "unit", ["[[a ", "`", "` ", "$a ", "%%% ", "<!-- ", "$a\\$", "https://a(", "https://", " \n"]
)
def test_a_large_text_is_read_in_seconds(unit: str) -> None:
    text = unit * (10_000_000 // len(unit))
    began = time.process_time()
    links.find(text)
    links.addresses(text)
    assert time.process_time() - began < 60


def of(*paths: str) -> LinkResolver:
    return LinkResolver.from_paths(RelPath(path) for path in paths)


def resolved(names: LinkResolver, target: str, source: str = "digests/w.md") -> str | None:
    return names.resolve(target, RelPath(source))


@pytest.mark.parametrize(
    ("paths", "target", "source", "expected"),
    [
        (["papers/A.md"], "A", "w.md", "papers/A.md"),
        (["papers/A.md"], "a.MD", "w.md", "papers/A.md"),
        (["papers/A.md"], " A ", "w.md", "papers/A.md"),
        (["papers/A.md"], "B", "w.md", None),
        (["papers/A.md"], "", "w.md", "w.md"),
        (["papers/A.md"], "papers/a", "w.md", "papers/A.md"),
        (["x/papers/A.md"], "papers/A", "w.md", "x/papers/A.md"),
        (["xpapers/A.md"], "papers/A", "w.md", None),
        (["papers/한글.md"], unicodedata.normalize("NFD", "한글"), "w.md", "papers/한글.md"),
        (["a b.md"], "a\u00a0b", "w.md", "a b.md"),
        (["1.5 x.md"], "1.5 x", "w.md", "1.5 x.md"),
        # An exact path wins even over a file beside the source, a bare name at the root too.
        (["A.md", "s/A.md"], "A", "s/w.md", "A.md"),
        (["b/A.md", "s/b/A.md"], "b/A", "s/w.md", "b/A.md"),
        # Then the folder of the source and what is below it; a parent folder counts for nothing.
        (["b/A.md", "zz/s/A.md"], "A", "zz/s/w.md", "zz/s/A.md"),
        (["b/A.md", "zz/s/deep/A.md"], "A", "zz/s/w.md", "zz/s/deep/A.md"),
        (["b/A.md", "zz/A.md"], "A", "zz/s/w.md", "b/A.md"),
        (["b/A.md", "zzz/A.md"], "A", "z/w.md", "b/A.md"),
        # Then the shortest path, in characters.
        (["a long folder/A.md", "b/c/A.md"], "A", "w.md", "b/c/A.md"),
        (["b/A.md", "a/A.md"], "A", "w.md", "a/A.md"),
        (["A.md", "s/A.md"], "/A", "s/w.md", "A.md"),
        (["s/A.md"], "/A", "s/w.md", None),
        (["A.md", "s/A.md"], "./A", "s/w.md", "s/A.md"),
        (["A.md", "s/A.md"], "../A", "s/w.md", "A.md"),
        (["A.md", "s/A.md"], "../../A", "s/w.md", None),
        (["A.md", "s/A.md"], "../s/./A", "s/w.md", "s/A.md"),
        # Of names that differ in case alone, the first by letter.
        (["a.md", "A.md"], "a", "w.md", "A.md"),
        (["s/a.md", "S/A.md"], "s/a", "w.md", "S/A.md"),
        # `x.md` is the note x before it is the note x.md.md.
        (["x.md", "x.md.md"], "x.md", "w.md", "x.md"),
        (["x.md.md"], "x.md", "w.md", "x.md.md"),
        (["x.md", "x.md.md"], "x.md.md", "w.md", "x.md.md"),
    ],
)
def test_resolve(paths: list[str], target: str, source: str, expected: str | None) -> None:
    assert resolved(of(*paths), target, source) == expected
    assert resolved(of(*reversed(paths)), target, source) == expected


def test_shortest() -> None:
    names = of("papers/A.md", "B.md", "s/b.md", "x.md.md", "y.MD")
    assert names.shortest(RelPath("papers/A.md")) == "A"
    assert names.shortest(RelPath("B.md")) == "B"
    assert names.shortest(RelPath("s/b.md")) == "s/b"
    assert names.shortest(RelPath("x.md.md")) == "x.md.md"
    assert names.shortest(RelPath("y.MD")) == "y"
    assert names.shortest(RelPath("new/a.md")) == "new/a"  # not there yet, and A is
    assert names.shortest(RelPath("new/c.md")) == "c"


def test_taken() -> None:
    names = of("papers/Ä.md", "B.md")
    assert names.taken("papers/a\u0308.MD")
    assert names.taken("Papers/Ä.md")
    assert names.taken("b.md")
    assert not names.taken("papers/B.md")
    assert not names.taken("c.md")


def answers(names: LinkResolver) -> list[object]:
    paths = map(RelPath, ["A.md", "s/A.md", "b.md", "s/b.md", "c.md", "C.md", "t/D.md", "e.md"])
    return [
        (names.taken(path), names.shortest(path), names.resolve(path, RelPath("x.md")))
        for path in paths
    ]


def test_with_moved() -> None:
    names = of("A.md", "s/A.md", "b.md", "c.md")
    moved = names.with_moved(
        {
            RelPath("A.md"): RelPath("t/D.md"),
            RelPath("c.md"): None,
            RelPath("b.md"): RelPath("C.md"),
        },
        [RelPath("e.md"), RelPath("s/A.md")],
    )
    assert answers(moved) == answers(of("s/A.md", "t/D.md", "C.md", "e.md"))
    assert answers(names) == answers(of("A.md", "s/A.md", "b.md", "c.md"))
    again = moved.with_moved({RelPath("C.md"): RelPath("s/b.md"), RelPath("t/D.md"): None})
    assert answers(again) == answers(of("s/A.md", "s/b.md", "e.md"))
    assert answers(moved) == answers(of("s/A.md", "t/D.md", "C.md", "e.md"))
    swapped = of("a.md", "b.md").with_moved(
        {RelPath("a.md"): RelPath("b.md"), RelPath("b.md"): RelPath("a.md")}
    )
    assert swapped.taken("a.md") and swapped.taken("b.md")


PATHS = st.lists(
    st.builds(
        lambda folders, name: RelPath("/".join([*folders, f"{name}.md"])),
        st.lists(st.sampled_from(["s", "T", "ä"]), max_size=2),
        st.sampled_from(["A", "a", "B", "ä", "Ä", "x.md", "가"]),
    ),
    max_size=8,
    unique=True,
)


@given(PATHS, st.sampled_from(["w.md", "s/w.md", "T/s/w.md"]))
@settings(max_examples=examples(100), derandomize=True)
def test_the_shortest_link_leads_back(paths: list[RelPath], source: str) -> None:
    distinct = list({fold(path): path for path in paths}.values())
    names = LinkResolver.from_paths(distinct)
    for path in distinct:
        assert names.resolve(names.shortest(path), RelPath(source)) == path
        assert names.taken(path.upper())


@given(PATHS, PATHS, st.data())
@settings(max_examples=examples(65), derandomize=True)
def test_moving_is_reading_again(
    paths: list[RelPath], more: list[RelPath], data: st.DataObject
) -> None:
    gone = data.draw(st.lists(st.sampled_from(paths), unique=True) if paths else st.just([]))
    moves = dict(zip(gone, [*more, *[None] * len(gone)], strict=False))
    left = [path for path in paths if path not in moves]
    after = LinkResolver.from_paths(paths).with_moved(moves, more)
    again = LinkResolver.from_paths([*left, *more])
    for path in [*paths, *more]:
        assert after.taken(path) == again.taken(path)
        assert after.shortest(path) == again.shortest(path)


def test_a_span_is_where_the_link_stands() -> None:
    assert links.find("a ![[b]]")[0].span == Span(2, 8)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("[x](a.md)", "a.md"),
        ("![x](../a/b.md#Head)", "../a/b.md"),
        ("[x](a%20b.md)", "a b.md"),
        ("[x](<a b (c).md#d e>)", "a b (c).md"),
        ('[x](a(b).MD "title")', "a(b).MD"),
        ("[x](가%20나.md)", "가 나.md"),
    ],
)
def test_what_is_one(text: str, target: str) -> None:
    (link,) = find_file_links(text)
    assert link.target == target
    again = text[: link.span.start] + link.written("n (1) %.md") + text[link.span.end :]
    assert [each.target for each in find_file_links(again)] == ["n (1) %.md"]


@pytest.mark.parametrize(
    "text",
    [
        "[x](https://x.org/a.md)",
        "[x](a.png)",
        "[x](#a.md)",
        "`[x](a.md)`",
        "```\n[x](a.md)\n```\n",
        "[x](a b.md)",
        "(a.md)",
        "[[a.md]]",
    ],
)
def test_what_is_none(text: str) -> None:
    assert find_file_links(text) == []
