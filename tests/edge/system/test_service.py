"""The service's files: read back by systemd's own verifier and plistlib, run by a stand-in."""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from vault_sync.edge.command_lines import CommandLineError, systemd_word
from vault_sync.edge.platform import current
from vault_sync.edge.state import heartbeat
from vault_sync.edge.state.store import state_dir
from vault_sync.edge.system import service
from vault_sync.edge.system.service import Host, ServiceError, ServiceState

ODD = "My Vault $HOME 100%h \"q\" 'r' \\ 김 a\u3000b"


class Manager:
    """Takes commands as a service manager would, and remembers them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails = ""
        self.says = ""
        self.registry: dict[str, str] = {}

    def run(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        self.asked.append(shlex.join(words))
        failed = bool(self.fails) and self.fails in words
        if words[0] == "reg":
            return self._reg(*words[1:])
        return subprocess.CompletedProcess(list(words), int(failed), self.says, "no leave")

    def _reg(self, verb: str, key: str, _: str, name: str, *more: str) -> CompletedProcess[str]:
        place, text = f"{key}\\{name}", ""
        there = place in self.registry
        if verb == "add" and more[:3] == ("/t", "REG_SZ", "/d"):
            self.registry[place], there = f"REG_SZ {more[3]}", True
        elif there:
            text = f"{key}\n {name} {self.registry[place]}\n"
            if verb == "delete":
                del self.registry[place]
        return subprocess.CompletedProcess([], int(not there), text, "")


@pytest.fixture
def manager() -> Manager:
    return Manager()


@pytest.fixture
def host(tmp_path: Path, manager: Manager) -> Host:
    """A Linux session whose systemd answers."""
    runtime = tmp_path / "run"
    (runtime / "systemd").mkdir(parents=True)
    (runtime / "systemd" / "private").write_text("")
    environ = {"XDG_RUNTIME_DIR": str(runtime)}
    return Host("systemd", tmp_path / "home", environ, manager.run, 1000)


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    path = tmp_path / ODD
    path.mkdir()
    return path


def test_the_name_is_of_the_vault_alone() -> None:
    names = {service.name_of(Path(path)) for path in ("/a/notes", "/b/notes", "/a/김", "/", ODD)}
    assert len(names) == 5
    for name in names:
        assert name == shlex.quote(name)
        assert len(name) < 80
        assert not name.startswith("-")
    assert service.name_of(Path("/a/notes")) == service.name_of(Path("/a/notes"))
    assert "notes" in service.name_of(Path("/a/notes"))
    assert len(service.name_of(Path("/" + "x" * 250))) < 80


def test_the_name_is_the_same_in_every_release() -> None:
    """Else a newer program would leave the old service running beside its own."""
    assert service.name_of(Path("/a/My Notes")) == "vault-sync-My-Notes-6bfd5deb"
    assert service.name_of(Path("/" + "x" * 50)) == f"vault-sync-{'x' * 40}-8f8aa8bb"


def test_the_command_is_this_installation() -> None:
    command = service.command(Path("/v a"))
    assert command[0] == sys.executable
    assert Path(command[0]).is_absolute()
    assert command[-3:] == ("--vault", "/v a", "watch")
    # Started in a folder that holds a module of our name, it must not take that one.
    assert command[1:3] == ("-I", "-P")


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("plain", '"plain"'),
        ("a b", '"a b"'),
        ("100%h", '"100%%h"'),
        ('a"b', '"a\\"b"'),
        ("a\\b", '"a\\\\b"'),
        ("김 $HOME", '"김 $HOME"'),
        ("a\u3000b", '"a\u3000b"'),
    ],
)
def test_quoting(word: str, written: str) -> None:
    assert systemd_word(word) == written


@pytest.mark.parametrize("word", ["a\nExecStart=/bin/x", "a\x1b", os.fsdecode(b"\xff")])
def test_what_cannot_be_written_is_refused(word: str) -> None:
    with pytest.raises(CommandLineError, match="rename the folder"):
        service.unit(Path("/v") / word, service.command(Path("/v") / word), {})
    with pytest.raises(CommandLineError, match="rename the folder"):
        service.agent(Path("/v") / word, service.command(Path("/v") / word), {})


def test_the_unit() -> None:
    text = service.unit(Path("/home/x/v"), ("/opt/py", "x"), {"VAULT_SYNC_STATE_DIR": "/s 100%"})
    lines = text.splitlines()
    for line in (
        "Type=notify",
        'ExecStart=:"/opt/py" "x"',
        'Environment="VAULT_SYNC_STATE_DIR=/s 100%%"',
        "Restart=on-failure",
        "RestartPreventExitStatus=2 4",
        "WatchdogSec=300",
        "NoNewPrivileges=yes",
        "ProtectSystem=full",
        "PrivateTmp=yes",
        "WantedBy=default.target",
    ):
        assert line in lines


def test_a_vault_under_tmp_is_not_hidden_from_its_service() -> None:
    for place in ("/tmp/v", "/var/tmp/v"):
        assert "PrivateTmp=yes" not in service.unit(Path(place), ("/opt/py",), {}).splitlines()


def test_a_program_that_systemd_would_not_start_is_refused() -> None:
    with pytest.raises(CommandLineError, match="install it elsewhere"):
        service.unit(Path("/v"), ('/o"pt/py',), {})


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_reads_the_unit_as_meant(tmp_path: Path, host: Host, vault: Path) -> None:
    program = tmp_path / "py thon $HOME 100%h 김"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    file = service.install(vault, host, service.command(vault, str(program))).file
    verify = ["systemd-analyze", "--user", "verify", str(file)]
    environ = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}
    # A run without any unit at all tells whether the verifier works on this machine.
    works = subprocess.run(
        [*verify[:3], "/dev/null"], capture_output=True, text=True, env=environ, check=False
    )
    if "Failed to initialize manager" in works.stderr:
        pytest.skip(f"systemd-analyze does not work here: {works.stderr}")
    good = subprocess.run(verify, capture_output=True, text=True, env=environ, check=False)
    assert (good.returncode, good.stderr) == (0, "")
    # The counter-check: it does look for the program, under the name that was meant.
    program.unlink()
    bad = subprocess.run(verify, capture_output=True, text=True, env=environ, check=False)
    assert f"Command {program} is not executable" in bad.stderr


def test_install_where_systemd_answers(host: Host, manager: Manager, vault: Path) -> None:
    done = service.install(vault, host)
    assert done.file.parent == host.home / ".config" / "systemd" / "user"
    assert done.file.name == f"{service.name_of(vault)}.service"
    assert "My Vault" in done.file.read_text(encoding="utf-8")
    assert done.todo == ()
    assert list(done.ran) == manager.asked
    assert manager.asked == [
        "systemctl --user daemon-reload",
        f"systemctl --user enable {done.file.name}",
        f"systemctl --user restart {done.file.name}",
    ]
    assert service.install(vault, host) == done


def test_install_where_no_session_is(host: Host, manager: Manager, vault: Path) -> None:
    bare = replace(
        host, environ={"XDG_CONFIG_HOME": str(host.home / "c"), "VAULT_SYNC_STATE_DIR": "/s"}
    )
    done = service.install(vault, bare)
    assert done.file.is_relative_to(host.home / "c")
    assert manager.asked == []
    assert done.ran == ()
    assert done.todo[0] == "systemctl --user daemon-reload"
    assert 'Environment="VAULT_SYNC_STATE_DIR=/s"' in done.file.read_text(encoding="utf-8")
    found = service.state(vault, bare)
    assert (found.installed, found.enabled, found.active) == (True, None, None)


def test_a_command_that_fails_is_left_to_the_person(
    host: Host, manager: Manager, vault: Path
) -> None:
    manager.fails = "enable"
    done = service.install(vault, host)
    assert done.ran == ("systemctl --user daemon-reload",)
    assert [words.split()[2] for words in done.todo] == ["enable", "restart"]


def test_state(host: Host, manager: Manager, vault: Path) -> None:
    before = service.state(vault, host)
    assert (before.installed, before.enabled, before.active) == (False, True, True)
    service.install(vault, host)
    manager.fails = "is-active"
    after = service.state(vault, host)
    assert (after.installed, after.enabled, after.active) == (True, True, False)


def test_uninstall(host: Host, manager: Manager, vault: Path) -> None:
    file = service.install(vault, host).file
    wants = file.parent / "default.target.wants"
    wants.mkdir()
    (wants / file.name).symlink_to(file)
    manager.asked.clear()
    done = service.uninstall(vault, host)
    assert not file.exists()
    assert not (wants / file.name).is_symlink()
    assert done.todo == ()
    assert manager.asked == [
        f"systemctl --user disable --now {file.name}",
        "systemctl --user daemon-reload",
    ]
    service.uninstall(vault, host)  # again is no harm


def test_launchd(host: Host, manager: Manager, vault: Path) -> None:
    mac = replace(host, manager="launchd", environ={"VAULT_SYNC_STATE_DIR": "/s"})
    done = service.install(vault, mac)
    assert done.file.parent == host.home / "Library" / "LaunchAgents"
    label = f"org.{service.name_of(vault)}"
    assert done.file.name == f"{label}.plist"
    assert plistlib.loads(done.file.read_bytes()) == {
        "Label": label,
        "ProgramArguments": list(service.command(vault)),
        "EnvironmentVariables": {"VAULT_SYNC_STATE_DIR": "/s"},
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 10,
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "ExitTimeOut": 30,
    }
    assert manager.asked == [
        f"launchctl bootout gui/1000/{label}",
        f"launchctl bootstrap gui/1000 {shlex.quote(str(done.file))}",
    ]
    assert service.state(vault, mac) == ServiceState(done.file, True, enabled=True, active=False)
    manager.says = "state = running"
    assert service.state(vault, mac) == ServiceState(done.file, True, enabled=True, active=True)
    manager.says, manager.fails = "", "print"
    assert service.state(vault, mac) == ServiceState(done.file, True, enabled=False, active=False)
    assert service.uninstall(vault, mac).ran == (f"launchctl bootout gui/1000/{label}",)
    assert not done.file.exists()
    assert not service.state(vault, mac).installed
    service.uninstall(vault, mac)  # again is no harm


def test_this_host_is_known_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "NAME", "linux")
    assert service.this_host().manager == "systemd"
    monkeypatch.setattr(current, "NAME", "darwin")
    assert service.this_host().manager == "launchd"
    monkeypatch.setattr(current, "NAME", "win32")
    assert service.this_host().manager == "windows"


def test_a_program_that_is_missing_is_a_failure() -> None:
    host = service.this_host()
    assert host.run(["/none/systemctl"]).returncode == 127
    assert host.start(["/none/pythonw"]).returncode == 127
    assert host.start([sys.executable, "-c", "raise SystemExit(2)"]).returncode == 2


def test_a_manager_that_does_not_answer_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(words: Sequence[str], *, timeout: float, **_: object) -> None:
        raise subprocess.TimeoutExpired(words, timeout)

    monkeypatch.setattr(subprocess, "run", run)
    done = service.this_host().run(["systemctl", "--user", "daemon-reload"])
    assert done.returncode == 127 and "timed out after 60" in done.stderr


def test_what_a_manager_says_is_text_and_its_failure_a_number() -> None:
    program = (
        "import sys; sys.stdout.buffer.write(b'a\\xff\\n'); print('b', file=sys.stderr); exit(3)"
    )
    done = service.this_host().run([sys.executable, "-c", program])
    assert (done.returncode, done.stdout, done.stderr) == (3, "a\ufffd\n", "b\n")


@pytest.mark.parametrize(
    ("ends", "code", "words"), [(None, 0, ""), (0, 0, ""), (7, 7, "it ended at once")]
)
def test_what_is_started_is_left_running(
    monkeypatch: pytest.MonkeyPatch, ends: int | None, code: int, words: str
) -> None:
    """In its first seconds it is seen to fail; it has no window to read from or to write to."""

    class Process:
        def __init__(self, *_: object, **streams: int) -> None:
            self.returncode = ends
            assert set(streams.values()) == {subprocess.DEVNULL} and len(streams) == 3

        def wait(self, seconds: float) -> int:
            if ends is None:
                raise subprocess.TimeoutExpired("watch", seconds)
            return ends

    monkeypatch.setattr(subprocess, "Popen", Process)
    done = service.this_host().start(["watch"])
    assert (done.returncode, done.stderr) == (code, words)


def test_a_failure_without_words_is_told_by_its_number(
    host: Host, monkeypatch: pytest.MonkeyPatch, vault: Path
) -> None:
    silent = replace(host, run=lambda words: CompletedProcess(words, 5, "", " \n"))
    done = service.install(vault, silent)
    assert done.ran == () and len(done.todo) == 3 and done.failure == "exit code 5"


# ---- Windows


RUN = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"


@pytest.fixture
def windows(host: Host, manager: Manager, tmp_path: Path) -> Host:
    environ = {"VAULT_SYNC_STATE_DIR": str(tmp_path / "state")}
    manager.registry[r"HKCU\Environment\VAULT_SYNC_STATE_DIR"] = "REG_SZ elsewhere"
    return replace(host, manager="windows", environ=environ, start=manager.run)


@contextmanager
def watching(vault: Path, host: Host) -> Iterator[None]:
    """Be the daemon of a vault."""
    folder = state_dir(vault, host.environ)
    with heartbeat.only_one(folder):
        beat = heartbeat.Heartbeat(4711, 0, 0, "watching", None, "", {})
        heartbeat.write(folder, beat)
        yield


def test_windows(windows: Host, manager: Manager, vault: Path) -> None:
    assert service.state(vault, windows) == ServiceState(
        service.file_of(vault, windows), installed=False, enabled=False, active=False
    )
    done = service.install(vault, windows)
    place = rf"{RUN}\{service.name_of(vault)}"
    line = subprocess.list2cmdline(service.command(vault))
    assert (str(done.file), manager.registry[place]) == (place, f"REG_SZ {line}")
    assert done.ran[1] == line and len(done.ran) == 2 and not done.todo
    with watching(vault, windows):
        assert len(service.install(vault, windows).ran) == 1  # it runs already
        found = service.state(vault, windows)
        assert (found.installed, found.enabled, found.active) == (True, True, True)
        assert service.uninstall(vault, windows).ran[1] == "taskkill /F /PID 4711"
    assert place not in manager.registry
    assert service.uninstall(vault, windows).ran == ()
    assert "taskkill" not in manager.asked[-1]


@pytest.mark.parametrize(("bytes_", "enabled"), [("02", True), ("06", True), ("03", False)])
def test_what_the_task_manager_turned_off_is_not_enabled(
    bytes_: str, enabled: bool, windows: Host, manager: Manager, vault: Path
) -> None:
    service.install(vault, windows)
    manager.registry[rf"{APPROVED}\{service.name_of(vault)}"] = f"REG_BINARY {bytes_}0000"
    assert service.state(vault, windows).enabled is enabled


def test_what_windows_would_not_start_rightly_is_refused(
    windows: Host, manager: Manager, tmp_path: Path
) -> None:
    deep = tmp_path.joinpath(*["a long name of a folder"] * 12)
    deep.mkdir(parents=True)
    assert service.install(deep, windows, ["x" * 260]).ran[-1] == "x" * 260
    with pytest.raises(ServiceError, match="260 characters at login, and this one has 261"):
        service.install(deep, windows, ["x" * 261])
    with pytest.raises(ServiceError, match="260 characters"):
        service.install(deep, windows)
    manager.registry.clear()
    with pytest.raises(ServiceError, match="setx VAULT_SYNC_STATE_DIR"):
        service.install(tmp_path, windows)
    assert manager.registry == {}


def test_a_failure_is_told_in_its_own_words(windows: Host, manager: Manager, vault: Path) -> None:
    manager.fails = "watch"
    done = service.install(vault, windows)
    assert (len(done.ran), len(done.todo), done.failure) == (1, 1, "no leave")


def test_the_interpreter_without_a_window_is_taken(tmp_path: Path) -> None:
    python = tmp_path / "python.exe"
    assert service.command(tmp_path, str(python))[0] == str(python)
    (tmp_path / "pythonw.exe").touch()
    assert service.command(tmp_path, str(python))[0] == str(tmp_path / "pythonw.exe")
