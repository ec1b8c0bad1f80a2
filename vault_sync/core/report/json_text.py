"""The one object that a verb prints with `--json` (docs/json.md), as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

VERSION: Final = 1
"""The version of the shapes: it rises when a key changes its meaning or goes."""


def json_text(value: Mapping[str, object]) -> str:
    """Return an object as JSON, its `version` first."""
    whole = {"version": VERSION, **value}
    # A name that is no UTF-8 has no JSON form but an escaped one.
    return json.dumps(whole, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
