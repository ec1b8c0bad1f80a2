"""Power cuts on real file systems in image files; a sweep, for it takes a second a cut."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.faults import injection
from tests.support.faults.power_cut import SIZES
from tests.support.folders import ROOT


def missing(kind: str) -> str | None:
    if os.geteuid() != 0:
        return "mounting needs root"
    for tool in ("unshare", "mount", f"mkfs.{kind}"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    return injection.missing()


@pytest.mark.sweep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", SIZES)
def test_power_cut(kind: str, tmp_path: Path) -> None:
    reason = missing(kind)
    if reason is not None:
        pytest.skip(reason)
    played = subprocess.run(
        [
            "unshare",
            "-m",
            sys.executable,
            "-m",
            "tests.support.faults.power_cut",
            kind,
            tmp_path,
            "20",
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    print(played.stdout)
