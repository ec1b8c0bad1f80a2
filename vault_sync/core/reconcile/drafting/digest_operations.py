"""Draft the digests: link, edit and add entries, make digests; prove each by reading it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from vault_sync.core.digest import editor, tag_slips
from vault_sync.core.digest.editor import Unsayable, first_loss
from vault_sync.core.digest.reader import Digest, Entry, OwnLink
from vault_sync.core.digest.styles import lens, styled_reader
from vault_sync.core.digest.styles.lens import Unread
from vault_sync.core.digest.styles.style import StyleName, styles_of
from vault_sync.core.model.plan import Create, Write
from vault_sync.core.model.problems import no_link
from vault_sync.core.model.values import FIELD_NAMES, Fields, Key, Problem, RelPath, stem_of
from vault_sync.core.reconcile.drafting.note_paths import NotePaths
from vault_sync.core.reconcile.drafting.plan_builder import DraftContext, PlanBuilder
from vault_sync.core.reconcile.resolution.values import (
    LIVE,
    NOTE,
    Placeless,
    Resolution,
    has_link_in_title,
)
from vault_sync.core.text.module_door import door
from vault_sync.core.text.spans import splice

if TYPE_CHECKING:
    from vault_sync.core.digest.styles import styled_growth
else:  # most digests are flat
    styled_growth = door("vault_sync.core.digest.styles.styled_growth")


_READINGS = 4
"""Readings of a digest's new text that look for links which do not read back."""


def add(builder: PlanBuilder, context: DraftContext) -> None:
    """Add what every digest needs: links, edits, new entries; each proved by reading it."""
    edited: dict[RelPath, list[tuple[Resolution, Entry]]] = {}
    added: dict[RelPath, list[Resolution]] = {}
    for resolution in context.resolutions:
        if resolution.paper.note is None and (resolution.key, NOTE) in builder.refused:
            continue
        builder.problems += [_no_place(context, resolution, each) for each in resolution.placeless]
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
    edited = [each for each in edited if _reads_back(builder, context, each[0], path)]
    added = [
        each
        for each in added
        if _can_grow(builder, context, each, path) and _reads_back(builder, context, each, path)
    ]
    if digest is None:
        additions = [_addition(context, each, path) for each in added]
        text = _made(context, path, additions)
        found = _read(context, path, text, styles_of(context.rules)(path))
        if additions and _proved(builder, context, path, found, {}, added):
            after = builder.digest_after[path] = builder.store(text)
            builder.creates.append(Create(path, after, _named_by(added, context.note_paths)))
            for each in added:
                builder.touch(path, each)
        return
    draft = _drafted(context, path, digest, edited, added)
    expected = {entry.key: resolution for resolution, entry in edited}
    changes = draft.text != digest.text
    if changes and not _proved(builder, context, path, draft.found, expected, added):
        return
    unlinked = (key for key, is_own in sorted(draft.unlinked) if is_own)
    builder.problems += [no_link(context.note_paths.notes[key], path) for key in unlinked]
    if changes:
        after = builder.digest_after[path] = builder.store(draft.text)
        why = _why(draft.changed, added)
        builder.digest_writes.append(Write(path, digest.text, after, why))
        for each in draft.changed + added:
            builder.touch(path, each)


class _DigestDraft(NamedTuple):
    """A new text of a digest, as it reads, with the papers whose entries it changes.

    `unlinked` are the links left out of it.
    """

    text: str
    changed: list[Resolution]
    unlinked: Unread
    found: Digest


def _drafted(
    context: DraftContext,
    path: RelPath,
    digest: Digest,
    edited: list[tuple[Resolution, Entry]],
    added: list[Resolution],
) -> _DigestDraft:
    """Return the new text of a digest, without the links that would not read back.

    Each of a few readings may find more of them; then no entry gets a link.
    """
    links = [(each, _link(context, each, path, entry)) for each, entry in edited]
    links += [(each, _addition(context, each, path)[1]) for each in added]
    meant = {each.key: (each.entries[path], link) for each, link in links}
    found = digest
    unlinked: Unread = frozenset()
    for left in reversed(range(_READINGS)):
        text, changed = _rewritten(context, path, digest, edited, added, unlinked)
        if text == digest.text:
            break
        found = _read(context, path, text, digest.styles)
        wrong = lens.unread_links(digest, found, meant) - unlinked
        if not wrong:
            break
        unlinked |= wrong if left > 1 else lens.all_links(digest, meant)
    return _DigestDraft(text, changed, unlinked, found)


def _rewritten(
    context: DraftContext,
    path: RelPath,
    digest: Digest,
    edited: list[tuple[Resolution, Entry]],
    added: list[Resolution],
    unlinked: Unread,
) -> tuple[str, list[Resolution]]:
    edits, changed = [], []
    for resolution, entry in edited:
        key, fields = resolution.key, resolution.entries[path]
        link = None if (key, True) in unlinked else _link(context, resolution, path, entry)
        ours = lens.edit(digest, entry, fields, link, repeats=(key, False) not in unlinked)
        if ours:
            edits += ours
            changed.append(resolution)
    text = splice(digest.text, edits)
    if added:
        grown = styled_reader.read(text, digest.styles)
        bare = {key for key, own in unlinked if own}
        additions = [(each.key, _addition(context, each, path)) for each in added]
        text = lens.append(
            grown, [(fields, None if key in bare else link) for key, (fields, link) in additions]
        )
    return text, changed


def _addition(context: DraftContext, resolution: Resolution, path: RelPath) -> tuple[Fields, str]:
    link = context.note_paths.linked(context.note_paths.notes[resolution.key], path)
    return resolution.entries[path], link


def _link(context: DraftContext, resolution: Resolution, path: RelPath, entry: Entry) -> str | None:
    note = context.note_paths.notes[resolution.key]
    if entry.link is None:
        if has_link_in_title(resolution, path, entry.fields.title, context.base):
            return None
        return context.note_paths.linked(note, path)
    target = context.note_paths.linked(note, path, entry.link.target)
    digest = context.snapshot.digests[path]
    if target == entry.link.target and not any(
        again.key == entry.key and again.link is None for again in digest.repeats
    ):
        return None
    return target


def _reads_back(
    builder: PlanBuilder, context: DraftContext, resolution: Resolution, path: RelPath
) -> bool:
    """Tell whether an entry with its new fields reads back as that entry; report it if not."""
    fields = resolution.entries[path]
    pair = next(pair for pair in resolution.paper.pairs if pair.digest == path)
    if pair.entry is not None and pair.entry.fields == fields:
        return True
    if _is_styled(context, pair.entry, path):
        wrong = _styled_loss(context, pair.entry, fields, path)
    else:
        before = pair.entry.fields if pair.entry else Fields(fields.url)
        link = context.note_paths.linked(context.note_paths.notes[resolution.key], path)
        wrong = first_loss(fields, before, link)
    if wrong is None:
        return True
    builder.refused.add((resolution.key, path))
    line: int | None = None
    note = context.snapshot.notes[resolution.paper.note] if resolution.paper.note else None
    if wrong.field != "commentary" and note is not None:
        value = note.properties.find(wrong.field)
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
    found: Digest,
    expected: Mapping[Key, Resolution],
    added: list[Resolution],
) -> bool:
    """Prove a new text as it reads: it has every entry as meant, in the old order, and no other."""
    old = context.snapshot.digests.get(path)
    meant = [
        expected[entry.key].entries[path] if entry.key in expected else entry.fields
        for entry in (old.entries if old else ())
    ]
    meant += [each.entries[path] for each in added]
    if old is not None and added and not styled_reader.grows_flat(old):
        meant = _in_place(old, meant, len(added))
    if _are_meant(found, meant, len(added)):
        builder.drafted[path] = tuple(entry.key for entry in found.entries)
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
    """Return the test of links that stand alone: which are the tool's once the plan is done.

    Of papers that were not planned for, the links to their notes are, as when they were read.
    """
    old = context.snapshot.digests.get(path)
    stood = {
        entry.link.target
        for entry in (old.entries if old else ())
        if entry.link is not None and (entry.styled is not None or entry.layout.link is not None)
    }

    def own(key: Key, target: str, titled: bool) -> bool:
        to = context.note_paths.after.resolve(target, path)
        if titled:
            return target in stood or (to is not None and to == context.note_paths.notes.get(key))
        if to is None or to in context.note_paths.ours or to in context.snapshot.locked:
            return True
        note = context.snapshot.notes.get(to)
        return note is not None and note.managed

    return own


def _read(context: DraftContext, path: RelPath, text: str, styles: Sequence[StyleName]) -> Digest:
    """Read a new text of a digest, as the next pass will."""
    own = _own_link(context, path)
    agreed = tag_slips.agreed_on(context.base, path, context.snapshot.tags_of)
    return tag_slips.read(text, styles, own, agreed)


def _styled_loss(
    context: DraftContext, entry: Entry | None, fields: Fields, path: RelPath
) -> Unsayable | None:
    """Return the first field that an entry in another style than flat cannot hold, where it stands.

    What a new one can hold is only known once all that is new stands there.
    """
    digest = context.snapshot.digests.get(path)
    if entry is None or digest is None:
        return None
    text = splice(digest.text, lens.edit(digest, entry, fields, None))
    found = _read(context, path, text, digest.styles).entries
    meant = [fields if each is entry else each.fields for each in digest.entries]
    if [each.fields for each in found] == meant:
        return None
    read = found[digest.entries.index(entry)].fields if len(found) == len(meant) else Fields("")
    differs = [name for name in FIELD_NAMES if getattr(read, name) != getattr(fields, name)]
    name = differs[0] if differs else FIELD_NAMES[-1]
    hint = "change it in the note to what fits on one entry's lines in this digest's style"
    return Unsayable(name, 0, f"the {name} would be read differently", hint)


def _is_styled(context: DraftContext, entry: Entry | None, path: RelPath) -> bool:
    """Return True if an entry is, or would be, in a style other than flat."""
    if entry is not None:
        return entry.styled is not None
    return not styled_reader.grows_flat(_there_or_empty(context, path))


def _there_or_empty(context: DraftContext, path: RelPath) -> Digest:
    """Return the digest at a path; one without a text, in the style chosen for it, for none."""
    digest = context.snapshot.digests.get(path)
    return digest or Digest("", (), (), (), styles_of(context.rules)(path))


def _are_meant(found: Digest, meant: list[Fields], count: int) -> bool:
    """Return True if entries say what is meant; new ones may have no place for authors."""

    def is_meant(entry: Entry, fields: Fields) -> bool:
        return entry.fields == fields or (
            count > 0
            and entry.styled is not None
            and "authors" not in entry.styled.places
            and entry.fields == fields.saying(authors=())
        )

    return len(found.entries) == len(meant) and all(map(is_meant, found.entries, meant))


def _in_place(digest: Digest, meant: list[Fields], count: int) -> list[Fields]:
    """Return the fields in the order of the text: new entries stand behind their pattern."""
    ends = [
        entry.span.end
        for entry in (*digest.entries, *digest.repeats)
        if entry.styled is not None and entry.styled.style != "table"
    ]
    end = max(ends, default=len(digest.text))
    at = sum(entry.span.start < end for entry in digest.entries)
    old = len(meant) - count
    return [*meant[:at], *meant[old:], *meant[at:old]]


def _made(context: DraftContext, path: RelPath, additions: list[tuple[Fields, str]]) -> str:
    """Return the text of a digest that is to be made, in the style that was chosen for it."""
    styles = styles_of(context.rules)(path)
    if "flat" in styles:
        return editor.new(stem_of(path), additions)
    head = f"# {stem_of(path)}\n\n"
    return lens.append(Digest(head, (), (), (), styles), additions)


def _can_grow(
    builder: PlanBuilder, context: DraftContext, resolution: Resolution, path: RelPath
) -> bool:
    """Tell whether a digest takes new entries; report it if its papers are rows of tables."""
    if styled_growth.can_grow(_there_or_empty(context, path)):
        return True
    builder.refused.add((resolution.key, path))
    note = resolution.paper.note or context.note_paths.notes[resolution.key]
    builder.problems.append(
        Problem(
            note,
            "no-place",
            f"the digest '{stem_of(path)}' is a table, to which no row is added",
            "add the paper's row there yourself, or take the digest out of this note",
            level="notice",
        )
    )
    return False


def _no_place(context: DraftContext, resolution: Resolution, placeless: Placeless) -> Problem:
    """Return the notice of a field that lives in the note alone."""
    digest = stem_of(placeless.pair.digest)
    return Problem(
        resolution.paper.note or context.note_paths.notes[resolution.key],
        "no-place",
        f"the digest '{digest}' has no place for the {placeless.field} of this paper, which the "
        "note alone has",
        level="notice",
    )


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
