"""The daemon beside Obsidian, the real process, driven from outside on the sample vault."""

from __future__ import annotations

import gc
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest
from tests.support import watched
from tests.support.git_vault import environment
from tests.support.saving import EDITORS, STYLES, in_place
from tests.support.vaults import BAYES, CAUSAL, DIGEST, OCTOPACK, Vault
from tests.support.watched import CONFLICTS, QUIET, Watched, edit, watching
from vault_sync.cli import watch
from vault_sync.cli.console import Console
from vault_sync.core.model.values import RelPath
from vault_sync.daemon import loop
from vault_sync.daemon.vault_pass import VaultPass
from vault_sync.edge import config
from vault_sync.edge.state.store import open_state
from vault_sync.edge.watch.batches import ChangeBatch
from vault_sync.sync import engine
from vault_sync.sync.request import PassRequest
from vault_sync.sync.view import PassContext

pytestmark = pytest.mark.timeout(300)

NEXT = "digests/2023년 8월 4주차.md"
SAID = "프롬프트 형식인 듯."
NEW = "https://arxiv.org/abs/2308.09999\nLantern: A Light (Ann Park)\n등불 tok-new.\n#lantern\n"


@pytest.fixture
def daemon(built: Vault) -> Iterator[Watched]:
    with watching(built) as running:
        yield running


def test_a_daemon_collects_its_garbage_though_a_command_does_not(
    built: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    collects: list[bool] = []
    monkeypatch.setattr(loop, "run", lambda *_, **__: collects.append(gc.isenabled()))
    for name, value in built.env.items():
        monkeypatch.setenv(name, value)
    gc.disable()
    try:
        watch.watch(Console(built.root), offline=True)
    finally:
        gc.enable()
    assert collects == [True]


# Both sides follow


@pytest.mark.parametrize("style", EDITORS)
def test_whichever_side_is_edited_the_other_follows(daemon: Watched, style: str) -> None:
    vault, save = daemon.vault, STYLES[style]
    edit(vault, OCTOPACK, SAID, "노트의 말 tok-1.", save)
    daemon.says(DIGEST, "tok-1")
    edit(vault, DIGEST, "#ddpm\n", "#ddpm #tok-2\n", save)
    daemon.says(BAYES, "- tok-2")
    # A new entry.
    save(vault.root / DIGEST, f"{vault.read(DIGEST).rstrip()}\n{NEW}")
    daemon.until(lambda: list(vault.root.glob("papers/*Lantern*.md")))
    daemon.says(DIGEST, "Lantern|Lantern: A Light]]")
    # Cut here and pasted there.
    text = vault.read(DIGEST)
    entry = re.search(r"https://arxiv.org/abs/2308.06912\n(?:.*\n)+?#lm\n", text)
    assert entry is not None
    save(vault.root / DIGEST, text.replace(entry[0], ""))
    in_place(vault.root / NEXT, f"2023년 8월 4주차\n{entry[0]}")
    daemon.says(CAUSAL, "## [[2023년 8월 4주차]]")
    daemon.says_not(CAUSAL, "3주차")
    daemon.rests()
    assert CONFLICTS not in vault.files()
    assert "tok-1" in vault.read(OCTOPACK) and "tok-1" in vault.read(DIGEST)
    assert not watched.lost(vault, ["tok-1", "tok-2", "tok-new"])
    assert daemon.stop() == 0
    assert "nothing to do" in vault.ok("sync", "--offline").out


def test_what_is_cut_here_and_pasted_there_a_while_later_has_moved(built: Vault) -> None:
    """A pass between the two sees an entry that is gone; its note waits while the digest does."""
    lay_down(built)
    with watching(built, quiet=30.0) as daemon:
        vault = daemon.vault
        text = vault.read(DIGEST)
        entry = re.search(r"https://arxiv.org/abs/2308.06912\n(?:.*\n)+?#lm\n", text)
        assert entry is not None
        in_place(vault.root / DIGEST, text.replace(entry[0], ""))
        daemon.until(lambda: CAUSAL in daemon.sign()["waiting"])
        assert "3주차" in vault.read(CAUSAL)
        in_place(vault.root / NEXT, f"2023년 8월 4주차\n{entry[0]}")
        daemon.says(CAUSAL, "## [[2023년 8월 4주차]]")
        daemon.says_not(CAUSAL, "3주차")
        assert not (vault.root / ".trash").exists()
        assert daemon.stop() == 0


def test_a_burst_of_edits_is_one_pass_or_few_and_ends_as_one_sync(
    daemon: Watched, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same edits on a vault without a daemon, and one `sync`: the same bytes."""
    twin = twin_of(daemon, tmp_path_factory.mktemp("twin"))
    notes = [path for path in daemon.vault.files() if path.startswith("papers/2308")]
    before = daemon.passes()
    for number in range(200):
        path = notes[number % len(notes)]
        week = "## [[2023년 8월 3주차]]\n"
        for vault in (daemon.vault, twin):
            edit(vault, path, week, f"{week}\ntok-{number}-.\n", in_place)
    daemon.says(DIGEST, *(f"tok-{number}-" for number in range(200)))
    daemon.rests()
    assert daemon.passes() - before <= 5
    twin.ok("sync", "--offline")
    assert daemon.vault.files() == twin.files()


def twin_of(daemon: Watched, place: Path) -> Vault:
    """The same vault elsewhere, with a base of its own and no daemon."""
    shutil.copytree(
        daemon.vault.root, place / "vault", ignore=shutil.ignore_patterns(".vault-sync")
    )
    twin = Vault(place / "vault", place / "state")
    twin.ok("rebuild", "--offline")
    assert twin.files() == daemon.vault.files()
    return twin


# Nobody's hands are written under


class Typist:
    """Types words into a file, and sees whether anybody else wrote there: his buffer would not."""

    def __init__(self, file: Path, old: str) -> None:
        self.file, self.old = file, old
        self.words: list[str] = []
        self.text = file.read_text("utf-8")

    def type(self) -> str:
        assert not self.intruded
        word = f"typed-{len(self.words)}-"
        self.words.append(word)
        self.text = self.text.replace(self.old, f"{self.old} {word}", 1)
        self.file.write_text(self.text, "utf-8")
        return word

    @property
    def intruded(self) -> bool:
        return self.file.read_text("utf-8") != self.text


def test_nothing_is_written_where_somebody_types_and_all_is_done_when_he_rests(
    built: Vault,
) -> None:
    """He types in the digest without end, and a note is edited meanwhile, elsewhere.

    How long he types is counted in passes, not in seconds: under load he would type too slowly.
    """
    lay_down(built)
    with watching(built, quiet=600.0) as daemon:
        vault = daemon.vault
        typist = Typist(vault.root / DIGEST, "fix에 대해서만")
        daemon.says(OCTOPACK, typist.type())  # at once: nobody types there
        edit(vault, BAYES, "흥미롭긴 합니다.", "흥미롭다 tok-note.", in_place)
        daemon.until(lambda: daemon.sign()["waiting"].keys() == {DIGEST})
        for _ in range(3):
            daemon.says(OCTOPACK, typist.type())
        assert not typist.intruded
        assert daemon.sign()["waiting"].keys() == {DIGEST}
        assert f"waits until nobody types in {DIGEST}" in vault.run("status").out
        last = time.monotonic()
        typist.type()
        edit(vault, "vault-sync.toml", "quiet = 600.0", f"quiet = {QUIET}", in_place)
        daemon.until(lambda: typist.intruded)
        assert time.monotonic() - last >= QUIET
        daemon.says(DIGEST, "tok-note", *typist.words)
        daemon.says(OCTOPACK, *typist.words)
        daemon.rests()
        assert CONFLICTS not in vault.files()


def lay_down(vault: Vault) -> None:
    """Make the vault's notes and digests old: none of them is in anybody's hands."""
    for path in vault.root.rglob("*.md"):
        os.utime(path, (1e9, 1e9))


def test_what_is_saved_while_a_pass_thinks_is_not_written(built: Vault) -> None:
    """Its event is still unheard when all is thought: the file itself is asked."""
    edit(built, OCTOPACK, SAID, "tok-1.", in_place)
    state = open_state(built.root, built.env)
    daemon = VaultPass(config.load(built.root), state, offline=True)
    note, digest = RelPath(OCTOPACK), RelPath(DIGEST)
    os.utime(built.root / DIGEST, (1e9, 1e9))
    assert daemon.typed([note, digest, RelPath("none.md")]) == {note}
    result = engine.run(PassContext(daemon.config, state, typed=frozenset), PassRequest())
    assert not result.outcome.done and {each.path for each in result.waiting} == {DIGEST}
    daemon.run_pass(ChangeBatch(swept=True), frozenset())
    assert "tok-1." in built.read(DIGEST)
    assert daemon.typed([digest]) == frozenset(), "we wrote that ourselves"
    os.utime(built.root / OCTOPACK, (1e9, 1e9))
    edit(built, DIGEST, "tok-1.", "tok-2.", in_place)
    assert daemon.typed([note, digest]) == {digest}


def test_what_is_typed_and_taken_back_flows_at_once_and_later(built: Vault) -> None:
    lay_down(built)
    with watching(built, quiet=600.0) as daemon:
        vault = daemon.vault
        old = vault.read(OCTOPACK)
        for turn in ("tok-a.", "tok-b."):
            edit(vault, OCTOPACK, SAID, turn, in_place)
            daemon.says(DIGEST, turn)
            vault.write(OCTOPACK, old)  # taken back before it has been quiet
            daemon.says(DIGEST, SAID)
            daemon.says_not(DIGEST, turn)
        assert CONFLICTS not in vault.files()
        edit(vault, "vault-sync.toml", "quiet = 600.0", f"quiet = {QUIET}", in_place)
        daemon.until(lambda: "the configuration was read again" in daemon.log)
        edit(vault, OCTOPACK, SAID, "tok-c.", in_place)
        daemon.says(DIGEST, "tok-c.")
        # The session is over when a pass comes by and the note has been quiet.
        time.sleep(QUIET + 2 * watched.SETTLE)
        edit(vault, BAYES, "흥미롭긴 합니다.", "흥미롭다 tok-d.", in_place)
        daemon.says(DIGEST, "tok-d.")
        vault.write(OCTOPACK, old)  # only changes by hand lie between
        daemon.says(DIGEST, SAID)
        daemon.says_not(DIGEST, "tok-c.")
        daemon.rests()
        assert CONFLICTS not in vault.files()


# Conflicts, configuration


def test_a_tick_is_acted_on_and_the_configuration_is_read_again(daemon: Watched) -> None:
    vault = daemon.vault
    daemon.signal(signal.SIGSTOP)
    edit(vault, OCTOPACK, SAID, "노트의 말 tok-1.", in_place)
    edit(vault, DIGEST, SAID, "다이제스트의 말 tok-2.", in_place)
    daemon.signal(signal.SIGCONT)
    daemon.says(CONFLICTS, "tok-1", "tok-2")
    # A wrong configuration is said and changes nothing.
    right = vault.read("vault-sync.toml")
    vault.write("vault-sync.toml", right.replace("quiet =", "quite ="))
    daemon.until(lambda: daemon.sign()["problems"])
    assert "did you mean 'quiet'?" in vault.run("status").err
    vault.write("vault-sync.toml", right + '\n[conflicts]\nnote = "Open.md"\n')
    daemon.says("Open.md", "tok-1", "tok-2")
    daemon.until(lambda: daemon.sign()["problems"] == [])
    text = vault.read("Open.md")
    in_place(vault.root / "Open.md", text.replace("- [ ] the note's", "- [x] the note's"))
    daemon.says(DIGEST, "tok-1")
    daemon.until(lambda: "Open.md" not in vault.files())
    daemon.rests()
    assert "tok-2" not in vault.read(DIGEST) + vault.read(OCTOPACK)
    assert not watched.lost(vault, ["tok-1", "tok-2"])


# The process


def test_what_is_taken_back_beside_the_daemon_stays_taken_back(daemon: Watched) -> None:
    vault = daemon.vault
    vault.edit(DIGEST, SAID, "다른 말 tok-undone.")
    daemon.says(OCTOPACK, "tok-undone")
    daemon.rests()
    vault.ok("undo")
    assert "tok-undone" not in daemon.text(OCTOPACK)
    vault.edit(DIGEST, "#code #instruct", "#code #tok-other #instruct")
    daemon.says(OCTOPACK, "tok-other")
    daemon.rests()
    assert SAID in daemon.text(OCTOPACK)
    assert "tok-undone" in daemon.text(DIGEST)
    daemon.stop()
    daemon.start()
    daemon.rests()
    assert SAID in daemon.text(OCTOPACK)
    vault.edit(DIGEST, "tok-undone.", "tok-again.")
    daemon.says(OCTOPACK, "tok-again")


def test_there_is_one_daemon_and_it_ends_when_it_is_told(built: Vault, tmp_path: Path) -> None:
    with Manager(tmp_path) as manager, watching(built) as daemon:
        daemon.kill()
        daemon.start(ready=False, NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="400000")
        assert manager.says("READY=1") and manager.says("STATUS=watching; last pass: 14 entries")
        for _ in range(3):
            assert manager.says("WATCHDOG=1")
        pid = daemon.process.pid if daemon.process is not None else 0
        assert f"daemon     process {pid}, watching" in built.ok("status").out
        assert built.ok("--json", "status").json["daemon"]["pid"] == pid
        second = built.run("watch", "--offline")
        assert second.code == 4 and f"held by process {pid}" in second.err
        assert daemon.stop(signal.SIGTERM) == 0
        assert manager.says("STOPPING=1")
        assert "daemon     not running" in built.ok("status").out
        daemon.start()
        assert daemon.stop(signal.SIGINT) == 130
    nowhere = built.run("--vault", str(tmp_path), "watch")
    assert nowhere.code == 2 and "vault-sync init" in nowhere.err


class Manager:
    """A service manager's socket, read as it comes; what it is told is waited for."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.address)
        self.told: queue.Queue[str] = queue.Queue()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()

    def _listen(self) -> None:
        while words := self.socket.recv(4096):
            self.told.put(words.decode())

    def says(self, begins: str) -> bool:
        while True:
            if self.told.get(timeout=100).startswith(begins):
                return True


def test_a_command_that_holds_the_vault_is_waited_for_and_named(daemon: Watched) -> None:
    with daemon.busy():
        edit(daemon.vault, OCTOPACK, SAID, "tok-1.", in_place)
        daemon.until(lambda: "held by process" in daemon.sign()["doing"])
    daemon.says(DIGEST, "tok-1.")
    with daemon.busy():
        edit(daemon.vault, OCTOPACK, "tok-1.", "tok-2.", in_place)
        daemon.until(lambda: "held by process" in daemon.sign()["doing"])
        assert daemon.stop() == 0
    daemon.vault.ok("sync", "--offline")
    assert "tok-2." in daemon.vault.read(DIGEST)


# Git


@pytest.fixture
def git(built: Vault, tmp_path: Path) -> Callable[..., str]:
    environ = environment(tmp_path)

    def run(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=built.root, env=environ, capture_output=True, check=False
        )
        assert done.returncode == 0, (words, done.stdout.decode(), done.stderr.decode())
        return done.stdout.decode()

    run("init", "-q", "-b", "main")
    run("add", "-A")
    run("commit", "-q", "-m", "0")
    return run


def committed(daemon: Watched, git: Callable[..., str], path: str, old: str, new: str) -> None:
    """An edit of a note, taken over into the digest, and committed with it."""
    edit(daemon.vault, path, old, new, in_place)
    daemon.says(DIGEST, new)
    daemon.rests()
    git("add", "-A")
    git("commit", "-q", "-m", new)


def test_git_at_work_under_the_daemon_reverts_nothing_and_loses_nothing(
    built: Vault, git: Callable[..., str]
) -> None:
    with watching(built) as daemon:
        git("add", "-A")
        git("commit", "-q", "-m", "1")
        committed(daemon, git, OCTOPACK, SAID, "tok-1.")
        committed(daemon, git, BAYES, "흥미롭긴 합니다.", "tok-2.")

        def untouched() -> None:
            daemon.rests()
            assert git("status", "--porcelain") == "", daemon.log

        for commit in ("HEAD~1", "main~2", "main"):
            moves = daemon.log.count("git's HEAD moved")
            git("checkout", "-q", commit)
            # An edit before the pass that follows a checkout would be taken for git's own.
            daemon.until(lambda moves=moves: daemon.log.count("git's HEAD moved") > moves)  # type: ignore[misc]
            untouched()
        # Stashed, with one side of it only known to git's index.
        edit(built, OCTOPACK, "tok-1.", "tok-3.", in_place)
        daemon.says(DIGEST, "tok-3.")
        daemon.rests()
        git("stash", "-q")
        untouched()
        git("stash", "pop", "-q")
        daemon.rests()
        assert "tok-3." in built.read(DIGEST) and "tok-3." in built.read(OCTOPACK)
        git("commit", "-q", "-a", "-m", "tok-3.")
        # Rebased: what was done elsewhere comes below what was done here.
        git("checkout", "-q", "-b", "elsewhere", "main~1")
        daemon.rests()
        committed(daemon, git, CAUSAL, "애매하다는 결과도 있어서", "tok-4")
        git("rebase", "-q", "main")
        untouched()
        # As a pre-commit framework does it: what is not staged is put away for a second.
        edit(built, CAUSAL, "tok-4", "tok-5", in_place)
        daemon.says(DIGEST, "tok-5")
        git("add", DIGEST)
        (built.state.parent / "patch").write_text(git("diff", "--binary"))
        git("checkout", "-q", "--", ".")
        daemon.until(lambda: "tok-4" in built.read(CAUSAL))
        git("apply", str(built.state.parent / "patch"))
        daemon.rests()
        for path, words in (
            (DIGEST, ["tok-2.", "tok-3.", "tok-5"]), (OCTOPACK, ["tok-3."]),
            (BAYES, ["tok-2."]), (CAUSAL, ["tok-5"]),
        ):  # fmt: skip
            assert all(word in built.read(path) for word in words), (path, daemon.log)
        assert CONFLICTS not in built.files()
        assert not watched.lost(built, [f"tok-{number}" for number in range(1, 6)])


def test_one_side_that_git_puts_back_is_followed(built: Vault, git: Callable[..., str]) -> None:
    """Only the notes are in git: a checkout takes back what was typed there, and gives it again."""
    with watching(built) as daemon:
        (built.root / ".gitignore").write_text("digests\n")
        git("rm", "-q", "-r", "--cached", "digests")
        git("add", "-A")
        git("commit", "-q", "-m", "notes alone")
        committed(daemon, git, OCTOPACK, SAID, "tok-1.")
        git("checkout", "-q", "HEAD~1")
        daemon.says_not(DIGEST, "tok-1.")
        daemon.rests()
        git("checkout", "-q", "main")
        daemon.says(DIGEST, "tok-1.")
        daemon.rests()
        assert "tok-1." in built.read(OCTOPACK) and CONFLICTS not in built.files()


# The ground moves


def test_folders_come_and_go_and_are_renamed(
    daemon: Watched, tmp_path_factory: pytest.TempPathFactory
) -> None:
    twin = twin_of(daemon, tmp_path_factory.mktemp("twin"))
    for vault in (daemon.vault, twin):
        (vault.root / "papers").rename(vault.root / "논문")
        deep = vault.root / "digests" / "2024" / "1월"
        deep.mkdir(parents=True)
        toml = vault.read("vault-sync.toml").replace("digests/*.md", "digests/**/*.md")
        vault.write("vault-sync.toml", toml)
        (deep / "첫 주.md").write_text(f"첫 주\n{NEW}", "utf-8")
    daemon.until(lambda: list(daemon.vault.root.glob("papers/*Lantern*.md")))
    daemon.rests()
    twin.ok("sync", "--offline")
    assert daemon.vault.files() == twin.files()


@pytest.mark.sweep
def test_the_vault_goes_and_comes_back(daemon: Watched) -> None:
    vault, away = daemon.vault, daemon.vault.root.with_name("away")
    before = vault.files()
    vault.root.rename(away)
    daemon.until(lambda: daemon.sign()["doing"] == "the vault is gone")
    moved = Vault(away, vault.state)
    edit(moved, OCTOPACK, SAID, "tok-1.", in_place)
    away.rename(vault.root)
    daemon.says(DIGEST, "tok-1.")
    daemon.rests()
    assert vault.read(DIGEST) == before[DIGEST].decode().replace(SAID, "tok-1.")


def test_stopped_and_continued_it_finds_what_it_missed(daemon: Watched) -> None:
    daemon.signal(signal.SIGSTOP)
    for number in range(300):
        daemon.vault.write(f"other/{number}.md", "not a paper\n")
    edit(daemon.vault, OCTOPACK, SAID, "tok-1.", in_place)
    daemon.signal(signal.SIGCONT)
    daemon.says(DIGEST, "tok-1.")


def test_over_a_folder_of_notes_it_waits_until_a_person_says_that_they_are_digests(
    empty_vault: Vault,
) -> None:
    for number in range(22):
        entry = f"https://arxiv.org/abs/2308.{number:05d}\nPaper {number} (Ann Park)\nwords\n"
        empty_vault.write(f"digests/p{number}.md", entry)
    with watching(empty_vault) as running:
        before = empty_vault.files()
        running.until(lambda: "hold one paper each" in running.log)
        passes = running.passes()
        empty_vault.write("digests/p1.md", empty_vault.read("digests/p1.md") + "edited\n")
        running.until(lambda: running.passes() > passes)
        assert empty_vault.files().keys() == before.keys(), "it answers nothing by itself"
        empty_vault.ok("rebuild", "--offline", "--yes")
        empty_vault.edit("digests/p2.md", "words", "words tok-flow")
        running.says("papers/Paper 2.md", "tok-flow")
