"""Digests that are made or made longer: the one of a week, and papers that are added to one.

The write goes the way of every other: under the lock, with the old text saved, refused if the file
is no longer as it was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal, NamedTuple

from vault_sync.core.digest import addition
from vault_sync.core.digest.addition import DatedDigest, week_head
from vault_sync.core.digest.reader import Digest
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import StyleChoice
from vault_sync.core.model.plan import Create, Operation, Outcome, Plan, Write
from vault_sync.core.model.values import Facts, Fields, Key, RelPath, natural
from vault_sync.core.naming import week_learning
from vault_sync.core.naming.globs import is_digest
from vault_sync.core.naming.keys import address_of
from vault_sync.core.naming.week_names import WeekNaming
from vault_sync.edge.config import Config
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.write.apply import apply
from vault_sync.edge.write.recovery import recover
from vault_sync.sync.observation.observation import Observation, learn_weeks

Standing = Literal["added", "bare", "there", "refused"]


class AddedPaper(NamedTuple):
    """A paper that is to be added: its key, its address, and the reader's words and tags."""

    key: Key
    url: str
    tags: tuple[str, ...] = ()
    text: str = ""


class Placed(NamedTuple):
    """The outcome for one paper: where it stands. `bare` is an entry of the address alone."""

    paper: AddedPaper
    standing: Standing
    digest: RelPath
    line: int
    title: str = ""


class Addition(NamedTuple):
    """A digest with papers added: the operation, None if nothing is to be written."""

    operation: Operation | None
    placed: tuple[Placed, ...]
    refusal: str = ""


@dataclass(slots=True)
class _Draft:
    digest: Digest
    like: Digest | None
    placed: list[Placed] = field(default_factory=list)


def place_of(observation: Observation, key: Key, only: RelPath | None) -> Placed | None:
    """Return where a paper stands: in any digest, the newest first, or in `only`."""
    digests = observation.snapshot.digests
    for path in [only] if only else sorted(digests, key=natural, reverse=True):
        for entry in digests[path].entries if path in digests else ():
            if entry.key == key:
                paper = AddedPaper(key, entry.fields.url)
                return Placed(paper, "there", path, entry.line, entry.fields.title)
    return None


def add_papers(
    observation: Observation,
    target: tuple[RelPath, Create | None],
    papers: Sequence[AddedPaper],
    facts: Mapping[Key, Facts],
    styles: StyleChoice,
) -> Addition:
    """Return the addition of papers to a digest, which is there or is made along with them.

    One that is made is written in the `styles` that were chosen for it, as its fellows are.
    """
    path, create = target
    snapshot = observation.snapshot
    digest = snapshot.digests[path] if create is None else _made(create, styles)
    wrong = snapshot.locked.get(path) or addition.refusal(digest)
    if wrong:
        problem = next((each for each in snapshot.problems if each.path == path), None)
        return Addition(None, (), problem.message if problem and path in snapshot.locked else wrong)
    fellows = sorted(snapshot.digests, key=natural, reverse=True)
    alike = (each for fellow in fellows if (each := snapshot.digests[fellow]).entries)
    draft = _Draft(digest, next((each for each in alike if each.styles == digest.styles), None))
    for paper in papers:
        _add(draft, path, paper, facts.get(paper.key))
    after = draft.digest.text
    if after == digest.text:
        return Addition(None, tuple(draft.placed))
    why = "a paper was added" if len(papers) == 1 else "papers were added"
    operation = Create(path, after, why) if create else Write(path, digest.text, after, why)
    return Addition(operation, tuple(draft.placed))


def _made(create: Create, styles: StyleChoice) -> Digest:
    return styled_reader.read(str(create.after), styles(create.path))


def _add(draft: _Draft, path: RelPath, paper: AddedPaper, facts: Facts | None) -> None:
    """Add one paper; where its title could not be read back, the address alone."""
    bare = Fields(paper.url, tags=paper.tags, commentary=paper.text)
    whole = bare
    if facts is not None and facts.title and facts.authors:
        whole = bare.saying(title=" ".join(facts.title.split()), authors=facts.authors)
    for fields in dict.fromkeys((whole, bare)):
        added = addition.with_entry(draft.digest, fields, draft.like)
        if added is not None:
            draft.digest = added
            standing: Standing = "added" if fields.title else "bare"
            line = next(each.line for each in added.entries if each.key == paper.key)
            placed = Placed(paper, standing, path, line, fields.title)
            break
    else:
        placed = Placed(paper, "refused", path, 0, whole.title)
    draft.placed.append(placed)


def paper_of(key: Key, given: str, tags: tuple[str, ...], text: str) -> AddedPaper:
    """Return a paper as it is to be added: by its archive's page and not by its PDF.

    A DOI has a publisher's page too, which stays as it was given.
    """
    is_address = given.lower().startswith(("http://", "https://"))
    as_given = is_address and key.startswith(("doi:", "url:"))
    url = given if as_given else address_of(key)
    return AddedPaper(key, url, tags, text)


def write_operations(
    config: Config, state: StateStore, operations: tuple[Operation, ...], cause: str
) -> Outcome:
    """Carry out operations as a pass of their own.

    Raises:
        Busy: another process holds the vault.
        StateError: the state cannot be written.
    """
    with state.lock(5.0):
        recover(config.root, state)
        started = datetime.now(UTC)
        return apply(config.root, state, Plan(operations), cause=cause, started=started)


class WeekDigest(NamedTuple):
    """The digest of a week. `create` is None where it is there; `doubt` is what to tell, or ""."""

    path: RelPath
    create: Create | None
    doubt: str


class NoWeek(Exception):  # noqa: N818 - the vault says too little, nothing failed
    """The digest of a week cannot be named or placed; the text says which key does it."""


def week_digest(observation: Observation, config: Config, day: date) -> WeekDigest:
    """Return the digest of the week that holds `day`.

    Raises:
        NoWeek: the digests do not show how weeks are named, or it would be no digest.
    """
    learnt = learn_weeks(observation, config)
    naming = learnt.naming
    if naming is None:
        why = learnt.doubt or "the digests do not show how weeks are named"
        raise NoWeek(f'{why}: give `week` under [digests] in vault-sync.toml, as "%G-W%V"')
    digests = list(observation.snapshot.digests)
    there = week_learning.digest_of(naming, digests, day)
    if there is not None:
        return WeekDigest(there, None, learnt.doubt)
    path = week_learning.week_path(learnt, naming, day)
    if not is_digest(config.rules)(path):
        paths = ", ".join(config.rules.digest_paths)
        raise NoWeek(f"{path} would be no digest: [digests] paths finds {paths}: add its folder")
    text = week_head(naming, day, _newest(observation, naming, digests))
    return WeekDigest(path, Create(path, text, "a new week"), learnt.doubt)


def _newest(
    observation: Observation, naming: WeekNaming, paths: Sequence[RelPath]
) -> list[DatedDigest]:
    newest = week_learning.newest_first(naming, paths)
    return [DatedDigest(standing, observation.snapshot.digests[path]) for standing, path in newest]
