"""The plan for an observed vault, with the decisions that people took and the conflicts note."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from vault_sync.core.citation.library import ReadersLibrary
from vault_sync.core.model.plan import BaseUpdate, Conflict, Create, Operation, Plan, Trash, Write
from vault_sync.core.model.values import Decisions, Facts, Key, RelPath, Rules, Side
from vault_sync.core.reconcile.pairing.decisions import decide
from vault_sync.core.reconcile.pairing.paper import Paper
from vault_sync.core.reconcile.pipeline import ReconcileOptions, reconcile
from vault_sync.core.report import conflicts_page
from vault_sync.sync.observation import Observation
from vault_sync.sync.request import PassRequest, Progress, silent


def make_plan(
    observation: Observation,
    rules: Rules,
    facts: Mapping[Key, Facts],
    request: PassRequest,
    progress: Progress = silent,
    library: ReadersLibrary | None = None,
) -> Plan:
    """Return the plan for what was observed, under the request and the ticks on the conflicts note.

    A tick can only be read beside the conflict that it decides, so the plan is made once to find
    the conflicts and, if any is decided, once more.
    """
    reconciled = partial(_reconciled, observation, rules, facts, request, (progress, library))
    decisions: dict[tuple[Key, RelPath, str], Side] = {}
    if request.take is not None:
        decisions |= decide(*request.take, observation.snapshot, observation.base)
    plan = reconciled(decisions)
    ticks = conflicts_page.ticks(observation.conflicts_text)
    if ticks and plan.conflicts:
        decisions |= conflicts_page.choices(plan.conflicts, ticks)
        plan = reconciled(decisions)
    if request.take_all is not None and plan.conflicts:
        decisions |= request.take_all.decisions(plan.conflicts)
        plan = reconciled(decisions)
    page = _conflicts_page(observation, rules, plan.conflicts)
    # A decision stays on the page until everything that it asked for is written.
    page_path = RelPath(rules.conflicts_note)
    after_page = [BaseUpdate(frozenset({one.path, page_path}), {}) for one in plan.operations]
    return replace(
        plan,
        operations=(*plan.operations, *page),
        base_updates=(*plan.base_updates, *(after_page if ticks and page else ())),
        problems=(*observation.problems, *plan.problems),
    )


def _reconciled(
    observation: Observation,
    rules: Rules,
    facts: Mapping[Key, Facts],
    request: PassRequest,
    more: tuple[Progress, ReadersLibrary | None],
    decisions: Decisions,
) -> Plan:
    progress, library = more
    return reconcile(
        observation.snapshot,
        observation.base,
        facts,
        rules,
        ReconcileOptions(
            remake=request.remake,
            decisions=decisions,
            allowed=request.allowed,
            only=_only(request.only),
            patient=request.patient,
            at_rest=observation.at_rest,
            on_progress=partial(progress, "comparing"),
            library=library,
        ),
    )


def _only(digests: frozenset[RelPath]) -> Callable[[Paper], bool] | None:
    if not digests:
        return None
    return lambda paper: any(pair.digest in digests for pair in paper.pairs)


def _conflicts_page(
    observation: Observation, rules: Rules, conflicts: Iterable[Conflict]
) -> tuple[Operation, ...]:
    """Return the operation that brings the conflicts note up to date, if it needs one."""
    if any(problem.code in {"unreadable", "unlisted"} for problem in observation.problems):
        # What could not be read may hold a conflict still, and the page a decision about it.
        return ()
    path = RelPath(rules.conflicts_note)
    before = observation.conflicts_text
    after = conflicts_page.text(tuple(conflicts), observation.snapshot.names, before)
    there = path in observation.files
    if after == before:
        return ()
    if not after:
        name = path.rpartition("/")[2]
        why = "no conflict is left"
        return (Trash(path, RelPath(f".trash/{name}"), before, why),) if there else ()
    if there:
        return (Write(path, before, after, "open conflicts"),)
    return (Create(path, after, "open conflicts"),)
