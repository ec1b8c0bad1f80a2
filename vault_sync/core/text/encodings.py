"""Texts and their bytes; the encoding of a text that is not UTF-8, named as what it is."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple, SupportsBytes

from vault_sync.core.text.regex import regex

_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32", "utf-32"),
    (b"\x00\x00\xfe\xff", "UTF-32", "utf-32"),
    (b"\xff\xfe", "UTF-16", "utf-16"),
    (b"\xfe\xff", "UTF-16", "utf-16"),
)
_HANGUL = regex("[가-힣]{2}")
_LEAST_SHARE = 0.05
"""Of UTF-16 without a mark at least so much is NUL: every line end and letter of an address."""


class Encoded(NamedTuple):
    """The name of an encoding, and the text that the bytes are in it."""

    name: str
    text: str


def as_bytes(text: str | SupportsBytes) -> bytes:
    """Return the bytes that a text was read from, those that are no UTF-8 included."""
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else bytes(text)


def as_text(content: bytes) -> str:
    """Return bytes as UTF-8, whatever is none as surrogates."""
    return content.decode("utf-8", "surrogateescape")


def text_hash(text: str | SupportsBytes) -> str:
    """Return the sha256 of a text's bytes, in hex."""
    return sha256(as_bytes(text)).hexdigest()


def encoded(text: str) -> Encoded | None:
    """Return what a file is whose bytes, read as UTF-8, are `text`; None for UTF-8 or damage."""
    if "\0" not in text and undecodable(text) is None:
        return None
    try:
        content = as_bytes(text)
    except UnicodeEncodeError:
        return None
    found = next(_guesses(content), None)
    return found if found is not None and "\0" not in found.text else None


def undecodable(text: str) -> int | None:
    """Return the place of the first byte that is not UTF-8; None where all are."""
    if text.isascii():
        return None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        return error.start
    return None


def _guesses(content: bytes) -> Iterator[Encoded]:
    for bom, name, codec in _BOMS:
        if content.startswith(bom):
            yield from _decoded(content, name, codec)
            return
    if b"\0" in content:
        for codec in ("utf-32-le", "utf-32-be"):
            yield from _decoded(content, "UTF-32", codec)
        even, odd = content[::2].count(0), content[1::2].count(0)
        # Some characters have a NUL in the other half (U+AE00), few of a text.
        more, fewer = max(even, odd), min(even, odd)
        if more >= max(4, _LEAST_SHARE * len(content)) and fewer <= more // 8:
            yield from _decoded(content, "UTF-16", "utf-16-le" if odd > even else "utf-16-be")
        return
    for korean in _decoded(content, "EUC-KR (CP949)", "cp949"):
        if _HANGUL.search(korean.text):
            yield korean
    yield from _decoded(content, "Latin-1 (Windows-1252)", "cp1252")


def _decoded(content: bytes, name: str, codec: str) -> Iterator[Encoded]:
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        return
    if text.strip("\0"):
        yield Encoded(name, text.removeprefix("\ufeff"))
