"""Hypothesis strategies for digests as a reader writes them.

Every line that a generated reader writes carries a token (`w17`) that no other line of the same
draw has, so a test can ask where each of them went.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from hypothesis import strategies as st
from vault_sync.core.model.values import Fields

# Stands where a token goes until the numbers are given out.
_SLOT = "\ue000"

_SUBJECTS = (
    "데이터로 사용하는 방법",
    "흥미로운 결과",
    "a diffusion model",
    "RLHF와의 비교",
    "[[230509 StarCoder]] 한계",
)
_ENDINGS = ("입니다.", "이네요.", "일까요?", "라고 하네요. (물론 다를 수 있습니다.)", "", "  ")
_TITLES = (
    "Graph of Thoughts",
    "Self-Training (ReST) for Models",
    "자기 지도 학습",
    "What, Why?",
    "H$_2$O",
)
_BRACKETED = ("Attention [Revisited]", "A|B Testing", "[Re] Learning", "On [[Links]] and Thoughts")
_NAMES = (
    "Niklas Muennighoff",
    "Aäron van den Oord",
    "김철수",
    "J. K. Lee",
    "Robert O'Neill-Smith",
    "Ana Silva (MIT, CSAIL)",
    "OpenAI",
)
_TAGS = ("llm", "instruct-tuning", "논문", "nlp/생성", "3d_model", "🙂")
_FENCES = (
    ("```python", "# a comment {}", "#tag", "```"),
    ("~~~", "https://arxiv.org/abs/2301.{}", "Not a Title (Kim Lee, Ann Park)", "", "~~~"),
)


class Shape(NamedTuple):
    """How a digest is set."""

    newline: str = "\n"
    spaced: bool = False
    bom: bool = False
    front_matter: bool = False
    final_newline: bool = True


def titles(*, bracketed: bool = True) -> st.SearchStrategy[str]:
    """Titles of one line, none of them empty; `bracketed`: some hold `[`, `]` or `|`."""
    return _numbered(_titles(bracketed=bracketed))


def authors() -> st.SearchStrategy[tuple[str, ...]]:
    """One to five names that a title line can hold, none twice."""
    return st.lists(st.sampled_from(_NAMES), min_size=1, max_size=5, unique=True).map(tuple)


def tags() -> st.SearchStrategy[tuple[str, ...]]:
    """No to four tags without `#`, none twice."""
    return st.lists(st.sampled_from(_TAGS), max_size=4, unique=True).map(tuple)


def commentaries() -> st.SearchStrategy[str]:
    """Commentary of one to some dozen lines, LF newlines, no blank line at either end."""
    return _numbered(_commentaries())


def fields(*, titled: bool | None = None) -> st.SearchStrategy[Fields]:
    """What one entry says. `titled` False: no title and no authors; None: mostly with both."""
    return st.builds(_fields_numbered, _fields(titled), st.integers(0, 9_999))


def shapes() -> st.SearchStrategy[Shape]:
    return st.builds(
        Shape,
        st.sampled_from(("\n", "\n", "\r\n")),
        st.booleans(),
        st.sampled_from((False, False, False, True)),
        st.sampled_from((False, False, False, True)),
        st.booleans(),
    )


@st.composite
def digests(
    draw: st.DrawFn, *, max_entries: int = 5, late: bool = False
) -> tuple[str, list[Fields]]:
    """A digest and what its entries say, in order. No two entries have one key.

    Between entries stand nothing, thematic breaks, headings of level 1 and 2, words of the digest's
    own. Entries have titles in every form that a reader writes, none linked, or none at all.
    `late`: some titles were typed above or below the link of an entry that had none, `[[late 1]]`.
    """
    shape = draw(shapes())
    said: list[Fields] = []
    number = count(1)
    head = ["---", "week: 3", "---"] if shape.front_matter else []
    blocks = [[*head, "2023년 8월 3주차"]]
    # An untitled entry can stand only where nothing but an entry can.
    fresh = True
    for _ in range(draw(st.integers(0, max_entries))):
        between = draw(_betweens())
        blocks += [[line.replace(_SLOT, f"w{next(number)}")] for line in between]
        fresh = fresh or bool(between)
        entry = _fill(draw(_fields(None if fresh else True)), number)
        lines = _entry_lines(entry, draw(st.sampled_from(("", "", "*", "**"))), shape)
        if late and entry.title and (at := draw(st.sampled_from((0, 1, 2)))):
            title = next(n for n, line in enumerate(lines) if n and line)
            lines.insert(1 if at == 1 else title + 1, f"[[late {next(number)}]]")
        blocks.append(lines)
        said.append(entry)
        fresh = bool(entry.tags)
    gap = "\n\n\n" if shape.spaced else "\n"
    text = gap.join("\n".join(block) for block in blocks)
    text = ("\ufeff" if shape.bom else "") + text + "\n" * shape.final_newline
    return text.replace("\n", shape.newline), said


def without_late_links(text: str) -> str:
    return re.sub(r"\r?\n\[\[late \d+\]\](?=\r?\n|\Z)", "", text)


def tokens(text: str) -> set[str]:
    """The tokens of a text."""
    return set(re.findall(r"\bw\d+\b", text))


def _titles(*, bracketed: bool) -> st.SearchStrategy[str]:
    return st.sampled_from(_TITLES + (_BRACKETED if bracketed else ())).map(
        lambda title: f"{_SLOT} {title}"
    )


@st.composite
def _commentaries(draw: st.DrawFn) -> str:
    pieces: Sequence[list[str]] = draw(st.lists(_pieces(), min_size=1, max_size=4))
    gaps = [draw(st.sampled_from(([], [""], ["", ""]))) for _ in pieces[1:]]
    found = list(pieces[0])
    for gap, piece in zip(gaps, pieces[1:], strict=True):
        found += [*gap, *piece]
    return "\n".join(found)


def _pieces() -> st.SearchStrategy[list[str]]:
    """Lines that stand together; each piece can follow and be followed by any other."""
    prose = st.builds(
        "{}은 {}{}".format, st.just(_SLOT), st.sampled_from(_SUBJECTS), st.sampled_from(_ENDINGS)
    )
    address = prose.map(lambda line: [f"https://project.page/{_SLOT}", line])
    broken = prose.map(lambda line: ["---", line])
    marked = st.sampled_from((f"### {_SLOT} 절", f"- {_SLOT} 항목", f"\t1. {_SLOT}", f"> {_SLOT}"))
    fence = st.sampled_from(_FENCES).map(lambda lines: [line.format(_SLOT) for line in lines])
    return st.one_of(
        prose.map(lambda line: [line]),
        st.lists(prose, min_size=2, max_size=3),
        address,
        broken,
        marked.map(lambda line: [line]),
        fence,
    )


def _fields(titled: bool | None) -> st.SearchStrategy[Fields]:
    url = st.sampled_from(
        (
            "https://arxiv.org/abs/2308.{0}",
            "<https://blog.example/{0}/>",
            "https://github.com/a/{0}",
        )
    )
    body = st.one_of(st.just(""), _commentaries())
    with_title = st.builds(Fields, url, _titles(bracketed=True), authors(), tags(), body)
    without = st.builds(Fields, url, st.just(""), st.just(()), tags(), body)
    if titled is None:
        return st.one_of(with_title, with_title, with_title, without)
    return with_title if titled else without


def _betweens() -> st.SearchStrategy[list[str]]:
    return st.sampled_from(
        (
            [],
            [],
            [],
            ["---"],
            ["***"],
            [f"## 주제 {_SLOT}"],
            [f"# {_SLOT}", f"머리말 {_SLOT}", "## 둘째"],
        )
    )


def _numbered(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda value, first: _filled(value, count(first)), strategy, st.integers(0, 9_999)
    )


def _fields_numbered(value: Fields, first: int) -> Fields:
    return _fill(value, count(first))


def _filled(value: str, number: count[int]) -> str:
    return re.sub(_SLOT, lambda _: f"w{next(number)}", value)


def _fill(value: Fields, number: count[int]) -> Fields:
    url = value.url.format(f"{next(number):05d}").strip("<>")
    title, commentary = _filled(value.title, number), _filled(value.commentary, number)
    # Prose may end an entry in blanks; a line of nothing else may not.
    return value._replace(url=url, title=title, commentary=commentary)


def _entry_lines(entry: Fields, stars: str, shape: Shape) -> list[str]:
    address = f"<{entry.url}>" if "blog" in entry.url else entry.url
    parts = [address]
    if entry.title:
        parts.append(f"{stars}{entry.title}{stars} ({', '.join(entry.authors)})")
    parts += [entry.commentary] if entry.commentary else []
    parts += [" ".join("#" + tag for tag in entry.tags)] if entry.tags else []
    return ("\n\n" if shape.spaced else "\n").join(parts).split("\n")
