"""One writer a vault: a lock that the kernel frees when its process dies, however it dies."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from vault_sync.edge.platform import current


class Busy(Exception):  # noqa: N818 - nothing is wrong, it is another's turn
    """Another process has locked the vault; `holder` names it: pid, command, since when."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"the vault is held by {holder}")
        self.holder = holder


@contextmanager
def locked(path: Path, wait: float) -> Iterator[None]:
    """Lock the file at `path`; wait for another process that has it, `wait` seconds at most.

    Nothing is written into the file: who holds it is asked of the kernel.

    Raises:
        Busy: another process still has it.
        OSError: the file cannot be made or opened.
    """
    file = current.files.open_to_write(path, new=False)
    try:
        _take(file, path, wait)
        yield
    finally:
        os.close(file)


@contextmanager
def locked_folder(folder: Path, wait: float) -> Iterator[None]:
    """Lock the folder of a vault, whatever path leads to it, as `locked` does a file.

    Where the file system cannot lock it (NFS), or it is gone, nothing is locked; and a holder that
    is no vault-sync, or a stranger who may not even write there, keeps nobody waiting.

    Raises:
        Busy: another process has locked it.
    """
    with ExitStack() as stack:
        for opened in (current.files.open_to_lock, current.files.open_mark):
            with suppress(OSError):  # the pass finds out what is wrong with it
                file = opened(folder)
                stack.callback(os.close, file)
                _take(file, folder, wait, current.system.is_ours)
        yield


def _take(
    file: int, path: Path, wait: float, is_ours: Callable[[int, Path], bool] = lambda *_: True
) -> None:
    end = time.monotonic() + wait
    while True:
        try:
            current.files.take_lock(file)
            return
        except BlockingIOError:
            if not is_ours(file, path):
                return
            if time.monotonic() >= end:
                holder = current.system.holder_of(file, path)
                raise Busy(holder or "another process") from None
        # A lock waits for ever or not at all; looking again is the third way.
        time.sleep(0.02)
