"""The verbs: their options and their help. Each is imported when it is called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vault_sync import __version__
from vault_sync.cli import completing
from vault_sync.cli.options import BY_NEED, DONE, LOCKED, PASS, Verbs, verb

if TYPE_CHECKING:
    from vault_sync.cli.console import Console

OFFLINE = click.option("--offline", is_flag=True, help="Ask nobody for facts.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing.")
_ALLOW = click.option(
    "--allow-removals",
    metavar="NUMBER",
    default="",
    help="Do the removals of the list with this number.",
)
_CHECKED = {0: "all is in line", 1: "something is out of line; it was shown what and where"}


@click.group(
    cls=Verbs,
    more=("vault_sync.cli.capture.verbs", "vault_sync.cli.tool.verbs"),
    listed=BY_NEED,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`vault-sync help VERB` shows an example of each. The options may stand after the verb.",
)
@click.version_option(
    __version__, "--version", "-V", prog_name="vault-sync", message="%(prog)s %(version)s"
)
def cli() -> None:
    """Keep a weekly paper digest and its Obsidian notes saying the same thing."""


@verb(cli, example="vault-sync init --demo /tmp/demo", exits=DONE)
@click.option(
    "--demo", type=click.Path(path_type=Path), metavar="DIR", help="Lay out the sample vault."
)
@click.option("--here", is_flag=True, help="Take this folder, though it is no Obsidian vault.")
def init(console: Console, demo: Path | None, here: bool) -> int:
    """Write vault-sync.toml, finding the digests by their content.

    No note is made and no digest is changed: `rebuild` does that, `rebuild --dry-run` shows it.
    """
    from vault_sync.cli import init as module

    return module.init(console, here=here) if demo is None else module.demo(console, demo)


@verb(cli, example="vault-sync rebuild --dry-run", exits=PASS | LOCKED)
@click.argument("digest", nargs=-1, shell_complete=completing.digests)
@OFFLINE
@DRY_RUN
@click.option("--yes", is_flag=True, help="Take files of one paper each for digests, too.")
@click.option("--rename-properties", is_flag=True, help="Only rename, as [properties] says.")
def rebuild(
    console: Console, digest: Sequence[str], offline: bool, dry_run: bool, **more: bool
) -> int:
    """Read all anew, make missing notes again, remove nothing.

    With digests named, only their papers are looked at.
    """
    from vault_sync.cli import passes

    request = passes.rebuild_request(console.config(), console, digest)
    renames = more["rename_properties"]
    request = request._replace(sure=more["yes"], rename_properties=renames)
    return passes.write(console, request, offline=offline or renames, dry_run=dry_run)


@verb(cli, example="vault-sync sync", exits=PASS | LOCKED)
@OFFLINE
@DRY_RUN
@_ALLOW
@click.option("--exit-code", is_flag=True, help="Exit 1 if anything was written.")
@click.option("--redo", is_flag=True, help="Do again what `undo` took back.")
@click.option("--explain", is_flag=True, help="Show why each file and paper was looked at.")
def sync(console: Console, offline: bool, dry_run: bool, allow_removals: str, **more: bool) -> int:
    """Make one pass: what was edited on one side, the other follows.

    What both sides changed differently is a conflict, and neither side is touched.
    """
    from vault_sync.cli import passes
    from vault_sync.sync.request import PassRequest

    strict, redo, explain = more["exit_code"], more["redo"], more["explain"]
    request = PassRequest("hook" if strict else "sync", allowed=allow_removals, redo=redo)
    how = {"dry_run": dry_run, "strict": strict, "explain": explain}
    return passes.write(console, request, offline=offline, **how)


@verb(
    cli,
    example="vault-sync watch",
    exits={0: "SIGTERM, or its input ended", 4: "another daemon watches", 130: "Ctrl-C"},
)
@OFFLINE
@click.option("--until-eof", is_flag=True, help="End when standard input is closed.")
def watch(console: Console, offline: bool, until_eof: bool) -> int:
    """Stay beside Obsidian: a pass whenever files have come to rest.

    A file is written when nobody has typed in it for ten seconds ([watch] quiet).
    """
    from vault_sync.cli import watch as module

    return module.watch(console, offline=offline, until_eof=until_eof)


@verb(cli, example="vault-sync status", exits=_CHECKED)
def status(console: Console) -> int:
    """Show counts, conflicts, problems, and what the daemon does.

    Nothing is written and nobody is asked for facts.
    """
    from vault_sync.cli import status as module

    return module.status(console)


@verb(cli, example="vault-sync check --quiet", exits=_CHECKED)
@click.option("--staged", is_flag=True, help="Judge the git index, as the pre-commit hook does.")
def check(console: Console, staged: bool) -> int:
    """Change nothing; show what is out of line.

    The exit code is for scripts; the pre-commit hook calls `check --staged`.
    """
    if staged:
        from vault_sync.cli import staged as module

        return module.check_staged(console)
    from vault_sync.cli import passes

    return passes.check(console)


@verb(
    cli,
    example="vault-sync diff",
    exits={0: "there is no difference", 1: "there is one, or a conflict or problem"},
)
@click.option("--patch", is_flag=True, help="Print a unified diff of the files.")
def diff(console: Console, patch: bool) -> int:
    """Show what a sync would change, with the words marked.

    Nothing is written. On a terminal it goes through $PAGER where it fills more than a screen.
    """
    from vault_sync.cli import passes

    return passes.diff(console, patch=patch)


@verb(
    cli, example="vault-sync resolve 'papers/230814 OctoPack.md' --take note", exits=PASS | LOCKED
)
@click.argument("path", metavar="[NOTE|DIGEST]", required=False, shell_complete=completing.named)
@click.option("--take", type=click.Choice(["digest", "note", "both"]), help="Whose text stays.")
@click.option("--all", "every", is_flag=True, help="All open conflicts; --dry-run first.")
@click.option(
    "--field",
    type=click.Choice(["url", "title", "authors", "tags", "commentary"]),
    help="With --all: only those of this field.",
)
@click.option("--digest", metavar="DIGEST", help="With --all: only those of this digest.")
@click.option("--id", metavar="ID", help="The one that --json has under this id.")
@DRY_RUN
def resolve(console: Console, path: str | None, take: Any, **which: Any) -> int:
    """Settle conflicts by taking one side, or ask about each.

    A digest stands for its entries; one cut short or gone is believed with `--take digest`.
    """
    from vault_sync.cli import passes
    from vault_sync.sync.request import TakeAll

    every, dry_run = which["every"], which["dry_run"]
    field, digest, one = (which[name] or "" for name in ("field", "digest", "id"))
    if path is None and take is None and not any(which.values()):
        from vault_sync.cli import resolving

        return resolving.go_through(console)
    if take is None:
        raise click.UsageError("Missing option '--take'. Choose from: digest, note, both")
    if [every, path is not None, bool(one)].count(True) != 1:
        raise click.UsageError("give a note or a digest, --id ID, or --all")
    if (field or digest) and not every:
        raise click.UsageError("--field and --digest go with --all")
    if path is None:
        return passes.resolve_all(console, TakeAll(take, field, digest, one), dry_run=dry_run)
    if dry_run:
        raise click.UsageError("--dry-run goes with --all or --id")
    return passes.resolve(console, path, take)


@verb(cli, example="vault-sync log 12")
@click.argument(
    "pass_id", metavar="[PASS]", type=int, required=False, shell_complete=completing.passes
)
@click.option("-n", "--limit", type=click.IntRange(1), help="How many passes.  [default: 10]")
def log(console: Console, pass_id: int | None, limit: int | None) -> int:
    """Show what the newest passes wrote, and why.

    Of one pass it shows every file. The number in front of a pass is the one that `undo` takes.
    """
    from vault_sync.cli import history

    return history.log(console, pass_id, limit)


_UNDONE = {0: "it is done", 1: "a file has newer edits and was left as it is"}


@verb(cli, example="vault-sync undo 12", exits=_UNDONE | LOCKED)
@click.argument(
    "pass_id", metavar="[PASS]", type=int, required=False, shell_complete=completing.passes
)
def undo(console: Console, pass_id: int | None) -> int:
    """Take a pass back (the newest); later edits are kept.

    Later passes leave it so until one of its texts is edited, `rebuild`, or `sync --redo`.
    """
    from vault_sync.cli import history

    return history.undo(console, pass_id)


@verb(cli, example="vault-sync restore 'papers/230814 OctoPack.md' --list", exits=_UNDONE | LOCKED)
@click.argument("path", shell_complete=completing.files)
@click.option("--list", "listing", is_flag=True, help="Show the saved texts, the newest first.")
@click.option("--text", "number", type=click.IntRange(1), help="The text of that number.")
@click.option(
    "--in-place", is_flag=True, help="Put it in the place of the present text, saved first."
)
def restore(console: Console, path: str, listing: bool, number: int | None, in_place: bool) -> int:
    """Get a saved text of a file back, the newest if none is chosen.

    Where another text stands now it is put beside it, as `NAME (restored).md`.
    """
    from vault_sync.cli import history

    if listing:
        return history.list_texts(console, path)
    return history.restore(console, path, number, in_place=in_place)


@verb(
    cli, example="vault-sync relink 'Old name' 'papers/230814 OctoPack.md'", exits=_UNDONE | LOCKED
)
@click.argument("old")
@click.argument("new", shell_complete=completing.named)
@DRY_RUN
def relink(console: Console, old: str, new: str, dry_run: bool) -> int:
    """Point links that lead to OLD, a note's former name, to NEW.

    It is a pass like any other: `undo` takes it back.
    """
    from vault_sync.cli.tool import relink as module

    return module.relink(console, old, new, dry_run=dry_run)


@verb(cli, example="vault-sync facts 'papers/230814 OctoPack.md' --refresh", exits=PASS | LOCKED)
@click.argument("note", nargs=-1, shell_complete=completing.named)
@click.option("--refresh", is_flag=True, help="Ask again for what is known already.")
def facts(console: Console, note: Sequence[str], refresh: bool) -> int:
    """Ask for facts about papers and fill in what their notes lack.

    With no note named it is about all that lack one of `[arxiv] facts`.
    """
    from vault_sync.cli.capture import facts as module

    return module.facts(console, note, refresh=refresh)


@verb(cli, example="vault-sync export 'digests/2023년 8월 3주차.md'")
@click.argument("digest", shell_complete=completing.digests)
def export(console: Console, digest: str) -> int:
    """Print a digest as it reads without the tool's links.

    It is the file as its author wrote it, byte for byte.
    """
    from vault_sync.cli.capture import export as module

    return module.export(console, digest)


@verb(
    cli,
    example="vault-sync doctor",
    exits={0: "nothing is to mend", 1: "something should be mended"},
)
@click.option("--clean", is_flag=True, help="Remove the states of vaults gone for 90 days.")
def doctor(console: Console, clean: bool) -> int:
    """Look for what would bite, and show what to do about it.

    It looks at the vault, its surroundings and this installation, and changes no file of a vault.
    """
    from vault_sync.cli import doctor as module

    return module.doctor(console, clean=clean)


@cli.group(cls=Verbs)
def git() -> None:
    """The pre-commit hook, and the merge of digests and notes."""


@verb(git, "install", example="vault-sync git install", exits=DONE)
def git_install(console: Console) -> int:
    """Put the hook and the merge driver into this repository.

    A hook that is there already stays and is called first.
    """
    from vault_sync.cli import git as module

    return module.install(console)


@verb(git, "uninstall", example="vault-sync git uninstall", exits=DONE)
def git_uninstall(console: Console) -> int:
    """Take the hook and the merge driver out again.

    Everything else in the repository is as it was before.
    """
    from vault_sync.cli import git as module

    return module.uninstall(console)


@verb(
    git,
    "merge-driver",
    example="vault-sync git merge-driver BASE OURS THEIRS PATH",
    exits={0: "all is merged", 1: "markers are left in the file"},
)
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
@click.argument("path")
def git_merge_driver(console: Console, base: Path, ours: Path, theirs: Path, path: str) -> int:
    """Merge one file for git (%O %A %B %P); writes OURS.

    Git calls it; nobody else has to.
    """
    from vault_sync.cli import git as module

    return module.merge_driver(console, base, ours, theirs, path)


@cli.group(cls=Verbs)
def service() -> None:
    """Run the daemon as a service of this user."""


_RAN = {0: "it is done", 1: "a command failed; it was shown which, and what is left to do"}


@verb(service, "install", example="vault-sync service install", exits=_RAN)
def service_install(console: Console) -> int:
    """Write the service's file and start it.

    Where no service manager answers, what is left to do by hand is printed.
    """
    from vault_sync.cli import service as module

    return module.install(console)


@verb(service, "uninstall", example="vault-sync service uninstall", exits=_RAN)
def service_uninstall(console: Console) -> int:
    """Stop the service and remove its file.

    The vault and its state stay as they are.
    """
    from vault_sync.cli import service as module

    return module.uninstall(console)


@verb(
    service,
    "status",
    example="vault-sync service status",
    exits={0: "it is installed", 1: "it is not installed"},
)
def service_status(console: Console) -> int:
    """Show if the service is installed and runs.

    `vault-sync status` shows what the daemon is doing.
    """
    from vault_sync.cli import service as module

    return module.status(console)
