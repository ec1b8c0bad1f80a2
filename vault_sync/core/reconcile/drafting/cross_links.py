"""Find which papers of a vault name which, and keep the lists of links to them.

`mentions` and `mentioned_by` hold what the tool found and what the reader added by hand. The base
remembers what was found, so that only that is taken out again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.naming.keys import key_of
from vault_sync.core.naming.wikilinks import addresses, find, link
from vault_sync.core.note.note import commentary_of, linked
from vault_sync.core.reconcile.drafting.plan_builder import DraftContext
from vault_sync.core.reconcile.pairing.paper import Pair
from vault_sync.core.reconcile.resolution.values import Resolution

NamedKeys = Mapping[Key, Sequence[Key]]


class ListedNotes(NamedTuple):
    """Notes that a link list is to name, and those that the tool put there before."""

    wanted: tuple[RelPath, ...] = ()
    made: tuple[RelPath, ...] = ()


Lists = Mapping[str, ListedNotes]
"""`mentions` and `mentioned_by`."""


def named(context: DraftContext) -> dict[Key, tuple[Key, ...]]:
    """Return for every resolved paper the papers that its commentary names, itself left out.

    None where no lists are wanted.
    """
    if not context.rules.mentions:
        return {}
    notes = _Notes(context)
    return {each.key: _named(context, each, notes) for each in context.resolutions}


def _named(context: DraftContext, resolution: Resolution, notes: _Notes) -> tuple[Key, ...]:
    found: dict[Key, None] = {}
    for pair in resolution.paper.pairs:
        commentary = _commentary(resolution, pair)
        if "[[" not in commentary and "://" not in commentary:
            continue

        def about(target: str, source: RelPath = pair.digest) -> Key | None:
            to = context.note_paths.leads_to(target, source) or context.note_paths.after.resolve(
                target, source
            )
            return notes.about(to) if to else None

        found |= dict.fromkeys(keys_named(commentary, about, notes.__contains__))
    found.pop(resolution.key, None)
    return tuple(found)


def _commentary(resolution: Resolution, pair: Pair) -> str:
    if pair.kind == "removed":
        return ""
    if pair.section is None and pair.entry is not None:
        # Where a section is gone and asked about, what it named is named still.
        return resolution.commentaries.get(pair.digest, pair.entry.fields.commentary)
    return resolution.commentaries.get(pair.digest, commentary_of(pair.section))


def lists(context: DraftContext, named_keys: NamedKeys) -> Callable[[Resolution], Lists]:
    """Return a function that gives the link lists of a resolved paper's note."""
    if not context.rules.mentions:
        return lambda _: {}
    notes = _Notes(context)
    namers, were_namers = _namers(context, named_keys)

    def listed(keys: Sequence[Key]) -> tuple[RelPath, ...]:
        return tuple(path for key in keys if (path := notes.note_of(key)) is not None)

    def lists_of(resolution: Resolution) -> Lists:
        key = resolution.key
        return {
            "mentions": ListedNotes(
                listed(named_keys[key]), listed(_were_named(context, resolution))
            ),
            "mentioned_by": ListedNotes(
                tuple(sorted(listed(namers.get(key, ())))), listed(were_namers.get(key, ()))
            ),
        }

    return lists_of


def _were_named(context: DraftContext, resolution: Resolution) -> list[Key]:
    base_key = BaseKey(resolution.paper.agreed_key, "", "mentions")
    return [Key(key) for key in context.base.items(base_key) or ()]


def _namers(
    context: DraftContext, named_keys: NamedKeys
) -> tuple[dict[Key, list[Key]], dict[Key, list[Key]]]:
    """Return the papers that name each paper now, and those that did by the base."""
    now: dict[Key, list[Key]] = {}
    before: dict[Key, list[Key]] = {}
    for base_key in context.base.rows:
        if base_key.field != "mentions":
            continue
        for key in context.base.items(base_key) or ():
            before.setdefault(Key(key), []).append(base_key.key)
            if base_key.key not in named_keys:
                now.setdefault(Key(key), []).append(base_key.key)
    for namer, keys in named_keys.items():
        for key in keys:
            now.setdefault(key, []).append(namer)
    return now, before


class _Notes:
    """Notes of all papers of the vault, managed or not, by the paths that they will have."""

    def __init__(self, context: DraftContext) -> None:
        self._others = context.snapshot.others
        self._other_about = context.snapshot.other_about
        # One that cannot be read just now is the note all the same.
        locked_notes = context.snapshot.locked_notes
        count = Counter(locked_notes.values())
        locked = {key: path for path, key in locked_notes.items() if count[key] == 1}
        self._seen = (
            locked
            | {
                key: context.note_paths.moved.get(found[0], found[0])
                for notes in (context.snapshot.plain, context.snapshot.managed)
                for key, found in notes.items()
                if len(found) == 1
            }
            | dict(context.note_paths.notes)
        )
        self._about = {path: key for key, path in self._seen.items()}

    def note_of(self, key: Key) -> RelPath | None:
        """Return the note of a paper."""
        return self._seen.get(key) or self._others.get(key)

    def about(self, path: RelPath) -> Key | None:
        """Return the paper of which a file will be the note."""
        return self._about.get(path) or self._other_about(path)

    def __contains__(self, key: Key) -> bool:
        return self.note_of(key) is not None


def keys_named(
    commentary: str, about: Callable[[str], Key | None], has_note: Callable[[Key], bool]
) -> list[Key]:
    """Return the papers of the vault that a commentary names, in the order it names them.

    `about` tells which paper a wikilink's target leads to, `has_note` whether a paper has a note.
    """
    found: list[tuple[int, Key]] = []
    if "[[" in commentary:
        for wikilink in find(commentary):
            key = about(wikilink.target) if wikilink.target.strip() else None
            if key is not None:
                found.append((wikilink.span.start, key))
    if "://" in commentary:
        for span, address in addresses(commentary):
            key = key_of(address)
            if key is not None and has_note(key):
                found.append((span.start, key))
    return list(dict.fromkeys(key for _, key in sorted(found)))


def updated_items(
    has: Sequence[str],
    wanted: Iterable[RelPath],
    made: Iterable[RelPath],
    leads_to: Callable[[str], RelPath | None],
    linked_as: Callable[[RelPath, str], str],
) -> tuple[str, ...]:
    """Return a link list brought up to date.

    `has` are its items as written, `wanted` the notes to be listed, `made` those that the tool
    once listed itself: one that is no longer wanted goes, all else that stands there stays.
    `linked_as(note, target)` spells a link, keeping `target` where it still leads there.
    """
    missing = dict.fromkeys(wanted)
    gone = set(made) - set(missing)
    # By how it is linked: one that an earlier pass listed and could not make is not there yet.
    coming = {linked_as(path, ""): path for path in missing} if has else {}
    staying = []
    for item in has:
        target = linked(item)
        to = leads_to(target) if target else None
        if to is None:
            to = coming.get(target)
        if to is None:
            staying.append(item)
            continue
        if to in gone:
            continue
        missing.pop(to, None)
        spelled = linked_as(to, target)
        staying.append(item if spelled == target else item.replace(target, spelled, 1))
    return (*staying, *(link(linked_as(path, "")) for path in missing))
