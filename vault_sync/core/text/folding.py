"""Folding: the form in which two spellings of one name, tag or title are equal."""

from __future__ import annotations

import unicodedata

from vault_sync.core.text.regex import regex

_COMMAND = regex(r"\\[A-Za-z]+")
_NO_LETTER = regex(r"[\W_]+")


def casefold_nfc(name: str) -> str:
    """Return `name` without regard to case and normalisation, as the strictest file system does.

    A link is resolved by `note_names.fold`, which also takes every no-break space for a plain one.
    """
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def fold_title(title: str) -> str:
    """Return the form in which two spellings of one title are equal (docs/format.md, "Adoption").

    Its letters and digits alone, NFKC, case folded, LaTeX commands dropped; a title without any
    is compared as it stands.
    """
    words = _COMMAND.sub("", title) if "\\" in title else title
    if not words.isascii():
        words = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", words).casefold())
    return _NO_LETTER.sub("", words.lower()) or title.strip()
