"""A small vault as a reader has it, and what he does to it: for tests of reconcile."""

from __future__ import annotations

from typing import Unpack

from tests.support.memory_vault import Choices, MemoryVault, facts
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.digest.reader import Entry
from vault_sync.core.model.plan import BaseKey, Plan
from vault_sync.core.model.values import Fields, Key, RelPath
from vault_sync.core.note import note
from vault_sync.core.note.note import Section

WEEK = "digests/2023년 8월 3주차.md"
NEXT = "digests/2023년 8월 4주차.md"

ALPHA, BETA, GAMMA, DELTA, OMEGA = (Key(f"arxiv:2308.0000{n}") for n in (1, 2, 3, 4, 5))

DAYS = {
    "2308.00001": "2023-08-01",
    "2308.00002": "2023-08-02",
    "2308.00003": "2023-08-03",
    "2308.00004": "2023-08-04",
    "2308.00005": "2023-08-05",
}

NOTE = "papers/230801 Alpha Models.md"
NOTE_BETA = "papers/230802 Beta Nets.md"
NOTE_GAMMA = "papers/230803 Gamma.md"
NOTE_DELTA = "papers/230804 Delta Rules.md"
NOTE_OMEGA = "papers/230805 Omega.md"

ENTRY = """https://arxiv.org/abs/2308.00001
Alpha Models: A Study (Ann Park, Bo Lee)
알파 첫 문장입니다. 알파 둘째 문장입니다.
알파 둘째 줄입니다.
#alpha #llm
"""

DIGEST = f"""2023년 8월 3주차
{ENTRY}https://arxiv.org/abs/2308.00002
Beta Nets (Cho Kim)
베타 설명입니다.
#beta
https://arxiv.org/abs/2308.00003
Gamma (Dan Choi, Eve Jung)
감마 이야기입니다.
#gamma
https://arxiv.org/abs/2308.00004
Delta Rules (Finn Oh)
델타.
#delta
"""

DIGEST_NEXT = """2023년 8월 4주차
https://arxiv.org/abs/2308.00005
Omega (Gil Han)
오메가입니다.
#omega
"""

OWN = "\n## My notes\n\n내 생각.\n"
"""What a reader writes below the sections of a note."""


def fresh(**files: str) -> MemoryVault:
    """A vault whose digests have just been written; `files` by path stand beside them."""
    vault = MemoryVault(files={WEEK: DIGEST, NEXT: DIGEST_NEXT}, facts=facts(DAYS))
    vault.files.update(files)
    return vault


def settled(files: dict[str, str] | None = None) -> MemoryVault:
    """The same after a pass, in which nothing was left open."""
    vault = fresh(**(files or {}))
    plan = vault.sync()
    assert not plan.problems and not plan.conflicts
    quiet(vault)
    return vault


def change(vault: MemoryVault, path: str, old: str, new: str) -> None:
    """The reader edits one file: `old`, which stands there once, becomes `new`."""
    assert vault.files[path].count(old) == 1, (old, vault.files[path])
    vault.files[path] = vault.files[path].replace(old, new)


def rename(vault: MemoryVault, path: str, to: str) -> None:
    assert to not in vault.files
    vault.files[to] = vault.files.pop(path)


def entry(vault: MemoryVault, key: Key, path: str = WEEK) -> Entry:
    found = [each for each in digest_reader.read(vault.files[path]).entries if each.key == key]
    assert len(found) == 1, (key, vault.files[path])
    return found[0]


def cut(vault: MemoryVault, key: Key, path: str = WEEK) -> str:
    """The reader takes an entry out of a digest, all of its lines."""
    start, end = entry(vault, key, path).span
    text = vault.files[path]
    vault.files[path] = text[:start] + text[end:]
    return text[start:end]


def said(vault: MemoryVault, key: Key, path: str = WEEK) -> Fields:
    return entry(vault, key, path).fields


def noted(vault: MemoryVault, path: str) -> Fields:
    return note.read(vault.files[path]).fields


def section(vault: MemoryVault, path: str, week: str = WEEK) -> Section:
    stem = week.rpartition("/")[2].removesuffix(".md")
    found = [
        each
        for each in note.read(vault.files[path]).sections
        if each.target.rpartition("/")[2] == stem
    ]
    assert len(found) == 1, (stem, vault.files[path])
    return found[0]


def listed(vault: MemoryVault, path: str, name: str) -> tuple[str, ...]:
    return note.read(vault.files[path]).properties.items(name)


def mentioning(words: str = "[[230803 Gamma]] 참조.") -> MemoryVault:
    """A vault at rest in which the second entry's commentary has these words."""
    vault = settled()
    change(vault, WEEK, "베타 설명입니다.", f"베타 설명입니다. {words}")
    vault.sync()
    quiet(vault)
    return vault


def quiet(vault: MemoryVault) -> Plan:
    """Another pass would do nothing and learn nothing."""
    plan = vault.plan()
    assert plan.operations == (), plan.operations
    assert plan.base_updates == (), plan.base_updates
    return plan


def nothing_happens(vault: MemoryVault, **choices: Unpack[Choices]) -> Plan:
    """A pass leaves every byte as it is, and so does the next."""
    before = dict(vault.files)
    plan = vault.sync(**choices)
    assert vault.files == before
    assert plan.operations == ()
    assert vault.plan().operations == ()
    return plan


def only(vault: MemoryVault, *paths: str, **choices: Unpack[Choices]) -> Plan:
    """A pass changes these files and no other, and the next pass changes none."""
    before = dict(vault.files)
    plan = vault.sync(**choices)
    changed = {
        path for path in {*before, *vault.files} if before.get(path) != vault.files.get(path)
    }
    assert changed == set(paths), changed
    quiet(vault)
    return plan


def codes(plan: Plan) -> list[str]:
    return [each.code for each in plan.problems]


def open_fields(plan: Plan) -> list[tuple[Key, str, str]]:
    return [(each.key, each.field, each.reason) for each in plan.conflicts]


def forget(vault: MemoryVault) -> None:
    """The device loses its base."""
    vault.rows.clear()
    vault.older.clear()
    vault.known = False


def knows(vault: MemoryVault, key: Key) -> set[BaseKey]:
    return {row for row in vault.rows if row.key == key}


def place(key: Key, path: str, field: str) -> tuple[Key, RelPath, str]:
    return key, RelPath(path), field
