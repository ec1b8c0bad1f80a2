"""The heart: what is there, compared with the base, becomes a plan.

presence (who is where) -> removals (is that believed) -> settle (what is to be said) -> layout
(where, and linked how) -> draft (in whose bytes) -> here: proofs, operations and agreements.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from vault_sync.core.model.base import Base
from vault_sync.core.model.paths import folder_of
from vault_sync.core.model.plan import BaseUpdate, Plan
from vault_sync.core.model.values import Decisions, Facts, Key, Problem, Rules
from vault_sync.core.naming import globs
from vault_sync.core.naming.keys import arxiv_id
from vault_sync.core.reconcile.drafting import (
    base_updates,
    cross_links,
    digest_operations,
    note_operations,
)
from vault_sync.core.reconcile.drafting import note_paths as layouts
from vault_sync.core.reconcile.drafting.note_paths import NotePaths
from vault_sync.core.reconcile.drafting.plan_builder import NO_FACTS, DraftContext, PlanBuilder
from vault_sync.core.reconcile.pairing import decisions as chosen
from vault_sync.core.reconcile.pairing import forgotten_rows as forgotten
from vault_sync.core.reconcile.pairing import pairs as presence
from vault_sync.core.reconcile.pairing import removals
from vault_sync.core.reconcile.pairing.paper import Paper
from vault_sync.core.reconcile.resolution.resolution import LIVE, NOTE, Resolution, settle
from vault_sync.core.snapshot import Snapshot

Told = Callable[[int, int], None]


def _nobody(done: int, whole: int) -> None:
    del done, whole


def reconcile(
    snapshot: Snapshot,
    base: Base,
    facts: Mapping[Key, Facts],
    rules: Rules,
    *,
    remake: bool = False,
    choices: Decisions | None = None,
    allowed: str = "",
    only: Callable[[Paper], bool] | None = None,
    patient: bool = False,
    told: Told = _nobody,
) -> Plan:
    """The plan that brings a vault in line.

    `remake` makes missing notes again and removes nothing; `choices` settle conflicts; `allowed`
    is the number of a list of removals that a person has seen; `only` chooses the papers that are
    looked at (all); `patient` leaves new entries alone that are nothing but an address; `told`
    hears how many papers are done, of how many.
    """
    choices = choices or {}
    snapshot = chosen.apply_decisions(snapshot, choices)
    there = presence.pair(
        snapshot,
        base,
        new_digest=_digest_folder(snapshot, rules),
        remake=remake,
        choices=choices,
        patient=patient,
    )
    guarded = removals.check_removals(
        there.papers, snapshot, base, rules, remake=remake, choices=choices, allowed=allowed
    )
    resolutions = [
        settle(
            paper,
            snapshot.notes[paper.note] if paper.note else None,
            facts.get(paper.key, NO_FACTS),
            base,
            rules,
            choices,
        )
        for paper in guarded.papers
        if only is None or only(paper)
    ]
    layout = layouts.choose_paths(resolutions, snapshot, base, facts, rules)
    for resolution in resolutions:
        _repoint(resolution, layout)
    context = DraftContext(
        snapshot, base, facts, rules, layout, tuple(resolutions), guarded.guarded
    )
    named = cross_links.named(context)
    builder = _operations(context, named, told)
    kept = base_updates.build_updates(builder, context, named)
    # What is believed is remembered even while another command is asked for its removals.
    kept += base_updates.texts(snapshot, guarded.guarded & chosen.named(choices))
    said = {row for each in kept for row in each.put}
    drop = forgotten.stale_keys(guarded.papers, snapshot, base, there.standing) - said
    if there.put or drop:
        kept.append(BaseUpdate(frozenset(), there.put, drop))
    problems = (*snapshot.problems, *there.problems, *guarded.problems, *builder.problems)
    return _plan(context, builder, kept, tuple(dict.fromkeys(problems)))


def _operations(context: DraftContext, named: cross_links.NamedKeys, told: Told) -> PlanBuilder:
    builder = PlanBuilder()
    lists = cross_links.lists(context, named)
    for number, resolution in enumerate(context.resolutions):
        note_operations.add(builder, context, resolution, lists[resolution.key])
        told(number + 1, len(context.resolutions))
    digest_operations.add(builder, context)
    return builder


def _plan(
    context: DraftContext,
    builder: PlanBuilder,
    kept: Sequence[BaseUpdate],
    problems: tuple[Problem, ...],
) -> Plan:
    snapshot, resolutions = context.snapshot, context.resolutions
    return Plan(
        operations=(
            *builder.creates,
            *builder.note_writes,
            *builder.renames,
            *builder.digest_writes,
            *builder.trash,
        ),
        base_updates=tuple(kept),
        conflicts=tuple(conflict for each in resolutions for conflict in each.conflicts),
        problems=problems,
        digests=len(snapshot.digests),
        entries=sum(len(digest.entries) for digest in snapshot.digests.values()),
        notes=sum(len(paths) for paths in snapshot.managed.values()),
        wanted=tuple(
            each.key for each in resolutions if arxiv_id(each.key) and each.key not in context.facts
        ),
    )


def _digest_folder(snapshot: Snapshot, rules: Rules) -> str:
    """Where a digest that only a note names is made: beside the newest there is."""
    if snapshot.digests:
        return folder_of(max(snapshot.digests))
    return globs.fixed_folder(rules.digest_paths[0]) if rules.digest_paths else ""


def _repoint(resolution: Resolution, layout: NotePaths) -> None:
    """Point the wikilinks of commentaries that both sides agree on to where things are now."""
    open_places = {each.digest for each in resolution.conflicts if each.field == "commentary"}
    for pair in resolution.paper.pairs:
        if pair.kind not in LIVE or pair.digest in open_places:
            continue
        said = resolution.commentaries[pair.digest]
        now = layout.repointed(said, pair.digest)
        if now == said:
            continue
        resolution.commentaries[pair.digest] = now
        resolution.entries[pair.digest] = resolution.entries[pair.digest]._replace(commentary=now)
        resolution.proposed = [
            kept._replace(value=now, needs=frozenset({NOTE, pair.digest}))
            if kept.row.field == "commentary" and kept.row.digest == pair.digest
            else kept
            for kept in resolution.proposed
        ]
