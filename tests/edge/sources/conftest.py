"""A server that speaks the API's Atom, and where to ask it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.support.arxiv_server import Api, Handler
from vault_sync.edge.sources.lookup import Source


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Api]]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    running: list[Api] = []

    def start() -> Api:
        api = Api()
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("ApiHandler", (Handler,), {"api": api}))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()

        def close() -> None:
            api.released.set()
            server.shutdown()
            server.server_close()
            api.close = lambda: None

        api.close = close
        api.url = f"http://127.0.0.1:{server.server_port}/api/query"
        running.append(api)
        return api

    yield start
    for api in running:
        api.close()


@pytest.fixture
def api(serve: Callable[[], Api]) -> Api:
    return serve()


@pytest.fixture
def source(api: Api, tmp_path: Path) -> Source:
    return Source(
        cache=tmp_path / "state" / "arxiv.sqlite",
        url=api.url,
        contact="reader@example.org",
        version="1.2",
    )
