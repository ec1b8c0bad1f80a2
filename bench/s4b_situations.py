"""S4b: what a reader does in a day, `sync`, against a plain edit; as a process, and in a daemon.

Processor time, the least of the runs; files are those that the pass opened in the vault.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.measure import Bench, Row, Spread
from vault_sync.core.model.values import RelPath
from vault_sync.edge.config import load
from vault_sync.edge.state.store import open_state
from vault_sync.sync.engine import run
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.memory import DaemonMemory
from vault_sync.sync.incremental.unchanged import stamp_of
from vault_sync.sync.request import PassRequest
from vault_sync.sync.view import PassContext

_COUNTING = """
import os, sys
opened = []
def hook(event, arguments):
    if event == "open" and str(arguments[0]).endswith(".md"):
        opened.append(arguments[0])
sys.addaudithook(hook)
from vault_sync.__main__ import main
try:
    main()
finally:
    times = os.times()
    with open(os.environ["COUNTED"], "w") as file:
        print(len(opened), times.user + times.system, file=file)
"""


class Vault(NamedTuple):
    """The vault at work, and a number that differs from run to run."""

    root: Path
    number: int

    def digest(self, at: int = 0) -> Path:
        digests = sorted((self.root / "digests").glob("*주차.md"))
        return digests[(self.number * 37 + at) % len(digests)]

    def note(self, digest: Path) -> Path:
        names = re.findall(r"\[\[([^]|]+)\|", digest.read_text("utf-8"))
        notes = (self.root / "papers" / f"{name}.md" for name in names)
        return next(note for note in notes if note.exists())

    def change(self, path: Path, old: str, new: str) -> None:
        text = path.read_text("utf-8")
        assert old in text, (path, old)
        path.write_text(text.replace(old, new, 1), "utf-8")


def _line(path: Path, at: int) -> str:
    return path.read_text("utf-8").split("\n")[at]


def edit_digest(vault: Vault) -> None:
    digest = vault.digest()
    line = _line(digest, 3)
    vault.change(digest, line, f"{line} 문장 {vault.number}.")


def edit_note(vault: Vault) -> None:
    note = vault.note(vault.digest())
    note.write_text(f"{note.read_text('utf-8').rstrip()} 문장 {vault.number}.\n", "utf-8")


def _entry(number: int | str) -> str:
    return f"https://openreview.net/forum?id=n{number}\nNew {number} (Ann Park)\n새 문장.\n#new\n"


def new_entry(vault: Vault) -> None:
    digest = vault.digest()
    text = digest.read_text("utf-8").rstrip("\n")
    digest.write_text(f"{text}\n{_entry(vault.number)}", "utf-8")


def new_digest(vault: Vault) -> None:
    entries = "".join(_entry(f"{vault.number}-{at}") for at in range(14))
    name = f"2099년 {vault.number}월 1주차"
    (vault.root / "digests" / f"{name}.md").write_text(f"{name}\n{entries}", "utf-8")


def entry_removed(vault: Vault) -> None:
    digest = vault.digest()
    text = digest.read_text("utf-8")
    first = text.index("\nhttps://") + 1
    second = text.index("\nhttps://", first) + 1
    digest.write_text(text[:first] + text[second:], "utf-8")


def note_deleted(vault: Vault) -> None:
    vault.note(vault.digest()).unlink()


def note_renamed(vault: Vault) -> None:
    note = vault.note(vault.digest())
    note.rename(note.with_name(f"Moved {vault.number}.md"))


def digest_renamed(vault: Vault) -> None:
    digest = vault.digest()
    digest.rename(digest.with_name(f"2098년 {vault.number}월 2주차.md"))


def tag(vault: Vault) -> None:
    digest = vault.digest()
    line = next(line for line in digest.read_text("utf-8").split("\n") if line.startswith("#"))
    vault.change(digest, line, f"{line} #tag{vault.number}")


def title(vault: Vault) -> None:
    note = vault.note(vault.digest())
    line = next(line for line in note.read_text("utf-8").split("\n") if line.startswith("title: "))
    words = line.removeprefix("title: ").strip('"')
    vault.change(note, line, f'title: "Of {vault.number} {words}"')


def address(vault: Vault) -> None:
    digest = vault.digest()
    line = _line(digest, 1)
    vault.change(digest, line, f"https://openreview.net/forum?id=a{vault.number}")


def link_by_hand(vault: Vault) -> None:
    digest, other = vault.digest(), vault.digest(1)
    line = _line(digest, 3)
    vault.change(digest, line, f"{line} [[{vault.note(other).stem}]]")


def conflict(vault: Vault) -> None:
    digest = vault.digest(5)
    line = _line(digest, 3)
    vault.change(digest, line, f"가 {vault.number}. {line} 나 {vault.number}.")
    vault.change(vault.note(digest), line, f"다 {vault.number}. {line} 라 {vault.number}.")


def broken_note(vault: Vault) -> None:
    vault.change(vault.note(vault.digest(7)), "title: ", "title: [")


def name_clash(vault: Vault) -> None:
    note = vault.note(vault.digest())
    (vault.root / "other").mkdir(exist_ok=True)
    (vault.root / "other" / note.name).write_text("another\n", "utf-8")


class Situation(NamedTuple):
    """What is done before the pass that is timed; `before` stands when another pass is through."""

    work: str
    edit: Callable[[Vault], None]
    before: Callable[[Vault], None] | None = None


SITUATIONS = (
    Situation("edit in digest", edit_digest),
    Situation("edit in note", edit_note),
    Situation("new entry", new_entry),
    Situation("new digest of 14", new_digest),
    Situation("entry removed", entry_removed),
    Situation("note deleted", note_deleted),
    Situation("note renamed", note_renamed),
    Situation("digest renamed", digest_renamed),
    Situation("tag", tag),
    Situation("title", title),
    Situation("address", address),
    Situation("link by hand", link_by_hand),
    Situation("name clash", name_clash),
    Situation("edit, open conflict elsewhere", edit_digest, conflict),
    Situation("edit, broken note elsewhere", edit_digest, broken_note),
)


def rows(bench: Bench) -> Iterator[Row]:
    root = bench.settled(bench.entries)
    for how, timed in (("process", _process), ("daemon", _daemon)):
        plain: Spread | None = None
        for at, situation in enumerate(SITUATIONS):
            taken, opened = [], 0
            for turn in range(bench.runs):
                vault = Vault(root, (at + 1) * 100 + turn + (50 if how == "daemon" else 0))
                if situation.before is not None and turn == 0:
                    situation.before(vault)
                _quiet(bench, root)
                took, opened = timed(bench, vault, situation)
                taken.append(took)
            spread = Spread(min(taken), min(taken), max(taken))
            plain = plain or spread
            note = f"{opened} files" if opened else ""
            work = f"{situation.work}, {how}, {bench.entries:,} notes"
            yield Row("S4b", work, spread, "plain edit", plain, "<= 2 x", note)


def _process(bench: Bench, vault: Vault, situation: Situation) -> tuple[float, int]:
    situation.edit(vault)
    counted = bench.folder / "counted"
    command = [sys.executable, "-c", _COUNTING, "--vault", str(vault.root), "--quiet", "sync"]
    environ = bench.environ(vault.root) | {"COUNTED": str(counted)}
    subprocess.run([*command, "--offline"], env=environ, check=False, stdout=subprocess.DEVNULL)
    opened, took = counted.read_text().split()
    return float(took), int(opened)


def _daemon(bench: Bench, vault: Vault, situation: Situation) -> tuple[float, int]:
    config = load(vault.root)
    state = open_state(vault.root, bench.environ(vault.root))
    daemon_memory = DaemonMemory(index.glance(index.path_of(state), stamp_of(config, state) or ""))
    before = _stamps(vault.root)
    situation.edit(vault)
    after = _stamps(vault.root)
    hints = {RelPath(path) for path, stamp in before.items() ^ after.items()}
    context = PassContext(config, state, daemon_memory=daemon_memory, hints=frozenset(hints))
    began = time.process_time()
    run(context, PassRequest(cause="watch", patient=True))
    took = time.process_time() - began
    state.close()
    return took, 0


def _stamps(root: Path) -> dict[str, int]:
    return {str(path.relative_to(root)): path.stat().st_ctime_ns for path in root.rglob("*.md")}


def _quiet(bench: Bench, root: Path) -> None:
    """Passes until nothing is left to do or to be looked at again."""
    with open_state(root, bench.environ(root)) as state:
        for _ in range(3):
            for file in (root / ".vault-sync" / "tmp").iterdir():
                file.unlink()
            run(PassContext(load(root), state), PassRequest())
    os.sync()
