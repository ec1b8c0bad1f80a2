"""Copies that sync services made: merged in a whole pass, thrown away by the one after it.

The texts of the files are merged before anything is concluded from them; the plan is then made for
these texts, and writes them over those that stand there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from vault_sync.core.model.base import Arrival, Base, Origin, origin_of, updates_made
from vault_sync.core.model.copies import MergedCopies, VaultCopy
from vault_sync.core.model.plan import (
    BaseKey,
    BaseUpdate,
    Operation,
    Outcome,
    Plan,
    Rename,
    Trash,
    Write,
    to_trash,
)
from vault_sync.core.model.values import FIELD_NAMES, Key, RelPath, Rules
from vault_sync.core.naming.copy_names import is_copy
from vault_sync.core.report import copy_section
from vault_sync.core.text.encodings import text_hash
from vault_sync.core.text.module_door import door
from vault_sync.edge.fs.scan import Stat
from vault_sync.edge.state import deliveries, earlier_values
from vault_sync.edge.state.deliveries import CopyRecord
from vault_sync.edge.state.pass_log import PassRecord
from vault_sync.edge.state.schema import is_there
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.observation.file_record import looks_delivered, numbers
from vault_sync.sync.observation.observation import (
    MergesCopies,
    Observation,
    VaultTexts,
    copy_rules_of,
)

if TYPE_CHECKING:
    from vault_sync.core.merge import copy_rules, file_copies
    from vault_sync.core.merge.copy_rules import CopyChoice, CopyRules
    from vault_sync.core.merge.file_copies import Overwritten
else:  # few vaults have copies
    copy_rules = door("vault_sync.core.merge.copy_rules")
    file_copies = door("vault_sync.core.merge.file_copies")


def merger(state: StateStore, rules: Rules, base: Base, *, whole: bool) -> MergesCopies:
    """Return what merges the copies among the texts of a vault. `whole`: the pass is about all."""

    def merge(read: VaultTexts, moved: Mapping[RelPath, RelPath]) -> MergedCopies:
        texts, page, found, is_arriving = read
        boxes = copy_section.read_boxes(texts.get(page, ""))
        is_listed = deliveries.has_listed(state.select)
        choice = _choice(deliveries.read_copies(state.select), boxes)
        if not is_listed:
            choice = choice._replace(left=choice.left | set(filter(is_copy, texts)))
        copy_rules = copy_rules_of(rules, base, texts, page)._replace(
            histories_of=lambda keys: earlier_values.read_histories(state.select, keys, base.rows),
            choice=choice,
            ready=whole and base.exists and not base.joining and not is_arriving,
        )
        overwritten = _overwritten(texts, found.files, base, copy_rules)
        # A person wants back what an older text says, and a merge takes that for removed since.
        back = deliveries.restored(state.select) if moved else {}
        moved = {path: to for path, to in moved.items() if not back.get(path, False)}
        merged = {path for path, _ in choice.merged}
        for path in [path for path in moved if copy_rules.is_digest(path)]:
            brought = any(looks_delivered(found.files[each]) for each in (path, moved[path]))
            if not (path in merged or (brought and _is_old(state, base, path, moved[path]))):
                del moved[path]
        return file_copies.merge_copies(texts, copy_rules, moved, overwritten)

    return merge


def _is_old(state: StateStore, base: Base, path: RelPath, now: RelPath) -> bool:
    """Return True if one of two paths of a digest is new here, and `path` is none that was not."""
    in_base = [BaseKey(Key(""), each, "text") in base.rows for each in (path, now)]
    return not all(in_base) and (in_base[0] or deliveries.is_former(state.select, path))


SAME_TIME = 30_000_000_000
"""Nanoseconds in which no other device gets a text, has it read and edited."""


def _overwritten(
    texts: Mapping[RelPath, str], stats: Mapping[RelPath, Stat], base: Base, rules: CopyRules
) -> Overwritten:
    """Return what was brought within `SAME_TIME` of what was typed here, and not after it."""
    if not rules.ready or not rules.merges:
        return file_copies.NOT_OVERWRITTEN
    near: dict[RelPath, set[Key]] = {}
    marks = base.files or {}
    brought = {
        path: stats[path].mtime_ns
        for by_path in marks.values()
        for path, mark in by_path.items()
        if path in texts and numbers(stats[path]) != mark[:3] and looks_delivered(stats[path])
    }
    for key, by_path in marks.items() if brought else ():
        for path, mark in by_path.items() if key else ():
            for file in {path, *base.places.get(key, ())} & brought.keys():
                if abs(brought[file] - mark.mtime_ns) <= SAME_TIME:
                    near.setdefault(file, set()).add(key)
    if not near:
        return file_copies.NOT_OVERWRITTEN
    histories = rules.histories_of({key for keys in near.values() for key in keys})
    typed = {row.key for row, history in histories.items() if history.was_typed}
    digests = {}
    for file, keys in near.items():
        text = base.text(BaseKey(Key(""), file, "text"))
        if text is not None and keys & typed:
            digests[file] = text, frozenset(keys & typed)
    notes = {file for file, keys in near.items() if file in base.note_paths and keys & typed}
    return file_copies.Overwritten(digests, frozenset(notes), histories)


def _choice(records: Collection[CopyRecord], boxes: copy_section.CopyBoxes) -> CopyChoice:
    def paths(decision: str) -> frozenset[RelPath]:
        return frozenset(each.path for each in records if each.decision == decision)

    left, merged = paths("left"), paths("merged")
    return copy_rules.CopyChoice(
        left,
        paths("mine") | boxes.mine,
        paths("wanted") | merged | boxes.merge | (left if boxes.merge_left else frozenset()),
        frozenset((each.path, each.hash) for each in records if each.decision == "merged"),
        paths("mine") & boxes.about,
    )


def with_arrivals(seen: Observation) -> Observation:
    """Return an observation that tells which files have copies, for what is concluded from them."""
    copies = seen.copies
    if not (copies.merged or copies.stuck or copies.overwritten):
        return seen
    arrivals = dict(seen.base.arrivals)
    for path in {copy.original for copy in copies.merged} | copies.overwritten:
        arrivals[path] = arrivals.get(path, Arrival())._replace(copied=True)
    return seen._replace(base=replace(seen.base, arrivals=arrivals, histories=copies.histories))


def concern(seen: Observation) -> bool:
    """Return True if copies, or what is left of them, make the next pass a whole one.

    A row of the conflicts note does so only until a pass at rest: the ones that stay then are dealt
    with when their page or their paper changes.
    """
    page = seen.conflicts_text
    if seen.copies.hidden or seen.copies.rows or copy_section.read_boxes(page).about:
        return True
    return bool(seen.base.arrivals) and copy_section.has_rows(page)


# The plan.


def with_copies(plan: Plan, seen: Observation) -> Plan:
    """Return a plan, made for merged texts, as one for the texts that stand there."""
    copies = seen.copies
    if not (copies.before or copies.finished or copies.problems):
        return plan
    operations = (
        *_over_disk(plan.operations, copies),
        *map(partial(_trash, copies), copies.finished),
    )
    updates = tuple(_resting(each, seen) for each in plan.base_updates)
    problems = (*copies.problems, *plan.problems)
    return plan._replace(operations=operations, base_updates=updates, problems=problems)


def _over_disk(operations: tuple[Operation, ...], copies: MergedCopies) -> Iterator[Operation]:
    written = {each.path for each in operations if isinstance(each, Write | Trash)}
    for path, before in copies.before.items():
        if path not in written:
            yield Write(path, before, copies.texts[path], _merged_with(path, copies))
    for each in operations:
        if not isinstance(each, Write | Trash) or each.path not in copies.before:
            yield each
            continue
        why = f"{_merged_with(each.path, copies)}; {each.why}"
        yield replace(each, before=copies.before[each.path], why=why)


def _merged_with(path: RelPath, copies: MergedCopies) -> str:
    names = [copy.path.rpartition("/")[2] for copy in copies.merged if copy.original == path]
    return f"merged with {', '.join(names) or 'what was typed here just before'}"


def _trash(copies: MergedCopies, copy: VaultCopy) -> Trash:
    return to_trash(copy.path, copies.hidden[copy.path], f"its words are in {copy.original}")


def _resting(base_update: BaseUpdate, seen: Observation) -> BaseUpdate:
    """Return a base update that waits for the files whose merged texts it rests on."""
    before, managed = seen.copies.before, seen.snapshot.managed
    rows = (*base_update.put, *base_update.drop)
    paths = {
        path
        for row in rows
        for path in (RelPath(row.digest), *managed.get(row.key, ()))
        if path in before
    }
    return (
        base_update._replace(paths=frozenset(paths).union(base_update.paths))
        if paths
        else base_update
    )


# What is remembered.


def end_pass(
    state: StateStore, seen: Observation, plan: Plan, outcome: Outcome, *, whole: bool
) -> None:
    """Note which copies were merged, and which values the fields of the papers have now.

    Raises:
        StateError: the state could not be written.
    """
    lists = whole and not deliveries.has_listed(state.select)
    records = list(_records(seen, plan, outcome, lists=lists)) if whole else []
    learned = list(_learned(seen, plan, outcome))
    removed = _removed(plan, outcome)
    dropped = {row.digest for one in updates_made(plan, outcome) for row in one.drop if row.digest}
    former = dropped - seen.files
    if not (records or learned or removed or lists or former) or not is_there(state.select):
        return
    with state.writing() as connection:
        if whole:
            deliveries.note_copies(connection, records, seen.files)
        earlier_values.note_removed(connection, removed)
        deliveries.note_former(connection, former)
        for each in learned:
            earlier_values.learn(connection, *each)


def _records(
    seen: Observation, plan: Plan, outcome: Outcome, *, lists: bool
) -> Iterator[CopyRecord]:
    """Yield what is decided about copies; with `lists` all that stand there are written down."""
    copies, done = seen.copies, {each.path for each in outcome.done}
    page = seen.conflicts_path
    rows_wait = any(each.path == page for each in plan.operations) and page not in done
    for copy in copies.merged:
        if not rows_wait and (copy.original not in copies.before or copy.original in done):
            yield CopyRecord(copy.path, "merged", text_hash(copies.hidden[copy.path]))
    if lists:
        yield from (CopyRecord(path, "left") for path in seen.files if is_copy(path))
    boxes = copy_section.read_boxes(seen.conflicts_text)
    # A box that still stands there is read again: one that is remembered too is another device's.
    if page in done:
        yield from (CopyRecord(path, "mine") for path in boxes.mine & seen.files)
    finished = {copy.path for copy in (*copies.merged, *copies.finished)}
    waiting = (*copies.unproven, *copies.stuck, *copies.left)
    wanted = boxes.merge | {copy.path for copy in copies.left if boxes.merge_left}
    yield from (
        CopyRecord(copy.path, "wanted")
        for copy in waiting
        if copy.path in wanted and copy.path not in finished
    )


def _learned(
    seen: Observation, plan: Plan, outcome: Outcome
) -> Iterator[tuple[BaseKey, str | tuple[str, ...] | None, str | tuple[str, ...], Origin]]:
    base = seen.base
    if not base.exists:
        return
    touched = {copy.original for copy in seen.copies.merged} | seen.copies.overwritten
    for base_update in updates_made(plan, outcome):
        for row in base_update.put:
            was = base.rows.get(row)
            if row.field not in FIELD_NAMES or was == base_update.put[row]:
                continue
            files = {RelPath(row.digest), *seen.snapshot.managed.get(row.key, ())}
            delivered = base.joining or any(
                each.delivered or each.waited or each.restored for each in map(base.arrival, files)
            )
            origin = origin_of(delivered=delivered, merged=bool(files & touched))
            yield row, was, base_update.put[row], origin


def _removed(plan: Plan, outcome: Outcome) -> set[Key]:
    """Return the papers that this pass took out of the vault."""
    updates = updates_made(plan, outcome)
    gone = {row.key for one in updates for row in one.drop if row.field == "url" and not row.digest}
    return gone - {row.key for one in updates for row in one.put if row.field == "url"}


def take_back(state: StateStore, record: PassRecord, outcome: Outcome) -> None:
    """Leave alone, after an undo, the copies that the undone pass had merged or thrown away.

    `record` is that of the undo, which names the undone pass.

    Raises:
        StateError: the state could not be written.
    """
    remembered = {each.path for each in deliveries.read_copies(state.select)}
    moved = (each.to for each in outcome.done if isinstance(each, Rename))
    restored = [path for path in moved if is_copy(path) or path in remembered]
    undone = record.cause.rpartition(" ")[2]
    with state.writing() as connection:
        deliveries.leave_copies(connection, int(undone), restored)
