"""Notes with properties, and texts that only look like them."""

from __future__ import annotations

from hypothesis import strategies as st
from vault_sync.core.note.properties import Wanted, edit
from vault_sync.core.note.property_block import Properties, Value, read
from vault_sync.core.text.spans import splice


def note(*lines: str, body: str = "body\n") -> str:
    return "\n".join(["---", *lines, "---", body])


def edited(text: str, **changes: Wanted) -> str:
    return splice(text, edit(read(text), changes))


def seen(text: str) -> dict[str, str | tuple[str, ...]]:
    """What a note says: texts, lists, and the kind of anything else in angle brackets."""
    found = read(text)
    assert found.broken is None
    return {name: shown(value) for name, value in found.values.items()}


def shown(value: Value) -> str | tuple[str, ...]:
    if value.items is not None:
        return tuple(item.text for item in value.items)
    return value.text if value.kind == "scalar" else f"<{value.kind}>"


PIECES = st.sampled_from(
    [*"abc:-#'\"[]{},&*!|>%@~ \t\n\r", "\n", "\n", ": ", "- ", "\n---\n", "---\n", "\r\n", "  ",
     "a: ", "\nb:\n", "\n  - ", " # c", "\ufeff", "\u2028", "\x85", "\x00", "\udc80",
     "가", "[x, y]"]
)  # fmt: skip
ANY = st.one_of(st.text(), st.lists(PIECES, max_size=30).map(lambda p: "---\n" + "".join(p)))


def check_total(found: Properties, text: str) -> None:
    assert found.text == text
    assert 0 <= found.body <= len(text)
    for value in found.values.values():
        assert found.block is not None
        spans = [value.span, *(item.span for item in value.items or ())]
        assert all(found.block.start < s.start <= s.end < found.block.end for s in spans)
    assert edit(found, {}) == []
