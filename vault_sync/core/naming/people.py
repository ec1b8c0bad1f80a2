"""Lists of authors by what they mean: people in their order, however a list is written.

A list may be items or one text (`A, B and C`, `Last, First; Last, First`), names may be links,
`Last, First` or have initials. A text that can be read in two ways has two readings; two lists
agree if one reading of each does. A *partial* list (`et al.`, `...`, `等`, `등`) names some of the
people: it agrees with every list that has its people in that order, and is never written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from vault_sync.core.text.regex import regex

Authors = tuple[str, ...]
"""A list of authors as it stands: its items, or one item that is a text."""


class Reading(NamedTuple):
    """One way to read a list: the names as plain texts (`First Last`), and True if it is partial.

    `form` is how a name and the list are written, for `written_like`. `guessed`: names are joined
    to people across commas, which two plain lists in another order would let be the same.
    """

    names: tuple[str, ...]
    partial: bool
    form: Form
    guessed: bool = False


class Form(NamedTuple):
    """The form of a list: the separator of a text (None: items), links, `Last, First`, last join.

    `ending` joins the last two names of a text where that differs from `separator`.
    """

    separator: str | None = None
    linked: bool = False
    inverted: bool = False
    ending: str = ""


_WIKILINK = regex(r"\[\[([^\[\]|]+)(?:\|([^\[\]]+))?\]\]")
_MARKDOWN_LINK = regex(r"\[([^\[\]]+)\]\([^()\s]*\)")
_REMARK = regex(r"\([^()]*\)|\[[^\[\]]*\]|（[^（）]*）|【[^【】]*】|\{[^{}]*\}")
_MARKS = regex(r"[*†‡§¶∗\\\d⁰¹²³⁴-⁹^$#@]+")
_REST = (
    r"(?-i:et)\.?[ ]?al\b.*|others|(?-i:more)|(?<!\.)\.{3,}|(?<!…)…+"
    r"|等(?:\s*\d+\s*[人名位])?|[등외外](?:\s*\d+\s*[인명名人])?"
)
_PARTIAL = regex(
    rf"(?:^|(?<=[\s,，、;&])|(?<=\.)(?=et)|(?<=\S)(?=等|…|\.{{3}}))(?:and\s+)?(?:{_REST})[\s,，]*$",
    re.IGNORECASE | re.DOTALL,
)
# Blanks before a sign, looked at from their first one alone: a long run would take its square.
_BEFORE = r"(?:(?<!\s)\s+)?"
_AND = regex(
    rf"(?:{_BEFORE}[,，]\s*|(?<!\s)\s+)(?:and|&)\s+|{_BEFORE}&\s*|(?<!\s)\s+und\s+", re.IGNORECASE
)
_BETWEEN = " \t\r\n\u00a0\u3000,，、;&"
_COMMA = regex(rf"{_BEFORE}[,，、]\s*")
_SEMICOLON = regex(rf"{_BEFORE}[;；]\s*")
# `Turing AM`, as in medicine.
_INITIALS = regex(r"(?<=[a-z]) ([A-Z]{2,3})$")
_WORD = regex(r"[^\W_]+")
_PARTICLES = frozenset(
    (
        *("van", "von", "der", "den", "de", "la", "le", "del", "della", "di", "da", "dos", "das"),
        *("do", "du", "el", "al", "bin", "ibn", "ter", "ten", "zu", "zur"),
    )
)


def agree(one: Authors, other: Authors) -> bool:
    """Tell whether two lists name the same people in the same order."""
    if one == other:
        return True
    return any(
        _same(a, b) for a in readings(one) for b in readings(other) if not (a.guessed and b.guessed)
    )


def is_partial(authors: Authors) -> bool:
    """Tell whether a list says that it leaves people out."""
    return any(without_rest(item)[1] for text in authors for item in _COMMA.split(text))


def same_names(one: Authors, other: Authors) -> bool:
    """Tell whether two lists differ in their form alone: list or text, `Last, First`, links."""
    if one == other:
        return True
    found = {(reading.names, reading.partial) for reading in readings(one)}
    return any((reading.names, reading.partial) in found for reading in readings(other))


def plain(authors: Authors, like: Authors = ()) -> Authors:
    """Return the names of a list as a digest writes them; of two readings the one nearer `like`."""
    if not like:
        return next(_readings(authors)).names
    return _nearest(authors, like).names


def written_like(
    authors: Authors, names: Authors, *, was: Authors = (), as_list: bool = False
) -> Authors | None:
    """Return `names` in the form of the list `authors`; None where that form cannot hold them.

    A person who stands in `authors` already stays as written there, with marks, remarks and
    initials, as does one whose name is the same in `was`, the names before, which were those of
    `authors` one by one. One person alone may be a text or a list of one: `as_list` tells.
    """
    reading = _nearest(authors, names)
    if as_list and len(reading.names) == 1:
        reading = reading._replace(form=reading.form._replace(separator=None))
    if reading.partial or is_partial(names):
        return None
    if not reading.names:
        return names
    pieces = _pieces(authors, reading)
    there = dict(zip(reading.names, pieces, strict=True))
    before = plain(was, like=names)
    stay = dict(zip(before, pieces, strict=True)) if len(before) == len(pieces) else {}
    standing = there | stay
    items = [standing.get(name) or _shaped(name, reading.form) for name in names]
    text = _joined(items, reading.form)
    exact = any(each.names == names for each in readings(text))
    return text if exact or (stay and agree(text, names)) else None


def _shaped(name: str, form: Form) -> str:
    if form.inverted:
        name = _inverted(name)
    return f"[[{name}]]" if form.linked else name


def _joined(items: Sequence[str], form: Form) -> Authors:
    if form.separator is None:
        return tuple(items)
    if form.ending and len(items) > 1:
        return (form.separator.join(items[:-1]) + form.ending + items[-1],)
    return (form.separator.join(items),)


def _pieces(authors: Authors, reading: Reading) -> tuple[str, ...]:
    """Return the text of each name as it stands in the list."""
    if reading.form.separator is None and len(authors) == len(reading.names):
        return authors
    return tuple(_shaped(name, reading.form) for name in reading.names)


def _nearest(authors: Authors, like: Authors) -> Reading:
    """Return the reading with most people of `like`; the likeliest where that is the same."""
    found = readings(authors)
    if len(found) == 1:
        return found[0]  # nearly always
    wanted = [_words(name) for reading in readings(like) for name in reading.names]
    return max(
        found,
        key=lambda reading: sum(
            any(same_person(words, each) for each in wanted) for words in _people(reading)
        ),
    )


@lru_cache(maxsize=4096)
def readings(authors: Authors) -> tuple[Reading, ...]:
    """Return every way to read a list, the likeliest first; never empty."""
    return tuple(dict.fromkeys(_readings(authors)))


def _readings(authors: Authors) -> Iterator[Reading]:
    authors = tuple([item for item in authors if item.strip()])
    if len(authors) == 1:
        yield from _of_text(authors[0])
        return
    yield _reading(authors, Form())
    if not any(_COMMA.search(item) or _SEMICOLON.search(item) for item in authors):
        if any(_AND.search(item) for item in authors):
            yield _reading([part for item in authors for part in _AND.split(item)], Form())
        if len(authors) % 2 == 0 and authors:
            yield _reading(_paired(authors), Form())._replace(guessed=True)


def _of_text(text: str) -> Iterator[Reading]:
    if _SEMICOLON.search(text):
        yield _reading(_SEMICOLON.split(text), Form("; "))
        return
    commas = len(_COMMA.findall(text))
    if _AND.search(text):
        yield from _joined_by_and(text, commas)
        return
    names = _COMMA.split(text)
    one, several = _reading([text], Form("; ")), _reading(names, Form(", "))
    one = one._replace(guessed=commas == 1)
    if commas == 1:
        # `Lovelace, Ada`: one word on each side is a person, several are two people.
        single = all(len(name.split()) == 1 for name in names)
        yield from (one, several) if single else (several, one)
        return
    yield several
    if len(names) % 2 == 0:
        yield _reading(_paired(names), Form(", "))._replace(guessed=True)


def _joined_by_and(text: str, commas: int) -> Iterator[Reading]:
    parts = _AND.split(text)
    word = next((each for each in (" & ", " und ") if each in text), " and ")
    joined = _reading(parts, Form(word))
    if not commas or len(parts) > 2:
        yield joined
    if commas:
        names = [name for part in parts for name in _COMMA.split(part)]
        ending = next(iter(_AND.finditer(text)))[0]
        yield _reading(names, Form(", ", ending=ending))
        yield joined


def _paired(names: Sequence[str]) -> list[str]:
    """Return `Last, First` of each two names: `Last, First, Last, First` without other marks."""
    return [f"{last}, {first}" for last, first in zip(names[::2], names[1::2], strict=True)]


def _reading(parts: Sequence[str], form: Form) -> Reading:
    names, partial, linked, inverted = [], False, 0, 0
    for part in parts:
        words, rest = without_rest(part)
        partial = partial or rest
        if words:
            linked += words.startswith("[[")
            bare = _unlinked(words)
            inverted += len(_COMMA.findall(bare)) == 1
            names.append(_plain_name(bare))
    whole = len(names)
    form = form._replace(linked=0 < linked == whole, inverted=bool(inverted))
    return Reading(tuple(names), partial, form)


def without_rest(part: str) -> tuple[str, bool]:
    """Return a name without a mark that people are left out, and True if there was one."""
    words = part.strip()
    found = _PARTIAL.search(words)
    return (words[: found.start()].strip(_BETWEEN), True) if found else (words, False)


def _unlinked(name: str) -> str:
    if "[" not in name:
        return name.strip()
    name = _WIKILINK.sub(lambda found: found[2] or found[1].rpartition("/")[2], name)
    return _MARKDOWN_LINK.sub(r"\1", name).strip()


def _plain_name(name: str) -> str:
    """Return `First Last`, marks and remarks still in it."""
    parts = _COMMA.split(name)
    if len(parts) == 2 and all(parts):
        return f"{parts[1]} {parts[0]}"
    return name


def _inverted(name: str) -> str:
    words = name.split()
    at = len(words) - 1
    while at > 1 and words[at - 1].lower() in _PARTICLES:
        at -= 1
    return f"{' '.join(words[at:])}, {' '.join(words[:at])}" if at > 0 else name


@lru_cache(maxsize=65536)
def _words(name: str) -> tuple[str, ...]:
    """Return the words of a name in their order: folded, without marks, remarks and accents."""
    bare = _MARKS.sub("", _REMARK.sub("", _plain_name(_unlinked(name)))) or name
    bare = _INITIALS.sub(lambda found: f" {' '.join(found[1])}", bare)
    apart = unicodedata.normalize("NFKD", bare.replace("'", "").replace("’", "")).casefold()
    letters = "".join(each for each in apart if not unicodedata.combining(each))
    return tuple(_WORD.findall(unicodedata.normalize("NFC", letters))) or (name.strip(),)


def _same(one: Reading, other: Reading) -> bool:
    a, b = _people(one), _people(other)
    if one.partial or other.partial:
        return (one.partial and _holds(b, a)) or (other.partial and _holds(a, b))
    return len(a) == len(b) and all(map(same_person, a, b))


def _people(reading: Reading) -> list[tuple[str, ...]]:
    """Return the people of a reading; a lone `:` after a team is nobody."""
    return [_words(name) for name in reading.names if name.strip(" :")]


def _holds(whole: Sequence[tuple[str, ...]], part: Sequence[tuple[str, ...]]) -> bool:
    rest = iter(whole)
    return all(any(same_person(each, person) for each in rest) for person in part)


def same_person(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether two names, as words, may be one person's."""
    if one == other or sorted(one) == sorted(other) or "".join(one) == "".join(other):
        return True
    last_first = [(*words[1:], *words[:1]) for words in (one, other)]
    ways = ((one, other), (one, last_first[1]), (last_first[0], other))
    return any(_initials_agree(*way) for way in ways)


def _initials_agree(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether family names are equal and given names agree, initials counting as names."""
    if len(one) < 2 or len(other) < 2 or one[-1] != other[-1]:
        return False
    longer, shorter = sorted((one[:-1], other[:-1]), key=len, reverse=True)
    rest = iter(longer)
    return _begins(longer[0], shorter[0]) and all(
        any(_begins(each, name) for each in rest) for name in shorter
    )


def _begins(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])


def first_agrees(one: Authors, other: Authors) -> bool:
    """Tell whether the first people of two lists may be one."""
    firsts = [
        {each[0] for reading in readings(side) if (each := _people(reading))}
        for side in (one, other)
    ]
    return any(same_person(a, b) for a in firsts[0] for b in firsts[1])
