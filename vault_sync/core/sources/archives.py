"""The table of archives: who is asked for the facts of which papers, and how.

To add one: a module with `address` and `read`, a row here, its addresses in `edge/config`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from vault_sync.core.sources import anthology, atom, crossref, openreview
from vault_sync.core.sources.answers import Feed

_JSON = ("application/json",)
_XML = ("application/xml", "text/xml")
_GONE = frozenset({404, 410})


class Archive(NamedTuple):
    """An archive: the kind of keys that it knows, and its answers.

    `paper_id` spells an id as the archive does, "" for what cannot be one. `address` asks for ids,
    `batch` of them at most; `read` gives the papers of an answer of one of the types `media`.
    `absent` are the statuses by which it says that it lacks the one paper asked for, `interval`
    the seconds between two requests. `gives` and `later` are for notices.
    """

    kind: str
    name: str
    media: tuple[str, ...]
    batch: int
    paper_id: Callable[[str], str]
    address: Callable[[str, Sequence[str]], str]
    read: Callable[[bytes, Sequence[str]], Feed]
    absent: frozenset[int] = _GONE
    interval: float = 1.0
    gives: str = "facts"
    later: str = "facts come with a later run; nothing else is held up"


ARXIV = Archive(
    "arxiv",
    "arXiv",
    ("application/atom+xml", *_XML),
    atom.BATCH,
    atom.paper_id,
    atom.address,
    lambda body, _: atom.read(body),
    absent=frozenset(),
    interval=3.0,
)
ARCHIVES = (
    ARXIV,
    Archive(
        "doi",
        "Crossref",
        _JSON,
        crossref.BATCH,
        crossref.paper_id,
        crossref.address,
        crossref.read,
    ),
    Archive(
        "openreview",
        "OpenReview",
        _JSON,
        1,
        openreview.paper_id,
        openreview.address,
        openreview.read,
        absent=_GONE | {400},
    ),
    Archive("acl", "the ACL Anthology", _XML, 1, str, anthology.address, anthology.read),
)


def spelled(name: str) -> tuple[Archive, str]:
    """Return who knows a paper, by its `fact_name`, and its id there, "" for what cannot be one."""
    kind, _, one = name.partition(":")
    archive = next((each for each in ARCHIVES[1:] if each.kind == kind), None)
    return (ARXIV, atom.paper_id(name)) if archive is None else (archive, archive.paper_id(one))
