"""File names from titles: what a note is called, and when two names are the same one.

A name must be writable on every system Obsidian runs on and must stand inside `[[...]]`, so that
every device of a vault picks the same one. The rule is the author's of the sample digest; what a
file system refuses is from Obsidian's own check (docs/format.md). Some
names no file on Windows can have, whichever system they were given on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import lru_cache, partial
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from vault_sync.core.model.values import Key
from vault_sync.core.naming.keys import KINDS, id_of_key
from vault_sync.core.text.folding import casefold_nfc
from vault_sync.core.text.regex import regex

LIMIT = 200
"""Bytes of UTF-8 that a file name may have, with its `.md`. (A file system takes 255, but a
decomposed Hangul syllable needs up to three times its bytes, and sync services add suffixes.)"""

_STEM_LIMIT = LIMIT - len(".md")

_STOPS = regex(r'[:?/\\<>"*|]')
_LINK_ENDS = r"#\[\]|"
# A pair of percent signs begins a comment, and would hide the rest of the digest.
_COMMENT = regex("%{2,}")

UNLINKABLE = regex(rf"[{_LINK_ENDS}\r\n]|%%")
"""The characters that end a wikilink's target early, or open a comment.

Obsidian's help ("Internal links") names `^` too; but a link is parted at its first `#` alone, and
one to `E=mc^2` arrives. So a file that is called so is linked to; only new names go without `^`.
"""
_AVOIDED = regex(rf"[{_LINK_ENDS}^]")
_REFUSED = regex(f"{_STOPS.pattern}|{_AVOIDED.pattern}")
# Letters and marks that show nothing, which Unicode does not call format characters.
_FILLERS = regex("[\u034f\u115f\u1160\u3164\uffa0]")
# Controls, format characters (bidi, zero width), halves of a pair that no UTF-8 can hold.
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
# What looks like a dot to a system that normalises compatibility characters is one at the front.
_FRONT = " .\u2024\u2025\u2026\ufe52\uff0e"
_BACK = " ."

_FIELD = regex(r"\{(\w+)(?::([^{}]*))?\}")
_TITLES = ("short_title", "title")
_IDS = tuple(kind.name for kind in KINDS if kind.is_short)
_FIELDS = ("published", *_TITLES, *_IDS, "key")
# Month and day names are left out: they differ from machine to machine.
_DAY_CODES = {
    "Y": lambda day: f"{day.year:04}",
    "y": lambda day: f"{day.year % 100:02}",
    "m": lambda day: f"{day.month:02}",
    "d": lambda day: f"{day.day:02}",
    "j": lambda day: f"{day.timetuple().tm_yday:03}",
    "G": lambda day: f"{day.isocalendar().year:04}",
    "V": lambda day: f"{day.isocalendar().week:02}",
}
_CODE = regex(r"%(.?)", re.DOTALL)
_BETWEEN = r"[\s_,–—-]*"


def fold(name: str) -> str:
    """Return the form in which two spellings of one name are equal to a link.

    Obsidian compares names without regard to case and after NFC, with every no-break space a
    plain one; file systems that ignore case agree closely enough to never let a twin through.
    """
    if name.isascii():
        return name.lower()
    plain = name.replace("\u00a0", " ").replace("\u202f", " ")
    return casefold_nfc(plain)


def bare_name(path: str) -> str:
    """Return the folded name without `.md`, by which a link finds a file."""
    return fold(path.rpartition("/")[2]).removesuffix(".md")


def short_title(title: str) -> str:
    """Return the title up to the first character that a file name cannot hold; "" if empty.

    Where nothing stands before that character, the whole title without such characters.
    """
    title = unicodedata.normalize("NFC", title)
    return _cleaned(_STOPS.split(title)[0]) or _cleaned(title)


def note_name(pattern: str, *, title: str, url: str, key: Key, published: str) -> str:
    """Return the file name of a new note, without `.md`.

    `published` is an ISO 8601 day; "" and anything that is no day leave the date out, with what
    ties it to its neighbour. A title with nothing left gives way to the last path segment of
    `url`, and that to the key. Too long a name is cut within its titles.
    """
    instead = partial(_instead, url, key)
    values = {
        "short_title": lambda: short_title(title) or instead(),
        "title": lambda: _cleaned(unicodedata.normalize("NFC", title)) or instead(),
        **{name: lambda: label(key) for name in _IDS},
        "key": lambda: label(key),
    }
    day = day_of(published)
    pattern = _without_absent(pattern, {"published": day, **_has_id(key)})

    def filled(cut: Callable[[str], str]) -> str:
        def one(field: re.Match[str]) -> str:
            if field[1] == "published":
                return _dated(field[2] or "%Y-%m-%d", day)
            value = values[field[1]]() if field[1] in values else ""
            return cut(value) if field[1] in _TITLES else value

        return _cleaned(_FIELD.sub(one, pattern))

    name = filled(str)
    titles = sum(field[1] in _TITLES for field in _FIELD.finditer(pattern))
    if titles and len(name.encode()) > _STEM_LIMIT:
        fixed = len(filled(lambda _: "x").encode()) - titles
        room = (_STEM_LIMIT - fixed) // titles
        name = filled(lambda value: clip(value, room))
    return _writable(name or instead(), _STEM_LIMIT)


def _has_id(key: Key) -> dict[str, bool]:
    """Return for each id that a pattern may name True if the paper has it."""
    return {name: key.startswith(f"{name}:") for name in _IDS}


def _instead(url: str, key: Key) -> str:
    """Return the name of a paper whose title leaves nothing."""
    return _cleaned(_last_segment(url)) or _cleaned(id_of_key(key)) or label(key)


def with_id(stem: str, key: Key) -> str:
    """Return `stem (2308.07124)`: the name where the plain one is taken.

    An id and not a counter, so that every machine picks the same; a name too long loses its own
    end, never the id's.
    """
    tail = f" ({label(key)})"
    return _writable(stem, _STEM_LIMIT - len(tail)) + tail


def label(key: Key) -> str:
    """Return a key as part of a file name: a short id as it is, another shortened, with a hash.

    The hash tells apart what the short spelling no longer does (long keys, ids that differ in
    case alone).
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", id_of_key(key)).strip("-._")
    if key.partition(":")[0] in _IDS and len(plain) <= 32:
        return plain
    digest = sha256(key.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{plain[:32].strip('-._')}-{digest}".lstrip("-")


def folder(pattern: str, published: str) -> str:
    """Return the folder for a new note, from the vault's root; "" is the root.

    Without a day the segments that hold one are left out. No segment begins with a dot or is
    reserved, whatever the pattern says.
    """
    # A folder without a day is the same for every note.
    return _folder(pattern, day_of(published) if "{" in pattern else None)


@lru_cache(maxsize=1024)
def _folder(pattern: str, day: date | None) -> str:
    segments = []
    for segment in re.split(r"[/\\]", pattern):
        dated = _FIELD.search(segment)
        if dated and day is None:
            continue
        text = _FIELD.sub(lambda field: _dated(field[2] or "%Y-%m-%d", day), segment)
        if clean := _cleaned(unicodedata.normalize("NFC", text)):
            segments.append(_writable(clean, _STEM_LIMIT))
    return "/".join(segments)


def pattern_error(pattern: str) -> str | None:
    """Return the fault of a configured pattern of names; None if there is none."""
    fields = list(_FIELD.finditer(pattern))
    wrong = _field_error(pattern, _FIELDS)
    if wrong:
        return wrong
    if not any(field[1] != "published" for field in fields):
        *others, last = (f"{{{name}}}" for name in _FIELDS if name != "published")
        return f"has none of {', '.join(others)} and {last}: every note would be named alike"
    literal = _FIELD.sub("", pattern) + "".join(field[2] or "" for field in fields)
    for kind, found in (
        ("a file name cannot hold", _STOPS.search(literal)),
        ("breaks a link", _AVOIDED.search(literal)),
    ):
        if found:
            hint = ' (folders belong in "folder")' if found[0] == "/" else ""
            return f"{found[0]!r} {kind}{hint}"
    return None


def folder_error(pattern: str) -> str | None:
    """Return the fault of a configured folder; None if there is none."""
    wrong = _field_error(pattern, ("published",))
    if wrong:
        return wrong
    for segment in pattern.strip("/").split("/") if pattern.strip("/") else []:
        literal = _FIELD.sub(lambda field: field[2] or "0", segment)
        if found := _STOPS.search(literal):
            return f"{found[0]!r} cannot be in a folder's name"
        if found := _AVOIDED.search(literal):
            return f"{found[0]!r} breaks a link"
        if literal.startswith("."):
            return "a folder that begins with a dot is hidden from Obsidian"
        if not literal.strip(" .") or literal != literal.strip() or literal.endswith("."):
            return f"{segment!r} is no folder name on every system"
        if RESERVED.match(literal):
            return f"{segment!r} is reserved on Windows"
    return None


def clip(text: str, limit: int) -> str:
    """Return the longest beginning of at most `limit` bytes of UTF-8, cut between graphemes.

    A single grapheme longer than that (letters with dozens of marks) is cut between characters.
    """
    raw = text.encode(errors="replace")
    if len(raw) <= limit:
        return text
    fits = len(raw[: max(limit, 0)].decode(errors="ignore"))
    cut = fits
    while cut > 0 and _joined(text, cut):
        cut -= 1
    return text[: cut or fits]


def _joined(text: str, at: int) -> bool:
    """Return True if one grapheme holds both characters around `at` (UAX 29, main rules)."""
    before, after = text[at - 1], text[at]
    if "\u200d" in (before, after) or unicodedata.category(after).startswith("M"):
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True
    if after in "\u200c\u0e33\u0eb3\uff9e\uff9f" or (before == "\r" and after == "\n"):
        return True
    if _regional(after):
        flags = 0
        while flags < at and _regional(text[at - 1 - flags]):
            flags += 1
        return flags % 2 == 1
    # A virama binds the consonant after it.
    if unicodedata.combining(before) == 9 and unicodedata.category(after) == "Lo":
        return True
    return _jamo_joined(before, after)


def _regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _jamo_joined(before: str, after: str) -> bool:
    kinds = _jamo(before), _jamo(after)
    return kinds in {
        *(("L", kind) for kind in ("L", "V", "S", "ST")),
        *((kind, "V") for kind in ("V", "S")),
        *((kind, "T") for kind in ("V", "T", "S", "ST")),
    }


def _jamo(character: str) -> str:
    """Return L, V, T for a leading, vowel, trailing jamo; S for a syllable, ST for one with a T."""
    if "\u1100" <= character <= "\u115f" or "\ua960" <= character <= "\ua97c":
        return "L"
    if "\u1160" <= character <= "\u11a7" or "\ud7b0" <= character <= "\ud7c6":
        return "V"
    if "\u11a8" <= character <= "\u11ff" or "\ud7cb" <= character <= "\ud7fb":
        return "T"
    if "\uac00" <= character <= "\ud7a3":
        return "S" if (ord(character) - 0xAC00) % 28 == 0 else "ST"
    return ""


def _cleaned(text: str) -> str:
    """Return `text` without what a file name or wikilink cannot hold, blanks and dots trimmed."""
    text = _REFUSED.sub("", " ".join(text.split()))
    if not text.isascii():
        text = _FILLERS.sub("", text)
    if not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) not in _UNSEEN)
    text = unicodedata.normalize("NFC", _COMMENT.sub("%", text))
    return " ".join(text.split()).lstrip(_FRONT).rstrip(_BACK)


def _writable(name: str, limit: int) -> str:
    """Return `name` within `limit` bytes, and no name that Windows keeps for a device."""
    if RESERVED.match(name):
        name = f"_{name}"
    return clip(name, limit).rstrip(_BACK)


def _last_segment(url: str) -> str:
    try:
        path = urlsplit(url.strip()).path
    except ValueError:  # brackets that are no IPv6 host
        path = url.partition("://")[2].partition("/")[2]
    return unquote(path.rstrip("/").rpartition("/")[2])


def day_of(published: str) -> date | None:
    """Return the day that a date of publication is, ISO 8601; None for "", a year, or no date."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", published[:10]):
        return None
    try:
        return date.fromisoformat(published[:10])
    except ValueError:  # 2023-02-30
        return None


def _dated(spec: str, day: date | None) -> str:
    if day is None:
        return ""
    return _CODE.sub(lambda code: _DAY_CODES[code[1]](day) if code[1] in _DAY_CODES else "", spec)


def _without_absent(pattern: str, values: dict[str, object]) -> str:
    """Return the pattern without its empty fields, their brackets and what joins them."""
    for name, value in values.items():
        if not value:
            field = rf"\(?\{{{name}(?::[^{{}}]*)?\}}\)?"
            pattern = re.sub(rf"{_BETWEEN}{field}{_BETWEEN}$", "", pattern)
            pattern = re.sub(rf"{field}{_BETWEEN}", "", pattern)
    return pattern


def _field_error(pattern: str, allowed: tuple[str, ...]) -> str | None:
    for field in _FIELD.finditer(pattern):
        name, spec = field[1], field[2]
        if name not in allowed:
            legal = ", ".join(f"{{{one}}}" for one in allowed)
            return f"{{{name}}} is no field; there are {legal}"
        if spec is not None and name != "published":
            return f"{{{name}}} takes nothing after a colon"
        for code in _CODE.finditer(spec or ""):
            if code[1] not in _DAY_CODES:
                legal = " ".join(f"%{one}" for one in _DAY_CODES)
                return f"%{code[1]} is no part of a day here; there are {legal}"
    if found := re.search(r"[{}]", _FIELD.sub("", pattern)):
        return f"a {found[0]!r} stands alone"
    return None


RESERVED = regex(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$) *(?:\.|$)",
    re.IGNORECASE,
)
"""Begins the names of devices, which are none of files, with any ending."""


_NOT_ON_WINDOWS = regex(r'[<>:"/\\|?*\x00-\x1f]')


_LONGEST = 255


def unfit_for_windows(name: str) -> str | None:
    """Return why a file or folder of this name cannot be on Windows; None if it can.

    Source: learn.microsoft.com, "Naming Files, Paths, and Namespaces". A name counts in units of
    UTF-16.
    """
    if found := _NOT_ON_WINDOWS.search(name):
        return f"Windows has no names with {found[0]!r}"
    if name.endswith((".", " ")):
        return "Windows has no names that end in a dot or a blank"
    if RESERVED.match(name):
        return "on Windows it is the name of a device"
    if len(name.encode("utf-16-le", "surrogatepass")) > 2 * _LONGEST:
        return f"its name is too long for Windows, which takes {_LONGEST} characters"
    return None
