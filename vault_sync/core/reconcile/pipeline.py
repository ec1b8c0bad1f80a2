"""Compare a snapshot with the base and make the plan that brings the vault in line.

pairing (which entry belongs to which note, which removals count) -> resolution (what both sides are
to say) -> drafting (note paths, links, texts, operations, base updates) -> the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from vault_sync.core.model.base import Base, apart_key
from vault_sync.core.model.plan import AnyText, BaseKey, BaseUpdate, Plan
from vault_sync.core.model.values import (
    NOTHING,
    SHARED_FIELDS,
    Decisions,
    Facts,
    Key,
    Problem,
    RelPath,
    Rules,
    folder_of,
)
from vault_sync.core.naming import globs
from vault_sync.core.naming.keys import is_paper
from vault_sync.core.note.property_table import COMPLETED
from vault_sync.core.reconcile.drafting import (
    base_updates,
    cross_links,
    digest_operations,
    note_operations,
)
from vault_sync.core.reconcile.drafting.completed_facts import completed
from vault_sync.core.reconcile.drafting.note_paths import NotePaths, choose_paths
from vault_sync.core.reconcile.drafting.plan_builder import NO_FACTS, DraftContext, PlanBuilder
from vault_sync.core.reconcile.pairing import old_files, pairs, removals
from vault_sync.core.reconcile.pairing.decisions import accepted_digests, apply_decisions
from vault_sync.core.reconcile.pairing.first_pass import check_globs
from vault_sync.core.reconcile.pairing.last_entry import believe_last_removals
from vault_sync.core.reconcile.pairing.pairs import Pairing
from vault_sync.core.reconcile.pairing.paper import Paper
from vault_sync.core.reconcile.pairing.removals import GuardedPapers
from vault_sync.core.reconcile.pairing.same_file import strange_digests
from vault_sync.core.reconcile.resolution.resolution import resolve
from vault_sync.core.reconcile.resolution.values import LIVE, NOTE, Resolution
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.module_door import door

if TYPE_CHECKING:
    from vault_sync.core.citation.library import ReadersLibrary
    from vault_sync.core.note.note_template import NoteTemplate
    from vault_sync.core.reconcile import refusals
else:  # few fields were refused
    refusals = door("vault_sync.core.reconcile.refusals")

OnProgress = Callable[[int, int], None]
"""Is called with the number of papers done and of all papers to do."""


class ReconcileOptions(NamedTuple):
    """The choices of one pass: what a person decided, and what the pass may do.

    `remake` makes missing notes again and removes nothing. `decisions` close conflicts. `allowed`
    is the number of a list of removals that a person has seen. `only` chooses the papers to plan
    for (None: all). `patient` leaves new entries alone that are nothing but an address.
    `at_rest` gives the seconds since the last change of a file. `library` is the reader's own.
    `template` is the reader's, for new notes. `sure`: a person knows that files of one paper each
    are digests. `store` gives a new text as the plan holds it.
    """

    remake: bool = False
    decisions: Decisions = NOTHING
    allowed: str = ""
    only: Callable[[Paper], bool] | None = None
    patient: bool = False
    at_rest: Mapping[RelPath, float] = NOTHING
    sure: bool = False
    on_progress: OnProgress = lambda _done, _whole: None
    library: ReadersLibrary | None = None
    template: NoteTemplate | None = None
    store: Callable[[str], AnyText] = str


DEFAULTS = ReconcileOptions()


def reconcile(
    snapshot: Snapshot,
    base: Base,
    facts: Mapping[Key, Facts],
    rules: Rules,
    options: ReconcileOptions = DEFAULTS,
) -> Plan:
    """Return the plan that brings a vault in line."""
    if not (options.sure or base.exists) and (doubts := check_globs(snapshot, rules)):
        problems = (*snapshot.problems, *doubts)
        return Plan(problems=problems, digests=len(snapshot.digests), entries=_entries(snapshot))
    old = old_files.old_files(snapshot, base, options.decisions)
    if not old:
        return _reconciled(snapshot, base, facts, rules, options)
    # One that would change nothing, as where all files went back together, is no question.
    plan = _reconciled(snapshot, base, facts, rules, options)
    old = old_files.questions(old, snapshot, base, plan)
    if not old:
        return plan
    return _reconciled(old_files.hold(snapshot, base, old), base, facts, rules, options)


def _reconciled(
    snapshot: Snapshot,
    base: Base,
    facts: Mapping[Key, Facts],
    rules: Rules,
    options: ReconcileOptions,
) -> Plan:
    if snapshot.locked:
        snapshot = apply_decisions(snapshot, options.decisions)
        snapshot = believe_last_removals(snapshot, base, rules, options.at_rest)
    pairing = _pair(snapshot, base, rules, options)
    forgotten = _of_other_files(pairing, snapshot, base)
    if forgotten:
        base = base.without(forgotten)
        pairing = _pair(snapshot, base, rules, options)
    guarded = _guard(pairing, snapshot, base, rules, options)
    context = _context(guarded, snapshot, base, facts, rules, options)._replace(
        with_remains=pairing.with_remains
    )
    named_keys = cross_links.named(context)
    builder = _operations(context, named_keys, options)
    bringing = _bringing(context.resolutions)
    # The first: what is put below stands after what is forgotten.
    updates = [BaseUpdate(frozenset(), {}, forgotten)] if forgotten else []
    updates += base_updates.build_updates(builder, context, named_keys)
    if guarded.guarded:
        # An accepted digest is remembered even while its removals are still asked about.
        accepted = guarded.guarded & accepted_digests(options.decisions)
        updates += base_updates.texts(snapshot, accepted)
    made = builder.digest_after.keys() - snapshot.digests.keys()
    updates += _bookkeeping(pairing, guarded, snapshot, base, updates, made)
    writes = (*builder.note_writes, *builder.digest_writes)
    old_keys = ((each.paper.agreed_key, each.key) for each in context.resolutions)
    rekeyed = {old: new for old, new in old_keys if old != new}
    ended = {row.key for one in updates for row in one.drop if row.field == "note"} - rekeyed.keys()
    updates += old_files.updates(snapshot, base, writes, builder.drafted, bringing, ended, rekeyed)
    found = _of_files(snapshot, pairing)
    problems = (*found, *pairing.problems, *guarded.problems, *builder.problems)
    plan = _plan(context, builder, updates, tuple(dict.fromkeys(problems)), pairing.named)
    if options.remake:
        plan = plan._replace(again=tuple(sorted({*plan.again, *_not_removed(guarded.papers)})))
    resolved = frozenset(path for each in context.resolutions for path in each.deferred)
    deferred = pairing.deferred | guarded.deferred | resolved
    plan = refusals.without_refused(plan, base) if base.refused else plan
    return plan._replace(deferred=deferred)


def _of_files(snapshot: Snapshot, pairing: Pairing) -> Iterator[Problem]:
    """Yield the problems of files; of what is left of a digest's entries pairing tells more."""
    for each in snapshot.problems:
        if each.code != "nothing-read" or RelPath(each.path) not in pairing.with_remains:
            yield each


def _of_other_files(pairing: Pairing, snapshot: Snapshot, base: Base) -> frozenset[BaseKey]:
    """Return the rows of the base that are about other files than those which are there now.

    The first entry of a paper speaks for it in title, authors and address: where its digest is
    another file, nobody agreed on what it says there.
    """
    digests = strange_digests(snapshot, base)
    if not (digests or pairing.strangers):
        return frozenset()
    homes = {
        paper.agreed_key
        for paper in pairing.papers
        for pair in [each for each in paper.pairs if each.entry is not None][:1]
        if pair.digest in digests
    }
    shared = {BaseKey(key, "", name) for key in homes for name in SHARED_FIELDS}
    shared |= {apart_key(row) for row in shared}
    return frozenset(
        row
        for row in base.rows
        if row.key in pairing.strangers or row.digest in digests or row in shared
    )


def _pair(snapshot: Snapshot, base: Base, rules: Rules, options: ReconcileOptions) -> Pairing:
    return pairs.pair(
        snapshot,
        base,
        new_digest=_digest_folder(snapshot, rules),
        remake=options.remake,
        decisions=options.decisions,
        patient=options.patient,
    )


def _guard(
    pairing: Pairing, snapshot: Snapshot, base: Base, rules: Rules, options: ReconcileOptions
) -> GuardedPapers:
    return removals.check_removals(
        pairing.papers,
        snapshot,
        base,
        rules,
        remake=options.remake,
        decisions=options.decisions,
        allowed=options.allowed,
    )


def _context(
    guarded: GuardedPapers,
    snapshot: Snapshot,
    base: Base,
    facts: Mapping[Key, Facts],
    rules: Rules,
    options: ReconcileOptions,
) -> DraftContext:
    """Resolve the papers and choose their notes' paths: all that drafting starts from."""
    resolutions = [
        resolve(
            paper,
            snapshot.notes[paper.note] if paper.note else None,
            facts.get(paper.key, NO_FACTS),
            base,
            rules,
            options.decisions,
            snapshot.digests,
        )
        for paper in guarded.papers
        if options.only is None or options.only(paper)
    ]
    note_paths = choose_paths(resolutions, snapshot, base, facts, rules)
    for resolution in resolutions if note_paths.moved else ():
        _repoint(resolution, note_paths)
    completes = options.library is not None or COMPLETED & set(rules.facts)
    whole = completed(resolutions, snapshot, facts, rules, options.library) if completes else {}
    return DraftContext(
        snapshot,
        base,
        facts,
        rules,
        note_paths,
        tuple(resolutions),
        guarded.guarded,
        options.template,
        whole,
    )


def _operations(
    context: DraftContext, named_keys: cross_links.NamedKeys, options: ReconcileOptions
) -> PlanBuilder:
    builder = PlanBuilder(options.store)
    lists_of = cross_links.lists(context, named_keys)
    for number, resolution in enumerate(context.resolutions, 1):
        note_operations.add(builder, context, resolution, lists_of(resolution))
        options.on_progress(number, len(context.resolutions))
    digest_operations.add(builder, context)
    return builder


def _bringing(resolutions: Iterable[Resolution]) -> frozenset[RelPath]:
    """Return the digests in which a field or an entry is to be another than it is."""
    return frozenset(
        pair.digest
        for resolution in resolutions
        for pair in resolution.paper.pairs
        if pair.kind in LIVE
        and (pair.entry is None or pair.entry.fields != resolution.entries[pair.digest])
    )


def _bookkeeping(
    pairing: Pairing,
    guarded: GuardedPapers,
    snapshot: Snapshot,
    base: Base,
    updates: Sequence[BaseUpdate],
    made: Collection[RelPath],
) -> list[BaseUpdate]:
    """Return the updates for problems reported, and for values that went stale.

    They wait for no file, but for the digests that are `made`: with these more is stale.
    """

    def stale(made: Collection[RelPath] = ()) -> frozenset[BaseKey]:
        drop = base_updates.stale_keys(guarded.papers, snapshot, base, pairing.standing, made)
        return drop.difference(*(base_update.put for base_update in updates)) if drop else drop

    drop = stale()
    found = base_updates.stale_with(made, stale(made) - drop, base) if made else []
    if pairing.put or drop:
        found.append(BaseUpdate(frozenset(), pairing.put, drop))
    return found


def _plan(
    context: DraftContext,
    builder: PlanBuilder,
    updates: Sequence[BaseUpdate],
    problems: tuple[Problem, ...],
    named: tuple[Problem, ...],
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
        base_updates=tuple(updates),
        conflicts=tuple(conflict for each in resolutions for conflict in each.conflicts),
        problems=problems,
        digests=len(snapshot.digests),
        entries=_entries(snapshot),
        notes=sum(len(paths) for paths in snapshot.managed.values()),
        wanted=tuple(
            each.key for each in resolutions if is_paper(each.key) and each.key not in context.facts
        ),
        named=named,
        apart=tuple(apart for each in resolutions for apart in each.apart),
        again=_again(context, builder),
        drafted=builder.drafted,
    )


def _entries(snapshot: Snapshot) -> int:
    return sum(len(digest.entries) for digest in snapshot.digests.values())


def _again(context: DraftContext, builder: PlanBuilder) -> tuple[Key, ...]:
    """Return the papers of guarded digests, and those for which a text was refused."""
    keys = {key for key, _ in builder.refused}
    for paper in (each.paper for each in context.resolutions):
        if any({pair.digest, pair.origin} & context.guarded for pair in paper.pairs):
            keys |= {paper.key, paper.agreed_key}
    return tuple(sorted(keys))


def _not_removed(papers: Iterable[Paper]) -> Iterator[Key]:
    """Yield the papers of which something waits, as `rebuild` removes nothing."""
    for paper in papers:
        if any(pair.kind == "waiting" for pair in paper.pairs):
            yield from (paper.key, paper.agreed_key)


def _digest_folder(snapshot: Snapshot, rules: Rules) -> str:
    """Return the folder for a digest that only a note names: beside the newest there is."""
    if newest := max((*snapshot.digests, snapshot.newest)):
        return folder_of(newest)
    return globs.fixed_folder(rules.digest_paths[0]) if rules.digest_paths else ""


def _repoint(resolution: Resolution, note_paths: NotePaths) -> None:
    """Point the wikilinks of agreed commentaries to the paths that files have now."""
    open_places = {each.digest for each in resolution.conflicts if each.field == "commentary"}
    for pair in resolution.paper.pairs:
        if pair.kind not in LIVE or pair.digest in open_places:
            continue
        commentary = resolution.commentaries[pair.digest]
        repointed = note_paths.repointed(commentary, pair.digest)
        if repointed == commentary:
            continue
        resolution.commentaries[pair.digest] = repointed
        entry = resolution.entries[pair.digest]
        in_digest = note_paths.repointed(entry.commentary, pair.digest)
        resolution.entries[pair.digest] = entry._replace(commentary=in_digest)
        resolution.proposed = [
            proposed._replace(value=in_digest, needs=frozenset({NOTE, pair.digest}))
            if proposed.base_key.field == "commentary" and proposed.base_key.digest == pair.digest
            else proposed
            for proposed in resolution.proposed
        ]
