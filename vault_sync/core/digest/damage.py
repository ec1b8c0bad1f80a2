"""Find what shows that a digest is damaged or half-typed: open fences, markers of git, NUL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vault_sync.core.text.spans import Line, line_number, opens_fence


def damage_notices(
    text: str, of: Sequence[Line], mask: Sequence[bool]
) -> Iterable[tuple[int, str, str]]:
    """Return (line, code, message) for each; `mask` says of every line if it is fenced code."""
    found = []
    if "```" in text or "~~~" in text:
        found += [
            (number + 1, "unclosed-fence", "a code fence is opened here and never closed")
            for number, line in enumerate(of)
            if not mask[number] and opens_fence(text, line)
        ]
    conflict = _conflict_line(text, of) if "<<<<<<<" in text else None
    if conflict is not None:
        found.append((conflict, "conflict-markers", "git has left its conflict markers here"))
    if "\0" in text:
        line = line_number(text, text.index("\0"))
        found.append((line, "nul", "there is a NUL character here: the file may be damaged"))
    return sorted(found)


def _conflict_line(text: str, of: Sequence[Line]) -> int | None:
    """Return the line of the first `<<<<<<<` that is followed by its `=======` and `>>>>>>>`."""
    opened: int | None = None
    divided = False
    for number, line in enumerate(of, 1):
        mark = text[line.start : min(line.end, line.start + 8)]
        if mark in {"<<<<<<<", "<<<<<<< "}:
            opened, divided = (number if opened is None or divided else opened), False
        elif mark == "=======" and opened is not None:
            divided = True
        elif mark in {">>>>>>>", ">>>>>>> "} and divided:
            return opened
    return None
