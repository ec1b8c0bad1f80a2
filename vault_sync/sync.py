"""One pass over a vault: look, think, act.

rebuild, sync, watch and check are this same pass with another beginning and another end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from vault_sync.core import abstracts, globs, snapshot
from vault_sync.core import conflicts as conflicts_note
from vault_sync.core import digest as digest_lens
from vault_sync.core.base import Base
from vault_sync.core.holding import held_back
from vault_sync.core.keys import arxiv_id
from vault_sync.core.links import Names
from vault_sync.core.model import Facts, Key, Problem, RelPath, Rules, Side
from vault_sync.core.plan import Conflict, Create, Operation, Outcome, Plan, Row, Trash, Write
from vault_sync.core.presence import Choices, Paper
from vault_sync.core.reconcile import reconcile
from vault_sync.core.snapshot import Snapshot
from vault_sync.edge import arxiv
from vault_sync.edge.config import Config
from vault_sync.edge.recover import recover
from vault_sync.edge.state import State
from vault_sync.edge.vault import read_all, scan
from vault_sync.edge.write import apply

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""

FactsOf = Callable[[Sequence[Key]], Mapping[Key, Facts]]


def _silent(what: str, done: int, whole: int) -> None:
    del what, done, whole


def no_facts(keys: Sequence[Key]) -> Mapping[Key, Facts]:
    del keys
    return {}


@dataclass(frozen=True, slots=True)
class Order:
    """What a pass is asked to do.

    `remake`: make missing notes again, remove nothing (`rebuild`). `only`: the digests whose
    papers are looked at; empty is all. `allowed`: the number of a list of removals that may be
    done. `take`: a note and the side that settles its conflicts. `held`: files that a person is
    typing in, which are not written now. `cause` stands in the log.
    """

    cause: str = "sync"
    remake: bool = False
    only: frozenset[RelPath] = frozenset()
    allowed: str = ""
    take: tuple[RelPath, Side] | None = None
    held: frozenset[RelPath] = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look found. `conflicts_text` is the conflicts note, "" where there is none."""

    snapshot: Snapshot
    base: Base
    problems: tuple[Problem, ...]
    conflicts_text: str
    files: frozenset[RelPath]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a pass: what was planned, and what became of it. `waiting` was held back."""

    plan: Plan
    outcome: Outcome = field(default_factory=Outcome)
    waiting: tuple[Operation, ...] = ()
    note: str | None = None


def look(config: Config, base: Base, progress: Progress = _silent) -> Seen:
    """Read the whole vault.

    Raises:
        OSError: the vault's folder itself cannot be listed.
    """
    found = scan(config.root)
    texts: dict[RelPath, str] = {}
    problems = list(found.problems)
    for number, (path, text) in enumerate(read_all(config.root, found.files)):
        if isinstance(text, Problem):
            problems.append(text)
        else:
            texts[path] = text
        progress("reading", number + 1, len(found.files))
    return seen_of(texts, config.rules, base, tuple(problems))


def seen_of(
    texts: Mapping[RelPath, str], rules: Rules, base: Base, problems: tuple[Problem, ...] = ()
) -> Seen:
    """What texts say, wherever they were read: the work tree, or the git index."""
    conflicts_path = RelPath(rules.conflicts_note)
    names = Names.of(texts)
    read = snapshot.of(
        {path: text for path, text in texts.items() if path != conflicts_path},
        names=names,
        is_digest=is_digest(rules),
        base=base,
    )
    return Seen(read, base, problems, texts.get(conflicts_path, ""), frozenset(texts))


def is_digest(rules: Rules) -> Callable[[RelPath], bool]:
    """Whether a path is found by `[digests] paths`."""
    return globs.matcher(rules.digest_paths)


def exported(seen: Seen, path: RelPath) -> str:
    """A digest as it reads without the tool's links."""
    digest = seen.snapshot.digests[path]
    own = {entry.key: entry.link.target for entry in digest.entries if entry.link is not None}
    return digest_lens.export(digest.text, lambda key, target: own.get(key) == target)


def lacking(seen: Seen, rules: Rules) -> list[Key]:
    """The papers on arXiv whose notes lack what arXiv may know: a note, or one of its facts."""
    wanted = []
    entries = (entry for digest in seen.snapshot.digests.values() for entry in digest.entries)
    for key in dict.fromkeys(entry.key for entry in entries):
        if not arxiv_id(key):
            continue
        paths = seen.snapshot.managed.get(key, ())
        if not paths or any(_lacks(seen, rules, key, path) for path in paths):
            wanted.append(key)
    return wanted


def _lacks(seen: Seen, rules: Rules, key: Key, path: RelPath) -> bool:
    note = seen.snapshot.notes[path]
    has = note.properties.items
    undated = Row(key, "", "undated") in seen.base.rows and not has("published")
    if undated or not note.fields.title:
        return True
    return any(
        abstracts.missing(note, key, seen.base) if name == "abstract" else not has(name)
        for name in rules.facts
    )


def think(seen: Seen, rules: Rules, facts: Mapping[Key, Facts], order: Order) -> Plan:
    """The plan for what was seen, the decisions of the conflicts note and the order in it."""

    def planned(choices: Choices) -> Plan:
        return reconcile(
            seen.snapshot,
            seen.base,
            facts,
            rules,
            remake=order.remake,
            choices=choices,
            allowed=order.allowed,
            only=_only(order.only),
        )

    choices: dict[tuple[Key, RelPath, str], Side] = {}
    if order.take is not None:
        choices |= _taken(seen, *order.take)
    plan = planned(choices)
    ticked = conflicts_note.ticks(seen.conflicts_text)
    if ticked and plan.conflicts:
        choices |= conflicts_note.choices(plan.conflicts, ticked)
        plan = planned(choices)
    shown = _conflicts_note(seen, rules, plan.conflicts)
    return replace(
        plan,
        operations=(*plan.operations, *shown),
        problems=(*seen.problems, *plan.problems),
    )


def _only(digests: frozenset[RelPath]) -> Callable[[Paper], bool] | None:
    if not digests:
        return None
    return lambda paper: any(tie.digest in digests for tie in paper.ties)


def _taken(seen: Seen, note: RelPath, side: Side) -> dict[tuple[Key, RelPath, str], Side]:
    """Every decision that a note can ask for, given to one side."""
    found = seen.snapshot.notes.get(note)
    key = seen.snapshot.about(note)
    if found is None or key is None:
        return {}
    names = seen.snapshot.names
    targets = (*found.digests, *(section.target for section in found.sections))
    digests = {path for target in targets if (path := names.resolve(target, note)) is not None}
    digests |= set(seen.base.places.get(key, ()))
    digests |= {
        path
        for path, digest in seen.snapshot.digests.items()
        if any(entry.key == key for entry in digest.entries)
    }
    fields = ("url", "title", "authors", "commentary", "entry")
    return {(key, digest, name): side for digest in digests for name in fields}


def _conflicts_note(
    seen: Seen, rules: Rules, conflicts: Iterable[Conflict]
) -> tuple[Operation, ...]:
    path = RelPath(rules.conflicts_note)
    before = seen.conflicts_text
    after = conflicts_note.text(tuple(conflicts), seen.snapshot.names, before)
    there = path in seen.files
    if after == before:
        return ()
    if not after:
        name = path.rpartition("/")[2]
        why = "no conflict is left"
        return (Trash(path, RelPath(f".trash/{name}"), before, why),) if there else ()
    if there:
        return (Write(path, before, after, "open conflicts"),)
    return (Create(path, after, "open conflicts"),)


def base_of(state: State) -> Base:
    """The base that this device keeps."""
    return Base(state.rows(), state.known, state.was_before)


def planned(
    config: Config,
    state: State,
    order: Order,
    facts_of: FactsOf = no_facts,
    progress: Progress = _silent,
) -> tuple[Seen, Plan]:
    """Look and think; nothing is written and nothing locked.

    The plan wants the facts that are lacking and that `facts_of` does not know.
    """
    seen = look(config, base_of(state), progress)
    lacks = lacking(seen, config.rules)
    plan = think(seen, config.rules, facts_of(lacks), order)
    unknown = set(plan.wanted)
    return seen, replace(plan, wanted=tuple(key for key in lacks if key in unknown))


def run(
    config: Config,
    state: State,
    order: Order,
    facts_of: FactsOf = no_facts,
    *,
    ask: Callable[[Sequence[Key]], object] | None = None,
    wait: float = 5.0,
    progress: Progress = _silent,
) -> Result:
    """One whole pass: recover, look, think, act.

    Where it wants facts, `ask` is called with no lock held, for it may take minutes, and then the
    pass begins anew.

    Raises:
        state.Busy: another process holds the vault.
        state.StateError: the state cannot be written; no file was touched after that.
        OSError: the vault's folder cannot be listed.
    """
    with state.lock(wait):
        told = recover(config.root, state)
        note = state.note
        seen, plan = planned(config, state, order, facts_of, progress)
        plan = replace(plan, problems=(*told, *plan.problems))
        if ask is None or not plan.wanted:
            return replace(_acted(config, state, order, seen, plan), note=note)
    ask(plan.wanted)
    result = run(config, state, order, facts_of, wait=wait, progress=progress)
    problems = tuple(dict.fromkeys((*told, *result.plan.problems)))
    return replace(result, plan=replace(result.plan, problems=problems), note=note or result.note)


def _acted(config: Config, state: State, order: Order, seen: Seen, plan: Plan) -> Result:
    """Carry a plan out, with the lock held."""
    doable, waiting = held_back(plan, order.held, RelPath(config.rules.conflicts_note))
    outcome = apply(
        config.root,
        state,
        doable,
        cause=order.cause,
        started=datetime.now(UTC),
        sources=_sources(seen, doable),
    )
    return Result(plan, outcome, waiting)


def _sources(seen: Seen, plan: Plan) -> frozenset[RelPath]:
    """Files that were only read, on whose words a new agreement rests."""
    rows = [row for agreement in plan.agreements for row in agreement.put]
    digests = {RelPath(row.digest) for row in rows if row.digest}
    notes = {path for row in rows if row.key for path in seen.snapshot.managed.get(row.key, ())}
    return frozenset((digests | notes) & seen.files)


def source_of(config: Config, cache: Path, *, offline: bool, version: str) -> arxiv.Source:
    """Where a vault's facts come from."""
    snapshot_path = Path(config.arxiv.snapshot)
    return arxiv.Source(
        cache=cache,
        enabled=config.arxiv.enabled,
        offline=offline,
        url=config.arxiv.url,
        contact=config.arxiv.contact,
        snapshot=config.root / snapshot_path if config.arxiv.snapshot else None,
        version=version,
    )


def remembered(source: arxiv.Source) -> FactsOf:
    """Facts from the cache and the snapshot file; no request is made."""

    def facts_of(keys: Sequence[Key]) -> Mapping[Key, Facts]:
        by_id = {arxiv_id(key): key for key in keys}
        found = arxiv.remembered(source, list(by_id)) if by_id else {}
        return {by_id[name]: facts for name, facts in found.items()}

    return facts_of
