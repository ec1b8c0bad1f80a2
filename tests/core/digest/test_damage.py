"""What shows that a digest is damaged or half-typed, each with its line; and what only looks so."""

from __future__ import annotations

import pytest
from vault_sync.core.digest.damage import damage_notices, damage_of
from vault_sync.core.model.values import RelPath
from vault_sync.core.text.encodings import as_text
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


@pytest.mark.parametrize(
    ("content", "code", "line", "encoding"),
    [
        (b"a\nb\n", None, 0, ""),
        (b"a\n" + "가나".encode("cp949"), "not-utf-8", 2, "EUC-KR"),
        ("words\nwords\n".encode("utf-16-le"), "not-utf-8", 1, "UTF-16"),
        ("\nwords\n".encode("utf-16-le"), "not-utf-8", 1, "UTF-16"),
        (b"a\n\x81\n", "not-utf-8", 2, ""),
        (b"a\nb\0\n", "nul", 2, ""),
        (b"\xef\xbb\xbf \t\r\n", "emptied", 1, ""),
        (b"a\n<<<<<<< HEAD\n\x81\n", "conflict-markers", 2, ""),
        (b"a\n\n>>>>>>> theirs\n", "conflict-markers", 3, ""),
        (b"a\n<<<<<<<<\nb >>>>>>> c\n", None, 0, ""),
    ],
)
def test_a_state_that_no_edit_leaves_behind(
    content: bytes, code: str | None, line: int, encoding: str
) -> None:
    found = damage_of(RelPath("a.md"), as_text(content), had_words=True)
    assert (found and found.code) == code
    if found is not None:
        assert (found.path, found.line) == ("a.md", line)
        assert encoding in found.message
        assert ("looks like" in found.message) == bool(encoding)


def test_an_empty_file_that_never_held_anything_of_ours_is_no_damage() -> None:
    assert damage_of(RelPath("a.md"), "", had_words=False) is None
