"""What shows that a digest is damaged or half-typed, each with its line; and what only looks so."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.damage import damage_notices
from vault_sync.core.text.spans import fenced, lines

OURS, DIVIDE, THEIRS = "<<<<<<< HEAD", "=======", ">>>>>>> theirs"

CASES = {
    "nothing": ("주\na\n", []),
    "a fence never closed": ("a\n```py\nb\n", [(2, "unclosed-fence")]),
    "a fence closed": ("a\n```py\nb\n```\n", []),
    "tildes, indented": ("a\n   ~~~\nb\n", [(2, "unclosed-fence")]),
    "four blanks are no fence": ("a\n    ```\nb\n", []),
    "code in a line is no fence": ("a\n```b``` c\n", []),
    "markers of git": (f"a\n{OURS}\nb\n{DIVIDE}\nc\n{THEIRS}\n", [(2, "conflict-markers")]),
    "the first of two": (
        f"{OURS}\n{DIVIDE}\n{THEIRS}\n{OURS}\n{DIVIDE}\n{THEIRS}\n",
        [(1, "conflict-markers")],
    ),
    "one that begins anew": (
        f"{OURS}\n{DIVIDE}\n{OURS}\n{DIVIDE}\n{THEIRS}\n",
        [(3, "conflict-markers")],
    ),
    "not divided": (f"{OURS}\nb\n{THEIRS}\n", []),
    "not ended": (f"{OURS}\nb\n{DIVIDE}\n", []),
    "longer than git's": (f"<{OURS}\n{DIVIDE}\n>{THEIRS}\n", []),
    "NUL": ("a\nb\0\n", [(2, "nul")]),
    "all, by line": (
        f"\0\n{OURS}\n{DIVIDE}\n{THEIRS}\n```\n",
        [(1, "nul"), (2, "conflict-markers"), (5, "unclosed-fence")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_damage(case: str) -> None:
    text, expected = CASES[case]
    of = lines(text)
    mask = fenced(text, of)
    found = list(damage_notices(text, of, mask))
    assert [(line, code) for line, code, _ in found] == expected
