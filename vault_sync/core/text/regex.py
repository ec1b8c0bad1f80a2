"""Regular expressions that are compiled when they are first used.

Two hundred are compiled in 40 ms; a pass over one edit uses thirty of them.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _LazyPattern:
    """A regular expression that is not compiled yet; its methods are those of the compiled one."""

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, value)  # found there from now on, without this detour
        return value


def regex(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return a regular expression, to be called by its methods. A wrong one raises on first use."""
    return cast("re.Pattern[str]", _LazyPattern(text, flags))
