"""The traces of an entry are found in every form, and only where there are more than before."""

from __future__ import annotations

import pytest
from vault_sync.core.model.values import Key
from vault_sync.core.reconcile.pairing.traces import NO_LINES, Traces, address_pattern, lettered

URL = "https://arxiv.org/abs/2308.00002"
TRACES = Traces(
    Key("arxiv:2308.00002"),
    address_pattern(URL),
    lambda target: target == "n",
    frozenset({"betanets"}),
    ("one", "two"),
)


@pytest.mark.parametrize(
    "text",
    [
        URL,
        f"[arXiv]({URL}), behind it",
        "https://arxiv.org/pdf/2308.00002v3.pdf",
        "> http://www.arxiv.org/abs/\n> 2308.00002",
        f"`{URL}`",
        "see [[n]]",
        "# Beta *Nets*",
        "> one",
    ],
)
def test_a_trace_is_found_unless_it_stood_there(text: str) -> None:
    now = lettered(f"first\n{text}\nlast")
    assert 1 in TRACES.lines_in(now, lettered("first\nlast"), NO_LINES)
    assert not TRACES.lines_in(now, now, NO_LINES)
    assert 1 in TRACES.lines_in(now, now, range(1, now.text.count("\n")))


@pytest.mark.parametrize(
    "text", ["", "Beta", "Beta Nets again", "[[m]]", "three", f"{URL}3", "ones"]
)
def test_other_words_are_no_trace(text: str) -> None:
    assert not TRACES.lines_in(lettered(text), lettered(""), NO_LINES)


def test_a_long_title_is_found_at_the_beginning_of_a_line_and_over_a_break() -> None:
    text = lettered("A Long Title of\nBeta, and more words")
    assert text.beginning_with("alongtitleofbeta") == {0}
    assert text.beginning_with("longtitleofbeta") == set()


def test_an_address_is_found_with_breaks_and_not_as_part_of_another() -> None:
    pattern = address_pattern(URL)
    assert pattern.search("rxiv.org/abs/2308.00002") is None
    assert pattern.search("arxiv.org/abs/23 08.00002v2") is not None
    assert pattern.search("arxiv.org/abs/2308.000021") is None
