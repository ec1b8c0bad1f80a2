"""Work in proportion to the change: a pass that looks at the papers concerned and no others."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from vault_sync.core import snapshot as snapshots
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import Plan
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.reconcile.pairing.same_file import strange_digests
from vault_sync.core.snapshot import Snapshot
from vault_sync.edge.state.deliveries import waiting
from vault_sync.sync.incremental import questions
from vault_sync.sync.incremental.memory import Memory, TakesWholePass
from vault_sync.sync.incremental.part_snapshot import PartSnapshot
from vault_sync.sync.incremental.questions import TracedQuestion
from vault_sync.sync.incremental.reading import PartReading, TakesWalk
from vault_sync.sync.incremental.recorder import counts_after
from vault_sync.sync.incremental.selection import PaperSelection
from vault_sync.sync.observation.observation import Observation, lacking, unanswered
from vault_sync.sync.origins import file_marks
from vault_sync.sync.origins.file_marks import with_marks
from vault_sync.sync.planning import conflicts_file
from vault_sync.sync.planning.pass_plan import make_plan, template_of
from vault_sync.sync.request import FactsOf, PassRequest, Reason


class View(NamedTuple):
    """An observation and its plan; with a `memory` if only some papers were looked at.

    `lacking` are the papers without their facts, `facts` the stamp of the facts that were known.
    `explained` says why each file and paper was looked at.
    """

    observation: Observation
    plan: Plan
    lacking: tuple[Key, ...]
    facts: str
    memory: Memory | None = None
    explained: tuple[Reason, ...] = ()


def think(
    reading: PartReading,
    facts_of: FactsOf,
    request: PassRequest,
    facts: str,
    *,
    hinted: bool = False,
) -> View:
    """Return the plan after the files of a reading may have changed.

    `facts` is the stamp of the facts that are known. `hinted`: other files may have changed as
    well, of which nothing has told yet.

    Raises:
        TakesWalk: it is `hinted`, and a file is gone, or an entry was taken out of a digest.
        TakesWholePass: it is not known whom that concerns, or it concerns many.
    """
    last = reading.memory.last
    if not (last.final and last.based):
        raise TakesWholePass("the pass before left something that no file shows")
    if waiting(reading.state.select):
        raise TakesWholePass("files wait for what another device has")
    reading.start()
    selection = PaperSelection(reading)
    if hinted and selection.moved:
        raise TakesWalk
    for key in last.plan.again:
        selection.join([key], TracedQuestion(questions.WAITS, key))
    for key in last.lacking if facts != last.facts else ():
        selection.join([key], TracedQuestion(questions.FACTS, key))
    if not (reading.changed or reading.gone or reading.names_changed or selection.reasons):
        observation = _observation(selection, snapshots.EMPTY, Base(exists=True))
        plan, lacks = last.plan, last.lacking
    else:
        try:
            selection.start()
            observation, plan, lacks = _planned(selection, facts_of, request, hinted=hinted)
        except ValueError as error:  # a whole pass finds out what that means
            raise TakesWholePass("the base is damaged") from error
    return View(observation, plan, lacks, facts, reading.memory, selection.explained(plan))


def _planned(
    selection: PaperSelection, facts_of: FactsOf, request: PassRequest, *, hinted: bool
) -> tuple[Observation, Plan, tuple[Key, ...]]:
    """Plan for papers, and again with those that the plan concerns, until there are no more.

    With the plan come the papers without their facts.
    """
    reading, part = selection.reading, PartSnapshot(selection)
    config, state = reading.config, reading.state
    while True:
        found, base = _read(selection, part)
        if hinted and selection.moved:
            raise TakesWalk
        snapshot, base = with_marks(
            part.restricted(found), base, state, selection.reasons, reading.stats
        )
        observation = _observation(selection, snapshot, base)
        observation = file_marks.with_arrivals(observation, state, time.time())
        lacks = [key for key in lacking(observation, config.rules) if key in selection.reasons]
        facts = facts_of(lacks) if lacks else {}
        lacks = unanswered(lacks, facts, observation, config.rules)
        template, wrong = template_of(observation, config, _days_unknown)
        plan = make_plan(observation, config.rules, facts, request, template=template)
        plan = plan._replace(problems=tuple(dict.fromkeys((*wrong, *plan.problems))))
        if not reading.same_folder():
            raise TakesWholePass("new digests go to another folder now")
        before = len(selection.reasons)
        selection.provide(plan, strange_digests(snapshot, base))
        if len(selection.reasons) == before:
            break
    plan = _of_all(plan, selection, lacks)
    last = selection.memory.last
    others = (key for key in last.lacking if key not in selection.reasons)
    return observation, plan, (*others, *lacks)


def _days_unknown() -> NoReturn:
    raise TakesWholePass("a template has a date, which all digests together tell")


def _read(selection: PaperSelection, part: PartSnapshot) -> tuple[Snapshot, Base]:
    """Read what the papers concerned need, until nothing is left."""
    reading = selection.reading
    while True:
        while missing := part.needed() - reading.texts.keys():
            reading.take(missing)
        before = len(reading.texts), len(selection.reasons)
        base = part.base()
        found = part.snapshot(base)
        reading.take(part.titled(found))
        selection.join_reported()
        after = len(reading.texts), len(selection.reasons)
        if before == after and part.needed() <= reading.texts.keys():
            return found, base


def _observation(selection: PaperSelection, snapshot: Snapshot, base: Base) -> Observation:
    reading, last = selection.reading, selection.memory.last
    return Observation(
        snapshot,
        base,
        problems=(),
        conflicts_text=reading.conflicts_text(),
        files=frozenset((reading.memory.stats.keys() | reading.stats.keys()) - reading.gone),
        read=reading.same | reading.read,
        gone=frozenset(reading.gone),
        delivered=reading.delivered(),
        at_rest=reading.at_rest(snapshot.locked),
        conflicts_path=reading.conflicts_path(),
        otherwise=reading.otherwise,
        template=reading.texts.get(RelPath(reading.config.rules.template)),
        open_elsewhere=tuple(
            each for each in last.plan.conflicts if each.key not in selection.reasons
        ),
    )


def _of_all(plan: Plan, selection: PaperSelection, lacks: Sequence[Key]) -> Plan:
    """Return the plan with what is reported of the papers that were not looked at."""
    last, covered = selection.memory.last.plan, selection.covered()
    problems = [
        each
        for each in last.problems
        if RelPath(each.path) not in covered and each.code != conflicts_file.TAKEN
    ]
    unknown = set(plan.wanted)
    wanted = [key for key in last.wanted if key not in selection.reasons]
    reading = selection.reading
    there = {*reading.read, *reading.gone}
    counted = counts_after(last, map(selection.memory.get, there), map(reading.read.get, there))
    return plan._replace(
        problems=tuple(dict.fromkeys((*problems, *plan.problems))),
        digests=counted.digests,
        entries=counted.entries,
        notes=counted.notes,
        wanted=(*wanted, *(key for key in lacks if key in unknown)),
        named=(*(each for each in last.named if RelPath(each.path) not in covered), *plan.named),
        apart=(*(each for each in last.apart if each.note not in covered), *plan.apart),
    )
