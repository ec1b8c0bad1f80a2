"""Write entries of all styles: edit, append, and give the text without the tool's links.

A flat entry goes the way of `digest.editor`; every other is written in its spans. Nothing is raised
for a value that cannot be written: the caller reads the outcome again and compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from vault_sync.core.digest import editor, reader
from vault_sync.core.digest.reader import Digest, Entry, OwnLink
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.model.values import FieldName, Fields, Key
from vault_sync.core.text.module_door import door
from vault_sync.core.text.spans import Edit, splice

if TYPE_CHECKING:
    from vault_sync.core.digest.styles import styled_editor, styled_growth
else:  # most digests are flat
    styled_editor = door("vault_sync.core.digest.styles.styled_editor")
    styled_growth = door("vault_sync.core.digest.styles.styled_growth")


def edit(
    digest: Digest, entry: Entry, fields: Fields, link: str | None, *, repeats: bool = True
) -> list[Edit]:
    """Return the edits that make an entry say `fields` and carry a link to `link`.

    None leaves the link as it is. Further mentions of the paper in this digest (`repeats`) are
    linked along.
    """
    if entry.styled is None:
        found = editor.edit(digest, entry, fields, link)
    else:
        found = styled_editor.edits(digest, entry, entry.styled, fields, link)
    if link is not None and repeats:
        for again in digest.repeats:
            if again.key == entry.key and again.styled is not None:
                title = again.fields.title
                found += styled_editor.link_edits(digest.text, again, again.styled, title, link)
    return found


def takes(entry: Entry | None, name: FieldName) -> bool:
    """Return True if an entry has a place for a field; one that is still to be made (None) has."""
    return entry is None or entry.styled is None or name in entry.styled.places


def unplaced(entry: Entry | None, fields: Fields) -> list[FieldName]:
    """Return the fields that differ from the entry's and have no place in it."""
    if entry is None or entry.styled is None:
        return []
    return styled_editor.unplaced(entry, entry.styled, fields)


def placed(entry: Entry, fields: Fields) -> Fields:
    """Return the fields as the entry will say them: those without a place as they are there."""
    return fields if entry.styled is None else styled_editor.placed(entry, entry.styled, fields)


def append(
    digest: Digest, additions: Sequence[tuple[Fields, str | None]], like: Digest | None = None
) -> str:
    """Return the whole text with entries in the form of the last one that can be added to.

    A digest of tables alone is given back as it is; one without entries begins as `like` goes on.
    """
    if styled_reader.grows_flat(digest):
        return editor.append(digest, additions)
    return styled_growth.appended(digest, additions, like)


def export(
    text: str, styles: Sequence[StyleName], is_own_link: OwnLink = styled_reader.any_link
) -> str:
    """Return the digest as it reads without the tool's links."""
    digest = styled_reader.read(text, styles, is_own_link)
    bare = splice(
        text,
        [
            each
            for entry in (*digest.entries, *digest.repeats)
            if entry.styled is not None
            for each in styled_editor.unlinked(text, entry, entry.styled)
        ],
    )
    if "flat" not in styles:
        return bare
    own = reader.under_address if is_own_link is styled_reader.any_link else is_own_link
    return editor.export(bare, own)


Unread = frozenset[tuple[Key, bool]]
"""Links that do not read back: that of a paper's entry (True), or of further mentions of it."""


def all_links(before: Digest, meant: Mapping[Key, tuple[Fields, str | None]]) -> Unread:
    """Return all links that can be left out: a link that an entry has only follows its note."""
    linked = {key for key, (_, link) in meant.items() if link is not None}
    new = linked - {entry.key for entry in before.entries if entry.link is not None}
    return frozenset({*((key, True) for key in new), *((key, False) for key in linked)})


def unread_links(
    before: Digest, found: Digest, meant: Mapping[Key, tuple[Fields, str | None]]
) -> Unread:
    """Return those links of entries, of what these are meant to say, that a new text does not say.

    All of them where every linked entry reads back, and an entry beside them does not, or is new.
    """
    read = {entry.key: entry for entry in reversed(found.entries)}
    links = all_links(before, meant)
    linked, new = ({key for key, own in links if own == which} for which in (False, True))
    wrong = {(key, True) for key in new if not _reads_back(read.get(key), *meant[key])}
    wrong |= {
        (each.key, False) for each in found.repeats if each.link is None and each.key in linked
    }
    beside = [entry for entry in before.entries if entry.key not in new]
    now = [entry for entry in found.entries if entry.key not in new]
    fields = [meant[each.key][0] if each.key in meant else each.fields for each in beside]
    if not wrong and [each.fields for each in now] != fields:
        return links
    return frozenset(wrong)


def _reads_back(entry: Entry | None, fields: Fields, link: str | None) -> bool:
    return (
        entry is not None
        and _says(entry, fields)
        and entry.link is not None
        and entry.link.target == link
    )


def _says(entry: Entry, fields: Fields) -> bool:
    """Tell whether an entry says what is meant; a new one may have no place for its authors."""
    placed = entry.styled is None or "authors" in entry.styled.places
    return entry.fields == (fields if placed else fields.saying(authors=entry.fields.authors))
