"""Fetching one PDF, in turn with all other requests of the machine."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Collection
from datetime import UTC, datetime
from urllib.parse import urlsplit

from vault_sync.core.model.values import Problem
from vault_sync.core.sources.answers import Feed
from vault_sync.core.sources.archives import Archive
from vault_sync.edge.sources import cache, client, http
from vault_sync.edge.sources.addresses import loopback_allowed
from vault_sync.edge.sources.lookup import Source, agent, no_cache

_MOST = client.Bounds(180.0, 64_000_000)
_MEDIA = ("application/pdf", "application/octet-stream")


PDF_HOSTS = frozenset(
    {"arxiv.org", "www.arxiv.org", "export.arxiv.org", "openreview.net", "aclanthology.org"}
)
"""The hosts of archives, from which PDFs are fetched."""


def fetch_pdf(
    source: Source, url: str, stop: threading.Event, hosts: Collection[str] = ()
) -> bytes | Problem:
    """Return the PDF at an address, or why there is none; three seconds between two requests.

    `hosts` are those that the person has named, beside those of archives.
    """
    host = _host(url)
    if not (host in PDF_HOSTS or host in hosts or _is_of_tests(url)):
        return _elsewhere(url, host)
    site = _site(host or url)
    limits = http.Limits(total=_MOST.seconds, body=_MOST.bytes)
    pace = client.pace_for(site, url, limits)
    today = datetime.now(UTC).date().isoformat()
    try:
        with cache.opened(source.cache) as db:
            allowance = client.Allowance(_MOST)
            body = client.fetch(
                client.ApiConnection(
                    site, url, agent(source), db, stop, time.time, pace, today, allowance
                )
            )
    except client.GivenUp as end:
        return end.problem
    except (sqlite3.Error, OSError) as error:
        return no_cache(source.cache, error)
    if b"%PDF-" not in body[:1024]:
        message = f"what is at {url} is no PDF: {site.later}"
        return Problem(site.name, "no-pdf", message, level="notice")
    return body


def _site(name: str) -> Archive:
    return Archive(
        kind="pdf",
        name=name,
        media=_MEDIA,
        batch=1,
        paper_id=str,
        address=lambda address, _: address,
        read=lambda _, __: Feed({}),
        interval=3.0,
        gives="PDF",
        later="run it again later, or open the address in a browser",
    )


def _host(url: str) -> str:
    """Return the host of an address as a person names it, with a port that is not the usual one.

    "" for an address that may not be asked, or that holds more than a host: who reads
    `https://arxiv.org@example.org/` may see another one.
    """
    netloc = urlsplit(url).netloc.lower() if http.allowed(url) else ""
    named = re.fullmatch(r"[a-z0-9.\-]+(?::[0-9]+)?|\[[0-9a-f:.]+\](?::[0-9]+)?", netloc)
    return netloc.removesuffix(":443") if named else ""


def _is_of_tests(url: str) -> bool:
    return loopback_allowed() and http.is_loopback(url)


def _elsewhere(url: str, host: str) -> Problem:
    if not host:
        message = f"{url[:200]!r} is no address that a PDF is fetched from"
        return Problem(url[:200], "pdf-host", message, level="notice")
    message = f"its PDF is at {host}, which is no archive: it was not asked"
    hint = f"if you trust {host}, name it: `vault-sync pdf NOTE --from {host}`"
    return Problem(host, "pdf-host", message, hint, level="notice")
