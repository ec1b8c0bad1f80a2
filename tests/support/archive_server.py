"""Crossref, OpenReview and the ACL Anthology on loopback: one server, each at a path of its own.

The shapes are those of their documentation, with the fields that stand around what is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.arxiv_server import Api, Handler
from vault_sync.core.model.values import Facts
from vault_sync.core.sources.answers import Feed

WORK: dict[str, Any] = {
    "indexed": {"date-parts": [[2024, 1, 1]], "timestamp": 1704067200000},
    "publisher": "Springer Science and Business Media LLC",
    "DOI": "10.1038/S41586-021-03819-2",
    "type": "journal-article",
    "source": "Crossref",
    "title": ["Highly accurate <i>protein</i> structure prediction &amp; AlphaFold"],
    "author": [
        {"given": "John", "family": "Jumper", "sequence": "first", "affiliation": []},
        {"given": "Demis", "family": "Hassabis", "suffix": "Jr.", "sequence": "additional"},
        {"name": "The AlphaFold Team", "sequence": "additional", "affiliation": []},
    ],
    "container-title": ["Nature"],
    "issued": {"date-parts": [[2021, 7]]},
    "published-online": {"date-parts": [[2021, 7, 15]]},
    "published-print": {"date-parts": [[2021, 8, 26]]},
    "abstract": "<jats:title>Abstract</jats:title><jats:p>Proteins are essential.</jats:p>"
    "<jats:p>Here we <jats:italic>fold</jats:italic> them.</jats:p>",
    "URL": "http://dx.doi.org/10.1038/s41586-021-03819-2",
}

NOTE: dict[str, Any] = {
    "id": "KZq8r4xF2w",
    "forum": "KZq8r4xF2w",
    "invitations": ["ICLR.cc/2024/Conference/-/Submission"],
    "cdate": 1695254400000,
    "pdate": 1705402440000,
    "mdate": 1712879000000,
    "content": {
        "title": {"value": "Quiet Gradients"},
        "authors": {"value": ["Ann Park", "Bo Lee"]},
        "authorids": {"value": ["~Ann_Park1", "~Bo_Lee1"]},
        "abstract": {"value": "We ask.\n\nThey answer."},
        "venue": {"value": "ICLR 2024 poster"},
        "venueid": {"value": "ICLR.cc/2024/Conference"},
        "pdf": {"value": "/pdf/6e1.pdf"},
    },
}

OLD_NOTE: dict[str, Any] = {
    "id": "rJXMpikCZ",
    "forum": "rJXMpikCZ",
    "invitation": "ICLR.cc/2018/Conference/-/Blind_Submission",
    "cdate": 1518730185311,
    "content": {"title": "Graph Attention", "authors": ["Petar V."], "venue": "ICLR 2018"},
}

MODS = """<?xml version="1.0" encoding="UTF-8"?>
<modsCollection xmlns="http://www.loc.gov/mods/v3">
<mods ID="devlin-etal-2019-bert">
    <titleInfo>
        <title>BERT: Pre-training of Deep Bidirectional Transformers</title>
    </titleInfo>
    <name type="personal">
        <namePart type="given">Jacob</namePart>
        <namePart type="family">Devlin</namePart>
        <role>
            <roleTerm authority="marcrelator" type="text">author</roleTerm>
        </role>
    </name>
    <name type="personal">
        <namePart type="given">Ming-Wei</namePart>
        <namePart type="family">Chang</namePart>
        <role>
            <roleTerm authority="marcrelator" type="text">author</roleTerm>
        </role>
    </name>
    <originInfo>
        <dateIssued>2019-06</dateIssued>
    </originInfo>
    <typeOfResource>text</typeOfResource>
    <relatedItem type="host">
        <titleInfo>
            <title>Proceedings of NAACL 2019</title>
        </titleInfo>
        <name type="personal">
            <namePart type="given">Jill</namePart>
            <namePart type="family">Burstein</namePart>
            <role>
                <roleTerm authority="marcrelator" type="text">editor</roleTerm>
            </role>
        </name>
    </relatedItem>
    <abstract>We introduce a model.</abstract>
    <identifier type="citekey">devlin-etal-2019-bert</identifier>
    <identifier type="doi">10.18653/v1/N19-1423</identifier>
    <location>
        <url>https://aclanthology.org/N19-1423/</url>
    </location>
</mods>
</modsCollection>
"""


def works(*found: dict[str, Any]) -> bytes:
    """Return Crossref's answer: a work, or a list of them."""
    message = found[0] if len(found) == 1 else {"total-results": len(found), "items": list(found)}
    whole = {"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": message}
    return json.dumps(whole).encode()


def notes(*found: dict[str, Any]) -> bytes:
    """Return OpenReview's answer."""
    return json.dumps({"notes": list(found), "count": len(found)}).encode()


def answer(handler: Handler, _ids: tuple[str, ...]) -> None:
    """Answer as the archives do, by the path."""
    parts = urlsplit(handler.path)
    query = parse_qs(parts.query)
    json_type = "application/json;charset=utf-8"
    if parts.path.startswith("/crossref/works/"):
        doi = unquote(parts.path.removeprefix("/crossref/works/"))
        if doi.lower() == WORK["DOI"].lower():
            return handler.send(works(WORK), kind=json_type)
        return handler.send(b"Resource not found.", 404, "text/plain")
    if parts.path == "/crossref/works":
        dois = [each.removeprefix("doi:") for each in query["filter"][0].split(",")]
        found = [WORK] if WORK["DOI"].lower() in dois else []
        return handler.send(works(*found, *found, *[{}] * (not found) * 2), kind=json_type)
    for path, note in (("/openreview2/notes", NOTE), ("/openreview1/notes", OLD_NOTE)):
        if parts.path == path:
            there = [note] if query["id"] == [note["id"]] else []
            return handler.send(notes(*there), kind=json_type)
    if parts.path == "/acl/N19-1423.xml":
        return handler.send(MODS.encode(), kind="application/xml")
    return handler.send(b"<!doctype html><p>Not found", 404, "text/html")


def of(feed: Feed) -> Facts:
    """Return the one paper of a whole answer."""
    assert feed.whole and feed.errors == ()
    (facts,) = feed.facts.values()
    return facts


@contextmanager
def archives() -> Iterator[Api]:
    """Serve all three; `script` goes before them."""
    with closing(Api(otherwise=answer, path="").start()) as api:
        yield api


def sites(api: Api) -> dict[str, tuple[str, ...]]:
    """Return where the archives are, by the kind of key."""
    return {
        "doi": (f"{api.url}/crossref",),
        "openreview": (f"{api.url}/openreview2", f"{api.url}/openreview1"),
        "acl": (f"{api.url}/acl",),
    }


def configuration(api: Api) -> str:
    """Return the table that asks them."""
    crossref, openreview, acl = (json.dumps(urls) for urls in sites(api).values())
    return f"[sources]\ncrossref = {crossref}\nopenreview = {openreview}\nacl = {acl}\n"
