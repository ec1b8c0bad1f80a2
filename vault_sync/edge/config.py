"""`vault-sync.toml`: found, read and checked; every key has a default, unknown keys are errors."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from vault_sync.core.model.values import Rules
from vault_sync.core.naming import note_names as names
from vault_sync.core.note.facts import fact_names
from vault_sync.core.report import conflicts_page
from vault_sync.core.text.spans import line_number

FILE = "vault-sync.toml"


class ConfigError(Exception):
    """The configuration cannot be used. The text is `path:line: what: what to do`."""


@dataclass(frozen=True, slots=True)
class ArxivConfig:
    """`[arxiv]`. `snapshot` is a path, from the vault's root unless absolute."""

    enabled: bool = True
    snapshot: str = ""
    url: str = "https://export.arxiv.org/api/query"
    contact: str = ""


@dataclass(frozen=True, slots=True)
class WatchConfig:
    """`[watch]`, in seconds, and whether the desktop is told of a new conflict."""

    settle: float = 1.0
    quiet: float = 10.0
    sweep: float = 300.0
    notify: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """A vault's configuration. `path` is None where there is no file and all is default."""

    root: Path
    path: Path | None = None
    rules: Rules = field(default_factory=Rules)
    arxiv: ArxivConfig = field(default_factory=ArxivConfig)
    watch: WatchConfig = field(default_factory=WatchConfig)
    saved_days: float = 90
    """How long replaced texts are kept; 0 is for ever."""


def find_root(start: Path) -> Path:
    """The vault that `start` lies in: upwards, first by `vault-sync.toml`, then by `.obsidian`.

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
    """The configuration of the vault at `root`.

    Raises:
        ConfigError: it cannot be read, is not TOML, or holds a key or value that is not legal.
    """
    path = root / FILE
    if not path.is_file():
        return Config(root)
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


def _beneath(path: str) -> str | None:
    parts = Path(path).parts
    if Path(path).is_absolute() or any(part.startswith(".") for part in parts):
        return f"'{path}' is not a path inside the vault, or lies in a dot folder"
    return None


def _glob(glob: str) -> str | None:
    return (
        _beneath(glob)
        if glob.endswith(".md")
        else f"must be globs that end in .md: '{glob}' does not"
    )


def _fact(name: str) -> str | None:
    legal = fact_names()
    return None if name in legal else f"there is no fact '{name}': legal are {', '.join(legal)}"


def _folder(pattern: str) -> str | None:
    return names.folder_error(pattern) or _beneath(pattern.partition("{")[0])


def _note(path: str) -> str | None:
    return _beneath(path) if path.endswith(".md") else "must be a path that ends in .md"


def _address(url: str) -> str | None:
    return None if re.match(r"https?://[^/]", url) else "must be an http or https address"


LEGAL: Mapping[str, Mapping[str, _Key]] = {
    "digests": {"paths": _texts("must be a list of globs", _glob)},
    "notes": {
        "folder": _checked("must be a folder inside the vault", _folder),
        "name": _checked("must be a pattern for names", names.pattern_error),
        "private_tags": _texts("must be a list of tags, `*` allowed"),
    },
    "links": {"mentions": _typed("must be true or false", bool)},
    "arxiv": {
        "enabled": _typed("must be true or false", bool),
        "snapshot": _typed("must be a path", str),
        "url": _checked("must be an address", _address),
        "contact": _typed("must be a mail address", str),
        "facts": _texts("must be a list of facts", _fact),
    },
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
    "saved": {"days": _number("must be days, 0 (for ever) to 36500", 0, 36_500)},
    "conflicts": {"note": _checked("must be a path inside the vault", _note)},
}


def parse(text: str, root: Path, path: Path) -> Config:
    """A configuration from its text.

    Raises:
        ConfigError: as `load`.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    for table, values in tables.items():
        if table not in LEGAL:
            raise ConfigError(_unknown(path, text, table, f"[{table}]", LEGAL, "table"))
        if not isinstance(values, dict):
            line = _line(text, table)
            raise ConfigError(f"{path}:{line}: '{table}' must be a table: write [{table}]")
        for key, value in values.items():
            legal = LEGAL[table]
            if key not in legal:
                raise ConfigError(_unknown(path, text, key, f"'{key}' in [{table}]", legal, "key"))
            wrong = legal[key].check(value)
            if wrong is not None:
                line = _line(text, key)
                raise ConfigError(f"{path}:{line}: '{key}' in [{table}]: {wrong}")
    return _built(tables, root, path)


def _built(tables: Mapping[str, Mapping[str, Any]], root: Path, path: Path) -> Config:
    notes = tables.get("notes", {})
    arxiv = dict(tables.get("arxiv", {}))
    removals = tables.get("removals", {})
    chosen: dict[str, Any] = {
        "digest_paths": tables.get("digests", {}).get("paths"),
        "folder": notes.get("folder"),
        "name": notes.get("name"),
        "private_tags": notes.get("private_tags"),
        "mentions": tables.get("links", {}).get("mentions"),
        "facts": arxiv.pop("facts", None),
        "removals_entries": removals.get("entries"),
        "removals_share": removals.get("share"),
        "conflicts_note": tables.get("conflicts", {}).get("note"),
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
        WatchConfig(**tables.get("watch", {})),
        **{f"saved_{key}": value for key, value in tables.get("saved", {}).items()},
    )


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
    """The line on which a key or table is named; TOML readers do not tell."""
    quoted = re.escape(name)
    found = re.search(rf"^[ \t]*(?:\[+[ \t]*)?['\"]?{quoted}['\"]?[ \t]*[.=\]]", text, re.MULTILINE)
    return line_number(text, found.start()) if found else 1
