"""Names of authors taken apart, as BibTeX and CSL need them: family name, given names, the rest.

A digest writes names as people do (`Leandro von Werra`, `김철수`, `Qwen Team`). BibTeX's own rules
(lower-case particles, `Family, Given`) are followed; beyond them, an organisation is one name, and
a Korean name begins with the family name.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from vault_sync.core.text.regex import regex

_SUFFIX = regex(r"(?:jr|sr)\.?|i{2,3}|iv", re.IGNORECASE)
_OTHERS = frozenset(("et al.", "et al", "and others", "others", "...", "…"))
_BODY = regex(
    r".*(?:^|\s)(?:teams?|groups?|labs?|laborator(?:y|ies)|research|ai|inc\.?|collaborations?"
    r"|consortium|community|foundation|institute|university|project|authors|contributors)",
    re.IGNORECASE,
)
_HANGUL_NAME = regex(r"(?P<family>[가-힣]{1,2}) (?P<given>[가-힣]{1,3})|[가-힣]{2,4}")
# Family names of two syllables; all others have one.
_LONG_FAMILIES = ("남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방")
_PARENTHESIS = regex(r"\s*\([^()]*\)")
# Letters whose plain form is no part of them, so that no decomposition gives it.
_TO_PLAIN = str.maketrans(
    dict(zip("øØłŁđĐðÐıħ", "oOlLdDdDih", strict=True))
    | {"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th"}
)
_SYLLABLE = "HANGUL SYLLABLE "


class PersonName(NamedTuple):
    """One author. `whole` is an organisation's name or one that cannot be taken apart, else ""."""

    family: str = ""
    given: str = ""
    particle: str = ""
    suffix: str = ""
    whole: str = ""


def is_others(author: str) -> bool:
    """Return True for `et al.` and its like."""
    return author.strip().lower() in _OTHERS


def person_name(author: str) -> PersonName:
    """Return the parts of a name; what stands in parentheses, an affiliation, is left out."""
    name = " ".join(_PARENTHESIS.sub("", author).split()) or " ".join(author.split())
    if "," in name:
        return _from_commas([part.strip() for part in name.split(",")])
    korean = _HANGUL_NAME.fullmatch(name)
    if korean is not None:
        return _korean(name, korean["family"] or "", korean["given"] or "")
    words = name.split()
    if len(words) < 2 or "and" in words or _BODY.fullmatch(name):
        return PersonName(whole=name)
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    small = [n for n, word in enumerate(words[1:-1], 1) if word[0].islower()]
    first = small[0] if small else len(words) - 1
    last = small[-1] + 1 if small else len(words) - 1
    return PersonName(
        " ".join(words[last:]), " ".join(words[:first]), " ".join(words[first:last]), suffix
    )


def _from_commas(parts: list[str]) -> PersonName:
    """Return a name that is written `van Family, Given` or `Family, Jr., Given`."""
    words = parts[0].split()
    start = next((n for n, word in enumerate(words) if not word[0].islower()), 0)
    particle, family = " ".join(words[:start]), " ".join(words[start:])
    return PersonName(family, parts[-1], particle, parts[1] if len(parts) > 2 else "")


def _korean(name: str, family: str, given: str) -> PersonName:
    if family:
        return PersonName(family, given)
    length = 2 if name.startswith(_LONG_FAMILIES) and len(name) > 2 else 1
    return PersonName(name[:length], name[length:])


def ascii_letters(text: str) -> str:
    """Return the ASCII letters and digits of a text: accents go, Hangul is romanised.

    A syllable is romanised by its name in Unicode, which no device and no locale changes.
    """
    plain = unicodedata.normalize("NFC", text.translate(_TO_PLAIN))
    spelled = "".join(map(_romanised, plain))
    decomposed = unicodedata.normalize("NFKD", spelled)
    return "".join(c for c in decomposed if c.isascii() and c.isalnum())


def _romanised(character: str) -> str:
    name = unicodedata.name(character, "")
    return name.removeprefix(_SYLLABLE).lower() if name.startswith(_SYLLABLE) else character
