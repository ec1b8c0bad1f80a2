"""One small pass over a small vault, as a program: what the crash tests kill, starve and run again.

    python -S -B one_pass.py VAULT STATE [links|windows]

Recovers, then plans what is left of a fixed piece of work, as the real planner would from the files
it finds, and carries it out; `links`: as where the kernel has no exchange; `windows`: on the
stand-in for Windows. Exit 0: done or undone with reasons (printed); 1: state not writable.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.support import fake_windows
from vault_sync.core.model.plan import (
    BaseKey,
    BaseUpdate,
    Create,
    Operation,
    Plan,
    Rename,
    Trash,
    Write,
)
from vault_sync.core.model.values import Key, RelPath
from vault_sync.edge.platform import current, linux, posix
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.store import open_state
from vault_sync.edge.write.apply import apply
from vault_sync.edge.write.recovery import recover

BEFORE = {
    "digests/week.md": "week\n\none tok-digest-one\n\ntwo tok-digest-two\n",
    "papers/one.md": "note one tok-note-one\n",
    "papers/two.md": "note two tok-note-two tok-mine\n",
    "papers/old name.md": "named tok-named\n",
    "papers/gone.md": "gone tok-gone\n",
}
AFTER = {
    "digests/week.md": "week\n\none tok-digest-one tok-note-one\n\ntwo tok-digest-two\n\nthree\n",
    "papers/one.md": "note one tok-note-one tok-digest-one\n",
    "papers/two.md": "note two tok-digest-two tok-mine\n",
    "papers/2024/new name.md": "named tok-named\n",
    ".trash/gone.md": "gone tok-gone\n",
    "papers/2024/three.md": "note three\n",
}
CHANGED = ("digests/week.md", "papers/one.md", "papers/two.md")
OLD_ROWS = {
    BaseKey(Key(name), "digests/week.md", "text"): f'"{name}, before"' for name in ("one", "gone")
}
ROWS = {
    BaseKey(Key(name), "digests/week.md", "text"): f'"{name}"' for name in ("one", "two", "three")
}


def plan(holds: dict[str, str]) -> Plan:
    """What is left to do, given the vault's texts."""
    work: list[Operation] = []
    if "papers/2024/three.md" not in holds:
        work.append(Create(RelPath("papers/2024/three.md"), AFTER["papers/2024/three.md"], "new"))
    work += [
        Write(RelPath(path), BEFORE[path], AFTER[path], "edit")
        for path in CHANGED
        if holds.get(path) == BEFORE[path]
    ]
    if "papers/old name.md" in holds:
        text = BEFORE["papers/old name.md"]
        to = RelPath("papers/2024/new name.md")
        work.append(Rename(RelPath("papers/old name.md"), to, text, "date known"))
    if "papers/gone.md" in holds:
        text = BEFORE["papers/gone.md"]
        work.append(Trash(RelPath("papers/gone.md"), RelPath(".trash/gone.md"), text, "removed"))
    paths = {one.path for one in work}
    both = {"one": CHANGED[:2], "two": CHANGED[:1] + CHANGED[2:], "three": CHANGED[:1]}
    base_updates = [
        BaseUpdate(
            frozenset(RelPath(path) for path in both[row.key] if path in paths)
            | ({RelPath("papers/2024/three.md")} & paths if row.key == "three" else frozenset()),
            {row: value},
        )
        for row, value in ROWS.items()
        if all(path in paths or holds.get(path) == AFTER[path] for path in both[row.key])
    ]
    gone = BaseKey(Key("gone"), "digests/week.md", "text")
    base_updates.append(
        BaseUpdate(frozenset({RelPath("papers/gone.md")}) & paths, {}, frozenset({gone}))
    )
    return Plan(tuple(work), tuple(base_updates))


def main(vault: Path, state_folder: str, way: str = "") -> int:
    if way == "links":
        linux._kernel_rename = lambda: None  # type: ignore[assignment]
    elif way == "windows":
        fake_windows.install(setattr)
        # As for whoever made the state: it is of the same folder.
        setattr(current.files, "disk_number", posix.disk_number)  # noqa: B010
    state = open_state(vault, {"VAULT_SYNC_STATE_DIR": state_folder})
    # The mark that the fault tests count from.
    os.access("/the pass begins", os.F_OK)
    try:
        with state.lock(5):
            for problem in recover(vault, state):
                print("problem", problem.code, problem.path, problem.message)
            holds = {
                str(path.relative_to(vault)): path.read_text("utf-8")
                for path in vault.rglob("*.md")
                if ".vault-sync" not in path.parts
            }
            done = apply(vault, state, plan(holds), cause="test", started=datetime.now(UTC))
            for one in done.undone:
                print("undone", one.operation.path, one.reason)
            print("done", len(done.done))
    except StateError as error:
        print("state", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
