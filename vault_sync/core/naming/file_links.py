"""Links to files in Markdown's own form: `[words](folder/name.md)`, as Obsidian writes it."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple
from urllib.parse import unquote

from vault_sync.core.text.code_mask import pieces
from vault_sync.core.text.spans import Span

_DESTINATION = re.compile(
    r"\]\((?:<(?P<angled>[^<>\r\n#]+\.md)(?:#[^<>\r\n]*)?>"
    r"|(?P<bare>(?:[^\s()<>#]|\([^\s()<>#]*\))+\.md)(?:#(?:[^\s()<>]|\([^\s()<>]*\))*)?)"
    r"(?:[ \t]+\"[^\"\r\n]*\")?\)",
    re.IGNORECASE,
)
_TO_ESCAPE = re.compile(r"[\x00-\x20%\\()<>]")


class FileLink(NamedTuple):
    """One link: the `span` of its path as it is written, and the `target` that this names.

    `angled`: it stands between `<` and `>`, where blanks need no escape.
    """

    span: Span
    target: str
    angled: bool

    def written(self, target: str) -> str:
        """Return a path as it must be written in this link's form."""
        if self.angled:
            return target
        return _TO_ESCAPE.sub(lambda found: f"%{ord(found[0]):02X}", target)


def find_file_links(text: str) -> list[FileLink]:
    """Return every link to a Markdown file of this vault, outside code, in order."""
    if "](" not in text:
        return []
    code = [piece.span for piece in pieces(text) if piece.kind == "code"]
    links = []
    for found in _DESTINATION.finditer(text):
        kind = "angled" if found["angled"] is not None else "bare"
        before = bisect_right(code, Span(found.start(), len(text))) - 1
        in_code = before >= 0 and found.start() < code[before].end
        if not in_code and "://" not in found[kind]:
            links.append(FileLink(Span(*found.span(kind)), unquote(found[kind]), kind == "angled"))
    return links
