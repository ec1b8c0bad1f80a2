"""Citekeys: `kim2023octopack`, by a form of the configuration, unique and given once.

A key that is taken gets the paper's id, as the names of notes do: every device picks the same one,
whichever comes first. Keys are compared without regard to case, as BibTeX compares them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from vault_sync.core.citation.person_names import ascii_letters, person_name
from vault_sync.core.model.values import Key
from vault_sync.core.naming.note_names import label
from vault_sync.core.text.regex import regex

DEFAULT_FORM: Final = "{auth}{year}{title_word}"

_FIELDS = ("auth", "year", "title_word", "arxiv")
_FIELD = regex(r"\{(\w*)\}")
# BibTeX, LaTeX and Pandoc agree on these in a key.
_LITERAL = regex(r"[A-Za-z0-9:._+/-]*")
# Words that say nothing of a paper alone.
_SKIPPED = regex(
    "a|an|the|on|of|in|for|to|and|or|with|from|by|at|as|is|are|be|do|does|can|how|what|why|when"
    "|its|it|via|into|toward|towards|using"
)


class CitedPaper(NamedTuple):
    """The parts of a citekey. `published` is an ISO 8601 day or a year, "" if not known."""

    title: str
    authors: tuple[str, ...]
    published: str


def form_error(form: str) -> str | None:
    """Return what is wrong with `[citekey] form`, in words; None if nothing."""
    for field in _FIELD.finditer(form):
        if field[1] not in _FIELDS:
            legal = ", ".join(f"{{{one}}}" for one in _FIELDS)
            return f"{field[0]} is no field; there are {legal}"
    if not _FIELD.search(form):
        return "it has no field, so all papers would get one key"
    if _LITERAL.fullmatch(_FIELD.sub("", form)) is None:
        return "a citekey holds letters, digits and :._+/- only"
    return None


def is_citekey(text: str) -> bool:
    """Return True for what can be a key: signs that BibTeX, LaTeX and Pandoc agree on."""
    return bool(text) and _LITERAL.fullmatch(text) is not None


def assign(
    papers: Mapping[Key, CitedPaper], taken: Mapping[str, Key], form: str = DEFAULT_FORM
) -> dict[Key, str]:
    """Return a citekey for each paper that has none, in the order of the papers' keys.

    Args:
        papers: those without one.
        taken: citekeys that are given, of notes and of the reader's library, with their papers;
            the key of a library's entry that is about no paper of the vault is `Key("")`.
        form: `[citekey] form`.
    """
    owners = {citekey.casefold(): key for citekey, key in taken.items()}
    found = {}
    for key in sorted(papers):
        citekey = plain_citekey(papers[key], key, form)
        if owners.get(citekey.casefold(), key) != key:
            citekey = with_id(citekey, key)
        owners[citekey.casefold()] = key
        found[key] = citekey
    return found


def plain_citekey(paper: CitedPaper, key: Key, form: str = DEFAULT_FORM) -> str:
    """Return a paper's citekey, taken or not; its id where the form gives nothing."""
    values = {
        "auth": _author(paper.authors),
        "year": _year(key, paper.published),
        "title_word": _title_word(paper.title),
        "arxiv": label(key) if key.startswith("arxiv:") else "",
    }
    citekey = _FIELD.sub(lambda field: values[field[1]], form).strip(":._+/-")
    named = values["auth"] or values["title_word"] or values["arxiv"]
    return citekey if named and citekey and not citekey.isdigit() else label(key)


_DATED_IDS = (
    (regex(r"arxiv:(?:[^/]*/)?([0-9]{2})[0-9]{2}"), "91"),
    (regex(r"acl:[A-Z]([0-9]{2})-"), "65"),
    (regex(r"acl:20([0-9]{2})\."), "65"),
)
"""Ids that begin with two digits of a year, and the first year of the century before this."""


def _year(key: Key, published: str) -> str:
    """Return the year of a citekey; that of a paper on arXiv or of the ACL is that of its id.

    Every device knows the id, and few know the date on the day on which the key is given.
    """
    for form, first in _DATED_IDS:
        if number := form.match(key):
            return f"{'19' if number[1] >= first else '20'}{number[1]}"
    return published[:4] if re.match(r"[0-9]{4}", published) else ""


def with_id(citekey: str, key: Key) -> str:
    """Return `kim2023octopack-2308.07124`, the key where the plain one is taken."""
    return f"{citekey}-{label(key)}"


def duplicates(citekeys: Mapping[Key, str]) -> dict[str, tuple[Key, ...]]:
    """Return the citekeys that several papers have, as two devices may have given them."""
    papers: dict[str, list[Key]] = {}
    for key, citekey in sorted(citekeys.items()):
        papers.setdefault(citekey.casefold(), []).append(key)
    return {citekeys[keys[0]]: tuple(keys) for keys in papers.values() if len(keys) > 1}


def _author(authors: tuple[str, ...]) -> str:
    """Return the first author's family name in ASCII and lower case, an organisation's whole."""
    if not authors:
        return ""
    name = person_name(authors[0])
    return ascii_letters(name.family or name.whole).lower()


def _title_word(title: str) -> str:
    """Return the first word of a title that says something."""
    # `$\alpha$-GAN`: what is between dollars and what TeX calls by name is no word.
    plain = re.sub(r"\$[^$]*\$|\\[A-Za-z]+", " ", title)
    words = [ascii_letters(word).lower() for word in re.split(r"[\s:/–—]+", plain)]
    words = [word for word in words if word]
    return next((word for word in words if not _SKIPPED.fullmatch(word)), words[0] if words else "")
