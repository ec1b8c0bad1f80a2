"""`watch`: the daemon, put together from its loop and the pass over the vault."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from vault_sync.cli import terminal
from vault_sync.cli.console import Console
from vault_sync.core.report import lines as report
from vault_sync.daemon import loop
from vault_sync.daemon.threads import at_end_of_input
from vault_sync.daemon.vault_pass import VaultPass
from vault_sync.edge.platform.mounts import silent_ground
from vault_sync.edge.state import heartbeat
from vault_sync.edge.system.notify import logging_handler
from vault_sync.edge.watch.listener import Mailbox

_log = logging.getLogger("vault_sync")


def watch(console: Console, *, offline: bool, until_eof: bool = False) -> int:
    """Keep the vault in line until a signal; a second daemon is refused.

    0 after SIGTERM, which asks for just that. Ctrl-C is an interruption, as elsewhere. With
    `until_eof` it ends with 0 as well when standard input is closed.
    """
    gc.enable()  # it stays, unlike every other command (`__main__`)
    config = console.config()
    mailbox = Mailbox()
    events = _Events(console, str(config.root), mailbox)
    watched = VaultPass(config, console.state(config), offline, events.tell)
    here = watched.state.directory
    logs = Path(platformdirs.user_log_dir("vault-sync", appauthor=False)) / here.name
    try:
        with heartbeat.only_one(here), _logging(console, logs):
            if until_eof:
                at_end_of_input(mailbox.stop)
            number = loop.run(
                config.root,
                watched.tasks(),
                config.watch,
                polling=silent_ground(config.root) is not None,
                mailbox=mailbox,
            )
            heartbeat.forget(here)
    finally:
        watched.state.close()
    if events.unread is not None:
        raise events.unread
    events.tell("ended", {"ended": signal.Signals(number).name if number else ""})
    return report.INTERRUPTED if number == signal.SIGINT else report.IN_LINE


class _Events:
    """The daemon's events on standard output, one JSON object a line, if the call is `--json`.

    A reader that is gone ends the daemon: it ran for that reader.
    """

    def __init__(self, console: Console, root: str, mailbox: Mailbox) -> None:
        self._root, self._mailbox = root, mailbox
        self._listening = console.json
        self.unread: BrokenPipeError | None = None

    def tell(self, event: str, values: Mapping[str, object]) -> None:
        if not self._listening:
            return
        try:
            terminal.answer({"vault": self._root, "event": event, **values})
        except BrokenPipeError as error:
            self._listening, self.unread = False, error
            self._mailbox.stop()


@contextmanager
def _logging(console: Console, folder: Path) -> Iterator[None]:
    """Log to where the daemon's reader looks for it; print a file's path."""
    handler = logging_handler(os.environ, sys.stderr, folder)
    if isinstance(handler, logging.FileHandler):
        console.complain([f"watching; the log is {handler.baseFilename}"])
    _log.addHandler(handler)
    _log.setLevel(logging.DEBUG if console.verbose else logging.INFO)
    _log.propagate = False
    try:
        yield
    finally:
        _log.removeHandler(handler)
        handler.close()
