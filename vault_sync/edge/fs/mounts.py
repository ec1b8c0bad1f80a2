"""The ground a vault stands on: its Markdown files as one walk sees them, and its file system."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from vault_sync.core.model.values import RelPath

MOUNTS = Path("/proc/self/mountinfo")

# What others change on these is not heard here (watchdog#409, #668): other hosts, or Windows.
_SILENT = {
    "9p": "a folder of the host system (9p)",
    "afs": "a network folder (AFS)",
    "ceph": "a network folder (Ceph)",
    "cifs": "a network folder (SMB)",
    "drvfs": "a Windows folder under WSL",
    "fuse": "a FUSE folder",
    "ncpfs": "a network folder",
    "nfs": "a network folder (NFS)",
    "nfs4": "a network folder (NFS)",
    "smb3": "a network folder (SMB)",
    "smbfs": "a network folder (SMB)",
    "vboxsf": "a folder of the host system (VirtualBox)",
    "virtiofs": "a folder of the host system (virtiofs)",
    "vmhgfs": "a folder of the host system (VMware)",
}


class Stamp(NamedTuple):
    """What tells that a file changed, as far as one `stat` can tell."""

    mtime_ns: int
    size: int
    inode: int


def is_visible(path: str) -> bool:
    """Whether Obsidian shows this path of the vault: no part of it begins with a dot."""
    return not any(part.startswith(".") for part in path.split("/"))


def is_markdown(path: str) -> bool:
    return path[-3:].lower() == ".md"


def look(root: Path) -> dict[RelPath, Stamp]:
    """Every visible Markdown file of the vault.

    Links are not followed; what cannot be read is left out. One scan of a folder at a time, no
    `rglob`: 10,000 files take about 30 ms.
    """
    found: dict[RelPath, Stamp] = {}
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    name = entry.name
                    if name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(f"{folder}{name}/")
                    elif is_markdown(name) and entry.is_file(follow_symlinks=False):
                        found[RelPath(f"{folder}{name}")] = _stamp(entry.stat())
        except OSError:
            continue  # gone or closed to us since its parent was read; the pass has its own say
    return found


def stamp(root: Path, path: RelPath) -> Stamp | None:
    """One file's stamp; None where no plain file is."""
    try:
        status = os.lstat(root / path)
    except OSError:
        return None
    return _stamp(status) if stat.S_ISREG(status.st_mode) else None


def changed_lately(
    seen: Mapping[RelPath, Stamp], *, within: float, wall: float, monotonic: float
) -> dict[RelPath, float]:
    """The files modified less than `within` seconds from now, each with its monotonic time.

    For changes that no event told of. A time a little in the future (another machine's clock) is
    as good as now; one far in the future says nothing.
    """
    found = {}
    for path, (mtime_ns, _, _) in seen.items():
        age = wall - mtime_ns / 1e9
        if -within < age < within:
            found[path] = monotonic - max(age, 0.0)
    return found


def fingerprint(root: Path, path: RelPath) -> str | None:
    """SHA-256 of the file's bytes, in hex; None where no plain file can be read."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(root / path, flags)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None  # a folder; or a pipe, which would never end
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
    finally:
        os.close(descriptor)


def silent_ground(root: Path, mounts: Path = MOUNTS, platform: str = sys.platform) -> str | None:
    """What keeps file events from being heard in this folder, in words; None: they are heard."""
    if platform == "darwin" and "/Library/Mobile Documents/" in f"{root.resolve()}/":
        return "a folder of iCloud Drive"
    kind = file_system(root, mounts)
    if kind is None:
        return None
    return _SILENT.get(kind) or (_SILENT["fuse"] if kind.startswith("fuse.") else None)


def file_system(root: Path, mounts: Path = MOUNTS) -> str | None:
    """The type of the file system under `root` (proc(5), mountinfo); None where nothing tells."""
    try:
        table = mounts.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    place = f"{os.path.realpath(root)}/"
    best, kind = "", None
    for line in table.splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) < 5 or not right:
            continue
        mount = _unescaped(fields[4]).rstrip("/") + "/"
        # The last of two mounts on one place is the one that is seen.
        if place.startswith(mount) and len(mount) >= len(best):
            best, kind = mount, right.split(" ")[0]
    return kind


def _unescaped(field: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(code, character)
    return field


def _stamp(status: os.stat_result) -> Stamp:
    return Stamp(status.st_mtime_ns, status.st_size, status.st_ino)
