"""Digests in the shapes of other people's lists, made with the truth about each of their papers."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from vault_sync.core.digest.reader import Digest, Entry
from vault_sync.core.digest.styles import lens
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.text.spans import splice


def linked(digest: Digest) -> str:
    """The text of a digest after each entry got a link, `n` and its number."""
    edits = (
        edit
        for number, entry in enumerate(digest.entries)
        for edit in lens.edit(digest, entry, entry.fields, f"n{number}")
    )
    return splice(digest.text, edits)


def has_partial_authors(entry: Entry) -> bool:
    """Return True for a list of authors that leaves some out: it has no place for others."""
    styled = entry.styled
    return styled is not None and styled.authors is not None and "authors" not in styled.places


class Truth(NamedTuple):
    """A paper as it should be read; `authors` are empty where a shape does not mark them."""

    title: str
    url: str
    authors: tuple[str, ...] = ()
    partial: bool = False


class Shaped(NamedTuple):
    """A digest, the style that reads it, and its papers in order."""

    style: StyleName
    text: str
    papers: list[Truth]


TITLES = (
    "Attention Is All You Need", "BERT: Pre-training of Deep Nets", "3D Gaussians, Revisited",
    "What Does the [CLS] Token Know?", "A* Search for Theorem Proving (Extended)", "U-Net++",
    "Q-Learning with $O(\\sqrt{T})$ Regret", "Scaling Laws -- or Not", "Don't Stop Pretraining",
    "프롬프트 엔지니어링의 이해", "LoRA+: Efficient Adaptation", "snake_case Models Matter",
    "On the “Unreasonable” Effectiveness of RNNs", "Toward E(3)-Equivariant Nets", "DALL·E 2",
    "Is Attention Explanation? Yes", "Fast & Slow Thinking in LLMs", "The Pile: An 800GB Dataset",
)  # fmt: skip
NAMES = (
    "Ashish Vaswani", "Jürgen Schmidhuber", "Li Fei-Fei", "John O'Neill", "Aäron van den Oord",
    "Y. Bengio", "Sang-Woo Lee", "Maria del Mar Garcia", "Robert Smith Jr.",
)  # fmt: skip
ADDRESSES = (
    "https://arxiv.org/abs/{}", "https://arxiv.org/pdf/{}v2.pdf", "http://arxiv.org/html/{}v1",
    "https://openreview.net/forum?id=Z{}a", "https://aclanthology.org/2020.acl-main.{}/",
    "https://doi.org/10.1145/33.{}(a)", "https://jmlr.org/papers/{}.pdf",
)  # fmt: skip
CODE = "https://github.com/a/b"

Lines = tuple[list[str], Truth]
Form = Callable[[Random, int, Truth], Lines]


def _papers(random: Random, count: int) -> list[Truth]:
    found = []
    for number, title in enumerate(random.sample(TITLES, count)):
        form = ADDRESSES[number % len(ADDRESSES)]
        number += 10_001
        url = form.format(f"2301.{number}" if "arxiv" in form else number)
        found.append(Truth(title, url, tuple(random.sample(NAMES, random.randint(1, 3)))))
    return found


def _dated_item(random: Random, _number: int, paper: Truth) -> Lines:
    """`- [2023/05] **Title.** *Ann Bee et al. arXiv.*[[paper](u)]`: with and without the bold."""
    month, first = f"- [2023/0{random.randint(1, 9)}] ", paper.authors[0]
    label = f"[[paper]({paper.url})] [[code]({CODE})]"
    if random.random() < 0.5:
        words = f"{month}**{paper.title}.** *{first} (MIT) et al. arXiv.*{label}"
        return [words], paper._replace(authors=(first + " (MIT)",), partial=True)
    people = ", ".join((*paper.authors, "Noam Shazeer"))
    words = f"{month}{paper.title} *{people}. ICLR 2024.* {label}"
    return [words], paper._replace(authors=(*paper.authors, "Noam Shazeer"))


def _item_with_facts(_random: Random, _number: int, paper: Truth) -> Lines:
    lines = [
        f"- [{paper.title}]({paper.url})", f"    - {', '.join(paper.authors)}",
        "    - 🏛️ Institutions: Unknown", "    - 📖 TLDR: words, see https://project.org/x", "",
    ]  # fmt: skip
    return lines, paper._replace(authors=())


def _weekly_item(random: Random, number: int, paper: Truth) -> Lines:
    lines = [
        f"- {random.choice('🔥🧠🚀')} **[{paper.title}]({paper.url})** — what it does ⭐"
        if random.random() < 0.5
        else f"- ✨ [{paper.title}]({paper.url}): words, [code]({CODE})"
    ]
    if number == 3:
        lines += ["", "## 🛠️ Tools", "", f"- [tool]({CODE}) - a tool", "- [x](https://x.org)", ""]
        lines += ["## 📚 More", ""]
    return lines, paper._replace(authors=())


def _item_of_html(random: Random, number: int, paper: Truth) -> Lines:
    if random.random() < 0.4:
        people = ", ".join(paper.authors)
        words = f"{number}. {paper.title}<br>*{people}*<br>[Paper]({paper.url}) · [Code]({CODE})"
        return [words], paper
    forms = (
        "{n}. <b>{t}</b> [[arXiv]({u})] ![stars](https://img.shields.io/github/stars/a/b)",
        "{n}. [![arXiv](https://img.shields.io/badge/arXiv-x.svg)]({u}) [{t}]({u})",
    )
    words = random.choice(forms).format(n=number, t=paper.title, u=paper.url)
    return [words], paper._replace(authors=())


def _task(random: Random, _number: int, paper: Truth) -> Lines:
    box = f"- [{random.choice('x ')}] "
    if len(paper.authors) > 1:
        return [f"{box}{paper.title} ({', '.join(paper.authors)}) {paper.url}"], paper
    lines = [f"{box}{paper.title}", f"\t- pdf: {paper.url}", "\t- my note on it"]
    return lines, paper._replace(authors=())


def _nested_item(random: Random, number: int, paper: Truth) -> Lines:
    lines = {0: ["- **2024**", "  - **Vision**"], 4: ["  - **Language**"], 7: ["- **2023**"]}
    indent = "    " if number < 7 else "  "
    forms = (
        [f"* (ICML {2000 + number}) {paper.title} [[Paper]]({paper.url}) [[Code]]({CODE})"],
        [f"* **{paper.title}**, {paper.authors[0]}, ICLR'24, [[`pdf`]({paper.url})]", "  words"],
    )
    own = [indent + line for line in random.choice(forms)]
    return [*lines.get(number, []), *own], paper._replace(authors=())


def _chinese_item(random: Random, number: int, paper: Truth) -> Lines:
    if random.random() < 0.5:
        words = f"{number}. 《{paper.title}》 [[论文]({paper.url})] [[代码]({CODE})]"
        return [words, "   作者：" + "，".join(paper.authors)], paper
    words = f"{number}. **{paper.title}**：一句话总结。论文：{paper.url}"
    return [words], paper._replace(authors=())


def _heading(random: Random, number: int, paper: Truth) -> Lines:
    people = ", ".join(paper.authors)
    forms = (
        [
            f"- **Authors**: {people}",
            f"- **Link**: {paper.url}",
            f"- **Code**: {CODE}",
            "",
            "Words.",
        ],
        [f"*{people}*", "", f"[Paper]({paper.url}) | [Code]({CODE})", "", "> of the abstract"],
        [f"**Authors:** {people}  ", f"**arXiv:** <{paper.url}>  ", "", "words"],
    )
    # A plain page is the paper's address only behind a label that says paper.
    at = 1 if "jmlr" in paper.url else random.randrange(3)
    return [f"### {number}. {paper.title}", "", *forms[at], "", "---", ""], paper


def _linked_heading(random: Random, _number: int, paper: Truth) -> Lines:
    people = " and ".join([", ".join(paper.authors), "Noam Shazeer"])
    below = random.choice([["words"], ["- one", "- two [ref](https://arxiv.org/abs/1706.03762)"]])
    head = [f"## [{paper.title}]({paper.url})", f"*{people}* · ICLR 2024 · [code]({CODE})", ""]
    return [*head, *below, ""], paper._replace(authors=(*paper.authors, "Noam Shazeer"))


def _row(random: Random, number: int, paper: Truth) -> Lines:
    partial = random.random() < 0.3
    people = paper.authors[0] + " et al." if partial else ", ".join(paper.authors)
    title = random.choice(["**{}**", "{}"]).format(paper.title)
    links = f"[paper]({paper.url}) / [code]({CODE}) / [slides](https://s.org/{number})"
    authors = paper.authors[:1] if partial else paper.authors
    truth = paper._replace(authors=authors, partial=partial)
    return [f"| {number} | {title} | ICML'24 | {people} | {links} |"], truth


def _linked_row(_random: Random, number: int, paper: Truth) -> Lines:
    words = f"|[{paper.title}]({paper.url})|[code]({CODE})|ICML 2021|**X**; p(x\\|y) {number}|-|"
    return [words], paper._replace(authors=())


def _weekly_row(_random: Random, number: int, paper: Truth) -> Lines:
    words = (
        f"| {number}) **{paper.title}** - proposes a thing; see [blog](https://b.org/{number}). "
    )
    return [f"{words}| [Paper]({paper.url}), [Tweet](https://x.com/a/{number}) |"], paper._replace(
        authors=()
    )


def _korean_paragraph(random: Random, number: int, paper: Truth) -> Lines:
    people = ", ".join(paper.authors)
    form = 1 if "jmlr" in paper.url else random.randrange(3)
    if form == 0:
        lines = [
            f"**{paper.title}**  ",
            f"저자: {people}  ",
            f"링크: {paper.url}",
            "",
            "재미있다.",
            "",
        ]
        return lines, paper
    if form == 1:
        lines = [
            f"**[{paper.title}]({paper.url})**",
            f"*{people}*",
            "한 줄 요약: 좋다.",
            "#읽음",
            "",
        ]
        return lines, paper
    lines = [f"**{number}. {paper.title}**", f"[[논문]({paper.url})] [[코드]({CODE})]", ""]
    return [*lines, "둘째 문단.", ""], paper._replace(authors=())


def _labelled_paragraph(_random: Random, number: int, paper: Truth) -> Lines:
    lines = [
        f"**{paper.title}** \\", f"*{', '.join(paper.authors)}* \\",
        f"arXiv 2023. [[Paper]({paper.url})] [[Project](https://p.org/{number})] \\", "2 Oct", "",
    ]  # fmt: skip
    return lines, paper


def _flat_entry(random: Random, _number: int, paper: Truth) -> Lines:
    title = random.choice(["{} ({})", "**{}** ({})", "[{}](https://x.org/p) ({})"])
    return [paper.url, title.format(paper.title, ", ".join(paper.authors)), "words", ""], paper


SHAPES: dict[str, tuple[StyleName, list[str], Form]] = {
    "dated items": ("list", ["- [1 First](#1-first)", "", "**In scenes**", ""], _dated_item),
    "items with facts": ("list", ["# List ![x](a.jpg)", ""], _item_with_facts),
    "weekly items": ("list", ["# 🗞️ Weekly #12", "", "Hello!", "", "## 🔥 Hot", ""], _weekly_item),
    "items of HTML": (
        "list",
        ['<a name="top"></a>', "<!-- toc -->", "- [A](#a)", "<!-- /toc -->", "",
         '## A <a href="#top">⬆</a>', "<details open>", "<summary>open</summary>", ""],
        _item_of_html,
    ),
    "tasks": ("list", ["# To read", "", "- [ ] buy coffee", "- [x] call Bob", ""], _task),
    "nested items": ("list", ["# Survey", ""], _nested_item),
    "Chinese items": ("list", ["# 阅读", ""], _chinese_item),
    "headings": ("heading", ["# Week 3", "", "| stat | value |", "|---|---|", ""], _heading),
    "linked headings": ("heading", ["intro [a link](https://x.org)", ""], _linked_heading),
    "rows": (
        "table",
        ["| # | Title | Venue | Authors | Links |", "|--:|:------|:-----:|---|---|"],
        _row,
    ),
    "linked rows": ("table", ["|paper|源码|收录|简介|笔记|", "|:-:|:-:|:-:|:-:|:-:|"], _linked_row),
    "weekly rows": ("table", ["| **Paper**  | **Links** |", "| --- | --- |"], _weekly_row),
    "Korean paragraphs": ("paragraph", ["# 3월", "", "이번 주 논문.", ""], _korean_paragraph),
    "labelled paragraphs": ("paragraph", ["## Diffusion", "", "---", ""], _labelled_paragraph),
    "flat entries": ("flat", ["Week 3"], _flat_entry),
}  # fmt: skip


def shaped(name: str, seed: int) -> Shaped:
    """Return a digest of a shape, the same for the same seed."""
    random = Random(f"{name} {seed}")
    style, lines, form = SHAPES[name]
    lines, papers = list(lines), []
    for number, paper in enumerate(_papers(random, 9)):
        own, truth = form(random, number, paper)
        lines += own
        papers.append(truth)
    return Shaped(style, "\n".join(lines) + "\n", papers)
