"""The text of a new note: its properties have the vault's own names, in the table's order."""

from __future__ import annotations

import pytest
from vault_sync.core.model.values import STANDARD_NAMES, Fields, Key, PropertyNames
from vault_sync.core.note import new_note, note
from vault_sync.core.note.properties import Unwritable

FIELDS = Fields("https://arxiv.org/abs/2301.00001", "A Title", ("Ann One",), ("x",))
VALUES = new_note.values_of(
    Key("arxiv:2301.00001"),
    FIELDS,
    {"published": "2023-01-02"},
    ["w1"],
    {"mentions": ("[[y]]",)},
)


def test_own_names_are_written_and_read_back_and_what_is_off_is_left_out() -> None:
    names = PropertyNames((("authors", "author"), ("digests", "weeks"), ("tags", "")))
    text = new_note.new(VALUES, [("w1", "words")], names)
    properties = note.read(text, names).properties
    assert list(properties.values) == [
        *("title", "aliases", "author", "url", "arxiv", "published", "weeks", "mentions")
    ]
    read = note.read(text, names)
    assert (read.managed, read.digests, read.fields) == (True, ("w1",), FIELDS._replace(tags=()))
    assert not note.read(text).managed


def made(template: str, names: PropertyNames = STANDARD_NAMES) -> note.Note:
    return note.read(new_note.from_template(template, VALUES, [("w1", "words")], names), names)


def test_a_template_keeps_its_properties_and_words_around_ours() -> None:
    template = (
        "---\nstatus: unread\ntags: [paper, '#X']\naliases: [A TITLE, Short]\nrating:\n"
        "cssclasses: [p]\n---\n\n"
        "# A Title\n\n{{section}}\n\n## Ideas\n\n- \n"
    )
    read = made(template)
    assert list(read.properties.values) == [
        *("status", "tags", "aliases", "rating", "cssclasses", "title", "authors", "url", "arxiv"),
        *("published", "digests", "mentions"),
    ]
    assert read.fields.tags == ("x", "paper")
    assert read.properties.items("aliases") == ("A Title", "Short")
    assert [(each.target, each.commentary) for each in read.sections] == [("w1", "words")]
    assert note.own_words(read, read.sections) == "# A Title\n\n## Ideas\n\n-"
    assert "\nrating:\n" in read.text


def test_without_its_line_the_section_stands_at_the_end() -> None:
    assert made("# T\n\nbelow").text.endswith("# T\n\nbelow\n\n## [[w1]]\n\nwords\n")
    assert made("").sections[0].commentary == "words"


def test_words_below_the_section_never_become_the_digests() -> None:
    read = made("{{section}}\nmine\n")
    assert read.sections[0].commentary == "words"
    assert note.own_words(read, read.sections) == "## My notes\n\nmine"


def test_a_template_whose_properties_cannot_be_read_is_refused() -> None:
    with pytest.raises(Unwritable) as refused:
        made("---\na: 1\nb: [\n---\n")
    assert refused.value.line == 3 and refused.value.message.startswith("the properties are not")
    assert "by hand" not in refused.value.message
