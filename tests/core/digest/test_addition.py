"""Papers are added to digests of every style, and to none that could not hold them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.support.weeks import KOREAN
from vault_sync.core.digest import reader
from vault_sync.core.digest.addition import DatedDigest, refusal, week_head, with_entry
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.model.values import Fields
from vault_sync.core.naming.week_names import WeekNaming

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
    rows = "| title | pdf |\n|--|--|\n| T | [pdf](https://arxiv.org/abs/2308.00001) |\n"
    assert "table" in (refusal(styled_reader.read(rows, ("list", "table"))) or "")
    for text in (TITLE_FIRST, TITLE_FIRST.replace("\n", "\n\n")):
        assert "above" in (refusal(reader.read(text)) or "")
    assert "line 6 is never closed" in (refusal(reader.read(FLAT + "```\nopen\n")) or "")
    for text in STYLES:
        assert refusal(reader.read(text)) is None
    assert refusal(reader.read(FLAT + TABLE)) is None


ABOVE = "Title (Ann Park)\nhttps://arxiv.org/abs/2308.00001\nwords\n"
ALONE = "https://arxiv.org/abs/2308.00002\nwords\n"


@pytest.mark.parametrize(
    ("text", "above"),
    [
        ("W33\n" + ABOVE, True),
        ("W33\n" + ABOVE * 2 + ALONE, True),
        ("W33\n" + ABOVE + ALONE, False),
        # The first address tells, and a line of one letter is a line.
        ("W33\n" + ALONE + ABOVE * 3, False),
        ("W33\n" + ABOVE.replace("\n", "\nx\n", 1), False),
        # What stands between two titles may be the lower one's.
        ("W33\n" + ABOVE.replace("words", "Other (Bo Li)"), False),
        ("W33\nTitle (Ann Park)\nhttps://arxiv.org/abs/2308.00001", True),
        ("https://arxiv.org/abs/2308.00001\nTitle (Ann Park)", False),
        ("W33\nwords\nTitle (Ann Park)\n", False),
    ],
)
def test_titles_stand_first_where_most_addresses_have_theirs_above(
    text: str, *, above: bool
) -> None:
    assert ("above" in (refusal(reader.read(text)) or "")) == above


@pytest.mark.parametrize(
    ("style", "text", "titles"),
    [
        ("list", "- Topic\n  - [T](u/2308.00001)\n- Other\n", ["T", "Lantern: A Light"]),
        (
            "list",
            "- Topic\n  - [T](u/2308.00001)\n  - [U](u/2308.00003)\n",
            ["T", "U", "Lantern: A Light"],
        ),
        ("table", "| title | pdf |\n|--|--|\n| T | [pdf](u/2308.00001) |\n", None),
    ],
)
def test_a_paper_is_added_to_a_digest_in_a_style_and_the_others_stay(
    style: StyleName, text: str, titles: list[str] | None
) -> None:
    before = styled_reader.read(text.replace("(u/", "(https://arxiv.org/abs/"), (style,))
    after = with_entry(before, WHOLE)
    found = None if after is None else [each.fields.title for each in after.entries]
    assert found == titles


def test_a_paper_is_added_to_the_list_above_a_table() -> None:
    url = "https://arxiv.org/abs/2308"
    table = f"\n| title | pdf |\n|--|--|\n| S | [pdf]({url}.00005) |\n| R | [pdf]({url}.00006) |\n"
    after = with_entry(styled_reader.read(f"- [T]({url}.00001)\n{table}", ("list", "table")), WHOLE)
    assert after is not None and after.text.endswith(table)
    assert [each.fields.title for each in after.entries] == ["T", "Lantern: A Light", "S", "R"]


ENTRY = "https://arxiv.org/abs/2308.07037\nA Title (Ann One, Bob Two)\nwords\n#tag\n"


def head_after(*heads: str, form: str = "%G-W%V", day: date = date(2025, 1, 1)) -> str:
    """The head after weeks that end with 2024-W52, the newest first."""
    naming = WeekNaming(form)
    newest = [
        DatedDigest(date(2024, 12, 23) - timedelta(weeks=n), reader.read(head + ENTRY))
        for n, head in enumerate(heads)
    ]
    return week_head(naming, day, newest)


def test_lines_above_the_entries_are_taken_over_where_two_digests_agree() -> None:
    assert head_after("# 2024-W52\n\n", "# 2024-W51\n\n") == "# 2025-W01\n\n"
    matter = "---\ntags: [digest]\nfrom: {}\nto: {}\n---\n[[{}]] {} [[{}]]\r\n"
    newer = matter.format("2024-12-23", "2024-12-29", "2024-W51", "2024-W52", "2025-W01")
    older = matter.format("2024-12-16", "2024-12-22", "2024-W50", "2024-W51", "2024-W52")
    new = matter.format("2024-12-30", "2025-01-05", "2024-W52", "2025-W01", "2025-W02")
    assert head_after(newer, older) == new
    assert head_after(newer, older, "2024-W50\nOn holiday.\n") == new, "the two newest tell"
    # A week later than the next one: still by its own neighbours.
    later = matter.format("2025-01-13", "2025-01-19", "2025-W02", "2025-W03", "2025-W04")
    assert head_after(newer, older, day=date(2025, 1, 16)) == later


def test_a_new_digest_begins_with_its_name_alone_where_its_fellows_disagree() -> None:
    assert head_after("2024-W52\nOn holiday.\n", "2024-W51\n") == "2025-W01\n"
    assert head_after("# 2024-W52\n") == "2025-W01\n"
    assert head_after() == "2025-W01\n"
    assert head_after("", "") == "2025-W01\n"
    # The name of the sample, and one name that stands in another.
    assert head_after("1월 1\n", "1월 1\n", form=KOREAN) == "2025년 1월 1주차\n"
    assert head_after("22024-W52\n", "22024-W51\n") == "2025-W01\n"


def test_a_digest_without_entries_is_a_head() -> None:
    naming = WeekNaming("%G-W%V")
    newest = [
        DatedDigest(date(2024, 12, 23), reader.read("# 2024-W52\n\n")),
        DatedDigest(date(2024, 12, 16), reader.read("# 2024-W51\n\n" + ENTRY)),
    ]
    assert week_head(naming, date(2025, 1, 1), newest) == "# 2025-W01\n\n"
