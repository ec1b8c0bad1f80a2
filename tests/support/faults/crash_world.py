"""The world of the crash tests, and what must hold of it at every instant and after the next pass.

Every word of a person's (`tok-...`) is in the vault or among the saved texts; every file is its
exact old or its exact intended text; the base is never ahead of the files.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import NamedTuple

from tests.support.faults import injection, one_pass
from vault_sync.core.model.plan import BaseUpdate
from vault_sync.edge.platform.values import SPARE
from vault_sync.edge.state.journal import interrupted
from vault_sync.edge.state.store import open_state

PROGRAM = Path(one_pass.__file__)
_TOKEN = re.compile(r"tok-[a-z-]+")
TOKENS = {token for text in one_pass.BEFORE.values() for token in _TOKEN.findall(text)}
MOVED = {"papers/old name.md": "papers/2024/new name.md", "papers/gone.md": ".trash/gone.md"}


class World(NamedTuple):
    vault: Path
    state: Path
    way: str = ""

    @property
    def program(self) -> list[str | Path]:
        return [PROGRAM, self.vault, self.state, self.way]

    def texts(self) -> dict[str, str]:
        return {
            str(path.relative_to(self.vault)): path.read_text("utf-8")
            for path in self.vault.rglob("*.md")
            if ".vault-sync" not in path.parts
        }


def fresh(folder: Path, way: str = "") -> World:
    """A new world in a folder, for a pass that goes a way of `one_pass`."""
    shutil.rmtree(folder, ignore_errors=True)
    one = World(folder / "vault", folder / "state", way)
    arrange(one)
    return one


def arrange(one: World) -> None:
    """Makes it as it is before the pass, with a base of an earlier one."""
    for path, text in one_pass.BEFORE.items():
        file = one.vault / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    state = open_state(one.vault, {"VAULT_SYNC_STATE_DIR": str(one.state)})
    with state.lock(0):
        state.keep([BaseUpdate(frozenset(), one_pass.OLD_ROWS)])


def lost(world: World) -> list[str]:
    """What of the oracle does not hold, at any instant."""
    everything = b"\n".join(
        path.read_bytes()
        for path in (*world.vault.rglob("*"), *world.state.glob("*/saved/*/*"))
        if path.is_file()
    ).decode(errors="replace")
    wrong = [f"lost: {token}" for token in TOKENS if token not in everything]
    texts = world.texts()
    wrong += [
        f"torn or absent: {path}: {texts.get(path)!r}"
        for path in one_pass.CHANGED
        if texts.get(path, _taken_out(world, path))
        not in {one_pass.BEFORE[path], one_pass.AFTER[path]}
    ]
    for old, new in MOVED.items():
        found = [texts.get(old), texts.get(new)].count(one_pass.BEFORE[old])
        # By hard links a file has both names for a moment.
        if not 1 <= found <= 1 + (world.way == "links"):
            wrong.append(f"moved and not there, or twice: {old}")
    made = texts.get("papers/2024/three.md")
    if made not in {None, one_pass.AFTER["papers/2024/three.md"]}:
        wrong.append(f"torn: the new note: {made!r}")
    return wrong + _ahead(world, texts)


def _taken_out(world: World, path: str) -> str | None:
    """The text of a file that is out of its place for an instant, as on Windows."""
    aside = world.vault.glob(f".vault-sync/tmp/*{SPARE}")
    texts = [each.read_text("utf-8") for each in aside]
    return one_pass.BEFORE[path] if one_pass.BEFORE[path] in texts else None


def _ahead(world: World, texts: dict[str, str]) -> list[str]:
    """Rows of the base that say more than the files, read from a copy of the state."""
    copy = world.state.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(world.state, copy)
    state = open_state(world.vault, {"VAULT_SYNC_STATE_DIR": str(copy)})
    rows = {row.key: value for row, value in state.rows().items()}
    assert state.note is None, state.note
    state.close()
    sides = {"two": "papers/two.md", "one": "papers/one.md", "three": "papers/2024/three.md"}
    wrong = [
        f"the base is ahead: {key}"
        for key, path in sides.items()
        if rows.get(key) == f'"{key}"'  # type: ignore[call-overload]
        and not all(texts.get(p) == one_pass.AFTER[p] for p in (path, "digests/week.md"))
    ]
    if "gone" not in rows and ".trash/gone.md" not in texts:
        wrong.append("the base is ahead: gone")
    return wrong


def unsettled(world: World) -> list[str]:
    """What the next pass should have brought to its end and did not."""
    again = injection.run(world.program)
    wrong = lost(world)
    if again.returncode or "undone" in again.stdout:
        wrong.append(f"the next pass: {again.stdout}{again.stderr}")
    if world.texts() != one_pass.AFTER:
        wrong.append(f"not as meant: {world.texts()}")
    state = open_state(world.vault, {"VAULT_SYNC_STATE_DIR": str(world.state)})
    if state.rows() != one_pass.ROWS:
        wrong.append(f"the base: {state.rows()}")
    if interrupted(state):
        wrong.append("a pass is still open")
    state.close()
    return wrong
