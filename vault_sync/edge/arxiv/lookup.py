"""Facts from arXiv in layers: what was answered before, the reader's own file, the API.

A pass takes `remembered`, which never asks anybody. `look_up` asks arXiv for what is left, and is
never in the way: whatever goes wrong with the network is one notice, what was answered until then
is kept, and the next run asks for the rest. How arXiv is asked is `arxiv_api`.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from vault_sync.core.model.values import Facts, Problem
from vault_sync.edge.arxiv import atom, cache, client, dump_file, http
from vault_sync.edge.arxiv.client import RateLimit


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from (`[arxiv]` in vault-sync.toml).

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
    """What is known of the ids asked for, by the spelling asked for; each is in exactly one.

    `missing`: arXiv was asked today and has no such paper, or it cannot be an id. `unknown`: nobody
    could be asked; ask again. `problems`: notices, at most one on the network.
    """

    facts: Mapping[str, Facts]
    unknown: frozenset[str]
    missing: frozenset[str]
    problems: tuple[Problem, ...] = ()


def remembered(source: Source, ids: Sequence[str]) -> Mapping[str, Facts]:
    """What the cache and the snapshot file know of `ids`. No request is made, ever.

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
    """The facts of `ids`; arXiv is asked for those that neither cache nor snapshot file has.

    `clock` gives Unix time; its UTC day is what "today" means. `progress` is called with papers
    settled and papers to ask for, first with 0. `refresh` also asks for what is known, unless it
    was asked for today. `pace` is by default what the host is owed (`client.pace_for`). `stop`
    ends the run within a moment, with what was answered until then; every answer is kept, whole,
    when it arrives.

    Raises nothing that the network, the file or the cache could cause: that is in `said`.
    """
    spelled = _spelled(ids)
    wanted = _canonical(spelled)
    known = _local(source, wanted, stop)
    today = datetime.fromtimestamp(clock(), UTC).date().isoformat()
    asked = [
        one
        for one in wanted
        if known.asked.get(one) != today and (refresh or one not in known.facts)
    ]
    known.missing.update(
        one for one in wanted if known.asked.get(one) == today and one not in known.facts
    )
    if asked and source.enabled and not source.offline and not known.cacheless:
        try:
            with cache.opened(source.cache) as db:
                agent = _agent(source)
                due = pace or client.pace_for(source.url)
                line = client.ApiConnection(source.url, agent, db, stop, clock, due, today)
                _ask(line, asked, known, progress)
        except http.Stopped:
            pass  # the rest is unknown, and that is what the answer says
        except client.GivenUp as end:
            known.problems.append(end.problem)
        except (sqlite3.Error, OSError) as error:
            known.problems.append(_no_cache(source.cache, error))
    return _answer(spelled, known)


@dataclass(slots=True)
class _Known:
    """What has been found out so far, by canonical id. `asked`: the day, from the cache."""

    facts: dict[str, Facts] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    asked: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    cacheless: bool = False


def _spelled(ids: Sequence[str]) -> dict[str, str]:
    """The id that each spelling means; "" for one that cannot be an id."""
    return {one: atom.paper_id(one) for one in ids}


def _canonical(spelled: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(filter(None, spelled.values())))


def _answer(spelled: Mapping[str, str], known: _Known) -> Answer:
    """By the spellings asked for."""
    facts = {one: known.facts[of] for one, of in spelled.items() if of in known.facts}
    missing = frozenset(
        one for one, of in spelled.items() if one not in facts and (not of or of in known.missing)
    )
    return Answer(
        facts, frozenset(spelled) - facts.keys() - missing, missing, tuple(known.problems)
    )


# The layers that ask nobody.


def _local(source: Source, wanted: Sequence[str], stop: threading.Event | None) -> _Known:
    known = _Known()
    if not wanted:
        return known
    try:
        if source.snapshot is None and not source.cache.exists():
            return known
        with cache.opened(source.cache) as db:
            for one, row in cache.rows(db, wanted).items():
                known.asked[one] = row.asked
                if row.facts is not None:
                    known.facts[one] = row.facts
            _from_snapshot(source.snapshot, wanted, known, db, stop)
    except (sqlite3.Error, OSError) as error:
        # Without the cache there is no knowing when arXiv was last asked, so it is not asked.
        known.cacheless = True
        known.problems.append(_no_cache(source.cache, error))
        _from_snapshot(source.snapshot, wanted, known, None, stop)
    return known


def _from_snapshot(
    path: Path | None,
    wanted: Sequence[str],
    known: _Known,
    db: sqlite3.Connection | None,
    stop: threading.Event | None,
) -> None:
    """Adds what the file knows beyond the cache.

    The file is read once for a paper, not once a pass: arXiv's whole set is several gigabytes.
    """
    rest = [one for one in wanted if one not in known.facts]
    if path is None or not rest:
        return
    before: dict[str, Facts | None] = {}
    stamp = _stamp(path)
    if db is not None and stamp:
        before = cache.scanned(db, str(path), stamp, rest)
    known.facts |= {one: facts for one, facts in before.items() if facts is not None}
    left = [one for one in rest if one not in before]
    if not left:
        return
    found = dump_file.facts(path, left, stop)
    known.problems.extend(found.problems)
    known.facts |= found.facts
    if db is not None and stamp and found.whole:
        scan = {one: found.facts.get(one) for one in left}
        cache.keep_scan(db, str(path), stamp, scan)


def _stamp(path: Path) -> str:
    try:
        at = path.stat()
    except OSError:
        return ""  # reading it will say so
    return f"{at.st_size} {at.st_mtime_ns} {at.st_ino}"


def _ask(
    line: client.ApiConnection,
    ids: Sequence[str],
    known: _Known,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Adds what arXiv answers, answer by answer, so that what came before an error stays."""
    report = progress or (lambda _settled, _of: None)
    settled = 0
    report(settled, len(ids))
    for answer in client.answers(line, ids):
        known.facts |= answer.facts
        known.missing.update(answer.missing)
        settled += len(answer.facts) + len(answer.missing)
        report(settled, len(ids))


def _agent(source: Source) -> str:
    """Who asks, as arXiv wishes to know it. Only what a header can hold."""
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
