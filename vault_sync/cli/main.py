"""The command line: parses and calls. Verbs are imported when they are called."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TypeVar

import click

from vault_sync import __version__

F = TypeVar("F", bound=Callable[..., Any])

_OFFLINE = click.option("--offline", is_flag=True, help="Make no request to arXiv.")
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing.")
_ALLOW = click.option(
    "--allow-removals",
    metavar="NUMBER",
    default="",
    help="Do the removals of the list with this number.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--vault",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="The vault, or a folder in it.  [default: here]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--quiet", "-q", is_flag=True, help="Say only what needs a person.")
@click.option("--verbose", "-v", is_flag=True, help="Say everything.")
@click.version_option(__version__, prog_name="vault-sync", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context, vault: Path, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Keep a weekly paper digest and its Obsidian notes saying the same thing."""
    from vault_sync.cli.console import Console

    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    context.obj = Console(vault=vault, json=as_json, quiet=quiet, verbose=verbose)


@cli.command()
@click.option(
    "--demo", type=click.Path(path_type=Path), metavar="DIR", help="Lay out the sample vault."
)
@click.pass_obj
def init(console: Any, demo: Path | None) -> int:
    """Write vault-sync.toml, finding the digests by their content."""
    from vault_sync.cli import init as verb

    return verb.init(console) if demo is None else verb.demo(console, demo)


@cli.command()
@click.argument("digest", nargs=-1)
@_OFFLINE
@_DRY_RUN
@click.pass_obj
def rebuild(console: Any, digest: Sequence[str], offline: bool, dry_run: bool) -> int:
    """Read all anew, make missing notes again, remove nothing."""
    from vault_sync.cli import passes

    request = passes.request_for(console.config(), console, digest, cause="rebuild", remake=True)
    return passes.write(console, request, offline=offline, dry_run=dry_run)


@cli.command()
@_OFFLINE
@_DRY_RUN
@_ALLOW
@click.option("--exit-code", is_flag=True, help="Exit 1 if anything was written.")
@click.option("--redo", is_flag=True, help="Do again what `undo` took back.")
@click.pass_obj
def sync(
    console: Any, offline: bool, dry_run: bool, allow_removals: str, exit_code: bool, redo: bool
) -> int:
    """One pass: what was edited on one side, the other follows."""
    from vault_sync.cli import passes
    from vault_sync.sync.request import PassRequest

    cause = "hook" if exit_code else "sync"
    request = PassRequest(cause=cause, allowed=allow_removals, redo=redo)
    return passes.write(console, request, offline=offline, dry_run=dry_run, strict=exit_code)


@cli.command()
@_OFFLINE
@click.pass_obj
def watch(console: Any, offline: bool) -> int:
    """The daemon: a pass whenever files have come to rest."""
    from vault_sync.cli import watch as verb

    return verb.watch(console, offline=offline)


@cli.command()
@click.option("--staged", is_flag=True, help="Judge the git index, as the pre-commit hook does.")
@click.pass_obj
def check(console: Any, staged: bool) -> int:
    """Change nothing; say what is out of line, and exit 1."""
    if staged:
        from vault_sync.cli import staged as verb

        return verb.check_staged(console)
    from vault_sync.cli import passes

    return passes.check(console)


@cli.command()
@click.pass_obj
def status(console: Any) -> int:
    """Counts, conflicts, problems, and what the daemon is doing."""
    from vault_sync.cli import status as verb

    return verb.status(console)


@cli.command()
@click.pass_obj
def diff(console: Any) -> int:
    """Show what a sync would change, as a unified diff."""
    from vault_sync.cli import passes

    return passes.diff(console)


@cli.command()
@click.argument("path", metavar="NOTE|DIGEST")
@click.option("--take", type=click.Choice(["digest", "note"]), required=True)
@click.pass_obj
def resolve(console: Any, path: str, take: Any) -> int:
    """Settle a note's conflicts, or a digest's, by taking one side.

    A digest that was cut short or is gone is believed with `--take digest`.
    """
    from vault_sync.cli import passes

    return passes.resolve(console, path, take)


@cli.command()
@click.argument("digest")
@click.pass_obj
def export(console: Any, digest: str) -> int:
    """Print a digest as it reads without the tool's links."""
    from vault_sync.cli import export as verb

    return verb.export(console, digest)


@cli.command()
@click.argument("note", nargs=-1)
@click.option("--refresh", is_flag=True, help="Ask again for what is known already.")
@click.pass_obj
def facts(console: Any, note: Sequence[str], refresh: bool) -> int:
    """Ask arXiv about papers and fill in what their notes lack."""
    from vault_sync.cli import facts as verb

    return verb.facts(console, note, refresh=refresh)


@cli.command()
@click.option("-n", "--limit", type=click.IntRange(1), help="How many passes, newest first.")
@click.pass_obj
def log(console: Any, limit: int | None) -> int:
    """Show what each pass wrote, and why."""
    from vault_sync.cli import history

    return history.log(console, limit)


@cli.command()
@click.argument("pass_id", metavar="[PASS]", type=int, required=False)
@click.pass_obj
def undo(console: Any, pass_id: int | None) -> int:
    """Take a pass back (the newest); later edits are kept."""
    from vault_sync.cli import history

    return history.undo(console, pass_id)


@cli.command()
@click.argument("path")
@click.pass_obj
def restore(console: Any, path: str) -> int:
    """Get the newest saved text of a file back."""
    from vault_sync.cli import history

    return history.restore(console, path)


@cli.command()
@click.option("--clean", is_flag=True, help="Remove the states of vaults gone for 90 days.")
@click.pass_obj
def doctor(console: Any, clean: bool) -> int:
    """Look for what would bite, and say what to do about it."""
    from vault_sync.cli import doctor as verb

    return verb.doctor(console, clean=clean)


@cli.group()
def git() -> None:
    """The pre-commit hook, and the merge of digests and notes."""


@git.command("install")
@click.pass_obj
def git_install(console: Any) -> int:
    """Put the hook and the merge driver into this repository."""
    from vault_sync.cli import git as verb

    return verb.install(console)


@git.command("uninstall")
@click.pass_obj
def git_uninstall(console: Any) -> int:
    """Take the hook and the merge driver out again."""
    from vault_sync.cli import git as verb

    return verb.uninstall(console)


@git.command("merge-driver")
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
@click.argument("path")
@click.pass_obj
def git_merge_driver(console: Any, base: Path, ours: Path, theirs: Path, path: str) -> int:
    """Merge one file for git (%O %A %B %P); writes OURS."""
    from vault_sync.cli import git as verb

    return verb.merge_driver(console, base, ours, theirs, path)


@cli.group()
def service() -> None:
    """The daemon as a service of this user (systemd or launchd)."""


@service.command("install")
@click.pass_obj
def service_install(console: Any) -> int:
    """Write the service's file and start it."""
    from vault_sync.cli import service as verb

    return verb.install(console)


@service.command("uninstall")
@click.pass_obj
def service_uninstall(console: Any) -> int:
    """Stop the service and remove its file."""
    from vault_sync.cli import service as verb

    return verb.uninstall(console)


@service.command("status")
@click.pass_obj
def service_status(console: Any) -> int:
    """Show if the service is installed and runs."""
    from vault_sync.cli import service as verb

    return verb.status(console)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with what it says (README, "Exit codes")."""
    # What a command makes ends with it. Looking for circles among it takes 10 ms of 250 on the way,
    # and, unless it is frozen, 10 ms more at the end.
    gc.disable()
    code = run(arguments)
    gc.freeze()
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors become a line on standard error and an exit code."""
    color = False if os.environ.get("NO_COLOR") else None
    try:
        with _terminable():
            code = cli.main(arguments, prog_name="vault-sync", standalone_mode=False, color=color)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; what was written is whole", err=True)
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is wrong with the vault.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - the last door: a message for every error
        return _show_error(error)


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does: with locks given back, and with a message."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set a handler
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _show_error(error: Exception) -> int:
    from vault_sync.cli.console import UsageError
    from vault_sync.core.report import lines as report
    from vault_sync.edge.config import ConfigError
    from vault_sync.edge.state.database import StateError
    from vault_sync.edge.state.lock import Busy
    from vault_sync.edge.system.service import ServiceError

    def complain(line: str) -> None:
        click.echo(report.shown(line), err=True)

    match error:
        case ConfigError() | UsageError() | StateError() | ServiceError():
            complain(str(error))
            return report.USAGE
        case Busy():
            complain(f"{error}: wait until it is done, or stop it")
            return report.BUSY
        case OSError():
            complain(f"{error}: nothing was written after this")
            return report.OUT_OF_LINE
        case _:
            complain("".join(traceback.format_exception(error)).rstrip())
            complain(
                f"This is a bug in vault-sync {__version__}. Please report it with the lines above "
                'where you got vault-sync from (README, "Bugs"); no file is half written.'
            )
            return report.BUG
