"""One pass over a vault: observe, plan, apply.

rebuild, sync, watch and check are this same pass with another beginning and another end.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vault_sync.core.model.plan import Operation, Outcome, Plan
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.reconcile.deferral import defer
from vault_sync.core.reconcile.pairing import first_pass, last_entry
from vault_sync.core.text.module_door import door
from vault_sync.edge.fs.own_files import kind_at
from vault_sync.edge.state.pass_log import note_lost_entries, old_dropped
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.state.vault_id import remember_names
from vault_sync.edge.write.apply import apply
from vault_sync.edge.write.recovery import recover
from vault_sync.sync.bibliography import is_current, update
from vault_sync.sync.facts import facts_stamp
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.index import FileStats
from vault_sync.sync.incremental.memory import TakesWholePass, begin_anew
from vault_sync.sync.incremental.recorder import Acted, identified, left_by
from vault_sync.sync.incremental.scope import View
from vault_sync.sync.incremental.unchanged import stamp_of
from vault_sync.sync.observation.observation import Observation
from vault_sync.sync.origins import copies, file_marks
from vault_sync.sync.origins.file_marks import remember_files
from vault_sync.sync.planning import conflicts_file
from vault_sync.sync.request import (
    PassRequest,
    PassResult,
    counted_files,
)
from vault_sync.sync.view import PassContext, look, look_at_part

if TYPE_CHECKING:
    from vault_sync.sync import undoing
else:  # few passes lose entries or lift refusals
    undoing = door("vault_sync.sync.undoing")


def run(context: PassContext, request: PassRequest) -> PassResult:
    """Run one whole pass: recover, observe, plan, apply.

    Raises:
        Busy: another process holds the vault.
        StateError: the state cannot be written; no file was touched after that.
        OSError: the vault's folder cannot be listed.
    """
    config, state = context.config, context.state
    typing = () if request.bulk else request.deferred
    with state.lock(context.wait, typing), uncollected():
        recovered = [*_moved(state), *recover(config.root, state)]
        view = look(context, request)
        # Asking loads the whole base, which only a whole pass needs; a part is none without a base.
        note = state.note if view.memory is None else None
        if context.ask is None or not view.plan.wanted:
            result = _finish(context, request, view)
            late = _references(context, request, view, result)
            plan = result.plan._replace(problems=(*recovered, *result.plan.problems, *late))
            seen = view.observation
            is_arriving = seen.base.arriving or bool(view.plan.deferred or seen.copies.merged)
            return result._replace(plan=plan, note=note, arriving=is_arriving)
    if view.memory is not None:
        view.memory.close()
    context.ask(view.plan.wanted)
    again = PassContext(
        config, state, context.facts_of, wait=context.wait, progress=context.progress
    )
    result = run(again, request)
    problems = tuple(dict.fromkeys((*recovered, *result.plan.problems)))
    return result._replace(plan=result.plan._replace(problems=problems), note=note or result.note)


def _moved(state: StateStore) -> Iterator[Problem]:
    was = state.take_over()
    if was is not None:
        words = f"this vault was at {was} before; its memory is taken over"
        if was == str(state.root):
            words = "this is another folder than at the last pass, with the id of this vault: "
            words += "nothing that is missing counts as removed until all is here"
        yield Problem(str(state.root), "vault-moved", words, level="notice")


def _references(
    context: PassContext, request: PassRequest, view: View, result: PassResult
) -> tuple[Problem, ...]:
    """Bring the file of references up to date after a pass that wrote, or where it is missing."""
    config, done = context.config, result.outcome.done
    if not config.bib.write or request.cause == "hook":
        return ()
    if kind_at(config.root, config.bib.write) is not None and (
        not done or (view.memory is not None and is_current(config, view.observation, done))
    ):
        return ()
    return update(config, context.state, request.cause)


def _finish(context: PassContext, request: PassRequest, view: View) -> PassResult:
    """Carry a plan out but for the files that somebody types in; remember the outcome."""
    busy = context.typed(each.path for each in view.plan.operations)
    result = _carry_out(context, request._replace(deferred=request.deferred | busy), view)
    if context.daemon_memory is not None and result.outcome.done:
        _look_again(context, request)
    return result


def _carry_out(context: PassContext, request: PassRequest, view: View) -> PassResult:
    """Carry a plan out, with the lock taken, and remember what is known now."""
    config, state, plan = context.config, context.state, view.plan
    doable, outcome = plan, Outcome()
    waiting: tuple[Operation, ...] = ()
    if request.deferred:
        page = conflicts_file.path_of(view.observation, config.rules)
        doable, waiting = defer(plan, request.deferred, page)
    if doable.operations or doable.base_updates:
        outcome = apply(
            config.root,
            state,
            doable,
            cause=request.cause,
            started=datetime.now(UTC),
            sources=_sources(view.observation, doable),
            at=counted_files(context.progress, len(doable.operations)),
        )
    if any(row.field == "commentary" for one in doable.base_updates for row in one.drop):
        note_lost_entries(state, undoing.lost_entries(view.observation, doable, outcome))
    remember_files(config.root, state, view.observation, doable, outcome)
    if request.lifts or view.observation.base.refused:
        undoing.lift_refusals(state, view.observation, every=request.lifts)
    remember_names(state, config.rules.properties.own)
    state.outdate()
    # A doubt about the globs leaves no trace: what is remembered would count as a base.
    doubted = any(each.code == first_pass.CODE for each in plan.problems)
    in_part = bool(request.only) or request.rename_properties
    whole = view.memory is None and not in_part and not doubted
    copies.end_pass(state, view.observation, doable, outcome, whole=whole)
    if whole:
        file_marks.join(state, view.observation, outcome)
    if request.of_all:
        file_marks.end_pass(state, view.observation, plan, time.time())
    # The last that changes the state: what is remembered is remembered beside it.
    dropped = old_dropped(state, config.saved_days) if outcome.done else ()
    _remember(context, request, view, (doable, outcome))
    plan = plan._replace(problems=(*dropped, *plan.problems))
    return PassResult(plan, outcome, waiting, explained=view.explained)


def _sources(observation: Observation, plan: Plan) -> frozenset[RelPath]:
    """Return the files that were only read, on whose texts a base update rests."""
    rows = [row for base_update in plan.base_updates for row in base_update.put]
    digests = {RelPath(row.digest) for row in rows if row.digest}
    managed = observation.snapshot.managed
    notes = {path for row in rows if row.key for path in managed.get(row.key, ())}
    return frozenset((digests | notes) & observation.files)


# What the next pass need not find out again.


def _look_again(context: PassContext, request: PassRequest) -> None:
    """Read the files just written once more, now that nobody waits for the pass any longer."""
    facts = facts_stamp(context.config, context.state)
    part = context._replace(hints=frozenset(), walk=None)
    try:
        view = look_at_part(part, request, facts, again=True)
    except TakesWholePass:
        return  # the next pass looks
    # What there is to do after all waits, as if somebody typed in every file.
    _remember(context, request, view, (Plan(), Outcome()))


def _remember(
    context: PassContext, request: PassRequest, view: View, carried_out: tuple[Plan, Outcome]
) -> None:
    """Store what the next pass need not find out again: in the index, and for the daemon.

    `carried_out` is the part of the plan that was not deferred, and its outcome.
    """
    context.state.close()
    stamp = stamp_of(context.config, context.state)
    of_walk = set(view.observation.problems)
    own = tuple(each for each in view.plan.problems if each not in of_walk)
    acted = Acted(view.plan._replace(problems=own), *carried_out, view.lacking, view.facts)
    # Nothing but time makes an entry taken out of an end that is missing; a doubt about the globs
    # ends with a word of a person. What a joining device left waiting is for a whole pass, and so
    # is the end of its joining.
    waits = any(each.code in {last_entry.WAITS, first_pass.CODE} for each in view.plan.problems)
    usual = request.of_all and not (
        view.observation.base.is_partial or view.plan.deferred or copies.concern(view.observation)
    )
    found = _stored(context, view, acted, stamp if usual and not waits else None)
    if context.daemon_memory is not None:
        context.daemon_memory.found = found if view.memory is not None else None


def _stored(context: PassContext, view: View, acted: Acted, stamp: str | None) -> FileStats | None:
    """Store what a pass leaves, under a stamp (None: the index goes); return it."""
    seen, memory, found = view.observation, view.memory, None
    if memory is None and stamp is not None:
        seen, memory = identified(seen), begin_anew(index.path_of(context.state))
    if memory is not None:
        left = left_by(acted, memory, seen) if stamp is not None else None
        if stamp is not None and left is not None:
            last, files = left
            changed = bool(files) or (stamp, last) != (memory.stamp, memory.last)
            found = memory.store(stamp, last, files) if changed else memory.found
        memory.close()
    if found is None:
        index.forget(index.path_of(context.state))
    return found


@contextmanager
def uncollected() -> Iterator[None]:
    """Switch the collector off for the block.

    A pass makes a hundred thousand values and no circles: looking for some takes a tenth of it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
