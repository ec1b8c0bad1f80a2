"""The papers that changed files concern, and the plan for these alone.

A file has records of what it is about and of what it names (`identity`). A paper is concerned if

1. a file about it changed, came or went, or was left open by the last pass;
2. a file about it names something that came, went, or is another thing now: a file's name (a link
   may lead elsewhere), or a paper that has a note or has none any more (a list may change);
3. something of the kind will be done by the plan for the papers that are concerned already;
4. an entry of a paper that is concerned links to its note, or a problem stands at a file of such a
   paper, so that it can only be told anew together with it.

So papers only join, until none is left to join; then the plan for them is part of the plan for all.
Every file about them is read, and every one to which a digest links, since its entries are read by
it. What is too much is read too often; what is too little would be a wrong plan. Law
(tests/system/test_scope.py): the plan of a whole pass is the same.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from vault_sync.core.model.base import Base
from vault_sync.core.model.paths import folder_of, stem_of
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Create, Plan, Rename, Trash, Value
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.note_names import bare_name
from vault_sync.core.naming.titles import fold_title
from vault_sync.core.naming.wikilinks import find
from vault_sync.core.report import conflicts_page
from vault_sync.core.snapshot import Snapshot
from vault_sync.edge.config import Config
from vault_sync.edge.fs.reader import read_all
from vault_sync.edge.fs.scan import Stat
from vault_sync.edge.state.base_table import count_places, read_some
from vault_sync.edge.state.schema import as_bytes, bound, encode, unbound
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.file_record import UNKNOWN, File, believable, mark_of
from vault_sync.sync.incremental.identity import OTHER, called, identities
from vault_sync.sync.incremental.lazy_mapping import Asked
from vault_sync.sync.incremental.memory import MANY, Memory
from vault_sync.sync.incremental.overlay import Overlay
from vault_sync.sync.observation import is_digest, snapshot_of


class Closure:
    """The papers concerned, the files read for them, and the reasons.

    `reasons` says of each paper why it is concerned, `changed` are the files that are not as they
    were or were left open, `read` the records of all files read.
    """

    def __init__(
        self,
        config: Config,
        state: StateStore,
        memory: Memory,
        stats: Mapping[RelPath, Stat | None],
    ) -> None:
        self.config, self.state, self.memory = config, state, memory
        self.read_at = time.time_ns()
        self.stats = {path: stat for path, stat in stats.items() if stat is not None}
        self.gone = {path for path in stats if stats[path] is None and path in memory.files}
        self.before, self.now = Overlay(memory), Overlay(memory)
        self.texts: dict[RelPath, str] = {}
        self.read: dict[RelPath, File] = {}
        self.same: dict[RelPath, File] = {}
        self.changed: set[RelPath] = set()
        self.reasons: dict[Key, str] = {}
        self.moved = bool(self.gone)
        self.unsure: set[Key] = set()
        self._touched: set[str] = set()
        self._rows: dict[Key, dict[BaseKey, Value]] = {}
        self._is_digest = is_digest(config.rules)
        self._troubled = self._paths_with_problems()

    # Reading

    def start(self) -> bool:
        """Read the files that may have changed; False if one cannot be read, or many have.

        Of those that have not, no text is kept: after `rebuild` or a checkout that is every file.
        """
        come = self.stats.keys() - self.memory.files.keys()
        if len(come) + len(self.gone) > MANY:
            return False
        self.now.move(self.gone, sorted(come))
        suspects = self.stats.keys() | self.memory.open.difference(self.gone)
        for path, text in read_all(self.config.root, sorted(suspects)):
            if isinstance(text, Problem):
                return False
            was, now = self.now.was(path), self._record(path, text)
            if was is not None and now.mark == was.mark and was.settled:
                self.same[path] = now
            elif len(self.read) == MANY:
                return False
            else:
                self.texts[path], self.read[path] = text, now
                self.changed.add(path)
        for path in self.gone:
            self.now.changed[path] = None
        self._join_changed(come)
        return True

    def _join_changed(self, come: Collection[RelPath]) -> None:
        for path in sorted(self.changed | self.gone):
            was = self.now.was(path)
            word = "came" if was is None else "went" if path in self.gone else "changed"
            before = self.before.keys_at(path)
            self.join(before, f"a file about it {word}: {path}")
            if word != "changed":
                self.touch_name(path)
            if path in self.gone:
                for key in before:
                    self.touch_paper(key)
        unclear = {*come, *(path for path in self.changed if not self.now.keys_at(path))}
        self.join(self._notes_in_base(unclear), "the base has it at a file that changed")
        if not (self.changed | self.gone).isdisjoint(self.conflicts_paths()):
            keys = (each.key for each in self.memory.came.conflicts)
            self.join(keys, "the conflicts note changed")

    def take(self, paths: Iterable[RelPath]) -> bool:
        """Read more files; False if one cannot be read, or they become many."""
        new = sorted(set(paths) - self.texts.keys())
        if len(new) + len(self.texts) > MANY * 2:
            return False
        for path, text in read_all(self.config.root, new):
            if isinstance(text, Problem):
                return False
            self.texts[path], self.read[path] = text, self._record(path, text)
        return True

    def _record(self, path: RelPath, text: str) -> File:
        was = self.now.was(path) or File(UNKNOWN, b"", *OTHER, settled=True)
        mark = mark_of(as_bytes(text))
        # A file that was taken for unchanged and is not: its stat is of no use.
        stat = was.stat if mark == was.mark else UNKNOWN
        stat = self.stats.get(path, stat)
        return was._replace(stat=believable(stat, self.read_at), mark=mark)

    def conflicts_paths(self) -> list[RelPath]:
        """Return the paths of the conflicts note, as far as there are such files, and one more."""
        paths = conflicts_page.paths(self.config.rules.conflicts_note)
        there = self.memory.files.keys() | self.stats.keys()
        return [path for path in paths if path in there] or paths[:1]

    # Joining

    def join(self, keys: Iterable[Key], reason: str) -> None:
        """Let papers be concerned."""
        for key in keys:
            if not key.startswith("title:"):
                self.reasons.setdefault(key, reason)

    def touch_name(self, path: RelPath) -> None:
        """Let those be concerned whose links may lead to this file, or did."""
        point = called(path)
        if point in self._touched:
            return
        self._touched.add(point)
        reason = f"where does [[{stem_of(path)}]] lead?"
        for other in (*self.now.names.called(bare_name(path)), *self.now.naming(point)):
            self.join(self.now.keys_at(other), reason)

    def touch_paper(self, key: Key) -> None:
        """Let those be concerned that name this paper, or that it names: it may have no note."""
        if key in self._touched:
            return
        self._touched.add(key)
        reason = f"which is the note of {key}?"
        for path in self.now.naming(key):
            self.join(self.now.keys_at(path), reason)
        namers = self.memory.came.namers
        self.join((namer for namer, named in namers.items() if key in named), reason)
        self.join(namers.get(key, ()), reason)
        if key.startswith("title:"):
            self.join(self._without_a_note(), "is a file with its title its note?")

    def _without_a_note(self) -> set[Key]:
        """Return papers that may have no note yet: of those nothing but titles may tell."""
        refused = self.state.select("SELECT key FROM refused WHERE field = 'note'")
        keys = {Key(unbound(row[0])) for row in refused}
        keys |= {each.key for each in self.memory.came.conflicts}
        return keys | {key for path in self._troubled for key in self._keys_known_at(path)}

    # What is needed for the papers concerned

    def needed(self) -> set[RelPath]:
        """Return every file that has a say in the papers concerned."""
        paths: set[RelPath] = set()
        for key in self.reasons:
            paths |= self.now.files_about(key)
            for base_key, value in self.rows_of(key).items():
                if base_key.field == "note":
                    paths.add(RelPath(str(value)))
                if base_key.digest:
                    paths.add(RelPath(base_key.digest))
        for path in list(paths):
            file = self.now.get(path)
            if file is not None and file.kind != "digest":
                for target in filter(None, file.pairs.split("\n")):
                    to = self.now.names.resolve(target, path)
                    if to is not None and self._may_be_digest(to):
                        paths.add(to)
        paths |= self._linked_by_digests()
        paths |= set(self.conflicts_paths())
        return {path for path in paths if self.now.get(path) is not None or path in self.texts}

    def _may_be_digest(self, path: RelPath) -> bool:
        return self._is_digest(path) or self._is_digest_now(path)

    def _linked_by_digests(self) -> set[RelPath]:
        """Return the notes to which the digests link that were read: by them entries are read."""
        found: set[RelPath] = set()
        for path, text in self.texts.items():
            if self._may_be_digest(path):
                linked = {self.now.names.resolve(link.target, path) for link in find(text)}
                found |= {to for to in linked if to is not None and self._is_of_a_paper(to)}
        return found

    def _is_of_a_paper(self, path: RelPath) -> bool:
        file = self.now.get(path)
        return file is not None and file.kind != "other"

    def rows_of(self, key: Key) -> dict[BaseKey, Value]:
        """Return the base's rows of one paper.

        Raises:
            ValueError: a value in it is not what was written.
        """
        if key not in self._rows:
            self._rows[key] = read_some(self.state.select, [key], ())
        return self._rows[key]

    def base(self) -> Base:
        """Return the base as far as it concerns these papers.

        With it come the papers whose lists name them, the texts of the digests read, and the paths
        of the notes of all other papers in the files read: by them links are the tool's or not.

        Raises:
            ValueError: a value in it is not what was written.
        """
        digests = [path for path in self.texts if self._may_be_digest(path)]
        rows = read_some(self.state.select, (), digests)
        for namer, named in self.memory.came.namers.items():
            if not self.reasons.keys().isdisjoint(named):
                rows[BaseKey(namer, "", "mentions")] = named
        for path in self.texts:
            for key in {*self.now.keys_at(path), *self.before.keys_at(path)}:
                found = self.rows_of(key)
                whole = key in self.reasons
                rows |= {row: found[row] for row in found if whole or row.field == "note"}
        for key in self.reasons:
            rows |= self.rows_of(key)
        select = self.state.select
        return Base(
            rows,
            exists=True,
            was_before=self.state.was_before,
            count=lambda: {RelPath(path): count for path, count in count_places(select).items()},
        )

    # Reading what the files say

    def conflicts_file(self) -> RelPath:
        """Return the path of the conflicts note, there or not."""
        there = {path: self.texts[path] for path in self.conflicts_paths() if path in self.texts}
        return conflicts_page.choose_path(self.config.rules.conflicts_note, there)

    def snapshot(self, base: Base) -> Snapshot:
        """Return the snapshot of all files read; note what they are now, and whom that concerns."""
        page = self.conflicts_file()
        texts = {path: text for path, text in self.texts.items() if path != page}
        found = snapshot_of(texts, self.now.names, self.config.rules, base)
        identity = identities(found, base, self.now.keys_at)
        for path, file in self.read.items():
            self._note(path, File(file.stat, file.mark, *identity.get(path, OTHER), file.settled))
        for path, digest in found.digests.items():
            for entry in digest.entries:
                if entry.key in self.reasons and entry.link is not None:
                    to = found.names.resolve(entry.link.target, path)
                    if to is not None:
                        keys = self.now.keys_at(to)
                        self.join(keys, f"an entry of {entry.key} links to its note")
        return found

    def _note(self, path: RelPath, now: File) -> None:
        """Take down what a file is now, and whom it concerns if it was another thing."""
        was = self.now.was(path)
        self.read[path] = self.now.changed[path] = now
        reason = f"a file about it changed: {path}"
        if was is not None and was[2:6] == now[2:6]:
            self.join(self.now.keys_at(path) if path in self.changed else (), reason)
            return
        old, new = set(self.before.keys_at(path)), set(self.now.keys_at(path))
        self.join(sorted(old | new), reason)
        self.moved = self.moved or bool(old - new)
        same_kind = was is not None and was.kind == now.kind
        if same_kind and now.kind == "digest":
            return
        if not same_kind or old != new:
            self.touch_name(path)
        for key in sorted(old ^ new if same_kind else old | new):
            self.touch_paper(key)

    def titled(self, found: Snapshot) -> set[RelPath]:
        """Return the files that have the title of an entry and no id: one may be its note."""
        titles = {
            fold_title(entry.fields.title)
            for digest in found.digests.values()
            for entry in digest.entries
            if entry.key in self.reasons and entry.fields.title
        }
        return {path for title in titles for path in self.now.files_about(Key(f"title:{title}"))}

    def newest(self) -> str:
        """Return the last path of a digest; "" for none."""
        newest = self.memory.came.newest
        if newest and self._is_digest_now(RelPath(newest)):
            return newest
        digests = sorted(filter(self._is_digest, self.memory.files), reverse=True)
        return next(filter(self._is_digest_now, digests), "")

    def _is_digest_now(self, path: RelPath) -> bool:
        file = self.now.get(path)
        return file is not None and file.kind == "digest"

    def same_folder(self) -> bool:
        """Return True if a new digest goes to the folder to which it went before."""
        digests = (path for path in self.read if self._is_digest_now(path))
        return folder_of(max((self.newest(), *digests))) == folder_of(self.memory.came.newest)

    # Problems

    def _paths_with_problems(self) -> set[RelPath]:
        came = self.memory.came
        found = {RelPath(each.path) for each in (*came.problems, *came.named)}
        return found | {path for each in came.conflicts for path in (each.digest, each.note)}

    def covered(self) -> set[RelPath]:
        """Return the files of which all that there is to report is found anew."""
        paths = {path for key in self.reasons for path in self.now.files_about(key)}
        paths |= {path for key in self.reasons for path in self.before.files_about(key)}
        for key in self.reasons:
            for base_key, value in self.rows_of(key).items():
                if base_key.field == "note":
                    paths.add(RelPath(str(value)))
                if base_key.digest:
                    paths.add(RelPath(base_key.digest))
        digests = {path for path in self.texts if self._may_be_digest(path)}
        return paths | digests | self.changed | self.gone

    def join_troubled(self) -> None:
        """Let all papers be concerned of which something is reported at a file of these papers."""
        everywhere = {
            RelPath(each.path)
            for each in self.memory.came.problems
            if each.code in {"many-removals", "would-not-read-back"}
        }
        for path in (self.covered() & self._troubled) | everywhere:
            self.join(self._keys_known_at(path), f"something is reported at {path}")

    def _keys_known_at(self, path: RelPath) -> set[Key]:
        """Return the papers of a file: now, before, and by the base."""
        keys = {*self.now.keys_at(path), *self.before.keys_at(path)}
        keys |= self._notes_in_base([path])
        places = "SELECT DISTINCT key FROM base WHERE digest = ? AND key <> ''"
        keys |= {Key(unbound(row[0])) for row in self.state.select(places, bound(path))}
        came = self.memory.came.conflicts
        return keys | {each.key for each in came if path in {each.digest, each.note}}

    def _notes_in_base(self, paths: Iterable[RelPath]) -> set[Key]:
        """Return the papers whose notes the base has at one of these paths."""
        values = [encode(path) for path in paths]
        marks = ", ".join("?" * len(values))
        query = f"SELECT key FROM stands WHERE field = 'note' AND value IN ({marks})"  # noqa: S608
        return {Key(unbound(row[0])) for row in self.state.select(query, *values) if values}

    # What a plan does

    def provide(self, plan: Plan, base: Base) -> None:
        """Let those be concerned whom the plan concerns beside its own papers."""
        self.join(sorted(self.unsure), "which of its notes is the one?")
        for each in plan.operations:
            if isinstance(each, Create | Rename | Trash):
                self.touch_name(each.path)
            if isinstance(each, Rename):
                self.touch_name(each.to)
        made = {each.path for each in plan.operations if isinstance(each, Create)}
        for base_update in plan.base_updates:
            for key in _papers_noted(base_update, made):
                self.touch_paper(key)
            self.join(_named_otherwise(base_update, base), "a commentary names it, or no longer")

    def restricted(self, found: Snapshot) -> Snapshot:
        """Return the snapshot in which all other papers wait: they are not planned for."""
        keys = self.reasons.keys()
        waiting = {
            entry.key: path for path, digest in found.digests.items() for entry in digest.entries
        }
        waiting |= {Key(row.key): RelPath("") for each in self._rows.values() for row in each}
        waiting |= dict.fromkeys(self.memory.came.namers, RelPath(""))
        locked = {key: path for key, path in waiting.items() if key not in keys}
        return replace(
            found,
            managed=_only(found.managed, keys),
            plain=_only(found.plain, keys),
            managed_also=_only(found.managed_also, keys),
            named=_only(found.named, keys),
            locked_keys={**locked, **found.locked_keys},
            others=Asked(self._note_elsewhere),
            other_about=self._paper_elsewhere,
            newest=self.newest(),
        )

    def _note_elsewhere(self, key: Key) -> RelPath | None:
        """Return the note of a paper that is not concerned."""
        if key in self.reasons:
            return None
        if self.now.has_notes(key):
            self.unsure.add(key)
        return self.now.note_of(key)

    def _paper_elsewhere(self, path: RelPath) -> Key | None:
        for key in self.now.keys_at(path):
            if key not in self.reasons and self._note_elsewhere(key) == path:
                return key
        return None


def _only(
    notes: Mapping[Key, tuple[RelPath, ...]], keys: Collection[Key]
) -> dict[Key, tuple[RelPath, ...]]:
    return {key: paths for key, paths in notes.items() if key in keys}


def _papers_noted(base_update: BaseUpdate, made: Collection[RelPath]) -> set[Key]:
    """Return the papers whose note is made, or is theirs no longer."""
    keys = {row.key for row in base_update.drop if row.field == "note"}
    put = base_update.put.items()
    return keys | {row.key for row, value in put if row.field == "note" and value in made}


def _named_otherwise(base_update: BaseUpdate, base: Base) -> set[Key]:
    """Return the papers that a commentary names now, or names no longer."""
    found: set[str] = set()
    for row in base_update.drop:
        found |= set(base.items(row) or () if row.field == "mentions" else ())
    for row, value in base_update.put.items():
        if row.field == "mentions":
            found |= set(value) ^ set(base.items(row) or ())
    return {Key(key) for key in found}
