"""A vault and its state as the index sees them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vault_sync.core.model.plan import Apart, BaseKey, BaseUpdate, Conflict, Plan
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.edge.config import Config
from vault_sync.edge.fs.scan import Stat
from vault_sync.edge.state.store import StateStore, open_state
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.index import LastPass
from vault_sync.sync.incremental.memory import begin_anew
from vault_sync.sync.observation.file_record import File

NOW = 1_700_000_000_123_456_789
PATH = RelPath("papers/한글.md")


def stat(mtime: int, ctime: int | None = None) -> Stat:
    return Stat(10, mtime, mtime if ctime is None else ctime, 7)


LAST = LastPass(
    plan=Plan(
        digests=1,
        entries=2,
        notes=2,
        problems=(Problem("digests/w.md", "note-missing", "gone", "", 3, "notice"),),
        conflicts=(
            Conflict(Key("k"), RelPath("digests/w.md"), PATH, "title", "a", "b", 3, "both changed"),
        ),
        wanted=(Key("arxiv:1"),),
        apart=(Apart(RelPath("digests/w.md"), PATH, "title", "a", "b"),),
    ),
    based=True,
    final=True,
    lacking=(Key("arxiv:1"),),
    facts="f",
    namers={Key("a"): (Key("b"), Key("c"))},
)


def create(path: Path, stamp: str, last: LastPass, files: Mapping[RelPath, File]) -> bool:
    """Store an index anew; return False where it cannot be stored."""
    memory = begin_anew(path)
    assert memory is not None
    found = memory.store(stamp, last, files)
    memory.close()
    return found is not None


class Place:
    """A vault and its state, as they are stamped."""

    def __init__(self, above: Path) -> None:
        self.root = above / "vault"
        self.root.mkdir()
        self.config = Config(self.root)
        self.state: StateStore = open_state(
            self.root, {"VAULT_SYNC_STATE_DIR": str(above / "state")}
        )
        self.say("one")

    def say(self, value: str) -> None:
        with self.state.lock(0):
            self.state.keep([BaseUpdate(frozenset(), {BaseKey(Key("k"), "", "url"): value})])

    def stamp(self, config: Config | None = None, version: str = "1") -> str | None:
        return index.stamp_of(config or self.config, self.state, version)
