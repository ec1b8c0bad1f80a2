"""References as BibTeX, as `[bib] write` keeps them and `vault-sync bib` prints them.

Written here and not by a library: the layout is ten lines, a pass writes it, and importing one
would cost every such pass 25 ms. Tests read it back by a library and by Pandoc.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from vault_sync.core.citation import latex
from vault_sync.core.citation.person_names import PersonName, is_others, person_name
from vault_sync.core.citation.reference import Reference

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


def sorted_references(references: Iterable[Reference]) -> list[Reference]:
    """Return references by citekey, without regard to case."""
    return sorted(references, key=lambda each: (each.citekey.casefold(), each.citekey, each.key))


def bibtex_entry(reference: Reference) -> str:
    """Return one entry, with the newline that ends it."""
    kind, where = _kind(reference)
    fields = {
        "title": latex.title(reference.title),
        "author": " and ".join(map(_author, reference.authors)),
        where: latex.escaped(reference.venue),
        "year": latex.escaped(reference.year),
        "eprint": latex.verbatim(reference.arxiv),
        "archiveprefix": "arXiv" if reference.arxiv else "",
        "primaryclass": latex.verbatim(reference.categories[0])
        if reference.arxiv and reference.categories
        else "",
        "doi": latex.verbatim(reference.doi),
        "url": latex.verbatim(reference.url),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if name and value]
    return f"@{kind}{{{reference.citekey},\n{''.join(lines)}}}\n"


def _kind(reference: Reference) -> tuple[str, str]:
    """Return the entry's type and the field that holds its venue."""
    if not reference.venue:
        return "misc", ""
    return ("inproceedings", "booktitle") if reference.in_proceedings else ("article", "journal")


def _author(author: str) -> str:
    if is_others(author):
        return "others"
    name = person_name(author)
    parts = PersonName(*map(latex.escaped, name))
    if name.whole:
        return f"{{{parts.whole}}}"
    family = f"{parts.particle} {parts.family}".strip()
    # `and` and commas inside a name part would cut it in two.
    family = f"{{{family}}}" if " and " in f" {family} " else family
    return ", ".join(part for part in (family, parts.suffix, parts.given) if part)
