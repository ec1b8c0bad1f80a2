r"""The note lens: one paper's note, its properties and its digest sections.

A section is a heading of level 1 or 2 that holds nothing but a wikilink, `## [[2023년 8월 3주차]]`;
it runs to the next heading of level 1 or 2. Whether that link leads to a digest only the whole
vault can say, so every such heading is read as a section and `snapshot` picks out the digests'.
All other lines are the reader's own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Literal, NamedTuple

from vault_sync.core.model.values import STANDARD_NAMES, Fields, Key, PropertyNames
from vault_sync.core.naming.keys import is_paper, key_of
from vault_sync.core.naming.wikilinks import link as wikilink
from vault_sync.core.note import properties as yaml
from vault_sync.core.note import property_block
from vault_sync.core.note.property_block import Properties, remarks, value_items
from vault_sync.core.note.property_table import ADDRESS_PROPERTIES, ID_PROPERTIES, owner
from vault_sync.core.text.encodings import text_hash
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import (
    BOM,
    Edit,
    Line,
    Span,
    fenced,
    line_at,
    line_edits,
    lines_of,
    newline_kind,
    splice,
    to_newlines,
)

OWN_HEADING = "## My notes"
"""Stands between a new section and the reader's text where that text has no heading itself."""

# Of its start alone: a pattern that also looked for the `#` and blanks at the end would take
# quadratic time on a long run of blanks.
_HEADING = regex(r" {0,3}#{1,2}(?:[ \t]|$)[ \t]*")
_TITLE_MARK = regex(r" {0,3}#(?:[ \t]|$)")
_LINK_ONLY = regex(r"\[\[(?P<target>[^\[\]|\n]+)(?:\|[^\[\]\n]*)?\]\]")
_ABSTRACT = regex(
    r"^ {0,3}>[ \t]*\[!abstract\][^\n]*(?:\n {0,3}>[^\n]*)*", re.MULTILINE | re.IGNORECASE
)


# Blank lines, a callout, the end of its last line.
_CALLOUT = regex(r"(?:[ \t]*\r?\n)*(?: {0,3}>[^\n]*(?:\n|\Z))+")

_BLOCK_BELOW = regex(r"(?:[ \t]*\r?\n)*---\r?\n")

SectionPlace = Literal["after-title", "top", "end"]
"""Place of the first section of a note that was there before."""


class Section(NamedTuple):
    """One digest section. `target` is the heading's link as written, `link` its characters.

    `heading` is the heading's line, `body` all that follows up to the next heading; `words` are
    the characters of the commentary, from its first to its last line that is not blank.
    """

    target: str
    link: Span
    heading: Line
    body: Span
    words: Span
    commentary: str
    line: int
    commentary_line: int


class Note(NamedTuple):
    """One note as read. `key` is None where nothing in it says which paper it is about.

    `fields.commentary` is empty: a note has one commentary a section.
    """

    text: str
    properties: Properties
    key: Key | None
    fields: Fields
    sections: tuple[Section, ...]
    digests: tuple[str, ...]
    managed: bool

    @property
    def digest_targets(self) -> tuple[str, ...]:
        """Return the targets that may mean a digest: those of its list, and of its headings."""
        return (*self.digests, *(section.target for section in self.sections))


def read(text: str, names: PropertyNames = STANDARD_NAMES) -> Note:
    """Read a note. Total: any text is a note, what is not understood is the reader's own."""
    properties = property_block.read(text, names)
    tags = tuple(tag.removeprefix("#") for tag in _tags(properties) if tag.strip("# "))
    fields = Fields(
        url=properties.scalar("url").strip(),
        title=properties.scalar("title").strip(),
        authors=tuple(author for author in properties.items("authors") if author.strip()),
        tags=tuple(dict.fromkeys(tags)),
    )
    digests = tuple(target for item in properties.items("digests") if (target := linked(item)))
    return Note(
        text=text,
        properties=properties,
        key=_key(properties),
        fields=fields,
        sections=_sections(text, properties.body),
        digests=digests,
        managed=any(name in properties.values for name in names.spellings("digests")),
    )


def stands(note: Note) -> bool:
    """Return True if a managed note says which paper it is about, and no second block is below."""
    return (
        note.managed
        and note.key is not None
        and not _BLOCK_BELOW.match(note.text, note.properties.body)
    )


def _tags(properties: Properties) -> Sequence[str]:
    """Return the items of `tags`. Of a text each word is one, as in Obsidian before 1.9."""
    value = properties.find("tags")
    if value is None or value.items is not None or value.kind == "other":
        return properties.items("tags")
    return value.text.replace(",", " ").split()


def _key(properties: Properties) -> Key | None:
    """Return the first paper's own id; where there is none, the first address of any page."""
    first = None
    for name in ADDRESS_PROPERTIES:
        value = properties.scalar(name).strip()
        key = key_of(value) if value else None
        if key is not None and is_paper(key):
            return key
        first = first or key
    return first


def linked(item: str) -> str:
    """Return the target of a property value that is one wikilink, else ""."""
    found = _LINK_ONLY.fullmatch(item.strip())
    return found["target"].strip() if found else ""


def _sections(text: str, body: int) -> tuple[Section, ...]:
    headings = _headings(text, body)
    starts = [line.start for line, _ in headings]
    sections = []
    at, number = 0, 1
    for (line, heading), end in zip(headings, [*starts[1:], len(text)], strict=False):
        found = _LINK_ONLY.fullmatch(text, *heading)
        if found is not None:
            number += text.count("\n", at, line.start)
            at = line.start
            sections.append(_section(text, found, line, Span(line.stop, end), number))
    return tuple(sections)


def _headings(text: str, body: int) -> list[tuple[Line, Span]]:
    """Return the lines of headings of level 1 and 2 below `body`, code aside, and their words.

    The block above the body is YAML; a fence or heading in it is none. Only lines with a `#` are
    looked at: a note has hundreds of others, and each is read at every proof.
    """
    code = _fenced_lines(text, body)
    found = []
    mark = text.find("#", body)
    while mark >= 0:
        line = line_at(text, mark, body)
        heading = _HEADING.match(text, line.start, line.end)
        if heading is not None and line.start not in code:
            found.append((line, _heading_words(text, heading.end(), line.end)))
        mark = text.find("#", line.stop)
    return found


def _heading_words(text: str, start: int, end: int) -> Span:
    """Return the words of a heading without the closing `#` that a blank sets apart."""
    words = text[start:end].rstrip(" \t")
    opened = words.rstrip("#")
    if opened != words and opened.endswith((" ", "\t")):
        words = opened.rstrip(" \t")
    return Span(start, start + len(words))


def _fenced_lines(text: str, body: int) -> frozenset[int]:
    """Return the starts of the lines that are fenced code."""
    if text.find("```", body) < 0 and text.find("~~~", body) < 0:
        return frozenset()
    of = lines_of(text, Span(body, len(text)))
    return frozenset(line.start for line, code in zip(of, fenced(text, of), strict=True) if code)


def _section(text: str, found: re.Match[str], heading: Line, body: Span, number: int) -> Section:
    whole = body.slice(text)
    first = len(whole) - len(whole.lstrip())
    words = Span(body.start, body.start)
    if first < len(whole):
        last = len(whole.rstrip()) - 1
        words = Span(
            line_at(text, body.start + first, body.start).start,
            line_at(text, body.start + last, body.start).end,
        )
    return Section(
        target=found["target"].strip(),
        link=Span(*found.span("target")),
        heading=heading,
        body=body,
        words=words,
        commentary=words.slice(text).replace("\r\n", "\n"),
        line=number,
        commentary_line=number + 1 + text.count("\n", body.start, words.start),
    )


def own_words(note: Note, sections: Sequence[Section]) -> str:
    """Return the reader's own words below the properties: all but these sections, trimmed."""
    parts = []
    at = note.properties.body
    for section in sorted(sections, key=lambda section: section.heading.start):
        parts.append(note.text[at : section.heading.start])
        at = section.body.end
    parts.append(note.text[at:])
    return "".join(parts).strip(" \t\r\n" + BOM)


def abstract(note: Note) -> str | None:
    """Return the first callout of the type `abstract` in the body, LF newlines; else None."""
    found = _ABSTRACT.search(note.text, note.properties.body)
    return found[0].replace("\r\n", "\n").removesuffix("\r") if found else None


def parted(own: str) -> tuple[str, str]:
    """Return the `abstract` callout that the reader's own words open with, and the others.

    Both with LF newlines and without blanks at their ends.
    """
    words = own.replace("\r\n", "\n")
    found = _ABSTRACT.match(words)
    callout = found[0] if found else ""
    return callout, words.removeprefix(callout).strip()


def own_properties(note: Note, facts: Collection[str]) -> tuple[str, ...]:
    """Return the properties by name, and the comments, that only a person can have added.

    Those of `facts` count as the tool's.
    """
    of, names = note.properties.values, note.properties.names
    extra = [name for name in of if owner(name, facts, names) == "the reader's"]
    if set(note.properties.items("aliases")) - {note.fields.title}:
        extra.append("aliases")
    return (*extra, *remarks(note.properties))


def own_mark(note: Note, sections: Sequence[Section], facts: Collection[str]) -> str:
    """Return the sum of all that is the reader's own in a note: words, and properties.

    Blank lines do not count.
    """
    lines = [line for line in own_words(note, sections).splitlines() if line.strip()]
    for name in own_properties(note, facts):
        value = note.properties.values.get(name)
        items = value_items(value) if value is not None else note.properties.items(name)
        lines += [name, *(item for item in items or () if item != note.fields.title)]
    return text_hash("\n".join(lines))


Changes = Mapping[str, yaml.Wanted]
"""New values of properties by name; None takes one out."""


def edit(
    note: Note,
    *,
    changes: Changes,
    commentaries: Sequence[tuple[Section, str]] = (),
    targets: Sequence[tuple[Section, str]] = (),
    added: Sequence[tuple[str, str]] = (),
    removed: Sequence[Section] = (),
    place: SectionPlace = "top",
) -> str:
    """Return the note's text with these changes made and no other byte touched.

    `commentaries` and `targets` give sections a new text or a new digest, `added` is (target,
    commentary) of new sections, `removed` sections go whole. `place` is where the first section of
    a note is put (`[notes] section`).

    Raises:
        properties.Unwritable: a property cannot be changed without touching others.
    """
    newline = newline_kind(note.text)
    edits = list(yaml.edit(note.properties, changes))
    for section, target in targets:
        edits.append(Edit(section.link, target))
    for section, commentary in commentaries:
        edits += _say(note, section, commentary, newline)
    for section in removed:
        edits.append(Edit(Span(section.heading.start, section.body.end), ""))
    text = splice(note.text, edits)
    return _add(text, added, newline, place) if added else text


def _say(note: Note, section: Section, commentary: str, newline: str) -> list[Edit]:
    if commentary == section.commentary:
        return []
    if section.commentary and commentary:
        return line_edits(note.text, lines_of(note.text, section.words), commentary, newline)
    followed = section.body.end < len(note.text)
    words = f"\n{commentary}\n" if commentary else ""
    if followed:
        words += "\n"
    if section.heading.end == section.heading.stop and words:
        words = "\n" + words
    return [Edit(section.body, to_newlines(words, newline))]


def _add(text: str, added: Sequence[tuple[str, str]], newline: str, place: SectionPlace) -> str:
    """Put new sections after the last one; the first ones where `place` says."""
    note = read(text)
    last = note.sections[-1] if note.sections else None
    at = last.body.end if last else _first_place(note, place)
    before, after = text[:at], text[at:]
    words = "\n".join(section_text(target, commentary) for target, commentary in added)
    if not last and after.strip():
        words += "\n" if starts_with_heading(after) else f"\n{OWN_HEADING}\n\n"
        after = after.lstrip("\r\n") if after[:1] in "\r\n" else after
    elif after:
        words += "\n"
    if before and not before.endswith("\n"):
        words = "\n" + words
    if before.strip(BOM) and not before.endswith(("\n\n", "\n\r\n")):
        words = "\n" + words
    return before + to_newlines(words, newline) + after


def starts_with_heading(text: str) -> bool:
    """Tell whether the first line of a text that is not blank parts it from a section."""
    first = text.lstrip(BOM + " \t\r\n").split("\n", 1)[0]
    return _HEADING.match(first.rstrip("\r")) is not None


def _first_place(note: Note, place: SectionPlace) -> int:
    """Return the place of a note's first section."""
    if place == "end":
        return len(note.text)
    return (_below_title(note) if place == "after-title" else None) or _top(note)


def _below_title(note: Note) -> int | None:
    """Return the place below the note's own H1 and a callout next to it; None without an H1.

    Several headings of level 1 part the text: none of them is its title.
    """
    text, body = note.text, note.properties.body
    titles = [
        line for line, _ in _headings(text, body) if _TITLE_MARK.match(text, line.start, line.end)
    ]
    if len(titles) != 1 or text[body : titles[0].start].strip(BOM + " \t\r\n"):
        return None
    line = titles[0]
    callout = _CALLOUT.match(text, line.stop)
    return callout.end() if callout is not None else line.stop


def _top(note: Note) -> int:
    """Return the place of the first section: below the properties, and an abstract next to them."""
    body = note.properties.body
    start = body + len(note.text[body:]) - len(note.text[body:].lstrip(" \t\r\n"))
    found = _ABSTRACT.match(note.text, start)
    if found is None:
        return body
    return found.end() + note.text.startswith("\n", found.end())


def commentary_of(section: Section | None) -> str:
    """Return the commentary of a section; "" where there is none."""
    return section.commentary if section else ""


def section_text(target: str, commentary: str) -> str:
    r"""Return a digest section from its heading on, ending in one newline."""
    heading = f"## {wikilink(target)}\n"
    return f"{heading}\n{commentary}\n" if commentary else heading


def address_properties(key: Key) -> dict[str, str]:
    """Return the property of a paper's id, `arxiv` or `doi`; none for a key of another kind."""
    kind, _, name = key.partition(":")
    return {kind: name} if kind in ID_PROPERTIES else {}
