"""Digests in every style with punctuation of every kind around every part of an entry."""

from __future__ import annotations

from random import Random

from vault_sync.core.digest.styles.style import StyleName

MARKS = (
    "`", "``", "**", "*", "__", "_", "~~", "==", "(", ")", "[", "]", "[[", "]]", "<", ">", "{", "}",
    '"', "'", "“", "”", "《", "》", "$", "%%", "\\", "|", "!", "#", "^", "~",
)  # fmt: skip
JOINS = ("", " ", " ", ": ", ". ", ", ", "; ", " - ", " – ", " — ", "/", " | ", " · ", "  ")
_CLOSING = {"(": ")", "[": "]", "[[": "]]", "<": ">", "{": "}", "“": "”", "《": "》"}
_WORDS = ("Code", "Alpha Nets", "A* Search", "U-Net++ (v2)", "f(x) = y", "snake_case", "3D, again")
_PEOPLE = ("Ann Park", "Bo Li, Cy Ng", "Ann Park et al.", "Kim, J. (MIT)")
_LABELS = (
    "[{}]({})",
    "[[{}]({})]",
    "([{}]({}))",
    "[`{}`]({})",
    "<{1}>",
    "{1}",
    "[![{}](i.svg)]({})",
)
_HEADS = {
    "list": ("- ", "* ", "1. ", "- [ ] "),
    "heading": ("## ", "### 1. "),
    "paragraph": ("", "**1.** "),
}


def odd(style: StyleName, random: Random) -> str:
    """Return a digest of a few entries that somebody typed in an odd hand."""
    entries = [_entry(style, random, number) for number in range(random.randint(1, 4))]
    head = "| Title | Authors | Link |\n|---|---|---|\n" if style == "table" else ""
    return "# Week\n\n" + head + "".join(entries)


def _entry(style: StyleName, random: Random, number: int) -> str:
    url = f"https://arxiv.org/abs/2605.{random.randint(1, 4) + 10 * number:05d}"
    title = _wrapped(random, random.choice(_WORDS))
    people = _wrapped(random, random.choice(_PEOPLE)) if random.random() < 0.5 else ""
    label = random.choice(_LABELS).format("paper", url)
    join = random.choice
    if style in {"flat", "title-first"}:
        line = f"{title}{join(JOINS)}({people or 'Ann Park'}){join(('', *MARKS))}"
        lines = [url, line] if style == "flat" else [line, url]
        return "\n".join([*lines, join(("words", title, "")), join(("", "#llm")), "", ""])
    if style == "table":
        return f"| {title} | {people} | {label} |\n"
    linked = random.random() < 0.3
    first = f"[{title}]({url})" if linked else title
    rest = (people, "" if linked else label)
    line = first + "".join(join(JOINS) + part for part in rest if part)
    if random.random() < 0.4:
        line += join(JOINS) + _wrapped(random, "words")
    if style != "list" and random.random() < 0.6:
        line = line.replace(label, "\n" + label) if not linked else line
    gap = "" if style == "list" else "\n"
    head = random.choice(_HEADS[style])
    return f"{head}{line}\n{gap}" + join(("", "  words\n")) + gap


def _wrapped(random: Random, words: str) -> str:
    """Return words with a mark before and behind, mostly one that closes."""
    if random.random() < 0.3:
        return words
    before = random.choice(MARKS)
    behind = _CLOSING.get(before, before) if random.random() < 0.7 else random.choice(MARKS)
    return before + words + behind
