"""XML and JSON that nobody honest sends."""

from __future__ import annotations

import pytest
from vault_sync.core.sources.answers import Refused
from vault_sync.core.sources.archives import ARCHIVES


def deep_xml(depth: int) -> str:
    root = '<modsCollection xmlns="http://www.loc.gov/mods/v3">'
    return root + "<mods>" * depth + "</mods>" * depth + "</modsCollection>"


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
