"""Fields that an entry in a style other than flat has no place for: they live in the note alone.

What the digest has of such a field is agreed on as it is, so that its absence is no edit.
"""

from __future__ import annotations

from typing import Any

from vault_sync.core.digest.styles import lens
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import FieldName
from vault_sync.core.reconcile.pairing.paper import Pair
from vault_sync.core.reconcile.resolution.shared_fields import SharedValue


def has_no_place(pair: Pair, name: FieldName, value: Any) -> bool:
    """Return True if the entry of a pair, as it stands, cannot be made to say a value."""
    if pair.entry is None or pair.entry.styled is None:
        return False
    return name in lens.unplaced(pair.entry, pair.entry.fields.saying(**{name: value}))


def takes_none(pair: Pair, name: FieldName) -> bool:
    """Return True if the entry of a pair has no place for a field, whatever its value."""
    styled = None if pair.entry is None else pair.entry.styled
    return styled is not None and name not in styled.places


def authors(
    base_key: BaseKey, digest: tuple[str, ...], note: tuple[str, ...], base: Base
) -> SharedValue[tuple[str, ...]]:
    """Return the authors of both sides where the digest's cannot be written: a list in part.

    The note takes them over while it has none, or those that the digest had; otherwise it keeps
    its own. A digest without a list takes none away.
    """
    was = base.rows.get(base_key)
    if was is None:
        return SharedValue(digest, note or digest)
    follows = bool(digest) and digest != was and note == was
    return SharedValue(digest, digest if follows else note)


def is_apart(pair: Pair, note: tuple[str, ...]) -> bool:
    """Return True if the authors of a pair's note cannot be written into its entry."""
    return takes_none(pair, "authors") or has_no_place(pair, "authors", note)
