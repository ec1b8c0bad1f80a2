"""The cached index: when it is believed, and all the times when it must not be."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.index_worlds import LAST, PATH, Place, create, stat
from vault_sync.core.model.values import RelPath, Rules
from vault_sync.core.naming.keys import KEY_RULES
from vault_sync.edge.config import ArxivConfig
from vault_sync.edge.fs.scan import Stat
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.index import LastPass
from vault_sync.sync.observation.file_record import File

ODD = RelPath("papers/\udcff.md")
FILES = {
    PATH: File(stat(5), b"m" * 16, "note", "arxiv:1", "arxiv:2\n[[없는", open=False),
    ODD: File(stat(6), b"n" * 16, "other", "", "", open=False),
}
STATS = {path: file.stat for path, file in FILES.items()}


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "index.sqlite"
    create(path, "stamp", LAST, FILES)
    return path


def rests(path: Path, stamp: str, files: dict[RelPath, Stat]) -> LastPass | None:
    found = index.glance(path, stamp)
    return found.last if found is not None and found.rests(files) else None


def test_what_is_stored_is_what_is_read(stored: Path) -> None:
    assert rests(stored, "stamp", STATS) == LAST
    assert rests(stored, "other", STATS) is None


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
def test_one_file_more_less_or_other_is_seen(stored: Path, seen: dict[RelPath, Stat]) -> None:
    assert rests(stored, "stamp", seen) is None


def test_what_is_left_to_do_is_no_rest(stored: Path) -> None:
    create(stored, "stamp", LAST._replace(final=False), FILES)
    assert rests(stored, "stamp", STATS) is None
    create(stored, "stamp", LAST, FILES | {ODD: FILES[ODD]._replace(open=True)})
    assert rests(stored, "stamp", STATS) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE meta SET value = substr(value, 2) WHERE name = 'last'",
        "UPDATE meta SET value = substr(value, 1, 3) WHERE name = 'stats'",
        "UPDATE meta SET value = 'text' WHERE name = 'stats'",
        "DELETE FROM meta WHERE name = 'version'",
        "DROP TABLE stat",
    ],
)
def test_what_was_altered_is_not_believed(stored: Path, change: str) -> None:
    with closing(sqlite3.connect(stored)) as connection:
        connection.execute(change)
        connection.commit()
    assert index.glance(stored, "stamp") is None


def test_a_record_that_was_altered_is_not_believed(stored: Path) -> None:
    assert index.is_whole(stored)
    with closing(sqlite3.connect(stored)) as connection:
        connection.execute("UPDATE term SET term = '=arxiv:2' WHERE term = '=arxiv:1'")
        connection.commit()
    assert not index.is_whole(stored)


def test_a_file_cut_short_is_not_believed(stored: Path) -> None:
    stored.write_bytes(stored.read_bytes()[:5000])
    assert index.glance(stored, "stamp") is None


def test_numbers_that_cannot_be_stored_cost_time_and_nothing_else(stored: Path) -> None:
    big = FILES[PATH]._replace(stat=Stat(1, 2, 3, 2**63))
    assert not create(stored, "stamp", LAST, {PATH: big})
    assert index.glance(stored, "stamp") is None


def test_it_is_made_anew_over_what_is_no_index(stored: Path) -> None:
    stored.write_bytes(b"not a database" * 300)
    assert index.glance(stored, "stamp") is None
    create(stored, "stamp", LAST, FILES)
    assert rests(stored, "stamp", STATS) == LAST


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
    "rules": lambda place: place.stamp(place.config._replace(rules=Rules(folder="notes"))),
    "arxiv": lambda place: place.stamp(place.config._replace(arxiv=ArxivConfig(enabled=False))),
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


def test_nothing_is_ours_while_the_state_has_a_log(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.state.directory.joinpath("state.sqlite-wal").write_bytes(b"log")
    assert place.stamp() is None
