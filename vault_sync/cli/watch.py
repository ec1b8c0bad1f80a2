"""`watch`: the daemon, put together from its loop and the pass over the vault."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from vault_sync.cli.console import Console
from vault_sync.core.report import lines as report
from vault_sync.daemon import loop
from vault_sync.daemon.vault_pass import VaultPass
from vault_sync.edge.platform.mounts import silent_ground
from vault_sync.edge.state import heartbeat
from vault_sync.edge.system.notify import logging_handler

_log = logging.getLogger("vault_sync")


def watch(console: Console, *, offline: bool) -> int:
    """Keep the vault in line until a signal; a second daemon is refused.

    0 after SIGTERM, which asks for just that. Ctrl-C is an interruption, as elsewhere.
    """
    gc.enable()  # it stays, unlike every other command (`__main__`)
    config = console.config()
    watched = VaultPass(config, console.state(config), offline)
    here = watched.state.directory
    logs = Path(platformdirs.user_log_dir("vault-sync", appauthor=False)) / here.name
    try:
        with heartbeat.only_one(here), _logging(console, logs):
            number = loop.run(
                config.root,
                watched.tasks(),
                config.watch,
                polling=silent_ground(config.root) is not None,
            )
            heartbeat.forget(here)
    finally:
        watched.state.close()
    if console.json:
        console.answer(config.root, ended=signal.Signals(number).name if number else "")
    return report.INTERRUPTED if number == signal.SIGINT else report.IN_LINE


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
