"""`add`: papers by their addresses, as entries at the end of a digest."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from vault_sync.cli.capture.week import digest_for, today
from vault_sync.cli.console import Bar, Console, UsageError
from vault_sync.cli.passes import digest_named
from vault_sync.core.digest.styles.style import styles_of
from vault_sync.core.model.plan import Create, Outcome
from vault_sync.core.model.values import Facts, Key, RelPath
from vault_sync.core.naming.keys import is_paper, key_of
from vault_sync.core.naming.tags import TAG
from vault_sync.core.report import lines as report
from vault_sync.core.text.encodings import as_text, encoded
from vault_sync.edge.config import Config
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.capture.additions import (
    AddedPaper,
    Addition,
    Placed,
    add_papers,
    paper_of,
    place_of,
    write_operations,
)
from vault_sync.sync.capture.quiet import QuietWait
from vault_sync.sync.facts import FactsLookup
from vault_sync.sync.observation.observation import Observation, base_of, observe

_TRIES = 5
"""Times that the digest is read again because it was edited between reading and writing."""
_TYPED_IN = "somebody types in the digest all the time (--now does not wait)"


class Words(NamedTuple):
    """The reader's own words for the entries that are added."""

    tags: tuple[str, ...]
    text: str


class Manners(NamedTuple):
    """The ways of one call: to wait while somebody types, to ask nobody for facts."""

    wait: bool
    offline: bool


class _Call(NamedTuple):
    """One call on its way: all that stays the same while the digest is read and written."""

    console: Console
    config: Config
    state: StateStore
    to: RelPath | None
    papers: tuple[AddedPaper, ...]
    facts: Mapping[Key, Facts]
    wait: QuietWait | None


def add(
    console: Console, given: Sequence[str], to: str | None, words: Words, manners: Manners
) -> int:
    """Add papers; print `digest:line` for each, also for one that stands somewhere already.

    Raises:
        UsageError: one of them is no address, a tag is none, or there is no such digest.
    """
    config = console.config()
    target = None if to is None else digest_named(console, config, to)
    papers = _papers(given, words)
    with console.state(config) as state:
        there, outcome, addition = _add(console, config, state, (target, papers), manners)
    placed = [*there, *addition.placed]
    fine = _show(console, config, placed, addition, outcome)
    unwritten = bool(there) and bool(words.tags or words.text)
    if unwritten:
        console.complain(["it stands there already, so neither --text nor --tags was written"])
    return report.IN_LINE if fine and not unwritten else report.OUT_OF_LINE


def _papers(given: Sequence[str], words: Words) -> tuple[AddedPaper, ...]:
    """Return the papers that were named, each once."""
    tags = tuple(tag.strip() for tag in words.tags)
    wrong = next((tag for tag in tags if TAG.fullmatch(f"#{tag}") is None or tag.isdigit()), None)
    if wrong is not None:
        raise UsageError(f"'{wrong}' is no tag: a tag has a character that is no digit, no blank")
    papers: dict[Key, AddedPaper] = {}
    for address in _addresses(given):
        key = key_of(address)
        if key is None:
            raise UsageError(f"{address}: no address of a paper: give a URL, an arXiv id or a DOI")
        papers.setdefault(key, paper_of(key, address, tags, words.text.strip()))
    return tuple(papers.values())


def _addresses(given: Sequence[str]) -> Iterator[str]:
    for each in given:
        if each != "-":
            yield each.strip()
            continue
        text = as_text(sys.stdin.buffer.read())
        named = encoded(text)
        lines = (text if named is None else named.text).removeprefix("\ufeff").splitlines()
        yield from (line.strip() for line in lines if line.strip())


def _add(
    console: Console,
    config: Config,
    state: StateStore,
    task: tuple[RelPath | None, tuple[AddedPaper, ...]],
    manners: Manners,
) -> tuple[list[Placed], Outcome, Addition]:
    """Return the papers that stood somewhere, and what became of the rest."""
    to, papers = task
    there, missing = _parted(observe(config, base_of(state)), papers, to)
    if not missing:
        return there, Outcome(), Addition(None, ())
    facts = _facts(console, config, state, missing, offline=manners.offline)

    def say(path: RelPath, seconds: float) -> None:
        console.complain(
            [f"{path} was edited just now: waiting {seconds:.0f} s (--now does not wait)"]
        )

    wait = QuietWait(config.root, state, config.watch.quiet, say) if manners.wait else None
    outcome, addition = _written(_Call(console, config, state, to, missing, facts, wait))
    return there, outcome, addition


def _parted(
    observation: Observation, papers: Sequence[AddedPaper], to: RelPath | None
) -> tuple[list[Placed], tuple[AddedPaper, ...]]:
    found = [(paper, place_of(observation, paper.key, to)) for paper in papers]
    there = [place for _, place in found if place is not None]
    return there, tuple(paper for paper, place in found if place is None)


def _facts(
    console: Console,
    config: Config,
    state: StateStore,
    papers: Sequence[AddedPaper],
    *,
    offline: bool,
) -> Mapping[Key, Facts]:
    """Return what is known of papers, after asking for the rest."""
    keys = [paper.key for paper in papers if is_paper(paper.key)]
    with Bar(console) as bar:
        lookup = FactsLookup(config, state, bar, offline=offline)
        if keys and lookup.online:
            lookup.ask(keys)
        console.show_problems(lookup.problems)
        return lookup(keys)


def _written(call: _Call) -> tuple[Outcome, Addition]:
    """Write the digest; where it was edited meanwhile, read it again and write that."""
    outcome, addition = Outcome(), Addition(None, (), _TYPED_IN)
    for _ in range(_TRIES):
        observation = observe(call.config, base_of(call.state))
        target = _target(call, observation)
        if call.wait is not None and call.wait.until_quiet(target[0]):
            continue
        styles = styles_of(call.config.rules)
        addition = add_papers(observation, target, call.papers, call.facts, styles)
        if addition.operation is None:
            break
        outcome = write_operations(call.config, call.state, (addition.operation,), "add")
        if not outcome.undone:
            break
    return outcome, addition


def _target(call: _Call, observation: Observation) -> tuple[RelPath, Create | None]:
    if call.to is not None:
        return call.to, None
    found = digest_for(call.console, call.config, observation, today())
    return found.path, found.create


def _show(
    console: Console,
    config: Config,
    placed: Sequence[Placed],
    addition: Addition,
    outcome: Outcome,
) -> bool:
    """Show where each paper stands now; return True if all do."""
    fine = not (addition.refusal or outcome.undone)
    if console.json:
        papers = [_as_json(each) for each in placed]
        console.answer_outcome(config.root, outcome, papers=papers, refusal=addition.refusal)
    written = [each for each in placed if each.standing == "there" or not outcome.undone]
    if not console.json:
        console.out(map(_line, (each for each in written if each.standing != "refused")))
    console.complain(report.undone_lines(outcome.undone))
    if addition.refusal:
        console.complain([f"nothing was added: {addition.refusal}"])
    refused = [each for each in placed if each.standing == "refused"]
    console.complain(
        f"{each.paper.url}: not added: {each.digest} could not hold it as an entry of its own"
        + ("" if each.title else ", as no title is known of it")
        for each in refused
    )
    return fine and not refused


_STANDING_WORDS = {
    "added": "added",
    "bare": "added, the address alone; a pass that knows its title gives it to the note",
    "there": "there already",
}


def _line(placed: Placed) -> str:
    title = f"  {placed.title}" if placed.title else ""
    return f"{placed.digest}:{placed.line}: {_STANDING_WORDS[placed.standing]}{title}"


def _as_json(placed: Placed) -> dict[str, object]:
    return {
        "key": placed.paper.key,
        "standing": placed.standing,
        "digest": placed.digest,
        "line": placed.line or None,
        "title": placed.title,
    }
