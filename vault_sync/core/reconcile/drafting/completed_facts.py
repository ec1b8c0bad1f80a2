"""Facts that no answer holds: the address of a PDF, a citekey, what the reader's library knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from vault_sync.core.citation.citekeys import CitedPaper, assign, is_citekey
from vault_sync.core.model.values import Facts, Key, Rules
from vault_sync.core.naming.keys import is_paper, pdf_of
from vault_sync.core.reconcile.drafting.plan_builder import NO_FACTS
from vault_sync.core.reconcile.resolution.values import Resolution
from vault_sync.core.snapshot import Snapshot

if TYPE_CHECKING:
    from vault_sync.core.citation.library import LibraryEntry, ReadersLibrary


def completed(
    resolutions: Sequence[Resolution],
    snapshot: Snapshot,
    facts: Mapping[Key, Facts],
    rules: Rules,
    library: ReadersLibrary | None,
) -> dict[Key, Facts]:
    """Return the facts of papers, completed where `[arxiv] facts` or the library says more.

    A citekey of a paper that an archive knows waits for its title: one that says nothing would stay
    for ever.
    """
    found = {each.key: _in_library(each, snapshot, facts, library) for each in resolutions}
    whole = {
        each.key: _with_library(facts.get(each.key, NO_FACTS), each.key, found[each.key])
        for each in resolutions
    }
    if "citekey" in rules.facts:
        for key, citekey in _citekeys(resolutions, snapshot, whole, found, rules, library).items():
            whole[key] = whole[key]._replace(citekey=citekey)
    return whole


def _property(resolution: Resolution, snapshot: Snapshot, name: str) -> str:
    path = resolution.paper.note
    return "" if path is None else snapshot.notes[path].properties.scalar(name).strip()


def _in_library(
    resolution: Resolution,
    snapshot: Snapshot,
    facts: Mapping[Key, Facts],
    library: ReadersLibrary | None,
) -> LibraryEntry | None:
    if library is None:
        return None
    doi = _property(resolution, snapshot, "doi") or facts.get(resolution.key, NO_FACTS).doi
    return library.find(resolution.key, doi, resolution.note.title)


def _with_library(facts: Facts, key: Key, entry: LibraryEntry | None) -> Facts:
    facts = facts._replace(pdf=pdf_of(key))
    if entry is None:
        return facts
    return facts._replace(doi=facts.doi or entry.doi, journal=facts.journal or entry.venue)


def _citekeys(
    resolutions: Sequence[Resolution],
    snapshot: Snapshot,
    facts: Mapping[Key, Facts],
    found: Mapping[Key, LibraryEntry | None],
    rules: Rules,
    library: ReadersLibrary | None,
) -> dict[Key, str]:
    """Return a citekey for each paper whose note has none: its library's, or one of our form."""
    taken = given(snapshot)
    papers: dict[Key, CitedPaper] = {}
    chosen: dict[Key, str] = {}
    for each in resolutions:
        entry = found[each.key]
        published = (
            facts[each.key].published
            or facts[each.key].year
            or _property(each, snapshot, "published")
            or _property(each, snapshot, "year")
        )
        if _property(each, snapshot, "citekey"):
            continue
        fits = entry is not None and is_citekey(entry.citekey)
        if entry is not None and fits and taken.get(entry.citekey, each.key) == each.key:
            chosen[each.key] = entry.citekey
        elif each.note.title or not is_paper(each.key):
            papers[each.key] = CitedPaper(each.note.title, each.note.authors, published)
    entries = () if library is None else library.entries
    theirs = dict.fromkeys((entry.citekey for entry in entries), Key(""))
    return chosen | assign(papers, theirs | taken, rules.citekey_form)


def given(snapshot: Snapshot) -> dict[str, Key]:
    """Return the citekeys that notes have, each with its paper."""
    return {
        citekey: key
        for key, paths in snapshot.managed.items()
        for path in paths
        if (citekey := snapshot.notes[path].properties.scalar("citekey").strip())
    }
