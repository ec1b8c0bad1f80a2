"""What tests of the whole program share: a copy of the sample vault and the installed command."""

from __future__ import annotations

import compileall
import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.incremental.memory import Memory

from tests.support.folders import CORPUS, ROOT, SAMPLE
from tests.support.laws import without_a_clock
from tests.support.vaults import Vault

MEMORY = Path("/dev/shm")
without_a_clock()
os.environ["VAULT_SYNC_ALLOW_LOOPBACK"] = "1"  # servers of tests are on this machine


def pytest_configure(config: pytest.Config) -> None:
    """Put temporary folders into memory, where there is room: a third of the time was the disk's.

    Who sets TMPDIR, or gives `--basetemp`, has them there; the tests are the same on a disk. Ctrl-C
    reaches the programs that tests run, also where a shell runs the tests behind its back (`&`).
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # which every child would take over
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    if shutil.disk_usage(MEMORY).free > 2 << 30:
        folder = tempfile.mkdtemp(prefix="vault-sync-tests-", dir=MEMORY)
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-cases`: what cases and transcripts see becomes what they expect."""
    parser.addoption("--update-cases", action="store_true", help="rewrite the expected outcomes")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile what processes of their own import, once and before any of them begins.

    Where no bytecode is written (`PYTHONDONTWRITEBYTECODE`), each would compile it anew; and where
    it is written meanwhile, a program makes other system calls from one run to the next.
    """
    if not hasattr(session.config, "workerinput"):
        for folder in ("vault_sync", "tests/support"):
            compileall.compile_dir(ROOT / folder, quiet=2)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave out of every search for garbage what stands until the end: all modules and tests.

    It was a tenth of the processor time. What tests leave in circles is little, and found later.
    """
    del session
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 50)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores: many tests wait for processes that wait themselves."""
    del config
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def _states_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what a test opened: since 3.13 Python warns of a database that is left open."""
    opened: list[StateStore | Memory] = []

    def remembered(kind: type[StateStore | Memory]) -> None:
        make: Any = kind.__init__

        def remember(self: StateStore | Memory, *given: Any, **named: Any) -> None:
            make(self, *given, **named)
            opened.append(self)

        monkeypatch.setattr(kind, "__init__", remember)

    remembered(StateStore)
    remembered(Memory)
    yield
    for each in opened:
        each.close()


@pytest.fixture
def empty_vault(tmp_path: Path) -> Vault:
    """A vault with nothing in it but an empty configuration."""
    root = tmp_path / "vault"
    root.mkdir()
    (root / "vault-sync.toml").write_text("")
    return Vault(root, tmp_path / "state")


@pytest.fixture
def offline_vault(empty_vault: Vault) -> Vault:
    """A vault with nothing in it but a configuration that asks nobody."""
    empty_vault.write("vault-sync.toml", "[arxiv]\nenabled = false\n")
    return empty_vault


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
    Vault(place / "vault", place / "state").arrange("rebuild", "--offline")
    return place


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """The sample vault after `rebuild`, for tests that leave every file as they found it."""
    place = tmp_path_factory.mktemp("settled")
    shutil.copytree(SAMPLE, place / "vault", copy_function=shutil.copyfile)
    vault = Vault(place / "vault", place / "state")
    vault.arrange("rebuild", "--offline")
    return vault


@pytest.fixture
def built(_built: Path, tmp_path: Path) -> Vault:
    """The sample vault after `rebuild`, as a vault of its own with a base of its own."""
    root = tmp_path / "vault"
    shutil.copytree(_built / "vault", root, ignore=shutil.ignore_patterns(".vault-sync"))
    fresh = Vault(root, tmp_path / "state")
    # A base belongs to one folder: this copy gets its own by a pass that finds all in line, and by
    # a second one that finds that nothing more has come.
    fresh.arrange("rebuild", "--offline")
    fresh.arrange("sync", "--offline")
    return fresh


@pytest.fixture
def corpus() -> Path:
    """The folder of real digests, where it is there."""
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus of real digests at {CORPUS}")
    return CORPUS
