"""The interface of styles: which there are, and what an entry in one of them brings with it.

A digest is read with the styles that were chosen for it (`[digests] styles`): `flat`, read by
`digest.reader`, and those of this package. Every style gives the same values, `Digest` and `Entry`;
an entry in a style of this package bears `styled`, the `StyledSpans` below, and an empty `layout`.
Three optional fields carry what flat has no word for:

    Entry.styled    where the parts stand, and which fields have a place: a partial list has none
    Digest.repeats  entries of papers met earlier in the file: linked with the first, never read
    Digest.styles   the styles that the digest was read with

The doors, which take flat entries and styled ones alike (`lens` for all but reading):

    styled_reader.read(text, styles, is_own_link) -> Digest
    lens.edit(digest, entry, fields, link)        -> edits; the repeats are linked along
    lens.append(digest, additions, like)          -> the whole text, in the form of the last entry
    lens.export(text, styles, is_own_link)        -> the text without the tool's links
    lens.unplaced(entry, fields)                  -> the fields that live in the note alone
    advice.nothing_read(digest) / advice.title_first(text) / advice.proposal(text)

How a text is read: `markdown.page` cuts it into list items, sections, tables and lines; a module a
style (`lists`, `headings`, `tables`, `paragraphs`) finds the `Candidate` entries of each, of all
styles, so that the outer claim wins though its style was not chosen; `claims` keeps those that are
papers. A style is a function from `Page` to candidates, so one more is a module and a line in
`styled_reader.candidates`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from vault_sync.core.model.values import FieldName, RelPath, Rules
from vault_sync.core.naming import globs
from vault_sync.core.text.spans import Span

StyleName = Literal["flat", "title-first", "list", "heading", "table", "paragraph"]
STYLE_NAMES: tuple[StyleName, ...] = get_args(StyleName)


class StyledSpans(NamedTuple):
    """The places of an entry's parts, in characters of the text that was read.

    `title` are the title's characters inside the marks; `wraps`: the link goes around them, else
    to `link_at`. `authors` is the list between its marks. `label` is the stretch of the address
    with its brackets. Line `head_line` (from 0) is the last of title and authors. `places` are the
    fields that can be written. `inline` is the commentary on the title's line (or in a cell),
    perhaps empty; `lower` the numbers of the commentary's own lines, each of which begins with
    `indent`; `tags` those of tag lines. A list of fewer authors than `least_authors` would not be
    read as one.
    """

    style: StyleName
    title: Span
    wraps: bool
    link_at: int
    authors: Span | None
    label: Span
    head_line: int
    places: frozenset[FieldName]
    inline: Span | None = None
    lower: Sequence[int] = ()
    indent: str = ""
    tags: Sequence[int] = ()
    least_authors: int = 1


StyleChoice = Callable[[RelPath], tuple[StyleName, ...]]
"""The test of a path: the styles that were chosen for the digest there."""


FLAT: tuple[StyleName, ...] = ("flat",)


EVERYWHERE = "**"


def always_flat(_path: RelPath) -> tuple[StyleName, ...]:
    """Return the styles of a digest in a vault that chose none."""
    return FLAT


def styles_of(rules: Rules) -> StyleChoice:
    """Return the choice of a vault's configuration."""
    if not rules.digest_styles:
        return always_flat
    choices = [
        (globs.matcher((glob,)), tuple(style for style in STYLE_NAMES if style in styles))
        for glob, styles in rules.digest_styles
    ]

    def chosen(path: RelPath) -> tuple[StyleName, ...]:
        return next((styles for matches, styles in choices if matches(path)), FLAT)

    return chosen


def mistake(value: Any) -> str | None:
    """Return what is wrong with a value of `[digests] styles`, None if it is legal."""
    if isinstance(value, Mapping):
        not_globs = (found for glob in value if (found := globs.mistake(glob)) is not None)
        if (found := next(not_globs, None)) is not None:
            return found
        wrong = (found for each in value.values() if (found := _mistake_of_list(each)) is not None)
        return next(wrong, None)
    return _mistake_of_list(value)


def _mistake_of_list(value: Any) -> str | None:
    legal = ", ".join(STYLE_NAMES)
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        return f"must be a list of styles, or a table of such lists by glob: legal are {legal}"
    other = next((each for each in value if each not in STYLE_NAMES), None)
    if other is not None:
        return f"there is no style '{other}': legal are {legal}"
    if "title-first" in value and len(set(value)) > 1:
        return "'title-first' stands alone: give its files a glob of their own"
    return None


def rows(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return a legal value of `[digests] styles` as `Rules` has it."""
    if value == [*FLAT]:
        return ()
    by_glob = value if isinstance(value, Mapping) else {EVERYWHERE: value}
    return tuple((glob, tuple(styles)) for glob, styles in by_glob.items())
