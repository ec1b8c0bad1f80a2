"""`help [VERB]`: the same text as `VERB --help`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from vault_sync.cli import terminal
from vault_sync.cli.console import Console
from vault_sync.core.report import lines as report


def show_help(console: Console, root: click.Context, words: Sequence[str]) -> int:
    """Print the help of the program, or of the verb that `words` name.

    Raises:
        click.UsageError: there is no such verb.
    """
    context = root
    for word in words:
        if not isinstance(context.command, click.Group):
            raise click.UsageError(f"'{context.info_name}' has no verb '{word}'", context)
        name, command, _ = context.command.resolve_command(context, [word])
        assert command is not None
        context = click.Context(command, info_name=name, parent=context)
    text = context.get_help()
    if console.json:
        terminal.answer({"verb": " ".join(words), "text": text})
    else:
        terminal.line(text)
    return report.IN_LINE
