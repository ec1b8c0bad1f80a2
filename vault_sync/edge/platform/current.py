"""The system that this process runs on: its name, and the modules that speak to it.

`files` opens files and folders, `system` does what each system has a call of its own for. Those of
one kind have the same functions.
"""

from __future__ import annotations

import sys
from pathlib import Path

if sys.platform == "win32":
    from vault_sync.edge.platform import windows

    files = windows.FILES
    system = windows
elif sys.platform == "darwin":
    from vault_sync.edge.platform import darwin, posix

    files = posix
    system = darwin
else:
    from vault_sync.edge.platform import linux, posix

    files = posix
    system = linux

NAME: str = sys.platform
"""As `sys.platform` has it: "linux", "darwin", "win32"."""

PROC = Path("/proc")
"""The system's account of itself (proc(5)); Linux alone has it."""
