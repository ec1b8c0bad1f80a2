"""All that verbs share: five options, before the verb or after it, and the form of their help."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import click

Function = Callable[..., int]

BY_NEED: Final = (
    *("init", "rebuild", "sync", "watch", "week", "add", "status", "check", "diff", "resolve"),
    *("log", "undo", "restore", "relink", "why", "facts", "export", "views", "stats", "bib", "pdf"),
    *("doctor", "config", "git", "service", "completion", "leave", "help"),
)
"""The verbs in the order in which a reader comes to need them."""

HERE: Final = Path()
"""The vault where none is named: this very object, for `--vault .` names one."""
LOCKED: Final = {4: "another process holds this vault"}
PASS: Final = {
    0: "all is in line",
    1: "something is in conflict or was not written; it was shown what and where",
}
DONE: Final = {0: "it is done"}
WRITTEN: Final = {**DONE, 1: "it could not be written; it was shown why"}
SHOWN: Final = {0: "it was shown"}
USAGE: Final = {2: "wrong usage or configuration"}


@dataclass(slots=True)
class SharedOptions:
    """The shared options of one call as they are read; the one next to the verb wins."""

    vault: Path = HERE
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"


def _store(context: click.Context, parameter: click.Parameter, value: object) -> None:
    if value and parameter.name is not None:
        setattr(context.ensure_object(SharedOptions), parameter.name, value)


@functools.cache
def _shared() -> tuple[click.Parameter, ...]:
    """Return the options that all verbs have: the same five, for each takes time to be made."""
    option = functools.partial(click.Option, callback=_store, expose_value=False)
    return (
        option(
            ["--vault"],
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="The vault, or a folder in it.  [default: here]",
        ),
        option(["--json"], is_flag=True, help="Print one JSON object (docs/json.md)."),
        option(["--quiet", "-q"], is_flag=True, help="Print only what needs a person."),
        option(["--verbose", "-v"], is_flag=True, help="Print everything."),
        option(
            ["--color"],
            type=click.Choice(["auto", "always", "never"]),
            help="Use colours.  [default: on a terminal, unless NO_COLOR is set]",
        ),
    )


class Verb(click.Command):
    """A command with the shared options, whose help ends with an example and its exit codes."""

    def __init__(
        self, *given: Any, example: str = "", exits: Mapping[int, str] = SHOWN, **named: Any
    ) -> None:
        super().__init__(*given, **named)
        self.params += _shared()
        self.example, self.exits = example, {**exits, **USAGE}

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example and the exit codes below the options."""
        del context
        with formatter.section("Example"):
            formatter.write_text(self.example)
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), words) for code, words in sorted(self.exits.items())])


class Verbs(click.Group):
    """A group with the shared options that lists its verbs as `listed` has them.

    `more` are modules that add verbs to it. They are imported where one of these is asked for.
    """

    def __init__(
        self, *given: Any, more: Sequence[str] = (), listed: Sequence[str] = (), **named: Any
    ) -> None:
        super().__init__(*given, **named)
        self.params += _shared()
        self._more, self._places = more, {name: place for place, name in enumerate(listed)}

    def whole(self) -> Self:
        """Return the group with all its verbs."""
        for module in self._more:
            importlib.import_module(module)
        return self

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return a verb by its name, None where there is none."""
        if name not in self.commands:
            self.whole()
        return super().get_command(context, name)

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names as listed, others behind them as they were added."""
        del context
        last = len(self._places)
        return sorted(self.whole().commands, key=lambda name: self._places.get(name, last))


class UnreadError(Exception):
    """The reader of standard output has gone (exit code `UNREAD`)."""


def verb(
    group: click.Group, name: str | None = None, *, example: str, exits: Mapping[int, str] = SHOWN
) -> Callable[[Function], click.Command]:
    """Make a verb of a function that takes the console first, then what its options say."""

    def made(function: Function) -> click.Command:
        @click.pass_context
        @functools.wraps(function)
        def called(context: click.Context, *given: Any, **named: Any) -> int:
            from vault_sync.cli.console import Console

            options = context.ensure_object(SharedOptions)
            if options.quiet and options.verbose:
                raise click.UsageError("--quiet and --verbose exclude each other", context)
            console = Console(
                options.vault,
                options.json,
                options.quiet,
                options.verbose,
                options.color,
                named=options.vault is not HERE,
            )
            try:
                return function(console, *given, **named)
            except BrokenPipeError as error:  # click would end the process with 1
                raise UnreadError from error

        command: Callable[[Any], click.Command] = group.command(
            name, cls=Verb, example=example, exits=exits
        )
        return command(called)

    return made
