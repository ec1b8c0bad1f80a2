"""Complete digests, notes and numbers of passes; a shell asks on every press of Tab."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from vault_sync.cli.options import HERE, SharedOptions, Verbs
from vault_sync.core.text.regex import regex

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def digests(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the digests whose path begins like that."""
    del parameter
    return _items(_paths(context, only_digests=True), incomplete)


def files(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the digests and notes whose path begins like that."""
    del parameter
    return _items(_paths(context, only_digests=False), incomplete)


def named(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the digests and notes whose path, or whose name alone, begins like that."""
    del parameter
    paths = _paths(context, only_digests=False)
    names = Counter(PurePosixPath(path).stem for path in paths)
    return _items([*paths, *(name for name, times in names.items() if times == 1)], incomplete)


def verbs(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the verbs that begin like that, behind a group its own."""
    command: click.Command = context.find_root().command
    if isinstance(command, Verbs):
        command = command.whole()
    for word in context.params.get(parameter.name or "") or ():
        command = getattr(command, "commands", {}).get(word, command)
    names = getattr(command, "commands", {})
    return [_item(name) for name in names if name.startswith(incomplete)]


def _root(context: click.Context) -> Path:
    from vault_sync.edge import config as configuration

    vault = _options(context).vault
    return configuration.find_root(vault, named=vault is not HERE)


def passes(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the numbers of the newest passes, each with its cause and time."""
    del parameter
    from vault_sync.edge.config import ConfigError
    from vault_sync.edge.state import pass_log
    from vault_sync.edge.state.database import StateError
    from vault_sync.edge.state.store import open_state

    try:
        root = _root(context)
        with open_state(root) as state:
            found = pass_log.records(state, 20)
    except (ConfigError, StateError):
        return []  # nothing to complete; the call itself says what is wrong
    return [
        _item(str(each.id), f"{each.cause} {each.started[:16]}")
        for each in found
        if str(each.id).startswith(incomplete)
    ]


def _item(text: str, about: str | None = None) -> CompletionItem:
    """Return what a shell is given; no other call needs to know how."""
    from click.shell_completion import CompletionItem

    return CompletionItem(text, help=about)


def _options(context: click.Context) -> SharedOptions:
    return context.find_object(SharedOptions) or SharedOptions()


def _paths(context: click.Context, *, only_digests: bool) -> list[str]:
    from vault_sync.core.naming import globs
    from vault_sync.edge import config as configuration
    from vault_sync.edge.config import ConfigError
    from vault_sync.edge.fs.scan import scan

    try:
        config = configuration.load(_root(context))
        found = scan(config.root).files
    except (ConfigError, OSError):
        return []  # nothing to complete; the call itself says what is wrong
    matches = globs.is_digest(config.rules)
    return sorted(path for path in found if not only_digests or matches(path))


def _items(paths: Iterable[str], incomplete: str) -> list[CompletionItem]:
    if not os.environ.get("_VAULT_SYNC_COMPLETE", "").startswith("bash"):
        # The other shells quote what they are given, but are given it line by line.
        return [_item(path) for path in paths if path.startswith(incomplete) and path.isprintable()]
    quote = _open_quote(os.environ.get("COMP_WORD", ""))
    if quote is None:
        return []
    return [_item(_quoted(path, quote)) for path in paths if path.startswith(incomplete)]


def _open_quote(word: str) -> str | None:
    """Return the quote that a word of bash opens and does not close, "" where it opens none.

    None where bash would put a name behind words of another quote: `a"b`, `$'a`.
    """
    quote, skip = "", False
    for at, sign in enumerate(word):
        if skip:
            skip = False
        elif sign == "\\" and quote != "'":
            skip = True
        elif sign == quote:
            quote = ""
        elif not quote and sign in "'\"":
            if at:
                return None
            quote = sign
    return quote


_PLAIN = regex(r"[\w/.,:@%+=-]")
_ESCAPED_INSIDE = {'"': '\\"$`', "'": ""}


def _quoted(path: str, quote: str) -> str:
    """Return a path as bash reads it behind an open quote, which it closes itself."""
    return "".join(_sign(each, quote) for each in path)


def _sign(sign: str, quote: str) -> str:
    if not sign.isprintable():
        from vault_sync.core.report import lines as report

        return f"{quote}{report.quoted(sign)}{quote}"
    if sign == "'" == quote:
        return "'\\''"
    if sign == "!" and quote == '"':
        # History is looked up in these quotes too, and a backslash would stay.
        return "\"'!'\""
    escaped = sign in _ESCAPED_INSIDE[quote] if quote else _PLAIN.fullmatch(sign) is None
    return f"\\{sign}" if escaped else sign
