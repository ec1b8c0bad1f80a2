"""Where every note will be once a plan is done, and how links are written then.

A link is left as it is wherever it still leads to the right file; else it is given the shortest
unambiguous spelling, as Obsidian does, and its display text is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vault_sync.core.model.base import Base
from vault_sync.core.model.paths import folder_of, joined, stem_of
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Facts, Key, RelPath, Rules
from vault_sync.core.naming import note_names as naming
from vault_sync.core.naming.wikilinks import LinkResolver, Wikilink, retarget
from vault_sync.core.reconcile.resolution.resolution import Resolution
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.spans import splice


@dataclass(frozen=True, slots=True)
class NotePaths:
    """`notes` gives each paper's note, `moved` what became of a path since links were written.

    `renames` are the moves that are still to be made; the others a reader made. `undated` are new
    names that still lack their date. `ours` are the notes under the paths that they will have.
    """

    notes: Mapping[Key, RelPath]
    moved: Mapping[RelPath, RelPath]
    renames: Mapping[RelPath, RelPath]
    undated: frozenset[Key]
    before: LinkResolver
    now: LinkResolver
    after: LinkResolver
    ours: frozenset[RelPath]

    def leads_to(self, target: str, source: RelPath) -> RelPath | None:
        """The file that a link leads to, under the path that it will have."""
        found = self.now.resolve(target, source)
        if found is None:
            found = self.before.resolve(target, source)
        while found is not None and found in self.moved:
            found = self.moved[found]
        return found

    def linked(self, to: RelPath, source: RelPath, target: str = "") -> str:
        """The target of a link to `to`: `target` if that leads there, else the shortest."""
        if target and self.after.resolve(target, source) == to:
            return target
        return self.after.shortest(to)

    def repointed(self, text: str, source: RelPath) -> str:
        """A commentary with its links to moved files pointed to their new places."""
        if not self.moved or "[[" not in text:
            return text

        def target(link: Wikilink) -> str | None:
            to = self.leads_to(link.target, source)
            if to is None or self.after.resolve(link.target, source) == to:
                return None
            return self.after.shortest(to)

        return splice(text, retarget(text, target))


def choose_paths(
    resolutions: Sequence[Resolution],
    snapshot: Snapshot,
    base: Base,
    facts: Mapping[Key, Facts],
    rules: Rules,
) -> NotePaths:
    """Choose the names of new notes, date late ones, and see what the reader has moved."""
    by_reader = dict(_moved_notes(resolutions, snapshot, base))
    by_reader |= _moved_digests(resolutions, snapshot)
    before = snapshot.names.with_moved({to: was for was, to in by_reader.items()})
    names = snapshot.names
    notes: dict[Key, RelPath] = {}
    renames: dict[RelPath, RelPath] = {}
    undated: set[Key] = set()
    new_digests = {
        pair.digest
        for resolution in resolutions
        for pair in resolution.paper.pairs
        if pair.kind == "append" and pair.digest not in snapshot.digests
    }
    names = names.with_moved({}, sorted(new_digests))
    taken = _Taken(names)
    for resolution in resolutions:
        published = _published(resolution, snapshot, facts)
        path = resolution.paper.note
        if path is None:
            path = _new_path(resolution, published, rules, taken)
            taken.add(path)
            if not published and "{published" in rules.folder + rules.name:
                undated.add(resolution.key)
        elif published and base.text(BaseKey(resolution.key, "", "undated")) == stem_of(path):
            folder = folder_of(path)
            if folder == naming.folder(rules.folder, ""):
                folder = naming.folder(rules.folder, published)
            dated = _named(resolution, published, rules, folder, taken)
            if dated != path:
                renames[path] = dated
                taken.add(dated)
                path = dated
        notes[resolution.key] = path
    made = [notes[each.key] for each in resolutions if each.paper.note is None]
    after = names.with_moved(renames, made)
    return NotePaths(
        notes=notes,
        moved=by_reader | renames,
        renames=renames,
        undated=frozenset(undated),
        before=before,
        now=snapshot.names,
        after=after,
        ours=frozenset(notes.values()),
    )


class _Taken:
    """The names that are in use, with those that this plan has given out."""

    def __init__(self, names: LinkResolver) -> None:
        self.names = names
        self.given: set[str] = set()

    def __contains__(self, path: RelPath) -> bool:
        stem = stem_of(path)
        used = self.names.resolve(stem, path) is not None or self.names.taken(path)
        return used or naming.fold(stem) in self.given

    def add(self, path: RelPath) -> None:
        self.given.add(naming.fold(stem_of(path)))


def _published(resolution: Resolution, snapshot: Snapshot, facts: Mapping[Key, Facts]) -> str:
    note = snapshot.notes.get(resolution.paper.note) if resolution.paper.note else None
    said = note.properties.scalar("published") if note else ""
    return said or facts.get(resolution.key, Facts()).published


def _new_path(resolution: Resolution, published: str, rules: Rules, taken: _Taken) -> RelPath:
    """A missing note gets the name that its entry's link remembers, a new one that of the rule."""
    folder = naming.folder(rules.folder, published)
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
    """Whether every system can hold a file of this name."""
    return naming.note_name("{title}", title=stem, url="", key=key, published="") == stem


def _visible(path: RelPath) -> bool:
    return all(part and not part.startswith(".") for part in path.split("/"))


def _named(
    resolution: Resolution, published: str, rules: Rules, folder: str, taken: _Taken
) -> RelPath:
    said = resolution.note
    stem = naming.note_name(
        rules.name, title=said.title, url=said.url, key=resolution.key, published=published
    )
    path = RelPath(joined(folder, stem) + ".md")
    if path in taken:
        path = RelPath(joined(folder, naming.with_id(stem, resolution.key)) + ".md")
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
    """Digests that are gone, all of whose moved entries turned up in one other."""
    to: dict[RelPath, set[RelPath]] = {}
    for resolution in resolutions:
        for pair in resolution.paper.pairs:
            if pair.origin is not None and pair.origin not in snapshot.digests:
                to.setdefault(pair.origin, set()).add(pair.digest)
    return {was: min(now) for was, now in to.items() if len(now) == 1}
