"""The connections of a session: judged after resolving, at each redirect, and never made before."""

from __future__ import annotations

import ast
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.arxiv_server import FAST, Api, Handler, ask
from tests.support.folders import ROOT
from vault_sync.edge.sources import http
from vault_sync.edge.sources.addresses import ALLOW_LOOPBACK
from vault_sync.edge.sources.http import Limits, Request, Unreachable, Unusable
from vault_sync.edge.sources.lookup import Source

GET = http.get


def got(url: str) -> http.Reply:
    with http.session("test", "public") as session:
        return GET(session, Request(url, ("text/html",)), Limits(), threading.Event(), 0.0)


def port_of(api: Api) -> int:
    return int(api.url.rpartition(":")[2].partition("/")[0])


def leads_to(monkeypatch: pytest.MonkeyPatch, address: str, port: int) -> list[str]:
    """Let every name lead to one address; return the names that are asked for."""
    real, names = socket.getaddrinfo, list[str]()

    def found(host: str, *given: object, **named: object) -> object:
        names.append(host)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    assert real is not found
    return names


@pytest.mark.parametrize("name", ["rebound.example.org", "arxiv.org", "localhost.example.org"])
def test_a_name_that_leads_here_is_not_asked(
    api: Api, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    names = leads_to(monkeypatch, "127.0.0.1", port_of(api))
    with pytest.raises(Unusable, match=r"127\.0\.0\.1, an address of this machine"):
        got(f"https://{name}:{port_of(api)}/")
    assert names == [name], "it is resolved once: a second answer could be another"
    assert api.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "https://127.1:{port}/",
        "https://[::ffff:127.0.0.1]:{port}/",
        "https://2130706433:{port}/",
        "https://user:pw@127.0.0.1:{port}/",
        "https://169.254.169.254/latest/",
    ],
)
def test_no_connection_is_made(api: Api, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    with pytest.raises(Unusable, match="an address of this machine"):
        got(url.format(port=port_of(api)))


def test_a_connection_goes_to_the_address_that_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to(monkeypatch, "93.184.216.34", 443)
    reached: list[object] = []

    def connect(_: object, address: object) -> None:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(Unreachable):
        got("https://a.example.org/")
    assert reached == [("93.184.216.34", 443)]


def test_a_redirect_is_judged_as_well(
    serve: Callable[[], Api], source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To another host none is followed; the host that was asked may lead elsewhere by then."""
    inner = serve()
    for target in (inner.url, "http://169.254.169.254/", "https://[::1]/", "//10.0.0.1/x"):

        def leads(handler: Handler, _: tuple[str, ...], to: str = target) -> None:
            handler.send(b"", 302, "text/html", Location=to)

        api = serve()
        api.otherwise = leads
        answer = ask(Source(source.cache, api.url), ["2308.00001"], pace=FAST)
        assert "redirects to another host" in answer.problems[0].message
    assert inner.asked == []


def test_behind_a_proxy_what_this_machine_knows_is_judged(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    for host in ("169.254.169.254", "10.0.0.1", "[fd00::1]"):
        with pytest.raises(Unusable, match="an address of this machine"):
            got(f"https://{host}/")


def test_the_pass_goes_on_without_facts(
    api: Api, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ALLOW_LOOPBACK)
    answer = ask(source, ["2308.00001"])
    assert api.asked == [] and "2308.00001" in answer.unknown
    assert "config --device" in answer.problems[0].message
    own = Source(source.cache, source.url, own=frozenset({source.url}))
    ask(own, ["2308.00001"])
    assert api.asked != [], "the device's own configuration names it"


def test_only_a_session_of_this_adapter_asks() -> None:
    """Whoever opens connections another way goes round what is judged here."""
    found = set()
    for path in sorted((ROOT / "vault_sync").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = (
                [each.name for each in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [ast.unparse(node.func)]
                if isinstance(node, ast.Call)
                else []
            )
            opens = {"requests", "urllib3", "socket", "urllib.request", "http.client", "aiohttp"}
            if opens & {".".join(name.split(".")[:2]) for name in names} | opens & {
                name.split(".")[0] for name in names if not name.startswith("http.")
            }:
                found.add(Path(path).relative_to(ROOT).as_posix())
    assert found - OTHERS.keys() == {
        "vault_sync/edge/sources/addresses.py",
        "vault_sync/edge/sources/http.py",
        "vault_sync/edge/sources/near_adapter.py",
    }


OTHERS: dict[str, str] = {
    "vault_sync/edge/sources/client.py": "the type of a session",
    "vault_sync/daemon/threads.py": "a pair of sockets within the process",
    "vault_sync/edge/platform/posix.py": "AF_UNIX: messages to systemd",
    "vault_sync/edge/platform/windows_files.py": "the type of such a socket",
}
