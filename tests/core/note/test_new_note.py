"""The text of a new note: its properties have the vault's own names, in the table's order."""

from __future__ import annotations

from vault_sync.core.model.values import Fields, Key, PropertyNames
from vault_sync.core.note import new_note, note

FIELDS = Fields("https://arxiv.org/abs/2301.00001", "A Title", ("Ann One",), ("x",))


def test_own_names_are_written_and_read_back_and_what_is_off_is_left_out() -> None:
    names = PropertyNames((("authors", "author"), ("digests", "weeks"), ("tags", "")))
    text = new_note.new(
        key=Key("arxiv:2301.00001"),
        fields=FIELDS,
        facts={"published": "2023-01-02"},
        sections=[("w1", "words")],
        links={"mentions": ("[[y]]",)},
        names=names,
    )
    properties = note.read(text, names).properties
    assert list(properties.values) == [
        *("title", "aliases", "author", "url", "arxiv", "published", "weeks", "mentions")
    ]
    read = note.read(text, names)
    assert (read.managed, read.digests, read.fields) == (True, ("w1",), FIELDS._replace(tags=()))
    assert not note.read(text).managed
