"""Say of a line that does not read as it did why not: what a person typed into its form."""

from __future__ import annotations

import re
from typing import NamedTuple

from vault_sync.core.reconcile.pairing.traces import address_pattern
from vault_sync.core.text.regex import regex

FORMS = {
    "flat": "a line that is nothing but the address opens an entry",
    "list": "an entry is an item of the list with its title and address",
    "heading": "an entry is a heading, with the address in it or below",
    "table": "an entry is a row of the table with its title and address",
    "paragraph": "an entry is a paragraph that begins with its title and address",
    "title-first": "an entry is a title line with the address below",
}
"""What opens an entry, by style."""


class Broken(NamedTuple):
    """A line, from 0, that does not read as it did, and the reason.

    `is_own`: it was a line of the entry, or takes the entry in; not one of another entry.
    """

    line: int
    why: str
    is_own: bool = True


_QUOTE = regex(r"\s*>")
_ITEM = regex(r"\s*(?:[-+*]|\d{1,9}[.)])[ \t]+")
_HEADING = regex(r"\s{0,3}#{1,6}(?:[ \t]|$)")
_INDENT = regex(r"[ \t]*")
_RULE = regex(r"\s{0,3}([-*_=])(?:[ \t]*\1){2,}[ \t]*$")
_COMMENT = regex(r"\s*(?:%%|<!--)")
_FENCE = regex(r"\s*(?:`{3}|~{3})")

_GAINED = (
    (_QUOTE, "the line is quoted"),
    (_HEADING, "the line is a heading"),
    (_FENCE, "a code fence is opened here"),
    (_RULE, "a rule stands here"),
    (_COMMENT, "a comment begins here"),
)
_LOST = (
    (_ITEM, "the mark of the list item is gone"),
    (_HEADING, "the line is no heading any more"),
)


def reason(was: str, now: str, address: str) -> str:
    """Return why a line that said `was` does not read as it did; `now` stands in its place."""
    has_address = bool(address) and address in was
    if not now.strip():
        return "the line with the address is gone" if has_address else "a line of its head is gone"
    for pattern, words in _GAINED:
        if pattern.match(now) and not pattern.match(was):
            return words
    if has_address and (found := _of_address(was, now, address)):
        return found
    for pattern, words in _LOST:
        if pattern.match(was) and not pattern.match(now):
            return words
    if _ITEM.match(now) and not _ITEM.match(was):
        return "the line is an item of a list"
    if _indent(now) != _indent(was) and now.strip() == was.strip():
        return "the line is indented otherwise"
    return "the line does not read as it did"


def _of_address(was: str, now: str, address: str) -> str:
    """Return what is wrong with the address of a line; "" for nothing."""
    found = address_pattern(address).search(now)
    if found is None:
        return "the address is gone from this line, or cut"
    if re.search(r"\s", found[0]):
        return "a blank stands in the address"
    if address not in now:
        return "the address is cut, or spelled otherwise"
    if f"]({address}" in now and f"]({address}" not in was:
        return "the address stands in a Markdown link"
    if f"`{address}" in now:
        return "the address stands in code"
    if was.strip() == address and now.strip("<> \t") != address:
        return (
            "the address stands in an item of a list"
            if _ITEM.sub("", now).strip() == address
            else "other words stand beside the address"
        )
    return ""


def _indent(line: str) -> str:
    found = _INDENT.match(line)
    return found[0] if found else ""
