"""The hosts that are asked for facts: a choice of this device; a vault's file only proposes them.

A vault is a folder that travels, and whoever wrote its `vault-sync.toml` would else choose who gets
the list of what is read here, a mail address, and requests from within this network. So its
addresses and its contact count once a person said yes to these very values on this device
(`vault-sync config --allow-hosts`), as direnv and editors do it; until then the built-in ones are
asked. The device's own configuration needs no yes, and alone may name addresses of this machine and
its network.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from vault_sync.core.model.values import NOTHING, Problem
from vault_sync.edge import config as configuration
from vault_sync.edge.config import ArxivConfig, Config, ConfigError, SourcesConfig
from vault_sync.edge.fs.reading import read_outside

_DEVICE_KEYS: Final = {"arxiv": ("url", "contact"), "sources": ("crossref", "openreview", "acl")}

_MOST: Final = 1_000_000


class Hosts(NamedTuple):
    """The addresses that facts are fetched from, and the contact that goes there.

    `own` are those that the device names; `waiting` the values of the vault that wait for a yes,
    by table and key.
    """

    url: str
    sites: Mapping[str, tuple[str, ...]]
    contact: str = ""
    own: frozenset[str] = frozenset()
    waiting: Mapping[str, object] = NOTHING


BUILT_IN: Final = Hosts(ArxivConfig().url, SourcesConfig().sites)


def hosts_of(config: Config) -> Hosts:
    """Return the hosts that facts of a vault come from on this device.

    Raises:
        ConfigError: the device's own configuration is wrong.
    """
    proposed = proposals(config)
    waiting = {} if is_allowed(proposed) else proposed
    arxiv, sources = config.arxiv, config.sources
    built_in = {"arxiv": ArxivConfig()._asdict(), "sources": SourcesConfig()._asdict()}
    for name in waiting:
        table, _, key = name.partition(".")
        default = {key: built_in[table][key]}
        if table == "arxiv":
            arxiv = arxiv._replace(**default)
        else:
            sources = sources._replace(**default)
    device = device_values()
    own_arxiv = device.get("arxiv", {})
    own_sources = {kind: tuple(urls) for kind, urls in device.get("sources", {}).items()}
    arxiv, sources = arxiv._replace(**own_arxiv), sources._replace(**own_sources)
    own = [url for urls in own_sources.values() for url in urls]
    own += [own_arxiv["url"]] if "url" in own_arxiv else []
    trusted = frozenset({*own, *(url.rstrip("/") for url in own)})
    return Hosts(arxiv.url, sources.sites, arxiv.contact, trusted, waiting)


def proposals(config: Config) -> Mapping[str, object]:
    """Return the values by which a vault's file departs from the built-in hosts, by table and key.

    Fewer of the built-in hosts are no departure, and servers of tests are none.
    """
    found: dict[str, object] = {}
    if not _is_built_in(config.arxiv.url, (ArxivConfig().url,)):
        found["arxiv.url"] = config.arxiv.url
    if config.arxiv.contact and not _is_of_tests(config.arxiv.url):
        found["arxiv.contact"] = config.arxiv.contact
    defaults = SourcesConfig()._asdict()
    for kind, urls in config.sources._asdict().items():
        if not all(_is_built_in(url, defaults[kind]) for url in urls):
            found[f"sources.{kind}"] = list(urls)
    return found


def _is_built_in(url: str, default: Collection[str]) -> bool:
    return url in default or _is_of_tests(url)


def _is_of_tests(url: str) -> bool:
    from vault_sync.edge.sources.addresses import loopback_allowed

    if not loopback_allowed():
        return False
    from vault_sync.edge.sources.http import is_loopback

    return is_loopback(url)


def lines_of(values: Mapping[str, object]) -> list[str]:
    """Return values as lines of TOML."""
    return [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]


def notice(waiting: Mapping[str, object]) -> Problem:
    """Return the one notice of values that wait for a yes."""
    return Problem(
        configuration.FILE,
        "hosts-not-allowed",
        f"{', '.join(waiting)}: not allowed on this device yet, so the built-in values are used",
        "`vault-sync config` shows them; to use them here: `vault-sync config --allow-hosts`",
        level="notice",
    )


def device_folder() -> Path:
    """Return the folder of the device's own configuration, which belongs to no vault."""
    import platformdirs  # few runs ask anybody

    return platformdirs.user_config_path("vault-sync", appauthor=False)


def device_file() -> Path:
    return device_folder() / "config.toml"


def device_values() -> Mapping[str, Mapping[str, Any]]:
    """Return the tables of the device's own configuration; there need be none.

    Raises:
        ConfigError: it cannot be read, or holds a key or value that is not legal there.
    """
    path = device_file()
    try:
        text = read_outside(path, _MOST).decode("utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    configuration.parse(text, path.parent, path)
    tables = tomllib.loads(text)
    wrong = list(_not_of_a_device(tables))
    if wrong:
        legal = ", ".join(f"{table}.{key}" for table, keys in _DEVICE_KEYS.items() for key in keys)
        raise ConfigError(f"{path}: {', '.join(wrong)}: not of a device; legal are {legal}")
    return tables


def _not_of_a_device(tables: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for table, values in tables.items():
        yield from (f"{table}.{key}" for key in values if key not in _DEVICE_KEYS.get(table, ()))


def is_allowed(values: Mapping[str, object]) -> bool:
    """Return True if a person said yes to these very values on this device, or there are none."""
    return not values or _yes_to(values).is_file()


def allow(values: Mapping[str, object]) -> Path:
    """Remember a yes to these very values; return the file that does so.

    Raises:
        OSError: it cannot be written.
    """
    path = _yes_to(values)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text("".join(f"{line}\n" for line in lines_of(values)), "utf-8", newline="\n")
    return path


def _yes_to(values: Mapping[str, object]) -> Path:
    text = json.dumps(values, sort_keys=True)
    return device_folder() / "allowed-hosts" / f"{hashlib.sha256(text.encode()).hexdigest()}.txt"
