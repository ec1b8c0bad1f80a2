"""`config.example.toml` says what is so: every legal key, each with its default."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.support.folders import ROOT
from vault_sync.edge.config import FILE, Config, ConfigError, find_root, load, parse
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


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("[digest]\n", ["1: unknown table [digest] (did you mean 'digests'?): legal are arxiv, "]),
        ("[zzz]\n", ["1: unknown table [zzz]: legal are arxiv, bib, "]),
        ("notes = 1\n", ["1: 'notes' must be a table: write [notes]"]),
        ("\n[notes]\nfoldr = 'x'\n", ["3: unknown key 'foldr' in [notes] (did you mean 'folder'"]),
        ("[watch]\nzzz = 1\n", ["2: unknown key 'zzz' in [watch]: legal are notify, quiet, "]),
        ("[watch]\nquiet = -1\n", ["2: 'quiet' in [watch]: must be seconds, 0 to 600"]),
        ("watch.quiet = 'a'\n", ["1: 'quiet' in [watch]: must be seconds, 0 to 600"]),
        # Spelled so that it is found nowhere.
        ('\n[watch]\n"qui\\u0065t" = -1\n', ["1: 'quiet' in [watch]: must be seconds, 0 to 600"]),
        # A key of the same name stands in another table, above.
        (
            "[bib]\nread = 'a'\n[digests]\npaths = ['a.md']\n[ notes ]\n  'name' = 3\n",
            ["6: 'name' in [notes]: must be a pattern for names"],
        ),
        (
            "[watch]\nnotify = true\n[links]\nmentions = 1\n[copies]\nmerge = 'no'\n",
            ["4: 'mentions' in [links]: must be", "6: 'merge' in [copies]: must be"],
        ),
        ("[properties]\ntitle = 'url'\n", ["2: 'title' in [properties]: "]),
    ],
)  # fmt: skip
def test_each_mistake_is_a_line_with_its_place(text: str, lines: list[str]) -> None:
    with pytest.raises(ConfigError) as found:
        parse(text, ROOT, EXAMPLE)
    said = str(found.value).split("\n")
    assert len(said) == len(lines)
    for got, wanted in zip(said, lines, strict=True):
        assert got.startswith(f"{EXAMPLE}:{wanted}")


def test_the_vault_around_a_folder(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    with pytest.raises(ConfigError, match="neither"):
        find_root(inner)
    (tmp_path / "a" / ".obsidian").mkdir()
    assert find_root(inner) == find_root(tmp_path / "a") == (tmp_path / "a").resolve()
    (tmp_path / FILE).write_text("")
    assert find_root(inner) == (tmp_path / "a").resolve(), "the nearest mark, whichever it is"
    (tmp_path / "a" / ".obsidian").rmdir()
    assert find_root(inner) == tmp_path.resolve()
    (tmp_path / "a" / ".vault-sync").mkdir()
    assert find_root(inner) == (tmp_path / "a").resolve()
    (inner / FILE).symlink_to("nowhere")
    assert find_root(inner) == inner.resolve()
    for no_folder in (tmp_path / "c", tmp_path / FILE):
        with pytest.raises(ConfigError, match="no such folder"):
            find_root(no_folder)


def test_a_conflicts_note_that_is_somebodys(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[conflicts]\nnote = 'mine.md'\n")
    assert load(tmp_path).rules.conflicts_note == "mine.md"
    (tmp_path / "mine.md").write_text("my words\n")
    with pytest.raises(ConfigError, match=r":2: 'note' in \[conflicts\]: 'mine.md' is a file"):
        load(tmp_path)
    (tmp_path / "mine.md").unlink()
    (tmp_path / "mine.md").mkdir()
    with pytest.raises(ConfigError, match="is a file that vault-sync did not write"):
        load(tmp_path)


def test_facts_whose_property_is_off_are_not_asked_for() -> None:
    text = "[arxiv]\nfacts = ['published', 'doi']\n[properties]\ndoi = false\n"
    assert parse(text, ROOT, EXAMPLE).rules.facts == ("published",)
    assert parse(text.replace("false", "'DOI'"), ROOT, EXAMPLE).rules.facts == ("published", "doi")


def test_bytes_that_are_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\xef\xbb\xbf[pdf]\nfolder = 'x'\n")
    assert load(tmp_path).pdf_folder == "x"
    (tmp_path / FILE).write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="not valid UTF-8"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[removals]\nentries = " + "9" * 5000, "a number in it is too long"),
        (
            '[digests]\npaths = ["[z-a].md"]',
            "vault-sync.toml:2: 'paths' in [digests]: '[z-a].md' is",
        ),
        ('[digests.styles]\n"[z-a].md" = ["list"]', "'[z-a].md' is no glob"),
    ],
)
def test_what_ended_with_a_traceback_is_a_line(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, Path("/v"), Path("/v/vault-sync.toml"))
    assert words in str(caught.value)


def test_of_many_mistakes_the_first_are_told() -> None:
    """Each is looked for in the whole text: 50,000 took minutes."""
    text = "[digests]\n" + "".join(f"key{number} = 1\n" for number in range(50_000))
    with pytest.raises(ConfigError) as caught:
        parse(text, Path("/v"), Path("/v/vault-sync.toml"))
    assert str(caught.value).count("\n") == 19
