"""XML and JSON that nobody honest sends."""

from __future__ import annotations

import pytest
from vault_sync.core.sources.answers import MOST_ABSTRACT, Refused
from vault_sync.core.sources.archives import ARCHIVES
from vault_sync.core.sources.markup import Leaf, LeafReader, parse

NAMESPACE = "http://www.loc.gov/mods/v3"


def deep_xml(depth: int) -> str:
    root = f'<modsCollection xmlns="{NAMESPACE}">'
    return root + "<mods>" * depth + "</mods>" * depth + "</modsCollection>"


def leaves(body: str) -> list[Leaf]:
    reader = LeafReader("a", "letter")
    parse(body.encode(), reader)
    return reader.leaves


def test_a_document_is_read_as_its_texts_with_their_types() -> None:
    body = '<a xmlns:x="n"><b type="t"> one <x:c>two</x:c> three </b><d/><d> \n</d><e>four</e></a>'
    assert leaves(body) == [Leaf("b/c", "", "two"), Leaf("b", "", "three"), Leaf("e", "", "four")]
    assert leaves('<a><b type="t">one</b></a>') == [Leaf("b", "t", "one")]


def test_a_text_is_cut_and_the_texts_are_counted() -> None:
    for more in (0, 1):
        (leaf,) = leaves(f"<a><b>{'x' * (MOST_ABSTRACT + more)}</b></a>")
        assert leaf.text == "x" * MOST_ABSTRACT
        # What comes in pieces, between references, is cut behind the piece that is too much.
        (leaf,) = leaves(f"<a><b>{'x' * (MOST_ABSTRACT - 1 + more)}&lt;yyy&lt;</b></a>")
        assert leaf.text == "x" * (MOST_ABSTRACT - 1 + more) + "<" * (1 - more)
    assert len(leaves(f"<a>{'<b>x</b>' * 50_001}</a>")) == 50_000


def test_what_is_twenty_deep_is_read() -> None:
    for depth in (19, 20):
        body = deep_xml(depth).encode()
        if depth > 19:
            with pytest.raises(Refused, match="too many elements"):
                parse(body, LeafReader(f"{NAMESPACE}}}modsCollection", "letter"))
        else:
            parse(body, LeafReader(f"{NAMESPACE}}}modsCollection", "letter"))


@pytest.mark.parametrize(
    ("archive", "body", "why"),
    [
        ("acl", "<!DOCTYPE x [<!ENTITY a 'b'>]><modsCollection/>", "DOCTYPE"),
        ("acl", deep_xml(200), "too many elements"),
        ("acl", "<html/>", "no MODS"),
        ("acl", "{}", "not XML"),
        ("doi", "[" * 100_000, "too deep"),
        ("doi", '{"a":' * 100_000, "too deep"),
        ("openreview", "[]", "no JSON object"),
        ("openreview", "<html>", "no JSON"),
        ("openreview", "\udcff", "no JSON"),
    ],
)
def test_what_is_no_answer_is_refused(archive: str, body: str, why: str) -> None:
    read = next(each.read for each in ARCHIVES if each.kind == archive)
    with pytest.raises(Refused, match=why):
        read(body.encode("utf-8", "surrogateescape"), ["10.1000/x"])
