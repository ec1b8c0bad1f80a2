"""The program on a Python for Windows, over the same files: by Wine, or on Windows itself.

`VAULT_SYNC_WINDOWS_PYTHON` is a command that runs one which has the package's dependencies and the
project on its path; without it these tests are skipped. Wine shows what Python and the calls of
Windows do, and nothing of NTFS, Defender or OneDrive.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from tests.support.folders import ROOT, SAMPLE
from tests.support.vaults import BAYES, DIGEST, OCTOPACK, Ran, Vault

PYTHON = shlex.split(os.environ.get("VAULT_SYNC_WINDOWS_PYTHON", ""), posix=os.name != "nt")
pytestmark = [
    pytest.mark.platform,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not PYTHON, reason="VAULT_SYNC_WINDOWS_PYTHON names no Python for Windows"),
]


def there(path: Path) -> str:
    """Return a path as Wine names it: the whole disk is its drive Z."""
    return str(path) if os.name == "nt" else "Z:" + str(path).replace("/", "\\")


@dataclass
class WindowsVault(Vault):
    """The sample vault, for a program that runs on Windows."""

    def run(self, *arguments: str, cwd: Path | None = None, stdin: str | None = None) -> Ran:
        del cwd, stdin
        return self.python("-m", "vault_sync", "--vault", there(self.root), *arguments)

    def python(self, *arguments: str) -> Ran:
        # Into files, not pipes: what Wine starts beside it lives on and would keep a pipe open.
        with TemporaryFile() as out, TemporaryFile() as err:
            done = subprocess.run(
                [*PYTHON, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=self.there,
                check=False,
                cwd=self.root,
            )
            out.seek(0)
            err.seek(0)
            said = out.read()
            assert b"\r" not in said or arguments[0] != "-m"
            return Ran(done.returncode, said.decode(), err.read().decode("utf-8", "replace"))

    @property
    def there(self) -> dict[str, str]:
        # A temporary folder of this system is none there, and Wine 10 dies of it.
        own = {name: value for name, value in os.environ.items() if name != "TMPDIR"}
        return own | {"VAULT_SYNC_STATE_DIR": there(self.state)}


@pytest.fixture
def vault(tmp_path: Path) -> WindowsVault:
    """The sample, rebuilt on Windows, in a folder whose name has a blank and Korean."""
    root = tmp_path / "논문 vault"
    shutil.copytree(SAMPLE, root)
    shutil.rmtree(root / "papers")
    found = WindowsVault(root, tmp_path / "state")
    found.ok("rebuild")
    return found


def edit(vault: Vault, path: str, old: str, new: str) -> None:
    file = vault.root / path
    text = file.read_bytes()
    assert old.encode() in text
    file.write_bytes(text.replace(old.encode(), new.encode(), 1))


def texts(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.md")}


@pytest.mark.skipif(os.name == "nt", reason="here is there")
def test_the_sample_has_the_same_bytes_as_here(vault: WindowsVault, tmp_path: Path) -> None:
    here = Vault(tmp_path / "here", tmp_path / "state here")
    shutil.copytree(SAMPLE, here.root)
    shutil.rmtree(here.root / "papers")
    here.ok("rebuild")
    assert texts(vault.root) == texts(here.root)
    assert not any(b"\r" in text for text in texts(vault.root).values())


def test_a_day_of_work(vault: WindowsVault) -> None:
    edit(vault, DIGEST, "#ddpm", "#ddpm #edited")
    edit(vault, OCTOPACK, "흥미로운 방법인 것 같습니다.", "흥미로운 방법입니다.")
    assert vault.run("check").code == 1
    vault.ok("sync")
    assert b"edited" in (vault.root / BAYES).read_bytes()
    assert "흥미로운 방법입니다." in (vault.root / DIGEST).read_text("utf-8")
    vault.ok("check")
    assert "14 entries" in vault.ok("status").out
    assert "2023년 8월 3주차" in vault.ok("log").out
    doctor = vault.ok("doctor").out
    assert "case ignored, safe replace by a pinned handle (proved)" in doctor
    assert "\\cite" not in vault.ok("export", DIGEST).out
    vault.ok("undo")
    assert b"edited" not in (vault.root / BAYES).read_bytes()
    assert "nothing to do" in vault.ok("sync").out


def test_a_conflict_is_resolved(vault: WindowsVault) -> None:
    edit(vault, DIGEST, "흥미로운 방법인", "다이제스트의 방법인")
    edit(vault, OCTOPACK, "흥미로운 방법인", "노트의 방법인")
    assert "conflict" in vault.run("sync").out
    vault.ok("resolve", OCTOPACK, "--take", "note")
    assert "노트의 방법인" in (vault.root / DIGEST).read_text("utf-8")
    assert b"\r" not in (vault.root / DIGEST).read_bytes()


KILLED = """
import os, sys
from vault_sync.edge.platform import windows
move = windows.Windows.move
def killed(self, path, to, *, replace=False):
    if to.endswith(".md") and os.path.exists(path + ".out"):
        os._exit(9)
    move(self, path, to, replace=replace)
windows.Windows.move = killed
from vault_sync.cli.main import main
main(["--vault", sys.argv[1], "sync"])
"""


def test_killed_between_the_two_steps_of_a_swap(vault: WindowsVault) -> None:
    edit(vault, DIGEST, "#ddpm", "#ddpm #edited")
    before = (vault.root / BAYES).read_bytes()
    assert vault.python("-c", KILLED, there(vault.root)).code == 9
    assert not (vault.root / BAYES).exists()
    assert before in [path.read_bytes() for path in vault.root.glob(".vault-sync/tmp/*.out")]
    assert "finished" in vault.ok("sync").err
    assert b"edited" in (vault.root / BAYES).read_bytes()


ATTRIBUTES = """
import ctypes, sys
_, path, *wanted = sys.argv
for each in wanted:
    assert ctypes.windll.kernel32.SetFileAttributesW(path, int(each, 16))
print(hex(ctypes.windll.kernel32.GetFileAttributesW(path) & 0x3))
"""
READ_ONLY, HIDDEN = "1", "2"


def test_attributes_and_access_stay(vault: WindowsVault) -> None:
    """Wine makes an access list of a mode, and about that mode of it: others have no access."""
    note, edited = vault.root / BAYES, "#ddpm #edited"
    note.chmod(0o600)
    assert vault.python("-c", ATTRIBUTES, there(note), HIDDEN).out.strip() == "0x2"
    edit(vault, DIGEST, "#ddpm", edited)
    vault.ok("sync")
    assert b"edited" in note.read_bytes()
    assert vault.python("-c", ATTRIBUTES, there(note)).out.strip() == "0x2"
    if os.name != "nt":
        assert note.stat().st_mode & 0o007 == 0
    vault.python("-c", ATTRIBUTES, there(note), READ_ONLY)
    edit(vault, DIGEST, edited, "#ddpm")
    ran = vault.run("sync")
    assert ran.code == 1 and "it is read-only: allow writing" in ran.err, ran
    assert b"edited" in note.read_bytes()


KEPT_OPEN = """
import sys
from vault_sync.cli.main import main
from vault_sync.edge.platform.windows import Windows
from vault_sync.edge.platform.windows_handles import Access, Share
kept = Windows().open(sys.argv[2], Access.READ, Share.READ, follow=True)
main(["--vault", sys.argv[1], "sync"])
"""


def test_a_note_that_another_program_keeps_open_waits(vault: WindowsVault) -> None:
    edit(vault, DIGEST, "#ddpm", "#ddpm #edited")
    ran = vault.python("-c", KEPT_OPEN, there(vault.root), there(vault.root / BAYES))
    assert ran.code == 1 and "another program has it open" in ran.out + ran.err, ran
    assert b"edited" not in (vault.root / BAYES).read_bytes()
    vault.ok("sync")
    assert b"edited" in (vault.root / BAYES).read_bytes()


CALLS = """
import subprocess, sys
try:
    sys.exit(subprocess.run(sys.argv[1:]).returncode)
except FileNotFoundError:
    sys.exit(127)
"""


def test_the_hook_judges_each_commit(vault: WindowsVault) -> None:
    """With git for Windows and its shell on the path of that Python."""

    def git(*arguments: str) -> int:
        """Call git there."""
        who = ("-c", "user.name=n", "-c", "user.email=e", "-c", "core.autocrlf=true")
        return vault.python("-c", CALLS, "git", "-C", there(vault.root), *who, *arguments).code

    if git("init", "-q"):
        pytest.skip("that Python finds no git, or git not the folder (Wine knows no /dev/shm)")
    assert git("add", "-A") == git("commit", "-qm", "one") == 0
    vault.ok("git", "install")
    hook = (vault.root / ".git/hooks/pre-commit").read_bytes()
    assert hook.startswith(b"#!/bin/sh\n") and b"\r" not in hook
    edit(vault, DIGEST, "#ddpm", "#ddpm #edited")
    assert git("add", "-A") == 0 and git("commit", "-qm", "one side") == 1
    vault.ok("sync")
    assert git("add", "-A") == git("commit", "-qm", "both sides") == 0


STORM = """
import itertools, os, random, sys, threading, time
from pathlib import Path
from vault_sync.edge.platform import current
from vault_sync.edge.platform.values import Changed
folder = Path(sys.argv[1])
note, done, ways = folder / "note.md", False, {"out": 0, "changed": 0, "busy": 0, "unseen": 0}
note.write_bytes(b"start")
def editor(by_rename):
    for number in itertools.count():
        if done:
            return
        text = b"%d %d" % (by_rename, number)
        try:
            if by_rename:
                (folder / "editor").write_bytes(text)
                os.replace(folder / "editor", note)
            else:
                note.write_bytes(text)
        except OSError:
            pass
        time.sleep(random.random() * 0.06)
threads = [threading.Thread(target=editor, args=(way,)) for way in (0, 1)]
for each in threads:
    each.start()
opened = current.files.open_root(folder)
end = time.monotonic() + 20
for number in itertools.count():
    if time.monotonic() > end:
        break
    try:
        before = note.read_bytes()
        (folder / f"t{number}").write_bytes(b"ours after " + before)
        spare = current.files.exchange_pinned(
            opened, f"t{number}", opened, "note.md", before.__eq__
        )
        ways["out"] += 1
        ways["unseen"] += (folder / spare).read_bytes() != before
    except Changed:
        ways["changed"] += 1
    except OSError:
        ways["busy"] += 1
done = True
print(*(f"{way}={number}" for way, number in ways.items()))
"""


def test_no_save_is_lost_in_a_storm(vault: WindowsVault, tmp_path: Path) -> None:
    (tmp_path / "storm").mkdir()
    ran = vault.python("-c", STORM, there(tmp_path / "storm"))
    print(ran.out)
    ways = {way: int(number) for way, number in re.findall(r"(\w+)=(\d+)", ran.out)}
    assert ways["unseen"] == 0 and ways["out"] + ways["changed"] > 20, (ways, ran.err)


def until(condition: Callable[[], object], seconds: float) -> float:
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds
        time.sleep(0.2)
    return time.monotonic() - start


def is_at_rest(vault: WindowsVault) -> bool:
    """Return True if a daemon has made its first pass."""
    files = list(vault.state.glob("*/daemon.json"))
    return bool(files) and json.loads(files[0].read_text("utf-8"))["last_pass"] is not None


QUIET, AND_MORE = 2, 5
"""Seconds: of rest, and those in which an edit must have arrived after them."""


def edits_arrive(vault: WindowsVault) -> None:
    """Edit either side beside a daemon, and call the program beside it."""
    until(lambda: is_at_rest(vault), 60)
    edit(vault, DIGEST, "#ddpm", "#ddpm #edited")
    note, digest = vault.root / BAYES, vault.root / DIGEST
    print(until(lambda: b"edited" in note.read_bytes(), QUIET + AND_MORE))
    edit(vault, OCTOPACK, "흥미로운 방법인 것 같습니다.", "흥미로운 방법입니다.")
    arrived = "흥미로운 방법입니다."
    print(until(lambda: arrived in digest.read_text("utf-8"), QUIET + AND_MORE))
    assert "watching" in vault.ok("status").out
    assert "nothing to do" in vault.ok("sync").out


@pytest.fixture
def quiet_vault(vault: WindowsVault) -> WindowsVault:
    with (vault.root / "vault-sync.toml").open("a") as file:
        file.write(f"\n[watch]\nquiet = {QUIET}\n")
    return vault


def test_watch_carries_edits_both_ways(quiet_vault: WindowsVault) -> None:
    vault = quiet_vault
    command = ["-m", "vault_sync", "--vault", there(vault.root), "watch", "--offline"]
    out = vault.root.parent / "out"
    with (
        out.open("wb") as stream,
        subprocess.Popen(
            [*PYTHON, *command], env=vault.there, stdout=stream, stderr=subprocess.STDOUT
        ) as daemon,
    ):
        try:
            edits_arrive(vault)
        finally:
            daemon.terminate()
        daemon.wait(30)


def test_the_service_starts_at_login_and_now(quiet_vault: WindowsVault) -> None:
    vault = quiet_vault
    lasting = (r"HKCU\Environment", "/v", "VAULT_SYNC_STATE_DIR")
    if vault.python("-c", CALLS, "reg", "query", *lasting).code == 0:
        pytest.skip("VAULT_SYNC_STATE_DIR is set there for good, and not to be changed")
    refused = vault.run("service", "install")
    assert refused.code == 2 and "setx VAULT_SYNC_STATE_DIR" in refused.err
    vault.python("-c", CALLS, "reg", "add", *lasting, "/d", there(vault.state), "/f")
    try:
        ran = vault.ok("service", "install").out
        assert "CurrentVersion\\Run\\vault-sync-" in ran and "pythonw.exe" in ran
        edits_arrive(vault)
        found = vault.ok("--json", "service", "status").json
        assert found["installed"] and found["enabled"] and found["active"]
    finally:
        vault.ok("service", "uninstall")
        vault.python("-c", CALLS, "reg", "delete", *lasting, "/f")
    found = vault.run("--json", "service", "status").json
    assert not (found["installed"] or found["enabled"] or found["active"])


@pytest.mark.sweep
def test_the_pure_tests_run_there(vault: WindowsVault) -> None:
    folders = [there(ROOT / folder) for folder in ("tests/core", "tests/laws")]
    ran = vault.python(
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        there(ROOT / "pyproject.toml"),
        *folders,
    )
    print(ran.out[-2000:])
    assert ran.code == 0
