"""A small vault under real git: for tests of the hook and of the merge driver.

git reads no configuration but the repository's own, and `vault-sync` on PATH is the one under test,
as a fork.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import fork_server
from tests.support.vaults import run_here

WEEK = "digests/2023년 8월 3주차.md"
NEXT = "digests/2023년 8월 4주차.md"
ALPHA = "papers/Alpha.md"
BETA = "papers/Beta Nets.md"

DIGEST = """2023년 8월 3주차
https://arxiv.org/abs/2308.00001
Alpha: A Study (Ann Park, Bo Lee)
알파 첫 문장입니다. 둘째 문장입니다.
둘째 줄입니다.
셋째 줄입니다.
넷째 줄입니다.
#alpha #llm
https://arxiv.org/abs/2308.00002
Beta Nets (Cho Kim)
베타 설명입니다. (https://arxiv.org/abs/2308.00001)
#beta
"""
DIGEST_NEXT = """2023년 8월 4주차
https://arxiv.org/abs/2308.00003
Gamma (Dan Choi)
감마 이야기입니다.
#gamma
"""


def environment(home: Path) -> dict[str, str]:
    """What git and the tool are told, and nothing of the machine's own configuration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = {"NAME": "Reader", "EMAIL": "reader@example.org", "DATE": "2023-08-20T12:00:00+09:00"}
    return (
        kept
        | {
            f"GIT_{role}_{name}": value
            for role in ("AUTHOR", "COMMITTER")
            for name, value in who.items()
        }
        | {
            "HOME": str(home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_EDITOR": "true",
            "LC_ALL": "C.UTF-8",
            "VAULT_SYNC_STATE_DIR": str(home / "state"),
            "PATH": os.pathsep.join(
                [
                    str(fork_server.on_path()),
                    str(Path(sys.executable).parent),
                    os.environ["PATH"],
                ]
            ),
        }
    )


@dataclass
class GitVault:
    """A vault in a work tree. `top` is that of the work tree, `root` the vault's folder."""

    top: Path
    home: Path
    below: str = ""
    env: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.env = environment(self.home)

    @property
    def root(self) -> Path:
        return self.top / self.below

    def run(self, *words: str, at: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=at or self.top,
            env=self.env,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
        )

    def git(self, *words: str, at: Path | None = None) -> str:
        """A call of git that must work; its output."""
        done = self.run("git", *words, at=at)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def commit(self, *words: str, at: Path | None = None) -> str:
        """Commit with the hook. What the hook said if it blocked, "" if the commit was made."""
        before = self.git("rev-parse", "-q", "--verify", "HEAD^{commit}") if self.has_head() else ""
        done = self.run("git", "commit", "-q", "-m", "x", *words, at=at)
        after = self.git("rev-parse", "HEAD") if self.has_head() else ""
        assert (before != after) == (done.returncode == 0), (done.stdout, done.stderr)
        assert done.returncode == 0 or done.stderr, done.stdout
        assert "bug in vault-sync" not in done.stderr, done.stderr
        return done.stderr if done.returncode else ""

    def has_head(self) -> bool:
        return self.run("git", "rev-parse", "-q", "--verify", "HEAD").returncode == 0

    def tool(self, *words: str, code: int = 0) -> None:
        """The tool in this process, for what is not under test."""
        run_here(self.root, self.env, *words, code=code)

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode("utf-8", "surrogateescape")

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogateescape"))

    def edit(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert text.count(old) == 1, (old, text)
        self.write(path, text.replace(old, new))

    def state(self) -> tuple[str, dict[str, bytes]]:
        """The index and every file of the work tree."""
        files = {
            str(path.relative_to(self.top)): path.read_bytes()
            for path in sorted(self.top.rglob("*"))
            if path.is_file() and ".git" not in path.relative_to(self.top).parts
        }
        return self.git("ls-files", "-s", "-z"), files

    def copy(self, to: Path) -> GitVault:
        """The same vault on another device, which has made one pass over it."""
        shutil.copytree(self.top, to, symlinks=True, ignore=shutil.ignore_patterns(".vault-sync"))
        copied = GitVault(to, to.with_name(to.name + "-home"), self.below)
        copied.tool("sync", "--offline")
        copied.tool("sync", "--offline")  # it has joined the vault: nothing more has come
        return copied


def laid_out(top: Path, below: str = "") -> GitVault:
    """A vault in line, all of it committed, with hook and driver installed."""
    vault = GitVault(top, top.with_name(top.name + "-home"), below)
    vault.root.mkdir(parents=True)
    vault.git("init", "-q", "-b", "main")
    vault.write("vault-sync.toml", "[arxiv]\nenabled = false\n")
    vault.write(WEEK, DIGEST)
    vault.write(NEXT, DIGEST_NEXT)
    vault.tool("rebuild", "--offline")
    vault.tool("git", "install")
    vault.git("add", "-A")
    vault.git("commit", "-q", "-m", "first", "--no-verify")
    return vault
