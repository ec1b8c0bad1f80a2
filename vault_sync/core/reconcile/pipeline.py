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
from vault_sync.core.reconcile.drafting import base_updates as agreements
from vault_sync.core.reconcile.drafting import cross_links, digest_operations, note_operations
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
    snapshot = chosen.believed(snapshot, choices)
    there = presence.of(
        snapshot,
        base,
        new_digest=_digest_folder(snapshot, rules),
        remake=remake,
        choices=choices,
        patient=patient,
    )
    guarded = removals.believed(
        there.papers, snapshot, base, rules, remake=remake, choices=choices, allowed=allowed
    )
    settlements = [
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
    layout = layouts.of(settlements, snapshot, base, facts, rules)
    for settlement in settlements:
        _repoint(settlement, layout)
    scene = DraftContext(snapshot, base, facts, rules, layout, tuple(settlements), guarded.held)
    named = cross_links.named(scene)
    pending = _operations(scene, named, told)
    kept = agreements.of(pending, scene, named)
    # What is believed is remembered even while another command is asked for its removals.
    kept += agreements.texts(snapshot, guarded.held & chosen.named(choices))
    said = {row for each in kept for row in each.put}
    drop = forgotten.rows(guarded.papers, snapshot, base, there.standing) - said
    if there.put or drop:
        kept.append(BaseUpdate(frozenset(), there.put, drop))
    problems = (*snapshot.problems, *there.problems, *guarded.problems, *pending.problems)
    return _plan(scene, pending, kept, tuple(dict.fromkeys(problems)))


def _operations(scene: DraftContext, named: cross_links.NamedKeys, told: Told) -> PlanBuilder:
    pending = PlanBuilder()
    lists = cross_links.lists(scene, named)
    for number, settlement in enumerate(scene.settlements):
        note_operations.add(pending, scene, settlement, lists[settlement.key])
        told(number + 1, len(scene.settlements))
    digest_operations.add(pending, scene)
    return pending


def _plan(
    scene: DraftContext,
    pending: PlanBuilder,
    kept: Sequence[BaseUpdate],
    problems: tuple[Problem, ...],
) -> Plan:
    snapshot, settlements = scene.snapshot, scene.settlements
    return Plan(
        operations=(
            *pending.creates,
            *pending.note_writes,
            *pending.renames,
            *pending.digest_writes,
            *pending.trash,
        ),
        agreements=tuple(kept),
        conflicts=tuple(conflict for each in settlements for conflict in each.conflicts),
        problems=problems,
        digests=len(snapshot.digests),
        entries=sum(len(digest.entries) for digest in snapshot.digests.values()),
        notes=sum(len(paths) for paths in snapshot.managed.values()),
        wanted=tuple(
            each.key for each in settlements if arxiv_id(each.key) and each.key not in scene.facts
        ),
    )


def _digest_folder(snapshot: Snapshot, rules: Rules) -> str:
    """Where a digest that only a note names is made: beside the newest there is."""
    if snapshot.digests:
        return folder_of(max(snapshot.digests))
    return globs.fixed_folder(rules.digest_paths[0]) if rules.digest_paths else ""


def _repoint(settlement: Resolution, layout: NotePaths) -> None:
    """Point the wikilinks of commentaries that both sides agree on to where things are now."""
    open_places = {each.digest for each in settlement.conflicts if each.field == "commentary"}
    for tie in settlement.paper.ties:
        if tie.kind not in LIVE or tie.digest in open_places:
            continue
        said = settlement.commentaries[tie.digest]
        now = layout.repointed(said, tie.digest)
        if now == said:
            continue
        settlement.commentaries[tie.digest] = now
        settlement.entries[tie.digest] = settlement.entries[tie.digest]._replace(commentary=now)
        settlement.kept = [
            kept._replace(value=now, needs=frozenset({NOTE, tie.digest}))
            if kept.row.field == "commentary" and kept.row.digest == tie.digest
            else kept
            for kept in settlement.kept
        ]
