"""Devices with a real Syncthing each, and vault-sync on some or all (`make devices`)."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.syncthings import Devices, is_installed, shared, syncthings, until
from tests.support.vaults import BAYES, DIGEST, OCTOPACK, PLATYPUS, Vault
from tests.support.watched import watching
from vault_sync.core.naming.copy_names import is_copy

pytestmark = [
    pytest.mark.devices,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not is_installed(), reason="syncthing is not here"),
]

WORDS = "프롬프트 형식인 듯."
TAGS = "#code #instruct #alignment"
NOTE_TAGS = "  - alignment\n"
PAGE = "Sync conflicts.md"
ENTRY = "\nhttps://arxiv.org/abs/2305.00001\nNew (Ann Lee)\nA word {}.\n"


@pytest.fixture
def empty(tmp_path: Path, built: Vault) -> Callable[[], Vault]:
    """Makes devices that have nothing but the configuration."""

    def make(name: str = "second") -> Vault:
        root = tmp_path / name
        root.mkdir()
        shutil.copyfile(built.root / "vault-sync.toml", root / "vault-sync.toml")
        return Vault(root, tmp_path / f"{name}-state")

    return make


@pytest.fixture
def pair(built: Vault, empty: Callable[[], Vault], tmp_path: Path) -> Iterator[Devices]:
    """A device that has the vault, and one that has nothing but the configuration."""
    with syncthings([built, empty()], tmp_path) as found:
        yield found


@pytest.fixture
def joined(pair: Devices) -> Devices:
    """The same once both have the vault, and both have joined it."""
    return join(pair)


def join(devices: Devices) -> Devices:
    devices.meet()
    for each in devices.all[1:]:
        for _ in range(2):
            each.vault.ok("sync", "--offline")
    devices.settle()
    devices.part()
    return devices


def sync(*vaults: Vault) -> None:
    for vault in vaults:
        vault.run("sync", "--offline")


def comes_to_rest(devices: Devices, *phones: Vault) -> dict[str, bytes]:
    """Meet, make passes by turns until nothing changes; return the files, equal on all devices.

    On `phones` there is no vault-sync. No copy is left.
    """
    devices.meet()
    for _ in range(10):
        before = shared(devices.one)
        for each in devices.all:
            if each.vault not in phones:
                sync(each.vault)
                devices.settle()
        if shared(devices.one) == before:
            break
    else:
        raise AssertionError("no end")
    assert not [path for path in before if is_copy(path)]
    assert all(shared(each.vault) == before for each in devices.all)
    return before


def written_earlier(vault: Vault, seconds: float, *paths: str) -> None:
    """Let files be so old that who gets them sees that they were brought."""
    for path in paths:
        at = (vault.root / path).stat().st_mtime - seconds
        os.utime(vault.root / path, (at, at))


def words(files: dict[str, bytes], *paths: str) -> set[str]:
    """The words of digest, notes and conflicts note, or of some of these."""
    texts = [files[path] for path in paths] if paths else files.values()
    text = "\n".join(each.decode() for each in texts)
    return {word for word in text.replace(".", " ").replace("#", " ").split() if "tok" in word}


def both(files: dict[str, bytes]) -> set[str]:
    """The words that stand in the digest and in a note."""
    notes = [path for path in files if path.startswith("papers/")]
    return words(files, DIGEST) & words(files, *notes)


def test_a_device_that_joins_makes_no_digest(pair: Devices) -> None:
    """The digest comes last: its folder is there for the second device after all notes."""
    one, other = pair.one, pair.other
    one.edit(DIGEST, "2023년", "A line that is in the digest alone.\n2023년")
    before = shared(one)
    pair.all[1].ignore("/digests")
    with watching(other, sweep=2.0):
        for each in pair.all:
            each.pause(paused=False)
        pair.all[1].scan()
        for _ in range(3):
            sync(other)
        assert not (other.root / "digests").exists()
        pair.all[1].ignore()
        pair.settle()
    assert shared(one) == before == shared(other)


@pytest.mark.parametrize("late", ["/papers", "/papers/230814*", "/digests"])
def test_joining_changes_no_byte(pair: Devices, late: str) -> None:
    before = shared(pair.one)
    pair.all[1].ignore(late)
    for each in pair.all:
        each.pause(paused=False)
    for _ in range(3):
        pair.all[1].scan()
        sync(pair.other)
    pair.all[1].ignore()
    assert comes_to_rest(pair) == before


def test_other_papers_apart(joined: Devices) -> None:
    one, other = joined.one, joined.other
    one.edit(DIGEST, WORDS, f"{WORDS} 하나 tok1.")
    sync(one)
    other.edit(DIGEST, "#ddpm", "#ddpm #tok2")
    other.write(PLATYPUS, other.read(PLATYPUS) + "둘 tok3.\n")
    sync(other)
    assert {"tok1", "tok2", "tok3"} <= both(comes_to_rest(joined))


def test_other_fields_of_one_paper_apart(joined: Devices) -> None:
    one, other = joined.one, joined.other
    one.edit(DIGEST, WORDS, f"{WORDS} 하나 tok1.")
    other.edit(OCTOPACK, NOTE_TAGS, f"{NOTE_TAGS}  - tok2\n")
    sync(one, other)
    assert {"tok1", "tok2"} <= both(comes_to_rest(joined))


def test_the_same_sentence_apart_is_asked_about_once(joined: Devices) -> None:
    for vault, word in ((joined.one, "tok1"), (joined.other, "tok2")):
        vault.edit(DIGEST, WORDS, f"{word} 문장.")
        sync(vault)
    files = comes_to_rest(joined)
    here, there = words(files, DIGEST), words(files, PAGE)
    assert {"tok1", "tok2"} == here | there and len(here) == len(there) == 1
    assert files[PAGE].decode().count("- [ ] drop") == 1
    assert words(files, OCTOPACK) == here


@pytest.mark.parametrize("late", ["/papers", "/digests"])
def test_one_half_of_an_entry_comes_first(joined: Devices, late: str) -> None:
    one, other = joined.one, joined.other
    one.write(DIGEST, one.read(DIGEST).rstrip() + ENTRY.format("tok1"))
    one.edit(DIGEST, WORDS, f"{WORDS} 하나 tok2.")
    sync(one)
    joined.all[1].ignore(late)
    for each in joined.all:
        each.pause(paused=False)
    for _ in range(3):
        joined.all[1].scan()
        sync(other)
    joined.all[1].ignore()
    files = comes_to_rest(joined)
    assert {"tok1", "tok2"} <= both(files)
    assert sum(b"2305.00001" in text for path, text in files.items() if "papers/" in path) == 1


def test_a_new_entry_apart(joined: Devices) -> None:
    one, other = joined.one, joined.other
    one.write(DIGEST, one.read(DIGEST).rstrip() + ENTRY.format("tok1"))
    other.edit(DIGEST, WORDS, f"{WORDS} 다른 tok2.")
    sync(one, other)
    assert {"tok1", "tok2"} <= both(comes_to_rest(joined))


@pytest.mark.parametrize("second", ["tok1", "tok2"])
def test_a_new_digest_on_both(joined: Devices, second: str) -> None:
    path = DIGEST.replace("3주차", "4주차")
    for vault, word in ((joined.one, "tok1"), (joined.other, second)):
        vault.write(path, "2023년 8월 4주차" + ENTRY.format(word))
        sync(vault)
    files = comes_to_rest(joined)
    note = next(each for each in files if b"2305.00001" in files[each] and "papers/" in each)
    assert words(files, path) | words(files, *[PAGE] * (PAGE in files)) == {"tok1", second}
    assert words(files, note) == words(files, path)


def test_tags_on_both_at_one_instant(joined: Devices) -> None:
    one, other = joined.one, joined.other
    one.edit(DIGEST, TAGS, f"{TAGS} #tok1")
    other.edit(OCTOPACK, NOTE_TAGS, f"{NOTE_TAGS}  - tok2\n")
    sync(one, other)
    joined.meet()
    one.edit(DIGEST, TAGS, f"{TAGS} #tok3")
    other.edit(OCTOPACK, NOTE_TAGS, f"{NOTE_TAGS}  - tok4\n")
    assert {"tok1", "tok2", "tok3", "tok4"} <= both(comes_to_rest(joined))


def test_a_phone_without_vault_sync(joined: Devices) -> None:
    """The commonest case: the phone's new entry and its edit, and an edit on the desk meanwhile."""
    desk, phone = joined.one, joined.other
    desk.edit(DIGEST, WORDS, f"{WORDS} 책상 tok1.")
    sync(desk)
    text = phone.read(DIGEST).rstrip() + ENTRY.format("tok2")
    phone.write(DIGEST, text.replace("#ddpm", "#ddpm #tok3"))
    phone.write(PLATYPUS, phone.read(PLATYPUS) + "전화 tok4.\n")
    assert {"tok1", "tok2", "tok3", "tok4"} <= both(comes_to_rest(joined, phone))


def test_an_old_state_restored(joined: Devices, tmp_path: Path) -> None:
    one, other = joined.one, joined.other
    shutil.copytree(other.state, tmp_path / "backup")
    one.edit(DIGEST, WORDS, f"{WORDS} 하나 tok1.")
    one.edit(DIGEST, TAGS, "#code #instruct")
    sync(one)
    before = comes_to_rest(joined)
    joined.part()
    shutil.rmtree(other.state)
    shutil.copytree(tmp_path / "backup", other.state)
    assert comes_to_rest(joined) == before


@pytest.mark.parametrize("seconds", ["note", "digest"])
def test_a_rename_against_an_edit(joined: Devices, seconds: str) -> None:
    one, other = joined.one, joined.other
    renamed = "papers/Renamed.md"
    (one.root / OCTOPACK).rename(one.root / renamed)
    sync(one)
    if seconds == "note":
        own = other.read(OCTOPACK).replace(WORDS, f"{WORDS} 다른 tok1.").rstrip("\n")
        other.write(OCTOPACK, f"{own}\n\n내 글 tok2.\n")
    else:
        other.edit(DIGEST, WORDS, f"{WORDS} 다른 tok1. tok2.")
    sync(other)
    files = comes_to_rest(joined)
    notes = [path for path in files if b"2308.07124" in files[path] and "papers/" in path]
    assert len(notes) == 1 and {"tok1", "tok2"} <= words(files, *notes)
    assert "tok1" in words(files, DIGEST)


@pytest.mark.parametrize("edited", [DIGEST, OCTOPACK])
def test_a_digest_renamed_against_an_edit(joined: Devices, edited: str) -> None:
    one, other = joined.one, joined.other
    (one.root / DIGEST).rename(one.root / "digests/Renamed.md")
    sync(one)
    other.edit(edited, WORDS, f"{WORDS} 다른 tok1.")
    sync(other)
    written_earlier(other, 4, DIGEST, OCTOPACK)
    files = comes_to_rest(joined)
    assert [path for path in files if path.startswith("digests/")] == ["digests/Renamed.md"]
    assert "tok1" in words(files, "digests/Renamed.md") & words(files, OCTOPACK)
    assert files[OCTOPACK].count(b"## [[") == 1


def test_daemons_on_both_come_to_rest(joined: Devices) -> None:
    one, other = joined.one, joined.other
    with watching(one, sweep=3.0), watching(other, sweep=3.0):
        one.edit(DIGEST, WORDS, f"{WORDS} 하나 tok1.")
        other.edit(DIGEST, TAGS, f"{TAGS} #tok2")
        until(lambda: "tok1" in one.read(OCTOPACK) and "tok2" in other.read(OCTOPACK), "passes")
        joined.meet()

        def is_done() -> bool:
            files = shared(one)
            equal = files == shared(other) and not any(map(is_copy, files))
            return equal and {"tok1", "tok2"} <= both(files)

        until(is_done, "the words are not everywhere, or a copy is left")
        before, calm_since = shared(one), time.monotonic()

        def is_calm() -> bool:
            assert shared(one) == before == shared(other)
            return time.monotonic() - calm_since > 20

        until(is_calm, "no rest")


def test_three_devices(built: Vault, empty: Callable[[str], Vault], tmp_path: Path) -> None:
    with syncthings([built, empty("second"), empty("third")], tmp_path) as devices:
        join(devices)
        for number, (each, place) in enumerate(
            zip(devices.all, (WORDS, "#ddpm", TAGS), strict=True)
        ):
            each.vault.edit(DIGEST, place, f"{place} #tok{number}")
            sync(each.vault)
        assert {"tok0", "tok1", "tok2"} <= both(comes_to_rest(devices))


@pytest.mark.parametrize("halves", ["one each", "both"])
def test_no_copies_at_all(
    built: Vault, empty: Callable[[], Vault], tmp_path: Path, halves: str
) -> None:
    """With `maxConflicts` 0: of two versions of a file one is gone."""
    with syncthings([built, empty()], tmp_path, most_copies=0) as devices:
        join(devices)
        devices.one.edit(DIGEST, WORDS, f"{WORDS} 하나 tok1.")
        devices.other.edit(OCTOPACK, NOTE_TAGS, f"{NOTE_TAGS}  - tok2\n")
        if halves == "both":
            devices.one.edit(DIGEST, "#ddpm", "#ddpm #tok3")
            devices.other.edit(OCTOPACK, WORDS, f"{WORDS} 둘 tok4.")
            for seconds, vault in ((6, devices.one), (4, devices.other)):
                sync(vault)
                written_earlier(vault, seconds, DIGEST, OCTOPACK, BAYES)
        more = {"tok3", "tok4"} if halves == "both" else set()
        assert {"tok1", "tok2"} | more <= both(comes_to_rest(devices))
