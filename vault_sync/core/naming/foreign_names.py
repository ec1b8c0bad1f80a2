"""Names of files that Windows cannot hold, whichever system they were given on."""

from __future__ import annotations

import re

from vault_sync.core.text.regex import regex

RESERVED = regex(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$) *(?:\.|$)",
    re.IGNORECASE,
)
"""Begins the names of devices, which are none of files, with any ending."""
_REFUSED = regex(r'[<>:"/\\|?*\x00-\x1f]')
_LONGEST = 255


def unfit_for_windows(name: str) -> str | None:
    """Return why a file or folder of this name cannot be on Windows; None if it can.

    Source: learn.microsoft.com, "Naming Files, Paths, and Namespaces". A name counts in units of
    UTF-16.
    """
    if found := _REFUSED.search(name):
        return f"Windows has no names with {found[0]!r}"
    if name.endswith((".", " ")):
        return "Windows has no names that end in a dot or a blank"
    if RESERVED.match(name):
        return "on Windows it is the name of a device"
    if len(name.encode("utf-16-le", "surrogatepass")) > 2 * _LONGEST:
        return f"its name is too long for Windows, which takes {_LONGEST} characters"
    return None
