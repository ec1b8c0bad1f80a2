"""Where the daemon's log goes."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest
from vault_sync.edge.system.logs import logging_handler

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
