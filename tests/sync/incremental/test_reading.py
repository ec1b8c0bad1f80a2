"""What a pass over some papers reads, and the changes that are too much for one."""

from __future__ import annotations

import os
import time

import pytest
from tests.support.reader import NEXT, NOTE, NOTE_BETA, NOTE_GAMMA, WEEK
from tests.support.scope_world import DAY, OWN, Vault, settled
from vault_sync.core.model.values import RelPath
from vault_sync.sync.incremental import reading
from vault_sync.sync.incremental.memory import TakesWholePass, recall
from vault_sync.sync.incremental.reading import PartReading
from vault_sync.sync.observation.file_record import NEW, UNKNOWN


def opened(vault: Vault, *changed: str) -> PartReading:
    """Begin to read with these files, there or gone."""
    memory = recall(vault.config, vault.state)
    assert memory is not None
    stats = reading.stats_of(vault.root, map(RelPath, changed))
    return PartReading(vault.config, vault.state, memory, stats, ())


def reason(found: PartReading, *more: str) -> str:
    """Why the whole vault is to be looked at; "" if these papers are enough."""
    try:
        found.start()
        found.take(map(RelPath, more))
    except TakesWholePass as told:
        return str(told)
    finally:
        found.memory.close()
    return ""


@pytest.mark.parametrize(
    ("come", "gone", "edited", "more", "why"),
    [
        (("a.md",), (DAY,), (), (), ""),
        (("a.md", "b.md"), (), (), (), ""),
        (("a.md", "b.md"), (DAY,), (), (), "came or went"),
        ((), (DAY, OWN), (), (), ""),
        ((), (), (NOTE, WEEK), (NOTE_BETA, NOTE_GAMMA), ""),
        ((), (), (NOTE, WEEK), (NOTE_BETA, NOTE_GAMMA, NOTE, WEEK), ""),
        ((), (), (NOTE, WEEK), (NOTE_BETA, NOTE_GAMMA, DAY), "concerns many"),
        ((), (), (NOTE, WEEK, NOTE_BETA), (), "many files changed"),
    ],
)
def test_two_files_are_no_matter_of_the_whole_vault_and_more_are(
    come: tuple[str, ...],
    gone: tuple[str, ...],
    edited: tuple[str, ...],
    more: tuple[str, ...],
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MANY", 2)
    with settled() as vault:
        for path in come:
            vault.put(path, path)
        for path in gone:
            vault.remove(path)
        for path in edited:
            vault.add(path, "\nmore\n")
        told = reason(opened(vault, *come, *gone, *edited), *more)
        assert why in told if why else not told


def aged(vault: Vault, path: str, seconds: float = 60) -> None:
    """Set a file's time back, as who brings it from elsewhere does."""
    then = time.time() - seconds
    os.utime(vault.root / path, (then, then))


@pytest.mark.parametrize("lag", [0, 60])
def test_of_a_file_that_is_as_it_was_only_the_stat_is_remembered(lag: int) -> None:
    """One about papers that was put there is looked at: the other side may have been as well."""
    with settled() as vault:
        for path in (NOTE, DAY):
            vault.put(path, vault.text(path))
            aged(vault, path, lag)
        found = opened(vault, NOTE, DAY)
        assert not reason(found)
        looked_at = {NOTE} if lag else set()
        assert found.changed == found.read.keys() == found.texts.keys() == looked_at
        assert found.same.keys() == {NOTE, DAY} - looked_at
        assert found.delivered().keys() == looked_at
        for path, file in (found.same | found.read).items():
            assert file._replace(stat=UNKNOWN) == (found.before.get(path) or NEW)._replace(
                stat=UNKNOWN
            )


def test_a_text_that_was_brought_is_for_a_whole_pass_and_a_file_renamed_is_not() -> None:
    with settled() as vault:
        aged(vault, NOTE)
        vault.settle()
        vault.move(NOTE, "papers/Renamed.md")
        found = opened(vault, NOTE, "papers/Renamed.md")
        assert not reason(found)
        assert found.gone == {NOTE} and found.changed == {"papers/Renamed.md"}
        moved = RelPath("papers/Renamed.md")
        assert found.delivered()[moved] == vault.stats()[moved]
        vault.put("papers/Other.md", "brought\n")
        aged(vault, "papers/Other.md")
        assert "Other.md was brought" in reason(opened(vault, "papers/Other.md"))
        vault.put(WEEK, vault.text(WEEK) + "\n")
        aged(vault, WEEK)
        assert "was brought" in reason(opened(vault, WEEK))
        aged(vault, WEEK, 0)
        assert not reason(opened(vault, WEEK))


def test_a_file_that_may_be_a_copy_is_for_a_whole_pass() -> None:
    with settled() as vault:
        for path in ("digests/x (conflicted copy 2024-01-01).md", f"{WEEK[:-3]} 2.md"):
            vault.put(path, "mine\n")
            assert "may be the copy" in reason(opened(vault, path)), path
            vault.remove(path)
        vault.put("reading/mine 2 notes.md", "mine\n")
        assert not reason(opened(vault, "reading/mine 2 notes.md"))


def test_a_file_that_cannot_be_read_is_for_a_whole_pass() -> None:
    with settled() as vault:
        for more in ((), (NOTE,)):
            found = opened(vault, *(() if more else (NOTE,)))
            vault.move(NOTE, "Elsewhere.md")
            (vault.root / NOTE).mkdir()
            assert f"{NOTE} cannot be read" in reason(found, *more)
            (vault.root / NOTE).rmdir()
            vault.move("Elsewhere.md", NOTE)


def test_the_stat_of_a_file_is_asked_for_and_of_what_is_none_is_for_a_whole_pass() -> None:
    with settled() as vault:
        found = reading.stats_of(vault.root, [RelPath(NOTE), RelPath("none.md")])
        stat = (vault.root / NOTE).stat()
        assert found[RelPath("none.md")] is None and (seen := found[RelPath(NOTE)]) is not None
        assert (seen.size, seen.mtime_ns) == (stat.st_size, stat.st_mtime_ns)
        (vault.root / "folder.md").mkdir()
        for path, why in (("folder.md", "no plain file"), (f"{NOTE}/x.md", "cannot be looked at")):
            with pytest.raises(TakesWholePass, match=why):
                reading.stats_of(vault.root, [RelPath(path)])
        rest = opened(vault).at_rest([RelPath(NOTE), RelPath("none.md")])
        assert rest.keys() == {NOTE} and 0 < rest[RelPath(NOTE)] < 3600


def test_a_digest_of_the_base_that_is_not_there_is_lost() -> None:
    with settled() as vault:
        vault.remove(NEXT)
        found = opened(vault, NEXT)
        found.now.changed[RelPath(NEXT)] = None
        assert found.lost_digests() == [NEXT]
        found.memory.close()


def test_the_newest_digest_is_the_last_one_that_is_there() -> None:
    with settled() as vault:
        found = opened(vault)
        assert found.newest() == NEXT
        found.now.changed[RelPath(NEXT)] = None
        assert found.newest() == WEEK
        later = RelPath("digests/2024.md")
        found.now.changed[later] = found.read[later] = NEW._replace(kind="digest")
        assert found.newest() == later
        found.memory.close()
