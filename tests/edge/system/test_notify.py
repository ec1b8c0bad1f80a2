"""sd_notify against a socket of our own; the commands that show a notification."""

from __future__ import annotations

import io
import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from vault_sync.edge.platform import current
from vault_sync.edge.system import notify
from vault_sync.edge.system.notify import logging_handler

_TITLE, _TEXT = 'a "title"; $(x)', "<b>two\nlines</b> & 김\x1b[31m"


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        yield listening


def test_nobody_listens() -> None:
    assert not notify.sd_notify("READY=1", {})
    assert not notify.sd_notify("READY=1", {"NOTIFY_SOCKET": ""})
    assert not notify.sd_notify("READY=1", {"NOTIFY_SOCKET": "vsock:2:1234"})


def test_the_manager_hears(manager: socket.socket) -> None:
    environ = {"NOTIFY_SOCKET": manager.getsockname()}
    assert notify.sd_notify("READY=1", environ)
    assert manager.recv(100) == b"READY=1"
    assert notify.sd_notify(notify.status_line("a\nb  김 \udcff"), environ)
    assert manager.recv(100) == "STATUS=a b 김 \\udcff".encode()


def test_an_abstract_socket_hears() -> None:
    name = f"vault-sync-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}")
        listening.settimeout(5)
        assert notify.sd_notify("READY=1", {"NOTIFY_SOCKET": f"@{name}"})
        assert listening.recv(100) == b"READY=1"


def test_a_manager_that_is_gone_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert not notify.sd_notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "none")})
    assert "READY" in caplog.text


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "-3"}, None),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),  # meant for another process
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "500000", "WATCHDOG_PID": str(os.getpid())}, 0.5),
    ],
)
def test_how_long_the_manager_waits(environ: dict[str, str], seconds: float | None) -> None:
    assert notify.watchdog_seconds(environ) == seconds


def test_a_notification_on_linux() -> None:
    command = notify.desktop_command(_TITLE, _TEXT, "linux")
    assert command[:2] == ["notify-send", "--app-name=vault-sync"]
    # Nothing of the text is an option, markup or a control character.
    assert command[2:] == ["--", _TITLE, "&lt;b&gt;two lines&lt;/b&gt; &amp; 김 [31m"]


def test_a_notification_on_macos_has_no_text_in_its_script() -> None:
    command = notify.desktop_command(_TITLE, _TEXT, "darwin")
    assert command[:2] == ["osascript", "-e"]
    assert "title" not in command[2].replace("with title (item 1 of argv)", "")
    assert command[3:] == [_TITLE, "<b>two lines</b> & 김 [31m"]


def test_showing_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    for name in ("notify-send", "osascript"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\nprintf "%s|" "$@" >"{tmp_path}/shown"\n')
        program.chmod(0o755)
    assert notify.desktop("title", "text")
    assert (tmp_path / "shown").read_text().endswith("title|text|")
    for name in ("notify-send", "osascript"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
    with caplog.at_level(logging.WARNING):
        assert not notify.desktop("title", "text")
    assert "notification" in caplog.text
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert not notify.desktop("title", "text")


def test_on_windows_none_is_shown_and_the_log_says_where_to_look(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(current, "NAME", "win32")
    with caplog.at_level(logging.INFO):
        assert not notify.desktop("title", "text")
    assert "the conflicts note" in caplog.text


# Logging


def _stream(*, terminal: bool) -> io.StringIO:
    stream = io.StringIO()
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    return stream


def _logged(handler: logging.Handler, message: str) -> None:
    handler.handle(logging.LogRecord("x", logging.INFO, "x", 1, message, None, None))
    handler.close()


@pytest.mark.parametrize("name", ["INVOCATION_ID", "NOTIFY_SOCKET", "JOURNAL_STREAM"])
def test_a_service_logs_to_its_manager(tmp_path: Path, name: str) -> None:
    stream = _stream(terminal=False)
    _logged(logging_handler({name: "x"}, stream, tmp_path / "logs"), "김 \x1b[31m \udcff")
    assert stream.getvalue() == "INFO 김 \\x1b[31m \\udcff\n"
    assert not (tmp_path / "logs").exists()


def test_at_a_terminal_the_log_has_times(tmp_path: Path) -> None:
    stream = _stream(terminal=True)
    _logged(logging_handler({}, stream, tmp_path / "logs"), "hello")
    assert stream.getvalue().endswith(" INFO hello\n")
    assert stream.getvalue().startswith("20")


def test_a_process_without_a_window_logs_to_a_file(tmp_path: Path) -> None:
    """Windows gives it no standard error."""
    _logged(logging_handler({}, None, tmp_path / "logs"), "hello")
    assert (tmp_path / "logs/vault-sync.log").read_text("utf-8").endswith("INFO hello\n")


def test_else_it_logs_to_a_file_that_does_not_grow_for_ever(tmp_path: Path) -> None:
    stream = _stream(terminal=False)
    handler = logging_handler({}, stream, tmp_path / "logs")
    for _ in range(4):
        handler.handle(logging.LogRecord("x", logging.INFO, "x", 1, "y" * 400_000, None, None))
    _logged(handler, "김 \udcff")
    assert stream.getvalue() == ""
    files = sorted((tmp_path / "logs").iterdir())
    assert [file.name for file in files] == ["vault-sync.log", "vault-sync.log.1"]
    assert sum(file.stat().st_size for file in files) < 2_100_000
    assert files[0].read_text(encoding="utf-8").endswith("김 \\udcff\n")


def test_a_log_of_a_megabyte_is_full_and_its_owners_alone(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        handler = logging_handler({}, None, tmp_path / "logs")
    finally:
        os.umask(umask)
    assert (tmp_path / "logs").stat().st_mode & 0o777 == 0o700

    def log(length: int) -> int:
        words = "y" * length
        handler.handle(logging.LogRecord("x", logging.INFO, "x", 1, words, None, None))
        return (tmp_path / "logs" / "vault-sync.log").stat().st_size

    around = log(100) - 100
    log(1_000_000 - 2 * around - 100 - 1)
    assert len(list((tmp_path / "logs").iterdir())) == 1, "a byte is left"
    log(0)
    assert len(list((tmp_path / "logs").iterdir())) == 2
    handler.close()
