"""Entries taken out of their digest: when that is believed, and when it is asked about first.

A digest that lost many entries at once is more often a file cut short, a checkout or a sync
service at work than a reader cleaning up (docs/architecture.md, "Who is there").
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Decisions, Key, Problem, RelPath, Rules
from vault_sync.core.naming.note_names import fold
from vault_sync.core.naming.tags import private
from vault_sync.core.note import abstract as note_abstract
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.facts import fact_names
from vault_sync.core.note.note import Note
from vault_sync.core.reconcile.pairing import decisions as chosen
from vault_sync.core.reconcile.pairing.paper import Kind, Pair, Paper
from vault_sync.core.snapshot import Snapshot

SHARE_OF_DIGEST = 0.30
"""Two or more removals that are over this share of their digest's entries are asked about."""


@dataclass(frozen=True, slots=True)
class GuardedPapers:
    """The papers, with the ties of the digests `guarded`, which are asked about, set to wait."""

    papers: tuple[Paper, ...]
    problems: tuple[Problem, ...] = ()
    guarded: frozenset[RelPath] = frozenset()


def check_removals(
    papers: Sequence[Paper],
    snapshot: Snapshot,
    base: Base,
    rules: Rules,
    *,
    remake: bool,
    choices: Decisions,
    allowed: str,
) -> GuardedPapers:
    """The papers as far as their removals are believed; `remake` believes none."""
    if remake:
        guarded = GuardedPapers(tuple(_waiting(paper, {"removed"}) for paper in papers))
    else:
        papers = edit_beats_removal(papers, snapshot, base, rules, choices)
        # Who has just named a digest that is gone need not be asked whether it is.
        sure = chosen.named(choices) - snapshot.digests.keys()
        guarded = limit_removals(papers, base, rules, allowed, sure)
    return replace(guarded, papers=tuple(filter(_is_heard, guarded.papers)))


def _is_heard(paper: Paper) -> bool:
    """No note is made or adopted for the sake of a digest that is not believed."""
    return paper.role == "managed" or any(pair.kind != "waiting" for pair in paper.pairs)


def _waiting(paper: Paper, kinds: Collection[Kind]) -> Paper:
    pairs = tuple(
        replace(pair, kind="waiting") if pair.kind in kinds else pair for pair in paper.pairs
    )
    return replace(paper, pairs=pairs)


def edit_beats_removal(
    papers: Sequence[Paper], snapshot: Snapshot, base: Base, rules: Rules, choices: Decisions
) -> list[Paper]:
    """A note that was edited since both sides agreed is not given up: its entry is put back.

    A removal that a person has chosen is one.
    """
    return [
        replace(
            paper,
            pairs=tuple(
                replace(pair, kind="append")
                if pair.kind == "removed"
                and (paper.base_key, pair.digest, "entry") not in choices
                and _edited(paper, pair, snapshot.notes[paper.note], base, rules)
                else pair
                for pair in paper.pairs
            ),
        )
        if paper.note is not None and any(pair.kind == "removed" for pair in paper.pairs)
        else paper
        for paper in papers
    ]


def _edited(paper: Paper, pair: Pair, note: Note, base: Base, rules: Rules) -> bool:
    if pair.section is not None:
        was = base.text(BaseKey(paper.base_key, pair.origin or pair.digest, "commentary"))
        if was is not None and was != pair.section.commentary:
            return True
    if any(other.kind != "removed" for other in paper.pairs):
        # What the note says of the paper as a whole goes on in another digest.
        return False
    said = note.fields
    tags = _agreed_tags(paper, base)
    if tags is not None and tags != {
        name for tag in said.tags if (name := fold(tag)) in tags or not private(rules, tag)
    }:
        return True
    # A value that was never agreed on is as good as an edited one.
    return any(
        (was is None and bool(now)) or (was is not None and was != now)
        for was, now in (
            (base.text(BaseKey(paper.base_key, "", "title")), said.title),
            (base.text(BaseKey(paper.base_key, "", "url")), said.url),
            (base.items(BaseKey(paper.base_key, "", "authors")), said.authors),
        )
    )


def _agreed_tags(paper: Paper, base: Base) -> set[str] | None:
    """The tags of all places of a paper, None if they were never agreed on."""
    places = [
        base.items(BaseKey(paper.base_key, pair.origin or pair.digest, "tags"))
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
    """Hold every digest whose removals are too many, unless this very list was allowed.

    Those of the digests `sure` are not counted.
    """
    removed = [
        (pair.digest, paper.base_key)
        for paper in papers
        for pair in paper.pairs
        if pair.kind == "removed" and pair.digest not in sure
    ]
    if not removed:
        return GuardedPapers(tuple(papers))
    number = plan_number(removed)
    if number == allowed:
        return GuardedPapers(tuple(papers))
    known = sum(base.sizes.values())
    many = len(removed) > rules.removals_entries and len(removed) > rules.removals_share * known
    of_digest = _sizes(papers, base)
    gone: dict[RelPath, list[Key]] = {}
    for digest, key in removed:
        gone.setdefault(digest, []).append(key)
    held = {
        digest
        for digest, keys in gone.items()
        if many or (len(keys) >= 2 and len(keys) > SHARE_OF_DIGEST * of_digest.get(digest, 0))
    }
    if not held:
        return GuardedPapers(tuple(papers))
    problems = tuple(
        Problem(
            digest,
            "many-removals",
            f"{len(gone[digest])} of {of_digest.get(digest, 0)} entries are gone from this digest: "
            + ", ".join(sorted(gone[digest])),
            "nothing is removed, and nothing else of this digest is taken over; bring them back, "
            f"or run `vault-sync sync --allow-removals {number}`",
        )
        for digest in sorted(held)
    )
    waiting = tuple(
        replace(
            paper,
            pairs=tuple(
                replace(pair, kind="waiting")
                if pair.digest in held or pair.origin in held
                else pair
                for pair in paper.pairs
            ),
        )
        for paper in papers
    )
    return GuardedPapers(waiting, problems, frozenset(held))


def _sizes(papers: Sequence[Paper], base: Base) -> dict[RelPath, int]:
    """How many entries the base knows of each digest, under the name that it has now."""
    now = {pair.origin: pair.digest for paper in papers for pair in paper.pairs if pair.origin}
    sizes = dict(base.sizes)
    for was, digest in now.items():
        sizes[digest] = max(sizes.get(digest, 0), sizes.get(was, 0))
    return sizes


def plan_number(removed: Sequence[tuple[RelPath, Key]]) -> str:
    """The number of a list of removals: the same list has the same number on every machine."""
    listed = "\n".join(sorted(f"{digest}\t{key}" for digest, key in removed))
    return sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def nothing_of_the_readers(paper: Paper, note: Note, base: Base, rules: Rules) -> bool:
    """Whether a note has nothing but what came from its digests and arXiv, link lists aside."""
    sections = [pair.section for pair in paper.pairs if pair.section is not None]
    abstract, words = note_lens.parted(note_lens.own_words(note, sections))
    put = base.text(BaseKey(paper.base_key, "", "abstract"))
    return (
        all(pair.kind == "removed" for pair in paper.pairs)
        and not words
        and (not abstract or note_abstract.mark(abstract) == put)
        and not note_lens.own_properties(note, fact_names())
        and not any(
            private(rules, tag) and fold(tag) not in (_agreed_tags(paper, base) or ())
            for tag in note.fields.tags
        )
    )
