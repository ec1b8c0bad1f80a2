"""Wikilinks: find, write and point them elsewhere, and resolve them as Obsidian does.

Sources: Obsidian's help on internal links, and the app's own order of resolution
(`getLinkpathDest`), as docs/format.md states it.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from vault_sync.core.model.values import RelPath
from vault_sync.core.naming.note_names import bare_name, fold
from vault_sync.core.text.code_mask import pieces
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import Edit, Span


class Wikilink(NamedTuple):
    r"""`[[target#subpath|display]]` at `span` (with the `!` of an embed), `target` as written.

    The bar may be escaped, as it must be in a table: `[[target\|display]]`.
    """

    span: Span
    target: str
    embed: bool

    @property
    def target_span(self) -> Span:
        start = self.span.start + (3 if self.embed else 2)
        return Span(start, start + len(self.target))


def find(text: str) -> list[Wikilink]:
    """Return every wikilink outside code, comments and math, in order."""
    if "[[" not in text:
        return []
    return [
        link
        for piece in pieces(text)
        if piece.kind == "link" and (link := _parsed(text, piece.span)) is not None
    ]


_WHOLE_LINK = regex(r"\[\[[^\[\]\n]+\]\]|\[[^\[\]|\n]*\](?:\([^()\n]*\))?")


def is_half_link(words: str) -> bool:
    """Return True for words that begin or end with a part of a link, or with a mark of a quote."""
    rest = _WHOLE_LINK.sub("", words).strip()
    return rest.startswith((">", "[")) or rest.endswith("]") or "[[" in rest or "]]" in rest


def is_cut_title(was: str, now: str) -> bool:
    """Return True for a title that came to have a part of a link at an end, or to be quoted."""
    return not is_half_link(was) and (is_half_link(now) or now.endswith(f"|{was}"))


def _parsed(text: str, span: Span) -> Wikilink | None:
    embed = text[span.start] == "!"
    inner = text[span.start + (3 if embed else 2) : span.end - 2]
    path, bar, _ = inner.partition("|")
    if bar:
        path = path.removesuffix("\\")
    return Wikilink(span, path.partition("#")[0], embed) if path.strip() else None


# Letters beyond ASCII belong to an address only where a new word of it can begin. Right after a
# Latin letter or a digit they are a Korean particle: `https://arxiv.org/abs/2403.08540를`.
_PLAIN = r"!#-'*-;=?-Z\\^_a-z~"
_ADDRESS = regex(
    rf"(?<![A-Za-z0-9])https?://(?:[{_PLAIN}]|\([{_PLAIN}]*\)|(?<=[/=&?_+-])\w+)+", re.IGNORECASE
)
_TRAILING = ".,:;!?'*_~\\"


def addresses(text: str) -> list[tuple[Span, str]]:
    """Return every web address outside code, in order, without the sentence around it."""
    if "://" not in text:
        return []
    in_code = _code_of(text)
    return [
        (Span(start, start + len(address)), address)
        for start, address in _addresses(text)
        if not in_code(start)
    ]


def _code_of(text: str) -> Callable[[int], bool]:
    """Return the test of an offset of a text: True in code."""
    code = [piece.span for piece in pieces(text) if piece.kind == "code"]

    def in_code(offset: int) -> bool:
        before = bisect_right(code, Span(offset, len(text))) - 1
        return before >= 0 and offset < code[before].end

    return in_code


def likely_addresses(text: str) -> Iterator[str]:
    """Yield every web address, also those in code: cheap, and none is missing."""
    return (address for _, address in _addresses(text)) if "://" in text else iter(())


def _addresses(text: str) -> Iterator[tuple[int, str]]:
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_TRAILING)
        if len(address) > address.index("://") + 3:
            yield found.start(), address


def link(target: str, display: str | None = None) -> str:
    """Return a wikilink.

    Raises:
        ValueError: what cannot stand in a wikilink: brackets, line breaks, in the target also bars.
    """
    if not target or re.search(r"[\[\]|\r\n]", target) or re.search(r"[\[\]\r\n]", display or ""):
        raise ValueError(f"no wikilink can hold {target!r} and {display!r}")
    return f"[[{target}]]" if display is None else f"[[{target}|{display}]]"


def retarget(text: str, new_target: Callable[[Wikilink], str | None]) -> list[Edit]:
    """Return the edits that point links elsewhere, changing only the characters of the target.

    `new_target` gives the target to write, None to leave a link as it is. A link into its own
    note (`[[#Heading]]`) is not asked about.
    """
    edits = []
    for wikilink in find(text):
        if not wikilink.target.strip():
            continue
        target = new_target(wikilink)
        if target is not None and target != wikilink.target:
            edits.append(Edit(wikilink.target_span, target))
    return edits


@dataclass(frozen=True, slots=True)
class LinkResolver:
    """The names of a vault's Markdown files. Make one with `LinkResolver.from_paths`."""

    _by_stem: Mapping[str, RelPath | tuple[RelPath, ...]]
    """Folded file name without `.md` -> the file, or the files, called so. (A tuple for every
    name would cost another 56 bytes a note.) Asked by name only, so it may be an index."""

    _moved: Mapping[str, tuple[RelPath, ...]] = field(default_factory=dict)
    """The same of the names that are others since: what moves is little beside what stays."""

    @classmethod
    def from_paths(cls, paths: Iterable[RelPath]) -> LinkResolver:
        """Return the names of a vault's Markdown files (nothing that lies in a dot folder)."""
        by_stem: dict[str, RelPath | tuple[RelPath, ...]] = {}
        for path in paths:
            _add(by_stem, path)
        return cls(by_stem)

    def resolve(self, target: str, source: RelPath) -> RelPath | None:
        """Return the file that a link in `source` leads to, as Obsidian finds it; None if nothing.

        By case-insensitive file name, then: a path from the root or relative to `source` that is
        exactly this; else every path that ends with the target, those under the folder of
        `source` first, the shortest first.
        """
        target = fold(target.strip().replace("\\", "/"))
        if not target:
            return source
        name = target.rpartition("/")[2]
        # `x.md` is the note x; only where there is none, the note `x.md.md`.
        stems = [name.removesuffix(".md"), name] if name.endswith(".md") else [name]
        for stem in stems:
            candidates = self.called(stem)
            if candidates:
                path = target[: len(target) - len(name)] + stem + ".md"
                return _chosen(candidates, path, source)
        return None

    def shortest(self, path: RelPath) -> str:
        """Return Obsidian's link to `path`, which need not be there yet; without `.md`.

        Its bare name, or if another file has it too, the whole path from the root.
        """
        candidates = self.called(bare_name(path))
        unique = not any(other != path for other in candidates)
        return _without_md(path.rpartition("/")[2] if unique else path)

    def taken(self, path: str) -> bool:
        """Return True if a file at `path` would be the same as one there is, on some machine."""
        folded = fold(path)
        return any(fold(other) == folded for other in self.called(bare_name(path)))

    def with_moved(
        self, moves: Mapping[RelPath, RelPath | None], added: Iterable[RelPath] = ()
    ) -> LinkResolver:
        """Return the names after renames (None: the file is gone) and new files."""
        moved = dict(self._moved)
        now = LinkResolver(self._by_stem, moved)
        for path in moves:
            stem = bare_name(path)
            moved[stem] = tuple(other for other in now.called(stem) if other != path)
        for path in (*(to for to in moves.values() if to is not None), *added):
            stem = bare_name(path)
            moved[stem] = tuple(dict.fromkeys((*now.called(stem), path)))
        return now

    def called(self, stem: str) -> tuple[RelPath, ...]:
        """Return the files of a folded name (`note_names.bare_name`)."""
        since = self._moved.get(stem)
        return _as_tuple(self._by_stem.get(stem)) if since is None else since


def _as_tuple(found: RelPath | tuple[RelPath, ...] | None) -> tuple[RelPath, ...]:
    if found is None:
        return ()
    return found if isinstance(found, tuple) else (found,)


def _add(by_stem: dict[str, RelPath | tuple[RelPath, ...]], path: RelPath) -> None:
    stem = bare_name(path)
    already = by_stem.get(stem)
    if already is None:
        by_stem[stem] = path
    elif path not in _as_tuple(already):
        by_stem[stem] = (*_as_tuple(already), path)


def _without_md(path: str) -> str:
    """Return a link's spelling of a path. `x.md.md` stays whole: `[[x.md]]` is the note x."""
    bare = path[:-3] if path.lower().endswith(".md") else path
    return path if bare.lower().endswith(".md") else bare


def _chosen(candidates: tuple[RelPath, ...], target: str, source: RelPath) -> RelPath | None:
    """Return the one of some files of the right name that a folded target (with `.md`) means."""
    by_path = {fold(path): path for path in sorted(candidates, reverse=True)}
    here = fold(source).rpartition("/")[0]
    if target.startswith("/"):
        return by_path.get(target.lstrip("/"))
    if target.startswith(("./", "../")):
        return by_path.get(posixpath.normpath(posixpath.join(here, target)))
    if target in by_path:
        return by_path[target]
    ends = [path for path in by_path if path.endswith(f"/{target}")]
    if not ends:
        return None
    nearest = min(ends, key=lambda path: (not path.startswith(f"{here}/"), len(path), path))
    return by_path[nearest]


_DESTINATION = regex(
    r"\]\((?:<(?P<angled>[^<>\r\n#]+\.md)(?:#[^<>\r\n]*)?>"
    r"|(?P<bare>(?:[^\s()<>#]|\([^\s()<>#]*\))+\.md)(?:#(?:[^\s()<>]|\([^\s()<>]*\))*)?)"
    r"(?:[ \t]+\"[^\"\r\n]*\")?\)",
    re.IGNORECASE,
)


_TO_ESCAPE = regex(r"[\x00-\x20%#\\()<>]")
_TO_ESCAPE_IN_ANGLES = regex(r"[%#<>]")


class FileLink(NamedTuple):
    """One link: the `span` of its path as it is written, and the `target` that this names.

    `angled`: it stands between `<` and `>`, where blanks need no escape.
    """

    span: Span
    target: str
    angled: bool

    def written(self, target: str) -> str:
        """Return a path as it must be written in this link's form."""
        to_escape = _TO_ESCAPE_IN_ANGLES if self.angled else _TO_ESCAPE
        return to_escape.sub(lambda found: f"%{ord(found[0]):02X}", target)


def find_file_links(text: str) -> list[FileLink]:
    """Return every link to a Markdown file of this vault, outside code, in order."""
    if "](" not in text:
        return []
    in_code = _code_of(text)
    links = []
    for found in _DESTINATION.finditer(text):
        kind = "angled" if found["angled"] is not None else "bare"
        if not in_code(found.start()) and "://" not in found[kind]:
            links.append(FileLink(Span(*found.span(kind)), unquote(found[kind]), kind == "angled"))
    return links
