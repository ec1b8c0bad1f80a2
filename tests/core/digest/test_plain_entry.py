"""The plain entry at the top of a note that no tool has made."""

from __future__ import annotations

import pytest
from tests.support.digests import OCTO
from vault_sync.core.digest.plain_entry import read

ENTRY = f"{OCTO}\nT (Kim Lee)\n하나\n#a\n"


@pytest.mark.parametrize("before", ["", "\n\n", "\ufeff", " \r\n"])
@pytest.mark.parametrize("after", ["", "\n# Mine\n\nown words\n"])
def test_an_entry_that_a_note_opens_with(before: str, after: str) -> None:
    properties = "---\nstatus: read\n---\n"
    text = properties + before + ENTRY + after
    plain = read(text, len(properties))
    assert plain is not None
    assert (plain.key, plain.fields.title) == ("arxiv:2308.07124", "T")
    assert plain.fields.commentary == "하나"
    assert plain.span.slice(text).strip() == ENTRY.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "word\n" + ENTRY,
        "# Head\n" + ENTRY,
        f"See {ENTRY}",
        f"https://a.b c\n{ENTRY}",
        "https://\nT (Kim Lee)\n",
    ],
)
def test_a_note_that_opens_with_something_else(text: str) -> None:
    assert read(text, 0) is None
