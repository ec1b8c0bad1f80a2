"""The program: runs one verb; errors become lines on standard error and an exit code."""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from vault_sync import __version__
from vault_sync.cli.options import SharedOptions, UnreadError
from vault_sync.cli.verbs import cli
from vault_sync.edge.platform import current


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with what it says (README, "Exit codes")."""
    if current.NAME == "win32":
        speak_utf8(sys.stdout, sys.stderr)
    code = run(arguments)
    gc.freeze()  # none of it is searched for circles at the end (`__main__`)
    sys.exit(code)


def speak_utf8(*streams: object) -> None:
    """Make streams UTF-8, with what is no text spelled out.

    On Windows a pipe has the code page of the system, which need not have Korean, and lines end
    in CR LF, which a file that is made of them would keep.
    """
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors become a line on standard error and an exit code."""
    color = False if os.environ.get("NO_COLOR") else None
    options = SharedOptions()
    try:
        with _terminable():
            return int(
                cli.main(arguments, "vault-sync", standalone_mode=False, color=color, obj=options)
            )
    except click.ClickException as error:
        return _show_usage(error, as_json=_wants_json(options, arguments))
    except (KeyboardInterrupt, click.Abort):
        from vault_sync.cli import terminal

        terminal.line("interrupted; what was written is whole", err=True)
        return 130
    except Exception as error:  # noqa: BLE001 - the last door: a message for every error
        if is_unread(error):
            return _end_unread()
        return _show_error(error, as_json=_wants_json(options, arguments))


def is_unread(error: Exception) -> bool:
    """Return True if whoever read our output has gone; Windows says EINVAL, and names no file."""
    if current.NAME == "win32" and isinstance(error, OSError):
        return error.errno in {errno.EPIPE, errno.EINVAL} and error.filename is None
    return isinstance(error, UnreadError | BrokenPipeError)


def _end_unread() -> int:
    """Return the exit code; nothing is wrong with the vault."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    from vault_sync.core.report import lines as report

    return report.UNREAD


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does: with locks given back, and with a message."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _wants_json(options: SharedOptions, arguments: Sequence[str] | None) -> bool:
    """Return True if the call asks for JSON, also where its options could not all be read."""
    return options.json or "--json" in (sys.argv[1:] if arguments is None else arguments)


def _show_usage(error: click.ClickException, *, as_json: bool) -> int:
    if as_json:
        _answer_error(error.format_message(), 2)
    from vault_sync.cli import terminal

    words = io.StringIO()
    error.show(words)
    terminal.line(words.getvalue().removesuffix("\n"), err=True)
    return 2


def _answer_error(message: str, code: int) -> None:
    """Print the one object of a `--json` call that failed."""
    from vault_sync.cli import terminal

    terminal.answer({"error": {"exit": code, "message": message}})


def _show_error(error: Exception, *, as_json: bool) -> int:
    from vault_sync.cli import terminal

    code, message = _explained(error)
    if as_json:
        _answer_error(message, code)
    terminal.line(message, err=True)
    return code


def _explained(error: Exception) -> tuple[int, str]:
    """Return the exit code of an error, and what to print about it."""
    from vault_sync.cli.console import UsageError
    from vault_sync.core.report import lines as report
    from vault_sync.edge.command_lines import CommandLineError
    from vault_sync.edge.config import ConfigError
    from vault_sync.edge.fs.errors import in_words
    from vault_sync.edge.git.hook import HookError
    from vault_sync.edge.git.repository import GitError
    from vault_sync.edge.platform.lock import Busy
    from vault_sync.edge.state.database import StateError
    from vault_sync.edge.system.service import ServiceError

    match error:
        case (
            ConfigError()
            | UsageError()
            | StateError()
            | ServiceError()
            | CommandLineError()
            | GitError()
            | HookError()
        ):
            return report.USAGE, str(error)
        case Busy():
            return report.BUSY, f"{error}: wait until it is done, or stop it"
        case OSError():
            where = f"{error.filename}: " if error.filename is not None else ""
            return report.OUT_OF_LINE, f"{where}{in_words(error)}: nothing was written after this"
        case _:
            import traceback

            lines = "".join(traceback.format_exception(error)).rstrip()
            return report.BUG, (
                f"{lines}\nThis is a bug in vault-sync {__version__}. Please report it with the "
                'lines above where you got vault-sync from (README, "Bugs"); no file is half '
                "written."
            )
