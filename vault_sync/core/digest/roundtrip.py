"""The values that a digest cannot hold: a field that is not read back from its entry as meant."""

from __future__ import annotations

from typing import NamedTuple

from vault_sync.core.digest import editor as digest_lens
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.model.values import FieldName, Fields


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
    if not _reads_back(plain._replace(commentary=fields.commentary)):
        return _commentary(fields, _first_wrong(plain._replace(commentary=fields.commentary)))
    parts: tuple[tuple[FieldName, Fields, str], ...] = (
        ("url", plain, fields.url),
        ("title", plain._replace(title=fields.title or "T"), fields.title),
        ("tags", plain._replace(tags=fields.tags), ", ".join(fields.tags)),
    )
    for name, part, words in parts:
        if not _reads_back(part):
            return _value(name, words)
    return _value("authors", ", ".join(repr(author) for author in fields.authors))


def _reads_back(fields: Fields, link: str | None = None) -> bool:
    entries = digest_reader.read(digest_lens.new("-", [(fields, link)])).entries
    return len(entries) == 1 and entries[0].fields == fields


def _first_wrong(fields: Fields) -> int:
    """Return the first line of a commentary that is not read back as one."""
    entries = digest_reader.read(digest_lens.new("-", [(fields, None)])).entries
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
