"""The cache: turns of many processes, whole rows, what is damaged or of another version."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.arxiv_server import Api, ask, assert_whole, child, go, ids_of, silent
from vault_sync.core.model.values import Facts
from vault_sync.edge.sources import cache
from vault_sync.edge.sources.lookup import Source, remembered

# Stopping.


def test_a_process_killed_in_its_turn_leaves_whole_rows_and_its_turn_runs_out(
    api: Api, source: Source
) -> None:
    ids = ids_of(250)
    api.papers = dict.fromkeys(ids, "2023-08-01")
    api.script = [api.otherwise, silent]
    process = child(source, 0.01, ids)
    go(process)
    deadline = time.monotonic() + 100
    while len(api.asked) < 2 and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    process.kill()
    process.communicate(timeout=100)
    assert_whole(source, 100)
    start = time.time()
    with closing(sqlite3.connect(source.cache)) as db:
        (busy,) = db.execute("SELECT busy FROM turn").fetchone()
    assert start + 60 < busy < start + 80
    answer = ask(source, ids, clock=lambda: busy + time.time() - start)
    assert len(answer.facts) == 250


# The turn.


def turn(db: sqlite3.Connection, now: float, host: str = "a") -> float:
    return cache.take_turn(db, host, now, lease=70.0, nonsense=3600.0)


def test_a_turn_is_one_hosts_and_one_askers(tmp_path: Path) -> None:
    with cache.opened(tmp_path / "c.sqlite") as db:
        assert turn(db, 1000.0) == 0.0
        assert turn(db, 1001.0) == 69.0
        assert turn(db, 1001.0, "b") == 0.0
        cache.end_turn(db, "a", 1004.0)
        assert turn(db, 1001.0) == 3.0
        assert turn(db, 1004.0) == 0.0
        assert turn(db, 1005.0) == 69.0
        assert turn(db, 1074.0) == 0.0  # whoever had it is dead
        cache.end_turn(db, "a", 4674.0)
        assert turn(db, 1074.0) == 3600.0


def test_a_clock_set_back_does_not_stop_everybody(tmp_path: Path) -> None:
    with cache.opened(tmp_path / "c.sqlite") as db:
        turn(db, 1_000_000.0)
        cache.end_turn(db, "a", 1_000_003.0)
        assert turn(db, 1_000_000.0 - 3000) > 0
        assert turn(db, 1_000_000.0 - 4000) == 0.0
        assert turn(db, 1_000_000.0 - 3990) == 60.0  # and the wrong time is forgotten


# The cache.


def test_a_cache_is_its_owners_alone(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        for _ in range(2):
            with cache.opened(tmp_path / "a" / "b" / "c.sqlite"):
                pass
    finally:
        os.umask(umask)
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_of_a_file_only_what_it_held_in_this_state_is_taken(tmp_path: Path) -> None:
    facts = Facts(title="x")
    with cache.opened(tmp_path / "c.sqlite") as db:
        cache.keep_scan(db, "a", "1", {"one": facts, "none": None})
        cache.keep_scan(db, "b", "1", {"one": None})
        assert cache.scanned(db, "a", "1", ["one", "none", "never"]) == {"one": facts, "none": None}
        assert cache.scanned(db, "a", "2", ["one"]) == {} == cache.scanned(db, "c", "1", ["one"])
        cache.keep_scan(db, "a", "2", {"none": facts})
        assert cache.scanned(db, "a", "1", ["one", "none"]) == {}
        assert cache.scanned(db, "b", "1", ["one"]) == {"one": None}, "another file's stays"


def test_a_cache_of_another_version_is_made_anew(api: Api, source: Source) -> None:
    api.papers = {"2308.00001": "2023-08-01"}
    ask(source, ["2308.00001"])
    with closing(sqlite3.connect(source.cache)) as db:
        db.execute("DROP TABLE turn")
        db.execute("PRAGMA user_version = 99")
    assert remembered(source, ["2308.00001"]) == {}
    assert len(ask(source, ["2308.00001"]).facts) == 1


@pytest.mark.parametrize("damage", ["{", "[]", '{"publisht": "2023"}', "3"])
def test_a_damaged_row_is_asked_for_again(api: Api, source: Source, damage: str) -> None:
    api.papers = dict.fromkeys(ids_of(2), "2023-08-01")
    ask(source, ids_of(2))
    with closing(sqlite3.connect(source.cache)) as db, db:
        db.execute("UPDATE paper SET facts = ? WHERE id = '2308.00001'", (damage,))
    assert set(remembered(source, ids_of(2))) == {"2308.00002"}
    assert set(ask(source, ids_of(2)).facts) == set(ids_of(2))
    assert api.asked[-1].ids == ("2308.00001",)


def test_an_answer_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    with cache.opened(tmp_path / "c.sqlite") as db:
        db.execute(
            "CREATE TRIGGER bad BEFORE INSERT ON paper WHEN new.id = '2308.00003'"
            " BEGIN SELECT raise(ABORT, 'full'); END"
        )
        with pytest.raises(sqlite3.Error):
            cache.keep(db, "2023-08-14", dict.fromkeys(ids_of(3), Facts(title="x")), ())
        assert cache.rows(db, ids_of(3)) == {}


def test_the_cache_gives_back_what_it_was_given(tmp_path: Path) -> None:
    facts = Facts(
        "2023-08-14", "2023-08-15", "제목", ("A", "B"), ("cs.CL",), "10.1/x", "J", "c", "a\nb"
    )
    ids = ids_of(1200)
    with cache.opened(tmp_path / "c.sqlite") as db:
        cache.keep(db, "2023-08-14", dict.fromkeys(ids, facts), ["none"])
        found = cache.rows(db, [*ids, "none", "never"])
    assert found == dict.fromkeys(ids, ("2023-08-14", facts)) | {"none": ("2023-08-14", None)}
