"""The references of a vault's notes, and the file that is written of them."""

from __future__ import annotations

from tests.support.memory_vault import MemoryVault
from vault_sync.sync.bibliography import references

ENTRY = "https://arxiv.org/abs/2301.0000{0}\n{1} (Ann Park)\nwords\n"


def test_a_note_without_a_citekey_is_cited_by_one_of_the_form_that_no_other_has() -> None:
    vault = MemoryVault(
        {"digests/w.md": "w\n" + "".join(map(ENTRY.format, "123", ("Alpha", "Beta", "Gamma")))}
    )
    vault.sync()
    path = "papers/Alpha.md"
    vault.files[path] = vault.files[path].replace("authors:", "citekey: ParkBeta\nauthors:")
    snapshot, _ = vault.look()
    form = "{auth}{title_word}"
    assert [(each.key, each.citekey) for each in references(snapshot, form)] == [
        ("arxiv:2301.00001", "ParkBeta"),
        ("arxiv:2301.00002", "parkbeta-2301.00002"),
        ("arxiv:2301.00003", "parkgamma"),
    ]
    assert [each.citekey for each in references(snapshot)] == ["ParkBeta"]
