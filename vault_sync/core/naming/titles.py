"""Titles by what they mean: when two spellings of a title are one (docs/format.md, "Adoption")."""

from __future__ import annotations

import re
import unicodedata

_COMMAND = re.compile(r"\\[A-Za-z]+")
_NO_LETTER = re.compile(r"[\W_]+")


def fold_title(title: str) -> str:
    """Return the form in which two spellings of one title are equal.

    Its letters and digits alone, NFKC, case folded, LaTeX commands dropped; a title without any
    is compared as it stands.
    """
    words = _COMMAND.sub("", title) if "\\" in title else title
    if not words.isascii():
        words = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", words).casefold())
    return _NO_LETTER.sub("", words.lower()) or title.strip()
