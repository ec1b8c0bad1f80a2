"""A vault is counted: papers, words, tags, mentions, reading statuses."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date

from tests.support.counted_vault import counted, entry, note
from vault_sync.core import snapshot, vault_statistics
from vault_sync.core.model.base import Base
from vault_sync.core.model.statistics import (
    MentionCount,
    StatusCount,
    TagCount,
    VaultStatistics,
    WeekCount,
)
from vault_sync.core.model.values import RelPath
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.report import statistics_lines as lines
from vault_sync.core.report.statistics_svg import draw


def test_a_vault_is_counted_in_the_order_of_its_weeks() -> None:
    found = counted()
    assert (found.papers, found.entries, found.words) == (4, 5, 10)
    assert found.weeks == (
        WeekCount("2023년 8월 3주차", 1, 0),
        WeekCount("2023년 12월 4주차", 2, 4),
        WeekCount("2024년 1월 1주차", 1, 4),
        WeekCount("reading list", 1, 2),
    )
    # An entry with two spellings of a tag has it once; the commoner spelling is shown.
    assert found.tags == (
        TagCount("LLM", 2, (0, 1, 1, 0)),
        TagCount("code", 2, (1, 1, 0, 0)),
        TagCount("list", 1, (0, 0, 0, 1)),
    )
    assert found.mentioned == (MentionCount("one", 2), MentionCount("two", 1))
    assert found.statuses == (
        StatusCount("", 1),
        StatusCount("reading", 1),
        StatusCount("read", 1),
    )


def test_older_weeks_are_left_out_and_so_are_the_notes_of_their_papers() -> None:
    # The fourth week of December 2023 ends on the 31st.
    names = [week.name for week in counted(date(2023, 12, 31)).weeks]
    assert names == ["2023년 12월 4주차", "2024년 1월 1주차"]
    found = counted(date(2024, 1, 1))
    assert [week.name for week in found.weeks] == ["2024년 1월 1주차"]
    assert found.mentioned == (MentionCount("one", 2),)
    # Without weeks nothing can be left out, and names are sorted as a person sorts them.
    assert [week.name for week in counted(date(2024, 1, 1), None).weeks][1] == "2023년 12월 4주차"


def test_a_vault_without_statuses_has_none() -> None:
    found = snapshot.build(
        {RelPath("p/a.md"): note("1", "")},
        names=LinkResolver.from_paths(()),
        is_digest=lambda _: False,
        base=Base(),
    )
    empty = vault_statistics.count(found, None)
    assert empty == VaultStatistics(0, 0, 0, (), (), (), ())
    assert list(lines.terminal_lines(empty, 80)) == ["0 papers, 0 weeks, 0 words"]
    assert ET.fromstring(draw(empty)) is not None


def test_what_is_mentioned_alike_often_and_a_readers_own_statuses_are_sorted_by_name() -> None:
    words = ("waiting", "again", "zeta", "later", "read", "skimmed", "beta")
    texts = {
        RelPath(f"p/{word[::-1]}.md"): note(str(n), f"status: {word}\nmentioned_by: '[[a]]'\n")
        for n, word in enumerate(words, 1)
    }
    texts[RelPath("w.md")] = "".join(entry(str(n), "", "") for n in range(1, len(words) + 1))
    found = snapshot.build(
        texts,
        names=LinkResolver.from_paths(texts),
        is_digest=lambda path: path == "w.md",
        base=Base(),
    )
    statistics = vault_statistics.count(found, None)
    statuses = [each.status for each in statistics.statuses]
    assert statuses == ["read", *sorted({*words} - {"read"})]
    names = [each.note for each in statistics.mentioned]
    assert names == sorted(word[::-1] for word in words)
