"""The legal keys of `vault-sync.toml`, and what the value of each must be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vault_sync.core.digest.styles import style
from vault_sync.core.naming import globs, note_names, week_names
from vault_sync.core.naming.week_names import RULES
from vault_sync.core.note.property_table import PROPERTY_RANKS, READERS, fact_names
from vault_sync.core.text.module_door import door

if TYPE_CHECKING:
    from vault_sync.core.citation import citekeys
else:  # few configurations have this key
    citekeys = door("vault_sync.core.citation.citekeys")

_Check = Callable[[Any], str | None]
"""Returns what is wrong with a key's value, in words: what it must be."""


def _typed(kind: str, *types: type) -> _Check:
    def check(value: Any) -> str | None:
        if isinstance(value, bool) and bool not in types:
            return kind
        return None if isinstance(value, types) else kind

    return check


def _number(kind: str, low: float, high: float) -> _Check:
    def check(value: Any) -> str | None:
        good = isinstance(value, int | float) and not isinstance(value, bool)
        return None if good and low <= value <= high else kind

    return check


def _texts(kind: str, check_each: Callable[[str], str | None] = lambda _: None) -> _Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            return kind
        return next((wrong for each in value if (wrong := check_each(each))), None)

    return check


def _checked(kind: str, wrong: Callable[[str], str | None]) -> _Check:
    return lambda value: wrong(value) if isinstance(value, str) else kind


def _choice(*legal: str, absent: str = "") -> _Check:
    kind = f"must be one of {', '.join(legal)}"
    return _checked(kind, lambda value: None if value in {*legal, absent} else kind)


def _outside(path: str) -> str | None:
    parts = Path(path).parts
    if Path(path).is_absolute() or any(part.startswith(".") for part in parts):
        return f"'{path}' is not a path inside the vault, or lies in a dot folder"
    return None


def _glob(glob: str) -> str | None:
    return (
        _outside(glob) or globs.mistake(glob)
        if glob.endswith(".md")
        else f"must be globs that end in .md: '{glob}' does not"
    )


def _fact(name: str) -> str | None:
    legal = fact_names()
    return None if name in legal else f"there is no fact '{name}': legal are {', '.join(legal)}"


def _folder(pattern: str) -> str | None:
    return note_names.folder_error(pattern) or _outside(pattern.partition("{")[0])


def _note(path: str) -> str | None:
    return _outside(path) if path.endswith(".md") else "must be a path that ends in .md"


def _template(path: str) -> str | None:
    return _note(path) if path else None


def _bib(path: str) -> str | None:
    if path and not path.endswith(".bib"):
        return "must be a path that ends in .bib"
    return _outside(path)


def _week(form: str) -> str | None:
    return week_names.form_error(form) if form else None


def _citekey(form: str) -> str | None:
    return citekeys.form_error(form)


def _address(url: str) -> str | None:
    return None if re.match(r"https?://[^/]", url) else "must be an http or https address"


LEGAL: Mapping[str, Mapping[str, _Check]] = {
    "digests": {
        "paths": _texts("must be a list of globs", _glob),
        "styles": style.mistake,
        "week": _checked("must be a form for names of weeks", _week),
        "month_week": _choice(*RULES),
    },
    "notes": {
        "folder": _checked("must be a folder inside the vault", _folder),
        "name": _checked("must be a pattern for names", note_names.pattern_error),
        "private_tags": _texts("must be a list of tags, `*` allowed"),
        "template": _checked("must be a path inside the vault", _template),
        "identity": _texts("must be a list of property names"),
        "section": _choice("after-title", "top", "end", absent="top"),
    },
    # Names are checked together (`name_mistakes`).
    "properties": dict.fromkeys((*PROPERTY_RANKS, *READERS), lambda _: None),
    "links": {"mentions": _typed("must be true or false", bool)},
    "arxiv": {
        "enabled": _typed("must be true or false", bool),
        "snapshot": _typed("must be a path", str),
        "url": _checked("must be an address", _address),
        "contact": _typed("must be a mail address", str),
        "facts": _texts("must be a list of facts", _fact),
    },
    "sources": dict.fromkeys(
        ("crossref", "openreview", "acl"), _texts("must be a list of addresses", _address)
    ),
    "citekey": {"form": _checked("must be a form of citekeys", _citekey)},
    "bib": {
        "read": _typed("must be a path", str),
        "write": _checked("must be a path inside the vault", _bib),
    },
    "pdf": {"folder": _checked("must be a folder inside the vault", _outside)},
    "removals": {
        "entries": _number("must be a number of entries", 0, 1_000_000),
        "share": _number("must be a share between 0 and 1", 0, 1),
    },
    "watch": {
        "settle": _number("must be seconds, 0.05 to 60", 0.05, 60),
        "quiet": _number("must be seconds, 0 to 600", 0, 600),
        "sweep": _number("must be seconds, 1 to 86400", 1, 86_400),
        "notify": _typed("must be true or false", bool),
    },
    "copies": {"merge": _typed("must be true or false", bool)},
    "saved": {"days": _number("must be days, 0 (for ever) to 36500", 0, 36_500)},
    "conflicts": {"note": _checked("must be a path inside the vault", _note)},
}
