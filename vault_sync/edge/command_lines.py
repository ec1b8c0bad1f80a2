"""Command lines of this program that stay behind: in a hook, git's configuration, a service.

Whatever calls the program later does so in a folder that others fill: git starts hooks and merge
drivers in the work tree, where a pulled `vault_sync/`, `click.py` or `sitecustomize.py` may lie. So
each line names this interpreter by its absolute path, with flags that keep the folder it is started
in, `PYTHONPATH` and every other variable of Python out of the import path. PATH is not searched: an
empty part of it is the work tree.

Each way to write a line down quotes it for what will read it there.
"""

from __future__ import annotations

import os
import shlex
import site
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import vault_sync

_ISOLATED = ("-I", "-P")
_WITH_USER_SITE = ("-E", "-P")


class CommandLineError(Exception):
    """A command line cannot be written down; the text says why and what to do."""


def command_line(*arguments: str, python: str = sys.executable) -> tuple[str, ...]:
    """Return the words that call this installation with `arguments`.

    Raises:
        CommandLineError: this process does not know its interpreter.
    """
    if not Path(python).is_absolute():
        raise CommandLineError(
            f"the interpreter {python!r} has no absolute path: start vault-sync by its full path"
        )
    return (python, *_flags(), "-m", "vault_sync", *arguments)


def _flags() -> tuple[str, ...]:
    """Return Python's flags; `-I` would hide an installation by `pip install --user`."""
    home = Path(vault_sync.__file__).absolute().parent.parent
    user = site.getusersitepackages() if site.ENABLE_USER_SITE else ""
    return _WITH_USER_SITE if user and home == Path(user) else _ISOLATED


def for_sh(words: Sequence[str]) -> str:
    """Return a line as a POSIX shell reads it."""
    return shlex.join(words)


def for_git(words: Sequence[str]) -> str:
    """Return a line as git reads it in `merge.*.driver`: a shell's, with `%` for its own words."""
    return for_sh(words).replace("%", "%%")


def for_windows(words: Sequence[str]) -> str:
    """Return a line as a program reads it on Windows.

    Raises:
        CommandLineError: as `plain`.
    """
    return subprocess.list2cmdline([plain(word) for word in words])


def for_systemd(words: Sequence[str]) -> str:
    """Return a line as systemd reads it behind `ExecStart=` (systemd.service(5)).

    The ":" keeps it from replacing `$NAME`.

    Raises:
        CommandLineError: as `plain`, or the program's path has a quote or a backslash.
    """
    if set(words[0]) & set("\"'\\"):
        raise CommandLineError(f"systemd starts no program from {words[0]}: install it elsewhere")
    return ":" + " ".join(map(systemd_word, words))


def systemd_word(word: str) -> str:
    """Return one word as systemd reads it (systemd.syntax(7), "Quoting").

    Raises:
        CommandLineError: as `plain`.
    """
    escaped = systemd_specifiers(plain(word)).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def systemd_specifiers(text: str) -> str:
    """Return a text in which systemd finds no `%` of its own."""
    return text.replace("%", "%%")


def plain(word: str) -> str:
    """Return a word that a file of a service manager can hold, as it is.

    Raises:
        CommandLineError: it is not UTF-8, or has a control character.
    """
    # "Cs": a lone surrogate, that is a byte which is not UTF-8.
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in word):
        raise CommandLineError(
            f"{word!r} cannot be written in a service file: rename the folder, or start "
            "`vault-sync watch` another way when you log in"
        )
    return word


def windowless(python: str = sys.executable) -> str:
    """Return the interpreter that opens no window, where there is one (Windows)."""
    other = os.path.join(os.path.dirname(python), "pythonw.exe")  # noqa: PTH118, PTH120 - a word
    return other if os.path.exists(other) else python  # noqa: PTH110
