"""The copies of a vault merged into their files: which there are, and what becomes of each.

| the copy | what |
|---|---|
| its name proves it | merged once; it goes when its words are in the vault |
| its name is one that people use too | the reader is asked; merged once that was chosen |
| stood there when this device first looked | left; merged once that was chosen |
| the note of a paper under its old path, which came back | merged into the one that is linked |
| cannot be merged, or not now | left, and nothing is concluded from what its file lacks |

A file that is a copy is neither note nor digest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, partial
from types import MappingProxyType
from typing import NamedTuple

from vault_sync.core.digest.damage import damage_of
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.advice import titles_first
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.merge.copy_rules import CopyRules
from vault_sync.core.merge.document_copies import merge_digest_copy, merge_note_copy
from vault_sync.core.merge.sync_copy import CopyMerge, unmerged
from vault_sync.core.model.base import CopyRow, Histories
from vault_sync.core.model.copies import NO_COPIES, Kind, MergedCopies, VaultCopy
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.problems import copy_of_digest
from vault_sync.core.model.values import Key, Problem, PropertyNames, RelPath, is_markdown
from vault_sync.core.naming.copy_names import about_the_same, certain, possible
from vault_sync.core.naming.wikilinks import LinkResolver, Wikilink, find, retarget
from vault_sync.core.note import note as note_lens
from vault_sync.core.text.encodings import text_hash
from vault_sync.core.text.spans import splice


class Overwritten(NamedTuple):
    """Files that were brought within seconds of what was typed here, in papers of theirs.

    `digests` has each with its text before that and the papers in which something was typed;
    `notes` are the notes of such papers.
    """

    digests: Mapping[RelPath, tuple[str, frozenset[Key]]]
    notes: frozenset[RelPath]
    histories: Histories


NOT_OVERWRITTEN = Overwritten({}, frozenset(), {})


def merge_copies(
    texts: Mapping[RelPath, str],
    rules: CopyRules,
    moved: Mapping[RelPath, RelPath] = MappingProxyType({}),
    overwritten: Overwritten = NOT_OVERWRITTEN,
) -> MergedCopies:
    """Merge every copy among the texts of a vault that is to be merged, each into its file.

    `moved` are notes and digests under an old path, each with the path that it has now.
    """
    proven, unproven, hidden = _found(texts, rules, moved)
    wanted = [copy for copy in unproven if copy.path in rules.choice.wanted]
    undecided = tuple(copy for copy in unproven if copy.path not in rules.choice.wanted)
    answered = rules.choice.answered
    if not (hidden or overwritten.notes or overwritten.digests):
        return MergedCopies(answered=answered) if answered else NO_COPIES
    left = tuple(copy for copy in proven if _is_left(copy, rules))
    merging = _Merging(texts, rules, [copy for copy in (*proven, *wanted) if copy not in left])
    merging.renamed = {path: to for path, to in moved.items() if rules.is_digest(path)}
    merging.run(hidden)
    regained = {path for path in overwritten.digests if merging.regain(path, overwritten)}
    return MergedCopies(
        merging.texts,
        {path: texts[path] for path in merging.texts},
        frozenset(merging.rows),
        tuple(merging.merged),
        tuple(merging.finished),
        left,
        tuple(merging.stuck),
        undecided,
        {path: texts[path] for path in hidden},
        (*merging.problems, *(copy_of_digest(each.path) for each in left if each.kind == "digest")),
        {**overwritten.histories, **merging.histories},
        rules.merges,
        frozenset(regained) | overwritten.notes,
        answered,
    )


def _found(
    texts: Mapping[RelPath, str], rules: CopyRules, moved: Mapping[RelPath, RelPath]
) -> tuple[list[VaultCopy], list[VaultCopy], set[RelPath]]:
    """Return the proven copies, the unproven ones, and all files that are no notes or digests."""
    proven, hidden = _proven(texts, rules)
    if not rules.merges:
        return proven, [], hidden
    for path, now in sorted(moved.items()):
        proven.append(VaultCopy(path, now, "digest" if rules.is_digest(path) else "note"))
    unproven = list(_unproven(texts, rules))
    return proven, unproven, hidden | moved.keys() | {copy.path for copy in unproven}


def _is_left(copy: VaultCopy, rules: CopyRules) -> bool:
    return not rules.merges or (
        copy.path in rules.choice.left and copy.path not in rules.choice.wanted
    )


def _proven(texts: Mapping[RelPath, str], rules: CopyRules) -> tuple[list[VaultCopy], set[RelPath]]:
    """Return the copies by name that can be merged, and all files that are a copy by name.

    A service may take a file away for an instant before it puts the other version there.
    """
    copies: list[VaultCopy] = []
    hidden: set[RelPath] = set()
    for path in sorted(texts):
        name = certain(path) if is_markdown(path) else None
        if name is None or name.certainty != "certain" or rules.is_readers(path):
            continue
        original = name.original
        if original not in texts:
            key = _key(texts[path], rules.names)
            now = _note_now(key, texts, rules) if key else _digest_now(original, path, texts, rules)
            original = now or original
        kind = _kind(original, texts, rules)
        if original in texts or original == rules.page or rules.is_readers(original):
            hidden.add(path)
        if kind is not None:
            copies.append(VaultCopy(path, original, kind))
    return copies, hidden


def _note_now(key: Key, texts: Mapping[RelPath, str], rules: CopyRules) -> RelPath | None:
    """Return the path of the note of a paper, which was renamed meanwhile; None for none there."""
    note = rules.note_of(key)
    return note if note in texts else None


def _digest_now(
    was: RelPath, copy: RelPath, texts: Mapping[RelPath, str], rules: CopyRules
) -> RelPath | None:
    """Return the one digest about the papers of a copy, which was renamed meanwhile, if any."""
    if not rules.is_digest(was) or rules.is_readers(was):
        return None
    keys = _papers(texts[copy], rules.styles(was))
    found = [
        path
        for path in texts
        if rules.is_digest(path)
        and rules.is_readers(path)
        and about_the_same(keys, _papers(texts[path], rules.styles(path)))
    ]
    return found[0] if len(found) == 1 else None


def _kind(path: RelPath, texts: Mapping[RelPath, str], rules: CopyRules) -> Kind | None:
    if path == rules.page:
        return "rows"
    if path not in texts:
        return None
    if _key(texts[path], rules.names) is not None:
        return "note"
    return "digest" if rules.is_digest(path) else None


def _key(text: str, names: PropertyNames) -> Key | None:
    """Return the paper of a managed note; None for any other text."""
    if not text.lstrip("\ufeff").startswith("---"):
        return None
    note = note_lens.read(text, names)
    return note.key if note.managed else None


def _unproven(texts: Mapping[RelPath, str], rules: CopyRules) -> Iterator[VaultCopy]:
    """Yield the files that have a name of a copy which people use too, and the same papers."""
    there = texts.keys()
    for path in sorted(texts.keys() - rules.choice.mine):
        for name in possible(path, there):
            kind = _kind(name.original, texts, rules)
            if kind in {"digest", "note"} and _are_versions(path, name.original, texts, rules):
                if not rules.is_readers(path):
                    yield VaultCopy(path, name.original, kind)
                break


def _are_versions(
    path: RelPath, original: RelPath, texts: Mapping[RelPath, str], rules: CopyRules
) -> bool:
    here, there = (_key(texts[each], rules.names) for each in (path, original))
    if here is not None or there is not None:
        return here == there
    one, other = (_papers(texts[each], rules.styles(original)) for each in (path, original))
    return rules.is_digest(path) and about_the_same(one, other)


def _papers(text: str, styles: Sequence[StyleName]) -> list[Key]:
    return [entry.key for entry in styled_reader.read(text, styles).entries]


class _Merging:
    """The merge of all copies of a vault, one after the other."""

    def __init__(
        self, before: Mapping[RelPath, str], rules: CopyRules, copies: list[VaultCopy]
    ) -> None:
        self.before, self.rules, self.copies = before, rules, copies
        self.texts: dict[RelPath, str] = {}
        self.there = rules.rows_of(before.get(rules.page, ""))
        self.rows: set[CopyRow] = set()
        self.merged: list[VaultCopy] = []
        self.finished: list[VaultCopy] = []
        self.stuck: list[VaultCopy] = []
        self.problems: list[Problem] = []
        self.histories: Histories = {}
        self.renamed: Mapping[RelPath, RelPath] = {}
        self.followed: dict[RelPath, str] = {}

    @cached_property
    def names(self) -> LinkResolver:
        """The notes that links lead to."""
        return LinkResolver.from_paths(self.before)

    def run(self, hidden: Collection[RelPath]) -> None:
        new = [copy for copy in self.copies if not self._is_done(copy)]
        self.finished += [copy for copy in self.copies if copy not in new]
        if not self.rules.ready:
            self.stuck += new
            return
        self.followed = dict(self._followed()) if self.renamed else {}
        self.texts |= {path: text for path, text in self.followed.items() if path not in hidden}
        keys = {key for copy in new for key in self._keys(copy)}
        self.histories = _with_note_tags(self.rules.histories_of(keys)) if keys else {}
        for copy in new:
            self._merge(copy)

    def _followed(self) -> Iterator[tuple[RelPath, str]]:
        """Yield the notes that name a digest's old path alone, as they read with the new one."""
        for path, text in self.before.items():
            if _key(text, self.rules.names) is None:
                continue
            named = {self.names.resolve(each.target, path) for each in find(text)}
            to = {
                old: self.names.shortest(now)
                for old, now in self.renamed.items()
                if old in named and now not in named
            }
            if to:
                yield path, splice(text, retarget(text, partial(self._target, path, to)))

    def _target(self, source: RelPath, to: Mapping[RelPath, str], link: Wikilink) -> str | None:
        old = self.names.resolve(link.target, source)
        return None if old is None else to.get(old)

    def regain(self, path: RelPath, overwritten: Overwritten) -> bool:
        """Merge the digest's text before it was brought, as if a service had made a copy of it.

        Some make none (`maxConflicts` 0). True if it has something that the file lacks.
        """
        text, keys = overwritten.digests[path]
        if not self.rules.ready or any(copy.original == path for copy in self.copies):
            return False
        here, styles = self.before[path], self.rules.styles(path)
        merge = merge_digest_copy(path, here, text, overwritten.histories, styles, keys)
        if merge is None or merge == CopyMerge(here):
            return False
        self.rows |= merge.rows
        self.texts[path] = merge.text
        return True

    def _is_done(self, copy: VaultCopy) -> bool:
        return (copy.path, text_hash(self.before[copy.path])) in self.rules.choice.merged

    def _keys(self, copy: VaultCopy) -> Iterator[Key]:
        for path in (copy.path, copy.original):
            if copy.kind == "digest":
                yield from _papers(self.before[path], self.rules.styles(copy.original))
            elif (
                copy.kind == "note"
                and (key := _key(self.before[path], self.rules.names)) is not None
            ):
                yield key

    def _merge(self, copy: VaultCopy) -> None:
        before = self.before.get(copy.original, "")
        text = self.texts.get(copy.original, before)
        other = self.followed.get(copy.path, self.before[copy.path])
        found = self._one(copy, text, other)
        if found is None:
            self.stuck.append(copy)
            self.problems.append(unmerged(copy.path, copy.original))
            return
        self.rows |= found.rows
        if found.text != before:
            self.texts[copy.original] = found.text
        stands = found.text == before and found.rows <= self.there
        (self.finished if stands else self.merged).append(copy)

    def _one(self, copy: VaultCopy, text: str, other: str) -> CopyMerge | None:
        if copy.kind == "rows":
            return CopyMerge(text, self.rules.rows_of(other))
        if not other.strip("\ufeff \t\r\n"):
            return CopyMerge(text)
        if any(damage_of(copy.path, each, had_words=True) for each in (text, other)):
            return None
        if copy.kind == "digest":
            styles = self.rules.styles(copy.original)
            if "flat" in styles and titles_first(copy.original, text) is not None:
                return None
            return merge_digest_copy(copy.original, text, other, self.histories, styles)
        names = self.rules.names
        key = _key(text, names)
        if key is None or key != _key(other, names):
            return None

        def digest_of(target: str) -> str:
            return self.names.resolve(target, copy.original) or ""

        return merge_note_copy(key, text, other, self.histories, digest_of, names)


def _with_note_tags(histories: Histories) -> Histories:
    """Return histories in which the tags of a paper in one digest are those of its note too."""
    tags: dict[Key, list[BaseKey]] = {}
    for row in histories:
        if row.field == "tags":
            tags.setdefault(row.key, []).append(row)
    of_note = {
        BaseKey(key, "", "tags"): histories[rows[0]] for key, rows in tags.items() if len(rows) == 1
    }
    return {**of_note, **histories}
