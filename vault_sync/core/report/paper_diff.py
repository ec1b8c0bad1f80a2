"""A plan by paper, as lines with the words marked that go and that come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from vault_sync.core.report.lines import shown
from vault_sync.core.text.common_items import changes
from vault_sync.core.text.regex import regex

Mark = Callable[[str], str]

_TOKEN = regex(r"\n|[^\S\n]+|[^\s\w]|\w+")


class Marks(NamedTuple):
    """The marks of words that go, of words that come, and of a paper's heading."""

    gone: Mark
    come: Mark
    heading: Mark


PLAIN = Marks(lambda words: shown(f"[-{words}-]"), lambda words: shown(f"{{+{words}+}}"), shown)
"""The marks of `git diff --word-diff`, for a pipe and for terminals without colours."""


def change_lines(
    heading: str, changes: Sequence[tuple[str, str, str]], marks: Marks = PLAIN
) -> Iterator[str]:
    """Yield the lines of one paper; a change is its place and field, the old and the new text."""
    yield marks.heading(heading)
    for place, before, after in changes:
        texts = marked_lines(before, after, marks)
        if len(texts) == 1:
            yield f"  {place}: {texts[0]}"
        else:
            yield f"  {place}:"
            yield from (f"      {line}" for line in texts)


def marked_lines(before: str, after: str, marks: Marks = PLAIN) -> list[str]:
    """Return the lines in which a word goes or comes, an ellipsis for those between."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    lines, changed = [""], [False]
    for kind, start, end, other, stop in changes(old, new):
        pieces: list[tuple[Mark | None, list[str]]] = []
        if kind == "equal":
            pieces.append((None, old[start:end]))
        if kind in {"delete", "replace"}:
            pieces.append((marks.gone, old[start:end]))
        if kind in {"insert", "replace"}:
            pieces.append((marks.come, new[other:stop]))
        for mark, tokens in pieces:
            _put(lines, changed, tokens, mark)
    return _shortened(lines, changed)


def _put(lines: list[str], changed: list[bool], tokens: Sequence[str], mark: Mark | None) -> None:
    for number, part in enumerate("".join(tokens).split("\n")):
        if number:
            lines.append("")
            changed.append(mark is not None)
        if mark is not None:
            changed[-1] = True
        lines[-1] += mark(part) if mark is not None and part else shown(part)


def _shortened(lines: Sequence[str], changed: Sequence[bool]) -> list[str]:
    found: list[str] = []
    for line, differs in zip(lines, changed, strict=True):
        if differs:
            found.append(line)
        elif not found or found[-1] != "...":
            found.append("...")
    return found
