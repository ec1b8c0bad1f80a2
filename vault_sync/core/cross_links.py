"""Which papers of a vault name which: what `mentions` and `mentioned_by` are to list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vault_sync.core import mentions
from vault_sync.core.draft import Lists, Named
from vault_sync.core.model import Key, RelPath
from vault_sync.core.pending import Scene
from vault_sync.core.plan import Row
from vault_sync.core.presence import Tie
from vault_sync.core.settle import Settlement

NamedKeys = Mapping[Key, Sequence[Key]]


def named(scene: Scene) -> dict[Key, list[Key]]:
    """For every settled paper, the papers that its commentary names, itself left out."""
    if not scene.rules.mentions:
        return {each.key: [] for each in scene.settlements}
    by_path = {path: key for key, path in note_paths(scene).items()}
    known = frozenset(by_path.values())
    return {each.key: _named(scene, each, by_path, known) for each in scene.settlements}


def _named(
    scene: Scene,
    settlement: Settlement,
    by_path: Mapping[RelPath, Key],
    known: frozenset[Key],
) -> list[Key]:
    found: dict[Key, None] = {}
    for tie in settlement.paper.ties:
        said = _said(settlement, tie)
        if "[[" not in said and "://" not in said:
            continue

        def about(target: str, source: RelPath = tie.digest) -> Key | None:
            to = scene.layout.leads_to(target, source) or scene.layout.after.resolve(target, source)
            return by_path.get(to) if to else None

        found |= dict.fromkeys(mentions.named(said, about, known.__contains__))
    found.pop(settlement.key, None)
    return list(found)


def _said(settlement: Settlement, tie: Tie) -> str:
    if tie.kind == "removed":
        return ""
    return settlement.commentaries.get(tie.digest, tie.section.commentary if tie.section else "")


def lists(scene: Scene, named_keys: NamedKeys) -> dict[Key, Lists]:
    """For every settled paper the link lists of its note."""
    if not scene.rules.mentions:
        return {each.key: {} for each in scene.settlements}
    paths = note_paths(scene)
    namers, were_namers = _namers(scene, named_keys)

    def listed(keys: Sequence[Key]) -> tuple[RelPath, ...]:
        return tuple(paths[key] for key in keys if key in paths)

    return {
        each.key: {
            "mentions": Named(listed(named_keys[each.key]), listed(_were_named(scene, each))),
            "mentioned_by": Named(
                tuple(sorted(listed(namers.get(each.key, ())))),
                listed(were_namers.get(each.key, ())),
            ),
        }
        for each in scene.settlements
    }


def _were_named(scene: Scene, settlement: Settlement) -> list[Key]:
    row = Row(settlement.paper.base_key, "", "mentions")
    return [Key(key) for key in scene.base.items(row) or ()]


def _namers(
    scene: Scene, named_keys: NamedKeys
) -> tuple[dict[Key, list[Key]], dict[Key, list[Key]]]:
    """Who names each paper now, and who did when the base was kept."""
    now: dict[Key, list[Key]] = {}
    before: dict[Key, list[Key]] = {}
    for row in scene.base.rows:
        if row.field != "mentions":
            continue
        for key in scene.base.items(row) or ():
            before.setdefault(Key(key), []).append(row.key)
            if row.key not in named_keys:
                now.setdefault(Key(key), []).append(row.key)
    for namer, keys in named_keys.items():
        for key in keys:
            now.setdefault(key, []).append(namer)
    return now, before


def note_paths(scene: Scene) -> dict[Key, RelPath]:
    """The note of every paper of the vault, managed or not, under the path that it will have."""
    paths = {
        key: scene.layout.moved.get(found[0], found[0])
        for notes in (scene.snapshot.plain, scene.snapshot.managed)
        for key, found in notes.items()
        if len(found) == 1
    }
    return {**scene.snapshot.others, **paths, **scene.layout.notes}
