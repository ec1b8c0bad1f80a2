"""A power cut: what had reached the disk when the program stopped, mounted and taken up again.

    unshare -m python -m tests.support.faults.power_cut KIND FOLDER COUNT

Vault and state lie on file systems of that kind in image files. The pass is killed at one of its
calls, the images are copied as they are, nothing synced, and the copies mounted in their place:
the journal of the file system is replayed, and whatever was only in memory is gone. Prints how many
cuts were tried; fails by an assertion at a violation.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.faults import injection
from tests.support.faults.crash_world import World, arrange, lost, unsettled
from tests.support.faults.injection import Point, sample

SIZES = {"ext4": 24, "xfs": 300, "btrfs": 120}
OPTIONS = {"ext4": ["noauto_da_alloc", "commit=600"], "xfs": [], "btrfs": ["commit=300"]}


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Disks:
    """An image for the vault, another for the state, or one for both."""

    def __init__(self, kind: str, folder: Path, *, apart: bool) -> None:
        self.kind, self.folder, self.apart = kind, folder, apart
        self.mounted = folder / "world"
        self.places = [self.mounted] + ([self.mounted / "state"] if apart else [])
        for number in range(len(self.places)):
            image = self.image(number)
            image.unlink(missing_ok=True)
            with image.open("wb") as file:
                file.truncate(SIZES[kind] << 20)
            run(f"mkfs.{kind}", "-q", image)

    def image(self, number: int) -> Path:
        return self.folder / f"{self.kind}-{number}.image"

    def mount(self) -> None:
        for number, place in enumerate(self.places):
            place.mkdir(exist_ok=True)
            options = ",".join(["loop", *OPTIONS[self.kind]])
            run("mount", "-t", self.kind, "-o", options, self.image(number), place)

    def unmount(self) -> None:
        for place in reversed(self.places):
            run("umount", place)

    def cut(self) -> None:
        """What is on the disk now, and no more, is what there is afterwards."""
        for number in range(len(self.places)):
            run("cp", "--sparse=always", self.image(number), f"{self.image(number)}.cut")
        self.unmount()
        for number in range(len(self.places)):
            Path(f"{self.image(number)}.cut").replace(self.image(number))
        self.mount()

    def keep(self) -> None:
        """The images as they are now are what `begin_again` goes back to."""
        for number in range(len(self.places)):
            shutil.copy(self.image(number), f"{self.image(number)}.kept")

    def begin_again(self) -> None:
        for number in range(len(self.places)):
            run("cp", "--sparse=always", f"{self.image(number)}.kept", self.image(number))
        self.mount()


def cut_at(disks: Disks, world: World, point: Point, *, forced: bool) -> None:
    disks.begin_again()
    injection.inject(world.program, point, "signal=KILL")
    if forced:
        # Somebody else's fsync takes the file system's own journal to the disk with it.
        for place in disks.places:
            with (place / "unrelated").open("wb") as file:
                file.write(b"x")
                file.flush()
                os.fsync(file.fileno())
    disks.cut()
    where = (disks.kind, disks.apart, forced, point)
    wrong = lost(world)
    assert not wrong, (where, wrong)
    wrong = unsettled(world)
    assert not wrong, (where, wrong)
    disks.unmount()


def main(kind: str, folder: Path, count: int) -> None:
    tried = 0
    for apart in (False, True):
        disks = Disks(kind, folder, apart=apart)
        world = World(disks.mounted / "vault", disks.mounted / "state")
        disks.mount()
        arrange(world)
        disks.unmount()
        disks.keep()
        disks.begin_again()
        points = sample(injection.points(world.program, folder / "trace"), count)
        disks.unmount()
        for point in points:
            for forced in (False, True):
                cut_at(disks, world, point, forced=forced)
                tried += 1
    assert tried
    print(f"{kind}: power cut at {tried} moments, no violation")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
