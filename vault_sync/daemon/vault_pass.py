"""The daemon's work on one vault: a pass, a look-up of facts, a reload, a heartbeat."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from vault_sync.core.model.plan import Conflict, Create, Outcome, Rename, Write
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.keys import fact_name
from vault_sync.core.report import lines
from vault_sync.core.text.encodings import text_hash
from vault_sync.daemon.values import BEAT, DaemonTasks, PassSummary, Tell, tell_nothing
from vault_sync.edge.config import FILE, Config, ConfigError, WatchConfig, load
from vault_sync.edge.platform import current
from vault_sync.edge.sources.lookup import look_up
from vault_sync.edge.state import heartbeat
from vault_sync.edge.state.places import canonical
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.system.notify import desktop, sd_notify, watchdog_seconds
from vault_sync.edge.watch.batches import CONFIG, ChangeBatch
from vault_sync.edge.watch.stamps import changed_lately, fingerprint, stamp
from vault_sync.sync.engine import run
from vault_sync.sync.facts import facts_from_cache, source
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.memory import DaemonMemory
from vault_sync.sync.incremental.unchanged import stamp_of
from vault_sync.sync.request import PassRequest, Progress
from vault_sync.sync.view import PassContext

_log = logging.getLogger("vault_sync")


PATIENCE = 0.1
"""Seconds that a pass waits while a command has locked the vault; then the loop waits."""


@dataclass(slots=True)
class VaultPass:
    """A watched vault. Its configuration may change under way."""

    config: Config
    state: StateStore
    offline: bool
    tell: Tell = tell_nothing
    wanted: tuple[Key, ...] = ()
    memory: DaemonMemory = field(default_factory=DaemonMemory)
    written: dict[RelPath, str] = field(default_factory=dict)

    def tasks(self) -> DaemonTasks:
        """Return the daemon's work as its loop takes it."""
        work = (self.run_pass, self.reload, self.report, self.look_up, self.notify)
        return DaemonTasks(*work, tell=self.tell)

    def run_pass(self, batch: ChangeBatch, guarded: frozenset[RelPath]) -> PassSummary:
        """Run one pass; a guarded file, which a person may be typing in, is not written.

        A whole pass takes 20 KB a paper, which is given back before the index is read again: it
        would lie in between.
        """
        summary = self._run_engine(batch, guarded)
        whole = self.memory.found is None
        if whole:
            self.state = StateStore(canonical(self.config.root), self.state.directory)
        give_back()
        stamp = stamp_of(self.config, self.state) if whole else None
        if stamp is not None:
            self.memory.found = index.glance(index.path_of(self.state), stamp)
        return summary

    def _run_engine(self, batch: ChangeBatch, guarded: frozenset[RelPath]) -> PassSummary:
        _log.debug("a moment: %s", batch.why)
        source_ = source(self.config, self.state, offline=self.offline)
        request = PassRequest(cause="watch", deferred=guarded, bulk=batch.bulk, patient=True)
        context = PassContext(
            self.config,
            self.state,
            facts_from_cache(source_),
            wait=PATIENCE,
            progress=_watchdog_progress(),
            daemon_memory=self.memory,
            hints=None if batch.swept else batch.paths - {CONFIG},
            typed=self.typed,
        )
        began = time.monotonic()
        result = run(context, request)
        plan = lines.plan_to_show(result.plan)
        outcome, seconds = result.outcome, time.monotonic() - began
        root = str(self.config.root)
        self.tell("pass", lines.as_json(root, plan, outcome.done, seconds, outcome.undone))
        self.wanted = plan.wanted
        written = _written(result.outcome)
        self.written |= written
        for line in lines.operation_lines(result.outcome.done):
            _log.info("%s", line)
        for line in lines.undone_lines(result.outcome.undone):
            _log.warning("%s", line)
        return PassSummary(
            written=written,
            waiting=frozenset(operation.path for operation in result.waiting),
            wanted=bool(self.wanted) and not self.offline and self.config.arxiv.enabled,
            conflicts=frozenset(_named(each) for each in plan.conflicts),
            problems=plan.problems,
            summary=lines.summary(plan, result.outcome.done),
            arriving=result.arriving,
        )

    def typed(self, paths: Iterable[RelPath]) -> frozenset[RelPath]:
        """Return the files that somebody else saved just now, while the pass was under way.

        Its events are still unheard, and what was read may be that text already.
        """
        root, quiet = self.config.root, self.config.watch.quiet
        stamps = {path: found for path in paths if (found := stamp(root, path))}
        now, monotonic = time.time(), time.monotonic()
        lately = changed_lately(stamps, within=quiet, wall=now, monotonic=monotonic)
        return frozenset(
            path for path in lately if self.written.get(path, "") != fingerprint(root, path)
        )

    def look_up(self, stop: threading.Event) -> bool:
        """Ask archives for what the last pass wanted. Return True if any facts came."""
        ids = [fact_name(key) for key in self.wanted]
        source_ = source(self.config, self.state, offline=self.offline)
        answer = look_up(source_, ids, stop=stop)
        for line in lines.problem_lines(answer.problems):
            _log.info("%s", line)
        return bool(answer.facts)

    def notify(self, title: str, text: str) -> None:
        """Show a new conflict on the desktop, if that is wanted (`[watch] notify`)."""
        if self.config.watch.notify:
            desktop(title, text)

    def reload(self) -> WatchConfig | Problem:
        """Read the configuration again; a wrong one leaves the old in force."""
        try:
            self.config = load(self.config.root)
        except ConfigError as error:
            return Problem(FILE, "configuration", str(error), "mend it and save it")
        return self.config.watch

    def report(self, beat: heartbeat.Heartbeat) -> None:
        """Store the heartbeat, for `status`."""
        heartbeat.write(self.state.directory, beat)


def _watchdog_progress() -> Progress:
    """Return a progress that tells the service manager of a long pass that it goes on."""
    every = (watchdog_seconds() or BEAT) / 4
    last = time.monotonic()

    def progress(what: str, done: int, whole: int) -> None:
        del what, done, whole
        nonlocal last
        if time.monotonic() - last >= every:
            last = time.monotonic()
            sd_notify("WATCHDOG=1")

    return progress


def _named(conflict: Conflict) -> str:
    return f"{conflict.field} of {conflict.note} and {conflict.digest} ({conflict.reason})"


def _written(outcome: Outcome) -> dict[RelPath, str]:
    """Return the SHA-256 of every file as this pass left it."""
    written = {}
    for operation in outcome.done:
        if isinstance(operation, Create | Write):
            written[operation.path] = text_hash(operation.after)
        elif isinstance(operation, Rename):
            written[operation.to] = text_hash(operation.before)
    return written


def give_back() -> None:
    """Give the memory that is free again to the system, where this process keeps it."""
    gc.collect()
    current.system.trim_memory()
