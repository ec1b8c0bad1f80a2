"""The form in which two spellings of one name or tag are equal."""

from __future__ import annotations

import unicodedata


def casefold_nfc(name: str) -> str:
    """Return `name` without regard to case and normalisation, as the strictest file system does.

    A link is resolved by `note_names.fold`, which also takes every no-break space for a plain one.
    """
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
