"""The lines in which `init` says what it found, and what it writes of that."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import transcript
from tests.support.vaults import Vault
from vault_sync.cli import init
from vault_sync.cli.tool.config import package_file
from vault_sync.core.digest.styles.style import FLAT
from vault_sync.core.model.values import Fields, RelPath
from vault_sync.core.note.property_names import OwnName
from vault_sync.core.vault_survey import Glob, StyleExample, Survey

A, B, C, D = (RelPath(f"{name}.md") for name in "abcd")


@pytest.mark.parametrize(
    ("survey", "lines"),
    [
        (
            Survey(),
            [
                "no file here looks like a digest; [digests] paths is w/*.md",
                "put a digest there, or change it; an entry is a URL, then `Title (Author)`",
            ],
        ),
        (
            Survey(globs=(Glob("w/*.md", (A, B, C, D)),), digests=(A, B, C, D), entries=1),
            [
                "4 digests with 1 entry: w/*.md",
                "    w/*.md: 4 files: a.md, b.md, c.md, ...",
                "see what would happen: vault-sync rebuild --dry-run",
            ],
        ),
        (
            Survey(
                globs=(Glob("a.md", (A,)),), digests=(A,), entries=2, by_name=("a.md",), unread=(B,)
            ),
            [
                "1 digest with 2 entries: w/*.md",
                (
                    "    1 by name alone, as their names have no figures in common: "
                    "a new digest beside them must be added to `paths`"
                ),
                "lists of several papers in a form that is not read:",
                "    1 file: b.md",
                "    choose their style in [digests] styles (vault-sync config --example)",
                "see what would happen: vault-sync rebuild --dry-run",
            ],
        ),
        (
            Survey(
                examples=(
                    StyleExample("list", A, 3, Fields("u", "T", ("X", "Y"))),
                    StyleExample("table", B, 4, Fields("v", "S", ())),
                )
            ),
            [
                "no file here looks like a digest; [digests] paths is w/*.md",
                "    read in the style `list` ([digests] styles), as in a.md:3:",
                "        T (X, Y) u",
                "    read in the style `table` ([digests] styles), as in b.md:4:",
                "        S v",
                "put a digest there, or change it; an entry is a URL, then `Title (Author)`",
            ],
        ),
    ],
)
def test_what_is_said_of_digests(survey: Survey, lines: list[str]) -> None:
    assert list(init._found_lines(survey, ["w/*.md"])) == lines


@pytest.mark.parametrize(
    ("survey", "lines"),
    [
        (Survey(), []),
        (
            Survey(certain=(A, B), named=(C,)),
            [
                "paper notes that are here already: 2 known, 1 only named; new ones go to p/",
                "    not taken for a paper's note: 1 file: c.md",
            ],
        ),
        (
            Survey(likely=(A,), own_names=(OwnName("url", "link", 3), OwnName("tags", "t", 2))),
            [
                "paper notes that are here already: 1 likely; new ones go to p/",
                (
                    "    properties that these notes name in their own way: link for url (3), "
                    "t for tags (2)"
                ),
                "    notes are written with these names ([properties])",
            ],
        ),
    ],
)
def test_what_is_said_of_notes(survey: Survey, lines: list[str]) -> None:
    assert list(init._note_lines(survey, "p")) == lines


@pytest.mark.parametrize(
    ("styles", "written"),
    [
        ([], None),
        ([FLAT], None),
        ([("list",), ("list",)], ["list"]),
        ([("list",), FLAT], {"0": ["list"], "1": ["flat"]}),
    ],
)
def test_styles_are_written_for_all_digests_or_by_glob(
    styles: list[tuple[str, ...]], written: object
) -> None:
    globs = tuple(
        Glob(str(number), (A,), style)  # type: ignore[arg-type]
        for number, style in enumerate(styles)
    )
    assert init._styles(Survey(globs=globs)) == written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("논문", '"논문"'),
        (["a", "b"], '["a", "b"]'),
        ({"a*": ["x"], "b": []}, '{ "a*" = ["x"], "b" = [] }'),
    ],
)
def test_a_value_as_toml_has_it(value: object, text: str) -> None:
    assert init._toml(value) == text


def test_only_what_was_found_is_set_and_under_its_own_table() -> None:
    text = init._configuration({("notes", "folder"): "mine"})
    lines = text.split("\n")
    assert [line for line in lines if " = " in line and not line.startswith("#")] == [
        'folder = "mine"'
    ]
    assert lines[lines.index("[pdf]") :].count('folder = "mine"') == 0
    assert lines[0].startswith("# `vault-sync init` has set what it found.")
    example = package_file("config.example.toml").read_text().split("\n")
    assert lines[2] == example[1]


def test_a_demo_goes_into_a_new_or_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "sample/in/deep").mkdir(parents=True)
    (tmp_path / "sample/in/deep/a.md").write_text("a")
    (tmp_path / "sample/b.md").write_text("b")
    init._lay_out(tmp_path / "sample", tmp_path / "new/folder")
    init._lay_out(tmp_path / "sample", tmp_path / "new/folder")
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("new/**/*.md")}
    assert found == {"new/folder/in/deep/a.md", "new/folder/b.md"}


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault, tmp_path: Path) -> None:
    offline_vault.environ = {"HOME": str(tmp_path)}
    told, expected = transcript.retold(request, offline_vault, "init")
    assert told == expected
