"""A folder that the system does not watch is told of, and the error goes on."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from vault_sync.edge.platform.inotify import InotifyReader
from watchdog.observers.inotify_c import InotifyFD


@pytest.mark.parametrize(
    ("code", "told"), [(errno.ENOSPC, True), (errno.EMFILE, True), (errno.ENOENT, False)]
)
def test_a_refused_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, told: bool
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, "planted")

    monkeypatch.setattr(InotifyFD, "add_callback", refuse)
    refused: list[str] = []
    reader = InotifyReader(refused.append)
    with pytest.raises(OSError, match="planted"):
        reader.add_callback(bytes(tmp_path), 0, None, 0)  # type: ignore[arg-type]
    assert refused == ([str(tmp_path)] if told else [])


def test_a_reader_is_a_thread_that_ends_when_it_is_told_to() -> None:
    reader = InotifyReader(lambda _: None)
    assert not reader.is_alive()
    reader.start()
    assert reader.is_alive()
    reader.stop()
    reader.join()
