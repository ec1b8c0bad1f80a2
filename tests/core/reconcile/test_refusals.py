"""Which fields stay taken back, and which base value they have meanwhile."""

from __future__ import annotations

from tests.support.memory_vault import MemoryVault
from vault_sync.core.model.base import value_hash
from vault_sync.core.model.plan import BaseKey, Create, Value
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.reconcile.refusals import find_refusals

KEY = Key("arxiv:2308.00001")
WEEK, NOTE = RelPath("digests/w.md"), RelPath("papers/T.md")
TEXT = "w\nhttps://arxiv.org/abs/2308.00001\nT: A (Ann Park)\none\n#t\n"


def test_the_side_put_back_gives_the_base_value() -> None:
    vault = MemoryVault({WEEK: TEXT})
    vault.sync()
    vault.files[WEEK] = vault.files[WEEK].replace("one\n#t", "two\n#t #u")
    row, tags = BaseKey(KEY, WEEK, "commentary"), BaseKey(KEY, WEEK, "tags")
    snapshot, base = vault.look()
    path = next(path for path in vault.files if path.startswith("papers/"))

    def found(*restored: str) -> dict[BaseKey, object]:
        undone = [Create(RelPath(each), "", "") for each in restored]
        refusals = find_refusals(snapshot, base, {row: "two", tags: ("t", "u")}, undone)
        return {each.base_key: each.was for each in refusals}

    assert found(path) == {row: "one", tags: ("t",)}
    assert found(WEEK) == {row: "two", tags: ("t", "u")}
    assert found(path, WEEK) == found() == {row: None, tags: None}
    assert find_refusals(snapshot, base, {}, [Create(NOTE, "", "")]) == []


def test_values_are_told_apart() -> None:
    values: list[Value] = ["", ("",), "a", ("a",), ("a", "b"), ("ab",)]
    assert len({value_hash(value) for value in values}) == len(values)
