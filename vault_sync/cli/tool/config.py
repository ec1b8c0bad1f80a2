"""`config`: the configuration in force, or every key with its default; files of the package."""

from __future__ import annotations

from pathlib import Path

import click

import vault_sync
from vault_sync.cli.console import Console, UsageError
from vault_sync.core.report import lines as report
from vault_sync.core.report.lines import json_text
from vault_sync.edge import config as configuration
from vault_sync.edge import trust as trusts
from vault_sync.edge.config import text_of


def trust(console: Console, folder: Path) -> int:
    """Remember that a vault of another user is to be used by this one, on this device."""
    root = configuration.find_root(folder, named=True)
    trusts.trust(root)
    console.say([f"{root} is used from now on, whoever it belongs to"])
    if console.json:
        console.answer(root, trusted=str(root))
    return report.IN_LINE


def config(console: Console, *, example: bool) -> int:
    """Print the text of vault-sync.toml, or with `example` one of every key with its default."""
    if example:
        text = package_file("config.example.toml").read_text("utf-8")
        path = ""
    else:
        found = console.config()  # its mistakes are told
        path = str(found.path or "")
        text = (text_of(found.root) or "") if found.path else ""
        if not path:
            console.complain([f"{found.root} has no vault-sync.toml: all is default (--example)"])
    if console.json:
        click.echo(json_text({"path": path, "text": text}))
        return report.IN_LINE
    click.echo(text.encode("utf-8"), nl=False)
    return report.IN_LINE


def package_file(name: str) -> Path:
    """Return a file or folder that comes with the program, installed or in a checkout.

    Raises:
        UsageError: it is not there.
    """
    package = Path(vault_sync.__file__).resolve().parent
    found = next((each for each in (package / name, package.parent / name) if each.exists()), None)
    if found is None:
        raise UsageError(f"{name} was not installed with this program: install it again")
    return found
