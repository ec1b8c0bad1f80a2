"""The reason for which a line does not read names what was typed."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.styles.style import STYLE_NAMES
from vault_sync.core.reconcile.pairing.slip_reasons import FORMS, reason

URL = "https://arxiv.org/abs/2308.00002"


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        (URL, "", "the line with the address is gone"),
        ("T (A B)", "", "a line of its head is gone"),
        (URL, f"> {URL}", "the line is quoted"),
        ("T (A B)", "# T (A B)", "the line is a heading"),
        (URL, f"- {URL}", "the address stands in an item of a list"),
        (URL, f"[x]({URL})", "the address stands in a Markdown link"),
        (URL, f"`{URL}`", "the address stands in code"),
        (URL, URL.replace("abs", "a bs"), "a blank stands in the address"),
        (URL, "https://arxiv.org/abs/23", "the address is gone from this line, or cut"),
        (URL, f"{URL} x", "other words stand beside the address"),
        (f"- T {URL}", f"T {URL}", "the mark of the list item is gone"),
        ("## T", "##T", "the line is no heading any more"),
        ("T (A B)", "- T (A B)", "the line is an item of a list"),
        ("T (A B)", "  T (A B)", "the line is indented otherwise"),
        ("T (A B)", "T (A, B", "the line does not read as it did"),
    ],
)
def test_a_reason(was: str, now: str, why: str) -> None:
    assert reason(was, now, URL) == why


def test_each_style_has_its_form() -> None:
    assert set(FORMS) == set(STYLE_NAMES)
