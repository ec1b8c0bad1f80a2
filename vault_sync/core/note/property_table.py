"""The table of a note's properties: whose each one is (docs/format.md, "The note").

To add a property: a row here, the place in `note` or `drafting` that writes it, and a line in
docs/format.md (a test finds it). Facts have a table of their own (`facts`), ids too (`keys.KINDS`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from vault_sync.core.naming.keys import KINDS

Owner = Literal["two-way", "kept up to date", "filled in", "the reader's"]
"""`two-way`: with the digest; `kept up to date`: a list of links, in which the reader's own stay;
`filled in`: written where it is absent, then the reader's; `the reader's`: never written."""

ID_PROPERTIES = tuple(kind.name for kind in KINDS if kind.has_property)
"""The ids of a paper that a note has as properties."""

ADDRESS_PROPERTIES = ("url", *ID_PROPERTIES, "source")
"""The properties that say which paper a note is about; the first one that has a key decides."""

LINK_LISTS = ("mentions", "mentioned_by")
"""The lists of the papers that a note's commentaries name, and of those that name it."""

PROPERTIES: Mapping[str, Owner] = {
    "title": "two-way",
    "aliases": "filled in",
    "authors": "two-way",
    "url": "two-way",
    **dict.fromkeys(ID_PROPERTIES, "filled in"),
    "digests": "kept up to date",
    "tags": "two-way",
    **dict.fromkeys(LINK_LISTS, "kept up to date"),
}
"""All properties but facts, in the order in which a new note has them."""


def owner(name: str, facts: Collection[str]) -> Owner:
    """Return whose a property is, in a vault that has these facts filled in."""
    return PROPERTIES.get(name, "filled in" if name in facts else "the reader's")
