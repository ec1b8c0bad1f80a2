"""Statistics as one quiet SVG: papers a week, and below them the five most used tags.

Written by hand: the whole is shorter than what a library would need to be told. Its colours are
read on a white page and on a dark one, and no style sheet switches them: an image does not see
Obsidian's theme, only the system's. No script, no font of its own, nothing from the network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from vault_sync.core.model.statistics import TagCount, VaultStatistics, WeekCount
from vault_sync.core.report.statistics_lines import summary

WIDTH = 720
MOST_WEEKS = 104
MOST_TAGS = 5

_LEFT, _RIGHT, _TOP = 16, 16, 52
_CHART = 140
_ROW = 34
_TAG_NAMES = 150
_TEXT = "#7b828c"  # 4.0 : 1 on white, 4.3 : 1 on Obsidian's dark grey
_BARS, _LINE, _RULE = "#8c78dd", "#4d98a8", "#8a8f98"
_CONTROL = {code: None for code in range(32) if code not in (9, 10, 13)} | {
    0xFFFE: None,
    0xFFFF: None,
}


def draw(statistics: VaultStatistics) -> str:
    """Return the text of an SVG: the last two years at most; without weeks the summary alone."""
    weeks = statistics.weeks[-MOST_WEEKS:]
    tags = statistics.tags[:MOST_TAGS] if weeks else ()
    tags_top = _TOP + _CHART + 40
    height = tags_top + len(tags) * _ROW + (14 if tags else -8)
    about = f"Papers a week: {summary(statistics)}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{_attribute(about)}" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="{_TEXT}">'
    )
    rows = [_tag_row(tag, len(weeks), tags_top + n * _ROW) for n, tag in enumerate(tags)]
    lines = [
        head,
        f"<title>{_words(about)}</title>",
        f'<text x="{_LEFT}" y="26" font-size="15">{_words(summary(statistics))}</text>',
        *(_week_bars(weeks) if weeks else ()),
        *(line for row in rows for line in row),
    ]
    return "\n".join([*lines, "</svg>\n"])


def _week_bars(weeks: Sequence[WeekCount]) -> Iterator[str]:
    """Yield the bars, a line for the greatest of them, and the names of the first and last week."""
    bottom = _TOP + _CHART
    most = max(*(week.papers for week in weeks), 1)
    step = (WIDTH - _LEFT - _RIGHT) / len(weeks)
    wide = min(max(step * 0.72, 1.0), 40.0)
    yield _rule(_TOP, 0.35)
    yield (
        f'<text x="{WIDTH - _RIGHT}" y="{_TOP - 6}" text-anchor="end">'
        f"{most} {'paper' if most == 1 else 'papers'}</text>"
    )
    for number, week in enumerate(weeks):
        tall = _CHART * week.papers / most
        left = _LEFT + step * number + (step - wide) / 2
        yield (
            f'<rect x="{left:.1f}" y="{bottom - tall:.1f}" width="{wide:.1f}" height="{tall:.1f}" '
            f'rx="{min(2.0, wide / 4):.1f}" fill="{_BARS}">'
            f"<title>{_words(week.name)}: {week.papers}</title></rect>"
        )
    yield _rule(bottom, 0.8)
    yield f'<text x="{_LEFT}" y="{bottom + 18}">{_words(weeks[0].name)}</text>'
    if len(weeks) > 1:
        yield (
            f'<text x="{WIDTH - _RIGHT}" y="{bottom + 18}" text-anchor="end">'
            f"{_words(weeks[-1].name)}</text>"
        )


def _tag_row(tag: TagCount, weeks: int, top: float) -> Iterator[str]:
    """Yield a tag's name, its line over the weeks, and how often it was used in all."""
    by_week = tag.by_week[-weeks:]
    most = max(*by_week, 1)
    start, end = _LEFT + _TAG_NAMES, WIDTH - _RIGHT - 50
    step = (end - start) / max(len(by_week) - 1, 1)
    foot, tall = top + _ROW - 8, _ROW - 14
    points = [(start + step * n, foot - tall * value / most) for n, value in enumerate(by_week)]
    path = " ".join(f"{'L' if n else 'M'}{x:.1f} {y:.1f}" for n, (x, y) in enumerate(points))
    yield f'<text x="{_LEFT}" y="{foot}">#{_words(_cut(tag.tag))}</text>'
    yield (
        f'<path d="{path}" fill="none" stroke="{_LINE}" stroke-width="1.5" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
        if len(points) > 1
        else f'<circle cx="{start}" cy="{foot}" r="2.5" fill="{_LINE}"/>'
    )
    yield f'<text x="{WIDTH - _RIGHT}" y="{foot}" text-anchor="end">{tag.papers}</text>'


def _rule(y: float, opacity: float) -> str:
    return (
        f'<line x1="{_LEFT}" y1="{y}" x2="{WIDTH - _RIGHT}" y2="{y}" stroke="{_RULE}" '
        f'stroke-opacity="{opacity}"/>'
    )


def _cut(tag: str) -> str:
    """Return a tag that fits beside its line; a wide character counts twice."""
    room, fitting = 19, ""
    for character in tag:
        room -= 1 if character.isascii() else 2
        if room < 0:
            return fitting + "…"
        fitting += character
    return fitting


def _words(text: str) -> str:
    """Return text for XML, without what no XML can hold."""
    return escape(text.encode("utf-8", "replace").decode().translate(_CONTROL))


def _attribute(text: str) -> str:
    return _words(text).replace('"', "&quot;")
