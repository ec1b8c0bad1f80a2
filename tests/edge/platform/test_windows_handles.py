"""Opening on Windows: no link is followed, and what is busy is tried again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.support.fake_windows import DENIED, SHARING, FakeEditor, FakeKernel, refusal
from vault_sync.edge.fs.errors import in_words
from vault_sync.edge.platform.windows_handles import Access, Look, Share, WindowsHandles


def test_what_is_busy_for_a_while_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"text")
    kernel = FakeKernel()
    held = FakeEditor(kernel).hold(tmp_path / "a.md", share=Share(0))
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            os.close(held)

    os.close(WindowsHandles(kernel, pause).open(str(tmp_path / "a.md"), Access.READ))
    assert pauses == [0.01, 0.02, 0.04]


def test_what_stays_busy_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"text")
    kernel = FakeKernel()
    held = FakeEditor(kernel).hold(tmp_path / "a.md", share=Share(0))
    pauses: list[float] = []
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the words are what matters
        WindowsHandles(kernel, pauses.append).open(str(tmp_path / "a.md"), Access.READ)
    assert "another program has it open" in in_words(caught.value)
    assert sum(pauses) == pytest.approx(1.27)
    os.close(held)


@pytest.mark.parametrize(("code", "times"), [(DENIED, 8), (SHARING, 8), (183, 1)])
def test_only_what_passes_is_tried_again(code: int, times: int) -> None:
    tries = []

    def call() -> None:
        tries.append(code)
        raise refusal(code, "a.md")

    with pytest.raises(OSError):  # noqa: PT011 - which one is above
        WindowsHandles(FakeKernel(), lambda _: None).patiently(call)
    assert len(tries) == times


JUNCTION, LINK, CLOUD = 0xA0000003, 0xA000000C, 0x9000001A


@pytest.mark.parametrize(
    ("attributes", "tag", "link", "folder"),
    [
        (0x20, 0, False, False),
        (0x10, 0, False, True),
        (0x410, JUNCTION, True, False),
        (0x400, LINK, True, False),
        (0x410, CLOUD, False, True),
        (0x420, CLOUD, False, False),
    ],
)
def test_links_and_what_is_in_a_cloud(attributes: int, tag: int, link: bool, folder: bool) -> None:
    look = Look(attributes, tag, 3, 10**18, 10**18 + 5, 2**63 + 7, 1, 1)
    assert (look.is_link, look.is_folder) == (link, folder)
    status = look.status()
    assert (status.st_ino, status.st_ctime_ns, status.st_size) == (7, 10**18 + 5, 3)
