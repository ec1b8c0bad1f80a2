"""Random walks over a real vault, on which a part of it is thought of beside the whole."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.scope_world import EDITS, Vault, shadowed
from vault_sync.core.model.values import RelPath
from vault_sync.edge.state.store import open_state
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.memory import DaemonMemory
from vault_sync.sync.incremental.shadow import ShadowError, compare
from vault_sync.sync.request import PassRequest
from vault_sync.sync.view import look

TORN = 50
"""Every so many steps the index is found torn."""


@contextmanager
def worlds() -> Iterator[Vault]:
    """Give a vault after its first passes."""
    with TemporaryDirectory() as above:
        vault = Vault(Path(above))
        vault.settle()
        yield vault
        vault.state.close()


def walk(seed: int, steps: int) -> Counter[str]:
    """Walk so many steps; return how many plans were of a part and of the whole.

    A step is one to three edits, their plan in part and whole, and a pass. Every tenth is a fresh
    process; what a vault has become after twenty is left for a new one.
    """
    chance, counts = random.Random(seed), Counter[str]()
    while steps > 0:
        with worlds() as vault:
            for number in range(2, min(steps, 20) + 2):
                _step(vault, chance, number, counts)
            steps -= min(steps, 20)
    return counts


def _step(vault: Vault, chance: random.Random, number: int, counts: Counter[str]) -> None:
    names = chance.choices(sorted(EDITS), k=chance.choice((1, 1, 2, 3)))
    counts["steps"] += 1
    try:
        for name in names:
            EDITS[name](vault, number)
        found = shadowed(vault)
        counts["part" if found.memory is not None else "whole"] += 1
        vault.run()
        if counts["steps"] % 3 == 0:
            shadowed(vault)
        if counts["steps"] % 10 == 0:
            vault.state.close()
            vault.state = open_state(
                vault.root, {"VAULT_SYNC_STATE_DIR": str(vault.above / "state")}
            )
        if counts["steps"] % TORN == 0:
            path = index.path_of(vault.state)
            content = path.read_bytes() if path.exists() else b""
            path.write_bytes(content[: len(content) // 2])
    except ShadowError as error:
        raise ShadowError(f"step {counts['steps']}, {names}:\n{error}") from error


def daemon_walk(seed: int, steps: int) -> None:
    """Walk so many steps as a daemon, which is told of the files that changed and looks at those.

    Its plan must be that of the whole before each pass, and after it, when it is told of nothing.
    """
    chance = random.Random(seed)
    with worlds() as vault:
        daemon_memory = DaemonMemory()
        for number in range(2, steps + 2):
            before = vault.stats()
            for name in chance.choices(sorted(EDITS), k=chance.choice((1, 1, 2, 3))):
                EDITS[name](vault, number)
            after = vault.stats()
            paths = before.keys() | after.keys()
            hints = frozenset(RelPath(at) for at in paths if before.get(at) != after.get(at))
            _looked(vault, daemon_memory, hints)
            vault.run(daemon_memory=daemon_memory, hints=hints)
            _looked(vault, daemon_memory, frozenset())


def _looked(vault: Vault, daemon_memory: DaemonMemory, hints: frozenset[RelPath]) -> None:
    view = look(vault.context(daemon_memory=daemon_memory, hints=hints), PassRequest())
    if view.memory is not None:
        view.memory.close()
    compare(view.plan, vault.whole(), view.explained)
