"""The view of a pass: an observation and its plan, of the whole vault or of papers concerned."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from vault_sync.core.model.plan import BaseUpdate, Create
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.edge.config import Config
from vault_sync.edge.fs.scan import Stat, scan
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.bibliography import readers_library
from vault_sync.sync.facts import facts_stamp
from vault_sync.sync.incremental import scope
from vault_sync.sync.incremental.memory import DaemonMemory, Memory, TakesWholePass, recall
from vault_sync.sync.incremental.reading import PartReading, TakesWalk, stats_of, suspects
from vault_sync.sync.incremental.scope import View
from vault_sync.sync.incremental.unchanged import Walk
from vault_sync.sync.observation.observation import (
    arriving,
    base_of,
    digests_in_capitals,
    lacking,
    observe,
    unanswered,
)
from vault_sync.sync.origins import copies, file_marks
from vault_sync.sync.planning.pass_plan import (
    make_plan,
    renaming_plan,
    template_of,
    with_former_names,
)
from vault_sync.sync.request import (
    FactsOf,
    PassRequest,
    Progress,
    Reason,
    silent,
)

Typed = Callable[[Iterable[RelPath]], frozenset[RelPath]]
"""Returns those of some files that somebody has edited while the pass was reading and planning."""


class PassContext(NamedTuple):
    """The vault, its state, and the caller's callbacks: all that a pass runs with.

    `ask` is called for the facts that a plan wants, with no lock taken, for it may take minutes;
    then the pass begins anew. `wait`: seconds for which another process may keep the lock. `walk`
    was made just before. `daemon_memory` is shared by the passes of a daemon, and `hints` are the
    only files that can have changed since its last one; None where any may have. `typed` is called
    when all is planned and nothing written.
    """

    config: Config
    state: StateStore
    facts_of: FactsOf = lambda _: {}
    ask: Callable[[Sequence[Key]], object] | None = None
    wait: float = 5.0
    progress: Progress = silent
    walk: Walk | None = None
    daemon_memory: DaemonMemory | None = None
    hints: frozenset[RelPath] | None = None
    typed: Typed = lambda _: frozenset()


def look(context: PassContext, request: PassRequest) -> View:
    """Observe and plan: the papers concerned where that is enough, else the whole vault.

    Nothing is written and nothing locked. The plan wants the facts that are lacking and that
    `facts_of` does not know. Where VAULT_SYNC_SHADOW is set, what is enough is proved each time.

    Raises:
        OSError: the vault's folder cannot be listed.
        shadow.ShadowError: it was not enough.
    """
    facts = facts_stamp(context.config, context.state)
    why = "so it was asked for"
    if request.ordinary:
        try:
            view = look_at_part(context, request, facts)
            if os.environ.get("VAULT_SYNC_SHADOW"):
                from vault_sync.sync.incremental import shadow

                shadow.compare(view.plan, look_at_all(context, request, facts).plan, view.explained)
            return view
        except TakesWholePass as reason:
            why = str(reason)
    view = look_at_all(context, request, facts)
    return view._replace(explained=(Reason("", f"read the whole vault: {why}"),))


def only_look(context: PassContext, request: PassRequest) -> View:
    """Observe and plan as `look`, for who carries nothing out: the index is open no longer."""
    view = look(context, request)
    if view.memory is not None:
        view.memory.close()
    return view


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
        from vault_sync.sync.observation import head_base

        observation = head_base.with_head(observation, config)
    observation = copies.with_arrivals(file_marks.with_arrivals(observation, state, time.time()))
    lacks = lacking(observation, config.rules)
    library, wrong = readers_library(config)
    template, wrong_in_it = template_of(observation, config)
    found, rules = context.facts_of(lacks), config.rules
    lacks = unanswered(lacks, found, observation, rules)
    plan = make_plan(observation, rules, found, request, context.progress, library, template)
    plan = copies.with_copies(plan, observation)
    found_wrong = dict.fromkeys((*wrong, *wrong_in_it, *plan.problems))
    plan = plan._replace(problems=tuple(found_wrong))
    if observation.base.rows and not observation.base.exists:
        # What stands in HEAD is the base from now on, but for what this pass changes of it.
        of_head = BaseUpdate(frozenset(), observation.base.rows)
        plan = plan._replace(base_updates=(of_head, *plan.base_updates))
    unknown = set(plan.wanted)
    plan = plan._replace(wanted=tuple(key for key in lacks if key in unknown))
    return View(observation, plan, tuple(lacks), facts)


def look_at_part(
    context: PassContext, request: PassRequest, facts: str, *, again: bool = False
) -> View:
    """Observe and plan the papers that changed files concern.

    `again`: it is to find out what was written; whatever else there is to do is for later.

    Raises:
        TakesWholePass: all must be looked at.
    """
    config, state = context.config, context.state
    daemon_memory = context.daemon_memory or DaemonMemory()
    before = daemon_memory.found or (context.walk.stats if context.walk is not None else None)
    memory, hints = recall(config, state, before), context.hints
    if memory is None:
        raise TakesWholePass("no index of the last pass is to be trusted")
    if memory.found is not daemon_memory.found or not all(
        path.endswith(".md") for path in hints or ()
    ):
        hints = None  # another process was at work, or a name is to be looked at (`x.MD`)
    try:
        view = _part_of(context._replace(hints=hints), request, memory, facts, again=again)
        memory.unlock()
    except TakesWalk:
        memory.close()
        return look_at_part(context._replace(hints=None, walk=None), request, facts)
    except BaseException:
        memory.close()
        raise
    daemon_memory.problems = view.observation.problems
    return view


def _part_of(
    context: PassContext, request: PassRequest, memory: Memory, facts: str, *, again: bool
) -> View:
    """Observe and plan the papers that changed files concern; as `look_at_part`."""
    config, hints = context.config, context.hints
    if hints is None:
        stats, otherwise, problems = _changed(context, memory)
    else:
        stats = stats_of(config.root, hints | memory.open)
        otherwise = memory.last.otherwise
        problems = context.daemon_memory.problems if context.daemon_memory is not None else ()
    view = scope.think(
        PartReading(config, context.state, memory, stats, otherwise),
        context.facts_of,
        request,
        facts,
        hinted=hints is not None and not again,
    )
    if _needs_whole(config, view):
        raise TakesWholePass("the library is to be read, or no other paper may have a citekey")
    observation = view.observation._replace(problems=problems)
    plan = view.plan._replace(problems=(*problems, *view.plan.problems))
    return view._replace(observation=observation, plan=plan)


def _needs_whole(config: Config, view: View) -> bool:
    """Return True if a note is to get a citekey, or is made beside a library of the reader's."""
    made = any(isinstance(each, Create) for each in view.plan.operations)
    if "citekey" not in config.rules.facts:
        return made and bool(config.bib.read)
    notes, managed = view.observation.snapshot.notes, view.observation.snapshot.managed
    return made or any(
        not notes[path].properties.scalar("citekey") for paths in managed.values() for path in paths
    )


def _changed(
    context: PassContext, memory: Memory
) -> tuple[Mapping[RelPath, Stat | None], tuple[RelPath, ...], tuple[Problem, ...]]:
    """Return the files that changed (`suspects`), `Scan.otherwise`, and the problems.

    Raises:
        TakesWholePass: files are on their way.
    """
    config, walk = context.config, context.walk
    found = walk.found if walk is not None and walk.stamp == memory.stamp else scan(config.root)
    if arriving(found.marks, time.time_ns()):
        raise TakesWholePass("files are on their way")
    in_capitals = digests_in_capitals(found.otherwise, config.rules)
    return suspects(memory, found), found.otherwise, (*found.problems, *in_capitals)
