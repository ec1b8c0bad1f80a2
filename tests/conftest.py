"""What tests of the whole program share: a copy of the sample vault and the installed command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from vault_sync.edge.state.store import StateStore

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_vault"
CORPUS = ROOT.parent / "shared" / "corpus"
DIGEST = "digests/2023년 8월 3주차.md"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-cases`: what tests/system/test_cases.py sees becomes what it expects."""
    parser.addoption("--update-cases", action="store_true", help="rewrite the expected outcomes")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores: many tests wait for processes that wait themselves."""
    del config
    return (os.cpu_count() or 1) + 1


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
        """Run the installed command as a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "vault_sync", "--vault", str(self.root), *arguments],
            capture_output=True,
            cwd=cwd or self.root,
            env=self.env,
            input=stdin.encode() if stdin is not None else None,
            check=False,
        )
        return Ran(
            done.returncode,
            done.stdout.decode("utf-8", "surrogateescape"),
            done.stderr.decode("utf-8", "surrogateescape"),
        )

    def ok(self, *arguments: str) -> Ran:
        """Run it and insist on exit code 0."""
        ran = self.run(*arguments)
        assert ran.code == 0, (arguments, ran)
        return ran

    @property
    def env(self) -> Mapping[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        own = {
            "VAULT_SYNC_STATE_DIR": str(self.state),
            "XDG_STATE_HOME": str(self.state.parent / "xdg"),  # the daemon's log
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


@pytest.fixture(autouse=True)
def _states_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what a test opened: since 3.13 Python warns of a database that is left open."""
    opened: list[StateStore] = []
    make = StateStore.__init__

    def remember(self: StateStore, *given: Any, **named: Any) -> None:
        make(self, *given, **named)
        opened.append(self)

    monkeypatch.setattr(StateStore, "__init__", remember)
    yield
    for state in opened:
        state.close()


@pytest.fixture
def empty_vault(tmp_path: Path) -> Vault:
    """A vault with nothing in it but an empty configuration."""
    root = tmp_path / "vault"
    root.mkdir()
    (root / "vault-sync.toml").write_text("")
    return Vault(root, tmp_path / "state")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A copy of the sample vault, nothing done to it yet."""
    root = tmp_path / "vault"
    shutil.copytree(SAMPLE, root, copy_function=shutil.copyfile)
    return Vault(root, tmp_path / "state")


@pytest.fixture(scope="session")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("built")
    shutil.copytree(SAMPLE, place / "vault")
    Vault(place / "vault", place / "state").ok("rebuild", "--offline")
    return place


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """The sample vault after `rebuild`, for tests that leave every file as they found it."""
    place = tmp_path_factory.mktemp("settled")
    shutil.copytree(SAMPLE, place / "vault", copy_function=shutil.copyfile)
    vault = Vault(place / "vault", place / "state")
    vault.ok("rebuild", "--offline")
    return vault


@pytest.fixture
def built(_built: Path, tmp_path: Path) -> Vault:
    """The sample vault after `rebuild`, as a vault of its own with a base of its own."""
    root = tmp_path / "vault"
    shutil.copytree(_built / "vault", root, ignore=shutil.ignore_patterns(".vault-sync"))
    fresh = Vault(root, tmp_path / "state")
    # A base belongs to one folder: this copy gets its own by a pass that finds all in line.
    fresh.ok("rebuild", "--offline")
    return fresh


@pytest.fixture
def corpus() -> Path:
    """The folder of real digests, where it is there."""
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus of real digests at {CORPUS}")
    return CORPUS
