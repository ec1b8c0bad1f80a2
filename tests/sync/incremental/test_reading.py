"""What a pass over some papers reads, and the changes that are too much for one."""

from __future__ import annotations

import pytest
from tests.support.reader import NOTE, NOTE_BETA, NOTE_GAMMA, WEEK
from tests.support.scope_world import DAY, OWN, Vault, settled
from vault_sync.core.model.values import RelPath
from vault_sync.sync.incremental import reading
from vault_sync.sync.incremental.memory import TakesWholePass, recall
from vault_sync.sync.incremental.reading import PartReading


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
