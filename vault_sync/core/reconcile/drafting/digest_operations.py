"""What happens to digests: entries linked, edited and added, digests made; each proved."""

from __future__ import annotations

from collections.abc import Mapping

from vault_sync.core.digest import editor as digest_lens
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.digest.reader import Digest, Entry, OwnLink
from vault_sync.core.digest.roundtrip import unsayable
from vault_sync.core.model.paths import stem_of
from vault_sync.core.model.plan import Create, Write
from vault_sync.core.model.values import Fields, Key, Problem, RelPath
from vault_sync.core.reconcile.drafting.note_paths import NotePaths
from vault_sync.core.reconcile.drafting.plan_builder import DraftContext, PlanBuilder
from vault_sync.core.reconcile.resolution.resolution import LIVE, NOTE, Resolution
from vault_sync.core.text.spans import splice


def add(pending: PlanBuilder, scene: DraftContext) -> None:
    """Add what every digest needs: links, edits, new entries; each proved by reading it."""
    edited: dict[RelPath, list[tuple[Resolution, Entry]]] = {}
    added: dict[RelPath, list[Resolution]] = {}
    for settlement in scene.settlements:
        if settlement.paper.note is None and (settlement.key, NOTE) in pending.refused:
            continue
        for tie in settlement.paper.ties:
            if tie.kind not in LIVE:
                continue
            if tie.entry is not None:
                edited.setdefault(tie.digest, []).append((settlement, tie.entry))
            else:
                added.setdefault(tie.digest, []).append(settlement)
    for path in sorted({*edited, *added}):
        _digest(pending, scene, path, edited.get(path, []), added.get(path, []))


def _digest(
    pending: PlanBuilder,
    scene: DraftContext,
    path: RelPath,
    edited: list[tuple[Resolution, Entry]],
    added: list[Resolution],
) -> None:
    digest = scene.snapshot.digests.get(path)
    edited = [
        (settlement, entry)
        for settlement, entry in edited
        if _sayable(pending, scene, settlement, path)
    ]
    added = [settlement for settlement in added if _sayable(pending, scene, settlement, path)]
    if digest is None:
        additions = [_addition(scene, each, path) for each in added]
        text = digest_lens.new(stem_of(path), additions)
        if additions and _proved(pending, scene, path, text, {}, added):
            pending.creates.append(Create(path, text, _named_by(added, scene.layout)))
            pending.digest_after[path] = text
            for each in added:
                pending.touch(path, each)
        return
    text, changed = _rewritten(scene, path, digest, edited, added)
    if text == digest.text:
        return
    expected = {entry.key: settlement for settlement, entry in edited}
    if _proved(pending, scene, path, text, expected, added):
        why = _why(changed, added)
        pending.digest_writes.append(Write(path, digest.text, text, why))
        pending.digest_after[path] = text
        for each in changed + added:
            pending.touch(path, each)


def _rewritten(
    scene: DraftContext,
    path: RelPath,
    digest: Digest,
    edited: list[tuple[Resolution, Entry]],
    added: list[Resolution],
) -> tuple[str, list[Resolution]]:
    edits, changed = [], []
    for settlement, entry in edited:
        link = _link(scene, settlement, path, entry)
        ours = digest_lens.edit(digest, entry, settlement.entries[path], link)
        if ours:
            edits += ours
            changed.append(settlement)
    text = splice(digest.text, edits)
    if added:
        grown = digest_reader.read(text)
        text = digest_lens.append(grown, [_addition(scene, each, path) for each in added])
    return text, changed


def _addition(scene: DraftContext, settlement: Resolution, path: RelPath) -> tuple[Fields, str]:
    link = scene.layout.linked(scene.layout.notes[settlement.key], path)
    return settlement.entries[path], link


def _link(scene: DraftContext, settlement: Resolution, path: RelPath, entry: Entry) -> str | None:
    note = scene.layout.notes[settlement.key]
    if entry.link is None:
        return scene.layout.linked(note, path)
    target = scene.layout.linked(note, path, entry.link.target)
    return None if target == entry.link.target else target


def _sayable(
    pending: PlanBuilder, scene: DraftContext, settlement: Resolution, path: RelPath
) -> bool:
    """Whether what an entry is to say reads back as that entry and nothing else."""
    fields = settlement.entries[path]
    tie = next(tie for tie in settlement.paper.ties if tie.digest == path)
    if tie.entry is not None and tie.entry.fields == fields:
        return True
    before = tie.entry.fields if tie.entry else Fields(fields.url)
    link = scene.layout.linked(scene.layout.notes[settlement.key], path)
    wrong = unsayable(fields, before, link)
    if wrong is None:
        return True
    pending.refused.add((settlement.key, path))
    line: int | None = None
    note = scene.snapshot.notes[settlement.paper.note] if settlement.paper.note else None
    if wrong.field != "commentary" and note is not None:
        value = note.properties.values.get(wrong.field)
        line = value.line if value else 1
    elif wrong.field == "commentary" and tie.section is not None:
        line = tie.section.commentary_line + wrong.line
    pending.problems.append(
        Problem(
            settlement.paper.note or scene.layout.notes[settlement.key],
            "would-not-read-back",
            f"in the digest '{stem_of(path)}' {wrong.message}",
            f"{wrong.hint}; until then nothing of this note goes there",
            line,
        )
    )
    return False


def _proved(
    pending: PlanBuilder,
    scene: DraftContext,
    path: RelPath,
    text: str,
    expected: Mapping[Key, Resolution],
    added: list[Resolution],
) -> bool:
    """A second reading must find every entry as meant, in the old order, and no other."""
    old = scene.snapshot.digests.get(path)
    meant = [
        expected[entry.key].entries[path] if entry.key in expected else entry.fields
        for entry in (old.entries if old else ())
    ]
    meant += [each.entries[path] for each in added]
    found = digest_reader.read(text, _own_link(scene, path))
    if [entry.fields for entry in found.entries] == meant:
        return True
    pending.refused |= {(each.key, path) for each in (*expected.values(), *added)}
    at = next((n for n, entry in enumerate(found.entries) if meant[n : n + 1] != [entry.fields]), 0)
    pending.problems.append(
        Problem(
            path,
            "would-not-read-back",
            "what the notes say cannot be written here so that it reads back as meant",
            "the digest is left as it is; look at the entry of this line and its note",
            old.entries[min(at, len(old.entries) - 1)].line if old and old.entries else 1,
        )
    )
    return False


def _own_link(scene: DraftContext, path: RelPath) -> OwnLink:
    """Which links that stand alone are the tool's once the plan is done."""
    old = scene.snapshot.digests.get(path)
    stood = {
        entry.link.target
        for entry in (old.entries if old else ())
        if entry.link is not None and entry.layout.link is not None
    }

    def own(key: Key, target: str, titled: bool) -> bool:
        to = scene.layout.after.resolve(target, path)
        if titled:
            return target in stood or (to is not None and to == scene.layout.notes.get(key))
        return to is None or to in scene.layout.ours

    return own


def _named_by(added: list[Resolution], layout: NotePaths) -> str:
    names = ", ".join(f"'{stem_of(layout.notes[each.key])}'" for each in added)
    return f"new digest, named by {names}"


def _why(changed: list[Resolution], added: list[Resolution]) -> str:
    parts = [
        f"{len(papers)} {'entry' if len(papers) == 1 else 'entries'} {what}"
        for papers, what in ((changed, "linked or edited"), (added, "added"))
        if papers
    ]
    return ", ".join(parts)
