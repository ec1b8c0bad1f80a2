"""Fetching one PDF, in turn with all other requests of the machine."""

from __future__ import annotations

import sqlite3
import threading
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from vault_sync.core.model.values import Problem
from vault_sync.core.sources.answers import Feed
from vault_sync.core.sources.archives import Archive
from vault_sync.edge.sources import cache, client, http
from vault_sync.edge.sources.lookup import Source, agent, no_cache

_MOST = client.Bounds(180.0, 64_000_000)
_MEDIA = ("application/pdf", "application/octet-stream")


def fetch_pdf(source: Source, url: str, stop: threading.Event) -> bytes | Problem:
    """Return the PDF at an address, or why there is none; three seconds between two requests."""
    site = Archive(
        kind="pdf",
        name=urlsplit(url).netloc or url,
        media=_MEDIA,
        batch=1,
        paper_id=str,
        address=lambda address, _: address,
        read=lambda _, __: Feed({}),
        interval=3.0,
        gives="PDF",
        later="run it again later, or open the address in a browser",
    )
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
