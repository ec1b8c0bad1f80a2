"""The facts of papers: those in the cache, and those that archives are asked for.

What asks (HTTP, XML, mail dates: 16 ms) is imported by the first question; most passes have none.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vault_sync import __version__
from vault_sync.core.model.values import Facts, Key, Problem
from vault_sync.core.naming.keys import fact_name
from vault_sync.edge.config import Config
from vault_sync.edge.platform import current
from vault_sync.edge.platform.values import file_number
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.request import FactsOf, Progress

if TYPE_CHECKING:
    from vault_sync.edge.sources.lookup import Answer, Source


def source(config: Config, state: StateStore, *, offline: bool) -> Source:
    """Return where facts come from; the cache is shared by all vaults of this machine.

    Who is asked is this device's choice (`edge/hosts`), which no run that asks nobody needs.
    """
    from vault_sync.edge import hosts
    from vault_sync.edge.sources.lookup import Source

    chosen = hosts.BUILT_IN if offline else hosts.hosts_of(config)
    return Source(
        cache=facts_cache(state),
        enabled=config.arxiv.enabled,
        offline=offline,
        url=chosen.url,
        sites=chosen.sites,
        contact=chosen.contact,
        own=chosen.own,
        snapshot=config.root / config.arxiv.snapshot if config.arxiv.snapshot else None,
        vault=config.root,
        version=__version__,
    )


def facts_from_cache(source: Source) -> FactsOf:
    """Return the look-up of facts in the cache and the dump file; no request is made."""
    from vault_sync.edge.sources import lookup

    def facts_of(keys: Sequence[Key]) -> Mapping[Key, Facts]:
        by_name = _named(keys)
        found = lookup.remembered(source, list(by_name)) if by_name else {}
        return {by_name[name]: facts for name, facts in found.items()}

    return facts_of


class FactsLookup:
    """The look-up of facts for one command, and the problems met in asking for them."""

    def __init__(
        self, config: Config, state: StateStore, progress: Progress, *, offline: bool
    ) -> None:
        self.config, self.state, self.progress, self.offline = config, state, progress, offline
        self.problems: tuple[Problem, ...] = ()

    @property
    def online(self) -> bool:
        return self.config.arxiv.enabled and not self.offline

    @property
    def source(self) -> Source:
        return source(self.config, self.state, offline=self.offline)

    def __call__(self, keys: Sequence[Key]) -> Mapping[Key, Facts]:
        silent = source(self.config, self.state, offline=True)
        return facts_from_cache(silent)(keys) if keys else {}

    def ask(self, keys: Sequence[Key], *, refresh: bool = False, patient: bool = False) -> Answer:
        """Ask archives for the facts that the cache lacks, and cache their answers.

        Offline nobody is asked, and a problem says how many papers wait. A pass waits for about a
        minute, and the rest comes with a later one; `patient`: to ask is all that is wanted.
        """
        from vault_sync.edge.sources import client, lookup

        bounds = client.PATIENT if patient else client.PASS
        stop = threading.Event()

        def progress(done: int, whole: int) -> None:
            self.progress("asking for facts", done, whole)

        names = list(_named(keys))
        try:
            answer = lookup.look_up(
                self.source, names, stop=stop, progress=progress, refresh=refresh, bounds=bounds
            )
        except KeyboardInterrupt:
            stop.set()  # for the request that is under way in its own thread
            raise
        waiting = _waiting(answer) if self.config.arxiv.enabled and self.offline else ()
        notices = self._notices() if names and self.online else ()
        self.problems = (*notices, *answer.problems, *waiting)
        return answer

    def _notices(self) -> tuple[Problem, ...]:
        """Return the notice of hosts that the vault names and this device has not allowed."""
        from vault_sync.edge import hosts

        waiting = hosts.hosts_of(self.config).waiting
        return (hosts.notice(waiting),) if waiting else ()


def _named(keys: Sequence[Key]) -> dict[str, Key]:
    """Return papers by the names under which they are asked for, but those that nobody knows."""
    return {name: key for key in keys if (name := fact_name(key))}


def _waiting(answer: Answer) -> tuple[Problem, ...]:
    from vault_sync.core.sources.archives import spelled

    count = len(answer.unknown)
    if not count:
        return ()
    names = list(dict.fromkeys(spelled(one)[0].name for one in sorted(answer.unknown)))
    wait = "1 paper waits for its" if count == 1 else f"{count} papers wait for their"
    whom = f"{' and '.join(names)} {'was' if len(names) == 1 else 'were'} not asked"
    message = f"{whom}: {wait} facts, which come with a later run"
    return (Problem(names[0], "facts-offline", message, level="notice"),)


def facts_cache(state: StateStore) -> Path:
    """Return the path of the facts that archives gave; all vaults of this machine share it."""
    return state.directory.parent / "arxiv.sqlite"


def facts_stamp(config: Config, state: StateStore) -> str:
    """Return a stamp that differs once more may be known of a paper, with nobody asked."""
    cache = facts_cache(state)
    paths = [cache, cache.with_name(f"{cache.name}-wal")]
    if config.arxiv.snapshot:
        paths.append(config.root / config.arxiv.snapshot)
    if config.bib.read:
        paths.append(config.root / config.bib.read)
    stamps: list[tuple[int, int, int] | None] = []
    for path in paths:
        try:
            stat = current.files.status(path, follow=True)
            stamps.append((stat.st_size, stat.st_mtime_ns, file_number(stat)))
        except OSError:
            stamps.append(None)
    return json.dumps(stamps)
