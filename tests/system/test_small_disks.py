"""Full disks, read-only ones, several of them, for real: each case in a mount space of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.faults.small_disks import CASES
from tests.support.folders import ROOT


def missing() -> str | None:
    if os.geteuid() != 0:
        return "mounting needs root"
    if shutil.which("unshare") is None or shutil.which("mount") is None:
        return "unshare and mount are not installed"
    tried = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    return None if tried.returncode == 0 else "mount spaces are not allowed here"


@pytest.mark.skipif(missing() is not None, reason=missing() or "disks can be mounted")
@pytest.mark.parametrize("case", CASES)
def test_small_disks(case: str, tmp_path: Path) -> None:
    played = subprocess.run(
        ["unshare", "-m", sys.executable, "-m", "tests.support.faults.small_disks", case, tmp_path],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert played.returncode == 0, played.stderr
