"""The vault that a verb was called for, and its output: all that verbs share.

Answers go to standard output, everything else to standard error. With `--json` standard
output holds one object and nothing else.
"""

from __future__ import annotations

import os
import sys
import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import click

from vault_sync.cli import terminal
from vault_sync.core.model.plan import Operation, Outcome, Plan, Undone
from vault_sync.core.model.values import NOTHING, Problem
from vault_sync.core.report import lines as report
from vault_sync.edge import config as configuration
from vault_sync.edge.config import Config
from vault_sync.edge.fs.own_files import kind_at, names_in
from vault_sync.edge.state.store import StateStore, open_state


class UsageError(Exception):
    """Called in a way that cannot be; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Console:
    """One call of the program, with its global options.

    `vault` is the folder given, or here; `named`: it was given.
    """

    vault: Path
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"
    started: float = field(default_factory=time.monotonic)
    named: bool = False

    def config(self) -> Config:
        """Read the configuration of the vault that this call is about.

        Raises:
            ConfigError: there is no vault here, or its configuration is wrong.
            UsageError: no vault can be opened on this system.
        """
        return configuration.load(configuration.find_root(self.vault, named=self.named))

    def state(self, config: Config) -> StateStore:
        """Open what this device remembers of the vault; nothing is made."""
        return open_state(config.root)

    @property
    def colored(self) -> bool:
        """True if standard output takes colours: a terminal, unless `NO_COLOR` or `--color` say."""
        if self.color != "auto":
            return self.color == "always"
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def painted(self, text: str, **style: Any) -> str:
        """Return a text, made safe for a terminal, in a colour where colours are taken."""
        safe = report.shown(text)
        return click.style(safe, **style) if self.colored else safe

    def page(self, lines: Sequence[str]) -> None:
        """Print lines that are safe already, through `$PAGER` if they fill more than a screen."""
        if sys.stdout.isatty() and len(lines) >= _terminal_lines():
            os.environ.setdefault("LESS", "FRX")  # as git does: colours, and no screen of its own
            terminal.paged(lines, colour=self.colored)
            return
        for line in lines:
            terminal.coloured(line, colour=self.colored)

    def out(self, lines: Iterable[str]) -> None:
        """Print the answer of a command, on standard output."""
        for line in lines:
            terminal.line(line)

    def say(self, lines: Iterable[str]) -> None:
        """Print what happened, unless the call is `--quiet` or `--json`."""
        if not self.quiet and not self.json:
            self.out(lines)

    def complain(self, lines: Iterable[str]) -> None:
        """Print on standard error what a person should see, unless the call is `--json`."""
        if not self.json:
            for line in lines:
                terminal.line(line, err=True)

    def show_problems(
        self,
        problems: Iterable[Problem],
        *,
        whole: bool = False,
        answer: bool = False,
    ) -> None:
        """Print problems on standard error; if `--quiet`, without the notices.

        `whole`: with the notices in any case. `answer`: the call was made to see them, so that all
        go to standard output. A problem is remembered, so its text may depend on files, never on
        time or state (`report.plan_to_show`).
        """
        show = self.out if answer else self.complain
        notices = whole or answer or not self.quiet
        show(report.problem_lines(each for each in problems if notices or each.level == "problem"))

    def show_attention(self, plan: Plan, conflicts_note: str, *, answer: bool = False) -> None:
        """Print on standard error what a person should look at in a plan: ten of each.

        All if `--verbose`; if `--quiet`, counts alone. `answer`: the call was made to see them, so
        that they go to standard output, never as counts, with what stands since an earlier pass.
        """
        if not answer:
            plan = report.without_standing(plan)
        if self.quiet and not answer:
            self.complain(report.attention_counts(plan))
            return
        most = None if self.verbose else report.MOST_SHOWN
        show = self.out if answer else self.complain
        show(report.attention_lines(plan, conflicts_note, most))

    def answer(self, root: Path, **values: object) -> None:
        """Print the one object of a `--json` call about the vault at `root`."""
        terminal.answer({"vault": str(root), **values})

    def answer_plan(
        self,
        root: Path,
        plan: Plan,
        operations: Sequence[Operation],
        undone: Sequence[Undone] = (),
        more: Mapping[str, object] = NOTHING,
    ) -> None:
        """Print the object that `--json` has for a plan; `more` are keys of the verb's own."""
        seconds = time.monotonic() - self.started
        value = report.as_json(str(root), plan, operations, seconds, undone)
        terminal.answer({**value, **more})

    def answer_outcome(
        self, root: Path, outcome: Outcome, problems: Sequence[Problem] = (), **more: object
    ) -> None:
        """Print the object that `--json` has for what was written without a whole plan."""
        found = (*problems, *map(report.not_written, outcome.undone))
        self.answer(
            root,
            operations=[report.operation_object(each) for each in outcome.done],
            problems=[report.problem_object(each) for each in found],
            **more,
        )

    def show_outcome(
        self, root: Path, outcome: Outcome, problems: Sequence[Problem] = (), **more: object
    ) -> int:
        """Show what was written without a whole plan and what was not; 1 if anything was not."""
        if self.json:
            self.answer_outcome(root, outcome, problems, **more)
        self.say(report.operation_lines(outcome.done))
        self.complain(report.undone_lines(outcome.undone))
        return report.OUT_OF_LINE if outcome.undone else report.IN_LINE

    def path_in(self, config: Config, given: str) -> str:
        """Return a path from the vault's root for one given from there, from here, or absolute.

        Raises:
            UsageError: it is outside the vault.
        """
        full = Path(os.path.abspath(given))  # noqa: PTH100 - resolve() would follow links
        roots = (config.root, config.root.resolve())
        from_here = next(
            (full.relative_to(each) for each in roots if full.is_relative_to(each)), None
        )
        from_root = Path(os.path.normpath(given))
        if not from_root.is_absolute() and from_root.parts[:1] != ("..",):
            spelled = _as_spelled(config.root, from_root)
            # What is nowhere is meant from the root by who is not in the vault.
            if _is_there(config.root, spelled) or (from_here is None and not full.exists()):
                return spelled.as_posix()
        if from_here is None:
            raise UsageError(f"{given}: not in the vault {config.root}: give a path inside it")
        return _as_spelled(config.root, from_here).as_posix()


def _terminal_lines() -> int:
    import shutil  # few commands page

    return shutil.get_terminal_size().lines


def _as_spelled(root: Path, path: Path) -> Path:
    """Return a path as it stands on the disk: names may be composed differently."""
    here = Path()
    for part in path.parts:
        if not _is_there(root, here / part):
            wanted = unicodedata.normalize("NFC", part)
            names = sorted(names_in(root, _in_vault(here)))
            part = next((n for n in names if unicodedata.normalize("NFC", n) == wanted), part)
        here /= part
    return here


def _is_there(root: Path, path: Path) -> bool:
    return kind_at(root, _in_vault(path)) is not None


def _in_vault(path: Path) -> str:
    return "" if path == Path() else path.as_posix()


class Bar:
    """A progress bar on a terminal, for work of more than half a second; none when piped."""

    DELAY = 0.5

    _phase: tuple[str, int] | None = None
    _bar: Any = None
    _started: float
    _shown_done: int

    def __init__(self, console: Console) -> None:
        self._shown = sys.stderr.isatty() and not console.quiet and not console.json

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def __call__(self, what: str, done: int, whole: int) -> None:
        if not self._shown:
            return
        if (what, whole) != self._phase:
            self._close()
            self._phase, self._started = (what, whole), time.monotonic()
        if self._bar is None:
            if time.monotonic() - self._started < self.DELAY or done >= whole:
                return
            self._bar = click.progressbar(
                length=whole, label=what, file=sys.stderr, show_pos=True, update_min_steps=50
            )
            self._bar.__enter__()
            self._shown_done = 0
        # Its own position lags behind by up to `update_min_steps`, so it is not asked for that.
        step = max(min(done, whole) - self._shown_done, 0)
        self._shown_done += step
        self._bar.update(step)
        if done >= whole:
            self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None
