"""The doctor: looks for what would bite, before it bites. It changes nothing.

Every finding says what to do. A `problem` should be seen to; a `notice` is good to know.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE

from vault_sync.core.model.values import Problem
from vault_sync.edge.fs import stignore
from vault_sync.edge.fs.errors import in_words
from vault_sync.edge.fs.vault_dir import OWN_FOLDER_CLOSED
from vault_sync.edge.platform import current
from vault_sync.edge.platform.mounts import file_system, silent_ground
from vault_sync.edge.platform.rename import Volume
from vault_sync.edge.system.surroundings import Surroundings
from vault_sync.edge.system.vault_files import findings, read_tree

ROOM = 100_000_000


def examine(root: Path, around: Surroundings) -> list[Problem]:
    """Return all findings on a vault, those on its surroundings first."""
    if not root.is_dir():
        return [Problem("", "vault-gone", f"{root} is not a folder", "check the path, or mount it")]
    tree = read_tree(root)
    return [
        *_state(root, around),
        *_place(root, around),
        *_mounted(root, tree.folders, around),
        *_watches(len(tree.folders), around),
        *_hook(around),
        *_syncthing(root),
        *findings(root, tree, around),
    ]


# The ground


def _state(root: Path, around: Surroundings) -> Iterable[Problem]:
    state = around.state
    if state.resolve().is_relative_to(root.resolve()):
        yield Problem(
            str(state),
            "state-in-vault",
            "the state lies in the vault, where a sync service carries it to other devices",
            "set VAULT_SYNC_STATE_DIR to a folder outside the vault",
        )
    there = next((folder for folder in (state, *state.parents) if folder.exists()), state)
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield Problem(
            str(state),
            "state-closed",
            "the state's folder cannot be written",
            f"make {there} a folder of your own, or set VAULT_SYNC_STATE_DIR to one",
        )
    elif (
        around.platform != "win32"  # a profile's folder is closed to others, and has no such bits
        and there == state
        and S_IMODE(state.stat().st_mode) & 0o077
    ):
        yield Problem(
            str(state),
            "state-open",
            "others on this machine can read the state, which holds what you wrote",
            f"chmod 700 {state}",
        )
    silent = silent_ground(there, around.proc / "self" / "mountinfo", around.platform)
    if silent is not None:
        yield Problem(
            str(state),
            "state-remote",
            f"the state lies on {silent}, where its database is not safe",
            "set VAULT_SYNC_STATE_DIR to a folder on this machine's own disk",
        )


def _place(root: Path, around: Surroundings) -> Iterable[Problem]:
    if not os.access(root, os.W_OK | os.X_OK):
        yield Problem("", "vault-closed", f"{root} cannot be written", "check its owner and mount")
    elif around.volume is not None:
        yield from _replacing(root, around.volume, around)
    silent = silent_ground(root, around.proc / "self" / "mountinfo", around.platform)
    if silent is not None:
        yield Problem(
            "",
            "silent-ground",
            f"the vault lies on {silent}: changes made elsewhere are not announced",
            "nothing needs doing: `watch` looks at the files every few seconds there",
            level="notice",
        )
    free = around.free(root)
    if free < ROOM:
        yield Problem(
            "",
            "disk-full",
            f"only {free // 1_000_000} MB are free",
            "make room before the next pass",
        )


def _mounted(root: Path, folders: Iterable[str], around: Surroundings) -> Iterable[Problem]:
    """Find disks that are mounted in the vault, and cannot replace a file safely."""
    if around.volume is None:
        return
    found = {_device(root)}
    for folder in sorted(folders):
        with suppress(OSError):  # gone, or closed to us
            if (device := _device(root / folder)) not in found:
                found.add(device)
                yield from _replacing(root / folder, around.volume, around, folder)


def _device(folder: Path) -> int:
    return folder.stat().st_dev


def _replacing(
    root: Path, prove: Callable[[Path], Volume], around: Surroundings, path: str = ""
) -> Iterable[Problem]:
    kind = file_system(root, around.proc / "self" / "mountinfo") or "this file system"
    try:
        volume = prove(root)
    except OSError as error:
        own = not path and isinstance(error, PermissionError)
        words = OWN_FOLDER_CLOSED if own else f"{root} cannot be written: {in_words(error)}"
        yield Problem(path, "vault-closed", words, "nothing is written there until then")
        return
    if not volume.safe:
        yield Problem(
            path,
            "no-safe-replace",
            f"{kind} can neither exchange two files in one step nor make hard links, so an edit"
            " made while a file is replaced would be lost: nothing is written here",
            "move the vault to a disk with ext4, btrfs, xfs, APFS or NTFS; `check`, `diff`,"
            " `export` and `--dry-run` work here",
        )
    elif not (volume.exchanges or volume.pinned):
        yield Problem(
            path,
            "no-exchange",
            f"{kind} cannot exchange two files in one step; a slower way by hard links is used, and"
            " an edit that an editor saves by rename in that instant could be missed",
            "nothing needs doing; on a local ext4, xfs, btrfs or APFS disk saves are guarded best",
            level="notice",
        )


def _watches(folders: int, around: Surroundings) -> Iterable[Problem]:
    """Find too few inotify watches or instances for the vault (inotify(7), limits)."""
    limits = around.proc / "sys" / "fs" / "inotify"
    watches, instances = (
        _number(limits / name) for name in ("max_user_watches", "max_user_instances")
    )
    if watches is not None and folders * 2 > watches:
        yield Problem(
            "",
            "watch-limit",
            f"the vault has {folders} folders, and the system allows {watches} watches for all "
            "programs together (Obsidian takes one a folder as well)",
            "sudo sysctl fs.inotify.max_user_watches=524288; to keep it, write the line "
            "fs.inotify.max_user_watches=524288 to /etc/sysctl.d/60-inotify.conf",
            level="problem" if folders > watches else "notice",
        )
    if instances is not None and (used := _instances_used(around.proc)) + 1 >= instances:
        yield Problem(
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
            if process.stat().st_uid != current.files.user_id():
                continue
            links = [str(descriptor.readlink()) for descriptor in (process / "fd").iterdir()]
        except OSError:
            continue  # it ended meanwhile, or is closed to us
        used += sum(link in {"anon_inode:inotify", "anon_inode:[inotify]"} for link in links)
    return used


def _hook(around: Surroundings) -> Iterable[Problem]:
    if around.hook is False:
        yield Problem(
            "",
            "no-hook",
            "the vault is in git, and a commit is not checked",
            "`vault-sync git install` sets up the pre-commit hook and the merge driver",
            level="notice",
        )


def _syncthing(root: Path) -> Iterable[Problem]:
    with suppress(OSError):  # unreadable: Syncthing says so itself
        if stignore.travels(root):
            yield Problem(
                stignore.FILE,
                "own-folder-travels",
                "Syncthing carries .vault-sync to other devices, which have no use for it",
                "write the line `.vault-sync` into .stignore, on each device",
                level="notice",
            )
