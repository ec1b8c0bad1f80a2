"""A vault on the disk, and the installed command to run on it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.support import fork_server
from vault_sync.cli import main

DIGEST = "digests/2023년 8월 3주차.md"
"""The digest of the sample vault."""
OCTOPACK = "papers/230814 OctoPack.md"
PLATYPUS = "papers/230814 Platypus.md"
BAYES = "papers/230814 Bayesian Flow Networks.md"
CAUSAL = "papers/230814 CausalLM is not optimal for in-context learning.md"
"""Some of its notes."""

_KEPT = ("PATH", "HOME", "LANG", "VAULT_SYNC_ALLOW_LOOPBACK")


@dataclass(frozen=True)
class Ran:
    """What one run of the program said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Vault:
    """A vault on the disk with a state directory of its own, and the program to run on it."""

    root: Path
    state: Path
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, cwd: Path | None = None, stdin: str | None = None) -> Ran:
        """Run the program in another process (`fork_server.run`)."""
        code, out, err = fork_server.run(
            ["--vault", str(self.root), *arguments],
            cwd or self.root,
            self.env,
            (stdin or "").encode("utf-8", "surrogateescape"),
        )
        return Ran(
            code, out.decode("utf-8", "surrogateescape"), err.decode("utf-8", "surrogateescape")
        )

    def ok(self, *arguments: str) -> Ran:
        """Run it and insist on exit code 0."""
        ran = self.run(*arguments)
        assert ran.code == 0, (arguments, ran)
        return ran

    def arrange(self, *arguments: str) -> None:
        """Run it in this process, for what is not under test, and insist on exit code 0."""
        run_here(self.root, self.env, *arguments)

    @property
    def env(self) -> Mapping[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        own = {
            "VAULT_SYNC_STATE_DIR": str(self.state),
            "XDG_STATE_HOME": str(self.state.parent / "xdg"),  # the daemon's log
            "XDG_CONFIG_HOME": str(self.state.parent / "config"),
            "NO_COLOR": "1",
        }
        return kept | own | self.environ

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode("utf-8", "surrogateescape")

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8", "surrogateescape"))

    def edit(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert text.count(old) == 1, (path, old, text.count(old))
        self.write(path, text.replace(old, new))

    def files(self) -> dict[str, bytes]:
        """Every file of the vault but the tool's own folder, by path."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
            and path.relative_to(self.root).parts[0] not in {".vault-sync", ".git"}
        }


def rebuilt(above: Path, files: Mapping[str, str], name: str = "vault") -> Vault:
    """A vault of these files that asks nobody, with its notes made."""
    vault = Vault(above / name, above / "state")
    vault.write("vault-sync.toml", "[arxiv]\nenabled = false\n")
    for path, text in files.items():
        vault.write(path, text)
    vault.arrange("rebuild")
    return vault


def run_here(root: Path, env: Mapping[str, str], *arguments: str, code: int = 0) -> None:
    """Run the program in this process: for what is not under test."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in env.items():
            patched.setenv(name, value)
        assert main.run(["--vault", str(root), "--quiet", *arguments]) == code, arguments


def without_entry(text: str, arxiv: str) -> str:
    """The digest without the paper's entry; another stands below it."""
    at = text.index(f"https://arxiv.org/abs/{arxiv}")
    return text[:at] + text[text.index("https://", at + 9) :]
