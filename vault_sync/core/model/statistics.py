"""The numbers of a vault: its weeks, tags, mentions and reading statuses."""

from __future__ import annotations

from typing import NamedTuple


class WeekCount(NamedTuple):
    """One digest: its name, its papers, and the words that were written of them."""

    name: str
    papers: int
    words: int


class TagCount(NamedTuple):
    """One tag: how many entries have it, in all and in each digest in the order of the weeks."""

    tag: str
    papers: int
    by_week: tuple[int, ...]


class MentionCount(NamedTuple):
    """One paper that others are written of with: its note's name, and by how many."""

    note: str
    mentions: int


class StatusCount(NamedTuple):
    """One reading status, "" for none, and the notes that have it."""

    status: str
    notes: int


class VaultStatistics(NamedTuple):
    """The numbers of a vault. `weeks` are in the order of time; all other lists begin with most.

    `papers` counts each paper once, however many digests it stands in.
    """

    papers: int
    entries: int
    words: int
    weeks: tuple[WeekCount, ...]
    tags: tuple[TagCount, ...]
    mentioned: tuple[MentionCount, ...]
    statuses: tuple[StatusCount, ...]
