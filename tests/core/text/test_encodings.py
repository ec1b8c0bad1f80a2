"""Files that are not UTF-8: named as what they are, and never given a twin."""

from __future__ import annotations

import codecs

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import ALPHA, ENTRY, NOTE, WEEK, codes, nothing_happens, settled
from vault_sync.core.text.encodings import encoded

NOTE_TEXT = (
    "---\nurl: https://arxiv.org/abs/2308.00001\n---\n\n나의 글입니다. And more words of mine.\n"
)
PLAIN_TEXT = "https://arxiv.org/abs/2308.00001\nAlpha (Ann Park)\n나의 글입니다.\n"

WIDE = {
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
}


def saved_as(text: str, codec: str) -> str:
    """The text that the vault reads where an editor saved `text` in another encoding."""
    return text.encode(codec).decode("utf-8", "surrogateescape")


@pytest.mark.parametrize("codec", WIDE)
@pytest.mark.parametrize("text", [NOTE_TEXT, PLAIN_TEXT, NOTE_TEXT.replace("\n", "\r\n")])
def test_a_wide_file_about_a_paper_gets_no_twin(codec: str, text: str) -> None:
    digest = f"1주\n{ENTRY}"
    vault = MemoryVault(files={"digests/1주.md": digest, "read/a.md": saved_as(text, codec)})
    (problem,) = nothing_happens(vault).problems
    assert (problem.path, problem.code) == ("read/a.md", "not-utf-8")
    assert WIDE[codec] in problem.message
    assert "UTF-8" in problem.hint and "restore" not in problem.hint


@pytest.mark.parametrize("codec", WIDE)
@pytest.mark.parametrize("path", [WEEK, NOTE])
def test_a_file_of_the_vault_saved_wide_is_no_damage(codec: str, path: str) -> None:
    vault = settled()
    vault.files[path] = saved_as(vault.files[path], codec)
    (problem,) = nothing_happens(vault).problems
    assert WIDE[codec] in problem.message


def test_big_endian_with_its_mark() -> None:
    wide = codecs.BOM_UTF16_BE + NOTE_TEXT.encode("utf-16-be")
    found = encoded(wide.decode("utf-8", "surrogateescape"))
    assert found is not None and found.text == NOTE_TEXT


@pytest.mark.parametrize(
    ("codec", "name", "words"),
    [("cp1252", "Latin-1", "café, naïve"), ("cp949", "EUC-KR", "나의 글입니다")],
)
@pytest.mark.parametrize("managed", [True, False])
def test_an_old_eight_bit_encoding_is_named(
    codec: str, name: str, words: str, managed: bool
) -> None:
    vault = settled()
    path = NOTE if managed else "read/a.md"
    if not managed:
        del vault.files[NOTE]
        vault.rows = {row: value for row, value in vault.rows.items() if row.key != ALPHA}
        text = vault.files[WEEK].replace("[[230801 Alpha Models|Alpha Models: A Study]]", "Alpha")
        vault.files[WEEK] = text
    vault.files[path] = saved_as(NOTE_TEXT.replace("나의 글입니다", "") + words, codec)
    (problem,) = nothing_happens(vault).problems
    assert (problem.path, problem.code) == (path, "not-utf-8")
    assert name in problem.message


@pytest.mark.parametrize(
    "text",
    ["words", "말", "", "\0" * 40, "half" + "\0" * 40, "a\0b" * 9 + "c\0\0d", "one \0 here", "\0a"],
)
def test_utf_8_and_damage_are_no_other_encoding(text: str) -> None:
    assert encoded(text) is None


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_four_wide_letters_are_told_from_damage_and_three_are_not(codec: str) -> None:
    four = encoded("abcd".encode(codec).decode())
    assert four is not None and four.text == "abcd"
    assert encoded("abc".encode(codec).decode()) is None


def test_a_note_of_nul_about_a_paper_gets_no_twin() -> None:
    text = NOTE_TEXT + "\0" * 50
    vault = MemoryVault(files={"digests/1주.md": f"1주\n{ENTRY}", "read/a.md": text})
    assert codes(nothing_happens(vault)) == ["nul"]
