"""Statistics for a terminal (bars and spark lines), for a pipe (plain columns), and as JSON."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from vault_sync.core.model.statistics import VaultStatistics
from vault_sync.core.report.lines import counted

MOST_TAGS = 12
MOST_MENTIONED = 10
MOST_WEEKS = 26
"""What a terminal shows; a pipe and JSON get all."""

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"


def terminal_lines(statistics: VaultStatistics, width: int) -> Iterator[str]:
    """Yield lines of at most `width` columns, with bars and spark lines."""
    weeks = statistics.weeks[-MOST_WEEKS:]
    yield summary(statistics)
    if weeks:
        rows = [
            (week.name, week.papers, f"{week.papers}  {week.words:>6,} words") for week in weeks
        ]
        yield from ("", "Papers a week", *_bars(rows, width))
    tags = statistics.tags[:MOST_TAGS]
    if tags:
        yield from ("", "Tags over time")
        wide = max(map(columns, (tag.tag for tag in tags)))
        for tag in tags:
            room = max(width - wide - 12, 8)
            yield f"  {padded('#' + tag.tag, wide + 1)}  {tag.papers:>5}  " + spark(
                tag.by_week[-room:]
            )
    mentioned = statistics.mentioned[:MOST_MENTIONED]
    if mentioned:
        rows = [(each.note, each.mentions, str(each.mentions)) for each in mentioned]
        yield from ("", "Most mentioned", *_bars(rows, width))
    if statistics.statuses:
        rows = [
            (each.status or "no status", each.notes, str(each.notes))
            for each in statistics.statuses
        ]
        yield from ("", "Reading", *_bars(rows, width))


def plain_lines(statistics: VaultStatistics) -> Iterator[str]:
    """Yield one line a number, its parts set apart by tabs: `week`, name, papers, words; and so on.

    Numbers are without separators, so that `cut`, `sort` and `awk` can read them.
    """
    yield f"papers\t{statistics.papers}"
    yield f"entries\t{statistics.entries}"
    yield f"words\t{statistics.words}"
    yield from (f"week\t{each.name}\t{each.papers}\t{each.words}" for each in statistics.weeks)
    yield from (f"tag\t{each.tag}\t{each.papers}" for each in statistics.tags)
    yield from (f"mentioned\t{each.note}\t{each.mentions}" for each in statistics.mentioned)
    yield from (f"status\t{each.status or '-'}\t{each.notes}" for each in statistics.statuses)


def as_json(statistics: VaultStatistics) -> dict[str, Any]:
    """Return what the object that `stats --json` prints has beside the vault (docs/json.md)."""
    return {
        name: [each._asdict() for each in value] if isinstance(value, tuple) else value
        for name, value in statistics._asdict().items()
    }


def summary(statistics: VaultStatistics) -> str:
    """Return one line: papers, weeks, words."""
    parts = (
        (statistics.papers, "paper"),
        (len(statistics.weeks), "week"),
        (statistics.words, "word"),
    )
    return ", ".join(counted(number, word) for number, word in parts)


def spark(values: Sequence[int]) -> str:
    """Return a line of blocks, one a value, the tallest for the greatest; a dot for 0."""
    most = max(values, default=0)
    return "".join(
        _LEVELS[max(0, -(-value * len(_LEVELS) // most) - 1)] if value else "·" for value in values
    )


def bar(value: int, most: int, width: int) -> str:
    """Return a bar of at most `width` columns, to an eighth of one; never empty for a value."""
    eighths = max(round(value * width * 8 / most), 1) if value and most else 0
    return _EIGHTHS[-1] * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def columns(text: str) -> int:
    """Return the columns of a terminal that a text takes: a Hangul syllable takes two."""
    composed = unicodedata.normalize("NFC", text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in composed
    )


def padded(text: str, width: int) -> str:
    """Return a text with blanks up to `width` columns, cut with an ellipsis where it is longer."""
    while columns(text) > width:
        text = text[:-2] + "…" if len(text) > 1 else ""
    return text + " " * (width - columns(text))


def _bars(rows: Sequence[tuple[str, int, str]], width: int) -> Iterator[str]:
    """Yield a line for each name, value and label; the labels end in one column."""
    wide = min(max(columns(name) for name, _, _ in rows), max(width // 3, 8))
    labels = max(len(label) for _, _, label in rows)
    room = max(width - wide - labels - 6, 4)
    most = max(value for _, value, _ in rows)
    for name, value, label in rows:
        yield f"  {padded(name, wide)}  {label:>{labels}}  {bar(value, most, room)}".rstrip()
