"""Old copies: a file that comes back as it was before a write of ours; and what is none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support.vaults import Vault, rebuilt

WEEK, NEXT = "digests/W1.md", "digests/W2.md"
ALPHA, BETA, GAMMA = "papers/Alpha.md", "papers/Beta.md", "papers/Gamma.md"
FILES = {
    WEEK: (
        "https://arxiv.org/abs/2308.00001\nAlpha (Ann Park)\nFirst words of alpha.\n#alpha\n"
        "https://arxiv.org/abs/2308.00002\nBeta (Bo Lee)\nFirst words of beta.\n#beta\n"
        "https://arxiv.org/abs/2308.00003\nGamma (Cy Kim)\nFirst words of gamma.\n#gamma\n"
    ),
    NEXT: "https://arxiv.org/abs/2308.00004\nDelta (Di Roh)\nFirst words of delta.\n#delta\n",
}
OURS = "A sentence that came from the other side."


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    made = rebuilt(tmp_path, FILES)
    # Somebody had the links before the eyes.
    made.edit(WEEK, "First words of gamma.", "First words of gamma, read.")
    made.edit(NEXT, "First words of delta.", "First words of delta, read.")
    made.arrange("sync")
    return made


def note_of(vault: Vault, title: str) -> str:
    (found,) = (path for path in vault.files() if path.startswith("papers/") and title in path)
    return found


def add(vault: Vault, path: str, after: str = "First words of alpha.", words: str = OURS) -> None:
    vault.edit(path, after, f"{after} {words}")


def unchanged(vault: Vault, paths: Mapping[str, bytes]) -> None:
    now = vault.files()
    assert {path: now[path] for path in paths} == paths


# What must not be followed.


@pytest.mark.parametrize("passes", [0, 2])
@pytest.mark.parametrize("side", ["digest", "note"])
def test_a_file_of_an_earlier_pass_is_held_as_a_whole(vault: Vault, side: str, passes: int) -> None:
    alpha = note_of(vault, "Alpha")
    to, from_ = (WEEK, alpha) if side == "digest" else (alpha, WEEK)
    old = vault.read(to)
    add(vault, from_)
    vault.arrange("sync")
    for number in range(passes):  # the file is written and read in between
        add(vault, to, words=f"Typed here {number}.")
        vault.arrange("sync")
    others = {path: text for path, text in vault.files().items() if path != to}
    vault.write(to, old)
    for verb in ("sync", "sync", "check"):
        said = vault.run(verb)
        assert said.code == 1 and f"{to}: this file is again, byte for byte" in said.out + said.err
        assert "1 paper would change" in said.out + said.err
        unchanged(vault, {**others, to: old.encode()})
    taken = vault.run("resolve", to, "--take", side)
    assert taken.code == 0, taken
    assert OURS not in vault.read(WEEK) + vault.read(alpha)
    # A settled question is not asked again.
    add(vault, to)
    vault.arrange("sync")
    vault.write(to, old)
    vault.ok("sync")
    assert OURS not in vault.read(WEEK) + vault.read(alpha)


@pytest.mark.parametrize("side", ["digest", "note"])
def test_the_other_side_of_an_old_file_is_right(vault: Vault, side: str) -> None:
    alpha = note_of(vault, "Alpha")
    to, from_ = (WEEK, alpha) if side == "digest" else (alpha, WEEK)
    old = vault.read(to)
    add(vault, from_)
    vault.edit(
        from_, "#alpha" if from_ == WEEK else "  - alpha", "#new" if from_ == WEEK else "  - new"
    )
    vault.arrange("sync")
    new = vault.files()
    vault.write(to, old)
    assert vault.run("sync").code == 1
    vault.ok("resolve", to, "--take", "note" if side == "digest" else "digest")
    assert vault.files() == new
    vault.ok("sync")


def test_an_old_digest_with_an_entry_less_loses_no_note(vault: Vault) -> None:
    """Byte for byte, and with a new word: the entry that the note put there is asked about."""
    old = vault.read(NEXT)
    omega = note_of(vault, "Beta").replace("Beta", "Omega")
    vault.write(
        omega,
        "---\ntitle: Omega\nauthors:\n  - Eve Oh\nurl: https://arxiv.org/abs/2308.00009\n"
        'digests:\n  - "[[W2]]"\n---\n\n## [[W2]]\n\nWords of omega.\n',
    )
    vault.arrange("sync")
    assert "2308.00009" in vault.read(NEXT)
    for text in (old, old.replace("of delta", "of new delta")):
        vault.write(NEXT, text)
        said = vault.run("sync")
        words = "byte for byte" if text == old else "before the entry of"
        assert said.code == 1 and words in said.err, said
        assert omega in vault.files() and "Words of omega." in vault.read(omega)
    vault.ok("resolve", omega, "--take", "note")
    assert "2308.00009" in vault.read(NEXT) and "of new delta" in vault.read(NEXT)
    vault.ok("sync")


@pytest.mark.parametrize("way", ["restore", "resolve"])
def test_the_digests_of_a_backup_are_one_question(vault: Vault, way: str) -> None:
    before = {path: vault.read(path) for path in (WEEK, NEXT)}
    add(vault, note_of(vault, "Alpha"))
    add(vault, note_of(vault, "Delta"), "First words of delta, read.")
    vault.arrange("sync")
    new = vault.files()
    for path, text in before.items():
        vault.write(path, text)
    said = vault.run("sync")
    assert said.code == 1 and said.err.count("byte for byte") == 1, said.err
    assert WEEK in said.err and NEXT in said.err and "2 papers would change" in said.err
    notes = {path: text for path, text in new.items() if path.startswith("papers/")}
    unchanged(vault, notes)
    if way == "restore":
        for path in before:
            assert vault.run("restore", path, "--in-place").code == 0
    else:
        vault.ok("resolve", "--all", "--take", "note")
    vault.ok("sync")
    assert vault.files() == new


def test_files_that_went_back_together_are_no_question(vault: Vault) -> None:
    before = vault.files()
    add(vault, note_of(vault, "Alpha"))
    vault.arrange("sync")
    for path, text in before.items():
        vault.write(path, text.decode())
    vault.ok("sync")
    assert vault.files() == before


# What is followed.


@pytest.mark.parametrize("between", range(4))
@pytest.mark.parametrize("side", ["digest", "note"])
def test_what_was_typed_and_taken_back_is_followed(vault: Vault, side: str, between: int) -> None:
    alpha, beta = note_of(vault, "Alpha"), note_of(vault, "Beta")
    path = WEEK if side == "digest" else alpha
    before = vault.files()
    add(vault, path)
    vault.ok("sync")
    for number in range(between):
        # Other passes: one that writes into the digest, one into a note, one that does nothing.
        if number < 2:
            add(vault, (beta, WEEK)[number], "First words of beta.", f"Pass {number}.")
        vault.ok("sync")
    vault.edit(path, f" {OURS}", "")
    vault.ok("sync")
    for number in reversed(range(min(between, 2))):
        vault.edit((beta, WEEK)[number], f" Pass {number}.", "")
        vault.ok("sync") if number else vault.run("sync")
    if between < 2:
        assert vault.files() == before


def test_the_last_words_of_a_digest_are_taken_back(tmp_path: Path) -> None:
    vault = rebuilt(tmp_path, {NEXT: FILES[NEXT].replace("#delta\n", "")})
    vault.edit(NEXT, "First", "The first")
    vault.ok("sync")
    before = vault.files()
    vault.write(NEXT, vault.read(NEXT) + "More words.\n")
    vault.ok("sync")
    vault.write(NEXT, before[NEXT].decode())
    vault.ok("sync")
    assert vault.files() == before
