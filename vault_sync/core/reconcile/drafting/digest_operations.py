"""Draft the digests: link, edit and add entries, make digests; prove each by reading it."""

from __future__ import annotations

from collections.abc import Mapping

from vault_sync.core.digest import editor, reader
from vault_sync.core.digest.reader import Digest, Entry, OwnLink
from vault_sync.core.digest.roundtrip import first_loss
from vault_sync.core.model.paths import stem_of
from vault_sync.core.model.plan import Create, Write
from vault_sync.core.model.values import Fields, Key, Problem, RelPath
from vault_sync.core.reconcile.drafting.note_paths import NotePaths
from vault_sync.core.reconcile.drafting.plan_builder import DraftContext, PlanBuilder
from vault_sync.core.reconcile.resolution.values import LIVE, NOTE, Resolution
from vault_sync.core.text.spans import splice


def add(builder: PlanBuilder, context: DraftContext) -> None:
    """Add what every digest needs: links, edits, new entries; each proved by reading it."""
    edited: dict[RelPath, list[tuple[Resolution, Entry]]] = {}
    added: dict[RelPath, list[Resolution]] = {}
    for resolution in context.resolutions:
        if resolution.paper.note is None and (resolution.key, NOTE) in builder.refused:
            continue
        for pair in resolution.paper.pairs:
            if pair.kind not in LIVE:
                continue
            if pair.entry is not None:
                edited.setdefault(pair.digest, []).append((resolution, pair.entry))
            else:
                added.setdefault(pair.digest, []).append(resolution)
    for path in sorted({*edited, *added}):
        _digest(builder, context, path, edited.get(path, []), added.get(path, []))


def _digest(
    builder: PlanBuilder,
    context: DraftContext,
    path: RelPath,
    edited: list[tuple[Resolution, Entry]],
    added: list[Resolution],
) -> None:
    digest = context.snapshot.digests.get(path)
    edited = [
        (resolution, entry)
        for resolution, entry in edited
        if _reads_back(builder, context, resolution, path)
    ]
    added = [resolution for resolution in added if _reads_back(builder, context, resolution, path)]
    if digest is None:
        additions = [_addition(context, each, path) for each in added]
        text = editor.new(stem_of(path), additions)
        if additions and _proved(builder, context, path, text, {}, added):
            builder.creates.append(Create(path, text, _named_by(added, context.note_paths)))
            builder.digest_after[path] = text
            for each in added:
                builder.touch(path, each)
        return
    text, changed = _rewritten(context, path, digest, edited, added)
    if text == digest.text:
        return
    expected = {entry.key: resolution for resolution, entry in edited}
    if _proved(builder, context, path, text, expected, added):
        why = _why(changed, added)
        builder.digest_writes.append(Write(path, digest.text, text, why))
        builder.digest_after[path] = text
        for each in changed + added:
            builder.touch(path, each)


def _rewritten(
    context: DraftContext,
    path: RelPath,
    digest: Digest,
    edited: list[tuple[Resolution, Entry]],
    added: list[Resolution],
) -> tuple[str, list[Resolution]]:
    edits, changed = [], []
    for resolution, entry in edited:
        link = _link(context, resolution, path, entry)
        ours = editor.edit(digest, entry, resolution.entries[path], link)
        if ours:
            edits += ours
            changed.append(resolution)
    text = splice(digest.text, edits)
    if added:
        grown = reader.read(text)
        text = editor.append(grown, [_addition(context, each, path) for each in added])
    return text, changed


def _addition(context: DraftContext, resolution: Resolution, path: RelPath) -> tuple[Fields, str]:
    link = context.note_paths.linked(context.note_paths.notes[resolution.key], path)
    return resolution.entries[path], link


def _link(context: DraftContext, resolution: Resolution, path: RelPath, entry: Entry) -> str | None:
    note = context.note_paths.notes[resolution.key]
    if entry.link is None:
        return context.note_paths.linked(note, path)
    target = context.note_paths.linked(note, path, entry.link.target)
    return None if target == entry.link.target else target


def _reads_back(
    builder: PlanBuilder, context: DraftContext, resolution: Resolution, path: RelPath
) -> bool:
    """Tell whether an entry with its new fields reads back as that entry; report it if not."""
    fields = resolution.entries[path]
    pair = next(pair for pair in resolution.paper.pairs if pair.digest == path)
    if pair.entry is not None and pair.entry.fields == fields:
        return True
    before = pair.entry.fields if pair.entry else Fields(fields.url)
    link = context.note_paths.linked(context.note_paths.notes[resolution.key], path)
    wrong = first_loss(fields, before, link)
    if wrong is None:
        return True
    builder.refused.add((resolution.key, path))
    line: int | None = None
    note = context.snapshot.notes[resolution.paper.note] if resolution.paper.note else None
    if wrong.field != "commentary" and note is not None:
        value = note.properties.values.get(wrong.field)
        line = value.line if value else 1
    elif wrong.field == "commentary" and pair.section is not None:
        line = pair.section.commentary_line + wrong.line
    builder.problems.append(
        Problem(
            resolution.paper.note or context.note_paths.notes[resolution.key],
            "would-not-read-back",
            f"in the digest '{stem_of(path)}' {wrong.message}",
            f"{wrong.hint}; until then nothing of this note goes there",
            line,
        )
    )
    return False


def _proved(
    builder: PlanBuilder,
    context: DraftContext,
    path: RelPath,
    text: str,
    expected: Mapping[Key, Resolution],
    added: list[Resolution],
) -> bool:
    """Read a new text: it must have every entry as meant, in the old order, and no other."""
    old = context.snapshot.digests.get(path)
    meant = [
        expected[entry.key].entries[path] if entry.key in expected else entry.fields
        for entry in (old.entries if old else ())
    ]
    meant += [each.entries[path] for each in added]
    found = reader.read(text, _own_link(context, path))
    if [entry.fields for entry in found.entries] == meant:
        return True
    builder.refused |= {(each.key, path) for each in (*expected.values(), *added)}
    at = next((n for n, entry in enumerate(found.entries) if meant[n : n + 1] != [entry.fields]), 0)
    builder.problems.append(
        Problem(
            path,
            "would-not-read-back",
            "what the notes say cannot be written here so that it reads back as meant",
            "the digest is left as it is; look at the entry of this line and its note",
            old.entries[min(at, len(old.entries) - 1)].line if old and old.entries else 1,
        )
    )
    return False


def _own_link(context: DraftContext, path: RelPath) -> OwnLink:
    """Return the test of links that stand alone: which are the tool's once the plan is done."""
    old = context.snapshot.digests.get(path)
    stood = {
        entry.link.target
        for entry in (old.entries if old else ())
        if entry.link is not None and entry.layout.link is not None
    }

    def own(key: Key, target: str, titled: bool) -> bool:
        to = context.note_paths.after.resolve(target, path)
        if titled:
            return target in stood or (to is not None and to == context.note_paths.notes.get(key))
        return to is None or to in context.note_paths.ours

    return own


def _named_by(added: list[Resolution], note_paths: NotePaths) -> str:
    names = ", ".join(f"'{stem_of(note_paths.notes[each.key])}'" for each in added)
    return f"new digest, named by {names}"


def _why(changed: list[Resolution], added: list[Resolution]) -> str:
    parts = [
        f"{len(papers)} {'entry' if len(papers) == 1 else 'entries'} {what}"
        for papers, what in ((changed, "linked or edited"), (added, "added"))
        if papers
    ]
    return ", ".join(parts)
