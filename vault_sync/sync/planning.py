"""The plan for an observed vault, with the decisions that people took and the conflicts note."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from vault_sync.core.citation.library import ReadersLibrary
from vault_sync.core.model.plan import BaseUpdate, Plan
from vault_sync.core.model.values import Decisions, Facts, Key, RelPath, Rules, Side
from vault_sync.core.reconcile.pairing.decisions import decide
from vault_sync.core.reconcile.pairing.paper import Paper
from vault_sync.core.reconcile.pipeline import ReconcileOptions, reconcile
from vault_sync.core.report import conflicts_page
from vault_sync.sync import conflicts_file
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
    # What could not be read may hold a conflict still, and the page a decision about it.
    unread = any(each.code in {"unreadable", "unlisted"} for each in observation.problems)
    page = () if unread else conflicts_file.operations(observation, rules, plan)
    taken = conflicts_file.name_taken(observation, rules) if plan.conflicts else ()
    # A decision stays on the page until everything that it asked for is written.
    page_path = conflicts_file.path_of(observation, rules)
    after_page = [BaseUpdate(frozenset({one.path, page_path}), {}) for one in plan.operations]
    return replace(
        plan,
        operations=(*plan.operations, *page),
        base_updates=(*plan.base_updates, *(after_page if ticks and page else ())),
        problems=(*observation.problems, *taken, *plan.problems),
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
            sure=request.sure,
            on_progress=partial(progress, "comparing"),
            library=library,
        ),
    )


def _only(digests: frozenset[RelPath]) -> Callable[[Paper], bool] | None:
    if not digests:
        return None
    return lambda paper: any(pair.digest in digests for pair in paper.pairs)
