"""Law: what is found in the index by path and by term is what its records say."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.index_worlds import LAST, create
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.edge.fs.scan import Stat
from vault_sync.edge.state.places import open_there
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.memory import Memory, Overlay, TakesWholePass
from vault_sync.sync.observation.file_record import File

KEYS = [Key(f"arxiv:{at}") for at in range(4)]
PATHS = [RelPath(f"{folder}/{name}.md") for folder in "ab" for name in ("X", "x", "Ö", "\udcff")]
POINTS = ["arxiv:1", "[[x", "[[nowhere"]
texts = st.lists(st.sampled_from(KEYS), min_size=1, max_size=2, unique=True).map("\n".join)
numbers = st.integers(-(2**63), 2**63 - 1)
stats = st.builds(Stat, numbers, numbers, numbers, numbers)


def file(kind: str, keys: str, points: list[str], stat: Stat, *, is_open: bool) -> File:
    keys = {"other": "", "digest": keys}.get(kind, keys.partition("\n")[0])
    return File(stat, b"m" * 16, kind, keys, "\n".join(points), is_open)


each = st.builds(
    file,
    st.sampled_from(["note", "plain", "digest", "other"]),
    texts,
    st.lists(st.sampled_from(POINTS), unique=True),
    stats,
    is_open=st.booleans(),
)
vaults = st.dictionaries(st.sampled_from(PATHS), each, max_size=8)


def opened(path: Path, stamp: str) -> Memory:
    connection = open_there(path, "mode=rw")
    return Memory(path, connection, index.file_stats(connection, stamp))


def check(memory: Memory, files: dict[RelPath, File]) -> None:
    names = LinkResolver.from_paths(files)
    assert {path: memory.get(path) for path in memory.stats} == files
    assert memory.open == {path for path, file in files.items() if file.open}
    assert memory.get(RelPath("nowhere.md")) is None
    records = Overlay(memory)
    for key in KEYS:
        about = {path for path, file in files.items() if key in file.keys.split("\n")}
        assert records.files_about(key) == about
    for point in POINTS:
        naming = {path for path, file in files.items() if point in file.points.split("\n")}
        assert records.naming(point) == naming
    for path in PATHS:
        assert memory.names.resolve(path, RelPath("y.md")) == names.resolve(path, RelPath("y.md"))


@given(vaults, st.dictionaries(st.sampled_from(PATHS), st.none() | each, max_size=8))
def test_the_law(files: dict[RelPath, File], changes: dict[RelPath, File | None]) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "MOST_STATS", 3)
        path = Path(folder) / "index.sqlite"
        create(path, "stamp", LAST, files)
        with closing(opened(path, "stamp")) as memory:
            check(memory, files)
            found = memory.store("later", LAST, changes)
        now = {at: file for at, file in (files | changes).items() if file is not None}
        with closing(opened(path, "later")) as memory:
            check(memory, now)
            assert memory.found == found


def test_a_memory_that_another_process_wrote_meanwhile_is_not_stored(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    create(path, "stamp", LAST, {})
    one, other = opened(path, "stamp"), opened(path, "stamp")
    assert one.store("stamp", LAST, {}) is not None
    assert other.store("stamp", LAST, {}) is None


def test_what_turns_out_to_be_damaged_makes_the_pass_a_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    record = File(Stat(1, 1, 1, 1), b"", "note", KEYS[0], "", open=False)
    create(path, "stamp", LAST, {PATHS[0]: record})
    with closing(opened(path, "stamp")) as memory, closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM file")
        connection.execute("DROP TABLE term")
        connection.commit()
        with pytest.raises(TakesWholePass, match="damaged"):
            memory.get(PATHS[0])
        with pytest.raises(TakesWholePass, match="damaged"):
            memory.find(index.about(KEYS[0]))
        assert memory.store("stamp", LAST, {PATHS[0]: None}) is None


@pytest.mark.parametrize(
    ("kinds", "single"),
    [
        ({"a/X": "note"}, "a/X"),
        ({"a/X": "plain"}, "a/X"),
        ({"a/X": "plain", "b/X": "note"}, "b/X"),
        ({"a/X": "note", "b/X": "note"}, None),
        ({"a/X": "note", "b/X": "note", "b/Y": "plain"}, "b/Y"),
        ({"a/X": "digest"}, None),
    ],
)
def test_the_note_of_a_paper_is_the_only_one(
    kinds: dict[str, str], single: str | None, tmp_path: Path
) -> None:
    files = {
        RelPath(f"{path}.md"): file(kind, KEYS[0], [], Stat(1, 2, 3, 4), is_open=False)
        for path, kind in kinds.items()
    }
    create(tmp_path / "index.sqlite", "stamp", LAST, files)
    with closing(opened(tmp_path / "index.sqlite", "stamp")) as memory:
        expected = None if single is None else RelPath(f"{single}.md")
        assert Overlay(memory).note_of(KEYS[0]) == expected
