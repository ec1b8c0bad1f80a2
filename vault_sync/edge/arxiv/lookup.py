"""Facts from arXiv in layers: what was answered before, the reader's own file, the API.

A pass takes `remembered`, which never asks anybody. `look_up` asks arXiv for what is left, and is
never in the way: whatever goes wrong with the network is one notice, what was answered until then
is kept, and the next run asks for the rest. How arXiv is asked is `client`.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from vault_sync.core.model.values import Facts, Problem
from vault_sync.edge.arxiv import atom, cache, client, dump_file, http
from vault_sync.edge.arxiv.client import RateLimit


@dataclass(frozen=True, slots=True)
class Source:
    """The source of facts (`[arxiv]` in vault-sync.toml).

    `enabled` false and `offline` true both mean that no request is made; the cache and the
    snapshot file, which are the reader's own, still speak. `contact` is a mail address, or "".
    `cache` is a file outside the vault that all vaults share.
    """

    cache: Path
    url: str
    enabled: bool = True
    offline: bool = False
    contact: str = ""
    snapshot: Path | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The facts of the ids asked for, by the spelling asked for; each is in exactly one part.

    `missing`: arXiv was asked today and has no such paper, or it cannot be an id. `unknown`: nobody
    could be asked; ask again. `problems`: notices, at most one on the network.
    """

    facts: Mapping[str, Facts]
    unknown: frozenset[str]
    missing: frozenset[str]
    problems: tuple[Problem, ...] = ()


def remembered(source: Source, ids: Sequence[str]) -> Mapping[str, Facts]:
    """Return what the cache and the dump file have of `ids`. No request is made, ever.

    `look_up` of an offline source gives the same with the notices.
    """
    spelled = _spelled(ids)
    return _answer(spelled, _local(source, _canonical(spelled), None)).facts


def look_up(
    source: Source,
    ids: Sequence[str],
    *,
    stop: threading.Event,
    clock: Callable[[], float] = time.time,
    progress: Callable[[int, int], None] | None = None,
    refresh: bool = False,
    pace: RateLimit | None = None,
) -> Answer:
    """Return the facts of `ids`; arXiv is asked for those that neither cache nor dump file has.

    `clock` gives Unix time; its UTC day is what "today" means. `progress` is called with papers
    done and papers to ask for. `refresh` also asks for what is known, unless it was asked for
    today. `pace`: by default what the host is owed. `stop` ends the run within a moment; every
    answer is kept, whole, when it arrives.

    Raises nothing that the network, the file or the cache could cause: that is in `problems`.
    """
    spelled = _spelled(ids)
    wanted = _canonical(spelled)
    findings = _local(source, wanted, stop)
    today = datetime.fromtimestamp(clock(), UTC).date().isoformat()
    to_ask = _to_ask(findings, wanted, today, refresh=refresh)
    if to_ask and source.enabled and not source.offline and not findings.cacheless:
        with _notices(source, findings), cache.opened(source.cache) as db:
            due = pace or client.pace_for(source.url)
            allowance = client.Allowance(due, len(atom.questions(to_ask)))
            agent = _agent(source)
            connection = client.ApiConnection(
                source.url, agent, db, stop, clock, due, today, allowance
            )
            _ask(connection, to_ask, findings, progress)
    return _answer(spelled, findings)


def _to_ask(findings: _Findings, wanted: Sequence[str], today: str, *, refresh: bool) -> list[str]:
    """Return the ids to ask for; note as missing those that arXiv did not have today."""
    to_ask = [
        one
        for one in wanted
        if findings.answered_on.get(one) != today and (refresh or one not in findings.facts)
    ]
    findings.missing.update(
        one
        for one in wanted
        if findings.answered_on.get(one) == today and one not in findings.facts
    )
    return to_ask


@contextmanager
def _notices(source: Source, findings: _Findings) -> Iterator[None]:
    """Turn whatever ends the asking into a notice."""
    try:
        yield
    except http.Stopped:
        pass  # the rest is unknown, and that is what the answer says
    except client.GivenUp as end:
        findings.problems.append(end.problem)
    except (sqlite3.Error, OSError) as error:
        findings.problems.append(_no_cache(source.cache, error))


@dataclass(slots=True)
class _Findings:
    """The facts found so far, by canonical id. `answered_on`: the day, from the cache."""

    facts: dict[str, Facts] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    answered_on: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    cacheless: bool = False


def _spelled(ids: Sequence[str]) -> dict[str, str]:
    """Return the id that each spelling means; "" for one that cannot be an id."""
    return {one: atom.paper_id(one) for one in ids}


def _canonical(spelled: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(filter(None, spelled.values())))


def _answer(spelled: Mapping[str, str], findings: _Findings) -> Answer:
    """Return the findings by the spellings asked for."""
    facts = {one: findings.facts[of] for one, of in spelled.items() if of in findings.facts}
    missing = frozenset(
        one
        for one, of in spelled.items()
        if one not in facts and (not of or of in findings.missing)
    )
    return Answer(
        facts, frozenset(spelled) - facts.keys() - missing, missing, tuple(findings.problems)
    )


# The layers that ask nobody.


def _local(source: Source, wanted: Sequence[str], stop: threading.Event | None) -> _Findings:
    findings = _Findings()
    if not wanted:
        return findings
    try:
        if source.snapshot is None and not source.cache.exists():
            return findings
        with cache.opened(source.cache) as db:
            for one, row in cache.rows(db, wanted).items():
                findings.answered_on[one] = row.day
                if row.facts is not None:
                    findings.facts[one] = row.facts
            _from_snapshot(source.snapshot, wanted, findings, db, stop)
    except (sqlite3.Error, OSError) as error:
        # Without the cache there is no knowing when arXiv was last asked, so it is not asked.
        findings.cacheless = True
        findings.problems.append(_no_cache(source.cache, error))
        _from_snapshot(source.snapshot, wanted, findings, None, stop)
    return findings


def _from_snapshot(
    path: Path | None,
    wanted: Sequence[str],
    findings: _Findings,
    db: sqlite3.Connection | None,
    stop: threading.Event | None,
) -> None:
    """Add what the dump file has beyond the cache.

    The file is read once for a paper, not once a pass: arXiv's whole set is several gigabytes.
    """
    rest = [one for one in wanted if one not in findings.facts]
    if path is None or not rest:
        return
    before: dict[str, Facts | None] = {}
    stamp = _stamp(path)
    if db is not None and stamp:
        before = cache.scanned(db, str(path), stamp, rest)
    findings.facts |= {one: facts for one, facts in before.items() if facts is not None}
    left = [one for one in rest if one not in before]
    if not left:
        return
    found = dump_file.facts(path, left, stop)
    findings.problems.extend(found.problems)
    findings.facts |= found.facts
    if db is not None and stamp and found.whole:
        scan = {one: found.facts.get(one) for one in left}
        cache.keep_scan(db, str(path), stamp, scan)


def _stamp(path: Path) -> str:
    try:
        at = path.stat()
    except OSError:
        return ""  # reading it will say so
    return f"{at.st_size} {at.st_mtime_ns}"


def _ask(
    connection: client.ApiConnection,
    ids: Sequence[str],
    findings: _Findings,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Add what arXiv answers, answer by answer, so that what came before an error stays."""
    report = progress or (lambda _done, _of: None)
    done = 0
    report(done, len(ids))
    for answer in client.answers(connection, ids):
        findings.facts |= answer.facts
        findings.missing.update(answer.missing)
        done += len(answer.facts) + len(answer.missing)
        report(done, len(ids))


def _agent(source: Source) -> str:
    """Return the User-Agent, as arXiv wishes it: only characters that a header can have."""
    sound = (c for c in source.contact if c.isascii() and c.isprintable() and c not in "()")
    contact = "".join(sound)
    return f"vault-sync/{source.version or '0'}" + (f" (mailto:{contact})" if contact else "")


def _no_cache(path: Path, error: Exception) -> Problem:
    return Problem(
        path=str(path),
        code="facts-cache",
        message=f"the cache of arXiv facts cannot be used, so arXiv is not asked: {error}",
        hint="if the file is damaged, delete it: it is made anew and holds nothing of yours",
        level="notice",
    )
