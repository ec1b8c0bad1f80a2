"""Slips: one keypress, or one key held, at the wrong place of a text.

A slip is a function of a block of lines (an entry, a note) to the lines that stand there after it,
or None where there is no place for it. It changes the form of what stands there; but for lines that
are deleted, every word is there afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from random import Random

Slip = Callable[[Random, list[str]], list[str] | None]

MARKS = ("-", "#", ">", "[", "]", "(", ")", " ", "\n", "\n```\n", "\t", "%%", "<!--", "*", "`", "|")
"""What is inserted: a sign of structure each."""
SIGNS = "-#>[]()*`|:/!\"'.~_="
ADDRESS = re.compile(r"https?://[^\s<>()\[\]|]+")
TAGS = re.compile(r"\s*(#[^\s#]+\s*)+")
BLANKS = re.compile(r"[ \t]+")
PROPERTY = re.compile(r"[a-z_]+:")
SECTION = re.compile(r"#{1,2} \[\[")


def _places(text: str) -> list[int]:
    """Return where a sign changes how a line is read: at ends, at blanks, beside other signs."""
    return [
        at
        for at in range(len(text) + 1)
        if at in {0, len(text)} or text[at - 1] in SIGNS + " \t\n" or text[at] in SIGNS + " \t\n"
    ]


def _signs(text: str) -> list[int]:
    return [at for at, sign in enumerate(text) if sign in "-#>[]() \n`*|\t"]


# One sign.


def _inserting(mark: str) -> Slip:
    def insert(random: Random, lines: list[str]) -> list[str] | None:
        text = "\n".join(lines)
        at = random.choice(_places(text))
        return (text[:at] + mark + text[at:]).split("\n")

    return insert


def delete_sign(random: Random, lines: list[str]) -> list[str] | None:
    text = "\n".join(lines)
    found = _signs(text)
    if not found:
        return None
    at = random.choice(found)
    return (text[:at] + text[at + 1 :]).split("\n")


def double_sign(random: Random, lines: list[str]) -> list[str] | None:
    text = "\n".join(lines)
    found = _signs(text)
    if not found:
        return None
    at = random.choice(found)
    return (text[: at + 1] + text[at:]).split("\n")


def move_sign(random: Random, lines: list[str]) -> list[str] | None:
    """One sign goes to another place near it."""
    text = "\n".join(lines)
    found = _signs(text)
    if not found:
        return None
    at = random.choice(found)
    rest = text[:at] + text[at + 1 :]
    near = [to for to in _places(rest) if to != at and abs(to - at) < 30]
    if not near:
        return None
    to = random.choice(near)
    return (rest[:to] + text[at] + rest[to:]).split("\n")


# One line.


def _line(change: Callable[[str], list[str] | None], wanted: str = r".*\S") -> Slip:
    """Return the slip that changes one line, of those that `wanted` matches."""

    def slip(random: Random, lines: list[str]) -> list[str] | None:
        found = [at for at, line in enumerate(lines) if re.match(wanted, line)]
        if not found:
            return None
        at = random.choice(found)
        changed = change(lines[at])
        return None if changed is None else [*lines[:at], *changed, *lines[at + 1 :]]

    return slip


def _around(before: str, after: str) -> Slip:
    return _line(lambda line: [before + line + after])


def _fenced(above: str, below: str) -> Slip:
    return _line(lambda line: [above, line, below])


def join_lines(random: Random, lines: list[str]) -> list[str] | None:
    found = [at for at, (a, b) in enumerate(pairwise(lines)) if a.strip() and b.strip()]
    if not found:
        return None
    at = random.choice(found)
    between = random.choice((" ", ""))
    return [*lines[:at], lines[at] + between + lines[at + 1], *lines[at + 2 :]]


def split_line(random: Random, lines: list[str]) -> list[str] | None:
    found = [(at, m.span()) for at, line in enumerate(lines) for m in BLANKS.finditer(line)]
    if not found:
        return None
    at, (start, end) = random.choice(found)
    line = lines[at]
    return [*lines[:at], line[:start], line[end:], *lines[at + 1 :]]


def _wrapped(line: str) -> list[str]:
    words = line.split(" ")
    return [" ".join(words[at : at + 2]) for at in range(0, len(words), 2)]


def swap_lines(random: Random, lines: list[str]) -> list[str] | None:
    """A line moves up by one, as Alt and an arrow do."""
    if len(lines) < 2:
        return None
    at = random.randrange(len(lines) - 1)
    return [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]


# The whole of it.


def _each(change: Callable[[str], str]) -> Slip:
    return lambda _random, lines: [change(line) for line in lines]


def quote_all(_random: Random, lines: list[str]) -> list[str] | None:
    return ["> " + line for line in lines]


def fence_all(_random: Random, lines: list[str]) -> list[str] | None:
    return ["```", *lines, "```"]


def fence_above(_random: Random, lines: list[str]) -> list[str] | None:
    return ["```", *lines]


def comment_all(random: Random, lines: list[str]) -> list[str] | None:
    return random.choice((["%%", *lines, "%%"], ["<!--", *lines, "-->"]))


def join_all(_random: Random, lines: list[str]) -> list[str] | None:
    return [" ".join(line.strip() for line in lines if line.strip())]


def wrap_all(_random: Random, lines: list[str]) -> list[str] | None:
    return [part for line in lines for part in _wrapped(line)]


def space_all(_random: Random, lines: list[str]) -> list[str] | None:
    return [part for line in lines for part in (line, "")]


def close_up(_random: Random, lines: list[str]) -> list[str] | None:
    return [line for line in lines if line.strip()]


# Address, title, tags.


def _address(change: Callable[[str], str]) -> Slip:
    """Return the slip that changes an address where it stands."""

    def slip(random: Random, lines: list[str]) -> list[str] | None:
        text = "\n".join(lines)
        found = list(ADDRESS.finditer(text))
        if not found:
            return None
        one = random.choice(found)
        return (text[: one.start()] + change(one[0]) + text[one.end() :]).split("\n")

    return slip


_WITH_ADDRESS = r".*https?://"
_WITH_LINK = r".*\[\["
_TAG_LINE = r"\s*#[^\s#]"


def _tags(change: Callable[[str], str]) -> Slip:
    return _line(lambda line: [change(line)] if TAGS.fullmatch(line) else None, _TAG_LINE)


DIGEST_SLIPS: Mapping[str, Slip] = {
    "address to a Markdown link": _address(lambda url: f"[arXiv]({url})"),
    "address to a list item": _line(lambda line: ["- " + line.strip()], _WITH_ADDRESS),
    "address half deleted": _address(lambda url: url[: len(url) // 2]),
    "address cut at its host": _address(lambda url: url[:13]),
    "address last character gone": _address(lambda url: url[:-1]),
    "address broken by a blank": _address(lambda url: url[:17] + " " + url[17:]),
    "address broken by a newline": _address(lambda url: url[:17] + "\n" + url[17:]),
    "address without its scheme": _address(lambda url: url.partition("://")[2]),
    "address deleted": _address(lambda _url: ""),
    "address in brackets": _address(lambda url: f"<{url}"),
    "words behind the address": _address(lambda url: url + " see"),
    "address line deleted": _line(lambda _line: [], _WITH_ADDRESS),
    "title to a heading": _line(lambda line: ["# " + line], _WITH_LINK),
    "title quoted": _line(lambda line: ["> " + line], _WITH_LINK),
    "a bracket of the link gone": _line(lambda line: [line.replace("]]", "]", 1)], _WITH_LINK),
    "brackets of the link gone": _line(lambda line: [line.replace("]]", "", 1)], _WITH_LINK),
    "an opening bracket gone": _line(lambda line: [line.replace("[[", "[", 1)], _WITH_LINK),
    "a bar of the link gone": _line(lambda line: [line.replace("|", " ", 1)], _WITH_LINK),
    "a heading in the commentary": _line(lambda line: ["# Thoughts", line]),
    "a heading of level 2 in it": _line(lambda line: ["", "## Thoughts", "", line]),
    "a rule in it": _line(lambda line: ["---", line]),
    "tags with a blank": _tags(lambda line: line.replace("#", "# ", 1)),
    "tags with commas": _tags(lambda line: ", ".join(line.split())),
    "words behind the tags": _tags(lambda line: line + " and so on"),
    "words before the tags": _tags(lambda line: "Tags: " + line),
    "tags without hashes": _tags(lambda line: line.replace("#", "")),
    "a tag without its hash": _tags(lambda line: line.replace(" #", " ", 1)),
    "tags to an item": _tags(lambda line: "- " + line),
    "tags in a comment": _tags(lambda line: f"<!-- {line} -->"),
    "a lone hash": _tags(lambda line: line + " #"),
    "a full stop behind the tags": _tags(lambda line: line + "."),
    "a block's name behind the tags": _tags(lambda line: line + " ^block"),
    "a wide hash": _tags(lambda line: line.replace("#", "＃", 1)),
    "a blank of no width": _tags(lambda line: line + "\u200b"),
}

# Properties and sections.


def _first_rule(change: Callable[[str], list[str]]) -> Slip:
    return lambda _random, lines: [*change(lines[0]), *lines[1:]]


def _last_rule(change: Callable[[str], list[str]]) -> Slip:
    def slip(_random: Random, lines: list[str]) -> list[str] | None:
        found = [at for at, line in enumerate(lines) if at and line == "---"]
        return [*lines[: found[0]], *change("---"), *lines[found[0] + 1 :]] if found else None

    return slip


def no_properties(_random: Random, lines: list[str]) -> list[str] | None:
    return lines[lines.index("---", 1) + 1 :] if lines.count("---") > 1 else None


def stars_for_rules(_random: Random, lines: list[str]) -> list[str] | None:
    return ["***" if line == "---" else line for line in lines]


def property_gone(random: Random, lines: list[str]) -> list[str] | None:
    """A property goes, with its items."""
    found = [at for at, line in enumerate(lines[:20]) if PROPERTY.match(line)]
    if not found:
        return None
    start = random.choice(found)
    end = start + 1
    while end < len(lines) and lines[end].startswith("  "):
        end += 1
    return [*lines[:start], *lines[end:]]


NOTE_SLIPS: Mapping[str, Slip] = {
    "a blank line above the properties": _first_rule(lambda line: ["", line]),
    "a word above the properties": _first_rule(lambda line: ["x", line]),
    "the opening rule gone": _first_rule(lambda _line: []),
    "the closing rule gone": _last_rule(lambda _line: []),
    "a blank behind the opening rule": _first_rule(lambda line: [line + " "]),
    "a dash more": _first_rule(lambda line: [line + "-"]),
    "a blank before the opening rule": _first_rule(lambda line: [" " + line]),
    "a blank behind the closing rule": _last_rule(lambda line: [line + " "]),
    "a dash more in the closing rule": _last_rule(lambda line: [line + "-"]),
    "a blank before the closing rule": _last_rule(lambda line: [" " + line]),
    "a second block above": _first_rule(lambda line: ["---", "created: today", "---", line]),
    "an empty block above": _first_rule(lambda line: ["---", "---", line]),
    "a title above": _first_rule(lambda line: ["# Title", "", line]),
    "no properties": no_properties,
    "stars for rules": stars_for_rules,
    "a property gone": property_gone,
    "a key renamed": _line(lambda line: ["x" + line], PROPERTY.pattern),
    "a colon gone": _line(lambda line: [line.replace(":", "", 1)], PROPERTY.pattern),
    "a colon more": _line(lambda line: [line.replace(" ", ": ", 1)], r"[a-z]+: "),
    "a tab in YAML": _line(lambda line: ["\t" + line], PROPERTY.pattern),
    "a key twice": _line(lambda line: [line, line], PROPERTY.pattern),
    "a quote in a value": _line(lambda line: [line.replace(": ", ': "', 1)], r"[a-z]+: \w"),
    "a section renamed": _line(lambda line: [line.replace("]]", " x]]")], SECTION.pattern),
    "a section's heading gone": _line(lambda _line: [], SECTION.pattern),
    "a section's heading deeper": _line(lambda line: ["#" + line], SECTION.pattern),
    "a section's heading unmarked": _line(lambda line: [line.lstrip("# ")], SECTION.pattern),
    "words behind a section's heading": _line(lambda line: [line + " x"], SECTION.pattern),
    "a heading in the section": _line(lambda line: ["# Thoughts", line], r"[A-Z][a-z]+ does"),
    "a tag in the section": _line(lambda line: ["#tag", line], r"[A-Z][a-z]+ does"),
}

ANYWHERE: Mapping[str, Slip] = {
    **{f"insert {mark!r}": _inserting(mark) for mark in MARKS},
    "delete a sign": delete_sign,
    "double a sign": double_sign,
    "move a sign": move_sign,
    "quote a line": _around("> ", ""),
    "indent a line by two": _around("  ", ""),
    "indent a line by four": _around("    ", ""),
    "indent a line by a tab": _around("\t", ""),
    "a line to an item": _around("- ", ""),
    "a line to a numbered item": _around("1. ", ""),
    "a line to a heading": _around("# ", ""),
    "a line to a heading of level 2": _around("## ", ""),
    "a line to a heading of level 3": _around("### ", ""),
    "a line in code": _around("`", "`"),
    "a line in bold": _around("**", "**"),
    "a line struck": _around("~~", "~~"),
    "a line in a comment": _around("%%", "%%"),
    "a line in an HTML comment": _around("<!-- ", " -->"),
    "a line in a fence": _fenced("```", "```"),
    "a line to a callout": _fenced("> [!note]", ""),
    "an open fence above a line": _line(lambda line: ["```", line]),
    "an open comment above a line": _line(lambda line: ["%%", line]),
    "an open HTML comment": _line(lambda line: ["<!--", line]),
    "a rule below a line": _line(lambda line: [line, "---"]),
    "an underline below a line": _line(lambda line: [line, "==="]),
    "a blank line below": _line(lambda line: [line, ""]),
    "a blank behind a line": _around("", "  "),
    "a backslash behind a line": _around("", "\\"),
    "a line escaped": _line(lambda line: [re.sub(r"([\[\]_*#])", r"\\\1", line)]),
    "a line outdented": _line(lambda line: [line.lstrip()], r"\s+\S"),
    "a line deleted": _line(lambda _line: []),
    "a line wrapped": _line(_wrapped),
    "lines joined": join_lines,
    "a line split": split_line,
    "lines swapped": swap_lines,
    "all quoted": quote_all,
    "all indented": _each(lambda line: "    " + line if line else line),
    "all items": _each(lambda line: "- " + line),
    "all in a fence": fence_all,
    "a fence above all": fence_above,
    "all in a comment": comment_all,
    "all joined": join_all,
    "all wrapped": wrap_all,
    "all spaced": space_all,
    "all closed up": close_up,
    "all stripped": _each(str.strip),
    "all escaped": _each(lambda line: re.sub(r"([\[\]_*#])", r"\\\1", line)),
}
