"""Count what the digests and notes of a snapshot hold (`vault-sync stats`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from vault_sync.core.model.statistics import (
    MentionCount,
    StatusCount,
    TagCount,
    VaultStatistics,
    WeekCount,
)
from vault_sync.core.model.values import RelPath, natural, stem_of
from vault_sync.core.naming import week_names
from vault_sync.core.naming.week_learning import weeks_of
from vault_sync.core.naming.week_names import WeekNaming
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.folding import casefold_nfc

_STATUSES = ("", "unread", "reading", "read")


def count(
    snapshot: Snapshot,
    naming: WeekNaming | None,
    since: date | None = None,
) -> VaultStatistics:
    """Return the numbers of a vault.

    Args:
        snapshot: all its digests and notes.
        naming: how its weeks are named; None sorts digests by name, and `since` leaves none out.
        since: digests of weeks that ended before this day are left out. Notes are counted if a
            digest that is counted has their paper.
    """
    paths = digests_since(list(snapshot.digests), naming, since)
    entries = {path: snapshot.digests[path].entries for path in paths}
    weeks = tuple(
        WeekCount(
            stem_of(path),
            len(found),
            sum(len(entry.fields.commentary.split()) for entry in found),
        )
        for path, found in entries.items()
    )
    keys = {entry.key for found in entries.values() for entry in found}
    notes = [path for key in sorted(keys) for path in snapshot.managed.get(key, ())]
    return VaultStatistics(
        papers=len(keys),
        entries=sum(week.papers for week in weeks),
        words=sum(week.words for week in weeks),
        weeks=weeks,
        tags=_tags([[entry.fields.tags for entry in found] for found in entries.values()]),
        mentioned=_mentioned(snapshot, notes),
        statuses=_statuses(snapshot, notes),
    )


def digests_since(
    paths: Sequence[RelPath], naming: WeekNaming | None, since: date | None
) -> list[RelPath]:
    """Return digests in the order of their weeks, those without a week last."""
    if naming is None:
        return sorted(paths, key=natural)
    days = weeks_of(naming, paths)
    dated = sorted((day, path) for path, day in days.items())
    if since is not None:
        return [path for day, path in dated if week_names.days_of(naming, day)[1] >= since]
    undated = sorted((path for path in paths if path not in days), key=natural)
    return [path for _, path in dated] + undated


def _tags(weeks: Sequence[Sequence[tuple[str, ...]]]) -> tuple[TagCount, ...]:
    """Return every tag, the most used first; two spellings of one tag are one, as in Obsidian."""
    spelled: dict[str, Counter[str]] = {}
    by_week: list[Counter[str]] = []
    for entries in weeks:
        counted: Counter[str] = Counter()
        for tags in entries:
            for tag in tags:
                spelled.setdefault(casefold_nfc(tag), Counter())[tag] += 1
            counted.update({casefold_nfc(tag) for tag in tags})
        by_week.append(counted)
    found = [
        TagCount(
            max(sorted(spellings), key=spellings.__getitem__),
            sum(week[folded] for week in by_week),
            tuple(week[folded] for week in by_week),
        )
        for folded, spellings in spelled.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.papers, each.tag)))


def _mentioned(snapshot: Snapshot, notes: Sequence[RelPath]) -> tuple[MentionCount, ...]:
    found = [
        MentionCount(stem_of(path), len(snapshot.notes[path].properties.items("mentioned_by")))
        for path in notes
    ]
    return tuple(sorted((each for each in found if each.mentions), key=lambda e: (-e[1], e[0])))


def _statuses(snapshot: Snapshot, notes: Sequence[RelPath]) -> tuple[StatusCount, ...]:
    """Return the statuses in the order of reading, a reader's own words behind."""
    counted = Counter(snapshot.notes[path].properties.scalar("status").strip() for path in notes)
    if not any(counted):
        return ()
    own = sorted(set(counted) - set(_STATUSES))
    return tuple(StatusCount(word, counted[word]) for word in (*_STATUSES, *own) if counted[word])
