"""The digest lens: read entries out of a weekly file, and write them back in.

`read` is in `reader`, which states the grammar; `title_line` states what a title line is.
Everything here writes: it gives edits that touch the characters that differ and no others, in the
style (flat or spaced, newline, separators) of the entry, then of its digest.

Not every value can be said in this grammar: a title without authors and link, a commentary that
holds an entry. Nothing is raised for one; the caller reads the outcome again and compares. Two
things are left undone rather than done to a neighbour: a value with a line break where a line is
meant to be one, and taking away the tag line (or the entry) by whose place alone the entry below
is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from vault_sync.core.digest import entry_format, title_line
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.digest.entry_format import EntryLine
from vault_sync.core.digest.reader import Digest, Entry, OwnLink, TitleLink, read, under_address
from vault_sync.core.digest.title_line import TitleLine
from vault_sync.core.model.values import FieldName, Fields
from vault_sync.core.text.spans import Edit, Span, newline_kind, splice, splice_within, to_newlines


def edit(digest: Digest, entry: Entry, fields: Fields, link: str | None) -> list[Edit]:
    """Return the edits that make an entry say `fields` and carry a link to `link`.

    None leaves the link as it is. No difference, no edits. Tags are a set: another order alone is
    no difference, and new ones go to the end.
    """
    text = digest.text
    if fields == entry.fields:
        if link is None:
            return []
        # A link alone, as for every entry of a new vault: no other line of it is looked at.
        before = entry_format.rows_of(text, entry, to=entry_format.head_end(text, entry))
        rows = _say_title(digest, entry, before, fields, link)
        return entry_format.edits(text, before, rows, newline_kind(text))
    before = entry_format.rows_of(text, entry)
    rows = list(before)
    if fields.url != entry.fields.url and _one_line(fields.url):
        head, (start, end) = rows[0].words, entry.layout.address
        words = head[: start - entry.span.start] + fields.url + head[end - entry.span.start :]
        rows[0] = rows[0]._replace(words=words)
    rows = _say_title(digest, entry, rows, fields, link)
    rows = _say_commentary(digest, entry, rows, fields.commentary)
    rows = _say_tags(digest, entry, rows, fields.tags)
    return entry_format.edits(text, before, rows, newline_kind(text))


def append(digest: Digest, additions: Sequence[tuple[Fields, str | None]]) -> str:
    """Return the whole text with entries (fields and link target) at its end, in its own style.

    A file that ends without a newline goes on doing so. An untitled entry without a link reads as
    one only after a tag line.
    """
    text = digest.text
    if not additions:
        return text
    style = entry_format.style_of(digest)
    newline = newline_kind(text)
    ends = text.endswith("\n") or not text
    whole = "" if not text else text if ends else text + newline
    gap = entry_format.gap_at_end(digest, style)
    entries = style.between_entries.join(
        entry_format.written(*added, style) + "\n" for added in additions
    )
    added = to_newlines(gap + entries, newline)
    return whole + (added if ends else added.removesuffix(newline))


def new(name: str, additions: Iterable[tuple[Fields, str | None]]) -> str:
    """Return a digest made from nothing, flat: its name, then its entries."""
    style = entry_format.Style(under_head=False, between_parts=False, between_entries="")
    return name + "\n" + "".join(entry_format.written(*added, style) + "\n" for added in additions)


def export(text: str, is_own_link: OwnLink = under_address) -> str:
    """Return the digest as it reads without the tool's links.

    Law: for a text that had none, exporting it after its entries were linked gives it back.
    """
    entries = read(text, is_own_link).entries
    return splice(
        text, [_unlinked(text, entry, entry.link) for entry in entries if entry.link is not None]
    )


def _unlinked(text: str, entry: Entry, link: TitleLink) -> Edit:
    start, end = link.span
    title = entry.layout.title
    if title is not None and title.link_is_title:
        return Edit(link.span, title.title.slice(text))
    if title is not None and entry.layout.link is None:
        return Edit(Span(start - (text[start - 1] == " "), end), "")
    line_start = text.rfind("\n", 0, start) + 1
    newline = text.find("\n", end)
    if newline >= 0:
        return Edit(Span(line_start, newline + 1), "")
    above = text[:line_start].removesuffix("\n").removesuffix("\r")
    return Edit(Span(len(above), end), "")


def _say_title(
    digest: Digest, entry: Entry, rows: list[EntryLine], fields: Fields, link: str | None
) -> list[EntryLine]:
    """Return the rows with title, authors and link as wanted, on the line below the head.

    A link on a line of its own stays there: it is a title's that was typed late, in a style of its
    own. Only a title without authors takes it in, for nothing else makes a title of it.
    """
    title = entry.layout.title
    target = link if link is not None else entry.link.target if entry.link else None
    if not all(map(_one_line, (fields.title, *fields.authors, target or ""))):
        return rows
    own = next((row for row in rows if row.part == "link"), None)
    if own is not None and fields.authors and fields.title and entry.link is not None:
        words = own.words.replace(f"[[{entry.link.target}]]", f"[[{target}]]")
        rows = [row._replace(words=words) if row is own else row for row in rows]
        target = None
    elif own is not None:
        rows = entry_format.without(rows, [own])
    at = next((number for number, row in enumerate(rows) if row.part == "below"), None)
    if title is not None and fields.title:
        assert at is not None
        wanted = _retitled(digest.text, title, rows[at], fields, target)
    elif fields.title:
        wanted = title_line.written(fields.title, fields.authors, target)
    elif title is None and at is not None and entry.link is not None:
        wanted = rows[at].words.replace(f"[[{entry.link.target}]]", f"[[{target}]]")
    else:
        wanted = "" if target is None else f"[[{target}]]"
    if at is None:
        # An untitled entry's link stands right under its address, in any style.
        spaced = bool(fields.title) and entry_format.style_at(digest, rows).under_head
        row = EntryLine("below", wanted, None)
        return entry_format.with_part(rows, 0, [row], spaced=spaced) if wanted else rows
    if not wanted:
        return entry_format.without(rows, [rows[at]])
    return [*rows[:at], rows[at]._replace(words=wanted), *rows[at + 1 :]]


def _retitled(text: str, old: TitleLine, row: EntryLine, fields: Fields, target: str | None) -> str:
    """Return the words of a title line with what differs replaced."""
    assert row.line is not None
    trailing = None if old.link_is_title else old.link
    same_title = old.title.slice(text) == fields.title
    around = (
        target is not None
        and title_line.can_be_linked(fields.title)
        and not old.in_markdown
        and not (trailing is not None and same_title)
    )
    region = old.link if old.link_is_title and old.link is not None else old.title
    edits = [Edit(region, f"[[{target}|{fields.title}]]" if around else fields.title)]
    if old.names != fields.authors:
        names = ", ".join(fields.authors)
        if old.authors is None:
            edits.append(Edit(Span(old.tail, old.tail), f" ({names})"))
        elif names:
            edits.append(Edit(old.authors, names))
        else:
            opening = len(text[: old.authors.start - 1].rstrip())
            edits.append(Edit(Span(opening, old.authors.end + 1), ""))
    if trailing is None and target is not None and not around:
        edits.append(Edit(Span(old.tail, old.tail), f" [[{target}]]"))
    elif trailing is not None and around:
        edits.append(Edit(Span(old.tail, trailing.end), ""))
    elif trailing is not None and old.target is not None and target is not None:
        edits.append(Edit(old.target, target))
    return splice_within(text, Span(row.line.start, row.line.end), edits)


def _say_commentary(
    digest: Digest, entry: Entry, rows: list[EntryLine], wanted: str
) -> list[EntryLine]:
    if wanted == entry.fields.commentary:
        return rows
    old = [row for row in rows if row.part == "commentary"]
    if not wanted:
        return entry_format.without(rows, old)
    words = wanted.split("\n")
    if not old:
        at = max(number for number, row in enumerate(rows) if row.part in {"head", "below", "link"})
        added = [EntryLine("commentary", line, None) for line in words]
        return entry_format.with_part(
            rows, at, added, spaced=entry_format.style_at(digest, rows).between_parts
        )
    return entry_format.reworded(rows, "commentary", words)


def _say_tags(
    digest: Digest, entry: Entry, rows: list[EntryLine], wanted: tuple[str, ...]
) -> list[EntryLine]:
    old = entry.fields.tags
    missing = [tag for tag in wanted if tag not in old]
    gone = {"#" + tag for tag in old if tag not in wanted}
    if not all(map(_one_line, missing)) or not (missing or gone):
        return rows
    if all(row.part != "tags" for row in rows):
        at = max(number for number, row in enumerate(rows) if row.part != "gap")
        line = " ".join("#" + tag for tag in missing)
        spaced = entry_format.style_at(digest, rows).between_parts
        return entry_format.with_part(rows, at, [EntryLine("tags", line, None)], spaced=spaced)
    changed = entry_format.retagged(rows, missing, gone)
    if not changed[-1].words and rows[-1].part == "tags" and _opens_below(digest, entry):
        return rows
    return entry_format.without_empty_tags(changed)


def _opens_below(digest: Digest, entry: Entry) -> bool:
    """Return True if the entry below is one only for standing under this one's tag line."""
    after = next((other for other in digest.entries if other.span.start >= entry.span.end), None)
    return (
        after is not None
        and after.layout.by_place
        and not digest.text[entry.span.end : after.span.start].strip()
    )


def _one_line(value: str) -> bool:
    return "\n" not in value and "\r" not in value


class Unsayable(NamedTuple):
    """A field, for the commentary the line of it (from 0), what is wrong, and what to do."""

    field: FieldName
    line: int
    message: str
    hint: str


_HINTS: dict[FieldName, str] = {
    "url": "an address is one word that begins with http:// or https://",
    "title": "change it in the note; its parentheses must be in pairs, and it is one line",
    "authors": "change them in the note; one item a name, a comma only inside parentheses "
    "(`Kim (KAIST, AI)`), and no author without a title",
    "tags": "change them in the note; a tag has a character that is no digit, and no blank",
    "commentary": "a heading, an address with a title under it, a line of only tags, or a fence "
    "that is not closed would split the digest; change that line",
}


def first_loss(fields: Fields, before: Fields, link: str) -> Unsayable | None:
    """Return the first field that an entry cannot hold, None if it can hold all of `fields`.

    `before` are the fields that it holds now. Its title line carries a link to `link`: without
    authors nothing else makes it one. A fence that is opened and not closed reads back, but would
    fence in what is written below it one day. One that was open in the digest before is its
    author's.
    """
    if _reads_back(fields, link):
        opened = _open_fence(fields.commentary)
        if opened is None or _open_fence(before.commentary) is not None:
            return None
        return _commentary(fields, opened)
    plain = Fields(fields.url, "T", ("A",))
    if not _reads_back(plain):
        return _value("url", fields.url)
    if not _reads_back(plain._replace(commentary=fields.commentary)):
        return _commentary(fields, _first_wrong(plain._replace(commentary=fields.commentary)))
    parts: tuple[tuple[FieldName, Fields, str], ...] = (
        ("title", plain._replace(title=fields.title or "T"), fields.title),
        ("tags", plain._replace(tags=fields.tags), ", ".join(fields.tags)),
    )
    for name, part, words in parts:
        if not _reads_back(part):
            return _value(name, words)
    return _value("authors", ", ".join(repr(author) for author in fields.authors))


def _reads_back(fields: Fields, link: str | None = None) -> bool:
    entries = digest_reader.read(new("-", [(fields, link)])).entries
    return len(entries) == 1 and entries[0].fields == fields


def _first_wrong(fields: Fields) -> int:
    """Return the first line of a commentary that is not read back as one."""
    entries = digest_reader.read(new("-", [(fields, None)])).entries
    found = entries[0].fields.commentary.split("\n") if entries else []
    meant = fields.commentary.split("\n")
    wrong = (n for n, line in enumerate(meant) if found[n : n + 1] != [line] and line.strip())
    return next(wrong, 0)


def _open_fence(commentary: str) -> int | None:
    """Return the line of a commentary (from 0) that opens a code fence which nothing closes."""
    notices = digest_reader.read(commentary).notices
    return next((line - 1 for line, code, _ in notices if code == "unclosed-fence"), None)


def _commentary(fields: Fields, line: int) -> Unsayable:
    words = fields.commentary.split("\n")[line]
    message = f"{words!r} would be read as something other than commentary of this entry"
    return Unsayable("commentary", line, message, _HINTS["commentary"])


def _value(name: FieldName, words: str) -> Unsayable:
    return Unsayable(name, 0, f"the {name} {words} would be read differently", _HINTS[name])
