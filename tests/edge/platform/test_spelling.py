"""A vault is called one thing, whatever it was called by: as its folders list their names."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from vault_sync.edge.platform.spelling import SpellingTest, canonical, inside

NAME = "논문 Vault é"


def alike(one: Path, other: Path) -> bool:
    """Answer as a file system that tells neither case nor composition apart."""
    del one, other
    return True


@pytest.mark.parametrize(
    "given", [NAME, NAME.lower(), unicodedata.normalize("NFD", NAME), NAME.upper()]
)
def test_a_name_is_spelled_as_it_is_listed(tmp_path: Path, given: str) -> None:
    (tmp_path / NAME / "Papers").mkdir(parents=True)
    assert canonical(tmp_path / given, alike) == tmp_path / NAME
    assert canonical(tmp_path / given / "papers", alike) in {
        tmp_path / NAME / "Papers",
        tmp_path / NAME / "papers",
    }


def test_what_is_not_there_and_what_is_another_file_stays(tmp_path: Path) -> None:
    (tmp_path / "Vault").mkdir()
    assert canonical(tmp_path / "none" / "x") == tmp_path / "none" / "x"
    assert canonical(tmp_path / "vault") == tmp_path / "vault"
    (tmp_path / "vault").mkdir()
    assert canonical(tmp_path / "vault") == tmp_path / "vault"
    assert canonical(tmp_path / "Vault") == tmp_path / "Vault"


def test_of_two_names_the_first_in_their_sequence_is_taken(tmp_path: Path) -> None:
    """As a case-sensitive folder in another may have them."""
    for name in ("vAULT", "VAULT", "Vault", "vaulT", "vaUlt"):
        (tmp_path / name).mkdir()
    assert canonical(tmp_path / "vault", alike) == tmp_path / "VAULT"

    def gone(one: Path, other: Path) -> bool:
        if one.name in {"VAULT", "Vault"}:
            raise FileNotFoundError(one)
        return True

    assert canonical(tmp_path / "vault", gone) == tmp_path / "vAULT"


def test_where_an_event_lies(tmp_path: Path) -> None:
    base = tmp_path / NAME
    base.mkdir()
    assert inside(f"{base}/papers/a.md", base) == ("papers/a.md", True)
    assert inside(str(base), base) == ("", True)
    for other in (NAME.lower(), unicodedata.normalize("NFD", NAME)):
        assert inside(f"{tmp_path}/{other}/papers/a.md", base) == ("papers/a.md", False)
    (tmp_path / "VAULT~1").symlink_to(NAME)
    assert inside(f"{tmp_path}/VAULT~1/a.md", base) == ("a.md", False)
    assert inside(f"{tmp_path}/elsewhere/a.md", base) is None
    assert inside("/", base) is None


@pytest.mark.parametrize("old", ["In/note.md", "in/Note.md", "IN/NOTE.MD"])
def test_a_path_that_no_folder_lists_is_another_spelling(
    tmp_path: Path, old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a file system that folds case, which is played here."""
    (tmp_path / "In").mkdir()
    (tmp_path / "In/Note.md").touch()
    assert SpellingTest(tmp_path).is_listed("In/Note.md")
    monkeypatch.setattr(Path, "samefile", alike)
    test = SpellingTest(tmp_path)
    assert test.is_listed("In/Note.md") and not test.is_listed(old)


def test_one_other_spelling_that_leads_there_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where case is folded and composition is not."""

    def folds_case(one: Path, other: Path) -> bool:
        return str(one).lower() == str(other).lower()

    (tmp_path / "é.md").touch()
    monkeypatch.setattr(Path, "samefile", folds_case)
    assert SpellingTest(tmp_path).is_listed("é.md")
    assert not SpellingTest(tmp_path).is_listed("É.md")
