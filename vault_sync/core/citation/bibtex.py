r"""References as BibTeX, as `[bib] write` keeps them and `vault-sync bib` prints them.

Written here and not by a library: the layout is ten lines, a pass writes it, and importing one
would cost every such pass 25 ms. Tests read it back by a library and by Pandoc.

What TeX would act on is escaped: a title, a name, a property and an answer are strangers' words,
and TeX reads files and runs programs (`\input`, `\write18`). Unicode stays as it is: biber, Pandoc
and every LaTeX since 2018 read UTF-8, and Korean has no other form. Math stays (`$x^2$`; arXiv's
titles hold it) if it is made of letters, digits, symbols and the macros of `tex_math` alone.

Braces are always in pairs in the outcome, for a lone one would swallow the rest of the file: BibTeX
counts escaped ones as well. So a lone one is written by its name, which LaTeX prints and Pandoc
leaves out. An `@` that could open an entry stands in braces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import quote

from vault_sync.core.citation.person_names import PersonName, is_others, person_name
from vault_sync.core.citation.reference import Reference, sorted_references
from vault_sync.core.citation.tex_math import is_math
from vault_sync.core.text.regex import regex

FIRST_LINE: Final = (
    "% Written by vault-sync from the properties of notes. What is edited here is lost."
)
"""The line by which a file is known to be ours; one without it is never written."""


def is_ours(text: str) -> bool:
    """Return True for a file that may be written anew: one of ours, or an empty one."""
    return not text.strip("\ufeff \t\r\n") or text.removeprefix("\ufeff").startswith(FIRST_LINE)


def bibtex_file(references: Iterable[Reference]) -> str:
    """Return a whole file of ours, sorted by citekey."""
    return "\n".join([FIRST_LINE + "\n", *map(bibtex_entry, sorted_references(references))])


def bibtex_entry(reference: Reference) -> str:
    """Return one entry, with the newline that ends it."""
    kind, where = _kind(reference)
    fields = {
        "title": title(reference.title),
        "author": " and ".join(map(_author, reference.authors)),
        where: escaped(reference.venue),
        "year": escaped(reference.year),
        "eprint": verbatim(reference.arxiv),
        "archiveprefix": "arXiv" if reference.arxiv else "",
        "primaryclass": _primary_class(reference),
        "doi": verbatim(reference.doi),
        "url": verbatim(reference.url),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if name and value]
    return f"@{kind}{{{reference.citekey},\n{''.join(lines)}}}\n"


def _kind(reference: Reference) -> tuple[str, str]:
    """Return the entry's type and the field that holds its venue."""
    if not reference.venue:
        return "misc", ""
    return ("inproceedings", "booktitle") if reference.in_proceedings else ("article", "journal")


def _primary_class(reference: Reference) -> str:
    first = reference.categories[0] if reference.arxiv and reference.categories else ""
    return first if _CATEGORY.fullmatch(first) else ""


def _author(author: str) -> str:
    if is_others(author):
        return "others"
    name = person_name(author)
    parts = PersonName(*map(escaped, name))
    if name.whole:
        return f"{{{parts.whole}}}"
    family = f"{parts.particle} {parts.family}".strip()
    # `and` and commas inside a name part would cut it in two.
    family = f"{{{family}}}" if " and " in f" {family} " else family
    return ", ".join(part for part in (family, parts.suffix, parts.given) if part)


# Stand for braces that are a pair, while a text is escaped. Private use: no text has these.
_OPENS = "\ue000"


_CLOSES = "\ue001"


_ESCAPES: Mapping[str, str] = {
    **{sign: "\\" + sign for sign in "&%$#_"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    _OPENS: r"\{",
    _CLOSES: r"\}",
}


_CATEGORY = regex(r"[A-Za-z-]+(?:\.[A-Za-z-]+)?")


# What opens an entry or a preamble, for a reader that does not count braces.
_OPENS_ENTRY = regex(r"@(?=\s*[A-Za-z]+\s*\\?[{(])")


_SPECIAL = regex(r"[&%$#_\\~^{}\ue000\ue001]")


# Math that TeX can set: it opens and closes close to a sign, as Pandoc and Obsidian ask for.
_MATH = regex(r"\$(?=\S)((?:[^$\\\n]|\\.){1,200}?)(?<=\S)\$(?![0-9])")


# Words that a style must not put in lower case: `GPT-4`, `OctoPack`, `LLMs`, `3D`.
_CAPITALS = regex(r"(?<![\w\\{])\w*(?:\w[A-Z]|[0-9][A-Z])[\w-]*|(?<![\w\\{])[A-Z](?![\w'’])")


def escaped(text: str) -> str:
    """Return a text as it stands in a field, on one line."""
    return _around_math(" ".join(text.split()), _plain)


def title(text: str) -> str:
    """Return a title as it stands in a field: escaped, its capitals kept from styles by braces."""
    words = " ".join(text.split())

    def protected(part: str) -> str:
        found, at = "", 0
        for word in _CAPITALS.finditer(part):
            # The first letter of a title keeps its capital anyhow.
            if words.startswith(word[0]) and word.start() == 0 and len(word[0]) == 1:
                continue
            found += _plain(part[at : word.start()]) + "{" + _plain(word[0]) + "}"
            at = word.end()
        return found + _plain(part[at:])

    return _around_math(words, protected)


def verbatim(text: str) -> str:
    """Return an address or an id as it stands in a field that TeX does not read as text.

    What no address needs, and what TeX would act on where a style prints it as text after all, is
    written as a URL writes it.
    """
    return _NOT_IN_URL.sub(lambda found: quote(found[0], safe=""), text)


_NOT_IN_URL = regex(r"[{}\\^$`\s\x00-\x1f\x7f]|@(?=[A-Za-z]+[{(])")


def _plain(text: str) -> str:
    safe = _SPECIAL.sub(lambda sign: _ESCAPES[sign[0]], text)
    return _OPENS_ENTRY.sub("{@}", safe)


def _around_math(text: str, write: Callable[[str], str]) -> str:
    found, at = "", 0
    for math in _MATH.finditer(text):
        if not is_math(math[1]):
            continue
        found += write(_paired(text[at : math.start()])) + math[0]
        at = math.end()
    return found + write(_paired(text[at:]))


def _paired(text: str) -> str:
    """Return a text with its braces that are pairs marked."""
    signs, opened = list(text), list[int]()
    for at, sign in enumerate(text):
        if sign == "{":
            opened.append(at)
        elif sign == "}" and opened:
            signs[opened.pop()], signs[at] = _OPENS, _CLOSES
    return "".join(signs)
