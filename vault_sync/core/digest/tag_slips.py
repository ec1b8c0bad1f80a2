"""Tag lines that read as none any more: what their entries' tags are meant to be.

A comma too many, a list mark, a formatter's `# tag`: a slip of a key takes a line out of the
grammar, and with it all tags of its entry. The tags that the entry had at the last pass tell such
a line from commentary. Where they still stand in it, the line goes on being the tag line: the
digest is read once more with the line as it was meant, at the same length, so that all places
are those of the text. Where they stand in a sentence they stay, and the sentence is commentary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from vault_sync.core.digest.reader import Digest, Entry, OwnLink
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.naming.note_names import fold
from vault_sync.core.naming.tags import TAG, is_tag_line
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import DocumentLines, Edit, Line, Span, document_lines, splice

CODE = "tags-unreadable"

_PIECE = regex(r"[#＃]*[^\s,;|·•#＃]+")
# What marks, a number and a label a line of tags can stand behind: `> `, `1. `, `Tags: `.
_LEAD = regex(r"[ \t\u200b>*+-]*(?:\d{1,9}[.)][ \t]+)?(?:[^\W\d_]+[ \t]*[:：])?")
_SLASH = regex(r"/(?=[#\s,;]|$)")
_INVISIBLE = regex(r"[\u00ad\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]")
_ENDS = regex(r"^[\W_]+|[\W_]+$")
_BLANKS = regex(r"\s+")
_LETTER = regex(r"[^\W\d_]")
_MARKS = " \t\u200b>*-+"


class Agreed(NamedTuple):
    """Tags and commentary (None: unknown) of an entry on which both sides last agreed."""

    tags: tuple[str, ...]
    commentary: str | None = None


AgreedOn = Callable[[Key], Agreed]

NOTHING_AGREED = Agreed(())


def nothing_agreed(_key: Key) -> Agreed:
    return NOTHING_AGREED


def agreed_on(base: Base, digest: RelPath, tags_of: Callable[[Key], tuple[str, ...]]) -> AgreedOn:
    """Return what tells of the entries of a digest what both sides last agreed on.

    Where no base knows it, as in git's index, it is what the paper's note has (`tags_of`).
    """

    def agreed(key: Key) -> Agreed:
        tags = base.agreed(BaseKey(key, digest, "tags"))
        tags = tags_of(key) if tags is None else tags
        if not tags or isinstance(tags, str):
            return NOTHING_AGREED
        return Agreed(tags, base.text(BaseKey(key, digest, "commentary")))

    return agreed


def read(
    text: str,
    styles: Sequence[StyleName],
    is_own_link: OwnLink = styled_reader.any_link,
    agreed_on: AgreedOn = nothing_agreed,
) -> Digest:
    """Return the entries of a digest, each with the tags that still stand in its lines."""
    digest = styled_reader.read(text, styles, is_own_link)
    lacking = list(_lacking(digest, agreed_on))
    if not lacking and not any("#" in entry.fields.commentary for entry in digest.entries):
        return digest
    document = document_lines(text)
    slips = [slip for found in lacking for slip in _slips(digest, document, found)]
    if slips:
        digest = _reread(digest, slips, styles, is_own_link)
    lines = {slip.line for slip in slips}
    unread = [each for each in _unread(digest, document) if each[0] not in lines]
    if not slips and not unread:
        return digest
    notices = [*digest.notices, *unread, *(slip.notice() for slip in slips)]
    return digest._replace(notices=tuple(sorted(notices)))


class _Lacking(NamedTuple):
    """An entry that lacks tags which it had, and the places of its lines below its head."""

    at: int
    entry: Entry
    agreed: Agreed
    tags: tuple[str, ...]


class _TagWords(NamedTuple):
    """The words of a line: tags that stand in it, `#tags` that are new, and all others.

    `leads`: it begins with a tag. `marked`: those of `stand` that have a number sign.
    """

    stand: tuple[str, ...]
    marked: frozenset[str]
    new: tuple[str, ...]
    rest: tuple[str, ...]
    leads: bool


class _Slip(NamedTuple):
    """A line (from 1) of the entry number `at` in which tags stand that do not read.

    `place` are its words, `meant` what they are read as, None for a line that stays commentary.
    """

    at: int
    line: int
    place: Span
    tags: tuple[str, ...]
    rest: tuple[str, ...]
    meant: str | None

    def notice(self) -> tuple[int, str, str]:
        named = " ".join("#" + tag for tag in self.tags)
        message = (
            "this line does not read as tags any more (a tag line is nothing but `#tag #tag`); "
            f"its tags stay: {named}"
        )
        if self.meant is not None and self.rest:
            words = " ".join(self.rest)
            message += f"; {words!r} beside them is read as neither tag nor commentary"
        return self.line, CODE, message


def _lacking(digest: Digest, agreed_on: AgreedOn) -> Iterator[_Lacking]:
    for at, entry in enumerate(digest.entries):
        agreed = agreed_on(entry.key)
        if not agreed.tags or agreed.tags == entry.fields.tags:
            continue
        has = {fold(tag) for tag in entry.fields.tags}
        gone = tuple(tag for tag in agreed.tags if fold(tag) not in has)
        if gone:
            yield _Lacking(at, entry, agreed, gone)


def _slips(digest: Digest, document: DocumentLines, lacking: _Lacking) -> Iterator[_Slip]:
    """Yield the lines in which tags stand that an entry lacks, none of them twice."""
    missing = list(lacking.tags)
    for number, line, inside in _lines(digest, document, lacking):
        words = digest.text[line.start : line.end]
        if is_tag_line(words.strip()) and _SLASH.search(words) is None:
            continue
        found = _words_of(words, lacking.agreed.tags)
        tags = tuple(tag for tag in found.stand if tag in missing)
        meant = _meant(words, found, lacking, tags, inside=inside)
        if meant is None:
            bare = not found.rest and set(missing) <= set(found.stand)
            tags = tuple(tag for tag in tags if inside and (bare or tag in found.marked))
        if tags:
            place = Span(line.start, line.end)
            yield _Slip(lacking.at, number + 1, place, tags, found.rest, meant)
            missing = [tag for tag in missing if tag not in tags]


def _lines(
    digest: Digest, document: DocumentLines, lacking: _Lacking
) -> Iterator[tuple[int, Line, bool]]:
    """Yield the lines below an entry's head, and the one that follows it (False), by number."""
    entry, text = lacking.entry, digest.text
    after = digest.entries[lacking.at + 1 : lacking.at + 2]
    stop = after[0].span.start if after else len(text)
    head = _head_line(entry)
    for number in range(entry.line - 1, len(document.lines)):
        line = document.lines[number]
        if line.start >= stop:
            return
        words = text[line.start : line.end].strip()
        if number <= head or document.fenced[number] or not words:
            continue
        inside = line.start < entry.span.end
        yield number, line, inside
        if not inside:
            return


def _head_line(entry: Entry) -> int:
    if entry.styled is not None:
        return entry.styled.head_line
    layout = entry.layout
    return max(entry.line - 1, layout.below or 0, layout.link or 0)


def _words_of(words: str, had: Sequence[str]) -> _TagWords:
    lead = _LEAD.match(words)
    begin = lead.end() if lead is not None else 0
    stand: dict[str, bool] = {}
    new, rest = [], []
    leads: bool | None = None
    for piece in _PIECE.finditer(words, begin):
        bare = _INVISIBLE.sub("", piece[0])
        core = _ENDS.sub("", bare)
        if not core or bare.startswith("^"):
            continue
        signed = bare[0] in "#＃"
        marked = signed or words[: piece.start()].strip(_MARKS) in {"#", "＃"}
        token = TAG.match(bare)
        spelled = {core, bare.lstrip("#＃"), token[0][1:] if token is not None else core}
        folded = {fold(each) for each in spelled} if signed else set()
        tag = next((t for t in had if t in spelled or fold(t) in folded), None)
        leads = leads if leads is not None else tag is not None or marked
        if tag is not None:
            stand[tag] = stand.get(tag, False) or marked
        elif token is not None and token[0] == bare and _LETTER.search(bare):
            new.append(token[0][1:])
        else:
            rest.append(piece[0])
    marks = frozenset(tag for tag, marked in stand.items() if marked)
    return _TagWords(tuple(stand), marks, tuple(new), tuple(rest), bool(leads))


def _meant(
    words: str, found: _TagWords, lacking: _Lacking, tags: Sequence[str], *, inside: bool
) -> str | None:
    """Return a line as the tag line that it was, at its length; None where it is not that line."""
    if not tags or not found.leads:
        return None
    whole = set(lacking.tags) <= set(found.stand) and not found.rest
    if not whole and not (inside and found.marked):
        return None
    if found.rest and _squeezed(" ".join(found.rest)) in _squeezed(lacking.agreed.commentary or ""):
        return None
    indent = words[: len(words) - len(words.lstrip(" \t"))]
    wanted = ["#" + tag for tag in (*found.stand, *found.new)]
    for line in (" ".join(wanted), "".join(wanted)):
        if len(indent) + len(line) <= len(words):
            return (indent + line).ljust(len(words))
    # Without its signs the line is too short to be read as tags: it is read as no words.
    return " " * len(words) if whole and inside else None


def _squeezed(words: str) -> str:
    return _BLANKS.sub(" ", words).strip()


def _reread(
    digest: Digest, slips: Sequence[_Slip], styles: Sequence[StyleName], is_own_link: OwnLink
) -> Digest:
    """Return the digest with its slips read as they were meant, and all their tags."""
    edits = [Edit(slip.place, slip.meant) for slip in slips if slip.meant is not None]
    if edits:
        meant = styled_reader.read(splice(digest.text, edits), styles, is_own_link)
        keys = [entry.key for entry in digest.entries]
        if [entry.key for entry in meant.entries] == keys:
            digest = meant._replace(text=digest.text)
    entries = list(digest.entries)
    for slip in slips:
        fields = entries[slip.at].fields
        has = {fold(tag) for tag in fields.tags}
        missing = tuple(tag for tag in slip.tags if fold(tag) not in has)
        if missing:
            fields = fields.saying(tags=(*fields.tags, *missing))
            entries[slip.at] = entries[slip.at]._replace(fields=fields)
    return digest._replace(entries=tuple(entries))


def _unread(digest: Digest, document: DocumentLines) -> Iterator[tuple[int, str, str]]:
    """Yield the lines of commentary that are tags beside a label or a stop, and so read as none."""
    for entry in digest.entries:
        if "#" not in entry.fields.commentary:
            continue
        numbers = entry.styled.lower if entry.styled is not None else entry.layout.commentary
        for number in numbers:
            start, end, _ = document.lines[number]
            words = digest.text[start:end]
            if "#" not in words or document.fenced[number]:
                continue
            tags = _would_be(words)
            if tags:
                named = " ".join("#" + tag for tag in tags)
                yield number + 1, CODE, f"this line is not read as tags; `{named}` alone would be"


def _would_be(words: str) -> tuple[str, ...]:
    """Return the tags that a line would give, if nothing but tags and signs stands in it."""
    found = _words_of(words, [token[1:] for token in TAG.findall(words)])
    lettered = [tag for tag in found.stand if _LETTER.search(tag)]
    return found.stand if lettered and not found.rest and set(found.stand) == found.marked else ()
