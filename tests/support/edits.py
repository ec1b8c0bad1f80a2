"""Edits of a field, on each side."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.memory_vault import MemoryVault
from tests.support.reader import ENTRY, NEXT, NOTE, WEEK, change, fresh

Do = Callable[[MemoryVault], None]

FIRST = "알파 첫 문장입니다."
SECOND = "알파 둘째 문장입니다."
LINE = "알파 둘째 줄입니다."
LINKED = "|Alpha Models: A Study]]"
TITLE = 'title: "Alpha Models: A Study"'
AUTHORS = "(Ann Park, Bo Lee)"
URL = "https://arxiv.org/abs/2308.00001"


def at(path: str, old: str, new: str) -> Do:
    def do(vault: MemoryVault) -> None:
        change(vault, path, old, new)

    return do


BOTH = [
    ("title", at(WEEK, LINKED, "|Alpha: Mine]]"), at(NOTE, TITLE, 'title: "Alpha: Yours"')),
    ("authors", at(WEEK, "Bo Lee", "Bo Lim"), at(NOTE, "Bo Lee", "Bo Kim")),
    ("commentary", at(WEEK, FIRST, "내 문장."), at(NOTE, FIRST, "네 문장.")),
    ("commentary", at(WEEK, LINE, "내 줄."), at(NOTE, LINE + "\n", "")),
]


AGAIN = ENTRY.replace("알파", "다시").replace("#alpha", "#again").replace("Bo Lee", "B. Lee")


def twice() -> MemoryVault:
    vault = fresh()
    change(vault, NEXT, "주차\n", "주차\n" + AGAIN)
    assert not vault.sync().problems
    return vault
