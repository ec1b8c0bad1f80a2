"""Events that are lost on macOS and Windows, by what the systems say of it."""

from __future__ import annotations

import pytest
from vault_sync.edge.platform.losses import BufferQueue, CallbackLosses, dropped

HISTORY_DONE, MODIFIED, IS_FILE = 0x10, 0x1000, 0x10000


@pytest.mark.parametrize(
    ("flags", "lost"),
    [
        ([MODIFIED | IS_FILE | HISTORY_DONE, 8], False),
        ([MODIFIED, 1], True),
        ([2], True),
        ([4], True),
        ([], False),
    ],
)
def test_flags_of_fsevents(flags: list[int], lost: bool) -> None:
    assert dropped(flags) == lost


class Emitter:
    """Stands for watchdog's."""

    def __init__(self) -> None:
        self.queued: list[bytes] = []

    def events_callback(
        self, paths: list[bytes], inodes: list[int], flags: list[int], ids: list[int]
    ) -> None:
        del inodes, flags, ids
        self.queued += paths


class OurEmitter(CallbackLosses, Emitter):
    def __init__(self) -> None:
        super().__init__()
        self.losses = 0

    def lost(self) -> None:
        self.losses += 1


def test_a_call_is_passed_on_and_its_loss_is_said() -> None:
    emitter = OurEmitter()
    emitter.events_callback([b"/v/a.md"], [1], [MODIFIED], [1])
    assert (emitter.queued, emitter.losses) == ([b"/v/a.md"], 0)
    emitter.events_callback([b"/v"], [1], [MODIFIED | 1], [2])
    assert (emitter.queued, emitter.losses) == ([b"/v/a.md", b"/v"], 1)


def test_an_empty_buffer_is_a_loss_but_for_the_first() -> None:
    losses = []
    buffers = BufferQueue(lambda: losses.append(buffers.qsize()))
    buffers.put((b"", True))
    buffers.put((b"events", True))
    assert losses == []
    buffers.put((b"", True))
    assert losses == [2]
    assert [buffers.get_nowait()[0] for _ in range(3)] == [b"", b"events", b""]
