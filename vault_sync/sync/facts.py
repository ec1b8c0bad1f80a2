"""The facts of papers: what is remembered of them, and what arXiv is asked.

What asks (HTTP, XML, mail dates: 16 ms) is imported by the first question; most passes have none.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vault_sync import __version__
from vault_sync.core.model.plan import Plan
from vault_sync.core.model.values import Facts, Key, Problem
from vault_sync.core.naming.keys import arxiv_id
from vault_sync.edge.config import Config
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.progress import Progress
from vault_sync.sync.request import FactsOf

if TYPE_CHECKING:
    from vault_sync.edge.arxiv.lookup import Answer, Source


def source(config: Config, state: StateStore, *, offline: bool) -> Source:
    """Where facts come from; the cache is shared by all vaults of this machine."""
    from vault_sync.edge.arxiv.lookup import Source

    return Source(
        cache=facts_cache(state),
        enabled=config.arxiv.enabled,
        offline=offline,
        url=config.arxiv.url,
        contact=config.arxiv.contact,
        snapshot=config.root / config.arxiv.snapshot if config.arxiv.snapshot else None,
        version=__version__,
    )


def remembered(source: Source) -> FactsOf:
    """Facts from the cache and the snapshot file; no request is made."""
    from vault_sync.edge.arxiv import lookup as arxiv

    def facts_of(keys: Sequence[Key]) -> Mapping[Key, Facts]:
        by_id = {arxiv_id(key): key for key in keys}
        found = arxiv.remembered(source, list(by_id)) if by_id else {}
        return {by_id[name]: facts for name, facts in found.items()}

    return facts_of


class FactsLookup:
    """The facts of papers, and what was said while asking for them."""

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
        return remembered(self.source)(keys) if keys else {}

    def ask(self, keys: Sequence[Key], *, refresh: bool = False) -> Answer:
        """Ask arXiv for what is not known yet; what it says is remembered.

        Offline nobody is asked, and it is said how many papers wait.
        """
        from vault_sync.edge.arxiv import lookup as arxiv

        ids = [arxiv_id(key) for key in keys]
        stop = threading.Event()

        def progress(done: int, whole: int) -> None:
            self.progress("asking arXiv", done, whole)

        try:
            answer = arxiv.look_up(self.source, ids, stop=stop, progress=progress, refresh=refresh)
        except KeyboardInterrupt:
            stop.set()  # for the request that is under way in its own thread
            raise
        waiting = _waiting(answer) if self.config.arxiv.enabled and self.offline else ()
        self.problems = (*answer.problems, *waiting)
        return answer

    def added(self, plan: Plan) -> tuple[Problem, ...]:
        return (*plan.problems, *self.problems)


def _waiting(answer: Answer) -> tuple[Problem, ...]:
    count = len(answer.unknown)
    if not count:
        return ()
    wait = "1 paper waits for its" if count == 1 else f"{count} papers wait for their"
    said = f"arXiv was not asked: {wait} facts, which come with a later run"
    return (Problem("arXiv", "facts-offline", said, level="notice"),)


def facts_cache(state: StateStore) -> Path:
    """Where the facts are that were asked for; shared by all vaults of this machine."""
    return state.directory.parent / "arxiv.sqlite"


def facts_stamp(config: Config, state: StateStore) -> str:
    """What tells whether more may be known of a paper than before, with nobody asked."""
    cache = facts_cache(state)
    paths = [cache, cache.with_name(f"{cache.name}-wal")]
    if config.arxiv.snapshot:
        paths.append(config.root / config.arxiv.snapshot)
    stamps = []
    for path in paths:
        try:
            seen = path.stat()
            stamps.append((seen.st_size, seen.st_mtime_ns, seen.st_ino))
        except OSError:
            stamps.append((0, 0, 0))
    return json.dumps(stamps)
