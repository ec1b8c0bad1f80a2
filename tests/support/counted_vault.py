"""A small vault that is counted: four papers, three weeks, tags in two spellings."""

from __future__ import annotations

from datetime import date

from vault_sync.core import snapshot, vault_statistics
from vault_sync.core.model.base import Base
from vault_sync.core.model.statistics import VaultStatistics
from vault_sync.core.model.values import RelPath
from vault_sync.core.naming.week_names import WeekNaming
from vault_sync.core.naming.wikilinks import LinkResolver

KOREAN = WeekNaming("%Y년 %-m월 {month_week}주차")


def entry(number: str, words: str, tags: str) -> str:
    return (
        f"https://arxiv.org/abs/2308.0000{number}\nT{number} (Ann One, Bob Two)\n{words}\n{tags}\n"
    )


def note(number: str, more: str) -> str:
    return f"---\nurl: https://arxiv.org/abs/2308.0000{number}\ndigests: []\n{more}---\n"


TEXTS = {
    "d/2023년 12월 4주차.md": entry("1", "하나 둘 셋", "#llm #LLM") + entry("2", "one", "#code"),
    "d/2024년 1월 1주차.md": entry("1", "four words are here", "#LLM"),
    "d/2023년 8월 3주차.md": entry("3", "", "#code"),
    "d/reading list.md": entry("4", "a b", "#list"),
    "p/one.md": note("1", 'status: read\nmentioned_by: ["[[b]]", "[[c]]"]\n'),
    "p/two.md": note("2", "status: reading\nmentioned_by: '[[a]]'\n"),
    "p/three.md": note("3", "mentioned_by: []\n"),
    "p/five.md": note("5", "status: read\n"),
}


def counted(since: date | None = None, naming: WeekNaming | None = KOREAN) -> VaultStatistics:
    texts = {RelPath(path): text for path, text in TEXTS.items()}
    found = snapshot.build(
        texts,
        names=LinkResolver.from_paths(texts),
        is_digest=lambda path: path.startswith("d/"),
        base=Base(),
    )
    return vault_statistics.count(found, naming, since)
