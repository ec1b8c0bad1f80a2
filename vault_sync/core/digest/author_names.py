"""The judgement of a list of authors: names, or the words in a parenthesis of prose.

- No author is sentence-like: no address, no `=<>{}%~`, no `?` or `!` at the end, at most 12 words
  between two `and` and no more than two of them in lower case (`van`, `de la`, `and`, `team` and
  their like do not count); one with Hangul has at most 3 words and no full stop at the end.
- One author at least is name-like: more words that start with a capital or a caseless letter than
  words in lower case (`weak supervision`); in Hangul it is one word of 2 to 5 syllables or a family
  name of one and a given name. After a bullet two are asked for.
- An author with a digit is name-like where all its other words are capitalised and one of these
  holds: its last word is or ends in `Team`, `Lab`, `AI` or `Group` (`Qwen2.5 Team`, `01.AI`); its
  letters stick to the digit beside two other capitalised words; they stick to it beside one, in two
  authors of the list (`Kim A1, Lee B2`). Others are not: `Table 3`, `192x192`, `ICLR 2023`,
  `SOTA on GSM8K`.
- `et al.` may stand alone; `외 3명` behind a name is no part of it. `OpenAI`, `Name (Affiliation)`
  and `...` are let through.
"""

from __future__ import annotations

from collections.abc import Sequence

from vault_sync.core.text.regex import regex

ADDRESSES = ("://", "www.", "arxiv:")

_PARENTHESIS = regex(r"([()])")
_HANGUL = regex(r"[가-힣]")
_KOREAN_NAME = regex(r"[가-힣]{2,5}|[가-힣] [가-힣]{1,4}")
_DIGIT = regex(r"\d")
_NEVER_IN_NAMES = regex(r"[=<>{}%~]|[?!]$")
_AND = regex(r" (?:and|&) ")
_AND_MORE = regex(r" 외 ?\d+ ?[명인]$")
_ET_AL = frozenset(("et al.", "et al"))
# Particles of names, then what organisations are called.
_SMALL_WORDS = regex(
    "van|von|der|den|de|la|le|del|della|di|da|dos|das|do|du|el|al|bin|ibn|ter|ten|of|and|the|for"
    r"|et|al\.|e|y|af|zu|zur|team|group|labs?|research|authors|community|contributors|project"
)
_ORGANISATION = regex(r"(?:.*[\d.\-])?(?:[Tt]eam|Labs?|AI|Group)")
_PLACES_OF_PAPERS = frozenset(
    ("Table", "Tab.", "Figure", "Fig.", "Section", "Sec.", "Appendix", "Eq.", "Algorithm", "Part")
)
_PROSE = frozenset(("see", "cf.", "e.g.", "i.e.", "with", "in", "by", "from"))


def objection(names: Sequence[str], needed: int) -> str:
    """Return why these are no authors, "" if they are: `needed` of them must be name-like."""
    if not names:
        return "the parenthesis is empty"
    found = with_digits = 0
    refused = ""
    for name in names:
        plain = _without_parentheses(name) if "(" in name else name
        if not plain.isascii():
            plain = _AND_MORE.sub("", plain)
        words = plain.split()
        if _is_sentence(name, plain, words):
            return f"{name!r} reads as a sentence, not as a name"
        if not plain.isascii() and _HANGUL.search(plain):
            found += _KOREAN_NAME.fullmatch(plain) is not None
        elif not _DIGIT.search(plain):
            large = sum(word[0].isalpha() and not word[0].islower() for word in words)
            found += large > sum(map(_is_small, words))
        elif _is_name_with_digit(words):
            found += 1
        else:
            refused = refused or plain
            with_digits += _has_capital_beside_digit(words, 1)
    if with_digits > 1:
        found += with_digits
    if found < needed and not (needed == 1 and all(name in _ET_AL for name in names)):
        if refused:
            return f"{refused!r} holds a digit, and is no name of a person or a team"
        return f"no author's name was recognised in ({', '.join(names)})"
    return ""


def are_prose(names: Sequence[str]) -> bool:
    """Return True if nobody would take these words for names: no look at them is worth a notice."""
    return not any(
        name[:1].isupper() or name[:1].isdigit()
        for name in names
        if not _HANGUL.search(name) and not holds_address(name)
    ) or any(name.split()[0] in _PROSE for name in names)


def holds_address(words: str) -> bool:
    lowered = words.lower()
    return any(mark in lowered for mark in ADDRESSES)


def _is_sentence(name: str, plain: str, words: Sequence[str]) -> bool:
    if max(len(part.split()) for part in _AND.split(plain)) > 12:
        return True
    if sum(map(_is_small, words)) > 2 or _NEVER_IN_NAMES.search(plain) or holds_address(name):
        return True
    korean = not plain.isascii() and _HANGUL.search(plain) is not None
    return korean and (len(words) > 3 or plain[-1] in ".…")


def _is_small(word: str) -> bool:
    return word[0].islower() and not _SMALL_WORDS.fullmatch(word)


def _is_name_with_digit(words: Sequence[str]) -> bool:
    if _ORGANISATION.fullmatch(words[-1]) and all(map(_is_capitalised, words[:-1])):
        return words[-1] != "AI" or _has_capital_beside_digit(words, 1)
    return _has_capital_beside_digit(words, 2)


def _has_capital_beside_digit(words: Sequence[str], least: int) -> bool:
    """Return True for a word of letters and digits beside `least` capitalised words of letters."""
    others = [word for word in words if not _DIGIT.search(word)]
    return (
        all(any(map(str.isalpha, word)) for word in words)
        and all(map(_is_capitalised, words))
        and len(others) >= least
        and _PLACES_OF_PAPERS.isdisjoint(words)
    )


def _is_capitalised(word: str) -> bool:
    return word[0].isdigit() or (word[0].isalpha() and not word[0].islower())


def _without_parentheses(name: str) -> str:
    outside = []
    depth = 0
    for piece in _PARENTHESIS.split(name):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth -= 1
        elif depth == 0:
            outside.append(piece)
    return "".join(outside).strip()
