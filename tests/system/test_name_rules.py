"""A file system with the name rules of APFS or HFS+: one vault, whatever it is called.

By FUSE, where /dev/fuse is and a Python with pyfuse3; skipped elsewhere. `VAULT_SYNC_FUSE_PYTHON`
names that Python, /usr/bin/python3 by default.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from tests.support.folders import ROOT, SAMPLE
from tests.support.vaults import BAYES, DIGEST, Vault
from tests.support.watching import Watching
from vault_sync.core.model.values import RelPath
from vault_sync.edge.platform.lock import Busy
from vault_sync.edge.state.store import open_state
from vault_sync.sync.incremental.reading import stats_of

pytestmark = [pytest.mark.platform, pytest.mark.timeout(300)]
PYTHON = os.environ.get("VAULT_SYNC_FUSE_PYTHON", "/usr/bin/python3")
NAME = "논문 Vault"
OTHERS = [NAME.upper(), NAME.lower(), unicodedata.normalize("NFD", NAME)]


@pytest.fixture(scope="module", params=["", "--decomposed"], ids=["apfs", "hfs"])
def _mount(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    above = tmp_path_factory.mktemp("disk")
    backing, mount = above / "backing", above / "disk"
    backing.mkdir()
    mount.mkdir()
    if os.geteuid() or not Path("/dev/fuse").exists() or not Path(PYTHON).exists():
        pytest.skip("nothing can be mounted here")
    if subprocess.run(
        [PYTHON, "-c", "import pyfuse3"], capture_output=True, check=False
    ).returncode:
        pytest.skip(f"{PYTHON} has no pyfuse3")
    server = ROOT / "tests/support/apfs_like.py"
    command = [PYTHON, str(server), str(backing), str(mount), *filter(None, [request.param])]
    with subprocess.Popen(command) as process:
        while not mount.is_mount():
            assert process.poll() is None
            time.sleep(0.02)
        try:
            yield mount
        finally:
            subprocess.run(["umount", "--lazy", str(mount)], check=True)
            process.wait(20)


@pytest.fixture
def disk(_mount: Path) -> Path:
    """A folder of its own on that disk."""
    return Path(mkdtemp(dir=_mount))


@pytest.fixture
def vault(disk: Path, tmp_path: Path) -> Vault:
    root = disk / NAME
    shutil.copytree(SAMPLE, root)
    return Vault(root, tmp_path / "state")


def test_the_disk_has_these_rules(disk: Path) -> None:
    (disk / "가 A.md").write_text("text")
    assert (disk / unicodedata.normalize("NFD", "가 a.md")).read_text() == "text"


def test_what_was_renamed_in_spelling_alone_is_gone_under_its_old_name(disk: Path) -> None:
    """Or a daemon, which looks at both names, takes one file for two."""
    old, new = RelPath("In/가 A.md"), RelPath("In/가 a.md")
    (disk / "In").mkdir()
    (disk / old).touch()
    (disk / old).rename(disk / new)
    (listed,) = (f"In/{each.name}" for each in (disk / "In").iterdir())
    names = {old, new, RelPath("in/가 a.md"), RelPath(listed)}
    names |= {RelPath(unicodedata.normalize("NFD", name)) for name in names}
    assert [name for name, stat in stats_of(disk, names).items() if stat] == [listed]


def test_one_vault_has_one_memory_under_each_of_its_names(vault: Vault) -> None:
    vault.ok("rebuild")
    assert len(list(vault.state.glob("*-*"))) == 1
    for number, name in enumerate(OTHERS):
        other = Vault(vault.root.with_name(name), vault.state)
        text = (vault.root / DIGEST).read_text("utf-8")
        (vault.root / DIGEST).write_text(text.replace("#ddpm", f"#ddpm #n{number}", 1), "utf-8")
        other.ok("sync")
        assert f"n{number}" in (vault.root / BAYES).read_text("utf-8")
    assert len(list(vault.state.glob("*-*"))) == 1
    vault.ok("undo")
    assert "nothing to do" in vault.ok("sync").out


def test_one_vault_has_one_lock_under_each_of_its_names(vault: Vault) -> None:
    environ = {"VAULT_SYNC_STATE_DIR": str(vault.state)}
    with open_state(vault.root, environ).lock(0):
        for name in OTHERS:
            for state in (vault.state, vault.state.with_name("another environment's")):
                other = open_state(vault.root.with_name(name), {"VAULT_SYNC_STATE_DIR": str(state)})
                with pytest.raises(Busy), other.lock(0):
                    pass


def test_edits_are_heard_under_each_of_its_names(disk: Path) -> None:
    (disk / NAME / "papers").mkdir(parents=True)
    for number, name in enumerate((NAME, *OTHERS)):
        watching, path = Watching(disk / name), f"papers/{number}.md"
        (disk / NAME / path).write_text("x")
        watching.until(lambda batch, path=path: batch.swept or path in batch.paths)  # type: ignore[misc]
        watching.coming.close()


def run_there(disk: Path, chosen: str, *rooms: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-k", chosen]
    done = subprocess.run(
        [*command, f"--basetemp={disk / 'run'}", *rooms],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout[-3000:])
    assert done.returncode == 0


@pytest.mark.parametrize("_mount", [""], indirect=True, ids=["apfs"])
def test_a_killed_pass_is_finished_there(disk: Path) -> None:
    run_there(disk, "killed_pass_is_finished and here", "tests/edge/write/test_recovery.py")


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_writing_recovery_and_lock_are_as_everywhere(disk: Path) -> None:
    rooms = ["tests/edge/write", "tests/edge/platform/test_lock.py"]
    run_there(disk, "not windows and not another_case", *rooms)
