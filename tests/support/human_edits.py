"""A person at work in a vault on the disk, and passes in part and whole between the edits.

The acts in digests and notes are those of `two_way`; here stand what takes files, a state and an
index: copies that step in, saves of every kind, line ends, ticks, `undo`, `restore`. Every word has
a number, and what the person did not take out must be in the vault after every pass.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from unittest.mock import patch

from tests.support import two_way
from tests.support.memory_vault import MemoryVault
from tests.support.two_way import World, words
from vault_sync.core.model.plan import Conflict, Plan
from vault_sync.core.model.values import Key, RelPath, stem_of
from vault_sync.core.naming.copy_names import possible
from vault_sync.edge.config import Config, load
from vault_sync.edge.state.pass_log import records as log
from vault_sync.edge.state.store import StateStore, open_state
from vault_sync.edge.write.undo import list_saved
from vault_sync.edge.write.undo import restore as restore_text
from vault_sync.sync import engine, view
from vault_sync.sync.incremental import index, reading, scope
from vault_sync.sync.incremental.shadow import compare
from vault_sync.sync.observation import observation
from vault_sync.sync.request import PassRequest
from vault_sync.sync.undoing import take_back
from vault_sync.sync.view import PassContext, look, look_at_all

PAGE = "Sync conflicts.md"
ALIASES = re.compile(r"^aliases:\n(  - .*\n)*", re.MULTILINE)
HOUR = 3_600 * 10**9


class DiskVault(MemoryVault):
    """The same on the disk: `files` are its visible texts, with LF newlines."""

    def __init__(self, above: Path) -> None:
        super().__init__()
        self.root = above / "vault"
        self.root.mkdir()
        (self.root / "vault-sync.toml").write_text("[arxiv]\nenabled = false\n")
        self.config: Config = load(self.root)
        self.state: StateStore = open_state(
            self.root, {"VAULT_SYNC_STATE_DIR": str(above / "state")}
        )
        self.crlf: set[str] = set()
        self.page = ""
        self.last_save = 0

    def load(self) -> None:
        """Read what is on the disk."""
        self.files.clear()
        for path in sorted(self.root.rglob("*.md")):
            name = path.relative_to(self.root).as_posix()
            if not name.startswith("."):
                text = path.read_bytes().decode()
                self.files[name] = text.replace("\r\n", "\n")
                (self.crlf.add if "\r\n" in text else self.crlf.discard)(name)
        self.page = self.files.pop(PAGE, "")
        self.rows = dict(self.state.rows())

    def put(self, path: str, text: str, how: int = 0) -> None:
        """Save a text as an editor does: in place, or by a rename."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        bytes_ = text.replace("\n", "\r\n" if path in self.crlf else "\n").encode()
        target = file if how % 2 else file.with_name(".saved")
        target.write_bytes(bytes_)
        # No two alike: a clock's grain hides no save. Of now, or a sync service seems to bring it.
        self.last_save = now = max(time.time_ns(), self.last_save + 1001)
        os.utime(target, ns=(now, now))
        target.replace(file)

    def store(self, before: dict[str, str], how: int) -> None:
        """Bring to the disk what an act did to `files`; a text that moved is moved or made anew."""
        gone = {path for path in before if path not in self.files}
        for path, text in self.files.items():
            if before.get(path) == text:
                continue
            was = next((old for old in sorted(gone) if before[old] == text), None)
            if path not in before and was is not None and how % 3:
                gone.remove(was)
                (self.crlf.add if was in self.crlf else self.crlf.discard)(path)
                (self.root / path).parent.mkdir(parents=True, exist_ok=True)
                (self.root / was).rename(self.root / path)
            else:
                self.put(path, text, how)
        for path in gone:
            (self.root / path).unlink()

    def visible_words(self) -> set[str]:
        return words("".join(self.files.values()))

    def saved_words(self) -> set[str]:
        hidden = [*(self.root / ".trash").rglob("*"), *self.state.saved.rglob("*")]
        return words("".join(file.read_text("utf-8") for file in hidden if file.is_file()))

    def plan(self, **how: object) -> Plan:
        del how
        return look_at_all(self.context, PassRequest(), "").plan

    @property
    def context(self) -> PassContext:
        return PassContext(self.config, self.state)


@dataclass
class Desk:
    """One person's vault with the account of the words; `counts` says what was done."""

    vault: DiskVault
    world: World
    seed: int
    chance: random.Random
    done: list[str] = field(default_factory=list)
    parts: int = 0
    passes: int = 0
    later: int = 0
    words_at: dict[int, int] = field(default_factory=dict)
    questions: int = 0
    asked: set[tuple[str, ...]] = field(default_factory=set)

    @property
    def tidy(self) -> bool:
        """No copies, and nothing is taken back: passes in part are seldom anywhere else."""
        return self.seed % 2 == 1

    # What a person does.

    def edits(self) -> None:
        """One of the acts of `two_way`, in a digest or a note."""
        vault, chance = self.vault, self.chance
        before = dict(vault.files)
        act = chance.choice(two_way.ACTS)
        out = set(self.world.removed)
        act(self.world, vault, chance.randrange(1000), chance.randrange(1000))
        if act is two_way.restore:
            self._pastes(out)
        if vault.files != before:
            self.done.append(act.__name__)
        vault.store(before, chance.randrange(6))

    def _pastes(self, out: set[str]) -> None:
        """Of words `out` of the vault that an older text brings back: a side that lacks them wins.

        They were taken out there, while the entry was cut or since the text was saved.
        """
        back = out - self.world.removed
        texts: dict[Key, list[str]] = {}
        for path, entry in two_way.entries(self.vault):
            text = entry.span.slice(self.vault.files[path])
            texts.setdefault(entry.key, []).append(text)
        for _, note in two_way.notes(self.vault):
            if note.key:
                texts.setdefault(note.key, []).append(ALIASES.sub("", note.text))
        for found in texts.values():
            every = [words(text) for text in found]
            lacking = {word for each in every for word in back - each}
            self.world.removed |= lacking & set().union(*every)

    def edits_both_sides(self) -> None:
        """A note is edited, and an entry of its paper is edited or taken out, before any pass."""
        vault, chance = self.vault, self.chance
        noted = two_way.notes(vault)
        if not noted:
            return
        at = chance.randrange(len(noted))
        entries = [entry.key for _, entry in two_way.entries(vault)]
        here = [number for number, key in enumerate(entries) if key == noted[at][1].key]
        before = dict(vault.files)
        acts = [(chance.choice(IN_NOTE), at)]
        if here:
            acts.append((chance.choice(IN_ENTRY), chance.choice(here)))
        for act, number in acts:  # every other time something is put in and nothing taken out
            act(self.world, vault, number, chance.choice((0, chance.randrange(1000))))
        self.done.append("+".join(act.__name__ for act, _ in acts))
        vault.store(before, chance.randrange(6))

    def copies_note(self) -> None:
        noted = two_way.notes(self.vault)
        if noted:
            path, note = self.chance.choice(noted)
            to = path.removesuffix(".md") + f" {self.chance.choice(('copy', '1', '2'))}.md"
            if to not in self.vault.files:
                before = dict(self.vault.files)
                self.vault.files[to] = note.text
                self.done.append(f"copies {path} to {to}")
                self.vault.store(before, 0)

    def steps_in(self) -> None:
        """A copy takes the place of the note that it was made of, by a rename or as it stands."""
        noted = two_way.notes(self.vault)
        pairs = [
            (one, other)
            for one, first in noted
            for other, second in noted
            if one != other and first.key == second.key
        ]
        if not pairs:
            return
        path, copy = self.chance.choice(pairs)
        stays = self.vault.visible_words()
        if self.chance.randrange(2):
            (self.vault.root / copy).replace(self.vault.root / path)
            self.done.append(f"{copy} replaces {path}")
        else:
            (self.vault.root / path).unlink()
            self.done.append(f"{path} is deleted beside {copy}")
        self.vault.load()
        self.world.removed |= stays - self.vault.visible_words()

    def turns_line_ends(self) -> None:
        path = self.chance.choice(sorted(self.vault.files))
        self.vault.crlf.symmetric_difference_update({path})
        self.done.append(f"line ends of {path}")
        self.vault.put(path, self.vault.files[path])

    def writes_another_file(self) -> None:
        """A file about no paper, which may take a name that links lead to."""
        noted = two_way.notes(self.vault)
        name = self.chance.choice(noted)[0].rpartition("/")[2] if noted else "x.md"
        path = f"other/{self.chance.choice((name, 'own.md'))}"
        before = dict(self.vault.files)
        gone = path in before
        self.world.write(self.vault, **{path: None if gone else f"{self.world.word()} 내 글.\n"})
        self.done.append(f"{'removes' if gone else 'writes'} {path}")
        self.vault.store(before, 0)

    def ticks(self) -> None:
        """A box of the conflicts note; what the other side says goes with it."""
        found = [each for each in self.vault.plan().conflicts if each.id in self.vault.page]
        if not found:
            return
        conflict = self.chance.choice(found)
        side = self.chance.choice(("digest", "note"))
        box = re.compile(rf"- \[.\](?= .*\^{conflict.id}-{side}$)", re.MULTILINE)
        self.vault.put(PAGE, box.sub("- [x]", self.vault.page), self.chance.randrange(2))
        self.done.append(f"ticks {side} of {conflict.digest}, {conflict.key}, {conflict.field}")
        self._gives_up(conflict)
        self.vault.load()

    def _gives_up(self, conflict: Conflict) -> None:
        self.world.removed |= words(conflict.digest_text) ^ words(conflict.note_text)

    # What the program does.

    def takes_back(self) -> None:
        """`undo`: what was written since the pass stays."""
        vault = self.vault
        records = {record.id: record for record in log(vault.state)}
        number = self.chance.choice((None, None, *records))
        before, was = vault.visible_words(), dict(vault.files)
        with vault.state.lock(5.0):
            try:
                outcome, _ = take_back(
                    vault.config, vault.state, number, datetime.now(UTC), vault.plan
                )
            except LookupError:
                return
        vault.load()
        undone = [int(each.why.removeprefix("undo ")) for each in outcome.done][:1]
        self.done.append(f"undo {undone}")
        gone = before - vault.visible_words()
        for one in undone:
            if records[one].cause not in {"sync", "rebuild"}:  # a person's own act, taken back
                self._wrote(was)
            since = {f"w{n}" for n in range(self.words_at[one] + 1, self.world.count + 1)}
            newer = gone & since - self.world.removed
            assert not newer, f"undo took newer words: {newer}"
        assert gone <= vault.saved_words() | self.world.removed, "not even saved"
        self.world.removed |= gone
        self._counts_words()

    def _wrote(self, before: dict[str, str]) -> None:
        """Count what is on the disk now as written by the person."""
        after, out = self.vault.files, set(self.world.removed)
        changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
        self.vault.files = before
        self.world.write(self.vault, **{path: after.get(path) for path in changed})
        self._pastes(out)
        self.vault.load()

    def _counts_words(self) -> None:
        """Remember which words there were at the newest pass."""
        newest = max((record.id for record in log(self.vault.state)), default=0)
        self.words_at.setdefault(newest, self.world.count)

    def changes_its_mind(self) -> None:
        """`undo` right after a pass: the next one does nothing of it again."""
        vault = self.vault
        before = dict(vault.files)
        waits = self.run("part").deferred
        if vault.files == before or waits:
            return
        # What the next pass does in any case: a copy takes the place of a note that went.
        due = {(type(each), each.path) for each in self.whole().operations}
        with vault.state.lock(5.0):
            outcome, _ = take_back(vault.config, vault.state, None, datetime.now(UTC), vault.plan)
        vault.load()
        self.done.append("undo at once")
        assert not outcome.undone, outcome.undone
        for path in {*before, *vault.files}:  # an entry that had been taken out comes back
            text = vault.files.get(path)
            assert text == before.get(path) or path.startswith("digests/"), path
            assert words(before.get(path, "")) <= words(text or ""), path
        self._counts_words()
        plan = self.whole()
        again = [each for each in plan.operations if (type(each), each.path) not in due]
        assert not [each for each in again if each.path != PAGE], (
            f"done again after undo: {two_way.shown(plan)}"
        )

    def restores(self) -> None:
        saved = [one for one in list_saved(self.vault.state) if one.row.path != PAGE]
        if not saved:
            return
        row = self.chance.choice(saved).row
        in_place = self.chance.randrange(3) == 0
        before = dict(self.vault.files)
        with self.vault.state.lock(5.0):
            try:
                restore_text(
                    self.vault.root,
                    self.vault.state,
                    row.path,
                    started=datetime.now(UTC),
                    name=row.name,
                    in_place=in_place,
                )
            except LookupError:
                return
        self.vault.load()
        self.done.append(f"restore {row.path} in place: {in_place}")
        if in_place:
            self._wrote(before)
        for path in {*self.vault.files} - {*before}:
            if "(restored" in path:  # looked at, and thrown away
                (self.vault.root / path).unlink()
        if not in_place:
            self.vault.load()
            self._wrote(before)
        self._counts_words()

    def passes_by(self) -> None:
        """A pass: in part where the index allows it, whole, or `rebuild`; soon or an hour later."""
        how = self.chance.choice(("part", "part", "part", "part", "whole", "rebuild"))
        later = self.chance.choice((0, HOUR, HOUR))
        with clock(later):  # one that went back tells a whole pass what the last one knew otherwise
            self.run("whole" if later < self.later else how)
        self.later = later

    def run(self, how: str, *, redo: bool = False) -> Plan:
        vault = self.vault
        if how != "part":
            index.forget(index.path_of(vault.state))
        remake = how == "rebuild"
        request = PassRequest(cause="rebuild" if remake else "sync", remake=remake, redo=redo)
        if request.ordinary:
            looked = look(vault.context, request)
            if looked.memory is not None:
                self.parts += 1
                looked.memory.close()  # Windows removes no file that is open
                compare(looked.plan, self.whole(), looked.explained)
        result = engine.run(vault.context, request)
        self.passes += 1
        self._counts_questions(result.plan)
        assert not result.outcome.undone, result.outcome.undone
        self.done.append(
            f"{how}: {[f'{type(one).__name__} {one.path}' for one in result.outcome.done]}"
        )
        vault.load()
        self._counts_words()
        self.nothing_is_lost()
        return result.plan

    def _counts_questions(self, plan: Plan) -> None:
        """Count what the person is asked that the last pass did not ask: conflicts and problems."""
        asked: set[tuple[str, ...]] = {
            ("conflict", each.key, each.digest, each.field) for each in plan.conflicts
        }
        problems = [each for each in plan.problems if each.level == "problem"]
        asked |= {(each.code, each.path, each.message) for each in problems}
        self.questions += len(asked - self.asked)
        self.asked = asked

    def whole(self) -> Plan:
        """Return what a pass over the whole vault would do."""
        return self.vault.plan()

    # Laws.

    def nothing_is_lost(self) -> None:
        lost = self.world.written - self.world.removed - self.vault.visible_words()
        saved = self.vault.saved_words() if lost else set()
        assert not lost, f"lost: {sorted(lost)}, of which {sorted(lost & saved)} were saved"

    def step(self) -> None:
        acts = (*(TIDY if self.tidy else ACTS), *(Desk.edits,) * 10, *(Desk.passes_by,) * 6)
        self.chance.choice(acts)(self)

    def finish(self) -> None:
        """Two passes, and nothing is left to do; both sides say the same."""
        with clock(HOUR):
            for redo in (False, True):
                waits = self.run("whole", redo=redo).deferred
                self.run("part")
                if waits:  # for what another device may still bring
                    self.run("part")
                plan = self.whole()
                assert not plan.operations, two_way.shown(plan)
                assert not plan.base_updates, plan.base_updates
            files = {RelPath(path): text for path, text in self.vault.files.items()}
            links = [entry.link for _, entry in two_way.entries(self.vault)]
            linked = {stem_of(link.target) for link in links if link}
            copies = {
                path for path in files if possible(path, files) and stem_of(path) not in linked
            }
            self.vault.files = {path: files[path] for path in files.keys() - copies}
            two_way.sides_agree(self.vault)


IN_NOTE = (two_way.reword_note, two_way.retag_note, *(two_way.think,) * 2)
IN_ENTRY = (two_way.reword, *(two_way.retag,) * 2, *(two_way.remove,) * 2)
TIDY: tuple[Callable[[Desk], None], ...] = (
    *(Desk.edits_both_sides,) * 3,
    *(Desk.turns_line_ends, Desk.writes_another_file),
)
ACTS = (
    *TIDY,
    Desk.copies_note,
    Desk.steps_in,
    Desk.ticks,
    Desk.takes_back,
    Desk.changes_its_mind,
    Desk.restores,
)


@contextmanager
def clock(later: int) -> Iterator[None]:
    """The passes run so many nanoseconds later than it is."""
    there = SimpleNamespace(
        time_ns=lambda: time.time_ns() + later, time=lambda: time.time() + later / 1e9
    )
    with (
        patch.object(observation, "time", there),
        patch.object(scope, "time", there),
        patch.object(reading, "time", there),
        patch.object(engine, "time", there),
        patch.object(view, "time", there),
    ):
        yield


@contextmanager
def desk(seed: int) -> Iterator[Desk]:
    with TemporaryDirectory() as above:
        vault = DiskVault(Path(above))
        world = World((vault, vault), {})
        for path in two_way.WEEKS:
            text = path[8:-3] + "\n" + "".join(world.entry() for _ in range(3))
            world.write(vault, **{path: text})
        vault.store({}, 1)
        at = Desk(vault, world, seed, random.Random(seed))
        try:
            yield at
        except AssertionError as error:
            error.add_note("\n".join([f"seed {seed}", *at.done]))
            raise
        finally:
            vault.state.close()
