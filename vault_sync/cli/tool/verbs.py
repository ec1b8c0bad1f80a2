"""The verbs about the program itself: their options and their help."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault_sync.cli import completing
from vault_sync.cli.options import DONE, LOCKED, SHOWN, verb
from vault_sync.cli.verbs import DRY_RUN, cli

if TYPE_CHECKING:
    from vault_sync.cli.console import Console


@verb(cli, example="vault-sync why 'digests/2023년 8월 3주차.md:14'", exits=SHOWN)
@click.argument("path", metavar="NOTE|DIGEST[:LINE]", shell_complete=completing.named)
def why(console: Console, path: str) -> int:
    """Show why a note or an entry is as it is.

    It names the entry and its note, the lines that are ours, the last passes that wrote the file,
    and what waits or is not done.
    """
    from vault_sync.cli.tool import why as module

    return module.why(console, path)


@verb(cli, example='eval "$(vault-sync completion bash)"', exits=DONE)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(console: Console, shell: str) -> int:
    """Print the lines that let a shell complete what you type.

    Verbs, options, digests, notes and the numbers of passes. bash and zsh: put the example's
    line into ~/.bashrc or ~/.zshrc. fish: pipe it into
    ~/.config/fish/completions/vault-sync.fish.
    """
    from vault_sync.cli.tool import completion as module

    return module.completion(console, shell)


@verb(cli, example="vault-sync config --example > vault-sync.toml", exits=SHOWN)
@click.option("--example", is_flag=True, help="Print every key with its default, explained.")
@click.option(
    "--trust",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Use the vault DIR from now on, though it belongs to another user.",
)
@click.option("--device", is_flag=True, help="Print this device's own, which names hosts freely.")
@click.option(
    "--allow-hosts", is_flag=True, help="Show the hosts and contact that it names, and use them."
)
def config(
    console: Console, example: bool, trust: Path | None, device: bool, allow_hosts: bool
) -> int:
    """Print the configuration of the vault, after it was checked.

    Nothing in it is required: a vault without vault-sync.toml has every default. Hosts and a
    contact that it names are used once this device has allowed these very values.
    """
    from vault_sync.cli.tool import config as module

    if trust is not None:
        return module.trust(console, trust)
    return module.config(console, example=example, device=device, allow_hosts=allow_hosts)


_LEFT = {
    0: "nothing of the program is left here",
    1: "something stands in the way; nothing is done",
}


@verb(cli, example="vault-sync leave --dry-run", exits=_LEFT | LOCKED)
@click.option("--keep-links", is_flag=True, help="Leave the links in the digests.")
@DRY_RUN
@click.option("--yes", is_flag=True, help="Also with conflicts open and files that are not read.")
@click.option("--all", "everything", is_flag=True, help="Remove the saved texts too.")
def leave(console: Console, keep_links: bool, dry_run: bool, yes: bool, everything: bool) -> int:
    """Take the program out of a vault.

    Service, hook, merge driver, links in digests, configuration, memory. Notes stay as they
    are, and so do the saved texts of what was replaced; their folder is printed.
    """
    from vault_sync.cli.tool import leave as module

    choice = module.Choice(keep_links=keep_links, dry_run=dry_run, yes=yes, everything=everything)
    return module.leave(console, choice)


@verb(cli, "help", example="vault-sync help sync", exits=SHOWN)
@click.argument("words", metavar="[VERB]...", nargs=-1, shell_complete=completing.verbs)
@click.pass_context
def show_help(context: click.Context, console: Console, words: Sequence[str]) -> int:
    """Show how a verb is called.

    Without a verb it lists them all, in the order of use.
    """
    from vault_sync.cli.tool import help_text

    assert context.parent is not None
    return help_text.show_help(console, context.parent, words)
