"""arXiv on loopback: a server that speaks the API's Atom and misbehaves as it is told."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from tests.support.folders import ROOT
from vault_sync.edge.sources import http
from vault_sync.edge.sources.client import PATIENT, RateLimit
from vault_sync.edge.sources.lookup import Answer, Source, look_up

# Limits that a busy machine does not reach; the wait for a byte of HASTY is there to be reached.
FAST = RateLimit(
    interval=0.01,
    tries=3,
    longest=0.5,
    limits=http.Limits(connect=10.0, read=10.0, total=20.0, body=1_000_000),
)
HASTY = replace(FAST, limits=http.Limits(connect=100.0, read=0.05, total=100.0))
NOON = 1_700_000_000.0  # 2023-11-14, 22:13 UTC
A_DAY = 86_400.0


@dataclass
class Asked:
    """One request as the server saw it: when it came, and when its answer was about to go."""

    ids: tuple[str, ...]
    path: str
    headers: dict[str, str]
    came: float
    left: float = 0.0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    api: Api
    asked: Asked

    def do_GET(self) -> None:
        if self.api.released.is_set():
            self.close_connection = True
            return
        query = parse_qs(urlsplit(self.path).query)
        ids = tuple(filter(None, query.get("id_list", [""])[0].split(",")))
        asked = Asked(ids, self.path, dict(self.headers), time.monotonic())
        self.api.asked.append(asked)
        self.asked = asked
        self.api.heard.set()
        act = self.api.script.pop(0) if self.api.script else self.api.otherwise
        with suppress(ConnectionError):
            act(self, ids)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name it has there
        pass

    def send(
        self, body: bytes, status: int = 200, kind: str = "application/atom+xml", **more: str
    ) -> None:
        self.asked.left = time.monotonic()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


Act = Callable[[Handler, tuple[str, ...]], None]


@dataclass
class Api:
    """What the server does: `script` first, act by act; then `otherwise`.

    It may be closed and started again, at the same port.
    """

    papers: dict[str, str] = field(default_factory=dict)  # id: the day it was published
    script: list[Act] = field(default_factory=list)
    otherwise: Act = lambda handler, ids: handler.api.answer(handler, ids)
    asked: list[Asked] = field(default_factory=list)
    heard: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    path: str = "/api/query"
    port: int = 0
    server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    def answer(self, handler: Handler, ids: tuple[str, ...]) -> None:
        handler.send(feed((one, self.papers[one]) for one in ids if one in self.papers))

    def start(self) -> Self:
        self.released.clear()
        kind = type("ApiHandler", (Handler,), {"api": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), kind)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def close(self) -> None:
        """Nobody listens any more; a request that is being answered is still answered."""
        if self.server is not None:
            self.released.set()
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def sizes(self) -> list[int]:
        return [len(one.ids) for one in self.asked]


def feed(papers: Iterable[tuple[str, str]] = (), more: str = "", title: str = "A Title") -> bytes:
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{one}v2</id><published>{day}T10:00:00Z</published>"
        f"<updated>{day}T12:00:00Z</updated><title>{escape(title)}</title>"
        f"<summary>Of {one}.</summary><author><name>An Author</name></author></entry>"
        for one, day in papers
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>http://arxiv.org/api/x</id>{entries}{more}</feed>"
    ).encode()


def error(text: str) -> bytes:
    return feed(
        more="<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title>"
        f"<summary>{text}</summary></entry>"
    )


def status(code: int, **headers: str) -> Act:
    return lambda handler, _ids: handler.send(b"busy", code, "text/plain", **headers)


def body(content: bytes, kind: str = "application/atom+xml", **headers: str) -> Act:
    return lambda handler, _ids: handler.send(content, 200, kind, **headers)


def reset(handler: Handler, _ids: tuple[str, ...]) -> None:
    handler.asked.left = time.monotonic()
    handler.close_connection = True
    handler.connection.close()


def ids_of(count: int, month: str = "2308") -> list[str]:
    return [f"{month}.{number:05}" for number in range(1, count + 1)]


def ask(source: Source, ids: Sequence[str], **more: Any) -> Answer:
    bounds = more.pop("bounds", PATIENT)._replace(pace=more.pop("pace", FAST))
    return look_up(source, ids, **{"stop": threading.Event(), "bounds": bounds} | more)


def messages(answer: Answer) -> list[str]:
    assert all(problem.level == "notice" for problem in answer.problems)
    return [problem.message for problem in answer.problems]


LONG = 100.0
DRIPS = int(LONG / 0.03)
"""For seconds enough that whoever waits to the end is found out."""


def slow_clock(api: Api, seconds: float = A_DAY) -> SimpleNamespace:
    """Return a clock by which a server that is asked takes so long, whatever the machine does."""
    return SimpleNamespace(monotonic=lambda: time.monotonic() + (seconds if api.asked else 0.0))


def silent(handler: Handler, _ids: tuple[str, ...]) -> None:
    handler.close_connection = True
    handler.api.released.wait(LONG)


def dripping_body(handler: Handler, _ids: tuple[str, ...]) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/atom+xml")
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    handler.close_connection = True
    for _ in range(DRIPS):
        handler.wfile.write(b" ")
        if handler.api.released.wait(0.03):
            break


def dripping_head(handler: Handler, _ids: tuple[str, ...]) -> None:
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(DRIPS):
        handler.wfile.write(b"X-%d: y\r\n" % number)
        if handler.api.released.wait(0.03):
            break


BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>&c;</title></feed>'
)

CHILD = """
import json, signal, sys, threading, time
from dataclasses import replace
from pathlib import Path
from vault_sync.edge.sources.lookup import Source, look_up
from vault_sync.edge.sources.client import PATIENT, RateLimit

url, cache, interval, ids = sys.argv[1:]
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
source = Source(cache=Path(cache), url=url)
print("ready", flush=True)
sys.stdin.readline()
pace = RateLimit(interval=float(interval))
answer = look_up(source, ids.split(), stop=stop, bounds=PATIENT._replace(pace=pace))
print(json.dumps([len(answer.facts), len(answer.unknown), len(answer.problems)]))
"""


def child(source: Source, interval: float, ids: Sequence[str]) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", CHILD, source.url, str(source.cache), str(interval)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [*arguments, " ".join(ids)], stdin=pipe, stdout=pipe, text=True, cwd=ROOT
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def go(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()


def assert_whole(source: Source, papers: int) -> None:
    with closing(sqlite3.connect(source.cache)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM paper").fetchone() == (papers,)
        texts = [text for (text,) in db.execute("SELECT facts FROM paper")]
    assert all(json.loads(text)["published"] for text in texts)
