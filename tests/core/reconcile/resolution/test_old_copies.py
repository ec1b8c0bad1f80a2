"""What is left of a write, in the words of a field; what the base knows of writes not taken in."""

from __future__ import annotations

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import ALPHA, NOTE, WEEK, change, settled
from vault_sync.core.model.base import untaken_key
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.reconcile.resolution.old_copies import went_back

A, AB, B = "One two three.", "One two three. Four five six.", "Seven eight nine."


@pytest.mark.parametrize(
    ("was", "written", "now"),
    [
        (A, AB, A),
        (A, AB, f"{A} New."),
        (A, AB, f"New. {A}"),
        (A, AB, f"{A} Six."),
        (A, AB, "One new two three."),
        (AB, A, AB),
        (AB, A, f"{AB} New."),
        (AB, A, "One two three. Four new five six."),
        (A, B, A),
        (A, B, "One two changed."),
        ("", A, ""),
        ("", A, "Words of my own."),
        (("a",), ("a", "b"), ("a",)),
        (("a",), ("a", "b"), ("c", "A")),
        (("a", "b"), ("a",), ("b", "a", "c")),
    ],
)
def test_of_an_old_copy_nothing_of_the_write_is_left(
    was: Value, written: Value, now: Value
) -> None:
    assert went_back(was, written, now)


@pytest.mark.parametrize(
    ("was", "written", "now"),
    [
        (A, AB, AB),
        (A, AB, f"{AB} New."),
        (A, AB, f"{A} Four five."),
        (A, AB, "Four five six."),
        (AB, A, f"{A} New."),
        (AB, A, "One two."),
        (A, B, "Quite other words."),
        (A, B, "Seven eight."),
        (A, A, B),
        (A, "One  two\nthree.", A + " New."),
        (("a",), ("a", "b"), ("b",)),
        (("a",), ("a", "b"), ("a", "b", "c")),
        (("a", "b"), ("a",), ("c",)),
        (("a", "b"), ("a",), ("a", "c")),
    ],
)
def test_of_anything_else_something_is(was: Value, written: Value, now: Value) -> None:
    assert not went_back(was, written, now)


def rows(vault: MemoryVault) -> dict[BaseKey, Value]:
    return {row: value for row, value in vault.rows.items() if "untaken" in row.field}


@pytest.mark.parametrize(("from_", "to", "side"), [(WEEK, NOTE, "note"), (NOTE, WEEK, "digest")])
def test_the_memory_of_a_write_empties_by_itself(from_: str, to: str, side: str) -> None:
    vault = settled()
    assert not rows(vault)
    line = "알파 둘째 줄입니다."
    change(vault, from_, line, f"{line} 덧붙임.")
    vault.sync()
    vault.sync()
    (row,) = rows(vault)
    assert row == untaken_key(BaseKey(ALPHA, WEEK, "commentary"), side)  # type: ignore[arg-type]
    change(vault, to, "덧붙임.", "덧붙임. 읽음.")
    vault.sync()
    assert row not in rows(vault)
