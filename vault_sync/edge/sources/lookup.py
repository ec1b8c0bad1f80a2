"""Facts in layers: what was answered before, the reader's own file of arXiv's, the archives.

A paper is named by `archives.fact_name`. A pass takes `remembered`, which never asks anybody.
`look_up` asks for what is left, and is never in the way: whatever goes wrong with the network is
one notice an archive, what was answered until then is kept, and the next run asks for the rest. How
an archive is asked is `client`.
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
from typing import NamedTuple

from vault_sync.core.model.values import Facts, Problem
from vault_sync.core.sources.archives import ARCHIVES, ARXIV, Archive, spelled
from vault_sync.edge.sources import cache, client, dump_file, http
from vault_sync.edge.sources.client import Bounds


@dataclass(frozen=True, slots=True)
class Source:
    """The source of facts (`[arxiv]` and `[sources]` in vault-sync.toml).

    `enabled` false and `offline` true both mean that no request is made; the cache and the
    snapshot file, which are the reader's own, still speak. `contact` is a mail address, or "".
    `cache` is a file outside the vault that all vaults share. `url` is arXiv's API, `sites` has the
    addresses of other archives by the kind of key, tried one after another; none: it is not asked.
    `own` are those of them that the device's own configuration names.
    `vault` is the folder in which the snapshot may lie, and in which no link to it is followed.
    """

    cache: Path
    url: str
    sites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    enabled: bool = True
    offline: bool = False
    contact: str = ""
    snapshot: Path | None = None
    vault: Path | None = None
    version: str = ""
    own: frozenset[str] = frozenset()


class Answer(NamedTuple):
    """The facts of the ids asked for, by the spelling asked for; each is in exactly one part.

    `missing`: its archive was asked today and has no such paper, or it cannot be an id. `unknown`:
    nobody could be asked; ask again. `problems`: notices, at most one an archive on the network.
    """

    facts: Mapping[str, Facts]
    unknown: frozenset[str]
    missing: frozenset[str]
    problems: tuple[Problem, ...] = ()


def remembered(source: Source, ids: Sequence[str]) -> Mapping[str, Facts]:
    """Return what the cache and the dump file have of `ids`. No request is made, ever.

    `look_up` of an offline source gives the same with the notices.
    """
    papers = _papers(ids)
    return _answer(papers, _local(source, _canonical(papers), None)).facts


def look_up(
    source: Source,
    ids: Sequence[str],
    *,
    stop: threading.Event,
    clock: Callable[[], float] = time.time,
    progress: Callable[[int, int], None] | None = None,
    refresh: bool = False,
    bounds: Bounds = client.PATIENT,
) -> Answer:
    """Return the facts of `ids`; archives are asked for those that neither cache nor file has.

    `clock` gives Unix time; its UTC day is what "today" means. `progress` is called with papers
    done and papers to ask for. `refresh` also asks for what is known, unless it was asked for
    today. `bounds` are those of all requests together. `stop` ends the run within a moment; every
    answer is kept, whole, when it arrives.

    Raises nothing that the network, the file or the cache could cause: that is in `problems`.
    """
    papers = _papers(ids)
    wanted = _canonical(papers)
    findings = _local(source, wanted, stop)
    today = datetime.fromtimestamp(clock(), UTC).date().isoformat()
    to_ask = _to_ask(findings, wanted, today, refresh=refresh)
    tasks = _tasks(source, to_ask) if not findings.cacheless else []
    report = _Report(progress, sum(len(task.ids) for task in tasks))
    allowance = client.Allowance(bounds)
    for number, task in enumerate(tasks):
        allowance.share(len(tasks) - number)
        with _notices(source, findings), cache.opened(source.cache) as db:
            due = bounds.pace or client.pace_for(task.archive, task.urls[0])
            url, who = task.urls[0], agent(source)
            connection = client.ApiConnection(
                task.archive, url, who, db, stop, clock, due, today, allowance, source.own
            )
            _ask(connection, task, findings, report)
    return _answer(papers, findings)


class _Task(NamedTuple):
    """One archive to be asked: at which addresses, for which of its ids."""

    archive: Archive
    urls: tuple[str, ...]
    ids: tuple[str, ...]


def _tasks(source: Source, names: Sequence[str]) -> list[_Task]:
    if not source.enabled or source.offline:
        return []
    ids: dict[Archive, list[str]] = {archive: [] for archive in ARCHIVES}
    for name in names:
        archive, one = spelled(name)
        ids[archive].append(one)
    sites = {**source.sites, ARXIV.kind: (source.url,)}
    return [
        _Task(archive, urls, tuple(of))
        for archive, of in ids.items()
        if of and (urls := sites.get(archive.kind))
    ]


def _to_ask(findings: _Findings, wanted: Sequence[str], today: str, *, refresh: bool) -> list[str]:
    """Return the ids to ask for; note as missing those that no archive had today."""
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
        findings.problems.append(no_cache(source.cache, error))


@dataclass(slots=True)
class _Findings:
    """The facts found so far, by canonical id. `answered_on`: the day, from the cache."""

    facts: dict[str, Facts] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    answered_on: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    cacheless: bool = False


def _papers(names: Sequence[str]) -> dict[str, str]:
    """Return the one name of the paper that each spelling means; "" for what cannot be one."""
    papers = {}
    for name in names:
        archive, one = spelled(name)
        papers[name] = one if archive is ARXIV or not one else f"{archive.kind}:{one}"
    return papers


def _canonical(papers: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(filter(None, papers.values())))


def _answer(papers: Mapping[str, str], findings: _Findings) -> Answer:
    """Return the findings by the spellings asked for."""
    facts = {one: findings.facts[of] for one, of in papers.items() if of in findings.facts}
    missing = frozenset(
        one for one, of in papers.items() if one not in facts and (not of or of in findings.missing)
    )
    return Answer(
        facts, frozenset(papers) - facts.keys() - missing, missing, tuple(findings.problems)
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
            _from_snapshot(source, wanted, findings, db, stop)
    except (sqlite3.Error, OSError) as error:
        # Without the cache there is no knowing who was asked when, so nobody is.
        findings.cacheless = True
        findings.problems.append(no_cache(source.cache, error))
        _from_snapshot(source, wanted, findings, None, stop)
    return findings


def _from_snapshot(
    source: Source,
    wanted: Sequence[str],
    findings: _Findings,
    db: sqlite3.Connection | None,
    stop: threading.Event | None,
) -> None:
    """Add what the dump file has beyond the cache.

    The file is read once for a paper, not once a pass: arXiv's whole set is several gigabytes.
    """
    path = source.snapshot
    rest = [one for one in wanted if one not in findings.facts and spelled(one)[0] is ARXIV]
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
    found = dump_file.facts(path, left, stop, source.vault)
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


class _Report:
    """The progress of a run: the papers that were answered for, of all that are asked for."""

    def __init__(self, progress: Callable[[int, int], None] | None, whole: int) -> None:
        self.progress, self.whole, self.done = progress, whole, 0
        if whole:
            self.add(0)

    def add(self, papers: int) -> None:
        self.done += papers
        if self.progress is not None:
            self.progress(self.done, self.whole)


def _ask(
    connection: client.ApiConnection, task: _Task, findings: _Findings, report: _Report
) -> None:
    """Add what an archive answers, answer by answer, so that what came before an error stays."""
    for result in client.answers(connection, task.urls, task.ids):
        findings.facts |= result.facts
        findings.missing.update(result.missing)
        report.add(len(result.facts) + len(result.missing))


def agent(source: Source) -> str:
    """Return the User-Agent, as archives wish it: only characters that a header can have."""
    sound = (c for c in source.contact if c.isascii() and c.isprintable() and c not in "()")
    contact = "".join(sound)
    return f"vault-sync/{source.version or '0'}" + (f" (mailto:{contact})" if contact else "")


def no_cache(path: Path, error: Exception) -> Problem:
    return Problem(
        path=str(path),
        code="facts-cache",
        message=f"the cache of facts cannot be used, so nobody is asked: {error}",
        hint="if the file is damaged, delete it: it is made anew and holds nothing of yours",
        level="notice",
    )
