"""`vault-sync.toml`: found, read and checked; every key has a default, unknown keys are errors."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NamedTuple

from vault_sync.core.digest.styles import style
from vault_sync.core.model.values import PropertyNames, Rules
from vault_sync.core.naming.week_names import MonthWeekRule
from vault_sync.core.note.property_table import name_mistakes
from vault_sync.core.text.spans import line_number
from vault_sync.edge import trust
from vault_sync.edge.config_keys import LEGAL
from vault_sync.edge.fs.errors import Unsafe
from vault_sync.edge.fs.own_files import CONFIGURATION, read_own
from vault_sync.edge.fs.vault_dir import OWN_FOLDER, VaultDir

FILE = CONFIGURATION


class ConfigError(Exception):
    """The configuration cannot be used. Each line of the text is `path:line: what: what to do`."""


class ArxivConfig(NamedTuple):
    """`[arxiv]`. `snapshot` is a path, from the vault's root unless absolute."""

    enabled: bool = True
    snapshot: str = ""
    url: str = "https://export.arxiv.org/api/query"
    contact: str = ""


class SourcesConfig(NamedTuple):
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


class WatchConfig(NamedTuple):
    """`[watch]`, in seconds; `notify`: a new conflict is shown on the desktop."""

    settle: float = 1.0
    quiet: float = 10.0
    sweep: float = 300.0
    notify: bool = False


class BibConfig(NamedTuple):
    """`[bib]`: the reader's own library, and the file that is kept up to date; "" is none."""

    read: str = ""
    write: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that these files need, beside those of `[arxiv] facts`."""
        return ("citekey", "doi", "journal") if self.read else ("citekey",) if self.write else ()


class WeekConfig(NamedTuple):
    """`[digests] week` and `month_week`; what is "" is inferred from the digests."""

    week: str = ""
    month_week: MonthWeekRule | Literal[""] = ""


class Config(NamedTuple):
    """A vault's configuration. `path` is None where there is no file and all is default."""

    root: Path
    path: Path | None = None
    rules: Rules = Rules()
    arxiv: ArxivConfig = ArxivConfig()
    sources: SourcesConfig = SourcesConfig()
    watch: WatchConfig = WatchConfig()
    weeks: WeekConfig = WeekConfig()
    bib: BibConfig = BibConfig()
    pdf_folder: str = "pdfs"
    """The folder into which the verb `pdf` fetches; "" is the root."""
    saved_days: float = 90
    """The days after which replaced texts are dropped; 0: never."""


MARKS = (FILE, ".obsidian", OWN_FOLDER)


def find_root(start: Path, *, named: bool = False) -> Path:
    """Find the vault around `start`: the nearest folder upwards that has one of `MARKS`.

    `named`: this person named that very folder, so it may belong to anybody.

    Raises:
        ConfigError: there is none, or it is another user's.
    """
    if not start.is_dir():
        raise ConfigError(f"{start}: there is no such folder: give the vault's with --vault DIR")
    start = start.resolve()
    for folder in (start, *start.parents):
        if any(os.path.lexists(folder / mark) for mark in MARKS):
            if not (named and folder == start):
                _check_owner(folder)
            return folder
    raise ConfigError(
        f"{start}: neither {FILE} nor .obsidian is here or in a folder above: "
        "run `vault-sync init` in the vault, or give its folder with --vault DIR"
    )


def _check_owner(root: Path) -> None:
    try:
        trust.check(root, root / FILE)
    except trust.Dubious as error:
        raise ConfigError(str(error)) from error


def load(root: Path) -> Config:
    """Return the configuration of the vault at `root`.

    Raises:
        ConfigError: it cannot be read, is not TOML, or holds a key or value that is not legal.
    """
    text = text_of(root)
    if text is None:
        return Config(root)
    config = parse(text, root, root / FILE)
    _check_conflicts_note(config, text)
    return config


def text_of(root: Path) -> str | None:
    """Return the text of the configuration of the vault at `root`; None where there is none.

    Raises:
        ConfigError: it is a link, no file or too large, cannot be read, or is not UTF-8.
    """
    path = root / FILE
    try:
        content = read_own(root, FILE)
        return None if content is None else content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not valid UTF-8 ({error.reason}): save it as UTF-8") from error
    except Unsafe as error:
        text = str(error)
        raise ConfigError(text if text.startswith(str(path)) else f"{path}: {text}") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error


def _check_conflicts_note(config: Config, text: str) -> None:
    """Refuse a `[conflicts] note` that names a file of the reader's.

    Raises:
        ConfigError: a file is there in which no box of ours stands.
    """
    if config.rules.conflicts_note == Rules().conflicts_note:
        return
    from vault_sync.core.report import conflicts_page

    try:
        with VaultDir(config.root) as vault:
            there = vault.holds(config.rules.conflicts_note)
        ours = there is None or conflicts_page.has_box(there.decode("utf-8", "replace"))
    except OSError:
        ours = False
    if not ours:
        raise ConfigError(
            f"{config.path}:{_line(text, 'note')}: 'note' in [conflicts]: "
            f"'{config.rules.conflicts_note}' is a file that vault-sync did not write: "
            "name a file that is not there yet"
        )


_MOST_MISTAKES = 20
"""Mistakes of a configuration that are told at once: each is looked for in its whole text."""


def parse(text: str, root: Path, path: Path) -> Config:
    """Return a configuration from its text.

    Raises:
        ConfigError: as `load`.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    except ValueError as error:  # of a number with thousands of digits
        raise ConfigError(f"{path}: not valid TOML: a number in it is too long") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: not valid TOML: its brackets are nested too deep") from error
    wrong = list(islice(_mistakes(path, text, tables), _MOST_MISTAKES))
    if wrong:
        raise ConfigError("\n".join(wrong))
    return _built(tables, root, path)


def _mistakes(path: Path, text: str, tables: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each table, key and value that is not legal."""
    for table, values in tables.items():
        if table not in LEGAL:
            yield _unknown(path, text, (table, table), f"[{table}]", LEGAL)
        elif not isinstance(values, dict):
            yield f"{path}:{_line(text, table)}: '{table}' must be a table: write [{table}]"
        else:
            for key, value in values.items():
                yield from _mistake(path, text, (table, key), value)
    names = tables.get("properties")
    for key, wrong in name_mistakes(names) if isinstance(names, dict) else ():
        yield f"{path}:{_line(text, key, 'properties')}: '{key}' in [properties]: {wrong}"


def _mistake(path: Path, text: str, name: tuple[str, str], value: Any) -> Iterator[str]:
    table, key = name
    legal = LEGAL[table]
    if key not in legal:
        yield _unknown(path, text, name, f"'{key}' in [{table}]", legal)
    elif (wrong := legal[key](value)) is not None:
        yield f"{path}:{_line(text, key, table)}: '{key}' in [{table}]: {wrong}"


def _built(tables: Mapping[str, Mapping[str, Any]], root: Path, path: Path) -> Config:
    digests, notes = dict(tables.get("digests", {})), tables.get("notes", {})
    arxiv = dict(tables.get("arxiv", {}))
    styles = digests.pop("styles", None)
    bib = BibConfig(**tables.get("bib", {}))
    removals = tables.get("removals", {})
    own = tables.get("properties", {}).items()
    names = PropertyNames(
        tuple((name, spelled or "") for name, spelled in own if spelled != name),
        identity=tuple(notes.get("identity", ())),
    )
    chosen: dict[str, Any] = {
        "digest_paths": digests.pop("paths", None),
        "digest_styles": style.rows(styles) if styles is not None else None,
        "folder": notes.get("folder"),
        "name": notes.get("name"),
        "private_tags": notes.get("private_tags"),
        "section": notes.get("section"),
        "template": notes.get("template"),
        "properties": names,
        "mentions": tables.get("links", {}).get("mentions"),
        "facts": [
            name
            for name in _facts(arxiv.pop("facts", list(Rules().facts)), bib)
            if not names.is_off(name)
        ],
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
    path: Path, text: str, name: tuple[str, str], shown: str, legal: Mapping[str, object]
) -> str:
    import difflib  # no run without a mistake needs it, nor what it imports

    near = difflib.get_close_matches(name[1], legal)
    what = "table" if legal is LEGAL else "key"
    hint = f" (did you mean '{near[0]}'?)" if near else ""
    return (
        f"{path}:{_line(text, name[1], name[0])}: unknown {what} {shown}{hint}: "
        f"legal are {', '.join(sorted(legal))}"
    )


def _line(text: str, name: str, table: str = "") -> int:
    """Return the line on which a key or table is named; TOML readers do not tell.

    A key is looked for below the head of its table, for two tables may have one of that name.
    """
    quoted = re.escape(name)
    head = re.search(rf"^[ \t]*\[[ \t]*{re.escape(table)}[ \t]*\]", text, re.MULTILINE)
    line = re.compile(rf"^[ \t]*(?:\[+[ \t]*)?['\"]?{quoted}['\"]?[ \t]*[.=\]]", re.MULTILINE)
    found = (line.search(text, head.end()) if head else None) or line.search(text)
    return line_number(text, found.start()) if found else 1
