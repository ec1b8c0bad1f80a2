"""A library of notes in every form, taken over on the disk and given back by `undo`."""

from __future__ import annotations

from tests.core.reconcile.pairing.test_pairs import FORMS
from tests.support.vaults import Vault


def test_a_library_is_adopted_and_undo_gives_every_byte_back(empty_vault: Vault) -> None:
    vault = empty_vault
    entries = []
    for number, form in enumerate(FORMS, 1):
        text = form.replace("2301.00001", f"2301.{number:05d}")
        vault.write(f"refs/n{number}.md", text.replace("\n", "\r\n") if number % 5 == 0 else text)
        entries.append(
            f"https://arxiv.org/abs/2301.{number:05d}\n"
            f"Paper {number} (Ada Lovelace, Alan Turing)\nwords {number}\n#llm\n"
        )
    vault.write("digests/w1.md", "w1\n" + "".join(entries))
    before = {path: text for path, text in vault.files().items() if path.endswith(".md")}
    ran = vault.ok("rebuild", "--offline")
    assert f"{len(FORMS)} entries: {len(FORMS) + 1} edited" in ran.out, ran.out
    assert len((ran.out + ran.err).splitlines()) <= 30
    assert "nothing to do" in vault.ok("sync", "--offline").out
    vault.ok("undo")
    after = {path: text for path, text in vault.files().items() if path.endswith(".md")}
    assert after == before
