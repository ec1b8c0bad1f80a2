"""The plan for an observed vault, with the decisions that people took and the conflicts note."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING

from vault_sync.core.model.base import Base
from vault_sync.core.model.copies import NO_COPIES
from vault_sync.core.model.plan import (
    BaseKey,
    BaseUpdate,
    Conflict,
    Operation,
    Plan,
    Write,
    value_words,
)
from vault_sync.core.model.problems import OLD_FILE
from vault_sync.core.model.values import (
    Decision,
    Decisions,
    Facts,
    Key,
    Problem,
    RelPath,
    Rules,
    natural,
)
from vault_sync.core.note.properties import Unwritable
from vault_sync.core.note.property_names import renames
from vault_sync.core.reconcile.pairing.decisions import decide
from vault_sync.core.reconcile.pairing.paper import Paper
from vault_sync.core.reconcile.pipeline import ReconcileOptions, reconcile
from vault_sync.core.report import conflicts_page
from vault_sync.core.text.module_door import door
from vault_sync.core.text.spans import splice
from vault_sync.edge.config import Config
from vault_sync.edge.state.plan_texts import PlanTexts
from vault_sync.sync.observation.observation import Observation, learn_weeks
from vault_sync.sync.observation.unreadable import SHUT
from vault_sync.sync.planning import conflicts_file
from vault_sync.sync.request import PassRequest, Progress, TakeAll, silent

if TYPE_CHECKING:
    from vault_sync.core.citation.library import ReadersLibrary
    from vault_sync.core.naming import week_learning
    from vault_sync.core.note import note_template
    from vault_sync.core.note.note_template import NoteTemplate
else:  # needed by few passes
    note_template = door("vault_sync.core.note.note_template")
    week_learning = door("vault_sync.core.naming.week_learning")

LARGE = 1_000_000
"""Characters of all digests of a pass from which on its new texts lie on the disk."""


def make_plan(
    observation: Observation,
    rules: Rules,
    facts: Mapping[Key, Facts],
    request: PassRequest,
    progress: Progress = silent,
    library: ReadersLibrary | None = None,
    template: NoteTemplate | None = None,
) -> Plan:
    """Return the plan for what was observed, under the request and the ticks on the conflicts note.

    A tick can only be read beside the conflict that it decides, so the plan is made once to find
    the conflicts and, if any is decided, once more.
    """
    options = _options(observation, request, progress, library, template)

    def reconciled(decisions: Decisions) -> Plan:
        decided = options._replace(decisions=decisions)
        return reconcile(observation.snapshot, observation.base, facts, rules, decided)

    decisions: dict[tuple[Key, RelPath, str], Decision] = {}
    if request.take is not None:
        decisions |= decide(*request.take, observation.snapshot, observation.base)
    plan = reconciled(decisions)
    ticks = conflicts_page.ticks(observation.conflicts_text)
    if ticks and plan.conflicts:
        decisions |= conflicts_page.choices((*observation.open_elsewhere, *plan.conflicts), ticks)
        plan = reconciled(decisions)
    if request.take_all is not None and (all_ := _all_decided(request.take_all, plan, observation)):
        decisions |= all_
        plan = reconciled(decisions)
    # What could not be read may hold a conflict still, and the page a decision about it.
    unread = any(each.code in SHUT and each.level == "problem" for each in observation.problems)
    found = (_located(each, observation) for each in plan.conflicts)
    conflicts = tuple(sorted((*observation.open_elsewhere, *found), key=_at))
    page: tuple[Operation, ...] = ()
    after_page: list[BaseUpdate] = []
    says = conflicts or observation.conflicts_text or observation.copies is not NO_COPIES
    if says and not unread:
        page = conflicts_file.operations(observation, rules, plan._replace(conflicts=conflicts))
    if ticks and page:
        after_page = _joined_with_page(plan, conflicts_file.path_of(observation, rules))
    taken = conflicts_file.name_taken(observation, rules) if conflicts else ()
    return plan._replace(
        operations=(*plan.operations, *page),
        base_updates=(*plan.base_updates, *after_page),
        conflicts=conflicts,
        problems=(*observation.problems, *taken, *plan.problems),
    )


def _all_decided(take_all: TakeAll, plan: Plan, observation: Observation) -> Decisions:
    """Return a person's decision about all conflicts, and about the files that are old copies."""
    found = dict(take_all.decisions(plan.conflicts))
    if take_all == TakeAll(take_all.side) and take_all.side != "both":
        for each in plan.problems:
            if each.code == OLD_FILE:
                path = RelPath(each.path)
                found |= decide(path, take_all.side, observation.snapshot, observation.base)
    return found


def _joined_with_page(plan: Plan, page: RelPath) -> list[BaseUpdate]:
    """Return the updates by which a decision stays on its page until all it asked for is written.

    They change nothing in the base and say what waits for what.
    """
    return [BaseUpdate(frozenset({one.path, page}), {}) for one in plan.operations]


def _located(conflict: Conflict, observation: Observation) -> Conflict:
    """Return a conflict with its line in the note and the text that both sides last agreed on."""
    snapshot, line = observation.snapshot, None
    note = snapshot.notes.get(conflict.note)
    of_entry = conflict.field == "commentary"
    if note is not None and of_entry:
        lines = (
            section.commentary_line
            for section in note.sections
            if snapshot.names.resolve(section.target, conflict.note) == conflict.digest
        )
        line = next(lines, None)
    elif note is not None and (value := note.properties.find(conflict.field)) is not None:
        line = value.line
    agreed = observation.base.rows.get(
        BaseKey(conflict.key, conflict.digest if of_entry else "", conflict.field)
    )
    ancestor = None if agreed is None else value_words(agreed)
    return conflict._replace(note_line=line, ancestor_text=ancestor)


def _at(conflict: Conflict) -> tuple[object, ...]:
    """Return a sort key: by digest, and as the fields stand in it."""
    return natural(conflict.digest), conflict.line or 0, conflict.note, conflict.field, conflict.key


def _options(
    observation: Observation,
    request: PassRequest,
    progress: Progress,
    library: ReadersLibrary | None,
    template: NoteTemplate | None,
) -> ReconcileOptions:
    """Return the choices of a pass, but for what a person decided in its conflicts."""
    size = sum(len(digest.text) for digest in observation.snapshot.digests.values())
    return ReconcileOptions(
        remake=request.remake,
        allowed=request.allowed,
        only=_only(request.only),
        patient=request.patient,
        at_rest=observation.at_rest,
        sure=request.sure,
        on_progress=partial(progress, "comparing"),
        library=library,
        template=template,
        store=PlanTexts().store if size > LARGE else str,
    )


def _only(digests: frozenset[RelPath]) -> Callable[[Paper], bool] | None:
    if not digests:
        return None
    return lambda paper: any(pair.digest in digests for pair in paper.pairs)


def template_of(
    observation: Observation,
    config: Config,
    week_days: Callable[[], Mapping[RelPath, date]] | None = None,
) -> tuple[NoteTemplate | None, tuple[Problem, ...]]:
    """Return the reader's template for new notes, and what is wrong with it.

    `week_days` are those of `NoteTemplate`; None: they are learnt from the observation.
    """
    path = RelPath(config.rules.template)
    if not path:
        return None, ()
    if observation.template is None:
        return None, (note_template.missing(path),)

    @cache
    def learnt_days() -> Mapping[RelPath, date]:
        naming = learn_weeks(observation, config).naming
        if naming is None:
            return {}
        return week_learning.weeks_of(naming, observation.snapshot.digests)

    wrong = tuple(note_template.mistakes(path, observation.template))
    return note_template.NoteTemplate(path, observation.template, week_days or learnt_days), wrong


def with_former_names(config: Config, base: Base) -> Config:
    """Return the configuration by which names of earlier ones are read too."""
    names = config.rules.properties._replace(former=base.former_names)
    return config._replace(rules=config.rules._replace(properties=names))


def renaming_plan(observation: Observation) -> Plan:
    """Return the plan that renames the properties of all managed notes and changes no value."""
    snapshot, writes, problems = observation.snapshot, [], list(observation.snapshot.problems)
    for path in sorted({path for paths in snapshot.managed.values() for path in paths}):
        note = snapshot.notes[path]
        try:
            after = splice(note.text, renames(note.properties))
        except Unwritable as wrong:
            problems.append(wrong.problem(path))
            continue
        if after != note.text:
            writes.append(Write(path, note.text, after, "properties renamed"))
    return Plan(
        operations=tuple(writes),
        problems=(*observation.problems, *problems),
        digests=len(snapshot.digests),
        entries=sum(len(digest.entries) for digest in snapshot.digests.values()),
        notes=sum(len(paths) for paths in snapshot.managed.values()),
    )
