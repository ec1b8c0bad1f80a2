"""A vault of sixty hostile files: each verb ends, nothing outside changes, nobody is connected to.

It is a folder that somebody was given: links of all kinds in all places that the program reads or
writes, devices, pipes, sockets, files of holes, odd names, and a configuration and git settings
that lead out of it. The program runs in a home of its own, and says if it opens a connection.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and devices of POSIX")

CONFIGURATION = """[arxiv]
enabled = false
url = "http://127.0.0.1:9/api"
snapshot = "facts.jsonl"
contact = "you@example.com"
[sources]
crossref = ["http://169.254.169.254/latest"]
[bib]
read = "library.bib"
write = "out.bib"
[conflicts]
note = "Sync conflicts.md"
[notes]
template = "template.md"
"""
DIGEST = """1w
https://arxiv.org/abs/2308.00001
Good Paper: A Story (Ann Park)
words [[../../outside/mine]] ![[linked/x]]
#t
"""
SECONDS = 10
"""In which each verb ends, however the vault is made."""
SITE = """import os, socket
def refuse(self, address, *more):
    if self.family != socket.AF_UNIX:
        with open(os.environ["CONNECTED"], "a") as log:
            log.write(f"{address}\\n")
    raise OSError("no network here")
socket.socket.connect = socket.socket.connect_ex = refuse
"""


class World:
    """A home, a folder outside of the vault, and the vault."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home, self.outside, self.root = (
            folder / name for name in ("home", "outside", "vault")
        )
        for each in (self.home, self.outside, self.root, folder / "site"):
            each.mkdir()
        (folder / "site" / "sitecustomize.py").write_text(SITE)
        (self.outside / "mine.md").write_text(DIGEST.replace("words", "stolen words"))
        (self.outside / "mine.txt").write_text("mine\n")
        (self.outside / "folder").mkdir()
        (self.outside / "folder" / "2w.md").write_text(DIGEST.replace("00001", "00002"))
        (self.home / ".profile").write_text("# mine\n")
        (self.home / ".ssh").mkdir()
        (self.home / ".ssh" / "authorized_keys").write_text("ssh-ed25519 AAAA me\n")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the program; it is an error if it takes longer than `SECONDS`."""
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "PYTHONPATH": str(self.folder / "site"),
            "CONNECTED": str(self.folder / "connected"),
            "GIT_CONFIG_GLOBAL": "/dev/null",
        }
        return subprocess.run(
            [sys.executable, "-m", "vault_sync", *words],
            cwd=self.root,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )

    def told(self) -> dict[str, object]:
        """Return what is outside of the vault: each name with what it is and holds."""
        found: dict[str, object] = {}
        for top in (self.home, self.outside):
            for path in sorted(top.rglob("*")):
                mode = path.lstat().st_mode
                text = path.read_bytes() if path.is_file() else b""
                found[str(path.relative_to(self.folder))] = (mode, text)
        return found

    @property
    def connected(self) -> str:
        log = self.folder / "connected"
        return log.read_text() if log.exists() else ""


def pipe(path: Path) -> None:
    os.mkfifo(path)


def hole(path: Path) -> None:
    path.touch()
    os.truncate(path, 3 << 30)


def device(path: Path) -> None:
    try:
        os.mknod(path, 0o020666, os.makedev(1, 5))
    except PermissionError:
        path.symlink_to("/dev/zero")


def local_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        folder = os.open(path.parent, os.O_RDONLY)
        one.bind(f"/proc/self/fd/{folder}/{path.name}" if sys.platform == "linux" else str(path))
        os.close(folder)


def to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


MAKES: dict[str, Callable[[Path], None]] = {
    **{f"papers/pipe{number}.md": pipe for number in range(3)},
    **{f"papers/device{number}.md": device for number in range(3)},
    **{f"papers/socket{number}.md": local_socket for number in range(2)},
    **{f"papers/hole{number}.md": hole for number in range(3)},
    "papers/link.md": to("../../outside/mine.md"),
    "papers/dangling.md": to("../../outside/none.md"),
    "papers/loop.md": to("loop.md"),
    "papers/up.md": to(".."),
    "papers/zero.md": to("/dev/zero"),
    "papers/passwd.md": to("/etc/passwd"),
    "papers/memory.md": to("/proc/self/mem"),
    "papers/Good Paper.md": to("../../outside/new.md"),
    "digests/2w.md": pipe,
    "digests/3w.md": hole,
    "digests/4w.md": device,
    "digests/5w.md": to("../../outside/mine.md"),
    "digests/6w.md": to("/dev/zero"),
    "digests/7w.md": local_socket,
    "digests/linked": to("../../outside/folder"),
    "linked": to("../outside/folder"),
    "home": to("../home"),
    "root": to("/"),
    "here": to("."),
    "library.bib": pipe,
    "facts.jsonl": device,
    "out.bib": to("../outside/out.bib"),
    "template.md": pipe,
    "Sync conflicts.md": to("../outside/conflicts.md"),
    "Papers.base": to("../outside/Papers.base"),
    "Papers 2.base": pipe,
    "picture.svg": to("../outside/picture.svg"),
    ".trash": to("../outside/folder"),
    ".stignore": to("../home/.ssh/authorized_keys"),
    ".gitattributes": to("../home/.profile"),
    ".git/HEAD": pipe,
    ".git/packed-refs": hole,
    ".git/hooks/pre-commit": to("../../../outside/hook"),
    ".vault-sync/id": hole,
    ".vault-sync/lock": pipe,
    ".vault-sync/.gitignore": to("../../outside/ignored"),
    ".vault-sync/tmp/aaaaaaaaaaaa-1": hole,
    ".vault-sync/tmp/aaaaaaaaaaaa-2": to("../../../outside/mine.txt"),
    ".vault-sync/tmp/aaaaaaaaaaaa-3": pipe,
    ".obsidian/app.json": pipe,
    ".obsidian/daily-notes.json": to("/dev/zero"),
    ".pre-commit-config.yaml": pipe,
    "pdfs": to("../outside/folder"),
    "$(touch PWNED).md": to("../outside/mine.md"),
    "`touch PWNED`.md": hole,
    "-rf.md": pipe,
    "new\nline.md": to("/dev/zero"),
    "\u202egnp.md": pipe,
    ".sync-conflict.md": hole,
    "1w (conflicted copy).md": pipe,
}

VERBS = [
    "check",
    "rebuild --offline",
    "sync --offline",
    "status",
    "doctor",
    "stats",
    "stats --svg picture.svg",
    "bib",
    "log",
    "undo",
    "views",
    "views --again",
    "why digests/1w.md",
    "why ../outside/mine.md",
    "export ../outside/mine.md",
    "export digests/5w.md",
    "restore ../outside/mine.md",
    "restore papers/link.md",
    "relink ../outside/mine new",
    "resolve papers/link.md --take note",
    "week",
    "pdf papers/link.md",
    "config",
    "init",
    "git install",
    "git uninstall",
    "check --staged",
    "leave --yes",
]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    (made.root / "digests").mkdir()
    (made.root / "digests" / "1w.md").write_text(DIGEST)
    (made.root / ".stfolder").mkdir()
    (made.root / "vault-sync.toml").write_text(CONFIGURATION)
    for path, make in MAKES.items():
        place = made.root / path
        if not place.parent.is_symlink():
            place.parent.mkdir(parents=True, exist_ok=True)
            make(place)
    yield made
    for path in MAKES:
        with suppress(OSError):
            (made.root / path).unlink()
    shutil.rmtree(made.root, ignore_errors=True)


def test_there_are_sixty_files() -> None:
    assert len(MAKES) + 2 >= 60


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_ends_and_nothing_outside_changes(world: World, verb: str) -> None:
    before = world.told()
    ran = world.run(*verb.split(" "))
    assert ran.returncode in {0, 1, 2}, ran.stderr
    assert "Traceback" not in ran.stderr
    assert world.told() == before
    assert world.connected == ""
    assert not list(world.folder.rglob("PWNED"))
    assert "stolen words" not in ran.stdout


def test_a_good_digest_among_them_is_synced(world: World) -> None:
    """One bad file never stops the others."""
    for path in (".vault-sync/id", ".vault-sync/.gitignore", "papers/Good Paper.md"):
        (world.root / path).unlink()
    ran = world.run("rebuild", "--offline")
    notes = [
        path
        for path in (world.root / "papers").iterdir()
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 10_000
    ]
    assert len(notes) == 1 and "Good Paper" in notes[0].read_text(), ran.stderr
    assert "not-a-file" in ran.stderr or "not a regular file" in ran.stderr


@pytest.mark.parametrize(
    "make", [pipe, device, hole, local_socket, to("/dev/zero"), to("../outside/none.toml"), to("x")]
)
@pytest.mark.parametrize("verb", ["check", "sync --offline", "init", "leave --yes", "git install"])
def test_a_configuration_that_is_no_file_is_refused(
    tmp_path: Path, make: Callable[[Path], None], verb: str
) -> None:
    world = World(tmp_path)
    (world.root / ".obsidian").mkdir()
    make(world.root / "vault-sync.toml")
    before = world.told()
    ran = world.run(*verb.split(" "))
    assert ran.returncode == 2 and "vault-sync.toml" in ran.stderr
    assert world.told() == before and world.connected == ""
