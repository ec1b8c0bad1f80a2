"""Lists in one line: what stays keeps its quotes, what comes gets those of Obsidian."""

from __future__ import annotations

import pytest
from vault_sync.core.note.flow_list import rewritten


@pytest.mark.parametrize(
    ("lines", "old", "want", "after"),
    [
        ("tags: [a, b]\n", ["a", "b"], ["a", "c"], "tags: [a, c]\n"),
        ("tags: ['a', \"b\", c]\n", ["a", "b", "c"], ["a", "b"], "tags: ['a', \"b\"]\n"),
        ("tags: ['a', b]\r\n", ["a", "b"], ["c", "a"], "tags: [c, 'a']\n"),
        ("tags: [a]\n", ["a"], ["b, c"], 'tags: ["b, c"]\n'),
        ("tags: [a]\n", ["a"], ["[[N]]"], 'tags: ["[[N]]"]\n'),
        ("tags: [a]\n", ["a"], ['"s"'], "tags: ['\"s\"']\n"),
        ("tags: [a]\n", ["a"], ["2023"], 'tags: ["2023"]\n'),
        ("tags: [a, b, c, d]\n", [*"abcd"], [*"xbcy"], "tags: [x, b, c, y]\n"),
        ("tags: [a, 2023-99-99]\n", ["a", "2023-99-99"], ["b", "2023-99-99"], ""),
    ],
)
def test_what_stays_keeps_its_quotes(
    lines: str, old: list[str], want: list[str], after: str
) -> None:
    assert rewritten(lines, old, want) == after


def test_a_long_list_stays_in_its_line() -> None:
    names = [f"name-{number}" for number in range(100)]
    lines = f"tags: [{', '.join(names)}]\n"
    assert rewritten(lines, names, names[1:]) == f"tags: [{', '.join(names[1:])}]\n"
