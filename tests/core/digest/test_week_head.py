"""The lines above the first entry are taken over where two digests agree."""

from __future__ import annotations

from datetime import date, timedelta

from tests.support.weeks import KOREAN
from vault_sync.core.digest import reader
from vault_sync.core.digest.week_head import DatedDigest, week_head
from vault_sync.core.naming.week_names import WeekNaming

ENTRY = "https://arxiv.org/abs/2308.07037\nA Title (Ann One, Bob Two)\nwords\n#tag\n"


def head_after(*heads: str, form: str = "%G-W%V", day: date = date(2025, 1, 1)) -> str:
    """The head after weeks that end with 2024-W52, the newest first."""
    naming = WeekNaming(form)
    newest = [
        DatedDigest(date(2024, 12, 23) - timedelta(weeks=n), reader.read(head + ENTRY))
        for n, head in enumerate(heads)
    ]
    return week_head(naming, day, newest)


def test_lines_above_the_entries_are_taken_over_where_two_digests_agree() -> None:
    assert head_after("# 2024-W52\n\n", "# 2024-W51\n\n") == "# 2025-W01\n\n"
    matter = "---\ntags: [digest]\nfrom: {}\nto: {}\n---\n[[{}]] {} [[{}]]\r\n"
    newer = matter.format("2024-12-23", "2024-12-29", "2024-W51", "2024-W52", "2025-W01")
    older = matter.format("2024-12-16", "2024-12-22", "2024-W50", "2024-W51", "2024-W52")
    new = matter.format("2024-12-30", "2025-01-05", "2024-W52", "2025-W01", "2025-W02")
    assert head_after(newer, older) == new
    # A week later than the next one: still by its own neighbours.
    later = matter.format("2025-01-13", "2025-01-19", "2025-W02", "2025-W03", "2025-W04")
    assert head_after(newer, older, day=date(2025, 1, 16)) == later


def test_a_new_digest_begins_with_its_name_alone_where_its_fellows_disagree() -> None:
    assert head_after("2024-W52\nOn holiday.\n", "2024-W51\n") == "2025-W01\n"
    assert head_after("# 2024-W52\n") == "2025-W01\n"
    assert head_after() == "2025-W01\n"
    assert head_after("", "") == "2025-W01\n"
    # The name of the sample, and one name that stands in another.
    assert head_after("1월 1\n", "1월 1\n", form=KOREAN) == "2025년 1월 1주차\n"
    assert head_after("22024-W52\n", "22024-W51\n") == "2025-W01\n"


def test_a_digest_without_entries_is_a_head() -> None:
    naming = WeekNaming("%G-W%V")
    newest = [
        DatedDigest(date(2024, 12, 23), reader.read("# 2024-W52\n\n")),
        DatedDigest(date(2024, 12, 16), reader.read("# 2024-W51\n\n" + ENTRY)),
    ]
    assert week_head(naming, date(2025, 1, 1), newest) == "# 2025-W01\n\n"
