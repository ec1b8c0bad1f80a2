"""The destination of the daemon's log."""

from __future__ import annotations

import logging
import logging.handlers
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO


def logging_handler(
    environ: Mapping[str, str], stream: TextIO | None, folder: Path
) -> logging.Handler:
    """Return the daemon's log: `stream` for a service manager or a terminal, else a file.

    None: a process without a window has none, on Windows.
    The file is `vault-sync.log` in `folder` (made if need be), a megabyte and one older.
    """
    managed = {"INVOCATION_ID", "NOTIFY_SOCKET", "JOURNAL_STREAM"} & environ.keys()
    handler: logging.Handler
    if managed or (stream is not None and stream.isatty()):
        handler = logging.StreamHandler(stream)
    else:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            folder / "vault-sync.log",
            maxBytes=1_000_000,
            backupCount=1,
            encoding="utf-8",
            errors="backslashreplace",
        )
    # The journal has its own clock.
    stamped = "" if managed else "%(asctime)s "
    handler.setFormatter(_Plain(f"{stamped}%(levelname)s %(message)s"))
    return handler


class _Plain(logging.Formatter):
    """A format in which names and texts of files have no control characters."""

    def format(self, record: logging.LogRecord) -> str:
        return "".join(
            c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii")
            for c in super().format(record)
        )
