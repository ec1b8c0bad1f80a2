"""Named points on the way of a pass into the vault, at which tests interfere."""

from __future__ import annotations

from collections.abc import Callable

from vault_sync.core.model.values import RelPath

At = Callable[[str, RelPath], None]
"""Called with the name of a point and a path, for tests that edit, delete and rename there."""


def no_point(point: str, path: RelPath) -> None:
    """Do nothing, as everywhere outside tests."""
