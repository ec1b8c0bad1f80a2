"""The file system that a vault lies on, and whether it reports changes made elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

from vault_sync.edge.platform import current

MOUNTS = current.PROC / "self" / "mountinfo"

# What others change on these is not reported here (watchdog#409, #668): other hosts, or Windows.
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


def silent_ground(root: Path, mounts: Path = MOUNTS, platform: str = current.NAME) -> str | None:
    """Return what keeps file events from this folder, in words, or None if there are events."""
    if platform == "darwin" and "/Library/Mobile Documents/" in f"{root.resolve()}/":
        return "a folder of iCloud Drive"
    kind = file_system(root, mounts)
    if (network := current.system.remote(root)) is not None or kind is None:
        return network
    return _SILENT.get(kind) or (_SILENT["fuse"] if kind.startswith("fuse.") else None)


def file_system(root: Path, mounts: Path = MOUNTS) -> str | None:
    """Return the type of the file system under `root` (proc(5), mountinfo), if it is told."""
    try:
        table = mounts.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return current.system.file_system(root)
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
    return kind or current.system.file_system(root)


def _unescaped(field: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(code, character)
    return field
