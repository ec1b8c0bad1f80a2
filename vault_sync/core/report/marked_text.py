r"""Two texts as one in Markdown: ~~words of the first~~ and ==words of the second==, all inert.

Every character that Markdown or Obsidian would read is escaped, so that no link, tag, formula or
comment of a text comes alive where it is shown. Marks open and close beside blanks or letters, for
only there Markdown reads them as marks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from vault_sync.core.text.common_items import Change, changes
from vault_sync.core.text.regex import regex

GONE, COME = "~~", "=="

_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = regex(rf"\s+|[{_IDEOGRAPHS}]|[^\s{_IDEOGRAPHS}]+")
_LIVE = regex(r"[\\`*_\[\]<>#~=$%^|&!{}]|(?<=http):|(?<=https):|(?<=\bwww)\.")
_LIST = regex(r"^([-+]|\d+[.)])(?=\s|$)|^(-{3,})$")
_BLANK_LINES = regex(r"\n[ \t]*(?:\n[ \t]*)+")


class _Run(NamedTuple):
    """Words of one kind: of both texts (`mark` is ""), of the first, of the second."""

    mark: str
    words: str


def marked_lines(first: str, second: str) -> list[str]:
    """Return both texts as lines of Markdown, paragraphs that are the same folded to their number.

    An empty line parts paragraphs.
    """
    old, new = _paragraphs(first), _paragraphs(second)
    lines: list[str] = []
    for kind, start, end, other, stop in changes(old, new):
        if kind == "equal":
            count = end - start
            shown = [f"*({count} {'paragraph' if count == 1 else 'paragraphs'} the same)*"]
        else:
            shown = _replaced(old[start:end], new[other:stop])
        lines += [*([""] if lines else []), *shown]
    return lines


def _replaced(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Return paragraphs of which the others took the place; as many are compared one by one."""
    pairs = [("\n".join(old), "\n".join(new))]
    if len(old) == len(new):
        pairs = list(zip(old, new, strict=True))
    lines: list[str] = []
    for first, second in pairs:
        lines += [*([""] if lines else []), *_shown(first, second)]
    return lines


def _paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text; where no blank line parts them, each line is one."""
    parts = _BLANK_LINES.split(text) if _BLANK_LINES.search(text) else text.split("\n")
    return [part.strip("\n") for part in parts if part.strip()]


def _shown(first: str, second: str) -> list[str]:
    lines = [""]
    for run in _runs(first, second):
        for number, part in enumerate(run.words.split("\n")):
            if number:
                lines.append("")
            lines[-1] = _joined(lines[-1], part, run.mark)
    return [line.strip() for line in lines if line.strip()]


def _runs(first: str, second: str) -> Iterator[_Run]:
    old, new = _TOKEN.findall(first), _TOKEN.findall(second)
    if not (old and new):
        yield from ([_Run(GONE, f"{first}\n")] if first else [])
        yield from ([_Run(COME, second)] if second else [])
        return
    for kind, start, end, other, stop in _opcodes(old, new):
        if kind == "equal":
            yield _Run("", "".join(old[start:end]))
            continue
        gone, come = "".join(old[start:end]), "".join(new[other:stop])
        if gone.strip():
            yield _Run(GONE, gone)
            # What takes its place stands apart from it.
            apart = "\n" if "\n" in gone + come else " "
            yield from ([_Run("", apart)] if come.strip() and not gone[-1].isspace() else [])
        if come.strip():
            yield _Run(COME, come)
        if not (gone.strip() or come.strip()):
            yield _Run("", come or gone)


def _opcodes(old: Sequence[str], new: Sequence[str]) -> list[Change]:
    """Return the steps of a comparison, a blank alone between two changes being one of them."""
    joined: list[Change] = []
    steps = changes(old, new)
    for at, step in enumerate(steps):
        inside = at < len(steps) - 1
        words = "".join(old[step[1] : step[2]])
        blank = step[0] == "equal" and not words.strip() and "\n" not in words
        if joined and joined[-1][0] != "equal" and (step[0] != "equal" or (blank and inside)):
            _, start, _, other, _ = joined[-1]
            joined[-1] = Change("replace", start, step[2], other, step[4])
        else:
            joined.append(step)
    return joined


def _joined(line: str, part: str, mark: str) -> str:
    """Return a line with a run behind it, blanks at its ends outside of its marks."""
    words = part.strip()
    if not words:
        return line + " " * bool(part and line)
    before = " " * (part[0].isspace() and bool(line))
    after = " " * part[-1].isspace()
    shown = escaped(words, starts_line=not line)
    if mark:
        shown = f"{mark}{shown}{mark}"
    if line and not before and _clings(line, shown):
        before = "\u2009"
    return f"{line}{before}{shown}{after}"


def _clings(line: str, shown: str) -> bool:
    """Tell whether a mark would stand between letters and punctuation, and so be none."""
    last, first = line[-1], shown[0]
    return last not in " \u2009" and (last in "~=" or first in "~=")


def escaped(words: str, *, starts_line: bool) -> str:
    r"""Return one line of a text in which nothing is Markdown: `\[\[x\]\] \#tag`."""
    shown = _LIVE.sub(lambda found: f"\\{found[0]}", words)
    if starts_line:
        found = _LIST.match(shown)
        if found is not None:
            shown = f"{shown[: found.end() - 1]}\\{shown[found.end() - 1 :]}"
    return shown
