"""A server that speaks the API's Atom, and where to ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.arxiv_server import Api
from vault_sync.edge.sources.lookup import Source


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Api]]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    running: list[Api] = []

    def start() -> Api:
        running.append(Api().start())
        return running[-1]

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
