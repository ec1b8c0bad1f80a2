"""What the value of each key of `vault-sync.toml` may be."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from tests.support.folders import ROOT
from vault_sync.edge.config_keys import LEGAL

DEFAULTS = tomllib.loads((ROOT / "config.example.toml").read_text("utf-8"))
KEYS = [(table, key) for table in LEGAL for key in LEGAL[table] if table != "properties"]
OF_NO_KIND: list[Any] = [True, 3, 0.5, "3", ["a.md"], [3], {"a": 3}, []]


def kind_of(value: Any) -> type:
    return float if type(value) is int else type(value)


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_a_value_of_another_kind_is_refused(table: str, key: str) -> None:
    check, default = LEGAL[table][key], DEFAULTS[table][key]
    assert check(default) is None
    for value in OF_NO_KIND:
        if kind_of(value) is not kind_of(default):
            assert check(value), value
    if isinstance(default, list):
        assert check([3]) and check(["flat", 3])


@pytest.mark.parametrize(
    ("table", "key", "low", "high"),
    [
        ("removals", "entries", 0, 1_000_000),
        ("removals", "share", 0, 1),
        ("watch", "settle", 0.05, 60),
        ("watch", "quiet", 0, 600),
        ("watch", "sweep", 1, 86_400),
        ("saved", "days", 0, 36_500),
    ],
)
def test_a_number_stays_between_its_bounds(table: str, key: str, low: float, high: float) -> None:
    check = LEGAL[table][key]
    assert check(low) is None and check(high) is None
    for value in (low - 0.01, high + 0.01, float("nan"), float("inf"), -float("inf")):
        assert check(value), value


@pytest.mark.parametrize(
    ("table", "key", "good", "wrong"),
    [
        ("digests", "paths", ["a.md"], ["a.txt"]),
        ("digests", "paths", ["a.md", "weeks/*.md"], ["a.md", "../b.md"]),
        ("digests", "paths", ["weeks/*.md"], ["/a.md"]),
        ("digests", "paths", ["a/b.md"], [".trash/b.md"]),
        ("digests", "week", "%G-W%V", "week"),
        ("digests", "week", "", "%"),
        ("digests", "month_week", "", "no rule"),
        ("notes", "folder", "papers/{published}", "../papers"),
        ("notes", "folder", "papers", "/papers"),
        ("notes", "template", "", "template.txt"),
        ("notes", "template", "templates/paper.md", ".obsidian/paper.md"),
        ("notes", "section", "top", "bottom"),
        ("arxiv", "url", "https://a.b/c", "ftp://a.b"),
        ("arxiv", "url", "http://a", "https:///"),
        ("arxiv", "facts", ["doi"], ["doi", "no fact"]),
        ("sources", "crossref", ["https://a.b"], ["https://a.b", "a.b"]),
        ("bib", "write", "", "papers.md"),
        ("bib", "write", "a/papers.bib", "/papers.bib"),
        ("pdf", "folder", "pdf", "../pdf"),
        ("conflicts", "note", "conflicts.md", ".hidden.md"),
    ],
)
def test_a_value_of_the_right_kind_may_be_wrong(
    table: str, key: str, good: object, wrong: object
) -> None:
    assert LEGAL[table][key](good) is None
    assert LEGAL[table][key](wrong)
