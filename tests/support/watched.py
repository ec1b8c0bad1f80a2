"""The daemon as a process of its own over a vault, and a person who edits beside it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support import fork_server
from tests.support.vaults import Vault
from vault_sync.edge import config
from vault_sync.edge.state.heartbeat import FILE
from vault_sync.edge.state.store import StateStore, state_dir
from vault_sync.sync.request import PassRequest
from vault_sync.sync.view import PassContext, only_look

SETTLE, QUIET = 0.1, 0.6
CONFLICTS = "Sync conflicts.md"


class Watched:
    """A vault and its daemon. `log` is what the daemon has logged."""

    def __init__(self, vault: Vault, quiet: float = QUIET, sweep: float = 1000.0) -> None:
        self.vault = vault
        vault.environ["XDG_STATE_HOME"] = str(vault.state.parent / "xdg")
        text = vault.read("vault-sync.toml")
        if "[watch]" not in text:
            times = f"settle = {SETTLE}\nquiet = {quiet}\nsweep = {sweep}"
            vault.write("vault-sync.toml", f"{text}\n[watch]\n{times}\n")
        self.process: subprocess.Popen[bytes] | fork_server.Run | None = None

    def start(
        self,
        *,
        ready: bool = True,
        program: Sequence[str] = (),
        before: Sequence[str] = (),
        **environ: str,
    ) -> None:
        """Start the daemon, or a `program` that is one, by way of the command `before` it."""
        usual = ["--vault", str(self.vault.root), "watch", "--offline"]
        passes, env = self.passes(), {**self.vault.env, **environ}
        if program or before:
            self.process = subprocess.Popen(
                [*before, sys.executable, *(program or ["-m", "vault_sync", *usual])],
                env=env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        else:
            self.process = fork_server.Run(usual, self.vault.root, env)
        if ready:
            self.until(lambda: self.passes() > passes)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Tell it to end; its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=100)
        code, self.process = self.process.returncode, None
        assert b"Traceback" not in errors and code is not None, errors.decode()
        return code

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    @property
    def log(self) -> str:
        found = list((self.vault.state.parent / "xdg").glob("vault-sync/log/*/vault-sync.log"))
        return found[0].read_text("utf-8") if found else ""

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Another process, this one, holds the vault."""
        state = StateStore(self.vault.root, self.directory)
        with state.lock(10):
            yield

    def passes(self) -> int:
        return self.log.count(" ms)\n")

    @property
    def directory(self) -> Path:
        return state_dir(self.vault.root, self.vault.env)

    def sign(self) -> Any:
        """What the daemon last said of itself."""
        try:
            return json.loads((self.directory / FILE).read_text("utf-8"))
        except FileNotFoundError:
            return {"waiting": {}, "doing": "not there"}

    # Waiting

    def until(self, so: Callable[[], object], seconds: float = 100.0) -> None:
        """Waits for something to be so."""
        end = time.monotonic() + seconds
        while not so():
            if self.process is not None and self.process.poll() is not None:
                errors = self.process.communicate()[1]
                raise AssertionError(f"it ended: {errors.decode()}{self.log}")
            assert time.monotonic() < end, f"not so after {seconds} s:\n{self.log}"
            time.sleep(0.01)

    def says(self, path: str, *words: str) -> None:
        """Waits until a file holds these words."""
        self.until(lambda: all(word in self.text(path) for word in words))

    def says_not(self, path: str, *words: str) -> None:
        self.until(lambda: not any(word in self.text(path) for word in words))

    def text(self, path: str) -> str:
        try:
            return self.vault.read(path)
        except FileNotFoundError:
            return ""

    def rests(self, seconds: float = 100.0) -> None:
        """Waits until nothing waits and a pass would write nothing: for good, as two looks say."""
        self.until(self._is_at_rest, seconds)
        passes = self.passes()
        time.sleep(2 * SETTLE)  # events of a moment ago are a moment by then
        if self.passes() != passes:
            self.rests(seconds)

    def _is_at_rest(self) -> bool:
        if self.sign()["waiting"]:
            return False
        state = StateStore(self.vault.root, self.directory)
        try:
            found = config.load(self.vault.root)
            view = only_look(PassContext(found, state), PassRequest(cause="check"))
            return not view.plan.operations
        except OSError:
            return False  # the vault is not there just now
        finally:
            state.close()


@contextmanager
def watching(vault: Vault, quiet: float = QUIET, sweep: float = 1000.0) -> Iterator[Watched]:
    """The daemon over a vault, after its first pass; it is ended whatever happens."""
    watched = Watched(vault, quiet, sweep)
    try:
        watched.start()
        yield watched
    finally:
        watched.kill()


# A person at an editor


def edit(vault: Vault, path: str, old: str, new: str, save: Callable[[Path, str], object]) -> None:
    text = vault.read(path)
    assert text.count(old) == 1, (path, old, text.count(old))
    save(vault.root / path, text.replace(old, new))


def everywhere(vault: Vault) -> str:
    """All texts of the vault and all saved ones."""
    found = [path for path in vault.root.rglob("*") if path.is_file() and ".git" not in path.parts]
    found += [path for path in vault.state.rglob("saved/**/*") if path.is_file()]
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in found)


def lost(vault: Vault, tokens: Iterable[str]) -> list[str]:
    """The tokens that stand nowhere: not in the vault, not among the saved texts."""
    text = everywhere(vault)
    return [token for token in tokens if token not in text]
