"""Syncthings on this machine, each with a vault; nothing leaves the loopback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from tests.support.vaults import Vault

KEY = "test"
NEVER = (".vault-sync", ".trash", "arxiv.jsonl")
"""What does not travel."""
OPTIONS = {
    "globalAnnounceEnabled": "false",
    "localAnnounceEnabled": "false",
    "relaysEnabled": "false",
    "natEnabled": "false",
    "urAccepted": "-1",
    "crashReportingEnabled": "false",
    "autoUpgradeIntervalH": "0",
    "startBrowser": "false",
}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class Syncthing:
    """One Syncthing with its home, its ports and the vault that it shares."""

    home: Path
    vault: Vault
    gui: int = field(default_factory=free_port)
    listen: int = field(default_factory=free_port)
    id: str = ""
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        # Syncthing 2 makes no default folder and has no option for that; this holds for both.
        environ = {**os.environ, "STNODEFAULTFOLDER": "1"}
        command = ["syncthing", "generate", f"--home={self.home}"]
        subprocess.run(command, check=True, capture_output=True, env=environ)
        file = self.home / "config.xml"
        tree = ET.parse(file)
        root = tree.getroot()
        options, gui, device = root.find("options"), root.find("gui"), root.find("device")
        assert options is not None and gui is not None and device is not None
        self.id = device.attrib["id"]
        for name, value in {
            **OPTIONS,
            "listenAddress": f"tcp://127.0.0.1:{self.listen}",
        }.items():
            for old in options.findall(name):
                options.remove(old)
            ET.SubElement(options, name).text = value
        for name, value in {"address": f"127.0.0.1:{self.gui}", "apikey": KEY}.items():
            for old in gui.findall(name):
                gui.remove(old)
            ET.SubElement(gui, name).text = value
        tree.write(file)
        serve = ["syncthing", "serve", f"--home={self.home}", "--no-browser", "--no-restart"]
        self.process = subprocess.Popen(
            [*serve, "--no-upgrade"],
            env=environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self.answers, "Syncthing does not answer")

    def answers(self) -> bool:
        try:
            return bool(self.ask("GET", "system/ping"))
        except OSError:
            return False

    def ask(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.gui}/rest/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-API-Key": KEY, "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def share_with(self, others: Sequence[Syncthing], most_copies: int) -> None:
        for other in others:
            address = f"tcp://127.0.0.1:{other.listen}"
            self.ask("POST", "config/devices", {"deviceID": other.id, "addresses": [address]})
        folder = {
            "id": "vault",
            "path": str(self.vault.root),
            "fsWatcherDelayS": 1,
            "maxConflicts": most_copies,
            "devices": [{"deviceID": each.id} for each in (self, *others)],
        }
        self.ask("POST", "config/folders", folder)

    def ignore(self, *patterns: str) -> None:
        """Neither take nor give files that match, beside those that never travel."""
        self.ask("POST", "db/ignores?folder=vault", {"ignore": [*patterns, *NEVER]})

    def pause(self, *, paused: bool) -> None:
        self.ask("PATCH", "config/folders/vault", {"paused": paused})

    def scan(self) -> None:
        self.ask("POST", "db/scan?folder=vault")

    def is_idle(self) -> bool:
        status = self.ask("GET", "db/status?folder=vault")
        return status["state"] == "idle" and not status["needFiles"] and not status["needDeletes"]

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def until(holds: Callable[[], bool], what: str, seconds: float = 90.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.2)


@dataclass
class Devices:
    """Devices that share a vault by Syncthing."""

    all: tuple[Syncthing, ...]

    @property
    def one(self) -> Vault:
        return self.all[0].vault

    @property
    def other(self) -> Vault:
        return self.all[1].vault

    def meet(self) -> None:
        """Let all exchange what they have, again after a pause, until they are idle and equal."""
        for each in self.all:
            each.pause(paused=False)
        self.settle()

    def part(self) -> None:
        for each in self.all:
            each.pause(paused=True)

    def settle(self) -> None:
        """Wait until all have the same bytes and no Syncthing has anything to do."""
        until(self._is_calm, "the devices do not come to rest")

    def _is_calm(self) -> bool:
        try:
            for each in self.all:
                each.scan()
            idle = all(each.is_idle() for each in self.all)
        except OSError:
            return False  # a folder that was paused a moment ago
        return idle and all(shared(each.vault) == shared(self.one) for each in self.all)


def shared(vault: Vault) -> dict[str, bytes]:
    """The Markdown files of a vault, by path, but for the trash."""
    return {
        path: content
        for path, content in vault.files().items()
        if path.endswith(".md") and not path.startswith(".")
    }


@contextmanager
def syncthings(vaults: Sequence[Vault], homes: Path, most_copies: int = 10) -> Iterator[Devices]:
    """A Syncthing for each vault, all of one folder, paused at first; all are ended."""
    devices = Devices(
        tuple(Syncthing(homes / f"home-{number}", vault) for number, vault in enumerate(vaults))
    )
    with ExitStack() as stack:
        for each in devices.all:
            stack.callback(each.stop)
            each.start()
        for each in devices.all:
            (each.vault.root / ".stfolder").mkdir(exist_ok=True)
            (each.vault.root / ".stignore").write_text("".join(f"{line}\n" for line in NEVER))
        for each in devices.all:
            each.share_with([other for other in devices.all if other is not each], most_copies)
        yield devices


def is_installed() -> bool:
    return shutil.which("syncthing") is not None
