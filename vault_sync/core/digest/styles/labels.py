"""Labels of links (`[[pdf](u)]`, `Paper: u`), and which of some links is the paper's address.

The first of these that exists (docs/format.md): the title's own link, but if it has no paper key
and a link labelled as the paper has one, that; the first link labelled as the paper; the first link
with a paper key, or to a PDF, that is labelled `link`; the first such that has no label.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from vault_sync.core.digest.styles.markdown.inline import InlineLink
from vault_sync.core.model.values import Key
from vault_sync.core.naming.keys import is_paper, key_of
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Span

Label = Literal["paper", "link", "other"]
"""Kinds of labels; `link` says no more than that it is one."""


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PAPER_WORDS = _words(
    "pdf paper papers arxiv abs html preprint openreview acl doi 论文 原文 논문 원문"
)
_OTHER_WORDS = _words(
    """
    code project page homepage website site web video videos youtube slides slide blog blogs data
    dataset datasets model models weights tweet twitter review reviews notes note summary github
    git repo demo poster supp supplementary bibtex bib talk tutorial colab notebook huggingface hf
    checkpoint checkpoints online doc docs documentation app tool tools media news official star
    stars back top
    代码 源码 项目 主页 视频 数据 数据集 笔记 解读 博客 翻译
    코드 깃허브 프로젝트 홈페이지 사이트 영상 동영상 발표 자료 슬라이드 블로그 데이터 데이터셋 모델
    리뷰 요약 정리 번역
    """
)
_LINK_WORDS = _words("url link links 链接 地址 링크 주소")
_FILLERS = _words(
    "the a an of and here version full extended latest new our reproduced unofficial "
    "implementation source v1 v2 v3 pytorch tensorflow jax torch tf keras"
)
_WORD = regex(r"[^\W_]+")
_BEFORE = " \t*_`\"“”'[("
_SEGMENT = regex(r"[.;,，。；|()\[\]<>!?\n》」』”\"]|[ \t][-–—•][ \t]")
_LONGEST_LABEL = 40
_NO_PAPERS = ("github.com", "youtube.com", "youtu.be", "x.com", "twitter.com", "bilibili.com")


class Address(NamedTuple):
    """The address of a paper: its link, its key, how it was found, and whether it is plainly one.

    `by_label`: the link was taken for its label.
    """

    link: InlineLink
    key: Key
    by_label: bool
    plain: bool


def words_label(words: str) -> Label | None:
    """Return what a word or two say of the link beside them; None where they are no label."""
    if len(words) > _LONGEST_LABEL:
        return None
    found = _WORD.findall(words.lower())
    if not found:
        return "other" if words.strip() else None
    rest = [word for word in found if word not in _FILLERS and not word.isdigit()]
    if rest and all(word in _LINK_WORDS for word in rest):
        return "link"
    rest = [word for word in rest if word not in _LINK_WORDS]
    if rest and all(word in _PAPER_WORDS for word in rest):
        return "paper"
    allowed = all(word in _PAPER_WORDS or word in _OTHER_WORDS for word in rest)
    return "other" if rest and allowed else None


def prefix_start(text: str, link: InlineLink, start: int) -> int | None:
    """Return the start of the label that leads in a link (`Paper: u`), as far back as `start`."""
    floor = max(start, link.boxed.start - _LONGEST_LABEL)
    before = text[floor : link.boxed.start].removesuffix("\\url{").rstrip(_BEFORE)
    if before[-1:] not in {":", "："}:
        return None
    words = before[:-1].rstrip(_BEFORE)
    breaks = list(_SEGMENT.finditer(words))
    begin = breaks[-1].end() if breaks else 0
    if floor > start and not breaks:
        return None
    segment = words[begin:]
    label = words_label(_without_mark(segment))
    if label is None:
        return None
    return floor + begin + len(segment) - len(segment.lstrip(" \t*_-+`"))


def _without_mark(segment: str) -> str:
    return segment.strip(" \t*_`-+")


def label_of(text: str, link: InlineLink, start: int) -> Label | None:
    """Return the label of a link of the line that begins at `start`; None where it has none."""
    shown = link.text.slice(text)
    own = shown_label(text, link)
    if own is not None:
        return own
    at = prefix_start(text, link, start)
    if at is not None and len(shown.split()) < 3:
        return words_label(_without_mark(text[at : link.boxed.start].rstrip(_BEFORE)[:-1]))
    if link.kind == "link" and link.boxed != link.whole:
        return "other" if "[" in text[link.boxed.start] else None
    return None


def shown_label(text: str, link: InlineLink) -> Label | None:
    """Return the label that a link's own text is: a word for it, its own address, or `[words]`."""
    shown = link.text.slice(text)
    own = words_label(shown) if shown.strip() else None
    if own is not None:
        return own
    if shown and _is_address(shown, link.url.slice(text)):
        return "paper" if is_paper_key(key_of(link.url.slice(text))) else "other"
    boxed = shown.startswith("[") and shown.endswith("]") and "]" not in shown[:-1]
    return "other" if boxed else None


def is_labelled_address(text: str, link: InlineLink, start: int) -> bool:
    """Return whether a line holds a link for its address: labelled by its text, or `Code: u`."""
    if link.kind == "bare":
        return prefix_start(text, link, start) is not None
    return link.kind == "link" and (
        shown_label(text, link) is not None or text.startswith("[[", link.boxed.start)
    )


def _is_address(shown: str, url: str) -> bool:
    """Return whether a link shows its own address or id."""
    words = shown.strip("`*_ ")
    return len(words) < 300 and " " not in words and key_of(words) == key_of(url) is not None


def is_paper_key(key: Key | None) -> bool:
    """Return whether a key is that of a paper, not of any page."""
    return key is not None and is_paper(key)


def address_of(
    text: str, title: InlineLink | None, links: Sequence[tuple[InlineLink, Label | None]]
) -> Address | None:
    """Return the paper's own address among the links of an entry, None where there is none."""
    papers = [link for link, label in links if label == "paper"]
    if title is not None:
        found = _address(text, title, by_label=False)
        if found is not None:
            if not is_paper_key(found.key):
                labelled = (_address(text, link, by_label=True) for link in papers)
                found = next((one for one in labelled if one and is_paper_key(one.key)), found)
            return None if _never(found.key) else found
    for link in papers:
        found = _address(text, link, by_label=True)
        if found is not None:
            return None if _never(found.key) else found
    for wanted in ("link", None):
        for link, label in links:
            found = _address(text, link, by_label=False) if label == wanted else None
            if found is not None and found.plain and not _never(found.key):
                return found._replace(by_label=wanted is not None)
    return None


def _address(text: str, link: InlineLink, *, by_label: bool) -> Address | None:
    url = link.url.slice(text)
    if link.kind not in {"link", "bare"} or "://" not in url[:8]:
        return None
    key = key_of(url)
    if key is None:
        return None
    path = url.split("?")[0].split("#")[0].lower()
    return Address(link, key, by_label, by_label or is_paper_key(key) or path.endswith(".pdf"))


def is_never(text: str, link: InlineLink) -> bool:
    """Return whether a link leads to a page that never is a paper."""
    key = key_of(link.url.slice(text))
    return key is not None and _never(key)


def _never(key: Key) -> bool:
    """Return whether a key is that of a page that never is a paper: code, a video, a message."""
    host = key.removeprefix("url:").split("/")[0]
    return not is_paper(key) and any(
        host == name or host.endswith("." + name) for name in _NO_PAPERS
    )


def span_of_address(text: str, link: InlineLink, start: int) -> Span:
    """Return the stretch of a link with its brackets and the label that leads it in."""
    at = prefix_start(text, link, start)
    return link.boxed if at is None else Span(at, link.boxed.end)
