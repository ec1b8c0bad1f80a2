"""The free room of a disk."""

from __future__ import annotations

from typing import NamedTuple


class Room(NamedTuple):
    """The free room of a disk: bytes of a block, free blocks, free files (None: not counted)."""

    block: int
    blocks: int
    files: int | None
