"""What was written and why; taking a pass back; getting a saved text back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from vault_sync.core.model import RelPath
from vault_sync.core.plan import (
    Agreement,
    Create,
    Operation,
    Outcome,
    Plan,
    Rename,
    Row,
    Trash,
    Undone,
    Write,
)
from vault_sync.edge import records, saved
from vault_sync.edge.beneath import Beneath, folded, names_in
from vault_sync.edge.records import Change, PassRecord
from vault_sync.edge.state import State
from vault_sync.edge.swap import At, no_point
from vault_sync.edge.write import apply

_UNDO = "undo "


class SavedText(NamedTuple):
    """One saved text: its file, the path it stood at, when (ISO 8601, UTC) and why it was saved."""

    file: Path
    path: RelPath
    at: str
    why: str
    name: str


def log(state: State, limit: int | None = None) -> list[PassRecord]:
    """The passes that wrote something, newest first."""
    return records.records(state, limit)


def undo(
    root: Path,
    state: State,
    pass_id: int | None = None,
    *,
    started: datetime,
    at: At = no_point,
) -> Outcome:
    """Takes a pass back, as a pass of its own: by default the newest that is not taken back yet.

    A file that is no longer as the pass left it is refused; the others are taken back. The base
    then says nothing of what the pass had agreed: the two sides meet anew, so that the next pass
    neither repeats what was undone nor takes the older text for somebody's edit.

    Raises:
        LookupError: there is no such pass.
        StateError: as `apply`.
    """
    record = _record(state, pass_id)
    operations: list[Operation] = []
    refused: list[Undone] = []
    rows: dict[RelPath, set[Row]] = {}
    with Beneath(root) as vault:
        moved: dict[RelPath, RelPath] = {}
        for change in reversed(record.changes):
            if change.undone is None:
                back = _inverse(vault, state, change, moved, f"{_UNDO}{record.id}")
                (refused if isinstance(back, Undone) else operations).append(back)  # type: ignore[arg-type]
    of_pass = records.rows_of(state, record.id)
    for operation in operations:
        rows[operation.path] = {
            row
            for paths, some in of_pass
            if not paths.isdisjoint({operation.path, getattr(operation, "to", operation.path)})
            for row in some
        }
    agreements = tuple(
        Agreement(frozenset({path}), {}, frozenset(some)) for path, some in rows.items() if some
    )
    outcome = apply(
        root,
        state,
        Plan(tuple(operations), agreements),
        cause=f"{_UNDO}{record.id}",
        started=started,
        at=at,
    )
    return Outcome(outcome.done, (*refused, *outcome.undone))


def _record(state: State, pass_id: int | None) -> PassRecord:
    passes = records.records(state)
    taken_back = {record.cause for record in passes}
    for record in passes:
        if record.id == pass_id:
            return record
        if pass_id is None and not (
            record.cause.startswith(_UNDO) or f"{_UNDO}{record.id}" in taken_back
        ):
            return record
    raise LookupError(
        "there is no pass to take back" if pass_id is None else f"there is no pass {pass_id}"
    )


def _inverse(
    vault: Beneath, state: State, change: Change, moved: dict[RelPath, RelPath], why: str
) -> Operation | Undone:
    """The operation that takes one change back, or why it is not taken back.

    `moved` says where a file that this undo will have moved still is now.
    """
    path, to = change.path, change.to
    now = moved.get(path, path) if change.kind in {"create", "write"} else to
    assert now is not None
    content = vault.holds(now)
    text = (content or b"").decode("utf-8", "surrogateescape")
    same = content is not None and saved.name_of(content) == (change.after or change.before)
    old = saved.take(state.saved, change.before) if change.before else None
    before = None if old is None else old.decode("utf-8", "surrogateescape")
    match change.kind:
        case "create":
            back: Operation = Trash(path, _trash_path(path), text, why)
        case "write":
            back = Write(path, text, before or "", why)
        case "rename":
            moved[path] = now
            back = Rename(now, path, text, why)
        case "trash":
            if same:
                return Rename(now, path, text, why)
            back = Create(path, before or "", why)
    if change.kind == "trash":
        same = before is not None
    if content is None and not same:
        return Undone(back, "it is not there any more; nothing to take back")
    if not same:
        return Undone(back, "it has newer edits, which are kept")
    if change.kind == "write" and before is None:
        return Undone(back, "the text it replaced is no longer among the saved ones")
    return back


def _trash_path(path: RelPath) -> RelPath:
    return RelPath(".trash/" + path.rpartition("/")[2])


def saved_texts(state: State, path: RelPath | None = None) -> list[SavedText]:
    """The saved texts, of one path or of all, newest first."""
    return [
        SavedText(saved.file_of(state.saved, name), found, at, why, name)
        for name, found, at, why in records.all_saved(state)
        if path is None or found == path
    ]


def restore(
    root: Path,
    state: State,
    path: RelPath,
    *,
    started: datetime,
    name: str | None = None,
    at: At = no_point,
) -> Outcome:
    """Brings the newest saved text of a path back, or the one called `name`.

    Where another text stands at the path now, the saved one is put beside it, as
    `PATH (restored).md`: nothing is overwritten. The outcome's operation says where it is.

    Raises:
        LookupError: no text of that path is saved that is not there already.
    """
    with Beneath(root) as vault:
        now = vault.holds(path)
        for one in saved_texts(state, path):
            content = saved.take(state.saved, one.name)
            if content is None or content == now or name not in {None, one.name}:
                continue
            place = path if now is None else _beside(vault, path)
            text = content.decode("utf-8", "surrogateescape")
            why = f"restored, as it was saved at {one.at}"
            break
        else:
            raise LookupError(f"no other text of {path} is saved")
    plan = Plan((Create(place, text, why),))
    return apply(root, state, plan, cause="restore", started=started, at=at)


def _beside(vault: Beneath, path: RelPath) -> RelPath:
    above, _, name = path.rpartition("/")
    taken = {folded(one) for one in names_in(vault.folder(above))}
    stem = name.removesuffix(".md")
    number = 1
    while True:
        beside = f"{stem} (restored{'' if number == 1 else f' {number}'}).md"
        if folded(beside) not in taken:
            return RelPath(f"{above}/{beside}" if above else beside)
        number += 1


def drop_old(state: State, now: datetime, keep_saved_days: int = 90) -> int:
    """Removes saved texts older than that, and says how many. The caller holds the lock.

    Raises:
        StateError, OSError: what could not be removed is still known.
    """
    before = (now - timedelta(days=keep_saved_days)).astimezone(UTC)
    names = records.forget_saved(state, before.isoformat())
    for name in names:
        saved.drop(state.saved, name)
    # A pass that was killed before its journal leaves texts that no row speaks of.
    known = {one.name for one in saved_texts(state)}
    stray = [
        file
        for file in (state.saved.glob("??/*") if names or known else ())
        if file.name not in known and file.stat().st_mtime < before.timestamp()
    ]
    for file in stray:
        file.unlink()
    return len(names) + len(stray)
