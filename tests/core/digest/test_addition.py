"""Papers are added to digests of every style, and to none that could not hold them."""

from __future__ import annotations

import pytest
from vault_sync.core.digest import reader
from vault_sync.core.digest.addition import refusal, with_entry
from vault_sync.core.model.values import Fields

URL = "https://arxiv.org/abs/2308.00002"
WHOLE = Fields(URL, "Lantern: A Light", ("Ann Park", "Bo Li"), ("light",), "등불.\n둘째 줄.")
BARE = Fields(URL)
FLAT = "W33\nhttps://arxiv.org/abs/2308.00001\nTitle (A B)\nwords\n#tag\n"
SPACED = "W33\n\nhttps://arxiv.org/abs/2308.00001\n\nTitle (A B)\n\nwords\n\n#tag\n"
UNTAGGED = "W33\nhttps://arxiv.org/abs/2308.00001\nTitle (A B)\nwords\n"
STYLES = [
    "",
    "W33\n",
    FLAT,
    SPACED,
    UNTAGGED,
    FLAT.removesuffix("\n"),
    FLAT.replace("\n", "\r\n"),
    "\ufeff" + FLAT,
    FLAT + "\nhttps://arxiv.org/abs/2308.00003\n",
]


@pytest.mark.parametrize("fields", [WHOLE, BARE, BARE.saying(commentary="words")])
@pytest.mark.parametrize("text", STYLES)
def test_a_paper_is_added_as_an_entry_of_its_own(text: str, fields: Fields) -> None:
    before = reader.read(text)
    after = with_entry(before, fields)
    assert after is not None
    assert after.entries[-1].fields == fields
    assert [each.fields for each in after.entries[:-1]] == [each.fields for each in before.entries]
    assert after.text.startswith(text.rstrip("\r\n"))
    assert after.text.endswith("\n") == (text.endswith("\n") or not text)
    assert ("\r\n" in after.text) == ("\r\n" in text)


def test_an_entry_has_the_style_of_its_digest() -> None:
    flat, spaced = with_entry(reader.read(FLAT), WHOLE), with_entry(reader.read(SPACED), WHOLE)
    assert flat is not None and spaced is not None
    assert (
        flat.text == FLAT + f"{URL}\nLantern: A Light (Ann Park, Bo Li)\n등불.\n둘째 줄.\n#light\n"
    )
    assert (
        f"{URL}\n\nLantern: A Light (Ann Park, Bo Li)\n\n등불.\n둘째 줄.\n\n#light\n" in spaced.text
    )


def test_an_address_alone_below_an_entry_without_tags_is_set_apart_by_a_rule() -> None:
    after = with_entry(reader.read(UNTAGGED), BARE)
    assert after is not None and after.text == f"{UNTAGGED}\n---\n{URL}\n"
    again = with_entry(after, BARE.saying(url="https://arxiv.org/abs/2308.00009"))
    assert again is not None and len(again.entries) == 3


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (FLAT, WHOLE.saying(title="two\nlines")),
        (FLAT, WHOLE.saying(tags=("two words",))),
        (FLAT, WHOLE.saying(commentary="# a heading")),
    ],
)
def test_what_could_not_be_read_back_is_not_added(text: str, fields: Fields) -> None:
    assert with_entry(reader.read(text), fields) is None


TABLE = (
    "W33\n\n| paper | why |\n|---|---|\n| [OctoPack](https://arxiv.org/abs/2308.07124) | code |\n"
)
TITLE_FIRST = "W33\n\n" + "".join(
    f"Title {n} (Ann Park)\nhttps://arxiv.org/abs/2308.0000{n}\nwords\n#tag\n\n" for n in range(3)
)


def test_nothing_is_added_to_a_table_or_below_titles_that_stand_first() -> None:
    assert "table" in (refusal(reader.read(TABLE)) or "")
    assert "above" in (refusal(reader.read(TITLE_FIRST)) or "")
    assert "line 6 is never closed" in (refusal(reader.read(FLAT + "```\nopen\n")) or "")
    for text in STYLES:
        assert refusal(reader.read(text)) is None
    assert refusal(reader.read(FLAT + TABLE)) is None
