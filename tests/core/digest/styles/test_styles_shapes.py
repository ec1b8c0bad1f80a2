"""Digests in many shapes: what is read is the truth, and edits of every field go both ways."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.styled_shapes import SHAPES, Shaped, has_partial_authors, linked, shaped
from vault_sync.core.digest.reader import Digest
from vault_sync.core.digest.styles import advice, lens, styled_reader
from vault_sync.core.model.values import Fields
from vault_sync.core.text.common_items import common_ends
from vault_sync.core.text.spans import splice

SEEDS = range(3)
every_shape = pytest.mark.parametrize("name", SHAPES)
TABLES = [name for name, (style, _, _) in SHAPES.items() if style == "table"]


def read(made: Shaped, text: str | None = None) -> Digest:
    return styled_reader.read(made.text if text is None else text, (made.style,))


@every_shape
def test_what_is_read_is_the_truth(name: str) -> None:
    for seed in SEEDS:
        made = shaped(name, seed)
        digest = read(made)
        found = [
            (
                each.fields.title,
                each.fields.url,
                each.fields.authors,
                has_partial_authors(each),
            )
            for each in digest.entries
        ]
        assert found == [tuple(each) for each in made.papers]
        assert (digest.repeats, digest.notices) == ((), ())
        proposed = advice.proposal(made.text)
        assert made.style == "flat" or (proposed is not None and proposed.style == made.style)


@every_shape
def test_a_link_changes_nothing_else_and_comes_out_again(name: str) -> None:
    made = shaped(name, 0)
    for text in (made.text, made.text.replace("\n", "\r\n"), made.text.rstrip("\n")):
        digest = read(made, text)
        again = read(made, linked(digest))
        assert [each.fields for each in again.entries] == [each.fields for each in digest.entries]
        assert linked(again) == again.text
        assert lens.export(again.text, again.styles) == text


CHANGES: dict[str, dict[str, Any]] = {
    "title": {"title": "A New One: Words"},
    "address": {"url": "https://arxiv.org/abs/2401.00009"},
    "authors": {"authors": ("Ann Bee", "Cee Dee")},
    "tags": {"tags": ("new", "a/b")},
    "commentary": {"commentary": "하나\n\n- two"},
    "all": {"title": "T", "authors": ("Ann Bee", "Dee Eff"), "tags": ("x",), "commentary": "words"},
}


@pytest.mark.parametrize("change", CHANGES)
@every_shape
def test_an_edit_arrives_in_its_entry_alone_and_its_inverse_restores_the_file(
    name: str, change: str
) -> None:
    made = shaped(name, 1)
    for text in (made.text, linked(read(made))):
        digest = read(made, text)
        for number in (0, 4, 8):
            entry = digest.entries[number]
            fields = lens.placed(entry, entry.fields.saying(**CHANGES[change]))
            edits = lens.edit(digest, entry, fields, None)
            start, end = entry.span
            assert all(start <= span.start <= span.end <= end for span, _ in edits)
            after = read(made, splice(text, edits))
            meant = [each.fields for each in digest.entries]
            meant[number] = fields
            assert [each.fields for each in after.entries] == meant
            if entry.fields.authors and len(entry.fields.authors) != len(fields.authors):
                continue  # what stood between the names is gone with them
            back = lens.edit(after, after.entries[number], entry.fields, None)
            assert splice(after.text, back) == text


@every_shape
def test_a_paper_is_appended_in_the_form_of_the_last_one(name: str) -> None:
    made = shaped(name, 2)
    digest = read(made)
    fields = Fields(
        "https://arxiv.org/abs/2402.00001", "Newer Nets: A Study", ("Ann Bee",), ("t",), "words"
    )
    text = lens.append(digest, [(fields, "n")])
    if name in TABLES:
        assert text == made.text
        return
    after = read(made, text)
    assert [each.fields for each in after.entries[:-1]] == [each.fields for each in digest.entries]
    last = after.entries[-1]
    assert last.fields in (fields, fields.saying(authors=()))
    assert last.link is not None
    assert sum(common_ends(text, made.text)) == len(made.text)


@pytest.mark.parametrize("name", TABLES)
def test_what_a_row_has_no_place_for_is_told(name: str) -> None:
    digest = read(shaped(name, 0))
    entry = digest.entries[0]
    wanted = entry.fields.saying(tags=("x",), commentary="one\ntwo")
    assert lens.unplaced(entry, wanted) == ["tags", "commentary"]
