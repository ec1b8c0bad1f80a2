"""One pass over a vault: look, think, act.

rebuild, sync, watch and check are this same pass with another beginning and another end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import (
    BaseUpdate,
    Outcome,
    Plan,
)
from vault_sync.core.model.values import Decisions, Facts, Key, Problem, RelPath, Rules, Side
from vault_sync.core.reconcile.deferral import defer
from vault_sync.core.reconcile.pairing import first_pass, last_entry
from vault_sync.core.reconcile.pairing.decisions import decide
from vault_sync.core.reconcile.pairing.paper import Paper
from vault_sync.core.reconcile.pipeline import ReconcileOptions, reconcile
from vault_sync.core.report import conflicts_page as conflicts_note
from vault_sync.core.snapshot import Snapshot
from vault_sync.edge.config import Config
from vault_sync.edge.fs.reader import as_text, contents
from vault_sync.edge.fs.scan import scan
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.system.garbage import uncollected
from vault_sync.edge.write import undo as past
from vault_sync.edge.write.apply import apply
from vault_sync.edge.write.recovery import recover
from vault_sync.sync import conflicts_file
from vault_sync.sync.facts import facts_stamp
from vault_sync.sync.file_record import File, believable, mark_of
from vault_sync.sync.incremental import changes, index, scope
from vault_sync.sync.incremental.identity import OTHER
from vault_sync.sync.incremental.memory import Memory, Mind, recall
from vault_sync.sync.incremental.recorder import Acted, after_part, after_whole
from vault_sync.sync.incremental.unchanged import Walk, stamp_of
from vault_sync.sync.observation import Observation, is_digest, lacking, seen_of
from vault_sync.sync.progress import Progress, counted, silent
from vault_sync.sync.request import FactsOf, PassRequest, PassResult, no_facts

Typed = Callable[[Iterable[RelPath]], frozenset[RelPath]]
"""Which of these files somebody has touched while the pass was reading and thinking."""


def _nobody(paths: Iterable[RelPath]) -> frozenset[RelPath]:
    del paths
    return frozenset()


def observe(config: Config, base: Base, progress: Progress = silent) -> Observation:
    """Read the whole vault.

    Raises:
        OSError: the vault's folder itself cannot be listed.
    """
    read_at = time.time_ns()
    found = scan(config.root)
    texts: dict[RelPath, str] = {}
    read: dict[RelPath, File] = {}
    problems = list(found.problems)
    told = {each.path for each in problems}
    for number, (path, content) in enumerate(contents(config.root, found.files)):
        if isinstance(content, Problem):
            problems += [content] if path not in told else []
        else:
            texts[path] = as_text(content)
            stat = believable(found.files[path], read_at)
            read[path] = File(stat, mark_of(content), *OTHER, settled=True)
        progress("reading", number + 1, len(found.files))
    # A sync service gives a file the time of its own making: the change time tells when it came.
    at_rest = {
        path: (read_at - max(stat.mtime_ns, stat.ctime_ns)) / 1e9
        for path, stat in found.files.items()
    }
    observation = seen_of(texts, config.rules, base, tuple(problems))
    return replace(observation, read=read, at_rest=at_rest)


def make_plan(
    seen: Observation,
    rules: Rules,
    facts: Mapping[Key, Facts],
    request: PassRequest,
    progress: Progress = silent,
) -> Plan:
    """The plan for what was seen, the decisions of the conflicts note and the order in it."""

    def planned(choices: Decisions) -> Plan:
        return reconcile(
            seen.snapshot,
            seen.base,
            facts,
            rules,
            ReconcileOptions(
                remake=request.remake,
                decisions=choices,
                allowed=request.allowed,
                only=_only(request.only),
                patient=request.patient,
                at_rest=seen.at_rest,
                sure=request.sure,
                on_progress=partial(progress, "comparing"),
            ),
        )

    choices: dict[tuple[Key, RelPath, str], Side] = {}
    if request.take is not None:
        choices |= decide(*request.take, seen.snapshot, seen.base)
    plan = planned(choices)
    ticked = conflicts_note.ticks(seen.conflicts_text)
    if ticked and plan.conflicts:
        choices |= conflicts_note.choices(plan.conflicts, ticked)
        plan = planned(choices)
    # What could not be read may hold a conflict still, and the page a decision about it.
    unseen = any(problem.code in {"unreadable", "unlisted"} for problem in seen.problems)
    shown = () if unseen else conflicts_file.operations(seen, rules, plan.conflicts)
    # A decision stays on the page until everything that it asked for is written.
    conflicts_path = conflicts_file.path_of(seen, rules)
    taken = conflicts_file.name_taken(seen, rules) if plan.conflicts else ()
    pairs = [BaseUpdate(frozenset({one.path, conflicts_path}), {}) for one in plan.operations]
    return replace(
        plan,
        operations=(*plan.operations, *shown),
        base_updates=(*plan.base_updates, *(pairs if ticked and shown else ())),
        problems=(*seen.problems, *taken, *plan.problems),
    )


def _only(digests: frozenset[RelPath]) -> Callable[[Paper], bool] | None:
    if not digests:
        return None
    return lambda paper: any(pair.digest in digests for pair in paper.pairs)


def base_of(state: StateStore) -> Base:
    """The base that this device keeps."""
    return Base(state.rows(), state.has_base, state.was_before)


@dataclass(frozen=True, slots=True)
class View:
    """What was seen and what came of thinking; `memory` if only some papers were looked at."""

    seen: Observation
    plan: Plan
    lacking: tuple[Key, ...]
    facts: str
    memory: Memory | None = None


def planned(
    config: Config,
    state: StateStore,
    request: PassRequest,
    facts_of: FactsOf = no_facts,
    progress: Progress = silent,
    walk: Walk | None = None,
) -> tuple[Observation, Plan]:
    """Look and think; nothing is written and nothing locked.

    The plan wants the facts that are lacking and that `facts_of` does not know.
    """
    found = view(config, state, request, facts_of, progress, walk=walk)
    return found.seen, found.plan


def view(
    config: Config,
    state: StateStore,
    request: PassRequest,
    facts_of: FactsOf = no_facts,
    progress: Progress = silent,
    mind: Mind | None = None,
    hints: frozenset[RelPath] | None = None,
    walk: Walk | None = None,
) -> View:
    """Look and think: of the papers concerned where that is enough, else of the whole vault."""
    facts = facts_stamp(config, state)
    if request.ordinary:
        part = _in_part(config, state, request, facts_of, facts, mind, hints, walk)
        if part is not None:
            return part
    seen = observe(config, base_of(state), progress)
    lacks = lacking(seen, config.rules)
    plan = make_plan(seen, config.rules, facts_of(lacks), request, progress)
    unknown = set(plan.wanted)
    plan = replace(plan, wanted=tuple(key for key in lacks if key in unknown))
    return View(seen, plan, tuple(lacks), facts)


def _in_part(
    config: Config,
    state: StateStore,
    request: PassRequest,
    facts_of: FactsOf,
    facts: str,
    mind: Mind | None,
    hints: frozenset[RelPath] | None,
    walk: Walk | None = None,
) -> View | None:
    once, mind = mind is None, mind or Mind()
    memory = mind.memory
    if memory is None or memory.stamp != stamp_of(config, state):
        memory, hints = recall(config, state, whole=not once, walk=walk), None
    if memory is None or (memory.came.lacking and memory.came.facts != facts):
        return None
    problems = mind.problems
    if hints is None:
        still = walk is not None and walk.stamp == memory.stamp
        found = walk.found if walk is not None and still else scan(config.root)
        stats, problems = changes.suspects(memory, found), found.problems
    else:
        stats = changes.stats_of(config.root, hints)
    if stats is None:
        return None

    def lacks(found: Snapshot, base: Base) -> list[Key]:
        return lacking(Observation(found, base, (), "", frozenset()), config.rules)

    thought = scope.think(config, state, memory, stats, facts_of, lacks, patient=request.patient)
    if thought is None:
        return None
    if thought.moved and hints is not None:
        # What was cut here may have been pasted there, where no event has told of it yet.
        return _in_part(config, state, request, facts_of, facts, mind, None)
    mind.problems = problems
    files = frozenset(memory.files)
    seen = Observation(
        thought.snapshot, thought.base, problems, "", files, thought.read, frozenset(thought.gone)
    )
    plan = replace(thought.plan, problems=(*problems, *thought.plan.problems))
    return View(seen, plan, thought.lacking, facts, memory)


def run(
    config: Config,
    state: StateStore,
    request: PassRequest,
    facts_of: FactsOf = no_facts,
    *,
    ask: Callable[[Sequence[Key]], object] | None = None,
    wait: float = 5.0,
    progress: Progress = silent,
    mind: Mind | None = None,
    hints: frozenset[RelPath] | None = None,
    typed: Typed = _nobody,
    walk: Walk | None = None,
) -> PassResult:
    """One whole pass: recover, look, think, act.

    Where it wants facts, `ask` is called with no lock held, for it may take minutes, and then the
    pass begins anew. `mind` is what a daemon keeps between its passes, and `hints` the only files
    that can have changed since; `typed` is asked when all is thought and nothing written. `walk`
    was made just before.

    Raises:
        state.Busy: another process holds the vault.
        state.StateError: the state cannot be written; no file was touched after that.
        OSError: the vault's folder cannot be listed.
    """
    typing = () if request.bulk else request.deferred
    with state.lock(wait, typing), uncollected():
        told = recover(config.root, state)
        found = view(config, state, request, facts_of, progress, mind, hints, walk)
        # Asking loads the whole base, which only a whole pass needs; a part is none without a base.
        note = state.note if found.memory is None else None
        if ask is None or not found.plan.wanted:
            busy = typed(each.path for each in found.plan.operations)
            held = replace(request, deferred=request.deferred | busy)
            result = _acted(config, state, held, found, mind, progress)
            if mind is not None and result.outcome.done:
                _look_again(config, state, request, facts_of, mind)
            plan = replace(result.plan, problems=(*told, *result.plan.problems))
            return replace(result, plan=plan, note=note)
    ask(found.plan.wanted)
    result = run(config, state, request, facts_of, wait=wait, progress=progress)
    problems = tuple(dict.fromkeys((*told, *result.plan.problems)))
    return replace(result, plan=replace(result.plan, problems=problems), note=note or result.note)


def _acted(
    config: Config,
    state: StateStore,
    request: PassRequest,
    found: View,
    mind: Mind | None,
    progress: Progress,
) -> PassResult:
    """Carry a plan out, with the lock held, and remember what is known now."""
    plan = found.plan
    doable, waiting = defer(
        plan, request.deferred, conflicts_file.path_of(found.seen, config.rules)
    )
    outcome = Outcome()
    if doable.operations or doable.base_updates:
        outcome = apply(
            config.root,
            state,
            doable,
            cause=request.cause,
            started=datetime.now(UTC),
            sources=_sources(found.seen, doable),
            at=counted(progress, len(doable.operations)),
        )
    state.outdate()
    # The last that changes the state: what is remembered is remembered beside it.
    dropped = past.old_dropped(state, config.saved_days) if outcome.done else ()
    _remember(config, state, request, found, (doable, outcome), mind)
    return PassResult(replace(plan, problems=(*dropped, *plan.problems)), outcome, waiting)


def _look_again(
    config: Config, state: StateStore, request: PassRequest, facts_of: FactsOf, mind: Mind
) -> None:
    """What was just written is looked at once more now, when nobody waits for it any longer."""
    facts = facts_stamp(config, state)
    found = _in_part(config, state, request, facts_of, facts, mind, frozenset())
    if found is not None and not (found.plan.operations or found.plan.base_updates):
        _remember(config, state, request, found, (found.plan, Outcome()), mind)


def _remember(
    config: Config,
    state: StateStore,
    request: PassRequest,
    found: View,
    came: tuple[Plan, Outcome],
    mind: Mind | None,
) -> None:
    """Keep what the next pass need not find out again: in the index, and in the daemon's mind.

    `came` is what was carried out of the plan, and what became of it.
    """
    state.close()
    path, stamp = index.path_of(state), stamp_of(config, state)
    memory, seen = found.memory, found.seen
    told = set(seen.problems)
    own = tuple(each for each in found.plan.problems if each not in told)
    acted = Acted(replace(found.plan, problems=own), *came, found.lacking, found.facts)
    # In a vault that nobody knew there is nothing that `rebuild` does not believe and `sync` does.
    usual = request.ordinary or (request.of_all and not seen.base.exists)
    # Nothing but time makes an entry taken out of an end that is missing; a doubt about the globs
    # ends with a word of a person.
    waits = any(each.code in {last_entry.WAITS, first_pass.CODE} for each in found.plan.problems)
    if stamp is None or not usual or waits:
        memory = None
    elif memory is not None:
        was = memory.stamp
        changed = after_part(stamp, acted, memory, seen, is_digest(config.rules))
        if changed or stamp != was:
            files = {each: memory.files.get(each) for each in changed}
            index.save(path, stamp, memory.came, files, beside=was)
    else:
        calm = not (
            seen.snapshot.locked
            or seen.snapshot.locked_keys
            or seen.conflicts_text
            or any(each.level == "problem" for each in acted.plan.problems + seen.problems)
        )
        known = after_whole(
            acted, dict(seen.read), seen.snapshot, seen.base, config.rules, calm=calm
        )
        if known is not None:
            memory = Memory(stamp, *known)
            index.save(path, stamp, *known)
    if memory is None:
        index.forget(path)
    if mind is not None:
        mind.memory = memory


def _sources(seen: Observation, plan: Plan) -> frozenset[RelPath]:
    """Files that were only read, on whose words a new agreement rests."""
    rows = [row for base_update in plan.base_updates for row in base_update.put]
    digests = {RelPath(row.digest) for row in rows if row.digest}
    notes = {path for row in rows if row.key for path in seen.snapshot.managed.get(row.key, ())}
    return frozenset((digests | notes) & seen.files)
