"""`config.example.toml` says what is so: every legal key, each with its default."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.support.folders import ROOT
from vault_sync.edge.config import FILE, Config, ConfigError, load, parse
from vault_sync.edge.config_keys import LEGAL

EXAMPLE = ROOT / "config.example.toml"
TEXT = EXAMPLE.read_text("utf-8")

OTHER = {
    "form": '"{auth}-{year}"',
    "write": '"papers.bib"',
    "week": '"%G-W%V"',
    "month_week": '"rows"',
    "paths": '["weeks/*.md"]',
    "styles": '["list"]',
    "name": '"{title}"',
    "private_tags": '["me/*"]',
    "identity": '["paper_page"]',
    "section": '"end"',
    "url": '"https://example.org/api"',
    "facts": '["doi"]',
    "share": "0.5",
    "settle": "0.5",
    "quiet": "0",
    "sweep": "60",
}


_OTHER_OF: Mapping[type, Callable[[object], str]] = {
    bool: lambda value: str(not value).lower(),
    int: lambda _: "7",
    str: lambda _: '"a.md"',
    list: lambda _: "[]",
}


def test_the_example_names_every_legal_key_and_no_other() -> None:
    said = tomllib.loads(TEXT)
    assert {table: set(keys) for table, keys in said.items()} == {
        table: set(keys) for table, keys in LEGAL.items()
    }


def test_every_value_of_the_example_is_the_default() -> None:
    assert parse(TEXT, ROOT, EXAMPLE)._replace(path=None) == Config(ROOT)
    assert parse("", ROOT, EXAMPLE) == parse(TEXT, ROOT, EXAMPLE)


@pytest.mark.parametrize(
    ("table", "key"), [(table, key) for table in LEGAL for key in LEGAL[table]]
)
def test_every_key_is_explained_and_obeyed(table: str, key: str) -> None:
    """The line above a key is a comment (or a key that shares it), and another value is heard."""
    lines = TEXT.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{key} = "))
    assert lines[at - 1].startswith("#") or lines[at - 1].partition(" = ")[0] in LEGAL[table]
    default = tomllib.loads(TEXT)[table][key]
    other = OTHER.get(key) or _OTHER_OF[type(default)](default)
    heard = parse(f"[{table}]\n{key} = {other}\n", ROOT, EXAMPLE)
    assert heard._replace(path=None) != Config(ROOT)


def test_a_wrong_key_is_not_an_example() -> None:
    with pytest.raises(ConfigError, match="legal are"):
        parse(TEXT + "\n[other]\n", ROOT, EXAMPLE)


def test_a_configuration_that_is_no_file_is_no_default(tmp_path: Path) -> None:
    path = tmp_path / FILE
    makes: list[Callable[[], object]] = [
        path.mkdir,
        lambda: os.mkfifo(path),
        lambda: path.symlink_to("nowhere"),
    ]
    for make in makes:
        make()
        with pytest.raises(ConfigError, match="is not a file"):
            load(tmp_path)
        path.rmdir() if path.is_dir() else path.unlink()
    assert load(tmp_path) == Config(tmp_path)


def test_brackets_that_are_nested_too_deep_are_a_line() -> None:
    with pytest.raises(ConfigError, match="nested too deep"):
        parse("a = " + "[" * 5_000, ROOT, EXAMPLE)
