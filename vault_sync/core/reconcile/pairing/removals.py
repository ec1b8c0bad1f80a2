"""Check entries taken out of their digest: which removals are carried out, which confirmed first.

A digest that lost many entries at once is more often a file cut short, a checkout or a sync
service at work than a reader cleaning up (docs/architecture.md, "Who is there").
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from vault_sync.core.model import problems
from vault_sync.core.model.base import Base, apart_key, parted_filled
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import SHARED_FIELDS, Decisions, Key, Problem, RelPath, Rules
from vault_sync.core.naming.note_names import fold
from vault_sync.core.naming.tags import private
from vault_sync.core.note import abstract
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.note import Note
from vault_sync.core.note.property_table import property_facts
from vault_sync.core.reconcile.pairing.decisions import accepted_digests
from vault_sync.core.reconcile.pairing.paper import Kind, Pair, Paper
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.encodings import text_hash
from vault_sync.core.text.wrapping import same_words

SHARE_OF_DIGEST = 0.30
"""Two or more removals that are over this share of their digest's entries must be confirmed."""


class GuardedPapers(NamedTuple):
    """The papers of a pass, with the pairs of the `guarded` digests set to wait.

    Nothing is taken from a guarded digest until a person has confirmed its removals. `deferred` are
    those of `Plan`.
    """

    papers: tuple[Paper, ...]
    problems: tuple[Problem, ...] = ()
    guarded: frozenset[RelPath] = frozenset()
    deferred: frozenset[RelPath] = frozenset()


def check_removals(
    papers: Sequence[Paper],
    snapshot: Snapshot,
    base: Base,
    rules: Rules,
    *,
    remake: bool,
    decisions: Decisions,
    allowed: str,
) -> GuardedPapers:
    """Return the papers with only those removals that may be carried out; none with `remake`.

    While files may still be on their way, those alone that a person decided on; so it is in a
    digest that was just delivered.
    """
    counted = [_with_counted_removals(paper, base, decisions) for paper in papers]
    uncounted = _uncounted(papers, counted)
    notices = tuple(map(problems.may_be_on_its_way, sorted(uncounted)))
    papers = counted
    if remake:
        guarded = GuardedPapers(
            tuple(_with_removals(paper, lambda _: "waiting") for paper in papers)
        )
    else:
        papers = edit_beats_removal(papers, snapshot, base, rules, decisions)
        # A person who has just named a digest that is gone need not confirm that it is.
        sure = accepted_digests(decisions) - snapshot.digests.keys() if decisions else frozenset()
        guarded = limit_removals(papers, base, rules, allowed, sure)
    return guarded._replace(
        papers=tuple(filter(_has_work, guarded.papers)),
        problems=(*notices, *guarded.problems),
        deferred=frozenset() if base.is_partial else uncounted,
    )


def _has_work(paper: Paper) -> bool:
    """Tell whether a note is there or is to be made: not for a locked or guarded digest alone."""
    return paper.role == "managed" or any(pair.kind != "waiting" for pair in paper.pairs)


def _with_removals(paper: Paper, kind_of: Callable[[Pair], Kind]) -> Paper:
    """Return a paper whose removed pairs have the kinds that they are given."""
    if all(pair.kind != "removed" for pair in paper.pairs):
        return paper
    pairs = [
        pair._replace(kind=kind_of(pair)) if pair.kind == "removed" else pair
        for pair in paper.pairs
    ]
    return paper._replace(pairs=tuple(pairs))


def _with_counted_removals(paper: Paper, base: Base, decisions: Decisions) -> Paper:
    """Return a paper in which an entry that may only be not here yet counts for nothing."""

    def kind_of(pair: Pair) -> Kind:
        decided = (paper.agreed_key, pair.digest, "entry") in decisions
        sure = decided or pair.digest in accepted_digests(decisions)
        return "removed" if sure else kind_of_removal(pair.digest, base)

    return _with_removals(paper, kind_of)


def kind_of_removal(digest: RelPath, base: Base) -> Kind:
    """Return what it means that an entry is gone: it comes back if a copy of its digest stands.

    So it is where the digest was brought, and the text that it replaced here became the copy; and
    where `restore` put an older text there.
    """
    arrival = base.arrival(digest)
    if (arrival.copied or arrival.restored) and not base.is_partial:
        return "append"
    if base.is_partial or arrival.delivered:
        return "waiting"
    return "append" if arrival.waited and digest in base.with_copies else "removed"


def _uncounted(papers: Sequence[Paper], counted: Sequence[Paper]) -> frozenset[RelPath]:
    """Return the digests that lack entries which may only be on their way."""
    return frozenset(
        pair.digest
        for paper, after in zip(papers, counted, strict=True)
        for pair, left in zip(paper.pairs, after.pairs, strict=True)
        if pair.kind == "removed" and left.kind == "waiting"
    )


def edit_beats_removal(
    papers: Sequence[Paper], snapshot: Snapshot, base: Base, rules: Rules, decisions: Decisions
) -> list[Paper]:
    """Put an entry back whose note was edited since both sides agreed.

    A removal that a person decided on stays one.
    """

    def kind_of(paper: Paper, pair: Pair) -> Kind:
        if paper.note is None or (paper.agreed_key, pair.digest, "entry") in decisions:
            return "removed"
        edited = is_edited(paper, pair, snapshot.notes[paper.note], base, rules)
        return "append" if edited else "removed"

    return [_with_removals(paper, partial(kind_of, paper)) for paper in papers]


def is_edited(paper: Paper, pair: Pair, note: Note, base: Base, rules: Rules) -> bool:
    """Tell whether a note was edited since it and the entry of this pair agreed."""
    if pair.section is not None:
        was = base.text(BaseKey(paper.agreed_key, pair.origin or pair.digest, "commentary"))
        if was is not None and not same_words(was, pair.section.commentary):
            return True
    if any(other.kind != "removed" for other in paper.pairs):
        # The shared fields of the note live on in another digest.
        return False
    fields = note.fields
    tags = _agreed_tags(paper, base)
    # A value that was never agreed on is as good as an edited one.
    if tags is None and fields.tags:
        return True
    own = _own_tags(paper, note, base)
    if tags is not None and tags != {
        name
        for tag in fields.tags
        if (name := fold(tag)) in tags or not (private(rules, tag) or name in own)
    }:
        return True
    return any(
        (was is None and bool(now)) or (was is not None and was != now)
        for was, now in (
            (base.note_value(BaseKey(paper.agreed_key, "", name)), getattr(fields, name))
            for name in SHARED_FIELDS
        )
    )


def _own_tags(paper: Paper, note: Note, base: Base) -> set[str]:
    """Return the tags that an adopted note or a template had, which stay in the note."""
    had = base.items(apart_key(BaseKey(paper.agreed_key, "", "tags"))) or ()
    return {fold(tag) for tag in had} & {fold(tag) for tag in note.fields.tags}


def _agreed_tags(paper: Paper, base: Base) -> set[str] | None:
    """Return the tags of all places of a paper; None if they were never agreed on."""
    places = [
        base.items(BaseKey(paper.agreed_key, pair.origin or pair.digest, "tags"))
        for pair in paper.pairs
    ]
    if any(tags is None for tags in places):
        return None
    return {fold(tag) for tags in places for tag in tags or ()}


def limit_removals(
    papers: Sequence[Paper],
    base: Base,
    rules: Rules,
    allowed: str,
    sure: Collection[RelPath] = (),
) -> GuardedPapers:
    """Guard every digest that has too many removals, unless this very list was allowed.

    Those of the digests `sure` are not counted.
    """
    removed = [
        (pair.digest, paper.agreed_key)
        for paper in papers
        for pair in paper.pairs
        if pair.kind == "removed" and pair.digest not in sure
    ]
    number = removals_number(removed)
    if not removed or number == allowed:
        return GuardedPapers(tuple(papers))
    gone: dict[RelPath, list[Key]] = {}
    for digest, key in removed:
        gone.setdefault(digest, []).append(key)
    sizes = _sizes(papers, base)
    guarded = _with_too_many(gone, sizes, base, rules)
    found = tuple(
        _many_removals(digest, _titles(gone[digest], base), sizes.get(digest, 0), number)
        for digest in sorted(guarded)
    )
    waiting = tuple(_without_guarded(paper, guarded) for paper in papers) if guarded else papers
    return GuardedPapers(tuple(waiting), found, guarded)


def _with_too_many(
    gone: Mapping[RelPath, Sequence[Key]], sizes: Mapping[RelPath, int], base: Base, rules: Rules
) -> frozenset[RelPath]:
    """Return the digests of which too much is gone: all of them, where it is much of the vault."""
    number, agreed = sum(map(len, gone.values())), sum(base.sizes.values())
    if number > rules.removals_entries and number > rules.removals_share * agreed:
        return frozenset(gone)
    return frozenset(
        digest
        for digest, keys in gone.items()
        if len(keys) >= 2 and len(keys) > SHARE_OF_DIGEST * sizes.get(digest, 0)
    )


def _titles(keys: Sequence[Key], base: Base) -> list[str]:
    """Return the titles of papers, or the key of one that has none."""
    return [base.text(BaseKey(key, "", "title")) or key for key in sorted(keys)]


def _many_removals(digest: RelPath, titles: Sequence[str], size: int, number: str) -> Problem:
    return Problem(
        digest,
        "many-removals",
        f"{len(titles)} of {size} entries are gone from this digest: {'; '.join(titles)}",
        "nothing is removed, and nothing else of this digest is taken over; bring them back, "
        f"or run `vault-sync sync --allow-removals {number}`",
    )


def _without_guarded(paper: Paper, guarded: Collection[RelPath]) -> Paper:
    pairs = tuple(
        pair._replace(kind="waiting") if pair.digest in guarded or pair.origin in guarded else pair
        for pair in paper.pairs
    )
    return paper._replace(pairs=pairs)


def _sizes(papers: Sequence[Paper], base: Base) -> dict[RelPath, int]:
    """Return the number of entries that the base has of each digest, by its present path."""
    now = {pair.origin: pair.digest for paper in papers for pair in paper.pairs if pair.origin}
    sizes = dict(base.sizes)
    for was, digest in now.items():
        sizes[digest] = max(sizes.get(digest, 0), sizes.get(was, 0))
    return sizes


def removals_number(removed: Sequence[tuple[RelPath, Key]]) -> str:
    """Return the number of a list of removals, the same for the same list on every machine."""
    listed = "\n".join(sorted(f"{digest}\t{key}" for digest, key in removed))
    return text_hash(listed)[:8]


def has_nothing_of_the_readers(paper: Paper, note: Note, base: Base, rules: Rules) -> bool:
    """Tell whether a note holds only what its digests and arXiv gave it, link lists aside."""
    if any(pair.kind != "removed" for pair in paper.pairs):
        return False
    sections = [pair.section for pair in paper.pairs if pair.section is not None]
    callout, words = note_lens.parted(note_lens.own_words(note, sections))
    facts = [each.name for each in property_facts(rules.facts)]
    made = base.text(BaseKey(paper.agreed_key, "", "template"))
    as_made = made is not None and made == note_lens.own_mark(note, sections, facts)
    put = base.text(BaseKey(paper.agreed_key, "", "abstract"))
    return (
        (as_made or not words)
        and (as_made or not callout or abstract.mark(callout) == put)
        and (as_made or not (note_lens.own_properties(note, facts) or _own_tags(paper, note, base)))
        and not _has_title_of_the_readers(paper, note, base)
        and not any(
            private(rules, tag) and fold(tag) not in (_agreed_tags(paper, base) or ())
            for tag in note.fields.tags
        )
    )


def _has_title_of_the_readers(paper: Paper, note: Note, base: Base) -> bool:
    """Tell whether the note of an untitled entry has a title or authors that arXiv did not give."""
    filled = base.items(BaseKey(paper.agreed_key, "", "filled"))
    if filled is None:
        return False
    title, authors = parted_filled(filled)
    return note.fields.title not in {"", title} or note.fields.authors not in {(), authors}
