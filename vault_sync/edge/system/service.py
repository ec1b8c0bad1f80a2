"""The daemon as a service of the user's session, per vault.

It is a systemd user unit, a launchd agent or, on Windows, a value of the registry with the command
that is run at login. Files are written; the service manager is only asked to act where a session
of it is there, else the commands are returned for the person to run.
"""

from __future__ import annotations

import hashlib
import os
import plistlib
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, NamedTuple

from vault_sync.edge import command_lines
from vault_sync.edge.command_lines import (
    for_sh,
    for_systemd,
    for_windows,
    plain,
    systemd_specifiers,
    systemd_word,
)
from vault_sync.edge.platform import current
from vault_sync.edge.state import heartbeat
from vault_sync.edge.state.store import open_state

Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]
Manager = Literal["systemd", "launchd", "windows"]

# Where the daemon finds what it remembers must be what the person's own commands use.
_CARRIED = ("VAULT_SYNC_STATE_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")


_RUN_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
"""Holds a command line for each program that Windows starts when this user logs in."""
_STARTUP_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
"""Says which of them were turned off, in the Task Manager; one in use begins with 2 or 6."""
_RUN_LENGTH = 260
"""Windows starts no longer line at login (Microsoft, "Run and RunOnce Registry Keys")."""


class ServiceError(Exception):
    """The service cannot be set up here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Host:
    """The session that the service lives in. `start` leaves running what it runs."""

    manager: Manager
    home: Path
    environ: Mapping[str, str]
    run: Run
    uid: int
    start: Run = field(default_factory=lambda: _start)

    @property
    def has_session(self) -> bool:
        """True if the service manager answers: at a bare login or in a container it does not."""
        if self.manager != "systemd":
            return True
        runtime = self.environ.get("XDG_RUNTIME_DIR", "")
        return bool(runtime) and (Path(runtime) / "systemd" / "private").exists()


class Done(NamedTuple):
    """The outcome: the service's file, the commands that were run, those left to the person.

    `failure`: the words of the first of those left, where it was run and failed. On Windows the
    file is a value of the registry.
    """

    file: Path
    ran: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()
    failure: str = ""


class ServiceState(NamedTuple):
    """`enabled` and `active` are None where the service manager cannot be asked."""

    file: Path
    installed: bool
    enabled: bool | None = None
    active: bool | None = None


def this_host() -> Host:
    """Return the session of this process."""
    managers: dict[str, Manager] = {"darwin": "launchd", "win32": "windows"}
    manager = managers.get(current.NAME, "systemd")
    return Host(manager, Path.home(), os.environ, _run, current.files.user_id())


def command(vault: Path, python: str = sys.executable) -> tuple[str, ...]:
    """Return the daemon's command line; its interpreter opens no window."""
    python = command_lines.windowless(python)
    return command_lines.command_line("--vault", str(vault), "watch", python=python)


def name_of(vault: Path) -> str:
    """Return the service's name: words of the vault's name, and part of its path's hash.

    systemd's own escape of a path is longer than a unit's name may be at twenty syllables of
    Korean, and has to be quoted in a shell.
    """
    words = re.sub(r"[^A-Za-z0-9]+", "-", vault.name)[:40].strip("-")
    digest = hashlib.sha256(os.fsencode(vault)).hexdigest()[:8]
    return "-".join(part for part in ("vault-sync", words, digest) if part)


def file_of(vault: Path, host: Host) -> Path:
    """Return the service's file, or the value of the registry that stands for one."""
    if host.manager == "windows":
        return Path(rf"{_RUN_KEY}\{name_of(vault)}")
    if host.manager == "launchd":
        return host.home / "Library" / "LaunchAgents" / f"{_label(vault)}.plist"
    config = host.environ.get("XDG_CONFIG_HOME") or str(host.home / ".config")
    return Path(config) / "systemd" / "user" / f"{name_of(vault)}.service"


def install(vault: Path, host: Host, arguments: Sequence[str] | None = None) -> Done:
    """Write the service's file and start the service; again is no harm.

    Raises:
        CommandLineError, ServiceError: the service cannot be written down, or not like this.
        OSError: the file cannot be written.
    """
    vault = vault.resolve()
    arguments = arguments or command(vault)
    if host.manager == "windows":
        return _install_at_login(vault, host, arguments)
    carried = {name: host.environ[name] for name in _CARRIED if host.environ.get(name)}
    file = file_of(vault, host)
    file.parent.mkdir(parents=True, exist_ok=True)
    if host.manager == "launchd":
        file.write_bytes(agent(vault, arguments, carried))
        domain = f"gui/{host.uid}"
        # bootstrap refuses an agent that is loaded already; bootout of one that is not is no error.
        host.run(["launchctl", "bootout", f"{domain}/{_label(vault)}"])
        return _carried_out(host, file, [["launchctl", "bootstrap", domain, str(file)]])
    file.write_text(unit(vault, arguments, carried), encoding="utf-8", newline="\n")
    systemctl = ["systemctl", "--user"]
    return _carried_out(
        host,
        file,
        [
            [*systemctl, "daemon-reload"],
            [*systemctl, "enable", file.name],
            [*systemctl, "restart", file.name],
        ],
    )


def _install_at_login(vault: Path, host: Host, arguments: Sequence[str]) -> Done:
    """Let Windows start the daemon at each login, and start it now unless it runs."""
    state_dir = host.environ.get("VAULT_SYNC_STATE_DIR")
    lasting = ["reg", "query", r"HKCU\Environment", "/v", "VAULT_SYNC_STATE_DIR"]
    if state_dir and host.run(lasting).returncode != 0:
        words = command_lines.for_windows(["setx", "VAULT_SYNC_STATE_DIR", state_dir])
        raise ServiceError(
            "VAULT_SYNC_STATE_DIR is set in this window only, and the service would have another "
            f"memory: run `{words}`, then this again"
        )
    file = file_of(vault, host)
    line = command_lines.for_windows(arguments)
    if len(line) > _RUN_LENGTH:
        raise ServiceError(
            f"Windows starts no command of more than {_RUN_LENGTH} characters at login, and this "
            f"one has {len(line)}: let its Task Scheduler start `vault-sync watch`, or move the "
            "vault, or the program, to a shorter path"
        )
    value = ("/v", name_of(vault), "/t", "REG_SZ", "/d", line, "/f")
    done = _carried_out(host, file, [["reg", "add", _RUN_KEY, *value]])
    if done.todo or _daemon(vault, host) is not None:
        return done
    started = _carried_out(replace(host, run=host.start), file, [arguments])
    return started._replace(ran=done.ran + started.ran)


def uninstall(vault: Path, host: Host) -> Done:
    """Stop the service and remove its file; a service that is not there is none to remove."""
    vault = vault.resolve()
    if host.manager == "windows":
        return _uninstall_at_login(vault, host)
    file = file_of(vault, host)
    if host.manager == "launchd":
        done = _carried_out(
            host, file, [["launchctl", "bootout", f"gui/{host.uid}/{_label(vault)}"]]
        )
        file.unlink(missing_ok=True)
        return done
    systemctl = ["systemctl", "--user"]
    before = _carried_out(host, file, [[*systemctl, "disable", "--now", file.name]])
    file.unlink(missing_ok=True)
    # What `enable` linked, for a session that is not there to take it away.
    (file.parent / "default.target.wants" / file.name).unlink(missing_ok=True)
    after = _carried_out(host, file, [[*systemctl, "daemon-reload"]])
    return Done(file, before.ran + after.ran, after.todo, after.failure)


def _uninstall_at_login(vault: Path, host: Host) -> Done:
    """Take the command out of the registry, and end the daemon: what it was writing is recovered.

    A process without a window cannot be asked to end there.
    """
    file = file_of(vault, host)
    if not installed(vault, host):
        return Done(file)
    commands = [["reg", "delete", _RUN_KEY, "/v", name_of(vault), "/f"]]
    daemon = _daemon(vault, host)
    if daemon is not None:
        commands.append(["taskkill", "/F", "/PID", str(daemon)])
    return _carried_out(host, file, commands)


def _daemon(vault: Path, host: Host) -> int | None:
    """Return the process of a vault's daemon, if one runs."""
    with open_state(vault, host.environ) as state:
        beat = heartbeat.read(state.directory)
    return beat.pid if beat is not None and beat.alive else None


def installed(vault: Path, host: Host) -> bool:
    """Return True if the service's file, or what stands for it, is there."""
    vault = vault.resolve()
    if host.manager == "windows":
        return host.run(["reg", "query", _RUN_KEY, "/v", name_of(vault)]).returncode == 0
    return file_of(vault, host).is_file()


def state(vault: Path, host: Host) -> ServiceState:
    """Return the state: is the service installed, does it start with the session, does it run."""
    vault = vault.resolve()
    file, there = file_of(vault, host), installed(vault, host)
    if not host.has_session:
        return ServiceState(file, there)
    if host.manager == "windows":
        words = host.run(["reg", "query", _STARTUP_KEY, "/v", name_of(vault)]).stdout.split()
        turned_off = "REG_BINARY" in words and words[-1][:2] not in {"02", "06"}
        return ServiceState(file, there, there and not turned_off, _daemon(vault, host) is not None)
    if host.manager == "launchd":
        loaded = host.run(["launchctl", "print", f"gui/{host.uid}/{_label(vault)}"])
        running = "state = running" in loaded.stdout
        return ServiceState(file, there, loaded.returncode == 0, running)
    verbs = ("is-enabled", "is-active")
    enabled, active = (
        host.run(["systemctl", "--user", "--quiet", verb, file.name]).returncode == 0
        for verb in verbs
    )
    return ServiceState(file, there, enabled, active)


def unit(vault: Path, arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the text of the systemd unit (systemd.service(5), systemd.exec(5)).

    Raises:
        CommandLineError: a word of it cannot be written.
    """
    carried = "".join(
        f"Environment={systemd_word(f'{name}={environ[name]}')}\n" for name in environ
    )
    # A private /tmp would hide a vault that lies there.
    temporary = "/tmp", "/var/tmp"  # noqa: S108  # named, not written to
    private = not any(vault.is_relative_to(folder) for folder in temporary)
    return f"""\
[Unit]
Description=vault-sync for {systemd_specifiers(plain(vault.name))}
StartLimitIntervalSec=5min
StartLimitBurst=5

[Service]
Type=notify
NotifyAccess=main
ExecStart={for_systemd(arguments)}
ExecReload=/bin/kill -HUP $MAINPID
{carried}Restart=on-failure
RestartSec=5
# 2: the configuration is wrong; 4: another instance holds the vault. Neither heals by itself.
RestartPreventExitStatus=2 4
WatchdogSec=300
TimeoutStopSec=30
Nice=5
NoNewPrivileges=yes
ProtectSystem=full
{"PrivateTmp=yes" if private else "# The vault lies in a temporary folder, so it must see it."}

[Install]
WantedBy=default.target
"""


def agent(vault: Path, arguments: Sequence[str], environ: Mapping[str, str]) -> bytes:
    """Return the launchd property list (launchd.plist(5))."""
    return plistlib.dumps(
        {
            "Label": _label(vault),
            "ProgramArguments": [plain(argument) for argument in arguments],
            "EnvironmentVariables": dict(environ),
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": 10,
            "ProcessType": "Background",
            "LowPriorityIO": True,
            "ExitTimeOut": 30,
        }
    )


def _label(vault: Path) -> str:
    return f"org.{name_of(vault)}"


def _carried_out(host: Host, file: Path, commands: Sequence[Sequence[str]]) -> Done:
    """Run the commands where a session is there; what is not run, or fails, is left to do."""
    words_of = for_windows if host.manager == "windows" else for_sh
    lines = tuple(map(words_of, commands))
    if not host.has_session:
        return Done(file, todo=lines)
    for number, words in enumerate(commands):
        done = host.run(words)
        if done.returncode != 0:
            failure = done.stderr.strip() or f"exit code {done.returncode}"
            return Done(file, lines[:number], lines[number:], failure)
    return Done(file, lines)


def _run(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            words, capture_output=True, text=True, errors="replace", check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(list(words), 127, "", str(error))


def _start(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Start a process that stays; one that fails within three seconds is seen."""
    nothing = subprocess.DEVNULL
    try:
        process = subprocess.Popen(words, stdin=nothing, stdout=nothing, stderr=nothing)
        code = process.wait(3)
    except subprocess.TimeoutExpired:
        process.returncode = code = 0  # it is not ours to wait for
    except OSError as error:
        return subprocess.CompletedProcess(list(words), 127, "", str(error))
    return subprocess.CompletedProcess(list(words), code, "", "it ended at once" if code else "")
