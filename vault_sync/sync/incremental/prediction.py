"""The records of a plan's files once it is done, so that the next pass knows them.

A plan says most of it: a new note is about the paper whose base updates name it and paired with the
digest of its one commentary; a digest that was only linked has the entries that it had. To read
thousands of files just written would take half as long as to make them. Whatever is not so plain
is read from its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey, Create, Operation, Plan, Write
from vault_sync.core.model.values import Key, RelPath, Rules
from vault_sync.core.naming.wikilinks import LinkResolver, find
from vault_sync.core.note.property_table import LINK_LISTS, property_facts
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.encodings import as_bytes
from vault_sync.sync.incremental.identity import (
    OTHER,
    Identity,
    identities,
    outside,
    points_of,
    strays,
)
from vault_sync.sync.observation.file_record import UNKNOWN, File, mark_of
from vault_sync.sync.observation.observation import snapshot_of


def agreed_on(plan: Plan) -> Base:
    """Return as a base what a plan agrees on of notes, commentaries and facts."""
    fields = {"note", "commentary", "undated", "abstract"}
    puts = [one.put for one in plan.base_updates]
    return Base({row: put[row] for put in puts for row in put if row.field in fields})


def foreseen(
    done: Sequence[Operation],
    plan: Plan,
    found: Snapshot,
    names: LinkResolver,
    base: Base,
    rules: Rules,
) -> dict[RelPath, File]:
    """Return the records of the files of a plan that was done whole, in which no file moved."""
    known: dict[RelPath, Identity] = {}
    if not any(one.drop for one in plan.base_updates):
        agreed = agreed_on(plan)
        known = _notes(done, agreed, names, rules) | _digests(done, agreed, found, names, base)
    after = {each.path: each.after for each in done if isinstance(each, Create | Write)}
    rest = {path: str(text) for path, text in after.items() if path not in known}
    known |= _read(rest, found, names, base, rules) if rest else {}
    return {
        path: File(UNKNOWN, mark_of(as_bytes(text)), *known.get(path, OTHER), open=False)
        for path, text in after.items()
    }


def _read(
    texts: dict[RelPath, str], found: Snapshot, names: LinkResolver, base: Base, rules: Rules
) -> dict[RelPath, Identity]:
    """Return what texts are; a digest is read by the notes that it links to."""
    linked = {
        to: found.notes[to].text
        for path, text in texts.items()
        if path in found.digests
        for link in find(text)
        if (to := names.resolve(link.target, path)) and to in found.notes and to not in texts
    }
    return identities(snapshot_of(linked | texts, names, rules, base), base)


def _notes(
    done: Iterable[Operation], agreed: Base, names: LinkResolver, rules: Rules
) -> dict[RelPath, Identity]:
    """The new notes of papers that stand in one digest: it is their property and their section."""
    made = {each.path: each for each in done if isinstance(each, Create)}
    lists = [rules.properties.written(name) for name in LINK_LISTS]
    known: dict[RelPath, Identity] = {}
    linked: dict[RelPath, tuple[str, str]] = {}
    for path, (key, *_) in agreed.papers_noted.items():
        places = agreed.places.get(key, ())
        if path not in made or len(places) != 1 or rules.template:
            continue
        (digest,) = places
        said = agreed.text(BaseKey(key, digest, "commentary")) or ""
        if digest not in linked:
            target = names.shortest(digest)
            stray = strays(path, [(key, target)], names, _sure)
            linked[digest] = (f"{target}\n{target}", points_of((), stray, ()))
        pairs, points = linked[digest]
        # Its lists of links are no YAML that could be read otherwise: no name holds a quote.
        block = _block(str(made[path].after))
        listed = block if any(name in block for name in lists) else ""
        if points or listed or _may_point(said):
            words = [said, listed]
            stray = strays(path, [(key, names.shortest(digest))], names, _sure)
            points = points_of([key], stray, words)
        known[path] = ("note", key, pairs, points)
    return known


def _digests(
    done: Iterable[Operation], agreed: Base, found: Snapshot, names: LinkResolver, base: Base
) -> dict[RelPath, Identity]:
    """The digests that have the entries that they had, each linked to its note.

    A new link leads to its note: only old ones can point to what is no file yet.
    """
    stands: dict[RelPath, set[Key]] = {}
    for key, places in agreed.places.items():
        for path in places:
            stands.setdefault(path, set()).add(key)
    for path, read in found.notes.items():
        for target in read.digests:
            if read.key and (to := names.resolve(target, path)) is not None:
                stands.setdefault(to, set()).add(read.key)  # its entry may have been put back

    def about(path: RelPath, key: Key) -> bool:
        note = found.notes.get(path)
        own = agreed.note(key) or base.note(key)
        return path == own or (note is not None and note.key == key)

    known: dict[RelPath, Identity] = {}
    for operation in done:
        path = operation.path
        digest = found.digests.get(path)
        if digest is None or not isinstance(operation, Write):
            continue
        links: dict[Key, str] = {}
        old: list[tuple[Key, str]] = []
        words, after = outside(digest), str(operation.after)
        for entry in digest.entries:
            link = entry.link.target if entry.link else ""
            note = agreed.note(entry.key) or base.note(entry.key)
            if note is None or (link and names.resolve(link, path) == note):
                old.append((entry.key, link))
            else:
                link = names.shortest(note)
            if link and f"[[{link}" in after:
                links[entry.key] = link
            said = agreed.text(BaseKey(entry.key, path, "commentary"))
            if said is None:
                words.append(entry.fields.commentary)
            elif _may_point(said):
                words.append(said)
        if links.keys() == {entry.key for entry in digest.entries} >= stands.get(path, set()):
            stray = strays(path, old, names, about)
            points = points_of(links.keys(), stray, words)
            known[path] = ("digest", "\n".join(links), "\n".join(links.values()), points)
    return known


def _block(text: str) -> str:
    """The properties of a note that was just made."""
    return text[: text.find("\n---\n", 3) + 1]


def _sure(path: RelPath, key: Key) -> bool:
    del path, key
    return True


def _may_point(said: str) -> bool:
    return "[[" in said or "://" in said


def lacking_after(
    lacking: Iterable[Key], done: Iterable[Operation], agreed: Base, rules: Rules
) -> tuple[Key, ...]:
    """The papers without their facts, without those whose new notes have all of them."""
    made = {each.path: each for each in done if isinstance(each, Create)}
    properties = {"title", *(fact.name for fact in property_facts(rules.facts))}
    properties = {name for name in properties if not rules.properties.is_off(name)}

    def lacks(key: Key) -> bool:
        note = made.get(agreed.note(key) or RelPath(""))
        block = _block(str(note.after)) if note is not None else ""
        return (
            not all(f"\n{rules.properties.written(name)}:" in block for name in properties)
            or BaseKey(key, "", "undated") in agreed.rows
            or ("abstract" in rules.facts and BaseKey(key, "", "abstract") not in agreed.rows)
        )

    return tuple(filter(lacks, lacking))
