"""One pass over a vault: observe, plan, apply.

rebuild, sync, watch and check are this same pass with another beginning and another end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from vault_sync.core.model.plan import BaseUpdate, Create, Outcome, Plan
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.reconcile.deferral import defer
from vault_sync.core.reconcile.pairing import first_pass, last_entry
from vault_sync.edge.config import Config
from vault_sync.edge.fs.scan import Stat, scan
from vault_sync.edge.state.pass_log import note_lost_entries
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.state.vault_id import remember_names
from vault_sync.edge.system.garbage import uncollected
from vault_sync.edge.write.apply import apply
from vault_sync.edge.write.recovery import recover
from vault_sync.edge.write.undo import old_dropped
from vault_sync.sync import conflicts_file, copies, deliveries
from vault_sync.sync.bibliography import is_current, readers_library, update
from vault_sync.sync.facts import facts_stamp
from vault_sync.sync.file_marks import remember_files
from vault_sync.sync.incremental import changes, index, scope
from vault_sync.sync.incremental.memory import Memory, Mind, recall
from vault_sync.sync.incremental.recorder import Acted, after_part, after_whole
from vault_sync.sync.incremental.unchanged import Walk, stamp_of
from vault_sync.sync.observation import Observation, arriving, base_of, lacking, observe
from vault_sync.sync.planning import make_plan, renaming_plan, template_of, with_former_names
from vault_sync.sync.request import (
    FactsOf,
    PassRequest,
    PassResult,
    Progress,
    counted_files,
    no_facts,
    silent,
)
from vault_sync.sync.undoing import lift_refusals, lost_entries

Typed = Callable[[Iterable[RelPath]], frozenset[RelPath]]
"""Returns those of some files that somebody has edited while the pass was reading and planning."""


def _nobody(paths: Iterable[RelPath]) -> frozenset[RelPath]:
    del paths
    return frozenset()


@dataclass(frozen=True, slots=True)
class PassContext:
    """The vault, its state, and the caller's callbacks: all that a pass runs with.

    `ask` is called for the facts that a plan wants, with no lock taken, for it may take minutes;
    then the pass begins anew. `wait`: seconds for which another process may keep the lock. `walk`
    was made just before. `daemon_memory` is shared by the passes of a daemon, and `hints` are the
    only files that can have changed since its last one; None where any may have. `typed` is called
    when all is planned and nothing written.
    """

    config: Config
    state: StateStore
    facts_of: FactsOf = no_facts
    ask: Callable[[Sequence[Key]], object] | None = None
    wait: float = 5.0
    progress: Progress = silent
    walk: Walk | None = None
    daemon_memory: Mind | None = None
    hints: frozenset[RelPath] | None = None
    typed: Typed = _nobody


@dataclass(frozen=True, slots=True)
class View:
    """An observation and its plan; with a `memory` if only some papers were looked at.

    `lacking` are the papers without their facts, `facts` the stamp of the facts that were known.
    `explained` says why each file and paper was looked at.
    """

    observation: Observation
    plan: Plan
    lacking: tuple[Key, ...]
    facts: str
    memory: Memory | None = None
    explained: tuple[tuple[str, str], ...] = ()


def look(context: PassContext, request: PassRequest) -> View:
    """Observe and plan: the papers concerned where that is enough, else the whole vault.

    Nothing is written and nothing locked. The plan wants the facts that are lacking and that
    `facts_of` does not know.

    Raises:
        OSError: the vault's folder cannot be listed.
    """
    facts = facts_stamp(context.config, context.state)
    why = "so it was asked for"
    if request.ordinary:
        try:
            return _look_at_part(context, request, facts)
        except changes.TakesWholePass as reason:
            why = str(reason)
    view = look_at_all(context, request, facts)
    return replace(view, explained=(("", f"read the whole vault: {why}"),))


def look_at_all(context: PassContext, request: PassRequest, facts: str) -> View:
    """Observe and plan the whole vault; `facts` is the stamp of the facts that are known.

    Raises:
        OSError: the vault's folder cannot be listed.
    """
    config, state = context.config, context.state
    base = base_of(state)
    if request.lifts:
        base = replace(base, refused={})
    if request.rename_properties:
        observation = observe(with_former_names(config, base), base, context.progress)
        return View(observation, renaming_plan(observation), (), facts)
    merge = copies.merger(state, config.rules, base, whole=not request.only)
    observation = observe(config, base, context.progress, merge)
    if not base.exists:
        from vault_sync.sync import head_base  # git is asked on a device's first passes alone

        observation = head_base.with_head(observation, config)
    observation = copies.with_arrivals(deliveries.with_arrivals(observation, state, time.time()))
    lacks = lacking(observation, config.rules)
    library, wrong = readers_library(config)
    template, wrong_in_it = template_of(observation, config)
    found, rules = context.facts_of(lacks), config.rules
    plan = make_plan(observation, rules, found, request, context.progress, library, template)
    plan = copies.with_copies(plan, observation)
    found_wrong = dict.fromkeys((*wrong, *wrong_in_it, *plan.problems))
    plan = replace(plan, problems=tuple(found_wrong))
    if observation.base.rows and not observation.base.exists:
        # What stands in HEAD is the base from now on, but for what this pass changes of it.
        of_head = BaseUpdate(frozenset(), observation.base.rows)
        plan = replace(plan, base_updates=(of_head, *plan.base_updates))
    unknown = set(plan.wanted)
    plan = replace(plan, wanted=tuple(key for key in lacks if key in unknown))
    return View(observation, plan, tuple(lacks), facts)


def _look_at_part(context: PassContext, request: PassRequest, facts: str) -> View:
    """Observe and plan the papers that changed files concern.

    Raises:
        TakesWholePass: all must be looked at.
    """
    config, state = context.config, context.state
    daemon_memory = context.daemon_memory or Mind()
    memory, hints = daemon_memory.memory, context.hints
    if memory is None or memory.stamp != stamp_of(config, state):
        whole = context.daemon_memory is not None
        memory, hints = recall(config, state, whole=whole, walk=context.walk), None
    if memory is None:
        raise changes.TakesWholePass("no index of the last pass is to be trusted")
    problems = daemon_memory.problems
    if hints is None:
        stats, problems = _changed(context, memory)
    else:
        stats = changes.stats_of(config.root, hints)
    facts_changed = memory.came.facts != facts
    thought = scope.think(
        config, state, memory, stats, context.facts_of, request, facts_changed=facts_changed
    )
    if _needs_whole(config, thought):
        raise changes.TakesWholePass("a note is to be made by a template, or gets a citekey")
    if thought.moved and hints is not None:
        # What is gone here may be there, where no event has told of it yet.
        return _look_at_part(replace(context, hints=None, walk=None), request, facts)
    daemon_memory.problems = problems
    observation = replace(thought.observation, problems=problems)
    plan = replace(thought.plan, problems=(*problems, *thought.plan.problems))
    return View(observation, plan, thought.lacking, facts, memory, thought.explained)


def _needs_whole(config: Config, thought: scope.Thought) -> bool:
    """Return True if a note is to be made by a template, or to get a citekey.

    The template is read with all other files, and no two papers of a vault have one citekey.
    """
    made = any(isinstance(each, Create) for each in thought.plan.operations)
    if "citekey" not in config.rules.facts:
        return made and bool(config.rules.template)
    snapshot = thought.observation.snapshot
    notes = snapshot.notes
    managed = (path for paths in snapshot.managed.values() for path in paths)
    return made or any(not notes[path].properties.scalar("citekey") for path in managed)


def _changed(
    context: PassContext, memory: Memory
) -> tuple[Mapping[RelPath, Stat | None], tuple[Problem, ...]]:
    """Return the files that changed (`changes.suspects`), and the problems of the walk.

    Raises:
        TakesWholePass: names are taken that only a whole pass knows, or files are on their way.
    """
    walk = context.walk
    valid = walk is not None and walk.stamp == memory.stamp
    found = walk.found if walk is not None and valid else scan(context.config.root)
    if found.otherwise or arriving(found.marks, time.time_ns()):
        raise changes.TakesWholePass("files are on their way, or end in capitals (.MD)")
    return changes.suspects(memory, found), found.problems


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
            plan = replace(result.plan, problems=(*recovered, *result.plan.problems, *late))
            seen = view.observation
            is_arriving = seen.base.arriving or bool(view.plan.deferred or seen.copies.merged)
            return replace(result, plan=plan, note=note, arriving=is_arriving)
    context.ask(view.plan.wanted)
    again = PassContext(
        config, state, context.facts_of, wait=context.wait, progress=context.progress
    )
    result = run(again, request)
    problems = tuple(dict.fromkeys((*recovered, *result.plan.problems)))
    return replace(result, plan=replace(result.plan, problems=problems), note=note or result.note)


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
    if (config.root / config.bib.write).exists() and (
        not done or (view.memory is not None and is_current(config, view.observation, done))
    ):
        return ()
    return update(config, context.state, request.cause)


def _finish(context: PassContext, request: PassRequest, view: View) -> PassResult:
    """Carry a plan out but for the files that somebody types in; remember the outcome."""
    busy = context.typed(each.path for each in view.plan.operations)
    result = _carry_out(context, replace(request, deferred=request.deferred | busy), view)
    if context.daemon_memory is not None and result.outcome.done:
        _look_again(context, request)
    return result


def _carry_out(context: PassContext, request: PassRequest, view: View) -> PassResult:
    """Carry a plan out, with the lock taken, and remember what is known now."""
    config, state, plan = context.config, context.state, view.plan
    doable, waiting = defer(
        plan, request.deferred, conflicts_file.path_of(view.observation, config.rules)
    )
    outcome = Outcome()
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
    if any(one.drop for one in doable.base_updates):
        note_lost_entries(state, lost_entries(view.observation, doable, outcome))
    remember_files(config.root, state, view.observation, doable, outcome)
    lift_refusals(state, view.observation, every=request.lifts)
    if view.memory is None:
        remember_names(state, config.rules.properties.own)
    state.outdate()
    # A doubt about the globs leaves no trace: what is remembered would count as a base.
    doubted = any(each.code == first_pass.CODE for each in plan.problems)
    whole = view.memory is None and not request.only and not doubted
    copies.end_pass(state, view.observation, doable, outcome, whole=whole)
    if whole:
        deliveries.join(state, view.observation, outcome)
    if request.of_all:
        deliveries.end_pass(state, view.observation, plan, time.time())
    # The last that changes the state: what is remembered is remembered beside it.
    dropped = old_dropped(state, config.saved_days) if outcome.done else ()
    _remember(context, request, view, (doable, outcome))
    plan = replace(plan, problems=(*dropped, *plan.problems))
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
    part = replace(context, hints=frozenset(), walk=None)
    try:
        view = _look_at_part(part, request, facts)
    except changes.TakesWholePass:
        return  # the next pass looks
    if not (view.plan.operations or view.plan.base_updates):
        _remember(context, request, view, (view.plan, Outcome()))


def _remember(
    context: PassContext, request: PassRequest, view: View, carried_out: tuple[Plan, Outcome]
) -> None:
    """Store what the next pass need not find out again: in the index, and for the daemon.

    `carried_out` is the part of the plan that was not deferred, and its outcome.
    """
    context.state.close()
    path, stamp = index.path_of(context.state), stamp_of(context.config, context.state)
    of_walk = set(view.observation.problems)
    own = tuple(each for each in view.plan.problems if each not in of_walk)
    acted = Acted(replace(view.plan, problems=own), *carried_out, view.lacking, view.facts)
    # In a vault that was never synced there is nothing that `rebuild` distrusts and `sync` trusts.
    usual = request.ordinary or (request.of_all and not view.observation.base.exists)
    # Nothing but time makes an entry taken out of an end that is missing; a doubt about the globs
    # ends with a word of a person. What a joining device left waiting is for a whole pass, and so
    # is the end of its joining.
    waits = any(each.code in {last_entry.WAITS, first_pass.CODE} for each in view.plan.problems)
    usual = usual and not (
        view.observation.base.is_partial or view.plan.deferred or copies.concern(view.observation)
    )
    memory = None
    if stamp is not None and usual and not waits:
        store = _remember_whole if view.memory is None else _remember_part
        memory = store(context, view, acted, stamp)
    if memory is None:
        index.forget(path)
    if context.daemon_memory is not None:
        context.daemon_memory.memory = None if view.observation.otherwise else memory


def _remember_part(context: PassContext, view: View, acted: Acted, stamp: str) -> Memory:
    memory = view.memory
    assert memory is not None
    before = memory.stamp
    changed = after_part(stamp, acted, memory, view.observation, context.config.rules)
    if changed or stamp != before:
        files = {each: memory.files.get(each) for each in changed}
        index.save(index.path_of(context.state), stamp, memory.came, files, beside=before)
    return memory


def _remember_whole(context: PassContext, view: View, acted: Acted, stamp: str) -> Memory | None:
    observation, rules = view.observation, context.config.rules
    found = after_whole(
        acted, dict(observation.read), observation.snapshot, observation.base, rules
    )
    if found is None:
        return None
    memory = Memory(stamp, *found)
    index.save(index.path_of(context.state), stamp, *found)
    return memory
