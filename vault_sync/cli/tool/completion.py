"""`completion SHELL`: the script by which a shell asks this program for completions."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from vault_sync.cli.console import Console
from vault_sync.cli.verbs import cli
from vault_sync.core.report import lines as report
from vault_sync.core.report.lines import json_text


def completion(console: Console, shell: str) -> int:
    """Print the script of a shell."""
    kind = get_completion_class(shell)
    assert kind is not None  # the command line takes no other shell
    made = kind(cli, {}, "vault-sync", "_VAULT_SYNC_COMPLETE")
    # Its `source` would look at the version of bash first, by running one.
    script = made.source_template % made.source_vars()
    # click's script for bash lets `read` and the list take the backslashes out of a name.
    script = script.replace("read type", "read -r type").replace("($value)", '("$value")')
    if console.json:
        click.echo(json_text({"shell": shell, "script": script}))
    else:
        click.echo(script)
    return report.IN_LINE
