"""The one writer to standard output and standard error.

Names and texts of a vault are strangers' words, and a terminal acts on some of them: codes that
write the clipboard, move the cursor, hide a line; characters that turn the direction of text. So
whatever is not printable is spelled out, wherever output goes: what is piped is shown in the end.
Colours, which are ours, are taken apart first. Two answers are texts for a file, and go there as
they are; a terminal shows them like the rest.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence

import click

from vault_sync.core.report.lines import json_text, shown
from vault_sync.core.text.regex import regex

_COLOUR = r"(\x1b\[[0-9;]*m)"
_LINE_END = regex(r"\r\n?")


def line(text: str = "", *, err: bool = False, end: bool = True) -> None:
    """Print a line."""
    click.echo(shown(text), err=err, nl=end)


def coloured(text: str, *, colour: bool) -> None:
    """Print a line in which colours stand."""
    click.echo(_shown_in_colour(text, colour=colour), color=colour)


def paged(lines: Sequence[str], *, colour: bool) -> None:
    """Print lines in which colours stand, through `$PAGER`."""
    found = (_shown_in_colour(each, colour=colour) for each in lines)
    click.echo_via_pager("".join(f"{each}\n" for each in found), color=colour)


def _shown_in_colour(text: str, *, colour: bool) -> str:
    if not colour:
        return shown(text)
    parts = re.split(_COLOUR, text)
    return "".join(each if number % 2 else shown(each) for number, each in enumerate(parts))


def columns(text: str) -> None:
    """Print a line whose columns tabs set apart."""
    click.echo("\t".join(map(shown, text.split("\t"))))


def text(words: str) -> None:
    """Print a text of several lines, with no newline but its own."""
    plain = _LINE_END.sub("\n", words)
    click.echo("\t".join(map(shown, plain.split("\t"))), nl=False)


def for_a_file(words: str, raw: bytes) -> None:
    """Print a text as it is into a file or a pipe, and like any other on a terminal."""
    if sys.stdout.isatty():
        text(words)
    else:
        click.echo(raw, nl=False)


def answer(value: Mapping[str, object]) -> None:
    """Print the one object of a `--json` call."""
    click.echo(json_text(value))
