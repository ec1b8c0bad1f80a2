"""The daemon at length: on 10,000 notes, with events lost in every way, killed in a storm of edits.

In each case the vault ends byte for byte as after one `sync` on a copy of it (safety, invariant
14: a daemon ends where one pass would, whatever it missed).
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bench import vaults
from tests.support import watched
from tests.support.saving import EDITORS, STYLES
from tests.support.vaults import DIGEST, Vault
from tests.support.watched import Watched, watching

pytestmark = [pytest.mark.sweep, pytest.mark.timeout(900)]

NOTES = 10_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault of 10,000 notes in line; not to be touched."""
    root = tmp_path_factory.mktemp("large") / "vault"
    vaults.lay_out(root, NOTES)
    Vault(root, root.parent / "state").ok("rebuild", "--offline")
    return root


class Pair:
    """Two vaults alike, the second with no daemon: what is done to one is done to the other."""

    def __init__(self, original: Path, place: Path) -> None:
        self.both = []
        for name in ("one", "two"):
            root = place / name / "vault"
            shutil.copytree(original, root, ignore=shutil.ignore_patterns(".vault-sync"))
            self.both.append(Vault(root, place / name / "state"))
        for vault in self.both:
            Watched(vault)  # the same configuration
            vault.ok("rebuild", "--offline")

    def do(self, change: Callable[[Vault], object]) -> None:
        for vault in self.both:
            change(vault)

    def ends_alike(self, daemon: Watched, *, passes: int = 1) -> None:
        daemon.until(lambda: daemon.passes() >= passes, 120)
        daemon.rests(240)
        self.both[1].run("sync", "--offline")
        one, two = (vault.files() for vault in self.both)
        assert one.keys() == two.keys()
        assert [path for path in one if one[path] != two[path]] == []


@pytest.fixture
def pair(large: Path, tmp_path: Path) -> Iterator[Pair]:
    yield Pair(large, tmp_path)
    shutil.rmtree(tmp_path)


def edits(vault: Vault, turn: int) -> None:
    """Ten edits of notes, and three of digests, the same for the same turn."""
    chance = random.Random(turn)
    notes = sorted(path for path in vault.root.glob("papers/**/*.md"))
    for note in chance.sample(notes, 10):
        text = note.read_text("utf-8")
        note.write_text(f"{text.rstrip()} note-{turn}-{note.name[:6]}.\n", "utf-8")
    digests = sorted(vault.root.glob("digests/*.md"))
    for digest in chance.sample(digests, 3):
        lines = digest.read_text("utf-8").split("\n")
        at = next(n for n, line in enumerate(lines) if n > 20 and line.startswith("#")) - 1
        lines[at] += f" digest-{turn}."
        digest.write_text("\n".join(lines), "utf-8")


def test_twenty_thousand_files_while_it_is_stopped(pair: Pair) -> None:
    with watching(pair.both[0]) as daemon:
        daemon.signal(signal.SIGSTOP)

        def change(vault: Vault) -> None:
            for number in range(20_000):
                folder = vault.root / "new" / str(number % 40) / str(number % 7)
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"{number}.md").write_text(f"# {number}\n", "utf-8")
            (vault.root / "digests" / "late.md").write_text(
                "late\n" + "".join(
                    f"https://example.org/{n}\nA Late Paper {n} (Ann Park)\ntok-{n}.\n#late\n"
                    for n in range(20)
                ),
                "utf-8",
            )  # fmt: skip
            edits(vault, 1)

        pair.do(change)
        before = daemon.passes()
        daemon.signal(signal.SIGCONT)
        pair.ends_alike(daemon, passes=before + 1)
        assert len(list(pair.both[0].root.glob("papers/A Late Paper*.md"))) == 20


def test_folders_are_made_with_their_files_and_renamed(pair: Pair) -> None:
    with watching(pair.both[0]) as daemon:
        before = daemon.passes()

        def change(vault: Vault) -> None:
            notes = sorted((vault.root / "papers").glob("*.md"))
            for number, note in enumerate(notes[:300]):
                folder = vault.root / "shelf" / f"{number % 9}" / "deep"
                folder.mkdir(parents=True, exist_ok=True)
                note.rename(folder / note.name)
            edits(vault, 2)
            (vault.root / "shelf").rename(vault.root / "Regal")
            (vault.root / "digests").rename(vault.root / "weeks")
            (vault.root / "weeks").rename(vault.root / "digests")

        pair.do(change)
        pair.ends_alike(daemon, passes=before + 1)


def test_the_vault_is_taken_away_and_brought_back(pair: Pair) -> None:
    with watching(pair.both[0]) as daemon:
        root, away = pair.both[0].root, pair.both[0].root.with_name("away")
        root.rename(away)
        daemon.until(lambda: daemon.sign()["doing"] == "the vault is gone")
        before = daemon.passes()
        edits(Vault(away, pair.both[0].state), 3)
        edits(pair.both[1], 3)
        away.rename(root)
        pair.ends_alike(daemon, passes=before + 1)


_DEAF = """
import gc, signal, sys
from watchdog.observers.api import BaseObserver
from vault_sync.cli.main import main

def kill(*_):
    for each in gc.get_objects():
        if isinstance(each, BaseObserver):
            each.stop()

signal.signal(signal.SIGUSR1, kill)
main(["--vault", sys.argv[1], "watch", "--offline"])
"""


def test_the_observer_is_killed(pair: Pair) -> None:
    with watching(pair.both[0]) as daemon:
        daemon.kill()
        daemon.start(program=["-c", _DEAF, str(pair.both[0].root)])
        before = daemon.passes()
        daemon.signal(signal.SIGUSR1)
        pair.do(lambda vault: edits(vault, 4))
        pair.ends_alike(daemon, passes=before + 1)
        assert "had died" in daemon.log


def may_limit_watches() -> bool:
    tried = ["unshare", "-Ur", "sh", "-c", "echo 3 > /proc/sys/user/max_inotify_watches"]
    return not subprocess.run(tried, capture_output=True, check=False).returncode


@pytest.mark.skipif(not may_limit_watches(), reason="no user namespace may be made here")
def test_the_watch_limit_is_lowered(pair: Pair) -> None:
    with watching(pair.both[0]) as daemon:
        daemon.kill()
        limit = 'echo 2 > /proc/sys/user/max_inotify_watches; exec "$@"'
        daemon.start(before=["unshare", "-Ur", "sh", "-c", limit, "sh"])
        assert "inotify watches is reached" in daemon.sign()["problems"][0]["message"]
        before = daemon.passes()
        pair.do(lambda vault: edits(vault, 5))
        pair.ends_alike(daemon, passes=before + 1)


def test_killed_at_random_moments_in_a_storm_of_edits_no_word_is_lost(built: Vault) -> None:
    chance = random.Random(20230821)
    daemon = Watched(built, quiet=0.2)
    tokens: list[str] = []
    notes = sorted(path for path in built.files() if path.startswith("papers/2308"))
    try:
        for round_ in range(50):
            daemon.start(ready=False)
            # Half of them in the middle of writing, as its temporary files tell.
            writes = temporary(built) if round_ % 2 else None
            end = time.monotonic() + chance.uniform(0.3, 1.2) + round_ % 2
            while time.monotonic() < end and writes in {None, temporary(built)}:
                tokens.append(f"tok-{round_}-{len(tokens)}-")
                one_edit(built, chance, notes, tokens[-1])
                pause = time.monotonic() + chance.choice([0.0, 0.01, 0.05, 0.15])
                while time.monotonic() < pause and writes in {None, temporary(built)}:
                    pass
            daemon.kill()
            assert not watched.lost(built, tokens), (round_, watched.lost(built, tokens))
        daemon.start()
        daemon.rests(60)
    finally:
        daemon.kill()
    assert not watched.lost(built, tokens)
    assert built.run("sync", "--offline").code in {0, 1}
    inside = daemon.log.count("had been interrupted")
    print(f"{len(tokens)} edits, {daemon.passes()} passes, 50 kills, {inside} inside a pass")
    assert inside


def test_in_a_storm_no_file_is_written_within_its_quiet_time(built: Vault) -> None:
    """Measured by inodes and modification times against the times of the edits."""
    chance = random.Random(11)
    quiet = 0.3
    notes = sorted(path for path in built.files() if path.startswith("papers/2308"))
    paths = [*notes, DIGEST]
    touched = dict.fromkeys(paths, 0.0)
    gaps: list[float] = []
    tokens: list[str] = []

    def stamps() -> dict[str, tuple[int, int]]:
        found = {path: (built.root / path).stat() for path in paths}
        return {path: (stat.st_ino, stat.st_mtime_ns) for path, stat in found.items()}

    with watching(built, quiet=quiet) as daemon:
        seen = stamps()
        end = time.monotonic() + 30
        hand = paths[0]
        while time.monotonic() < end:
            now = stamps()
            gaps += [time.monotonic() - touched[path] for path in paths if now[path] != seen[path]]
            seen = now
            if chance.random() < 0.1:
                hand = chance.choice([*notes, *[DIGEST] * len(notes)])
            if chance.random() < 0.05:
                tokens.append(f"tok-{len(tokens)}-")
                touched[hand] = time.monotonic()
                one_edit(built, chance, [hand], tokens[-1])
                seen = seen | {hand: stamps()[hand]}
            time.sleep(0.003)
        daemon.rests(60)
    print(f"{len(tokens)} edits, {len(gaps)} writes, the earliest {min(gaps):.3f} s after an edit")
    assert len(gaps) > 10 and min(gaps) >= quiet - 0.01
    assert not watched.lost(built, tokens)
    assert built.run("sync", "--offline").code in {0, 1}


def test_told_to_stop_at_random_moments_it_ends_between_passes(built: Vault) -> None:
    chance = random.Random(7)
    daemon = Watched(built, quiet=0.1)
    notes = sorted(path for path in built.files() if path.startswith("papers/2308"))
    slowest = 0.0
    try:
        for turn in range(30):
            daemon.start()
            writes = temporary(built)
            one_edit(built, chance, notes, f"tok-{turn}-")
            if turn % 2:
                daemon.until(lambda seen=writes: temporary(built) != seen)  # type: ignore[misc]
            else:
                time.sleep(chance.uniform(0, 0.3))
            asked = time.monotonic()
            number = chance.choice([signal.SIGTERM, signal.SIGINT])
            assert daemon.stop(number) == (130 if number == signal.SIGINT else 0)
            slowest = max(slowest, time.monotonic() - asked)
    finally:
        daemon.kill()
    print(f"30 times, the slowest end after {slowest:.2f} s")
    assert "interrupted" not in daemon.log
    assert built.run("sync", "--offline").code in {0, 1}
    assert not watched.lost(built, [f"tok-{turn}-" for turn in range(30)])


def temporary(vault: Vault) -> frozenset[str]:
    """What lies in the folder of temporary files."""
    folder = vault.root / ".vault-sync" / "tmp"
    return frozenset(path.name for path in folder.iterdir()) if folder.is_dir() else frozenset()


def one_edit(vault: Vault, chance: random.Random, notes: list[str], token: str) -> None:
    """A word into a commentary, on either side, saved as some editor saves."""
    path = chance.choice([*notes, *[DIGEST] * 5]) if len(notes) > 1 else notes[0]
    save = STYLES[chance.choice(["in place", "by rename"] if len(notes) == 1 else EDITORS)]
    text = vault.read(path)
    if path == DIGEST:
        places = [n for n, line in enumerate(text.split("\n")) if line.startswith("#")]
    else:
        places = [n for n, line in enumerate(text.split("\n")) if line.startswith("## [[")]
    lines = text.split("\n")
    at = chance.choice(places)
    if path == DIGEST:
        lines.insert(at, f"{token} 말.")
    else:
        lines[at] += f"\n\n{token} 말."
    save(vault.root / path, "\n".join(lines))
