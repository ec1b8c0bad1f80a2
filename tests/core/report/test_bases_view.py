"""`Papers.base`: valid YAML of the schema in Obsidian's help, with nothing that the help lacks."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from vault_sync.core.model.values import STANDARD_NAMES, PropertyNames
from vault_sync.core.report.bases_view import PROPERTIES, bases_view

# Obsidian's help, "Functions": what may be called, and on what.
GLOBAL = {"escapeHTML", "date", "duration", "file", "html", "if", "image", "icon", "link", "list"}
GLOBAL |= {"max", "min", "now", "number", "today"}
METHODS = {"isTruthy", "isType", "toString", "isEmpty", "contains", "containsAll", "containsAny"}
METHODS |= {"hasProperty", "hasTag", "hasLink", "inFolder", "asLink", "asFile", "linksTo"}
# "Bases syntax" and "Functions", File.
FILE_FIELDS = {"name", "basename", "path", "folder", "ext", "size", "properties", "tags", "links"}
FILE_FIELDS |= {"ctime", "mtime", "embeds", "backlinks", "file"}
KEYS = {"filters", "formulas", "properties", "summaries", "views"}
VIEW_KEYS = {"type", "name", "limit", "filters", "groupBy", "order", "summaries"}
STRING = r"\"[^\"]*\"|'[^']*'"

RENAMED = {"digests": "weeks", "authors": "my author", "status": "상태", "title": "file"}


def read(names: dict[str, str]) -> Any:
    own = PropertyNames(tuple(names.items()))
    return yaml.safe_load(bases_view(own, "Sync conflicts.md"))


def expressions(base: Any) -> list[str]:
    def statements(filters: Any) -> list[str]:
        if isinstance(filters, str):
            return [filters]
        assert len(filters) == 1 and set(filters) <= {"and", "or", "not"}
        (parts,) = filters.values()
        return [each for part in parts for each in statements(part)]

    views = [view["filters"] for view in base["views"] if "filters" in view]
    return [
        *base["formulas"].values(),
        *(each for filters in (base["filters"], *views) for each in statements(filters)),
    ]


@pytest.mark.parametrize("names", [{}, RENAMED])
def test_the_base_is_yaml_of_the_schema(names: dict[str, str]) -> None:
    base = read(names)
    assert set(base) <= KEYS
    assert [view["name"] for view in base["views"]] == [
        "Papers",
        "By week",
        "To read",
        "This digest",
        "Talked about",
        "Open conflicts",
    ]
    assert all(isinstance(formula, str) for formula in base["formulas"].values())
    assert {name.removeprefix("formula.") for name in base["properties"]} == set(base["formulas"])
    shown = {names.get(name, name) for name in PROPERTIES}
    for view in base["views"]:
        assert set(view) <= VIEW_KEYS and view["type"] == "table"
        columns = [*view["order"], *([view["groupBy"]["property"]] if "groupBy" in view else [])]
        for column in columns:
            kind, _, name = column.partition(".")
            assert name in {"formula": set(base["formulas"]), "note": shown}[kind]


@pytest.mark.parametrize("names", [{}, RENAMED])
def test_only_functions_of_the_help_are_called(names: dict[str, str]) -> None:
    for expression in expressions(read(names)):
        bare = re.sub(STRING, '""', expression)
        assert set(re.findall(r"(?<![.\w])(\w+)\(", bare)) <= GLOBAL
        assert set(re.findall(r"\.(\w+)\(", bare)) <= METHODS
        assert set(re.findall(r"\bfile\.(\w+)(?!\w*\()", bare)) <= FILE_FIELDS
        assert bare.count("(") == bare.count(")") and bare.count("[") == bare.count("]")


def test_each_view_has_its_columns_and_its_order_of_groups() -> None:
    columns = {view["name"]: " ".join(view["order"]) for view in read({})["views"]}
    assert columns == {
        "Papers": "formula.paper formula.first note.published formula.week "
        "note.tags note.status note.rating formula.pdf",
        "By week": "formula.paper note.tags note.status",
        "To read": "formula.paper formula.week note.status",
        "This digest": "formula.paper note.tags note.status note.rating",
        "Talked about": "formula.paper note.mentioned_by",
        "Open conflicts": "formula.paper formula.week",
    }
    groups = [view.get("groupBy") for view in read({})["views"]]
    assert groups == [None, {"property": "formula.week", "direction": "DESC"}, *[None] * 4]


def test_properties_bear_the_vaults_own_names() -> None:
    base = read(RENAMED)
    assert base["formulas"]["first"] == 'if(note["my author"], list(note["my author"])[0], "")'
    # `file` is the file itself in an expression, so the property of that name is spelled out.
    assert 'note["file"]' in base["formulas"]["paper"]
    assert base["filters"]["and"][1] == 'file.hasProperty("weeks")'
    assert base["views"][2]["filters"]["or"][0] == '!note["상태"]'
    assert base["views"][3]["filters"]["and"] == ["list(weeks).contains(this)"]
    assert base["views"][0]["order"][-2] == "note.rating"


def test_names_with_quotes_stay_one_text() -> None:
    base = yaml.safe_load(
        bases_view(PropertyNames((("digests", 'the "weeks"'),)), 'a/It\'s "open".md')
    )
    assert base["filters"]["and"][1] == "file.hasProperty('the \"weeks\"')"
    base = yaml.safe_load(bases_view(STANDARD_NAMES, "a/It's open.md"))
    assert base["views"][5]["filters"]["and"] == ['link("a/It\'s open").linksTo(file)']


NOTES = {
    "Alpha": """authors: [Ann One, Bob]
arxiv: "2308.07124"
digests: ["[[d1]]"]
mentioned_by: ["[[b]]"]""",
    "Beta": 'authors: Ann\ndigests: "[[d2]]"\nstatus: read',
    "Gamma": "digests: []\nstatus: reading",
}


@pytest.mark.parametrize(
    ("view", "column", "rows"),
    [
        ("Papers", 0, ["Alpha", "Beta", "Gamma"]),
        ("Papers", 1, ["Ann One", "Ann", ""]),
        ("By week", 0, ["Beta", "Alpha", "Gamma"]),
        ("To read", 0, ["Alpha", "Gamma"]),
        ("Talked about", 0, ["Alpha"]),
    ],
)
def test_the_views_show_the_right_notes(
    view: str, column: int, rows: list[str], tmp_path: Path
) -> None:
    """Evaluated by a program that reads vaults without the app, where it is installed.

    It does not compare links with files, so the two views that do are left to the help's word.
    """
    program = Path(sys.executable).parent / "hvk"
    if not program.exists():
        pytest.skip("headless-vault-kit is not here")
    vault = tmp_path / "vault"
    (vault / ".obsidian").mkdir(parents=True)
    (vault / "Papers.base").write_text(bases_view(STANDARD_NAMES, "Sync conflicts.md"), "utf-8")
    (vault / "d1.md").write_text("no paper\n", "utf-8")
    for title, properties in NOTES.items():
        (vault / f"{title}.md").write_text(f"---\ntitle: {title}\n{properties}\n---\n", "utf-8")
    call = [str(each) for each in (program, "--vault", vault, "--index", tmp_path / "index")]
    subprocess.run([*call, "scan"], check=True, capture_output=True)
    done = subprocess.run(
        [*call, "base", "Papers.base", "--view", view], check=True, capture_output=True
    )
    table = [line for line in done.stdout.decode().split("\n") if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert [row[column] for row in cells if row[0] != "Paper"] == rows
