r"""Facts out of a file: arXiv's own bulk metadata, one JSON object a line, read as a stream.

The form is that of the set that arXiv publishes (`arxiv-metadata-oai-snapshot.json`): `id`,
`title`, `authors`, `authors_parsed`, `comments`, `journal-ref`, `doi`, `categories`, `abstract`,
`versions` with `created`, `update_date`. The whole set is several gigabytes, so a line is parsed
only if it can hold a wanted id; the rest costs one look at its first bytes.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
import zlib
from collections.abc import Collection, Iterator
from datetime import UTC, date
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import IO, Any, NamedTuple, cast
from unicodedata import normalize

from vault_sync.core.model.values import Facts, Problem
from vault_sync.core.sources.answers import objects, tidy
from vault_sync.core.sources.atom import paper_id
from vault_sync.edge.fs.reading import MOST_SNAPSHOT
from vault_sync.edge.fs.vault_dir import stream

_LONGEST = 4_000_000  # bytes of a line; the longest real ones, with 3,000 authors, have 200,000
_FIRST = re.compile(rb'\s*\{\s*"id"\s*:\s*"([^"]*)"')
_ANY = re.compile(rb'"id"\s*:\s*"([^"]*)"')


class Found(NamedTuple):
    """The facts of the ids that the file has, and what was wrong with the file (notices).

    `whole` is false when the reading ended early: what is not there may be there after all.
    """

    facts: dict[str, Facts]
    problems: tuple[Problem, ...] = ()
    whole: bool = True


def facts(
    path: Path,
    ids: Collection[str],
    stop: threading.Event | None = None,
    vault: Path | None = None,
) -> Found:
    """Return the facts of `ids` that the file at `path` has, by the id as it is asked for.

    Every spelling of an id is understood (`atom.paper_id`); the first line of a paper counts. A
    name that ends in `.gz` is read through gzip. A line that is broken is skipped and counted; a
    file that is missing or cannot be read to its end is a notice, and what was found so far holds.
    `stop` ends the reading early, with what was found until then. In the folder `vault` no link is
    followed.
    """
    spellings: dict[bytes, list[str]] = {}
    for one in ids:
        if spelled := paper_id(one):
            spellings.setdefault(spelled.encode(), []).append(one)
    found: dict[str, Facts] = {}
    if not spellings:
        return Found(found)
    broken: list[int] = []
    try:
        with _opened(path, vault) as lines:
            for paper, record in _records(lines, set(spellings), broken, stop):
                found |= dict.fromkeys(spellings[paper], _facts(record))
    except (OSError, EOFError, zlib.error) as error:
        return Found(found, (_unreadable(path, error),), whole=False)
    whole = stop is None or not stop.is_set()
    return Found(found, (_broken(path, broken),) if broken else (), whole)


def _opened(path: Path, vault: Path | None) -> IO[bytes]:
    file = stream(vault, path, MOST_SNAPSHOT)
    if path.suffix == ".gz":
        packed = gzip.GzipFile(fileobj=file)
        packed.myfileobj = cast("Any", file)  # it closes the file with itself
        return cast("IO[bytes]", packed)
    return file


def _records(
    stream: IO[bytes], wanted: set[bytes], broken: list[int], stop: threading.Event | None
) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Yield each wanted paper once, with its record. Found ids are taken out of `wanted`.

    Numbers of lines that cannot be read are put on `broken`.
    """
    for number, line in _lines(stream, broken):
        if stop is not None and stop.is_set():
            return
        if not _may_hold(line, wanted):
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            broken.append(number)
            continue
        paper = _id_of(record)
        if paper in wanted:
            yield paper, record
            wanted.discard(paper)
            if not wanted:
                return


def _lines(stream: IO[bytes], broken: list[int]) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(_LONGEST):
        number += 1
        if len(line) == _LONGEST and not line.endswith(b"\n"):
            broken.append(number)
            while (rest := stream.readline(_LONGEST)) and not rest.endswith(b"\n"):
                pass
            continue
        yield number, line


def _may_hold(line: bytes, wanted: set[bytes]) -> bool:
    first = _FIRST.match(line)
    if first is not None:
        return _is_wanted(first[1], wanted)
    return any(_is_wanted(other[1], wanted) for other in _ANY.finditer(line))


def _is_wanted(one: bytes, wanted: set[bytes]) -> bool:
    if one in wanted:
        return True
    # An id with neither a class nor a version has one spelling: 9 of 10 lines end here.
    if b"/" not in one and b"v" not in one:
        return False
    return paper_id(one.replace(b"\\/", b"/").decode("ascii", "replace")).encode() in wanted


def _id_of(record: object) -> bytes:
    one = record.get("id") if isinstance(record, dict) else None
    return paper_id(one).encode() if isinstance(one, str) else b""


def _facts(record: dict[str, Any]) -> Facts:
    days = [_day(version.get("created")) for version in objects(record.get("versions"))]
    # Without the day of the last change the file does not say that no version followed.
    updated = days[-1] if days and _str(record.get("update_date")) else ""
    return tidy(
        Facts(
            published=days[0] if days else "",
            updated=updated,
            title=accents(_str(record.get("title"))),
            authors=tuple(accents(author) for author in _authors(record)),
            categories=tuple(_str(record.get("categories")).split()),
            doi=_str(record.get("doi")),
            journal=accents(_str(record.get("journal-ref"))),
            comment=_str(record.get("comments")),
            abstract=_str(record.get("abstract")),
        )
    )


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# As all of arXiv's are. The general reading of a date in a mail takes 15 times as long.
_CREATED = re.compile(
    rf"[A-Z][a-z][a-z], (\d\d?) ({'|'.join(_MONTHS)}) ([12]\d\d\d)"
    r" (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d (?:GMT|\+0000)",
    re.ASCII,
)


def _day(created: object) -> str:
    try:
        if usual := _CREATED.fullmatch(_str(created)):
            return date(int(usual[3]), _MONTHS.index(usual[2]) + 1, int(usual[1])).isoformat()
        return parsedate_to_datetime(_str(created)).astimezone(UTC).date().isoformat()
    except (ValueError, OverflowError):
        return ""


def _authors(record: dict[str, Any]) -> list[str]:
    """Read `authors_parsed` ([["von Werra", "Leandro", "", ...], ...]), else `authors`."""
    parsed = record.get("authors_parsed")
    if isinstance(parsed, list) and parsed:
        rows = [[_str(part) for part in row] for row in parsed if isinstance(row, list)]
        return [" ".join(filter(None, (*row[1:2], *row[:1], *row[2:3]))) for row in rows]
    line = re.sub(r"\([^()]*\)", " ", _str(record.get("authors")))
    return [author for author in re.split(r",\s*(?:and\s)?|\sand\s", line) if author.strip()]


def _str(value: object) -> str:
    return value if isinstance(value, str) else ""


_ACCENT = re.compile(
    r"""\\(?:
        ['`^"~=.]\s*(?:\{\s*\\?[A-Za-z]\s*\}|\\[ij]\b|[A-Za-z])
      | [uvHcrkbd](?:\{\s*[A-Za-z]\s*\}|\s+[A-Za-z])
      | (?:ss|ae|AE|oe|OE|aa|AA|[oOlLij])(?![A-Za-z])(?:\{\}|\s)?
    )""",
    re.VERBOSE,
)
_IN_BRACES = re.compile(r"\{([^\W\d_a-zA-Z])\}")


def accents(text: str) -> str:
    r"""Return text in which TeX's accents are letters: `Fran\c{c}ois`, `G{\"o}del`, `\L ukasz`.

    The bulk file has names as they were typed, the API has letters. What stands between dollar
    signs is mathematics and stays.
    """
    if "\\" not in text:
        return text
    parts = text.split("$")
    parts[::2] = [
        _IN_BRACES.sub(r"\1", _ACCENT.sub(lambda tex: _letter(tex[0]), part)) for part in parts[::2]
    ]
    return "$".join(parts)


@cache
def _letter(tex: str) -> str:
    from pylatexenc.latex2text import LatexNodes2Text  # type: ignore[import-untyped]

    return normalize("NFC", LatexNodes2Text().latex_to_text(tex))


def _unreadable(path: Path, error: Exception) -> Problem:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return Problem(
        path=str(path),
        code="facts-snapshot",
        message=f"the file of arXiv facts cannot be read to its end: {reason}",
        hint="see `snapshot` under [arxiv] in vault-sync.toml",
        level="notice",
    )


def _broken(path: Path, numbers: list[int]) -> Problem:
    return Problem(
        path=str(path),
        code="facts-snapshot",
        message=f"{len(numbers)} line(s) of the file of arXiv facts cannot be read",
        hint="each line is to be one JSON object; the others were used",
        line=numbers[0],
        level="notice",
    )
