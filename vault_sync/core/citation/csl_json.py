"""References as CSL-JSON, which Zotero, Pandoc and Obsidian's citation plugins read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from vault_sync.core.citation.bibtex import sorted_references
from vault_sync.core.citation.person_names import is_others, person_name
from vault_sync.core.citation.reference import Reference


def csl_json(references: Iterable[Reference]) -> str:
    """Return references as one JSON list, sorted by citekey."""
    items = [csl_item(reference) for reference in sorted_references(references)]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def csl_item(reference: Reference) -> dict[str, Any]:
    """Return one item of the schema 1.0 (csl-data.json); what is not known is left out."""
    kind = "article-journal" if reference.venue else "article"
    number = f"arXiv:{reference.arxiv}" if reference.arxiv else ""
    values: Mapping[str, Any] = {
        "id": reference.citekey,
        "type": "paper-conference" if reference.in_proceedings else kind,
        "title": reference.title,
        "author": [_name(author) for author in reference.authors if not is_others(author)],
        "issued": {"date-parts": [_date_parts(reference.published)]} if reference.year else None,
        "container-title": reference.venue,
        "publisher": "arXiv" if number and not reference.venue else "",
        "number": number,
        "DOI": reference.doi,
        "URL": reference.url,
    }
    return {name: value for name, value in values.items() if value}


def _name(author: str) -> dict[str, str]:
    name = person_name(author)
    parts = {
        "literal": name.whole,
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: words for part, words in parts.items() if words}


def _date_parts(published: str) -> list[int]:
    """Return the year, month and day of an ISO 8601 day, or the year alone."""
    found = re.match(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", published)
    return [int(part) for part in found.groups()] if found else [int(published[:4])]
