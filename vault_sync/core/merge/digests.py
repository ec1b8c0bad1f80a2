"""Three versions of a digest merged entry by entry, and an entry field by field.

In every style alike; what both sides changed differently in an entry of another style than flat
stays open line by line, for only flat has a line for each field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from vault_sync.core.digest import reader
from vault_sync.core.digest.reader import LAYOUT, Digest, Entry, kind_of
from vault_sync.core.digest.styles import lens, styled_editor, styled_reader
from vault_sync.core.digest.styles.style import FLAT, StyleName
from vault_sync.core.merge import three_way
from vault_sync.core.merge.parts import Merged, Name, Parts, lines, marked, merged, numbered
from vault_sync.core.model.values import Fields
from vault_sync.core.text.folding import fold_title
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Span, line_at, lines_of, splice_within

_DASHES = regex(r"-{2,}")


class DigestVersion(NamedTuple):
    """One version: its parts, and the entries among them by name."""

    digest: Digest
    parts: Parts
    entries: Mapping[Name, Entry]

    def raw(self, entry: Entry) -> str:
        return _unended(entry.span.slice(self.digest.text))


def digests(base: str, ours: str, theirs: str, styles: Sequence[StyleName] = FLAT) -> Merged:
    """Merge three versions of a digest with LF newlines and without BOM.

    Where a paper stands twice in one version, where lines of an entry that is none any more stand
    there still, or the outcome would not read as meant, the whole is merged by line.
    """
    versions = [version_of(text, styles) for text in (base, ours, theirs)]
    if any(version is None for version in versions):
        return lines(base, ours, theirs)
    was, here, there = (version for version in versions if version is not None)
    if _has_slip(was, here) or _has_slip(was, there):
        return lines(base, ours, theirs)

    meant: dict[Name, Fields] = {}

    def combine(name: Name) -> Merged:
        if name not in here.entries:
            return Merged(here.parts.text[name])
        piece, fields = _entry(was, here, there, name)
        if fields is not None:
            meant[name] = fields
        return piece

    found, names = merged(was.parts, here.parts, there.parts, combine, usual_before(here, there))
    if found.conflicts == 0 and misread(found.text, styles, names, meant):
        return lines(base, ours, theirs)
    return found


_SOME = 12
"""Letters and digits by which a line is known wherever it stands."""


def _has_slip(was: DigestVersion, now: DigestVersion) -> bool:
    """Return True if lines of an entry stand in a version in which it does not read any more."""
    gone = [entry for name, entry in was.entries.items() if name not in now.entries]
    if not gone:
        return False
    before, row = fold_title(was.digest.text), fold_title(now.digest.text)
    for raw in map(was.raw, gone):
        own = fold_title(raw)
        for words in filter(None, map(fold_title, raw.split("\n"))):
            beside = before.count(words) - own.count(words)
            if len(words) >= _SOME and row.count(words) > beside:
                return True
    return False


def version_of(text: str, styles: Sequence[StyleName] = FLAT) -> DigestVersion | None:
    """Take a text apart; None where a paper stands in it twice."""
    digest = styled_reader.read(text, styles)
    parts: list[tuple[Name, str, str]] = []
    entries: dict[Name, Entry] = {}
    seen: Counter[str] = Counter()
    bare = _unlinked(digest)
    at = 0
    for entry in (*digest.entries, None):
        stop = len(text) if entry is None else entry.span.start
        start = at
        for line in lines_of(text, Span(at, stop)):
            if kind_of(text, line) not in LAYOUT:
                words = _unended(text[line.start : line.stop])
                named = numbered("line", _name_of(bare.get(line.start, words)), seen)
                parts.append((named, text[start : line.start], words))
                start = line.stop
        if entry is None:
            foot = text[start:]
            break
        name: Name = ("entry", entry.key)
        if name in entries:
            return None
        entries[name] = entry
        parts.append((name, text[start : entry.span.start], _unended(entry.span.slice(text))))
        at = entry.span.end
    ends = bool(parts) and text.removesuffix(foot).endswith("\n")
    return DigestVersion(digest, Parts.build(parts, "\n" * ends + foot), entries)


def _unlinked(digest: Digest) -> dict[int, str]:
    """Return the lines of further mentions as they are without the tool's link, by their start."""
    found: dict[int, str] = {}
    for again in digest.repeats:
        if again.link is not None and again.styled is not None:
            line = line_at(digest.text, again.link.span.start)
            edits = styled_editor.unlinked(digest.text, again, again.styled)
            found[line.start] = splice_within(digest.text, Span(line.start, line.end), edits)
    return found


def _name_of(words: str) -> str:
    """Return what tells a line from others: in a table its words, however wide its columns are."""
    if not words.lstrip().startswith("|"):
        return words
    return _DASHES.sub("-", " ".join(words.replace("|", " | ").split()))


def _unended(text: str) -> str:
    return text.removesuffix("\n")


def usual_before(here: DigestVersion, there: DigestVersion) -> Callable[[Name], str]:
    """Return what stands above a part that is not the first: what mostly does above our entries."""

    def usual(name: Name) -> str:
        return _usual_gap(here) if name in here.entries or name in there.entries else ""

    return usual


def _usual_gap(version: DigestVersion) -> str:
    """Return what mostly stands above an entry of this digest that is not its first part."""
    befores = Counter(
        version.parts.before[name] for name in version.parts.names[1:] if name in version.entries
    )
    return befores.most_common(1)[0][0] if befores else ""


def misread(
    text: str,
    styles: Sequence[StyleName],
    names: tuple[Name, ...],
    meant: Mapping[Name, Fields],
) -> frozenset[Name]:
    """Return the entries of a merged text that do not say what was meant: all, if others are there.

    An entry that is not in `meant` may say anything.
    """
    found = [
        (("entry", entry.key), entry.fields) for entry in styled_reader.read(text, styles).entries
    ]
    wanted = [name for name in names if name[0] == "entry"]
    if [name for name, _ in found] != wanted:
        return frozenset((*wanted, ("entry", "")))
    return frozenset(name for name, fields in found if fields != meant.get(name, fields))


def _entry(
    was: DigestVersion, here: DigestVersion, there: DigestVersion, name: Name
) -> tuple[Merged, Fields | None]:
    """Merge an entry that both sides changed; with the fields meant (None: a person decides)."""
    ours, theirs = here.entries[name], there.entries[name]
    old = was.entries.get(name)
    before = old.fields if old is not None else None
    a, b = ours.fields, theirs.fields
    url = three_way.value(before.url if before else None, a.url, b.url)
    title = three_way.filled(before.title if before else None, a.title, b.title)
    authors = three_way.filled(before.authors if before else None, a.authors, b.authors)
    link = three_way.filled(
        link_target(old) if old is not None else None, link_target(ours), link_target(theirs)
    )
    commentary = _commentary(before, a, b)
    tags = three_way.tag_sets(before.tags if before else None, a.tags, b.tags)
    by_line = lines(was.raw(old) if old is not None else None, here.raw(ours), there.raw(theirs))
    if url is None or title is None or authors is None or link is None:
        if ours.styled is not None or theirs.styled is not None:
            return by_line, None
        wanted = Fields(a.url, a.title, a.authors, tags, commentary.text)
        raw = written(here, ours, wanted, "")
        head = _head(here, ours), _head(there, theirs)
        text = marked(head[0], head[1]) + raw[len("\n".join(head[0])) :]
        return Merged(text, commentary.conflicts + 1), None
    wanted = Fields(url, title, authors, tags, commentary.text)
    # An entry cannot be unlinked by an edit: the side that has no link is written on.
    version, entry = (here, ours) if link or not ours.link else (there, theirs)
    raw = written(version, entry, wanted, link)
    if commentary.conflicts:
        return (Merged(raw, commentary.conflicts) if entry.styled is None else by_line), None
    if not stands_alone(entry, raw, wanted, link):
        return by_line, None
    return Merged(raw), wanted


def link_target(entry: Entry) -> str:
    return entry.link.target if entry.link is not None else ""


def _commentary(before: Fields | None, ours: Fields, theirs: Fields) -> Merged:
    was = before.commentary if before else None
    if was is None and not (ours.commentary and theirs.commentary):
        return Merged(ours.commentary or theirs.commentary)
    return lines(was, ours.commentary, theirs.commentary, sentences=True)


def _head(version: DigestVersion, entry: Entry) -> list[str]:
    """Return the lines of an entry from its address to its title."""
    rows = version.raw(entry).split("\n")
    below = entry.layout.below
    return rows[: 1 if below is None else below - (entry.line - 1) + 1]


def written(version: DigestVersion, entry: Entry, wanted: Fields, link: str) -> str:
    """Return an entry's lines, saying `wanted`, written in its own style."""
    start, end = entry.span
    # Further mentions of the paper in other styles than flat are linked along, outside the entry.
    edits = [
        edit
        for edit in lens.edit(version.digest, entry, wanted, link or None)
        if start <= edit.span.start <= edit.span.end <= end
    ]
    return _unended(splice_within(version.digest.text, entry.span, edits))


def stands_alone(entry: Entry, raw: str, wanted: Fields, link: str) -> bool:
    """Return True if these lines read as one entry that says what was meant.

    What an entry in another style than flat says is for its list or table to tell: whoever merges
    reads the whole outcome. Here it only must have a place for all that is wanted.
    """
    if entry.styled is not None:
        return lens.placed(entry, wanted) == wanted
    found = reader.read(f"-\n\n---\n{raw}\n").entries
    return len(found) == 1 and found[0].fields == wanted and link_target(found[0]) == link
