"""The mailbox of the one thread that waits."""

from __future__ import annotations

from vault_sync.edge.watch.mailbox import Mailbox


def test_messages_come_in_the_sequence_in_which_they_were_put() -> None:
    mailbox = Mailbox()
    mailbox.put("file", "/a")
    mailbox.ring(7.0)
    mailbox.stop()
    assert mailbox.waiting() == 3 and mailbox.stopped
    found = [mailbox.wait(0) for _ in range(3)]
    assert [(each.kind, each.path) for each in found if each] == [
        ("file", "/a"),
        ("ring", ""),
        ("stop", ""),
    ]
    assert found[1] is not None and found[1].at == 7.0
    assert mailbox.wait(0) is None and mailbox.wait(0.001) is None
