"""The texts of a large plan: on the disk or in memory, they are what was drafted."""

from __future__ import annotations

import errno
import tempfile
from typing import BinaryIO, cast

import pytest
from vault_sync.core.model.plan import Create
from vault_sync.core.model.values import RelPath
from vault_sync.edge.state.plan_texts import PlanTexts

TEXTS = ["x" * 60, "한국어\n", "not UTF-8: \udcff\udc80", ""]


class SmallFile:
    """A file on a disk with room for 20 bytes; one write more than that is short, all else fail."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.left = file, 20
        self.seek, self.read, self.close = file.seek, file.read, file.close

    def write(self, content: bytes) -> int:
        if not self.left:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self.file.write(content[: self.left])
        self.left -= written
        return written


def test_a_text_is_the_same_in_memory_and_on_the_disk() -> None:
    texts = PlanTexts()
    stored = [texts.store(text) for text in TEXTS]
    assert not any(isinstance(text, str) for text in stored)
    assert str(stored[0]) == TEXTS[0], "read before the next is stored"
    stored.append(texts.store(TEXTS[0]))
    assert [str(text) for text in stored] == [*TEXTS, TEXTS[0]]
    pairs = [Create(RelPath("a.md"), text, "new") for text in (stored[1], TEXTS[1])]
    assert pairs[0] == pairs[1] and len(set(pairs)) == 1 and repr(pairs[0]) == repr(pairs[1])
    assert pairs[0].after == TEXTS[1] and pairs[0] != Create(RelPath("a.md"), "other", "new")


def test_a_text_outlives_what_stored_it() -> None:
    alone = PlanTexts().store("drafted")
    assert not isinstance(alone, str) and str(alone) == "drafted"


def test_what_has_no_room_stays_in_memory_and_harms_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with tempfile.TemporaryFile(buffering=0) as file:
        small = SmallFile(cast("BinaryIO", file))
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: small)
        texts = PlanTexts()
        drafted = ["twelve bytes", "and 16 more here", "then none"]
        stored = [texts.store(text) for text in drafted]
        assert [isinstance(text, str) for text in stored] == [False, True, True]
        assert [str(text) for text in stored] == drafted
        file.truncate(3)
        with pytest.raises(OSError, match="cannot be read again"):
            str(stored[0])
