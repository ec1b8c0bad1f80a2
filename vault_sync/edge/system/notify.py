"""Words to the service manager (sd_notify), to the person at the screen, and to the log."""

from __future__ import annotations

import logging
import logging.handlers
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from vault_sync.edge.platform import current

_log = logging.getLogger(__name__)


def sd_notify(state: str, environ: Mapping[str, str] = os.environ) -> bool:
    r"""Send systemd `state`, lines of `NAME=value` (sd_notify(3)); return False where none listens.

    A socket that does not answer is logged and no error: the work goes on without an audience.
    """
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):  # Linux's abstract sockets
        address = "\0" + address[1:]
    try:
        with current.files.local_socket() as channel:
            channel.settimeout(0.25)  # a manager that does not read must not keep us from ending
            channel.sendto(state.encode("utf-8", "backslashreplace"), address)
    except OSError as error:
        _log.warning("systemd could not be told %r: %s", state.partition("=")[0], error)
        return False
    return True


def status_line(text: str) -> str:
    """Return `STATUS=` with the text on one line."""
    return "STATUS=" + " ".join(text.split())


def watchdog_seconds(environ: Mapping[str, str] = os.environ) -> float | None:
    """Return the seconds after which the service manager kills a silent daemon; None: it does not.

    `WATCHDOG_USEC` and `WATCHDOG_PID`, sd_watchdog_enabled(3).
    """
    micros = environ.get("WATCHDOG_USEC", "")
    meant = environ.get("WATCHDOG_PID", "") in {"", str(os.getpid())}
    if not micros.isascii() or not micros.isdigit() or int(micros) == 0 or not meant:
        return None
    return int(micros) / 1e6


def desktop_command(title: str, text: str, platform: str = current.NAME) -> list[str]:
    """Return the command that shows a notification. Text is an argument, never part of a script."""
    title, text = _plain(title), _plain(text)
    if platform == "darwin":
        script = "display notification (item 2 of argv) with title (item 1 of argv)"
        return ["osascript", "-e", f"on run argv\n{script}\nend run", title, text]
    # The body may be shown as markup (Desktop Notifications Specification, "Markup").
    body = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return ["notify-send", "--app-name=vault-sync", "--", title, body]


def desktop(title: str, text: str) -> bool:
    """Show a notification. Return False, with a line in the log, where that is not possible."""
    if current.NAME == "win32":
        _log.info("Windows has no command for notifications: `status` and the conflicts note tell")
        return False
    command = desktop_command(title, text)
    try:
        subprocess.run(command, check=True, timeout=5, capture_output=True)
    except (OSError, subprocess.SubprocessError) as error:
        _log.warning("no notification could be shown: %s", error)
        return False
    return True


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).strip()


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
