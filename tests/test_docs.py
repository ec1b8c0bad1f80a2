"""The documents are part of the product: what they name is there."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from vault_sync.cli.verbs import cli
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.note import note
from vault_sync.core.report import lines as report
from vault_sync.edge.config_keys import LEGAL

from tests.support.folders import ROOT, SAMPLE
from tests.support.vaults import DIGEST

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "README.ko.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]


def commands() -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, command in cli.whole().commands.items():
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}": each for inner, each in command.commands.items()}
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_shown_exists_with_its_options(path: Path) -> None:
    known = commands()
    for shown in re.finditer(
        r"vault-sync ((?:--\w+ )*)([a-z-]+)((?: [^`\n#|)(]+)?)", path.read_text()
    ):
        name, rest = shown[2], shown[3]
        if name in {"is", "finds", "itself", "check-all"} or f"{shown[0]}".startswith(
            "vault-sync-"
        ):
            continue
        assert name in known, shown[0]
        command = known.get(f"{name} {rest.split()[0]}" if rest.split() else name, known[name])
        options = {option for each in command.params for option in each.opts}
        for option in re.findall(r"(?<= )--[a-z-]+", rest):
            assert option in options | {"--help"}, shown[0]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_linked_exists(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
        if "://" not in target:
            assert (path.parent / target).exists(), target


MODULE = re.compile(
    r"(?<![\w/.-])((?:cli|core|daemon|docs|edge|sync|tests)/\w+(?:/\w+)*(?:[\w-]*\.svg|\.(?:md|py|sh))?)"
)


@pytest.mark.parametrize(
    "path",
    [*DOCUMENTS, *sorted((ROOT / "vault_sync").rglob("*.py"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_module_named_exists(path: Path) -> None:
    for name in MODULE.findall(path.read_text("utf-8")):
        places = (ROOT / name, ROOT / "vault_sync" / name, ROOT / "vault_sync" / f"{name}.py")
        assert any(place.exists() for place in places), name


def test_every_name_in_the_architecture_is_one_of_the_package() -> None:
    """Types, tables and functions; modules are looked for above."""
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    defined = {
        name
        for path in [*(ROOT / "vault_sync").rglob("*.py"), ROOT / "tests/test_house.py"]
        for name in re.findall(
            r"^\s*(?:def |class )?(\w+)(?=[(:\[]| =)", path.read_text("utf-8"), re.MULTILINE
        )
    }
    names = set(re.findall(r"`([A-Z]\w+|[a-z]+(?:_[a-z]+)+)(?:\.paths|: \w+)?`", text))
    assert len(names) > 30
    assert not names - defined - {"base_update"}


def test_every_room_has_a_row_in_the_architecture() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    section = text.partition("## Packages and arrows\n")[2].partition("\n## ")[0]
    rows = "\n".join(re.findall(r"^\| (`.*?) \|", section, re.MULTILINE))
    package = ROOT / "vault_sync"
    rooms = [path for path in package.iterdir() if (path / "__init__.py").exists()]
    for above in (package / "core", package / "edge"):
        rooms.remove(above)
        rooms += [path.with_suffix("") for path in above.glob("[!_]*.py")]
        rooms += [path.parent for path in above.glob("*/__init__.py")]
    assert [room.name for room in rooms if f"`{room.relative_to(package)}`" not in rows] == []


def test_every_setting_named_in_the_documents_exists() -> None:
    for path in DOCUMENTS:
        for table, key in re.findall(r"`\[(\w+)\] (\w+)", path.read_text()):
            assert key in LEGAL[table], (path.name, table, key)


def test_the_exit_codes_of_the_readme_are_those_of_the_program() -> None:
    table = re.findall(r"^\| (\d+) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    codes = (report.IN_LINE, report.OUT_OF_LINE, report.USAGE, report.BUG, report.BUSY)
    assert {int(code) for code in table} == {*codes, report.INTERRUPTED, report.UNREAD}


def test_the_example_of_the_readme_is_what_comes_out() -> None:
    blocks = re.findall(r"```markdown\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    written, linked, made = blocks
    entry = digest_reader.read(written).entries[0]
    linked_entry = digest_reader.read(entry.fields.url + "\n" + linked).entries[0]
    read = note.read(made)
    assert linked_entry.link is not None and linked_entry.link.target == "230814 OctoPack"
    assert (linked_entry.fields.title, linked_entry.fields.authors) == (
        entry.fields.title,
        entry.fields.authors,
    )
    assert (read.fields.title, read.fields.authors, read.fields.tags) == (
        entry.fields.title,
        entry.fields.authors,
        entry.fields.tags,
    )
    assert read.sections[0].commentary == entry.fields.commentary
    sample = digest_reader.read((SAMPLE / DIGEST).read_text()).entries
    assert entry.key in {each.key for each in sample}


@pytest.mark.parametrize("style", ["list", "heading", "table", "paragraph"])
def test_the_example_of_a_style_is_read_in_it(style: StyleName) -> None:
    text = (ROOT / "docs/format.md").read_text()
    found = re.search(
        rf"^\*\*`{style}`\*\*.*?```markdown\n(.*?)```", text, re.DOTALL | re.MULTILINE
    )
    assert found is not None
    entries = styled_reader.read(found[1], (style,)).entries
    assert len(entries) == found[1].count("https://")
    assert all(entry.fields.title for entry in entries)
