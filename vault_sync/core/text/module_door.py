"""Modules that are imported when something of them is first asked for.

A pass over one edit needs half of what it could need: no other digest style, no merge of copies, no
library. To import a module takes 0.3 ms, and with what it imports in turn ten times that.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any


class _Door:
    """Stands for a module that is not imported yet; what it has is the module's."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._module: ModuleType | None = None

    def __getattr__(self, name: str) -> Any:
        if self._module is None:
            self._module = importlib.import_module(self._name)
        return getattr(self._module, name)


def door(name: str) -> Any:
    """Return what stands for a module, by its full name; asking it for anything imports it.

    Beside it the module is imported under `TYPE_CHECKING`, so that its types and arrows are seen.
    """
    return _Door(name)
