"""`vault-sync.toml`: found, read and checked; every key has a default, unknown keys are errors."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from vault_sync.core.citation import citekeys
from vault_sync.core.digest import style_choice
from vault_sync.core.model.values import Rules
from vault_sync.core.naming import note_names, week_names
from vault_sync.core.naming.month_weeks import RULES, MonthWeekRule
from vault_sync.core.note.facts import fact_names
from vault_sync.core.report import conflicts_page
from vault_sync.core.text.spans import line_number

FILE = "vault-sync.toml"


class ConfigError(Exception):
    """The configuration cannot be used. Each line of the text is `path:line: what: what to do`."""


@dataclass(frozen=True, slots=True)
class ArxivConfig:
    """`[arxiv]`. `snapshot` is a path, from the vault's root unless absolute."""

    enabled: bool = True
    snapshot: str = ""
    url: str = "https://export.arxiv.org/api/query"
    contact: str = ""


@dataclass(frozen=True, slots=True)
class SourcesConfig:
    """`[sources]`: the addresses of archives beside arXiv, tried in turn; without any, not asked.

    OpenReview has the papers until 2023 at its older address alone.
    """

    crossref: tuple[str, ...] = ("https://api.crossref.org",)
    openreview: tuple[str, ...] = ("https://api2.openreview.net", "https://api.openreview.net")
    acl: tuple[str, ...] = ("https://aclanthology.org",)

    @property
    def sites(self) -> Mapping[str, tuple[str, ...]]:
        """The addresses by the kind of key."""
        found = {"doi": self.crossref, "openreview": self.openreview, "acl": self.acl}
        return {kind: tuple(url.rstrip("/") for url in urls) for kind, urls in found.items()}


@dataclass(frozen=True, slots=True)
class WatchConfig:
    """`[watch]`, in seconds; `notify`: a new conflict is shown on the desktop."""

    settle: float = 1.0
    quiet: float = 10.0
    sweep: float = 300.0
    notify: bool = False


@dataclass(frozen=True, slots=True)
class BibConfig:
    """`[bib]`: the reader's own library, and the file that is kept up to date; "" is none."""

    read: str = ""
    write: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that these files need, beside those of `[arxiv] facts`."""
        return ("citekey", "doi", "journal") if self.read else ("citekey",) if self.write else ()


@dataclass(frozen=True, slots=True)
class WeekConfig:
    """`[digests] week` and `month_week`; what is "" is inferred from the digests."""

    week: str = ""
    month_week: MonthWeekRule | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class Config:
    """A vault's configuration. `path` is None where there is no file and all is default."""

    root: Path
    path: Path | None = None
    rules: Rules = field(default_factory=Rules)
    arxiv: ArxivConfig = field(default_factory=ArxivConfig)
    sources: SourcesConfig = field(default_factory=SourcesConfig)
    watch: WatchConfig = field(default_factory=WatchConfig)
    weeks: WeekConfig = field(default_factory=WeekConfig)
    bib: BibConfig = field(default_factory=BibConfig)
    pdf_folder: str = "pdfs"
    """The folder into which the verb `pdf` fetches; "" is the root."""
    saved_days: float = 90
    """The days after which replaced texts are dropped; 0: never."""


def find_root(start: Path) -> Path:
    """Find the vault around `start`: upwards, first by `vault-sync.toml`, then by `.obsidian`.

    Raises:
        ConfigError: there is neither.
    """
    if not start.is_dir():
        raise ConfigError(f"{start}: there is no such folder: give the vault's with --vault DIR")
    start = start.resolve()
    for mark in (FILE, ".obsidian"):
        for folder in (start, *start.parents):
            if (folder / mark).exists():
                return folder
    raise ConfigError(
        f"{start}: neither {FILE} nor .obsidian is here or in a folder above: "
        "run `vault-sync init` in the vault, or give its folder with --vault DIR"
    )


def load(root: Path) -> Config:
    """Return the configuration of the vault at `root`.

    Raises:
        ConfigError: it cannot be read, is not TOML, or holds a key or value that is not legal.
    """
    path = root / FILE
    if not os.path.lexists(path):
        return Config(root)
    if not path.is_file():
        raise ConfigError(f"{path}: is not a file: put a file of that name there, or remove it")
    try:
        text = path.read_bytes().decode("utf-8-sig")
        config = parse(text, root, path)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not valid UTF-8 ({error.reason}): save it as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    _check_conflicts_note(config, text)
    return config


def _check_conflicts_note(config: Config, text: str) -> None:
    """Refuse a `[conflicts] note` that names a file of the reader's.

    Raises:
        ConfigError: a file is there in which no box of ours stands.
    """
    if config.rules.conflicts_note == Rules().conflicts_note:
        return
    file = config.root / config.rules.conflicts_note
    try:
        ours = not file.exists() or conflicts_page.has_box(file.read_text("utf-8", "replace"))
    except OSError:
        ours = False
    if not ours:
        raise ConfigError(
            f"{config.path}:{_line(text, 'note')}: 'note' in [conflicts]: "
            f"'{config.rules.conflicts_note}' is a file that vault-sync did not write: "
            "name a file that is not there yet"
        )


class _Key(NamedTuple):
    """One legal key: what its value must be, in words, and the check."""

    kind: str
    check: Callable[[Any], str | None]


def _typed(kind: str, *types: type) -> _Key:
    def check(value: Any) -> str | None:
        if isinstance(value, bool) and bool not in types:
            return kind
        return None if isinstance(value, types) else kind

    return _Key(kind, check)


def _number(kind: str, low: float, high: float) -> _Key:
    def check(value: Any) -> str | None:
        good = isinstance(value, int | float) and not isinstance(value, bool)
        return None if good and low <= value <= high else kind

    return _Key(kind, check)


def _texts(kind: str, check_each: Callable[[str], str | None] = lambda _: None) -> _Key:
    def check(value: Any) -> str | None:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            return kind
        return next((wrong for each in value if (wrong := check_each(each))), None)

    return _Key(kind, check)


def _checked(kind: str, wrong: Callable[[str], str | None]) -> _Key:
    return _Key(kind, lambda value: wrong(value) if isinstance(value, str) else kind)


def _choice(*legal: str, absent: str = "") -> _Key:
    kind = f"must be one of {', '.join(legal)}"
    return _checked(kind, lambda value: None if value in {*legal, absent} else kind)


def _outside(path: str) -> str | None:
    parts = Path(path).parts
    if Path(path).is_absolute() or any(part.startswith(".") for part in parts):
        return f"'{path}' is not a path inside the vault, or lies in a dot folder"
    return None


def _glob(glob: str) -> str | None:
    return (
        _outside(glob)
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


def _bib(path: str) -> str | None:
    if path and not path.endswith(".bib"):
        return "must be a path that ends in .bib"
    return _outside(path)


def _week(form: str) -> str | None:
    return week_names.form_error(form) if form else None


def _address(url: str) -> str | None:
    return None if re.match(r"https?://[^/]", url) else "must be an http or https address"


LEGAL: Mapping[str, Mapping[str, _Key]] = {
    "digests": {
        "paths": _texts("must be a list of globs", _glob),
        "styles": _Key("must be a list of styles", style_choice.mistake),
        "week": _checked("must be a form for names of weeks", _week),
        "month_week": _choice(*RULES),
    },
    "notes": {
        "folder": _checked("must be a folder inside the vault", _folder),
        "name": _checked("must be a pattern for names", note_names.pattern_error),
        "private_tags": _texts("must be a list of tags, `*` allowed"),
        "identity": _texts("must be a list of property names"),
        "section": _choice("after-title", "top", "end", absent="top"),
    },
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
    "citekey": {"form": _checked("must be a form of citekeys", citekeys.form_error)},
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


def parse(text: str, root: Path, path: Path) -> Config:
    """Return a configuration from its text.

    Raises:
        ConfigError: as `load`.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: not valid TOML: its brackets are nested too deep") from error
    wrong = list(_mistakes(path, text, tables))
    if wrong:
        raise ConfigError("\n".join(wrong))
    return _built(tables, root, path)


def _mistakes(path: Path, text: str, tables: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each table, key and value that is not legal."""
    for table, values in tables.items():
        if table not in LEGAL:
            yield _unknown(path, text, table, f"[{table}]", LEGAL, "table")
        elif not isinstance(values, dict):
            yield f"{path}:{_line(text, table)}: '{table}' must be a table: write [{table}]"
        else:
            for key, value in values.items():
                yield from _mistake(path, text, (table, key), value)


def _mistake(path: Path, text: str, name: tuple[str, str], value: Any) -> Iterator[str]:
    table, key = name
    legal = LEGAL[table]
    if key not in legal:
        yield _unknown(path, text, key, f"'{key}' in [{table}]", legal, "key")
    elif (wrong := legal[key].check(value)) is not None:
        yield f"{path}:{_line(text, key)}: '{key}' in [{table}]: {wrong}"


def _built(tables: Mapping[str, Mapping[str, Any]], root: Path, path: Path) -> Config:
    digests, notes = dict(tables.get("digests", {})), tables.get("notes", {})
    arxiv = dict(tables.get("arxiv", {}))
    styles = digests.pop("styles", None)
    bib = BibConfig(**tables.get("bib", {}))
    removals = tables.get("removals", {})
    chosen: dict[str, Any] = {
        "digest_paths": digests.pop("paths", None),
        "digest_styles": style_choice.rows(styles) if styles is not None else None,
        "folder": notes.get("folder"),
        "name": notes.get("name"),
        "private_tags": notes.get("private_tags"),
        "identity": notes.get("identity"),
        "section": notes.get("section"),
        "mentions": tables.get("links", {}).get("mentions"),
        "facts": _facts(arxiv.pop("facts", list(Rules().facts)), bib),
        "citekey_form": tables.get("citekey", {}).get("form"),
        "removals_entries": removals.get("entries"),
        "removals_share": removals.get("share"),
        "conflicts_note": tables.get("conflicts", {}).get("note"),
        "merge_copies": tables.get("copies", {}).get("merge"),
    }
    rules: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in chosen.items()
        if value is not None
    }
    return Config(
        root,
        path,
        Rules(**rules),
        ArxivConfig(**arxiv),
        SourcesConfig(**{name: tuple(urls) for name, urls in tables.get("sources", {}).items()}),
        WatchConfig(**tables.get("watch", {})),
        WeekConfig(**digests),
        bib,
        **{f"pdf_{key}": value for key, value in tables.get("pdf", {}).items()},
        **{f"saved_{key}": value for key, value in tables.get("saved", {}).items()},
    )


def _facts(wanted: list[str], bib: BibConfig) -> list[str]:
    return list(dict.fromkeys((*wanted, *bib.facts)))


def _unknown(
    path: Path, text: str, name: str, shown: str, legal: Mapping[str, object], what: str
) -> str:
    import difflib  # no run without a mistake needs it, nor what it imports

    near = difflib.get_close_matches(name, legal, 1)
    hint = f" (did you mean '{near[0]}'?)" if near else ""
    return (
        f"{path}:{_line(text, name)}: unknown {what} {shown}{hint}: "
        f"legal are {', '.join(sorted(legal))}"
    )


def _line(text: str, name: str) -> int:
    """Return the line on which a key or table is named; TOML readers do not tell."""
    quoted = re.escape(name)
    found = re.search(rf"^[ \t]*(?:\[+[ \t]*)?['\"]?{quoted}['\"]?[ \t]*[.=\]]", text, re.MULTILINE)
    return line_number(text, found.start()) if found else 1
