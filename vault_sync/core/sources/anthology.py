"""The ACL Anthology's answers: one paper's MODS, `https://aclanthology.org/N19-1423.xml`.

Source: the Anthology's pages, which offer each paper as MODS XML (loc.gov/mods/v3, as `bib2xml`
writes it): a paper's title, names with their roles and its own identifiers stand in `mods`, those
of its volume in `relatedItem`. A paper's day is not in it, only its month or year.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from vault_sync.core.model.values import Facts
from vault_sync.core.sources.answers import Feed, tidy
from vault_sync.core.sources.markup import Leaf, LeafReader, parse

_ROOT = "http://www.loc.gov/mods/v3}modsCollection"


def address(url: str, ids: Sequence[str]) -> str:
    """Return where one paper's MODS is."""
    return f"{url}/{ids[0]}.xml"


def read(body: bytes, ids: Sequence[str]) -> Feed:
    """Return the paper that a MODS document is about; none if it says that it is another's.

    Raises:
        Refused: it is no MODS.
    """
    reader = LeafReader(_ROOT, "MODS of a paper")
    parse(body, reader)
    leaves, (name,) = reader.leaves, ids
    place = urlsplit(_text(leaves, "mods/location/url")).path.strip("/").lower()
    if place not in {"", name.lower()}:
        return Feed({}, whole=True)
    date = _text(leaves, "mods/originInfo/dateIssued") or _text(leaves, "mods/part/date")
    parts = (_text(leaves, f"mods/titleInfo/{part}") for part in ("nonSort", "title"))
    title = " ".join(filter(None, parts))
    facts = Facts(
        published=date if len(date) > len("2019-06") else "",
        year=date[:4],
        title=": ".join(filter(None, (title, _text(leaves, "mods/titleInfo/subTitle")))),
        authors=_authors(leaves),
        doi=_text(leaves, "mods/identifier", "doi"),
        journal=_text(leaves, "mods/relatedItem/titleInfo/title"),
        abstract=_text(leaves, "mods/abstract"),
    )
    return Feed({name: tidy(facts)} if title else {}, whole=True)


def _text(leaves: Sequence[Leaf], path: str, kind: str = "") -> str:
    found = (leaf.text for leaf in leaves if leaf.path == path and kind in {"", leaf.type})
    return next(found, "")


def _authors(leaves: Sequence[Leaf]) -> tuple[str, ...]:
    """Return the names whose role is author: their parts stand before it."""
    authors: list[str] = []
    parts: dict[str, list[str]] = {}
    for leaf in leaves:
        if leaf.path == "mods/name/namePart":
            parts.setdefault(leaf.type, []).append(leaf.text)
        elif leaf.path == "mods/name/role/roleTerm":
            if leaf.text == "author":
                names = (parts.get(kind, []) for kind in ("given", "", "family", "termsOfAddress"))
                authors.append(" ".join(part for name in names for part in name))
            parts = {}
    return tuple(authors)
