"""One writer a vault."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from tests.support.folders import ROOT
from tests.support.state_rows import say
from tests.support.written_world import World
from vault_sync.edge.platform.lock import Busy, locked, locked_folder

# ---- one writer


_HOLD = """
import sys
from pathlib import Path
from vault_sync.edge.state.store import open_state
with open_state(Path(sys.argv[1]), {"VAULT_SYNC_STATE_DIR": sys.argv[2]}).lock(0):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_writer_is_told_who_holds_the_vault_and_a_killed_one_holds_nothing(
    world: World,
) -> None:
    where = [str(world.vault), world.environ["VAULT_SYNC_STATE_DIR"]]
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, *where],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        state = world.state()
        with pytest.raises(Busy) as caught, state.lock(0.05):
            pass
        assert f"process {holder.pid} " in caught.value.holder
        assert where[0] in caught.value.holder and "since" in caught.value.holder
        assert not state.has_base, "reading goes on"
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with state.lock(0):
            pass


@pytest.mark.parametrize("way", [locked, locked_folder])
def test_whoever_waits_has_the_lock_as_soon_as_it_is_free(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[Path, float], AbstractContextManager[None]],
) -> None:
    path = tmp_path / "lock" if way is locked else tmp_path
    holder = ExitStack()
    holder.enter_context(way(path, 0.0))
    monkeypatch.setattr("time.sleep", lambda _: holder.close())
    with way(path, 1000.0), pytest.raises(Busy), way(path, 0.0):
        pass


def test_the_lock_is_for_this_vault_alone(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = World(tmp_path_factory.mktemp("other"))
    with world.state().lock(0), other.state().lock(0):
        pass


def test_the_lock_is_free_after_an_error(world: World) -> None:
    state = world.state()
    with pytest.raises(ZeroDivisionError), state.lock(0):
        raise ZeroDivisionError
    with state.lock(0):
        pass


def test_writing_without_the_lock_is_a_bug(world: World) -> None:
    with pytest.raises(AssertionError):
        world.state().keep([say('"one"')])


@pytest.mark.skipif(sys.platform != "linux", reason="the holder is found in /proc")
@pytest.mark.parametrize("mark", [False, True])
def test_a_holder_that_is_no_vault_sync_keeps_nobody_waiting(tmp_path: Path, mark: bool) -> None:
    """Who may read a folder may lock it, for ever."""
    flock = shutil.which("flock")
    if flock is None:
        pytest.skip("no flock here")
    own = tmp_path / ".vault-sync"
    own.mkdir()
    (own / "lock").touch()
    held = own / "lock" if mark else tmp_path
    words = [flock, "--no-fork", str(held), "sh", "-c", "echo; exec sleep 60"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"\n"
        try:
            with locked_folder(tmp_path, 0.0):
                pass
        finally:
            holder.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has access lists")
@pytest.mark.parametrize(("folder", "wanted"), [(0o755, 0o600), (0o775, 0o660), (0o777, 0o666)])
def test_the_mark_is_open_to_who_may_write_in_the_vault(
    tmp_path: Path, folder: int, wanted: int
) -> None:
    own = tmp_path / ".vault-sync"
    own.mkdir()
    (own / "lock").touch(mode=0o644)
    tmp_path.chmod(folder)
    with locked_folder(tmp_path, 0.0):
        assert (own / "lock").stat().st_mode & 0o777 == wanted
