"""Python's collector of circles, switched off during a pass."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from vault_sync.edge.platform import current


@contextmanager
def uncollected() -> Iterator[None]:
    """Switch the collector off for the block.

    A pass makes a hundred thousand values and no circles: looking for some takes a tenth of it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def give_back() -> None:
    """Give the memory that is free again to the system, where this process keeps it."""
    gc.collect()
    current.system.trim_memory()
