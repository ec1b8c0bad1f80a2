"""Plain values."""

from __future__ import annotations

import pytest
from vault_sync.core.model.values import (
    STANDARD_NAMES,
    Fields,
    PropertyNames,
    folder_of,
    is_markdown,
    is_visible,
    joined,
    natural,
    stem_of,
)


def test_fields_with_the_same_values_are_the_same_object() -> None:
    fields = Fields("https://a.b", "T", tags=("x",))
    assert fields.saying(title="T", tags=("x",)) is fields
    assert fields.saying(title="U") == Fields("https://a.b", "U", tags=("x",))
    with pytest.raises((ValueError, TypeError), match="name"):  # the latter since 3.13
        fields.saying(name="T")


@pytest.mark.parametrize(
    ("path", "folder", "stem"),
    [
        ("a.md", "", "a"),
        ("x/y/a.b.md", "x/y", "a.b"),
        ("x/a.MD", "x", "a.MD"),
        ("x.md/a", "x.md", "a"),
    ],
)
def test_a_path_is_its_folder_and_its_name(path: str, folder: str, stem: str) -> None:
    assert (folder_of(path), stem_of(path)) == (folder, stem)
    assert joined(folder, path.rpartition("/")[2]) == path


def test_numbers_are_sorted_as_numbers() -> None:
    weeks = ["2023년 12월 1주차", "2024년 1월 1주차", "2023년 8월 3주차"]
    assert sorted(weeks, key=natural) == [weeks[2], weeks[0], weeks[1]]
    assert sorted(weeks) == [weeks[0], weeks[2], weeks[1]], "as texts they are not"
    assert sorted(["a²", "a1"], key=natural)  # a digit to Unicode, but no number to `int`


@pytest.mark.parametrize("path", [".a.md", ".trash/a.md", "x/.obsidian/a.md"])
def test_what_begins_with_a_dot_is_not_visible(path: str) -> None:
    assert not is_visible(path)
    assert is_visible(path.replace(".", "x.").replace("x.md", ".md"))


def test_markdown_is_known_by_its_ending_in_any_case() -> None:
    assert is_markdown("a.md") and is_markdown("a.MD")
    assert not is_markdown("a.markdown") and not is_markdown("md")


def test_a_property_is_read_under_all_its_names_and_written_under_the_vaults_own() -> None:
    names = PropertyNames(
        own=(("authors", "Author"), ("tags", "")), former=(("authors", "by"), ("url", "Link"))
    )
    for name, written, spellings in (
        ("authors", "Author", ("Author", "authors", "by")),
        ("url", "url", ("url", "Link")),
        ("tags", "tags", ()),
        ("title", "title", ("title",)),
    ):
        assert names.written(name) == written and names.spellings(name) == spellings
        assert STANDARD_NAMES.spellings(name) == (name,)
        assert names.is_off(name) == (name == "tags")
    for there, ours in (
        *(("author", "authors"), ("BY", "authors"), ("authors", "authors"), ("link", "url")),
        *(("tags", ""), ("Tags", "Tags"), ("mine", "mine"), ("", "")),
    ):
        assert names.ours(there) == ours and STANDARD_NAMES.ours(there) == there
