"""A slip in a digest under real passes: part and whole, rebuild, the daemon; all hold it alike."""

from __future__ import annotations

from functools import partial

import pytest
from tests.support.saving import in_place
from tests.support.vaults import DIGEST, OCTOPACK, PLATYPUS, Vault
from tests.support.watched import Watched, watching

URL = "https://arxiv.org/abs/2308.07124"
SLIP = f"[arXiv]({URL})"
ABOVE = "papers/230814 CausalLM is not optimal for in-context learning.md"
TAGS_BELOW = b"#instruction-tuning\n"
OWN_WORDS = "코드 커밋 메시지와 diff를"


def _is_said(daemon: Watched, times: int) -> bool:
    return daemon.log.count("does not read") == times


def settled(vault: Vault) -> dict[str, bytes]:
    vault.arrange("sync", "--offline")
    return vault.files()


@pytest.mark.parametrize("whole", [False, True])
def test_a_slip_is_held_in_every_pass_and_taken_back_it_was_none(built: Vault, whole: bool) -> None:
    vault = built
    vault.environ["VAULT_SYNC_SHADOW"] = "1"  # every part is compared with the whole
    before = settled(vault)
    vault.edit(DIGEST, URL, SLIP)
    slipped = vault.files()
    for verb in ("sync", "sync", "rebuild" if whole else "sync", "sync"):
        done = vault.run(verb, "--offline")
        assert done.code == 1
        assert f"{DIGEST}:14: the entry of '230814 OctoPack'" in done.err
        assert "the address stands in a Markdown link" in done.err
        assert vault.files() == slipped
    # A pass for a neighbour's sake leaves it so, and does the neighbour's own.
    more = before[PLATYPUS] + "\n나의 말.\n".encode()
    vault.write(PLATYPUS, more.decode())
    assert vault.run("sync", "--offline").code == 1
    with_words = slipped[DIGEST].replace(TAGS_BELOW, "나의 말.\n".encode() + TAGS_BELOW)
    assert vault.files() == {**slipped, PLATYPUS: more, DIGEST: with_words}
    vault.edit(DIGEST, SLIP, URL)
    assert vault.run("sync", "--offline").code == 0
    mended = with_words.replace(SLIP.encode(), URL.encode())
    assert vault.files() == {**before, PLATYPUS: more, DIGEST: mended}


def test_a_person_may_say_that_a_held_entry_is_removed(built: Vault) -> None:
    settled(built)
    built.edit(DIGEST, URL, SLIP)
    assert built.run("check").code == 1
    built.ok("resolve", DIGEST, "--take", "digest")
    assert OCTOPACK not in built.files()


def test_the_daemon_holds_a_slip_and_says_it(built: Vault) -> None:
    with watching(built) as daemon:
        vault = daemon.vault
        daemon.rests()
        before = vault.files()
        text = vault.read(DIGEST)
        for number in (1, 2):  # held again, in the same passes as any other edit
            in_place(vault.root / DIGEST, text.replace(URL, SLIP))
            daemon.until(partial(_is_said, daemon, number))
            daemon.rests()
            assert OWN_WORDS not in vault.read(ABOVE)
            assert vault.files()[OCTOPACK] == before[OCTOPACK]
            in_place(vault.root / DIGEST, text)
            daemon.rests()
            assert vault.files() == before
        assert daemon.stop() == 0
