"""`config`: the configuration in force, or every key with its default; files of the package."""

from __future__ import annotations

from pathlib import Path

import vault_sync
from vault_sync.cli import terminal
from vault_sync.cli.console import Console, UsageError
from vault_sync.core.report import lines as report
from vault_sync.edge import config as configuration
from vault_sync.edge import hosts
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


def config(console: Console, *, example: bool, device: bool, allow_hosts: bool) -> int:
    """Print the text of vault-sync.toml, or with `example` one of every key with its default.

    Raises:
        UsageError: more than one of the options is given.
    """
    if example + device + allow_hosts > 1:
        raise UsageError("--example, --device and --allow-hosts exclude each other")
    if allow_hosts:
        return _allow(console)
    path, text = _example() if example else _of_device(console) if device else _of_vault(console)
    if console.json:
        terminal.answer({"path": path, "text": text})
        return report.IN_LINE
    terminal.text(text)
    return report.IN_LINE


def _example() -> tuple[str, str]:
    return "", package_file("config.example.toml").read_text("utf-8")


def _of_device(console: Console) -> tuple[str, str]:
    hosts.device_values()  # its mistakes are told
    path = hosts.device_file()
    if path.exists():
        return str(path), path.read_text("utf-8-sig")
    legal = "`url` and `contact` of [arxiv], and [sources]"
    console.complain([f"{path} is not there; it may hold {legal}, for all vaults of this device"])
    return str(path), ""


def _of_vault(console: Console) -> tuple[str, str]:
    found = console.config()  # its mistakes are told
    waiting = hosts.hosts_of(found).waiting
    if waiting:
        console.show_problems([hosts.notice(waiting)])
    if found.path:
        return str(found.path), text_of(found.root) or ""
    console.complain([f"{found.root} has no vault-sync.toml: all is default (--example)"])
    return "", ""


def _allow(console: Console) -> int:
    """Remember that what the vault names may be asked from this device, and show it."""
    found = console.config()
    proposed = hosts.proposals(found)
    lines = hosts.lines_of(proposed)
    if proposed:
        hosts.allow(proposed)
    if console.json:
        terminal.answer({"path": str(found.path or ""), "text": "", "allowed": lines})
    console.say(
        ["allowed on this device, as long as it stands like this in vault-sync.toml:", *lines]
        if lines
        else ["vault-sync.toml names no hosts and no contact of its own: nothing to allow"]
    )
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
