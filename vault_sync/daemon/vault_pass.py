"""What the daemon does with one vault: a pass, a look-up of facts, a reload, a sign of life."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from hashlib import sha256

from vault_sync.core.model.plan import Conflict, Create, Outcome, Rename, Write
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.keys import arxiv_id
from vault_sync.core.report import lines as report
from vault_sync.daemon import loop as daemon
from vault_sync.daemon.loop import DaemonStatus, PassSummary, Timing
from vault_sync.edge import config as configuration
from vault_sync.edge.arxiv import lookup as arxiv
from vault_sync.edge.config import Config, ConfigError
from vault_sync.edge.state import heartbeat as life
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.system.garbage import give_back
from vault_sync.edge.system.notify import desktop, sd_notify, watchdog_seconds
from vault_sync.edge.watch.batches import CONFIG, ChangeBatch
from vault_sync.edge.watch.stamps import changed_lately, fingerprint, stamp
from vault_sync.sync.engine import PassContext, run
from vault_sync.sync.facts import facts_from_cache, source
from vault_sync.sync.incremental.memory import Mind, recall
from vault_sync.sync.request import PassRequest, Progress

_log = logging.getLogger("vault_sync")


PATIENCE = 0.1
"""Seconds that a pass waits while a command holds the vault; then the loop, which hears signals."""


@dataclass(slots=True)
class VaultPass:
    """What the daemon watches over: the configuration may change under way."""

    config: Config
    state: StateStore
    offline: bool
    wanted: tuple[Key, ...] = ()
    mind: Mind = field(default_factory=Mind)
    written: dict[RelPath, str] = field(default_factory=dict)

    def pass_(self, batch: ChangeBatch, held: frozenset[RelPath]) -> PassSummary:
        """One pass; what a person is typing in is not written.

        A whole pass takes 20 KB a paper. What is remembered of it lies in between all that, so it
        is dropped as well and read from the index again: 55 MB are held for 10,000 notes, not 260.
        """
        known = self.mind.memory
        told = self._pass(batch, held)
        whole = self.mind.memory is None or self.mind.memory is not known
        if whole:
            self.mind.memory = None
            self.state = StateStore(self.config.root, self.state.directory)
        give_back()
        if whole:
            self.mind.memory = recall(self.config, self.state)
        return told

    def _pass(self, batch: ChangeBatch, held: frozenset[RelPath]) -> PassSummary:
        _log.debug("a moment: %s", batch.why)
        source_ = source(self.config, self.state, offline=True)
        request = PassRequest(cause="watch", deferred=held, bulk=batch.bulk, patient=True)
        hints = None if batch.swept else batch.paths - {CONFIG}
        context = PassContext(
            self.config,
            self.state,
            facts_from_cache(source_),
            wait=PATIENCE,
            progress=_sign_of_life(),
            daemon_memory=self.mind,
            hints=hints,
            typed=self.typed,
        )
        result = run(context, request)
        plan = report.plan_to_show(result.plan)
        self.wanted = plan.wanted
        written = _written(result.outcome)
        self.written |= written
        for line in report.operation_lines(result.outcome.done):
            _log.info("%s", line)
        for line in report.undone_lines(result.outcome.undone):
            _log.warning("%s", line)
        return PassSummary(
            written=written,
            waiting=frozenset(operation.path for operation in result.waiting),
            wanted=bool(self.wanted) and not self.offline and self.config.arxiv.enabled,
            conflicts=frozenset(_named(each) for each in plan.conflicts),
            problems=plan.problems,
            summary=report.summary(plan, result.outcome.done),
        )

    def typed(self, paths: Iterable[RelPath]) -> frozenset[RelPath]:
        """The files that somebody else saved just now, while the pass was under way.

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
        """Ask arXiv for what the last pass wanted; True if something new is known."""
        ids = [arxiv_id(key) for key in self.wanted]
        asked = source(self.config, self.state, offline=self.offline)
        answer = arxiv.look_up(asked, ids, stop=stop)
        for line in report.problem_lines(answer.problems):
            _log.info("%s", line)
        return bool(answer.facts)

    def tell(self, title: str, text: str) -> None:
        """Show a new conflict on the desktop, if that is wanted (`[watch] notify`)."""
        if self.config.watch.notify:
            desktop(title, text)

    def reload(self) -> Timing | Problem:
        """Read the configuration again; a wrong one leaves the old in force."""
        try:
            self.config = configuration.load(self.config.root)
        except ConfigError as error:
            return Problem(configuration.FILE, "configuration", str(error), "mend it and save it")
        return timing_of(self.config)

    def report(self, said: DaemonStatus) -> None:
        life.write(
            self.state.directory,
            life.Heartbeat(
                pid=said.pid,
                started=said.started,
                beat=said.beat,
                doing=said.doing,
                last_pass=said.last_pass,
                last_did=said.last_did,
                waiting={str(path): until for path, until in said.waiting.items()},
                problems=[asdict(each) for each in said.problems],
            ),
        )


def _sign_of_life() -> Progress:
    """Tells the service manager, while a long pass goes on, that it does."""
    every = (watchdog_seconds() or daemon.BEAT) / 4
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


def timing_of(config: Config) -> Timing:
    watch = config.watch
    return Timing(settle=watch.settle, quiet=watch.quiet, sweep=watch.sweep)


def _written(outcome: Outcome) -> dict[RelPath, str]:
    """SHA-256 of every file as this pass left it."""
    written = {}
    for operation in outcome.done:
        if isinstance(operation, Create | Write):
            content = operation.after.encode("utf-8", "surrogateescape")
            written[operation.path] = sha256(content).hexdigest()
        elif isinstance(operation, Rename):
            content = operation.before.encode("utf-8", "surrogateescape")
            written[operation.to] = sha256(content).hexdigest()
    return written
