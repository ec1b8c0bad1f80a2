"""`views`: a file of views over the notes, written once, then the reader's."""

from __future__ import annotations

from itertools import count

from vault_sync.cli.console import Console
from vault_sync.core.model.plan import Create, Outcome
from vault_sync.core.model.values import RelPath
from vault_sync.core.report.bases_view import bases_view
from vault_sync.edge.config import Config
from vault_sync.edge.fs.own_files import kind_at
from vault_sync.sync.capture.additions import write_operations

_FILE = "Papers.base"


def views(console: Console, *, again: bool) -> int:
    """Write `Papers.base`, or with `again` the first free `Papers 2.base`; never over a file."""
    config = console.config()
    path = _free(config) if again else RelPath(_FILE)
    there = kind_at(config.root, path) is not None
    outcome = Outcome()
    if not there:
        text = bases_view(config.rules.properties, config.rules.conflicts_note)
        with console.state(config) as state:
            outcome = write_operations(config, state, (Create(path, text, "views"),), "views")
    code = console.show_outcome(config.root, outcome, views=path, made=bool(outcome.done))
    if there:
        console.say([f"{path} is there and yours; `vault-sync views --again` writes another"])
    elif outcome.done:
        console.say([f"in a digest, `![[{path}#This digest]]` shows its papers"])
    return code


def _free(config: Config) -> RelPath:
    stem = _FILE.removesuffix(".base")
    names = (f"{stem} {number}.base" if number > 1 else _FILE for number in count(1))
    return RelPath(next(name for name in names if kind_at(config.root, name) is None))
