"""`stats`: the numbers of a vault, on the terminal, in a pipe, as JSON, as a picture."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date
from pathlib import Path

from vault_sync.cli import terminal
from vault_sync.cli.console import Console, UsageError
from vault_sync.core.report import lines as report
from vault_sync.core.report import statistics_lines, statistics_svg
from vault_sync.core.vault_statistics import count
from vault_sync.sync.observation.observation import base_of, learn_weeks, observe

_OURS = b'aria-label="Papers a week: '


def statistics(console: Console, since: date | None, picture: Path | None) -> int:
    """Show the numbers; with `picture` also draw them into that file.

    Raises:
        UsageError: another file than a picture of ours is there.
    """
    config = console.config()
    with console.state(config) as state:
        observation = observe(config, base_of(state))
    naming = learn_weeks(observation, config).naming
    if since is not None and naming is None:
        console.complain(["note: the digests do not show their weeks, so --since leaves none out"])
    found = count(observation.snapshot, naming, since)
    if picture is not None:
        _draw(picture, statistics_svg.draw(found).encode("utf-8", "replace"))
        console.complain([f"drawn: {picture}"] if not console.quiet else [])
    if console.json:
        console.answer(config.root, **statistics_lines.as_json(found))
    elif sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        console.page([*statistics_lines.terminal_lines(found, width)])
    else:
        for line in statistics_lines.plain_lines(found):
            terminal.columns(line)
    return report.IN_LINE


def _draw(path: Path, picture: bytes) -> None:
    """Write a picture whole or not at all, over nothing but an older one."""
    if path.exists() and (not path.is_file() or _OURS not in path.read_bytes()[:2000]):
        raise UsageError(f"{path}: is there and no picture of ours: give another name to --svg")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(picture)
    beside.replace(path)
