"""Transcripts: what calls of the program say, one after the other, in a vault that starts empty.

The first sign of a line tells what it is: `# ` words for the reader; `> PATH` a file, whose lines
follow behind `| `; `~ PATH :: OLD :: NEW` an edit; `- PATH` a file that goes; `% WORDS` a call of
git; `$ WORDS` a call of the program, behind it what it says: `| ` on standard output, `! ` on
standard error, `= ` an exit code but 0.
`...` stands for what is another every time, an instant and the name of the memory; seconds are 0.
What lies above the vault is left out of paths. `--update-cases` writes what is said anew.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from urllib.parse import quote

import pytest
from tests.support.vaults import Vault
from vault_sync.cli import main

_CHANGING = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00)?"
    r"|(?<=/vault-)[0-9a-f]{8,}"
)
_SECONDS = re.compile(r'(?<="seconds": )[\d.e-]+')


def retold(request: pytest.FixtureRequest, vault: Vault, name: str) -> tuple[str, str]:
    """Return what is said now, and the transcript of that name, which lies beside the test."""
    path = request.path.with_name(f"{name}.txt")
    before = path.read_text("utf-8")
    told = "".join(f"{line}\n" for line in _told(vault, before.splitlines()))
    if request.config.getoption("--update-cases"):
        path.write_text(told, "utf-8")
    return told, path.read_text("utf-8")


def _told(vault: Vault, lines: list[str]) -> Iterator[str]:
    written = ""
    for line in lines:
        sign, _, rest = line.partition(" ")
        if sign == "|" and written:
            vault.write(written, f"{vault.read(written)}{rest}\n")
        elif sign in {"|", "!", "="}:
            continue  # what was said when this was written
        else:
            written = rest if sign == ">" else ""
        yield line
        if sign == ">":
            vault.write(rest, "")
        elif sign == "~":
            vault.edit(*rest.split(" :: "))
        elif sign == "-":
            (vault.root / rest).unlink()
        elif sign == "%":
            words = shlex.split(rest)
            subprocess.run(["git", *words], cwd=vault.root, env=vault.env, check=True)
        elif sign == "$":
            yield from said(vault, *shlex.split(rest))


def said(vault: Vault, *arguments: str) -> Iterator[str]:
    """Run the program in this process; yield what it says, as a transcript has it."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with (
        pytest.MonkeyPatch.context() as patched,
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        for name in os.environ:
            patched.delenv(name)
        for name, value in {**vault.env, "COLUMNS": "80"}.items():
            patched.setenv(name, value)
        patched.chdir(vault.root)
        patched.setattr(sys, "argv", ["vault-sync", *arguments])
        code = main.run(["--vault", str(vault.root), *arguments])
    for sign, stream in (("|", out), ("!", err)):
        stream.seek(0)
        text, above = stream.read(), str(vault.root.parent)
        for each in (above, quote(above, safe="")):
            text = text.replace(each, "")
        text = _SECONDS.sub("0", _CHANGING.sub("...", text))
        yield from (f"{sign} {line}".rstrip() for line in text.splitlines())
    if code:
        yield f"= {code}"
