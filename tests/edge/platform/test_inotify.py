"""A folder that the system does not watch is told of, and the error goes on."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from vault_sync.edge.platform.inotify import InotifyObserver, InotifyReader
from watchdog.events import FileSystemEventHandler
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


def test_an_observer_that_is_stopped_ends_all_that_it_began(tmp_path: Path) -> None:
    reader = InotifyReader(lambda _: None)
    reader.start()
    observer = InotifyObserver(reader)
    observer.start()
    observer.schedule(FileSystemEventHandler(), str(tmp_path))
    (emitter,) = observer.emitters
    observer.stop()
    assert not observer.emitters
    assert not any(thread.should_keep_running() for thread in (reader, observer, emitter))
