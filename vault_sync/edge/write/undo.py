"""Taking a pass back; getting a saved text back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from vault_sync.core.digest.styles.style import StyleChoice, always_flat
from vault_sync.core.merge import documents
from vault_sync.core.model.plan import (
    BaseKey,
    BaseUpdate,
    Create,
    Operation,
    Outcome,
    Plan,
    Rename,
    Undone,
    Write,
    to_trash,
)
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.report.conflicts_page import unticked
from vault_sync.core.text.encodings import as_bytes, as_text
from vault_sync.core.text.folding import casefold_nfc
from vault_sync.edge.fs.vault_dir import VaultDir, folded_names
from vault_sync.edge.state import deliveries, pass_log
from vault_sync.edge.state.pass_log import PassRecord, SavedRow
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.write.apply import apply
from vault_sync.edge.write.staging import At, no_point

NEWER = "it has newer edits, which are kept"
_UNDO = "undo "


class SavedText(NamedTuple):
    """One saved text and the file it is in; anything can read that."""

    file: Path
    row: SavedRow


def _no_copies(_operations: Sequence[Operation]) -> Mapping[RelPath, str]:
    return {}


class UndoRules(NamedTuple):
    """Knowledge of a vault that taking a pass back needs.

    `page` is the conflicts note, whose ticks are taken back too, `styles` those of digests.
    `last_copies` returns the files that operations must not write, each with the reason.
    """

    page: RelPath | None = None
    styles: StyleChoice = always_flat
    last_copies: Callable[[Sequence[Operation]], Mapping[RelPath, str]] = _no_copies


UNDO_RULES = UndoRules()


def undo(
    root: Path,
    state: StateStore,
    pass_id: int | None = None,
    *,
    started: datetime,
    rules: UndoRules = UNDO_RULES,
    at: At = no_point,
) -> Outcome:
    """Take a pass back, as a pass of its own: by default the newest that is not taken back yet.

    Digests get entries that they lost to the pass back at their place. A file that is not as the
    pass left it is refused, and one that has the last copy of words. The base then has nothing of
    what the pass had put there: the two sides meet anew, so that the next pass neither repeats what
    was undone nor takes an older text for an edit.

    Raises:
        LookupError: there is no such pass.
        StateError: as `apply`.
    """
    record = _record(state, pass_id)
    cause = f"{_UNDO}{record.id}"
    with VaultDir(root) as vault:
        found = list(_inverses(vault, state, record, cause, rules.page))
        found = _with_lost_entries(vault, state, record, found, rules.styles)
    inverses = list(_without_last_copies(found, rules))
    back = [(path, one) for path, one in inverses if not isinstance(one, Undone)]
    paths = {path for path, _ in back}
    # Resting on no file: should one be edited just now, forgetting its row is safe, keeping is not.
    forgotten = frozenset(
        row
        for rested_on, rows in pass_log.rows_of(state, record.id)
        if not paths.isdisjoint(rested_on)
        for row in rows
    )
    updates = (BaseUpdate(frozenset(), {}, forgotten),) if forgotten else ()
    plan = Plan(tuple(one for _, one in back), updates)
    outcome = apply(root, state, plan, cause=cause, started=started, at=at)
    refused = (one for _, one in inverses if isinstance(one, Undone))
    return Outcome(outcome.done, (*refused, *outcome.undone))


def _record(state: StateStore, pass_id: int | None) -> PassRecord:
    passes = pass_log.records(state)
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


def _inverses(
    vault: VaultDir, state: StateStore, record: PassRecord, why: str, page: RelPath | None
) -> Iterator[tuple[RelPath, Operation | Undone]]:
    """Yield what takes the changes of a pass back, or why one is not; each with its path.

    The path is the change's own, as the pass's base updates name it.
    """
    # Of a file that was written and then renamed the writing is taken back first, where it is now:
    # temporary files are made before anything moves.
    moves: dict[RelPath, tuple[Rename, str | None]] = {}
    for change in reversed(record.changes):
        if change.undone is not None:
            continue
        path = change.path
        here = change.to or (moves[path][0].path if path in moves else path)
        text, reason = _found(vault, here, change.after)
        old = pass_log.take(state.saved, change.before) if change.before else None
        before = as_text(old or b"")
        if path == page:
            before = unticked(before)
        back: Operation
        match change.kind:
            case "rename":
                moves[path] = Rename(here, path, text, why), reason
                continue
            case "create":
                back = to_trash(path, text, why)
            case "write":
                back = Write(here, text, before, why)
                if old is None:
                    reason = reason or "the text that it replaced is not kept any more"
                if path in moves and reason is None:
                    moves[path] = Rename(here, path, before, why), None
            case "trash" if path != page and (reason is None or old is None):
                back = Rename(here, path, text, why)
            case "trash":
                back, reason = Create(path, before, why), None
        yield path, back if reason is None else Undone(back, reason)
    for path, (move, reason) in moves.items():
        yield path, move if reason is None else Undone(move, reason)


def _with_lost_entries(
    vault: VaultDir,
    state: StateStore,
    record: PassRecord,
    inverses: list[tuple[RelPath, Operation | Undone]],
    styles: StyleChoice,
) -> list[tuple[RelPath, Operation | Undone]]:
    """Return what takes a pass back, digests from which a person had taken entries included."""
    why = f"{_UNDO}{record.id}"
    lost = pass_log.lost_entries(state, record.id)
    result = [each for each in inverses if each[0] not in lost]
    for path, (whole_name, cut_name) in lost.items():
        whole, cut = (pass_log.take(state.saved, name) for name in (whole_name, cut_name))
        now = vault.holds(path)
        own = [each for each in inverses if each[0] == path]
        result += own
        if whole is None or cut is None or now is None:
            continue
        before, there, all_ = map(as_text, (cut, now, whole))
        back = next((str(one.after) for _, one in own if isinstance(one, Write)), there)
        merged = documents.digest(before, back, all_, styles(path))
        if back == before or not merged.conflicts:
            text = all_ if back == before else merged.text
            result = [each for each in result if each[0] != path]
            result.append((path, Write(path, there, text, why)))
    return result


def _without_last_copies(
    inverses: list[tuple[RelPath, Operation | Undone]], rules: UndoRules
) -> Iterator[tuple[RelPath, Operation | Undone]]:
    """Yield what takes a pass back, refused where it would take the last copy of words."""
    reasons = rules.last_copies([one for _, one in inverses if not isinstance(one, Undone)])
    for path, one in inverses:
        refused = isinstance(one, Write) and one.path in reasons
        yield path, Undone(one, reasons[one.path]) if isinstance(one, Write) and refused else one


def _found(vault: VaultDir, path: RelPath, expected: str) -> tuple[str, str | None]:
    """Return the text at a path, and what is wrong if it is not the one of that name."""
    content = vault.holds(path)
    if content is None:
        return "", "it is not there any more"
    return as_text(content), None if pass_log.name_of(content) == expected else NEWER


def list_saved(state: StateStore, path: RelPath | None = None) -> list[SavedText]:
    """Return the saved texts, of one path or of all, newest first."""
    return [
        SavedText(pass_log.file_of(state.saved, row.name), row)
        for row in pass_log.all_saved(state)
        if path is None or row.path == path
    ]


def restore(
    root: Path,
    state: StateStore,
    path: RelPath,
    *,
    started: datetime,
    name: str | None = None,
    in_place: bool = False,
    at: At = no_point,
) -> Outcome:
    """Bring the newest text of a path back, or the saved one called `name`.

    The newest is what the last pass read there, if the base has it, else the newest saved one.
    Where another text stands at the path now, it is put beside it, as `PATH (restored).md`:
    nothing is overwritten but a file that is empty or holds NUL characters, and that is saved.
    With `in_place` the present text is replaced, and saved, whatever it is.
    The outcome's operation says where the text is.

    Raises:
        LookupError: there is no text of that path that does not stand there already.
    """
    with VaultDir(root) as vault:
        now = vault.holds(path)
        for content, when in _texts(state, path, name):
            if content == now or (name is None and _is_damage(content)):
                continue
            text, why = as_text(content), f"restored, as it was {when}"
            if now is not None and (in_place or _is_damage(now)):
                back: Operation = Write(path, as_text(now), text, why)
            else:
                back = Create(path if now is None else _beside(vault, path), text, why)
            break
        else:
            raise LookupError(f"no other text of {path} is saved")
    if back.path == path:  # before it is there: no pass may take what it lacks for an edit
        with state.writing() as connection:
            deliveries.note_waiting(connection, path, started.timestamp())
    return apply(root, state, Plan((back,)), cause="restore", started=started, at=at)


def _texts(state: StateStore, path: RelPath, name: str | None) -> Iterator[tuple[bytes, str]]:
    """Yield the texts that stood at a path, newest first, and when."""
    text = state.rows().get(BaseKey(Key(""), path, "text"))
    if text is not None and name is None:
        yield as_bytes(str(text)), "at the last pass"
    for _, one in list_saved(state, path):
        content = pass_log.take(state.saved, one.name)
        if content is not None and name in {None, one.name}:
            yield content, f"saved at {one.at}"


def _is_damage(content: bytes) -> bool:
    """Return True for a text that no person leaves behind: a file emptied, or written in part."""
    return b"\0" in content or not content.removeprefix(b"\xef\xbb\xbf").strip()


def _beside(vault: VaultDir, path: RelPath) -> RelPath:
    above, _, name = path.rpartition("/")
    taken = folded_names(vault.folder(above))
    stem = name.removesuffix(".md")
    number = 1
    while True:
        beside = f"{stem} (restored{'' if number == 1 else f' {number}'}).md"
        if casefold_nfc(beside) not in taken:
            return RelPath(f"{above}/{beside}" if above else beside)
        number += 1
