"""The service's files: read back by systemd's own verifier and plistlib, run by a stand-in."""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from vault_sync.edge.platform import current
from vault_sync.edge.system import service
from vault_sync.edge.system.service import Host, ServiceError

ODD = "My Vault $HOME 100%h \"q\" 'r' \\ 김 a\u3000b"


class Manager:
    """Takes commands as a service manager would, and remembers them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails = ""
        self.says = ""

    def run(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        self.asked.append(shlex.join(words))
        failed = bool(self.fails) and self.fails in words
        return subprocess.CompletedProcess(list(words), int(failed), self.says, "")


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


def test_the_command_is_this_installation() -> None:
    command = service.command(Path("/v a"))
    assert command[0] == sys.executable
    assert Path(command[0]).is_absolute()
    assert command[-3:] == ("--vault", "/v a", "watch")
    # Started in a folder that holds a module of our name, it must not take that one.
    assert "-P" in command


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
    assert service.quoted(word) == written


@pytest.mark.parametrize("word", ["a\nExecStart=/bin/x", "a\x1b", os.fsdecode(b"\xff")])
def test_what_cannot_be_written_is_refused(word: str) -> None:
    with pytest.raises(ServiceError, match="rename the folder"):
        service.unit(Path("/v") / word, service.command(Path("/v") / word), {})
    with pytest.raises(ServiceError, match="rename the folder"):
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
    with pytest.raises(ServiceError, match="install it elsewhere"):
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
    told = plistlib.loads(done.file.read_bytes())
    assert done.file.name == f"{told['Label']}.plist"
    assert told["ProgramArguments"] == list(service.command(vault))
    assert told["EnvironmentVariables"] == {"VAULT_SYNC_STATE_DIR": "/s"}
    assert told["RunAtLoad"] is True
    assert told["KeepAlive"] == {"SuccessfulExit": False}
    assert manager.asked[-1] == f"launchctl bootstrap gui/1000 {shlex.quote(str(done.file))}"
    manager.says = "state = running"
    found = service.state(vault, mac)
    assert (found.installed, found.enabled, found.active) == (True, True, True)
    assert service.uninstall(vault, mac).ran == (f"launchctl bootout gui/1000/{told['Label']}",)
    assert not done.file.exists()


def test_this_host_is_known_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "NAME", "linux")
    assert service.this_host().manager == "systemd"
    monkeypatch.setattr(current, "NAME", "darwin")
    assert service.this_host().manager == "launchd"
    monkeypatch.setattr(current, "NAME", "win32")
    with pytest.raises(ServiceError, match="scheduler"):
        service.this_host()


def test_a_program_that_is_missing_is_a_failure() -> None:
    host = service.this_host()
    assert host.run(["/none/systemctl"]).returncode == 127
