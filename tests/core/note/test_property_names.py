"""The vault's own names of properties: read, written, told apart and renamed."""

from __future__ import annotations

import pytest
from vault_sync.core.model.problems import RENAMED
from vault_sync.core.model.values import Key, PropertyNames, PropertyValue, RelPath
from vault_sync.core.note import note, properties
from vault_sync.core.note.property_block import Properties, read
from vault_sync.core.note.property_names import misnamed, own_names, renames
from vault_sync.core.note.property_table import name_mistakes, owner
from vault_sync.core.text.spans import splice

NAMES = PropertyNames((("authors", "author"), ("published", "date"), ("tags", "")))


def edited(text: str, names: PropertyNames, **changes: PropertyValue) -> str:
    found = read(text, names)
    return splice(found.text, properties.edit(found, changes))


@pytest.mark.parametrize(("name", "written"), [("author", "author"), ("authors", "authors")])
def test_a_property_is_edited_under_the_name_that_is_there(name: str, written: str) -> None:
    after = edited(f"---\n{name}: Ann One\n---\n", NAMES, authors="Bob Two")
    assert after == f"---\n{written}: Bob Two\n---\n"


def test_a_new_one_gets_the_own_name_and_one_that_is_off_is_not_written() -> None:
    after = edited("---\nurl: u\n---\n", NAMES, authors=("Ann One",), tags=("x",))
    assert after == "---\nurl: u\nauthor:\n  - Ann One\n---\n"
    assert read("---\ntags: [x]\n---\n", NAMES).items("tags") == ()


def test_a_new_property_stands_between_the_neighbours_that_the_table_gives_it() -> None:
    text = '---\ntitle: T\narxiv: "2301.00001"\ndigests: []\ntags: [x]\nrating: 3\n---\n'
    after = edited(text, PropertyNames(), published="2023-01-02", mentions=("[[y]]",))
    assert list(read(after).values) == [
        *("title", "arxiv", "published", "digests", "tags", "rating", "mentions")
    ]


def test_whose_a_property_is_goes_by_its_own_name() -> None:
    assert owner("author", (), NAMES) == "two-way"
    assert owner("tags", (), NAMES) == "the reader's"
    assert owner("date", ("published",), NAMES) == "filled in"


def test_two_names_for_one_property_are_said() -> None:
    found = note.read("---\nauthor: A\nauthors: B\ndigests: []\n---\n", NAMES)
    problem = misnamed(RelPath("a.md"), found, ())
    assert problem is not None
    assert (problem.code, problem.line) == ("property-twice", 3)
    assert problem.message.startswith("'author' and 'authors' are one property")


def test_a_name_of_an_earlier_map_is_said_unless_the_present_one_is_there() -> None:
    former = [("digests", "weeks"), ("authors", "by")]
    found = note.read("---\nweeks: []\nby: A\n---\n", NAMES)
    problem = misnamed(RelPath("a.md"), found, former)
    assert problem is not None
    assert problem.code == RENAMED and "'weeks'" in problem.message and problem.line == 2
    later = misnamed(RelPath("a.md"), note.read("---\nby: A\n---\n", NAMES), former)
    assert later is not None and "'by'" in later.message
    beside = note.read("---\ndigests: []\nauthor: A\nby: B\n---\n", NAMES)
    assert misnamed(RelPath("a.md"), beside, former) is None


def test_names_are_renamed_and_nothing_else() -> None:
    text = (
        '---\r\n"by" : [A, "B"] # c\r\nurl: u\r\nweeks:\r\n  - "[[w]]"\r\nmine: 1\r\n---\r\nx\r\n'
    )
    names = NAMES._replace(former=(("authors", "by"), ("digests", "weeks")))
    found = read(text, names)
    assert splice(text, renames(found)) == text.replace('"by" :', "author:").replace(
        "weeks", "digests"
    )
    again = read(splice(text, renames(found)), names)
    assert renames(again) == []


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"authors": "author", "published": "Author"}, "already the name of 'authors'"),
        ({"authors": "title"}, "another property"),
        ({"authors": "cssclasses"}, "another property"),
        ({"authors": "source"}, "another property"),
        ({"url": False}, "cannot be switched off"),
        ({"digests": False}, "cannot be switched off"),
        ({"authors": 3}, "must be the name of a property"),
        ({"authors": True}, "must be the name of a property"),
        ({"authors": " author"}, "one line"),
        ({"authors": ""}, "one line"),
    ],
)
def test_a_map_that_collides_is_said(chosen: dict[str, object], words: str) -> None:
    ((_, wrong),) = name_mistakes(chosen)
    assert words in wrong


def test_a_good_map_is_none() -> None:
    chosen = {"authors": "author", "url": "source", "tags": False, "title": "title", "year": "날짜"}
    assert list(name_mistakes(chosen)) == []


KEY = Key("arxiv:2301.00001")


def notes(*blocks: str) -> list[tuple[Key, Properties]]:
    return [(KEY, read(f"---\n{block}\n---\n")) for block in blocks]


def proposed(*blocks: str) -> dict[str, str]:
    return {each.ours: each.own for each in own_names(notes(*blocks))}


def test_the_name_that_most_notes_have_is_proposed() -> None:
    block = "Author: Ann One\nlink: https://arxiv.org/abs/2301.00001\ndate: 2023-01-03"
    assert proposed(*[block] * 3) == {"authors": "Author", "url": "link", "published": "date"}
    assert proposed(*[block] * 2) == {}


def test_a_name_is_not_proposed_beside_our_own_or_for_other_values() -> None:
    assert proposed(*["author: A"] * 3, "author: A\nauthors: B") == {}
    assert proposed(*["author: A"] * 3, *["authors: B"] * 4) == {}
    assert proposed(*["date: 2024-05-05"] * 3) == {}, "the day on which it was read"
    assert proposed(*["link: '[[other]]'"] * 3) == proposed(*["link: 2301.00001"] * 3) == {}
    assert proposed(*["author: A"] * 3, *["x: 1"] * 20) == {}
    # Three notes at least, more than have ours, and a quarter of all.
    assert proposed(*["author: A"] * 3, *["authors: B"] * 3) == {}
    assert proposed(*["author: A"] * 4, *["authors: B"] * 3) == {"authors": "author"}
    assert proposed(*["author: A"] * 3, *["x: 1"] * 10) == {}
    assert proposed(*["author: A"] * 3, *["x: 1"] * 9) == {"authors": "author"}
    assert proposed(*["author: A"] * 3, *["creator: A"] * 4) == {"authors": "creator"}
    assert proposed(*["author: A"] * 3, *["author:"] * 9) == {"authors": "author"}
    assert proposed(*["author:"] * 3) == {}


def test_each_is_known_by_its_values() -> None:
    for block, found in (
        ("eprint: 2301.00001", {"arxiv": "eprint"}),
        ("eprint: https://arxiv.org/abs/2301.00001", {"arxiv": "eprint"}),
        ("eprint: hal-123", {}),
        ("eprint: 10.1000/x", {}),
        ("Publish-Date: '2023-01'", {"published": "Publish-Date"}),
        ("date: 2023-1-1", {}),
        ("date: 2023-02-01", {}),
        ("date: 2024-01-01", {}),
        ("link: https://x.org", {"url": "link"}),
        ("link: 'see https://x.org'", {}),
        ("venue: [V, W]\nbibkey: a", {"citekey": "bibkey", "journal": "venue"}),
    ):
        assert proposed(*[block] * 3) == found


def test_a_name_that_collides_is_not_proposed() -> None:
    (both,) = own_names(notes(*["creator: A\nlink: https://x.org"] * 3)[:3])[:1]
    assert (both.ours, both.own, both.notes) == ("authors", "creator", 3)
    assert proposed(*["Publication: V\npublication: W"] * 3) == {"journal": "Publication"}
    # What the configuration would refuse.
    assert proposed(*["' author': A\nvenue: V"] * 3) == {"journal": "venue"}


@pytest.mark.parametrize(
    ("block", "after"),
    [
        # Of two for one property the one that is read is renamed, if any is.
        ("author: A\nauthors: B", "author: A\nauthors: B"),
        ("Author: A", "author: A"),
        ("authors: A\ntags: [x]", "author: A\ntags: [x]"),
        ("? authors\n: A", "? authors\n: A"),
        ("mine: 1", "mine: 1"),
    ],
)
def test_what_is_renamed_and_what_is_not(block: str, after: str) -> None:
    text = f"---\n{block}\n---\n"
    if block.startswith("?"):
        with pytest.raises(properties.Unwritable) as refused:
            renames(read(text, NAMES))
        assert refused.value.line == 2
    else:
        assert splice(text, renames(read(text, NAMES))) == f"---\n{after}\n---\n"


def test_a_name_that_is_off_or_stands_for_itself_is_no_former_one() -> None:
    found = note.read("---\ndigests: []\nby: A\nlabels: [x]\n---\n", NAMES)
    assert misnamed(RelPath("a.md"), found, [("tags", "labels")]) is None
    assert misnamed(RelPath("a.md"), found, [("authors", "author")]) is None
    plain = note.read("---\nby: A\n---\n", NAMES)
    assert misnamed(RelPath("a.md"), plain, [("authors", "by")]) is None
    standard = note.read("---\ndigests: []\nTitle: A\ntitle: B\n---\n")
    assert misnamed(RelPath("a.md"), standard, ()) is None
    again = NAMES._replace(own=(*NAMES.own, ("title", "by")))
    assert misnamed(RelPath("a.md"), note.read(found.text, again), [("title", "by")]) is None
