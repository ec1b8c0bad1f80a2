"""The cached index: when it is believed, and all the times when it must not be."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.index_worlds import CAME, PATH, Place, stat
from vault_sync.core.model.values import RelPath, Rules
from vault_sync.core.naming.keys import KEY_RULES
from vault_sync.edge.config import ArxivConfig
from vault_sync.edge.fs.scan import Stat
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.files import about, called, naming, terms
from vault_sync.sync.incremental.index import Came
from vault_sync.sync.observation.file_record import File

ODD = RelPath("papers/\udcff.md")
FILES = {
    PATH: File(
        stat(5), b"m" * 16, "note", "arxiv:1", "2023년\n2023년", "arxiv:2\n[[없는", settled=True
    ),
    ODD: File(stat(6), b"n" * 16, "other", "", "", "", settled=True),
}
STATS = {path: file.stat for path, file in FILES.items()}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "index.sqlite"
    index.save(path, "stamp", CAME, FILES)
    return path


def rests(path: Path, stamp: str, files: dict[RelPath, Stat]) -> Came | None:
    found = index.glance(path, stamp)
    return found.came if found is not None and found.rests(files) else None


def test_what_is_kept_is_what_is_read(kept: Path) -> None:
    assert index.load(kept, "stamp") == (CAME, FILES)
    assert rests(kept, "stamp", STATS) == CAME
    known = index.known(kept, "stamp")
    assert known is not None and known[0] == CAME and dict(known[1]) == FILES


def test_another_stamp_is_not_believed(kept: Path) -> None:
    assert index.load(kept, "other") is None
    assert rests(kept, "other", STATS) is None


def test_a_part_is_kept_beside_the_rest(kept: Path) -> None:
    now = {PATH: FILES[PATH]._replace(settled=False)}
    index.save(kept, "later", replace(CAME, notes=3), now, beside="stamp")
    assert index.load(kept, "later") == (replace(CAME, notes=3), FILES | now)
    assert rests(kept, "later", STATS) is None
    index.save(kept, "last", CAME, {ODD: FILES[ODD]}, beside="later")
    assert index.load(kept, "last") == (CAME, FILES | now)
    index.save(kept, "stamp", CAME, FILES, beside="last")
    assert rests(kept, "stamp", STATS) == CAME


def test_what_is_gone_is_taken_out_of_what_is_kept(kept: Path) -> None:
    index.save(kept, "later", CAME, {ODD: None}, beside="stamp")
    assert index.load(kept, "later") == (CAME, {PATH: FILES[PATH]})


def test_a_part_is_not_kept_beside_what_it_was_not_read_with(kept: Path) -> None:
    index.save(kept, "later", CAME, FILES, beside="other")
    assert not kept.exists()
    index.save(kept, "later", CAME, FILES, beside="stamp")
    assert index.load(kept, "later") is None


@pytest.mark.parametrize(
    "seen",
    [
        {PATH: STATS[PATH]},
        STATS | {RelPath("new.md"): stat(1)},
        *[
            STATS | {PATH: STATS[PATH]._replace(**{name: 99})}
            for name in ("size", "mtime_ns", "ctime_ns", "inode")
        ],
    ],
)
def test_one_file_more_less_or_other_is_seen(kept: Path, seen: dict[RelPath, Stat]) -> None:
    assert rests(kept, "stamp", seen) is None


def test_what_is_left_to_do_elsewhere_is_no_rest(kept: Path) -> None:
    index.save(kept, "stamp", replace(CAME, final=False), FILES)
    assert rests(kept, "stamp", STATS) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE meta SET value = replace(value, 'gone', 'here') WHERE name = 'came'",
        "UPDATE meta SET value = replace(value, '[[]', '[[\"x\"]') WHERE name = 'leaves'",
        "UPDATE leaf SET content = CAST(replace(content, 'v:1', 'v:2') AS BLOB) WHERE kind='file'",
        "UPDATE leaf SET content = x'' WHERE kind = 'stat'",
        "DELETE FROM leaf WHERE kind = 'term'",
        "UPDATE leaf SET content = 'text' WHERE kind = 'term'",
        "DELETE FROM meta WHERE name = 'sum'",
        "DROP TABLE leaf",
    ],
)
def test_what_was_altered_is_not_believed(kept: Path, change: str) -> None:
    with sqlite3.connect(kept) as connection:
        assert connection.execute(change).rowcount in {1, -1}
    connection.close()
    assert index.known(kept, "stamp") is None
    if "'term'" not in change:
        assert index.load(kept, "stamp") is None


@pytest.mark.parametrize("kind", ["stat", "file", "term"])
def test_an_older_leaf_is_not_believed(kept: Path, kind: str) -> None:
    """What a power cut can leave: each page whole, but not all of them of the same time."""
    of_kind = "SELECT content FROM leaf WHERE kind = ?"
    with sqlite3.connect(kept) as connection:
        (before,) = connection.execute(of_kind, (kind,)).fetchone()
    connection.close()
    now = {PATH: FILES[PATH]._replace(stat=stat(9), pairs="2024년", points="arxiv:9")}
    index.save(kept, "later", CAME, now, beside="stamp")
    assert index.known(kept, "later") is not None
    with sqlite3.connect(kept) as connection:
        connection.execute("UPDATE leaf SET content = ? WHERE kind = ?", (before, kind))
    connection.close()
    assert index.known(kept, "later") is None
    index.save(kept, "last", CAME, {PATH: FILES[PATH]._replace(points="x")}, beside="later")
    assert not kept.exists()


MANY = {
    RelPath(f"papers/{at:03}.md"): File(
        stat(at), bytes([at]) * 16, "note", f"arxiv:{at}", "w", f"arxiv:{at % 7}", settled=True
    )
    for at in range(200)
}


def test_one_file_of_many_is_found_by_what_it_is_asked_for_by(kept: Path) -> None:
    index.save(kept, "stamp", CAME, MANY)
    moved, gone, edited = map(RelPath, ["papers/007.md", "papers/014.md", "papers/021.md"])
    now: dict[RelPath, File | None] = {
        gone: None,
        moved: None,
        RelPath("digests/Seven.md"): MANY[moved],
        edited: MANY[edited]._replace(points="[[007\narxiv:1"),
    }
    index.save(kept, "later", CAME, now, beside="stamp")
    expected = {path: file for path, file in (MANY | now).items() if file is not None}
    known = index.known(kept, "later")
    assert known is not None
    files = known[1]
    assert index.load(kept, "later") == (CAME, expected)
    assert dict(files) == expected and len(files) == len(expected)
    assert files.stats == {path: file.stat for path, file in expected.items()}
    assert gone not in files and files.get(gone) is None
    wanted: dict[str, set[RelPath]] = {}
    for path, file in expected.items():
        for term in terms(path, file):
            wanted.setdefault(term, set()).add(path)
    asked = wanted.keys() | {term for path in MANY for term in terms(path, MANY[path])}
    assert {term: set(files.find(term)) for term in asked if files.find(term)} == wanted
    assert called("seven") in wanted and naming("[[007") in wanted
    assert files.find(about("arxiv:7")) == ("digests/Seven.md",)
    del files[RelPath("digests/Seven.md")]
    assert files.find(about("arxiv:7")) == () and "digests/Seven.md" not in files


def test_what_a_glance_found_is_of_use_while_it_stands(kept: Path) -> None:
    seen = index.glance(kept, "stamp")
    assert seen is not None
    told = replace(seen, came=replace(CAME, notes=99))
    same = index.known(kept, "stamp", told)
    assert same is not None and same[0].notes == 99
    index.save(kept, "stamp", CAME, {PATH: FILES[PATH]._replace(stat=stat(9))}, beside="stamp")
    other = index.known(kept, "stamp", told)
    assert other is not None and other[0] == CAME and other[1][PATH].stat == stat(9)


def test_numbers_that_cannot_be_kept_cost_time_and_nothing_else(kept: Path) -> None:
    index.save(kept, "stamp", CAME, {PATH: FILES[PATH]._replace(stat=Stat(1, 2, 3, 2**63))})
    assert not kept.exists()


def test_it_is_made_anew_over_what_is_no_index(kept: Path) -> None:
    kept.write_bytes(b"not a database" * 300)
    assert index.load(kept, "stamp") is None
    index.save(kept, "stamp", CAME, FILES)
    assert not kept.exists()
    index.save(kept, "stamp", CAME, FILES)
    assert index.load(kept, "stamp") == (CAME, FILES)


def after_a_pass(place: Place) -> str | None:
    place.say("two")
    return place.stamp()


def in_another_folder(place: Place) -> str | None:
    place.root.rename(place.root.with_name("old"))
    place.root.mkdir()
    return place.stamp()


def under_other_key_rules(place: Place) -> str | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "KEY_RULES", KEY_RULES + 1)
        return place.stamp()


CHANGES: dict[str, Callable[[Place], str | None]] = {
    "version": lambda place: place.stamp(version="2"),
    "rules": lambda place: place.stamp(replace(place.config, rules=Rules(folder="notes"))),
    "arxiv": lambda place: place.stamp(replace(place.config, arxiv=ArxivConfig(enabled=False))),
    "base": after_a_pass,
    "keys": under_other_key_rules,
    "folder": in_another_folder,
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_stamp_changes_with(name: str, tmp_path: Path) -> None:
    place = Place(tmp_path)
    before = place.stamp()
    assert before is not None and place.stamp() == before
    assert CHANGES[name](place) != before


def test_nothing_is_believed_while_the_state_has_a_log(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.state.directory.joinpath("state.sqlite-wal").write_bytes(b"log")
    assert place.stamp() is None
