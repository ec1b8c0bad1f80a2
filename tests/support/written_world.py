"""A small vault with its state, and what the tests of writing do to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from vault_sync.core.model.plan import BaseKey, BaseUpdate, Operation, Outcome, Plan
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.edge.state.store import StateStore, open_state
from vault_sync.edge.write.apply import apply
from vault_sync.edge.write.recovery import recover

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
P = RelPath


class Killed(BaseException):
    """Stands for a process that ends here and does nothing more."""


@dataclass
class World:
    """`vault` and its state below one temporary folder."""

    folder: Path
    vault: Path = field(init=False)
    environ: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.vault = self.folder / "vault"
        self.vault.mkdir()
        self.environ = {"VAULT_SYNC_STATE_DIR": str(self.folder / "state")}

    def state(self) -> StateStore:
        return open_state(self.vault, self.environ)

    def put(self, path: str, text: str) -> Path:
        file = self.vault / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        return file

    def texts(self) -> dict[str, str]:
        """Every Markdown file and its text, the trash included."""
        return {
            str(path.relative_to(self.vault)): path.read_bytes().decode("utf-8", "surrogateescape")
            for path in sorted(self.vault.rglob("*.md"))
            if ".vault-sync" not in path.parts and path.is_file() and not path.is_symlink()
        }

    def saved(self) -> set[str]:
        return {path.read_text("utf-8") for path in self.folder.glob("state/*/saved/*/*")}

    def holds(self, word: str) -> bool:
        """Whether a word is in the vault or among the saved texts."""
        return any(
            word.encode() in path.read_bytes()
            for path in (*self.vault.rglob("*"), *self.folder.glob("state/*/saved/*/*"))
            if path.is_file()
        )

    def apply(
        self,
        *operations: Operation,
        base_updates: tuple[BaseUpdate, ...] = (),
        at: Callable[[str, RelPath], None] = lambda _point, _path: None,
        sources: tuple[RelPath, ...] = (),
    ) -> Outcome:
        state = self.state()
        with state.lock(0):
            plan = Plan(operations, base_updates)
            return apply(
                self.vault, state, plan, cause="test", started=NOON, at=at, sources=sources
            )

    def recover(self, now: float | None = None) -> list[Problem]:
        state = self.state()
        with state.lock(0):
            return recover(self.vault, state, now)


def agree(*paths: str, key: str = "k", value: str = '"v"', drop: bool = False) -> BaseUpdate:
    row = BaseKey(Key(key), "week.md", "text")
    rows = frozenset({row}) if drop else frozenset()
    return BaseUpdate(frozenset(map(P, paths)), {} if drop else {row: value}, rows)
