"""The doctor: looks for what would bite, before it bites. It changes nothing.

Every finding says what to do. A `problem` should be seen to; a `notice` is good to know.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_IMODE

from vault_sync.core.model.paths import is_markdown, is_visible
from vault_sync.core.model.values import Level, Problem, RelPath
from vault_sync.core.naming.sync_copies import numbered_original, service_of
from vault_sync.core.text.casefold import casefold_nfc
from vault_sync.edge.fs import stignore
from vault_sync.edge.fs.mounts import file_system, silent_ground
from vault_sync.edge.fs.scan import ClosedFolder, FolderEntry, walk

PROC = Path("/proc")
ROOM = 100_000_000


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The surroundings of a vault: the machine, as the doctor examines it.

    `exchange` tries, in the vault, whether two files can be exchanged in one step; None: not
    tried. `hook`: the pre-commit hook is installed; None: there is no repository. `now` is
    Unix time; `free` gives the free bytes of a path's disk; `read` the bytes of a file.
    """

    state: Path
    exchange: Callable[[Path], bool] | None = None
    hook: bool | None = None
    proc: Path = PROC
    platform: str = sys.platform
    now: float = field(default_factory=time.time)
    free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
    read: Callable[[Path], bytes] = Path.read_bytes


def examine(root: Path, around: Surroundings) -> list[Problem]:
    """Return all findings on a vault, those on its surroundings first."""
    if not root.is_dir():
        return [
            _finding("", "vault-gone", f"{root} is not a folder", "check the path, or mount it")
        ]
    tree = _read_tree(root)
    return [
        *_state(root, around),
        *_place(root, around),
        *_watches(len(tree.folders), around),
        *_hook(around),
        *_syncthing(root),
        *_clock(tree, around),
        *_copies(tree),
        *_twins(tree),
        *_contents(root, tree, around),
        *_others(tree),
    ]


@dataclass(slots=True)
class _Tree:
    """The visible part of a vault, as one walk finds it; `absent` are files in the cloud only."""

    folders: list[str] = field(default_factory=lambda: [""])
    files: dict[RelPath, os.stat_result] = field(default_factory=dict)
    closed: list[RelPath] = field(default_factory=list)
    links: list[RelPath] = field(default_factory=list)
    absent: list[RelPath] = field(default_factory=list)


def _read_tree(root: Path) -> _Tree:
    tree = _Tree()
    try:
        for found in walk(root):
            if isinstance(found, ClosedFolder):
                tree.closed.append(found.path)
            else:
                _note(tree, found)
    except OSError:
        tree.closed.append(RelPath("."))
    return tree


def _note(tree: _Tree, found: FolderEntry) -> None:
    if found.kind == "hidden":
        # iCloud keeps `.Name.md.icloud` in the place of a file that it has sent away.
        if found.path.endswith(".md.icloud"):
            tree.absent.append(found.path)
    elif found.kind == "link":
        tree.links.append(found.path)
    elif found.kind == "folder":
        tree.folders.append(found.path)
    elif found.kind == "file":
        with suppress(FileNotFoundError):  # gone since its folder was listed
            tree.files[found.path] = found.entry.stat(follow_symlinks=False)


# The ground


def _state(root: Path, around: Surroundings) -> Iterable[Problem]:
    state = around.state
    if state.resolve().is_relative_to(root.resolve()):
        yield _finding(
            str(state),
            "state-in-vault",
            "the state lies in the vault, where a sync service carries it to other devices",
            "set VAULT_SYNC_STATE_DIR to a folder outside the vault",
        )
    there = next((folder for folder in (state, *state.parents) if folder.exists()), state)
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield _finding(
            str(state),
            "state-closed",
            "the state's folder cannot be written",
            f"make {there} a folder of your own, or set VAULT_SYNC_STATE_DIR to one",
        )
    elif there == state and S_IMODE(state.stat().st_mode) & 0o077:
        yield _finding(
            str(state),
            "state-open",
            "others on this machine can read the state, which holds what you wrote",
            f"chmod 700 {state}",
        )
    silent = silent_ground(there, around.proc / "self" / "mountinfo", around.platform)
    if silent is not None:
        yield _finding(
            str(state),
            "state-remote",
            f"the state lies on {silent}, where its database is not safe",
            "set VAULT_SYNC_STATE_DIR to a folder on this machine's own disk",
        )


def _place(root: Path, around: Surroundings) -> Iterable[Problem]:
    if not os.access(root, os.W_OK | os.X_OK):
        yield _finding("", "vault-closed", f"{root} cannot be written", "check its owner and mount")
    elif around.exchange is not None and not around.exchange(root):
        kind = file_system(root, around.proc / "self" / "mountinfo") or "this file system"
        yield _finding(
            "",
            "no-exchange",
            f"{kind} cannot exchange two files in one step; a slower way by hard links is used",
            "nothing needs doing; on a local ext4, xfs, btrfs or APFS disk saves are guarded best",
            level="notice",
        )
    silent = silent_ground(root, around.proc / "self" / "mountinfo", around.platform)
    if silent is not None:
        yield _finding(
            "",
            "silent-ground",
            f"the vault lies on {silent}: changes made elsewhere are not announced",
            "nothing needs doing: `watch` looks at the files every few seconds there",
            level="notice",
        )
    free = around.free(root)
    if free < ROOM:
        yield _finding(
            "",
            "disk-full",
            f"only {free // 1_000_000} MB are free",
            "make room before the next pass",
        )


def _watches(folders: int, around: Surroundings) -> Iterable[Problem]:
    """Find too few inotify watches or instances for the vault (inotify(7), limits)."""
    limits = around.proc / "sys" / "fs" / "inotify"
    watches, instances = (
        _number(limits / name) for name in ("max_user_watches", "max_user_instances")
    )
    if watches is not None and folders * 2 > watches:
        yield _finding(
            "",
            "watch-limit",
            f"the vault has {folders} folders, and the system allows {watches} watches for all "
            "programs together (Obsidian takes one a folder as well)",
            "sudo sysctl fs.inotify.max_user_watches=524288; to keep it, write the line "
            "fs.inotify.max_user_watches=524288 to /etc/sysctl.d/60-inotify.conf",
            level="problem" if folders > watches else "notice",
        )
    if instances is not None and (used := _instances_used(around.proc)) + 1 >= instances:
        yield _finding(
            "",
            "watch-instances",
            f"{used} of {instances} inotify instances are in use, so `watch` may get none",
            "sudo sysctl fs.inotify.max_user_instances=512; to keep it, write the line "
            "fs.inotify.max_user_instances=512 to /etc/sysctl.d/60-inotify.conf",
        )


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None  # not Linux, or not shown to us


def _instances_used(proc: Path) -> int:
    """Count the inotify instances of this user's processes, as far as we may look."""
    used = 0
    for process in proc.glob("[0-9]*"):
        try:
            if process.stat().st_uid != os.getuid():
                continue
            links = [str(descriptor.readlink()) for descriptor in (process / "fd").iterdir()]
        except OSError:
            continue  # it ended meanwhile, or is closed to us
        used += sum(link in {"anon_inode:inotify", "anon_inode:[inotify]"} for link in links)
    return used


def _hook(around: Surroundings) -> Iterable[Problem]:
    if around.hook is False:
        yield _finding(
            "",
            "no-hook",
            "the vault is in git, and a commit is not checked",
            "`vault-sync git install` sets up the pre-commit hook and the merge driver",
            level="notice",
        )


def _syncthing(root: Path) -> Iterable[Problem]:
    with suppress(OSError):  # unreadable: Syncthing says so itself
        if stignore.travels(root):
            yield _finding(
                stignore.FILE,
                "own-folder-travels",
                "Syncthing carries .vault-sync to other devices, which have no use for it",
                "write the line `.vault-sync` into .stignore, on each device",
                level="notice",
            )


def _clock(tree: _Tree, around: Surroundings) -> Iterable[Problem]:
    ahead = {path: s.st_mtime for path, s in tree.files.items() if s.st_mtime > around.now + 60}
    if ahead:
        worst = max(ahead, key=lambda path: ahead[path])
        day = time.strftime("%Y-%m-%d %H:%M", time.localtime(ahead[worst]))
        yield _finding(
            worst,
            "clock",
            f"dated in the future ({day}); {len(ahead)} such files in all",
            "set the clock of this machine, or of the one that wrote them; `touch` the file",
            level="notice",
        )


# The files


def _copies(tree: _Tree) -> Iterable[Problem]:
    for path in sorted(tree.files):
        service = service_of(path)
        if service is not None:
            yield _finding(
                path,
                "conflict-copy",
                f"a copy that {service} made of two versions it could not merge",
                "move what you want to keep into the file it is a copy of, then delete the copy",
            )
        elif numbered_original(path) in tree.files:
            yield _finding(
                path,
                "numbered-copy",
                "this may be a copy that Google Drive or iCloud made of two versions",
                "if it is, move what you want to keep into the other file and delete this one",
                level="notice",
            )


def _twins(tree: _Tree) -> Iterable[Problem]:
    """Find names that are one name on another device: without case (Windows, macOS), in NFC."""
    alike: dict[tuple[str, str], list[str]] = {}
    for path in (*tree.files, *tree.folders, *tree.links):
        folder, _, name = path.rpartition("/")
        alike.setdefault((folder, casefold_nfc(name)), []).append(path)
    for twins in alike.values():
        first, *others = sorted(twins)
        if others:
            yield _finding(
                first,
                "twins",
                f"differs from {', '.join(others)} only in case or in how letters are composed",
                "rename one of them: other devices hold them for the same file",
            )


def _contents(root: Path, tree: _Tree, around: Surroundings) -> Iterable[Problem]:
    for path in sorted(filter(is_markdown, tree.files)):
        try:
            words = around.read(root / path)
        except OSError as error:
            yield _unreadable(path, error.strerror or str(error))
            continue
        try:
            words.decode("utf-8")
        except UnicodeDecodeError as error:
            yield Problem(
                path=path,
                code="not-utf-8",
                message=f"byte {error.start} is not UTF-8; Obsidian would show and save it wrongly",
                hint="convert the file, for example with `iconv -f cp949 -t utf-8`",
                line=words.count(b"\n", 0, error.start) + 1,
            )
    for path in tree.closed:
        yield _unreadable(path, "the folder cannot be read")


def _unreadable(path: RelPath, why: str) -> Problem:
    return _finding(path, "unreadable", f"cannot be read: {why}", "check its owner and permissions")


def _others(tree: _Tree) -> Iterable[Problem]:
    if links := sorted(filter(is_visible, tree.links)):
        yield _finding(
            links[0],
            "symlink",
            f"a symbolic link is not followed ({len(links)} in the vault)",
            "if papers or digests lie behind it, move them into the vault",
            level="notice",
        )
    if tree.absent:
        yield _finding(
            min(tree.absent),
            "not-downloaded",
            f"{len(tree.absent)} files are in iCloud and not on this machine",
            "in Finder, choose Keep Downloaded for the vault: what is away looks deleted",
        )


def _finding(path: str, code: str, message: str, hint: str, *, level: Level = "problem") -> Problem:
    return Problem(path=path, code=code, message=message, hint=hint, level=level)
