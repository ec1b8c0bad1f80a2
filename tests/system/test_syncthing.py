"""Two devices, two real Syncthings, vault-sync on both (`make devices`)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.syncthings import Pair, is_installed, shared, syncthings
from tests.support.vaults import DIGEST, Vault
from tests.support.watched import watching

pytestmark = [
    pytest.mark.devices,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not is_installed(), reason="syncthing is not here"),
]

OCTOPACK = "papers/230814 OctoPack.md"
PLATYPUS = "papers/230814 Platypus.md"
WORDS = "프롬프트 형식인 듯."


@pytest.fixture
def pair(built: Vault, tmp_path: Path) -> Iterator[Pair]:
    """A device that has the vault, and one that has nothing but the configuration."""
    root = tmp_path / "second"
    root.mkdir()
    shutil.copyfile(built.root / "vault-sync.toml", root / "vault-sync.toml")
    second = Vault(root, tmp_path / "second-state")
    with syncthings(built, second, tmp_path) as found:
        yield found


@pytest.fixture
def joined(pair: Pair) -> Pair:
    """The same once both have the vault, and both have joined it."""
    pair.meet()
    for _ in range(2):
        pair.other.vault.ok("sync", "--offline")
    pair.settle()
    return pair


def passes(pair: Pair, rounds: int = 4) -> None:
    """Passes on both by turns, what they wrote carried over in between."""
    for _ in range(rounds):
        for each in (pair.one, pair.other):
            each.vault.run("sync", "--offline")
            pair.settle()


def anywhere(vault: Vault) -> str:
    """All that is in digests, notes, conflicts note and copies."""
    return "\n".join(text.decode() for text in shared(vault).values())


def test_a_device_that_joins_makes_no_digest(pair: Pair) -> None:
    """The digest comes last: its folder is there for the second device after all notes."""
    one, other = pair.one.vault, pair.other.vault
    one.edit(DIGEST, "2023년", "A line that is in the digest alone.\n2023년")
    before = shared(one)
    pair.other.ask("POST", "db/ignores?folder=vault", {"ignore": ["/digests", ".vault-sync"]})
    with watching(other, sweep=2.0):
        for each in (pair.one, pair.other):
            each.pause(paused=False)
        pair.other.scan()
        for _ in range(3):
            other.run("sync", "--offline")
        assert not (other.root / "digests").exists()
        pair.other.ask("POST", "db/ignores?folder=vault", {"ignore": [".vault-sync", ".trash"]})
        pair.settle()
    assert shared(one) == before == shared(other)


def test_other_entries_apart(joined: Pair) -> None:
    """What Syncthing's choice lacks is taken out of no note."""
    pair = joined
    one, other = pair.one.vault, pair.other.vault
    pair.part()
    one.edit(DIGEST, WORDS, f"{WORDS} 하나 tok1.")
    one.ok("sync", "--offline")
    text = other.read(DIGEST)
    other.write(DIGEST, text.replace("#ddpm", "#ddpm #tok2"))
    other.ok("sync", "--offline")
    pair.meet()
    passes(pair)
    for vault in (one, other):
        assert "tok1" in vault.read(OCTOPACK)
        assert {"tok1", "tok2"} <= set(anywhere(vault).replace(".", " ").replace("#", " ").split())


def test_a_new_entry_apart(joined: Pair) -> None:
    pair = joined
    one, other = pair.one.vault, pair.other.vault
    pair.part()
    text = one.read(DIGEST).rstrip()
    one.write(DIGEST, f"{text}\nhttps://arxiv.org/abs/2305.00001\nNew (Ann Lee)\nA word tok1.\n")
    one.ok("sync", "--offline")
    other.edit(DIGEST, WORDS, f"{WORDS} 다른 tok2.")
    other.ok("sync", "--offline")
    pair.meet()
    passes(pair)
    assert "tok1" in anywhere(one), "the entry waits while the copy stands"
    pair.two_minutes_pass()
    passes(pair)
    for vault in (one, other):
        notes = [path for path, text in shared(vault).items() if b"2305.00001" in text]
        assert any(path.startswith("papers/") for path in notes)
        assert "tok1" in anywhere(vault) and "tok2" in vault.read(OCTOPACK)


def test_tags_do_not_swap_for_ever(joined: Pair) -> None:
    pair = joined
    one, other = pair.one.vault, pair.other.vault
    pair.part()
    tags = "#code #instruct #alignment"
    one.edit(DIGEST, tags, f"{tags} #tok1")
    other.edit(OCTOPACK, "  - alignment\n", "  - alignment\n  - tok2\n")
    for vault in (one, other):
        vault.ok("sync", "--offline")
    pair.meet()
    passes(pair)
    before = shared(one)
    passes(pair, rounds=1)
    assert shared(one) == before == shared(other)
    for vault in (one, other):
        assert "tok1" in anywhere(vault) and "tok2" in anywhere(vault)
