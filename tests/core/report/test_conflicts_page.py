"""The conflicts page: a tick decides about the two texts above it, and about no others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from vault_sync.core.model.plan import Conflict
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.report import conflicts_page as page

ONE = Conflict(
    Key("arxiv:1"), RelPath("digests/w.md"), RelPath("papers/a.md"), "title", "A", "B", 3,
    "both changed",
)  # fmt: skip
TWO = replace(ONE, field="commentary", digest_text="words\n```\n````\n", note_text="[[x]] #tag")
NAMES = LinkResolver.from_paths([ONE.digest, ONE.note])


def ticked(text: str, conflict: Conflict, side: str) -> str:
    end = f" ^{page.mark(conflict)}-{side}"
    (line,) = [each for each in text.split("\n") if each.endswith(end)]
    return text.replace(line, line.replace("[ ]", "[x]"))


def test_nothing_open_no_page() -> None:
    assert page.text([], NAMES) == ""


@pytest.mark.parametrize("side", ["digest", "note"])
def test_a_tick_decides_about_its_own_conflict(side: str) -> None:
    text = ticked(page.text([ONE, TWO], NAMES), TWO, side)
    assert page.choices([ONE, TWO], page.ticks(text)) == {
        (TWO.key, TWO.digest, TWO.field): side,
    }


def test_both_boxes_decide_nothing_and_stay_ticked() -> None:
    text = page.text([ONE], NAMES)
    both = ticked(ticked(text, ONE, "digest"), ONE, "note")
    assert not page.ticks(both)
    assert page.text([ONE], NAMES, both) == both


@pytest.mark.parametrize("change", [{"digest_text": "C"}, {"note_text": "C"}, {"field": "url"}])
def test_a_tick_about_another_text_decides_nothing(change: dict[str, Any]) -> None:
    now = replace(ONE, **change)
    text = ticked(page.text([ONE], NAMES), ONE, "note")
    assert page.choices([now], page.ticks(text)) == {}
    assert "[x]" not in page.text([now], NAMES, text)


def test_a_text_is_shown_in_a_fence_that_it_cannot_end() -> None:
    text = page.text([TWO], NAMES)
    assert f"`````text\n{TWO.digest_text}\n`````\n" in text
    assert "```text\n[[x]] #tag\n```\n" in text
