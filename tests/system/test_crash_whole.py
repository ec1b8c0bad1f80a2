"""The whole program killed in the middle of a pass that does everything a pass does.

It makes a note and links it, takes an edit over in each direction, moves a note to the trash,
settles a conflict and points a digest to a note that was renamed. Wherever it is killed, every word
of a person's is in the vault or saved, and the next pass ends in the very bytes in which an
undisturbed one ends.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.support.faults import injection
from tests.support.faults.injection import Point, sample

pytestmark = pytest.mark.skipif(
    injection.missing() is not None, reason=injection.missing() or "faults can be injected"
)

NAMES = ("First", "Second", "Third", "Fourth", "Fifth")
_TOKEN = re.compile(r"tok-[a-z-]+")


def entry(number: int, commentary: str) -> str:
    name = NAMES[number]
    return f"https://arxiv.org/abs/2308.0000{number}\n{name}: A Paper (Ann One)\n{commentary}\n"


class World(NamedTuple):
    """`vault` and `state` as they are now; `kept` as they were before the pass."""

    vault: Path
    state: Path
    kept: Path

    @property
    def program(self) -> list[str | Path]:
        return ["-m", "vault_sync", "--vault", self.vault, "sync", "--offline"]

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.vault / path
        text = file.read_text()
        assert old in text, (old, text)
        file.write_text(text.replace(old, new))

    def texts(self) -> dict[str, str]:
        return {
            str(path.relative_to(self.vault)): path.read_text()
            for path in self.vault.rglob("*.md")
            if ".vault-sync" not in path.parts
        }

    def begin_again(self) -> None:
        """Everything as it was before the pass; the vault's folder itself is the same one.

        The files are new: with their old times they would be ones that a sync service brought.
        """
        for now, then in ((self.vault, "vault"), (self.state, "state")):
            now.mkdir(exist_ok=True)
            for child in now.iterdir():
                shutil.rmtree(child) if child.is_dir() else child.unlink()
            shutil.copytree(self.kept / then, now, copy_function=shutil.copy, dirs_exist_ok=True)

    def everything(self) -> str:
        files = (*self.vault.rglob("*"), *self.state.glob("*/saved/*/*"))
        return "\n".join(path.read_text(errors="replace") for path in files if path.is_file())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    above = tmp_path_factory.mktemp("crash")
    one = World(above / "vault", above / "state", above / "kept")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("VAULT_SYNC_STATE_DIR", str(one.state))
        arrange(one)
        shutil.copytree(one.vault, one.kept / "vault")
        shutil.copytree(one.state, one.kept / "state")
        yield one


def arrange(world: World) -> None:
    """Two passes, then a reader's edits on both sides."""
    digest = "digests/week.md"
    (world.vault / "digests").mkdir(parents=True)
    (world.vault / "vault-sync.toml").touch()
    entries = [entry(number, f"words tok-{NAMES[number].lower()}") for number in range(4)]
    (world.vault / digest).write_text("week\n" + "".join(entries))
    assert injection.run(world.program).returncode == 0
    world.edit(digest, "words tok-third", "digest says tok-digest")
    world.edit("papers/Third.md", "words tok-third", "note says tok-note")
    assert injection.run(world.program).returncode == 1, "a conflict"
    conflicts = (world.vault / "Sync conflicts.md").read_text()
    (world.vault / "Sync conflicts.md").write_text(conflicts.replace("- [ ]", "- [x]", 1))
    world.edit(digest, "words tok-first", "words tok-first and tok-one")
    world.edit(digest, "words tok-second", "words tok-second and tok-two")
    text = (world.vault / digest).read_text()
    start = text.index("https://arxiv.org/abs/2308.00003")
    (world.vault / digest).write_text(text[:start] + entry(4, "words tok-fifth"))
    (world.vault / "papers" / "Second.md").rename(world.vault / "papers" / "Renamed.md")


@pytest.fixture(scope="module")
def ended(world: World) -> dict[str, str]:
    """The texts after an undisturbed pass."""
    world.begin_again()
    said = injection.run(world.program)
    texts = world.texts()
    assert "tok-one" in texts["papers/First.md"], said
    assert "tok-two" in texts["papers/Renamed.md"] and "[[Renamed|" in texts["digests/week.md"]
    assert "papers/Fifth.md" in texts and "papers/Fourth.md" not in texts
    assert "Sync conflicts.md" not in texts
    assert ".trash/Fourth.md" in texts
    return texts


def check(world: World, ended: dict[str, str], points: list[Point], fault: str) -> None:
    words = set(_TOKEN.findall("".join(path.read_text() for path in world.kept.rglob("*.md"))))
    assert len(words) >= 8
    for point in points:
        world.begin_again()
        said = injection.inject(world.program, point, fault)
        wrong = [word for word in words if word not in world.everything()]
        assert not wrong, (fault, point, wrong)
        again = injection.run(world.program)
        wrong = [word for word in words if word not in world.everything()]
        assert not wrong, (fault, point, wrong)
        assert world.texts() == ended, (fault, point, said, again)
        quiet = injection.run(world.program)
        assert (quiet.returncode, world.texts()) == (0, ended), (fault, point, quiet)


def calls(world: World) -> list[Point]:
    world.begin_again()
    return injection.points(world.program, world.kept.parent / "trace", mark="flock(")


def test_killed_at_some_calls(world: World, ended: dict[str, str]) -> None:
    check(world, ended, sample(calls(world), 4), "signal=KILL")


@pytest.mark.sweep
@pytest.mark.timeout(7200)
def test_killed_at_every_writing_call(world: World, ended: dict[str, str]) -> None:
    points = sample(calls(world))
    check(world, ended, points, "signal=KILL")
    print(f"the whole program: killed at {len(points)} calls, no violation")


@pytest.mark.sweep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("fault", ["error=ENOSPC", "error=EIO"])
def test_refused_at_every_writing_call(world: World, ended: dict[str, str], fault: str) -> None:
    points = sample(calls(world))
    check(world, ended, points, fault)
    print(f"the whole program: {fault} at {len(points)} calls, no violation")
