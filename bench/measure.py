"""How long a thing takes beside a baseline of the same run: medians, spread, ratio."""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from bench import vaults


class Spread(NamedTuple):
    """Seconds of several runs (or whatever `unit` says)."""

    median: float
    low: float
    high: float
    unit: str = "s"

    def __str__(self) -> str:
        if self.unit == "MB":
            return f"{self.median:.0f} MB"
        if self.median < 1:
            return f"{self.median * 1e3:.0f} ms ({self.low * 1e3:.0f} to {self.high * 1e3:.0f})"
        return f"{self.median:.2f} s ({self.low:.2f} to {self.high:.2f})"


class Row(NamedTuple):
    """One line of the table: what was done, against what, and what is aimed for."""

    name: str
    work: str
    took: Spread
    against: str
    baseline: Spread | None
    aim: str
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if self.baseline is None else self.took.median / self.baseline.median


def spread(values: Sequence[float], unit: str = "s") -> Spread:
    return Spread(statistics.median(values), min(values), max(values), unit)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def beside(
    work: Callable[[], object], baseline: Callable[[], object], runs: int
) -> tuple[Spread, Spread]:
    """Both, turn by turn, so that what else the machine does meets both alike."""
    ours, theirs = [], []
    for _ in range(runs):
        theirs.append(seconds(baseline))
        ours.append(seconds(work))
    return spread(ours), spread(theirs)


class Bench:
    """The folder in which vaults are made, and the program as a user runs it."""

    def __init__(self, folder: Path, entries: int, runs: int) -> None:
        self.folder, self.entries, self.runs = folder, entries, runs
        self.state = folder / "state"
        self._fresh: dict[int, Path] = {}
        self._settled: dict[int, Path] = {}

    def fresh(self, entries: int) -> Path:
        """A vault whose digests have just been written; not to be changed, only copied."""
        if entries not in self._fresh:
            self._fresh[entries] = self.folder / f"fresh-{entries}"
            vaults.lay_out(self._fresh[entries], entries)
        return self._fresh[entries]

    def copy(self, entries: int, name: str) -> Path:
        to = self.folder / name
        forget(to)
        forget(self.state / name)
        shutil.copytree(self.fresh(entries), to)
        os.sync()
        return to

    def settled(self, entries: int) -> Path:
        """A vault with its notes, all of it known and nothing displaced in it any more."""
        if entries not in self._settled:
            root = self._settled[entries] = self.folder / f"settled-{entries}"
            shutil.copytree(self.fresh(entries), root)
            self.run(root, "rebuild", "--offline")
            for file in (root / ".vault-sync" / "tmp").iterdir():
                file.unlink()  # what it displaced would be looked at for a minute
            for _ in range(2):
                self.run(root, "sync", "--offline")
        return self._settled[entries]

    def command(self, root: Path, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "vault_sync", "--vault", str(root), "--quiet", *arguments]

    def run(self, root: Path, *arguments: str) -> None:
        """The program as a process of its own.

        Raises:
            subprocess.CalledProcessError: it failed.
        """
        command = self.command(root, *arguments)
        subprocess.run(command, env=self.environ(root), check=True, stdout=subprocess.DEVNULL)

    def environ(self, root: Path) -> dict[str, str]:
        environ = {**os.environ, "VAULT_SYNC_STATE_DIR": str(self.state / root.name)}
        # An installed program is compiled. Where this is set, each run would compile it anew.
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        return environ


def forget(root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)


def peak_of(command: Sequence[str], environ: dict[str, str]) -> float:
    """The most memory that a command held, in MB. A process between keeps our own out of it."""
    inner = (
        "import json, resource, subprocess, sys; "
        "subprocess.run(json.loads(sys.argv[1]), check=True, stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    found = subprocess.run(
        [sys.executable, "-c", inner, json.dumps(list(command))],
        env=environ,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(found.stdout.split()[-1]) / (1024 if sys.platform != "darwin" else 1024**2)


def machine() -> str:
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, {pages // 1024**3} GB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, load {load}"
    )
