"""Two digests, flat and spaced, and one entry edited in them."""

from __future__ import annotations

from typing import Any

from vault_sync.core.digest import editor as digest
from vault_sync.core.digest.reader import Digest, Entry
from vault_sync.core.digest.reader import read as read_digest
from vault_sync.core.model.values import Fields
from vault_sync.core.text.spans import splice

OCTO = "https://arxiv.org/abs/2308.07124"
NEXT = "https://arxiv.org/abs/2308.07317"
BLOG = "https://blog.example/agents"


def only(text: str) -> tuple[Digest, Entry]:
    read = read_digest(text)
    (entry,) = read.entries
    return read, entry


def edited(text: str, number: int = 0, link: str | None = None, **change: Any) -> str:
    read = read_digest(text)
    entry = read.entries[number]
    return splice(text, digest.edit(read, entry, entry.fields._replace(**change), link))


FLAT = f"w\n{OCTO}\nT (Kim Lee)\n하나\n#a #b\n{NEXT}\nU (Ann Park)\n"
SPACED = f"w\n\n{OCTO}\n\nT (Kim Lee)\n\n하나\n\n둘\n\n#a #b\n\n\n{NEXT}\n\nU (Ann Park)\n"

ADDED = Fields(BLOG, "V", ("Bo Li",), ("x",), "하나\n\n둘")
