"""Choose the path of every note once a plan is done, and the spelling of links then.

A link is left as it is wherever it still leads to the right file; else it is given the shortest
unambiguous spelling, as Obsidian does, and its display text stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Facts, Key, RelPath, Rules, folder_of, joined, stem_of
from vault_sync.core.naming import note_names
from vault_sync.core.naming.wikilinks import LinkResolver, Wikilink, retarget
from vault_sync.core.reconcile.resolution.values import Resolution
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.spans import splice


class NotePaths(NamedTuple):
    """Paths of the notes of all papers, and of files that moved since links were written.

    `moved` gives old path -> new path; `renames` are those of them that are still to be made, the
    others were made by the reader. `undated` are papers whose new note still lacks its date in its
    name. `ours` are all notes by the paths that they will have. `before`, `now` and `after` resolve
    links by the names of files before the reader's moves, now, and after the plan. `taken_back` are
    links that stay as they are spelled, though they lead nowhere: file and target -> file meant.
    """

    notes: Mapping[Key, RelPath]
    moved: Mapping[RelPath, RelPath]
    renames: Mapping[RelPath, RelPath]
    undated: frozenset[Key]
    before: LinkResolver
    now: LinkResolver
    after: LinkResolver
    ours: frozenset[RelPath]
    taken_back: Mapping[tuple[RelPath, str], RelPath]

    def leads_to(self, target: str, source: RelPath) -> RelPath | None:
        """Return the file that a link leads to, by the path that it will have."""
        found = self.now.resolve(target, source)
        if found is None:
            found = self.taken_back.get((source, target)) or self.before.resolve(target, source)
        while found is not None and found in self.moved:
            found = self.moved[found]
        return found

    def linked(self, to: RelPath, source: RelPath, target: str = "") -> str:
        """Return the target of a link to `to`: `target` if that leads there, else the shortest."""
        if target and self._stays(target, source, to):
            return target
        return self.after.shortest(to)

    def repointed(self, text: str, source: RelPath) -> str:
        """Return a commentary with its links to moved files pointed to their new paths."""
        if "[[" not in text:
            return text

        def target(link: Wikilink) -> str | None:
            to = self.leads_to(link.target, source)
            if to is None or self._stays(link.target, source, to):
                return None
            return self.after.shortest(to)

        return splice(text, retarget(text, target))

    def _stays(self, target: str, source: RelPath, to: RelPath) -> bool:
        leads_there = self.after.resolve(target, source) == to
        return leads_there or self.taken_back.get((source, target)) == to


def choose_paths(
    resolutions: Sequence[Resolution],
    snapshot: Snapshot,
    base: Base,
    facts: Mapping[Key, Facts],
    rules: Rules,
) -> NotePaths:
    """Choose the names of new notes, date late ones, and find the moves that the reader made."""
    by_reader = dict(_moved_notes(resolutions, snapshot, base))
    by_reader |= _moved_digests(resolutions, snapshot)
    names = snapshot.names.with_moved({}, _new_digests(resolutions, snapshot))
    chosen = _ChosenPaths(rules, names)
    for resolution in resolutions:
        published = _published(resolution, snapshot, facts)
        path = resolution.paper.note
        undated = base.text(BaseKey(resolution.key, "", "undated"))
        if path is None:
            chosen.make(resolution, published)
        elif undated == stem_of(path) and (published or _titled(resolution, undated, facts, rules)):
            chosen.date(resolution, path, published)
        else:
            chosen.notes[resolution.key] = path
    made = [chosen.notes[each.key] for each in resolutions if each.paper.note is None]
    return NotePaths(
        notes=chosen.notes,
        moved=by_reader | chosen.renames,
        renames=chosen.renames,
        undated=frozenset(chosen.undated),
        before=snapshot.names.with_moved({to: was for was, to in by_reader.items()}),
        now=snapshot.names,
        after=names.with_moved(chosen.renames, made),
        ours=frozenset(chosen.notes.values()),
        taken_back=base.links_taken_back,
    )


def _new_digests(resolutions: Iterable[Resolution], snapshot: Snapshot) -> list[RelPath]:
    return sorted(
        {
            pair.digest
            for resolution in resolutions
            for pair in resolution.paper.pairs
            if pair.kind == "append" and pair.digest not in snapshot.digests
        }
    )


class _ChosenPaths:
    """Paths of notes chosen so far; no two files get the same name."""

    def __init__(self, rules: Rules, names: LinkResolver) -> None:
        self.rules = rules
        self.taken = _Taken(names)
        self.notes: dict[Key, RelPath] = {}
        self.renames: dict[RelPath, RelPath] = {}
        self.undated: set[Key] = set()

    def make(self, resolution: Resolution, published: str) -> None:
        """Choose the path of a note that is not there yet."""
        path = _new_path(resolution, published, self.rules, self.taken)
        self.taken.add(path)
        self.notes[resolution.key] = path
        if not published and "{published" in self.rules.folder + self.rules.name:
            self.undated.add(resolution.key)

    def date(self, resolution: Resolution, path: RelPath, published: str) -> None:
        """Put the date, known at last, into the name of a note that was made without it."""
        folder = folder_of(path)
        if folder == note_names.folder(self.rules.folder, ""):
            folder = note_names.folder(self.rules.folder, published)
        dated = _named(resolution, published, self.rules, folder, self.taken)
        if dated != path:
            self.renames[path] = dated
            self.taken.add(dated)
        self.notes[resolution.key] = dated


class _Taken:
    """Names that are in use, with those that this plan has given out."""

    def __init__(self, names: LinkResolver) -> None:
        self.names = names
        self.given: set[str] = set()

    def __contains__(self, path: RelPath) -> bool:
        stem = stem_of(path)
        used = self.names.resolve(stem, path) is not None or self.names.taken(path)
        return used or note_names.fold(stem) in self.given

    def add(self, path: RelPath) -> None:
        self.given.add(note_names.fold(stem_of(path)))


def _published(resolution: Resolution, snapshot: Snapshot, facts: Mapping[Key, Facts]) -> str:
    note = snapshot.notes.get(resolution.paper.note) if resolution.paper.note else None
    dated = note.properties.scalar("published") if note else ""
    return dated or facts.get(resolution.key, Facts()).published


def _titled(resolution: Resolution, stem: str, facts: Mapping[Key, Facts], rules: Rules) -> bool:
    """Tell whether a note named without a title gets one from an archive that knows no day."""
    fields, key = resolution.note, resolution.key
    name = note_names.note_name(rules.name, title="", url=fields.url, key=key, published="")
    found = facts.get(key, Facts())
    return bool(fields.title and found.title) and not found.published and stem == name


def _new_path(resolution: Resolution, published: str, rules: Rules, taken: _Taken) -> RelPath:
    """Return the path of a note to be made: the one that its entry's link has, else by the rule."""
    folder = note_names.folder(rules.folder, published)
    for pair in resolution.paper.pairs:
        if pair.entry is None or pair.entry.link is None:
            continue
        target = pair.entry.link.target.removesuffix(".md")
        stem = stem_of(target)
        remembered = RelPath(joined(folder_of(target) or folder, stem) + ".md")
        if _writable(stem, resolution.key) and _visible(remembered) and remembered not in taken:
            return remembered
    return _named(resolution, published, rules, folder, taken)


def _writable(stem: str, key: Key) -> bool:
    """Tell whether every system can hold a file of this name."""
    return note_names.note_name("{title}", title=stem, url="", key=key, published="") == stem


def _visible(path: RelPath) -> bool:
    return all(part and not part.startswith(".") for part in path.split("/"))


def _named(
    resolution: Resolution, published: str, rules: Rules, folder: str, taken: _Taken
) -> RelPath:
    fields = resolution.note
    stem = note_names.note_name(
        rules.name, title=fields.title, url=fields.url, key=resolution.key, published=published
    )
    path = RelPath(joined(folder, stem) + ".md")
    if path in taken:
        path = RelPath(joined(folder, note_names.with_id(stem, resolution.key)) + ".md")
    return path


def _moved_notes(
    resolutions: Iterable[Resolution], snapshot: Snapshot, base: Base
) -> Iterable[tuple[RelPath, RelPath]]:
    here = {each.paper.agreed_key: each.paper.note for each in resolutions}
    for was, key in base.note_paths.items():
        if was in snapshot.notes or was in snapshot.locked:
            continue
        plain = snapshot.plain.get(key, ())
        now = here.get(key) or (plain[0] if len(plain) == 1 else None)
        if now is not None and now != was:
            yield was, now


def _moved_digests(resolutions: Iterable[Resolution], snapshot: Snapshot) -> dict[RelPath, RelPath]:
    """Return the digests that are gone, with the only one to which entries moved from each."""
    to: dict[RelPath, set[RelPath]] = {}
    for resolution in resolutions:
        for pair in resolution.paper.pairs:
            if pair.origin is not None and pair.origin not in snapshot.digests:
                to.setdefault(pair.origin, set()).add(pair.digest)
    return {was: min(now) for was, now in to.items() if len(now) == 1}
