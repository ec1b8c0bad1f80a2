"""Digests by the names of their weeks, and the naming that they show."""

from __future__ import annotations

from vault_sync.core.model.values import RelPath
from vault_sync.core.naming.week_learning import learn
from vault_sync.core.naming.week_names import WeekNaming

KOREAN = "%Y년 %-m월 {month_week}주차"


def paths(*stems: str, folder: str = "digests") -> list[RelPath]:
    return [RelPath(f"{folder}/{stem}.md") for stem in stems]


def naming_of(*stems: str) -> WeekNaming:
    naming = learn(paths(*stems), {}).naming
    assert naming is not None
    return naming
