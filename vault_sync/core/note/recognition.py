"""Recognise a paper's note among the files that no digest made (docs/format.md, "Adoption").

| strength | how the file says it                                              | then        |
|----------|-------------------------------------------------------------------|-------------|
| certain  | a property, a first line that is an address, a mark in the head   | adopted     |
| likely   | the head names one paper, or none, and the entry's title is there | adopted     |
| named    | the head names one paper, no more                                 | only listed |

Whether a file is likely takes the entry's title: `Recognition.titles` has those that would do. A
list of papers, a daily note, a template, a paper's own text is nobody's note.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from vault_sync.core.model.values import STANDARD_NAMES, Key, PropertyNames, RelPath, stem_of
from vault_sync.core.naming.keys import is_paper, key_of, kind_of_key
from vault_sync.core.naming.note_names import short_title
from vault_sync.core.note import marks as line_marks
from vault_sync.core.note import property_block
from vault_sync.core.note.marks import Mark
from vault_sync.core.note.property_block import Properties, value_items
from vault_sync.core.note.property_table import ADDRESS_PROPERTIES
from vault_sync.core.text.encodings import encoded
from vault_sync.core.text.folding import fold_title
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import BOM, Span

IDENTITY = (
    *("url", "arxiv", "doi", "openreview", "source", "arxivid", "eprint", "paperurl"),
    *("sourceurl", "absurl", "pdfurl", "pdf", "link", "sourcelink", "urls"),
)
"""The properties that say which paper a note is about; case, `-`, `_` and blanks do not matter."""

PAPERS_ONLY = frozenset(("link", "source", "pdf", "urls"))
"""Those that often hold something else than a paper: only a paper's own id counts."""

HEAD_LINES = 40
_HEAD_SIZE = 8_000
OWN_TEXT = 40_000
"""Bytes from which on a text that names more than five other papers is the paper itself."""

_DAY = regex(
    r"(?:19|20)\d\d(?:[-_. ]?(?:0[1-9]|1[0-2])(?:[-_. ]?(?:0[1-9]|[12]\d|3[01]))?|[-_ ]?[Ww]\d{1,2}"
    r"|년 ?\d{1,2}월(?: ?\d{1,2}일)?|年\d{1,2}月(?:\d{1,2}日)?)"
    r"(?:[ ,_(-]*(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\)?|[ (]*[월화수목금토일一二三四五六日]\)?)?",
    re.IGNORECASE,
)
_TEMPLATE = regex(r"<%|\{\{[ \t]*[a-z][^{}\n]*\}\}")
_DATE_BEFORE = regex(r"\d{4}-\d{2}-\d{2}[ _-]+|\d{6,8}[ _-]+")
_BEFORE_LABEL = r"[ \t]*(?:>[ \t]*)*(?:[-*+][ \t]+)?[*_]{0,3}"
_BEHIND_LABEL = r"[*_]{0,3}[ \t]*(?:::?|：)[*_]{0,3}[ \t]*(\S.*)"
_TITLE_LABEL = regex(
    _BEFORE_LABEL
    + r"(?:title|paper|论文标题|论文题目|标题|题目|论文|제목|논문|タイトル)"
    + _BEHIND_LABEL,
    re.IGNORECASE,
)
_AUTHOR_LABEL = regex(_BEFORE_LABEL + "(?:authors?|作者|저자|著者)" + _BEHIND_LABEL, re.IGNORECASE)
_EMPHASISED = regex(r"\*\*([^*\n]+)\*\*|(?<!\*)\*([^*\n]+)\*|(?<!\w)_([^_\n]+)_|《([^》\n]+)》")
_LINKED = regex(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
_NAME = regex(r"([^\s:#'\"-][^:]*):(?:[ \t]+(.*)|[ \t]*$)")
_REMARK = regex(r"\s+[\[(][^\[\]()]*[\])](?:\s.*)?$")
_METADATA = regex(
    r" {0,3}#+[ \t]*(?:meta ?data|(?:(?:paper|bibliographic) )?info(?:rmation)?|元数据|基本信息"
    r"|论文信息|메타데이터|서지 ?정보|논문 ?정보)"
    r"[ \t]*#*[ \t]*$",
    re.IGNORECASE,
)
_BIBTEX = regex(r"^```[ \t]*bib(?:tex|latex)?[ \t]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_BIBTEX_FIELD = regex(
    r"^[ \t,]*(eprint|doi|url|title)[ \t]*=[ \t]*[{\"]+(.*?)[}\"]+,?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_AUTHOR_HINTS = ("author", "作者", "저자", "著者")


class Recognition(NamedTuple):
    """Answer of a file to the question whose paper's note it may be.

    `certain` are the keys of that paper (arXiv and DOI, say). `named` is the one paper that the
    head names otherwise. `titles` are the folded titles of which one must be the entry's for the
    file to be likely its note; `stem` is the file's name among them, to which a short title may be
    equal. `authors` are the authors of a file without any id, its `titles` then the title alone.
    """

    certain: tuple[Key, ...] = ()
    named: Key | None = None
    titles: frozenset[str] = frozenset()
    stem: str = ""
    authors: tuple[str, ...] = ()

    def has_title(self, title: str) -> bool:
        """Return True if the file has an entry's title, or is called by its short one."""
        return fold_title(title) in self.titles or fold_title(short_title(title)) == self.stem


NOTHING = Recognition()


def normalised(name: str) -> str:
    """Return a property's name without what makes no difference in it."""
    return re.sub(r"[-_ ]", "", name).lower()


def may_be_note(text: str, names: PropertyNames = STANDARD_NAMES) -> bool:
    """Tell whether a file must be read at all: cheap, and never wrongly False."""
    start = text[:_HEAD_SIZE].lstrip(BOM + " \t\r\n")
    if start.startswith("---"):
        end = max(0, text.find("\n---", 3))
        if "://" in text[:end] or any(own in text[:end] for _, own in names.own if own):
            return True
        start = text[: end + _HEAD_SIZE]
    elif start[:5].lower().lstrip("<").startswith(("http", "www.")):
        return True
    return line_marks.has_hint(start) or any(hint in start.lower() for hint in _AUTHOR_HINTS)


def recognise(path: RelPath, text: str, properties: Properties) -> Recognition:
    """Say which paper a file is about, and how surely. Total, and linear in the text."""
    if _DAY.fullmatch(stem_of(path)) or path.endswith(".excalidraw.md"):
        return NOTHING
    head = _head(text, properties.body)
    if _is_template(text, properties, head):
        return NOTHING
    keys = _in_properties(properties)
    if keys is None:
        return NOTHING
    papers = [key for key in keys if is_paper(key)]
    if papers:
        return Recognition(certain=keys)
    found = _in_body(text, properties.body, head)
    bibtex = _in_bibtex(text, properties.body) if found == NOTHING else None
    if bibtex is not None:
        with_titles = _with_titles(Recognition(keys, bibtex[0]), path, properties, head)
        return with_titles._replace(titles=with_titles.titles | _folded([bibtex[1]]))
    if found is None or _is_own_text(text, properties.body, found):
        return Recognition(certain=keys)
    certain = (*keys, *(key for key in found.certain if key not in keys))
    if found.certain:
        return Recognition(certain=certain)
    return _with_titles(Recognition(keys, found.named), path, properties, head)


def _in_properties(properties: Properties) -> tuple[Key, ...] | None:
    """Return the keys of the paper that properties name; None where they name several papers."""
    values = {normalised(name): value for name, value in properties.values.items()}
    address = normalised(properties.names.written("url"))
    found: list[Key] = []
    for name in _legal(properties.names):
        for item in value_items(values[name]) or () if name in values else ():
            key = _key_in(item)
            if key is None or key in found or not _is_somebodys(key):
                continue
            if is_paper(key) or name not in PAPERS_ONLY - {address}:
                found.append(key)
    kinds = [kind_of_key(key).name for key in found if is_paper(key)]
    if len(set(kinds)) < len(kinds):
        return None
    pages = [key for key in found if not is_paper(key)]
    return (*(key for key in found if is_paper(key)), *pages[:1])


@lru_cache(maxsize=8)
def _legal(names: PropertyNames) -> tuple[str, ...]:
    """Return the names that say which paper a note is about, normalised, in their order."""
    own = (names.written(name) for name in ADDRESS_PROPERTIES)
    return tuple(dict.fromkeys([*IDENTITY, *map(normalised, (*own, *names.identity))]))


def _key_in(item: str) -> Key | None:
    """Return the key that a value is, a remark in brackets behind it left out."""
    words = item.strip()
    link = _LINKED.fullmatch(words)
    if link is not None:
        words = words[words.rindex("](") + 2 : -1] if "](" in words else words
    return key_of(words) or key_of(_REMARK.sub("", words)) if words else None


def _is_somebodys(key: Key) -> bool:
    """Tell whether an address has a path: `https://obsidian.md` is nobody's paper."""
    return is_paper(key) or "/" in key or "?" in key


def _head(text: str, body: int) -> list[str]:
    """Return the lines before the second heading, 40 at most, code left out.

    A heading that says nothing but that metadata follow is none (Readwise writes one).
    """
    lines = text[body : body + 5 * _HEAD_SIZE].lstrip(BOM + " \t\r\n").split("\n")[:HEAD_LINES]
    whole = "\n".join(lines)
    head, headings = [], 0
    for line in line_marks.prose(whole, Span(0, len(whole))):
        headings += line_marks.heading(line) is not None and not _METADATA.match(line)
        if headings > 1:
            break
        head.append(line)
    return head


def _is_template(text: str, properties: Properties, head: Sequence[str]) -> bool:
    """Tell a template or a drawing, which are about no paper whatever they hold."""
    block = properties.block.slice(text) if properties.block is not None else ""
    above = block + "\n".join(head)
    if "excalidraw-plugin" in properties.values:
        return True
    return ("<%" in above or "{{" in above) and _TEMPLATE.search(above) is not None


def _in_body(text: str, body: int, head: Sequence[str]) -> Recognition | None:
    """Return what the text below the properties says; None where it is a list of papers."""
    first = next((line for line in head if line.strip()), "")
    plain = None if first.lstrip()[:1] in "-*+>" else line_marks.bare_address(first)
    if plain is not None and _is_somebodys(plain):
        lines = _body_lines(text, body)
        others = (line_marks.bare_address(line, papers_only=True) for line in lines)
        return None if any(key not in {None, plain} for key in others) else Recognition((plain,))
    in_head = [mark for line in head for mark in line_marks.marks(line)]
    stated = [mark for mark in in_head if mark.kind != "bare"]
    mentioned = line_marks.mentioned(head) if not stated else frozenset()
    if not stated and len(mentioned) != 1:
        return Recognition() if not mentioned else None
    keys = _keys_of(stated) if stated else tuple(mentioned)
    like = next(iter(stated or in_head), None)
    if like is not None and _is_list(text, body, like.kind, frozenset(keys)):
        return None
    return Recognition(keys) if stated else Recognition(named=keys[0])


def _in_bibtex(text: str, body: int) -> tuple[Key, str] | None:
    """Return the paper of the one BibTeX entry in a text's only block of them, and its title."""
    blocks = _BIBTEX.findall(text[body : body + _HEAD_SIZE].replace("\r\n", "\n"))
    if len(blocks) != 1 or blocks[0].count("@") != 1:
        return None
    fields = {name.lower(): value for name, value in _BIBTEX_FIELD.findall(blocks[0])}
    written = (fields.get("eprint", ""), fields.get("doi", ""), fields.get("url", ""))
    keys = [key for value in written if value and (key := line_marks.paper(value)) is not None]
    return (keys[0], fields.get("title", "")) if keys else None


def _keys_of(stated: Sequence[Mark]) -> tuple[Key, ...]:
    """Return the keys of the first kind of mark; two ids under two labels are one paper's."""
    keys: dict[str, Key] = {}
    labels: set[str] = set()
    for mark in stated:
        kind = kind_of_key(mark.key).name
        if mark.kind != stated[0].kind or (keys and (kind in keys or mark.label in labels)):
            continue
        if keys and mark.kind != "label":
            continue
        keys[kind] = mark.key
        labels.add(mark.label)
    return tuple(keys.values())


def _is_list(text: str, body: int, kind: str, keys: Collection[Key]) -> bool:
    """Tell whether a mark like the head's stands there with another paper's key."""
    return any(
        mark.kind == kind and mark.key not in keys
        for line in _body_lines(text, body)
        for mark in line_marks.marks(line)
    )


def _body_lines(text: str, body: int) -> Iterator[str]:
    return line_marks.prose(text, Span(body, len(text)))


def _is_own_text(text: str, body: int, found: Recognition) -> bool:
    """Tell the text of a paper from a note about it: long, and full of other papers."""
    if len(text.encode("utf-8", "surrogatepass")) <= OWN_TEXT:
        return False
    others = line_marks.mentioned(list(_body_lines(text, body))) - {*found.certain, found.named}
    return len(others) > 5


def _with_titles(
    found: Recognition, path: RelPath, properties: Properties, head: Sequence[str]
) -> Recognition:
    """Add the titles by which a file is likely an entry's, and for one without ids the authors."""
    stem = stem_of(path)
    bare = _DATE_BEFORE.match(stem)
    name = fold_title(stem[bare.end() :] if bare else stem)
    heading = next((words for line in head if (words := _heading_words(line))), "")
    titles = [properties.scalar("title").strip(), heading]
    if found.named is None:
        authors = (
            properties.items("authors") or properties.items("author") or _labelled_authors(head)
        )
        authors = tuple(author for author in authors if author.strip())
        folded = _folded(titles)
        return (
            Recognition(found.certain, None, folded, "", authors) if authors and folded else found
        )
    for line in head:
        titles += _texts(line)
    return Recognition(found.certain, found.named, _folded([*titles, name]), name)


@lru_cache(maxsize=256)
def _heading_words(line: str) -> str:
    found = line_marks.heading(line)
    return _unmarked(found[1]) if found is not None else ""


def _labelled_authors(head: Sequence[str]) -> tuple[str, ...]:
    found = next((found for line in head if (found := _AUTHOR_LABEL.match(line))), None)
    return (found[1].strip(),) if found is not None else ()


def _texts(line: str) -> Iterator[str]:
    """Yield the texts of their own in a line: labelled titles, link labels, bold, italics, 《》."""
    if labelled := _TITLE_LABEL.match(line):
        yield _unmarked(labelled[1])
    yield from line_marks.link_texts(line)
    for found in _EMPHASISED.finditer(line):
        yield next(filter(None, found.groups()))
    # `Title (address)` and `address title`.
    if "://" in line:
        yield re.sub(r"[(\[<]?https?://\S+", " ", line)


def _unmarked(words: str) -> str:
    return _LINKED.sub(lambda found: "" if found[0][0] == "!" else found[1], words).strip("*_ \t")


def _folded(titles: Sequence[str]) -> frozenset[str]:
    return frozenset(fold_title(title) for title in titles if title.strip())


def keys_of_note(properties: Properties) -> tuple[Key, ...]:
    """Return the keys of different kinds that a note's properties give; none for a list."""
    return _in_properties(properties) or ()


def guessed_keys(path: RelPath, text: str, names: PropertyNames) -> tuple[Key, ...]:
    """Return the papers that a file seems to be about which cannot be read for what it is.

    It is read in whatever encoding it seems to have; broken properties are looked at line by line.
    In another encoding it need not be sure: which title it has is asked once it can be read.
    """
    other = encoded(text)
    text = (text if other is None else other.text).removeprefix(BOM).replace("\r\n", "\n")
    properties = property_block.read(text, names)
    if properties.broken is None:
        found = recognise(path, text, properties)
        named = (found.named,) if other is not None and found.named is not None else ()
        return found.certain or named
    above = text[: max(0, text.find("\n---", 3))]
    legal, name = _legal(names), ""
    keys: dict[Key, None] = {}
    for line in above.split("\n"):
        part = _NAME.match(line)
        name = normalised(part[1]) if part is not None else name
        value = ((part[2] or "") if part is not None else line.strip(" \t-")).strip(" \t\"'[],")
        key = _key_in(value) or (key_of(f"arxiv:{value}") if value and "arxiv" in name else None)
        if name in legal and key is not None and is_paper(key):
            keys[key] = None
    return tuple(keys) or recognise(path, text[len(above) :], property_block.read("")).certain
