"""What one device remembers: where it lies, when it is believed, who may write it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.folders import ROOT
from tests.support.written_world import NOON, Killed, P, World, agree
from vault_sync.core.model.plan import BaseKey, BaseUpdate, Plan, Value, Write
from vault_sync.core.model.values import Key
from vault_sync.edge.state import base_table
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.lock import Busy
from vault_sync.edge.state.schema import SCHEMA, bound, encode, unbound
from vault_sync.edge.state.store import StateStore, open_state, state_dir
from vault_sync.edge.write.apply import apply
from vault_sync.edge.write.recovery import recover

A = BaseKey(Key("a"), "week.md", "text")
B = BaseKey(Key("b"), "week.md", "text")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def keep(world: World, *base_updates: BaseUpdate) -> None:
    state = world.state()
    with state.lock(0):
        state.keep(base_updates)


def say(value: str, row: BaseKey = A) -> BaseUpdate:
    return BaseUpdate(frozenset(), {row: value})


def database(world: World) -> Path:
    return next(world.folder.glob("state/*/state.sqlite"))


# ---- where


def test_each_vault_has_a_folder_of_its_own_that_names_it(tmp_path: Path) -> None:
    environ = {"VAULT_SYNC_STATE_DIR": str(tmp_path / "state")}
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to("one")
    one, two, link = (state_dir(tmp_path / name, environ) for name in ("one", "two", "link"))
    assert one != two
    assert one == link, "the same vault by another name"
    assert one.name.startswith("one-")
    assert list(tmp_path.glob("state")) == []


def test_without_the_override_it_is_the_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "vault-sync" in state_dir(tmp_path / "vault", {}).parts


def test_never_in_the_vault(world: World) -> None:
    with pytest.raises(StateError, match="must not lie in the vault"):
        state_dir(world.vault, {"VAULT_SYNC_STATE_DIR": str(world.vault / "state")})


def test_for_its_owner_alone_whatever_the_umask(world: World) -> None:
    umask = os.umask(0)
    try:
        world.put("a.md", "old")
        world.apply(Write(P("a.md"), "old", "new", ""), base_updates=(agree("a.md"),))
        state = world.state()
        with state.lock(0):
            state.keep([say('"more"')])
            modes = {path.name: path.stat().st_mode & 0o777 for path in state.directory.rglob("*")}
    finally:
        os.umask(umask)
    assert modes.pop("saved") == 0o700
    assert {mode & 0o077 for mode in modes.values()} == {0}, modes
    assert state.directory.stat().st_mode & 0o777 == 0o700


def test_reading_makes_nothing(world: World) -> None:
    state = world.state()
    assert not state.has_base
    assert state.rows() == {} == state.older()
    assert state.note is None
    assert not state.was_before(A, '"x"')
    assert list(world.folder.iterdir()) == [world.vault]


# ---- the base and its history


def test_a_value_may_go_back_and_forth(world: World) -> None:
    for value in ('"one"', '"two"', '"one"', '"two"', '"one"'):
        keep(world, say(value))
    state = world.state()
    assert state.rows() == {A: '"one"'}
    assert state.was_before(A, '"two"')
    assert not state.was_before(A, '"one"')  # it stands now


def test_also_within_one_commit(world: World) -> None:
    keep(world, *(say(value) for value in ('"one"', '"two"', '"one"', '"two"')))
    assert world.state().rows() == {A: '"two"'}


def test_known_from_the_second_pass_on(world: World) -> None:
    keep(world)
    assert not world.state().has_base
    keep(world, say('"one"'))
    assert world.state().has_base
    assert world.state().rows() == {A: '"one"'}


def test_earlier_values_are_remembered_and_the_present_one_is_not_earlier(world: World) -> None:
    for value in ('"one"', '"two"', '"two"', '"three"'):
        keep(world, say(value))
    state = world.state()
    assert state.was_before(A, '"one"') and state.was_before(A, '"two"')
    assert not state.was_before(A, '"three"')
    assert not state.was_before(B, '"one"')
    assert {len(hashes) for hashes in state.older().values()} == {2}


NOTE = BaseKey(Key("a"), "", "note")


def session(world: World, typing: set[str], *base_updates: BaseUpdate) -> StateStore:
    """One pass while somebody types in some files."""
    state = world.state()
    with state.lock(0, typing):
        state.keep(base_updates)
        state.outdate()
    return state


@pytest.mark.parametrize("file", ["week.md", "papers/a.md", "other.md"])
def test_what_is_typed_and_taken_back_is_no_old_text(world: World, file: str) -> None:
    """In any file of the paper: a title stands in all of its digests."""
    there = BaseUpdate(frozenset(), {NOTE: "papers/a.md", BaseKey(Key("a"), "other.md", "x"): "1"})
    session(world, set(), say('"one"'), there)
    session(world, {file}, say('"two"'))
    state = world.state()
    with state.lock(0, {file}):
        assert not state.was_before(A, '"one"')
        state.keep([say('"one"')])
    with state.lock(0, {file}):
        assert not state.was_before(A, '"two"')
    with state.lock(0, {"somewhere-else.md"}):
        assert state.was_before(A, '"two"')
        assert not state.was_before(A, '"one"')


def test_when_the_files_are_at_rest_the_session_is_over(world: World) -> None:
    session(world, set(), say('"one"'))
    session(world, {"week.md"}, say('"two"'))
    before = world.state().stamp()
    session(world, {"week.md"})
    assert world.state().stamp() == before, "nothing has come to rest, nothing is written"
    session(world, {"elsewhere.md"})
    with (state := world.state()).lock(0, {"week.md"}):
        assert state.was_before(A, '"one"')
    # A command counts as nobody typing, also with no daemon to end the session.
    session(world, {"week.md"}, say('"three"'))
    assert world.state().was_before(A, '"two"')


def test_an_entry_that_moves_takes_its_present_text_along(world: World) -> None:
    session(world, set(), say('"one"'))
    moved = BaseKey(A.key, "next.md", A.field)
    session(world, set(), BaseUpdate(frozenset(), {moved: '"one"'}, frozenset({A})))
    session(world, {"next.md"}, BaseUpdate(frozenset(), {moved: '"two"'}))
    with (state := world.state()).lock(0, {"next.md"}):
        assert not state.was_before(moved, '"one"')


def test_a_state_of_an_older_program_counts_as_none(world: World) -> None:
    keep(world, say('"one"'))
    with closing(sqlite3.connect(database(world))) as connection:
        connection.execute("PRAGMA user_version = 1")
    state = world.state()
    assert not state.has_base and state.note is not None and "older vault-sync" in state.note
    keep(world, say('"two"'))
    assert world.state().rows() == {A: '"two"'}


def test_a_dropped_row_is_gone_and_its_value_earlier(world: World) -> None:
    keep(world, say('"one"'), say('"b"', B))
    keep(world, BaseUpdate(frozenset(), {}, frozenset({A})))
    state = world.state()
    assert state.rows() == {B: '"b"'}
    assert state.was_before(A, '"one"')


def test_a_row_that_is_dropped_and_put_is_put(world: World) -> None:
    keep(world, say('"one"'))
    keep(world, BaseUpdate(frozenset(), {A: '"two"'}, frozenset({A})))
    assert world.state().rows() == {A: '"two"'}


_TEXTS = st.text(st.characters(codec="utf-8")) | st.binary(max_size=12).map(
    lambda content: content.decode("utf-8", "surrogateescape")
)

_VALUES = _TEXTS | st.lists(_TEXTS).map(tuple)


_ROWS = st.dictionaries(st.builds(BaseKey, st.builds(Key, _TEXTS), _TEXTS, _TEXTS), _TEXTS)


@given(_TEXTS)
def test_any_text_can_stand_in_the_database(text: str) -> None:
    assert unbound(bound(text)) == text


@settings(max_examples=25, deadline=None)
@given(_ROWS)
def test_any_rows_come_back(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[BaseKey, Value]
) -> None:
    world = World(tmp_path_factory.mktemp("rows"))
    keep(world, BaseUpdate(frozenset(), rows))
    assert world.state().rows() == rows


def test_what_was_read_before_damage_was_found_is_forgotten(world: World) -> None:
    state = world.state()
    with state.lock(0):
        state.keep([agree(key="old")])
        assert {row.key for row in state.rows()} == {"old"}
        assert state.select("SELECT * FROM a_table_that_is_gone") == []
        assert not state.has_base
        state.keep([agree(key="new")])
        assert {row.key for row in state.rows()} == {"new"}


def test_rows_follow_what_is_put_while_the_lock_is_held(world: World) -> None:
    state = world.state()
    with state.lock(0):
        state.keep([say('"one"')])
        given_out = state.rows()
        state.keep([say('"two"')])
        assert given_out == {A: '"one"'}
        assert state.rows() == {A: '"two"'}
    assert state.rows() == {A: '"two"'}
    keep(world, say('"three"'))
    state.close()
    assert state.rows() == {A: '"three"'}, "written by somebody else since"


# ---- when it is not believed


def other_folder(world: World) -> None:
    world.vault.rename(world.folder / "away")
    world.vault.mkdir()


def cut_short(world: World) -> None:
    os.truncate(database(world), database(world).stat().st_size // 2)


def overwritten(world: World) -> None:
    database(world).write_bytes(b"not a database at all, but long enough to be one" * 100)


def zeroed(world: World) -> None:
    size = database(world).stat().st_size
    database(world).write_bytes(bytes(size))


def said_changed(world: World, statement: str) -> None:
    with sqlite3.connect(database(world)) as connection:
        assert connection.execute(statement).rowcount > 0
    connection.close()


def value_changed(world: World) -> None:
    said_changed(world, "UPDATE said SET value = x'22666c697022' WHERE id = 7")


def value_of_another_row(world: World) -> None:
    said_changed(world, "UPDATE said SET digest = 'other.md' WHERE id = 7")


def value_of_another_agreement(world: World) -> None:
    said_changed(world, "UPDATE said SET agreement = 1 WHERE id = 7")


def value_gone(world: World) -> None:
    said_changed(world, "DELETE FROM said WHERE id = 7")


DISTRUSTED = (
    other_folder,
    cut_short,
    overwritten,
    zeroed,
    value_changed,
    value_of_another_row,
    value_of_another_agreement,
    value_gone,
)


@pytest.mark.parametrize("harm", DISTRUSTED)
def test_what_cannot_be_trusted_counts_as_none_and_is_kept_aside(
    world: World, harm: pytest.FixtureRequest
) -> None:
    keep(world, *(say(f'"{number}"', BaseKey(Key(str(number)), "", "")) for number in range(2000)))
    harm(world)  # type: ignore[operator]
    before = database(world).read_bytes()
    state = world.state()
    assert not state.has_base and state.rows() == {}
    assert state.note
    with state.lock(0):
        assert not state.has_base
        state.keep([say('"new"')])
        assert state.rows() == {A: '"new"'}
    state = world.state()
    assert state.has_base and state.rows() == {A: '"new"'} and state.note is None
    assert database(world).with_name("state.sqlite.aside-1").read_bytes() == before


def test_flipped_bits_are_noticed_or_harmless(world: World) -> None:
    """At any bit: the rows are exactly what they were, or there is no base."""
    rows = {
        BaseKey(Key(f"key {number}"), "week.md", "text"): f'"{number * 7}"' for number in range(60)
    }
    keep(world, BaseUpdate(frozenset(), rows))
    path = database(world)
    whole = path.read_bytes()
    outcomes = []
    for bit in range(5, len(whole) * 8, 997):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        state = world.state()
        try:
            found = dict(state.rows())
        except StateError:
            found = {}
        outcomes.append(bool(found))
        assert found in ({}, rows), bit
        state.close()
    assert any(outcomes) and not all(outcomes)


def test_a_newer_schema_is_refused_and_not_touched(world: World) -> None:
    keep(world, say('"one"'))
    with sqlite3.connect(database(world)) as connection:
        connection.execute(f"PRAGMA user_version={SCHEMA + 1}")
    connection.close()
    before = database(world).read_bytes()
    for _ in range(2):
        state = world.state()
        with pytest.raises(StateError, match="newer"):
            state.rows()
        with state.lock(0), pytest.raises(StateError, match="newer"):
            state.keep([say('"two"')])
    assert database(world).read_bytes() == before


def test_a_state_that_cannot_be_read_just_now_is_no_damaged_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(world, say('"one"'))

    def fail(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
        raise error

    state = world.state()
    with monkeypatch.context() as planted:
        planted.setattr("vault_sync.edge.state.base_table.read_base", fail)
        with pytest.raises(StateError, match="cannot be read"):
            state.rows()
    assert state.rows() == {A: '"one"'}


def test_a_state_that_cannot_be_opened_says_what_to_do(world: World) -> None:
    database = world.state().directory / "state.sqlite"
    database.parent.mkdir(parents=True, exist_ok=True)
    database.unlink(missing_ok=True)
    database.mkdir()
    with pytest.raises(StateError, match=r"cannot be opened .* set VAULT_SYNC_STATE_DIR"):
        world.state().rows()


def test_a_state_that_cannot_be_written_says_so_and_is_what_it_was(world: World) -> None:
    keep(world, say('"one"'))
    state = world.state()

    def put_and_fail() -> None:
        with state.writing() as connection:
            said = base_table.promise(connection, [(None, say('"two"'))])
            state.stand(connection, [say('"two"')], said)
            connection.execute("INSERT INTO nowhere VALUES (1)")

    with state.lock(0):
        with pytest.raises(StateError, match="could not be written"):
            put_and_fail()
        assert state.rows() == {A: '"one"'}
    assert world.state().rows() == {A: '"one"'}


def stopped_after_the_journal(world: World, *more: BaseUpdate) -> None:
    def stop(point: str, _: str) -> None:
        if point == "after-journal":
            raise Killed

    world.put("a.md", "old")
    with pytest.raises(Killed):
        world.apply(
            Write(P("a.md"), "old", "new", ""), base_updates=(*more, agree("a.md")), at=stop
        )


def spoil(world: World, statement: str) -> None:
    with sqlite3.connect(database(world)) as connection:
        assert connection.execute(statement).rowcount == 1
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET content = x'6e6577e1'",
        "UPDATE journal SET sum = sum + 1",
        "UPDATE operation SET path = 'b.md'",
        "DELETE FROM journal",
    ],
)
def test_a_damaged_journal_is_left_undone(world: World, statement: str) -> None:
    stopped_after_the_journal(world)
    spoil(world, statement)
    told = world.recover()
    assert [one.code for one in told] == ["recovered", "not-recovered"]
    assert world.texts() == {"a.md": "old"}
    assert world.state().rows() == {}
    assert world.recover() == []


@pytest.mark.parametrize(
    "statement",
    [
        """UPDATE said SET value = x'22772e22' WHERE agreement""",
        """UPDATE said SET value = '"v"' WHERE agreement""",
        "UPDATE said SET key = 'l' WHERE agreement",
        "UPDATE said SET agreement = agreement + 1 WHERE agreement",
        "DELETE FROM said WHERE agreement",
        "UPDATE agreement SET count = 2",
        "UPDATE agreement SET dropped = '[]'",
        "UPDATE agreement SET paths = replace(paths, 'a', 'b')",
        "DELETE FROM agreement",
    ],
)
def test_a_damaged_agreement_is_not_kept(world: World, statement: str) -> None:
    keep(world, say('"one"'))
    stopped_after_the_journal(world)
    spoil(world, statement)
    world.recover()
    assert world.texts() == {"a.md": "new"}
    assert world.state().rows() == {A: '"one"'}


def test_what_is_promised_is_not_said_until_the_pass_has_ended(world: World) -> None:
    keep(world, say('"one"'))
    stopped_after_the_journal(world, BaseUpdate(frozenset({P("a.md")}), {A: '"two"'}))
    state = world.state()
    assert state.rows() == {A: '"one"'} and not state.was_before(A, '"one"')
    world.recover()
    state = world.state()
    assert state.rows() == {A: '"two"', **agree().put} and state.was_before(A, '"one"')


def test_nothing_is_written_twice_or_left_over(world: World) -> None:
    """Neither what was replaced nor what was not kept."""
    keep(world, say('"one"'), say('"b"', B))
    world.put("a.md", "old")
    world.put("c.md", "edited")
    world.apply(
        Write(P("a.md"), "old", "new", ""),
        Write(P("c.md"), "old", "new", ""),
        base_updates=(
            BaseUpdate(frozenset({P("a.md")}), {A: '"two"'}, frozenset({B})),
            BaseUpdate(frozenset({P("c.md")}), {B: '"three"'}),
        ),
    )
    with closing(sqlite3.connect(database(world))) as connection:
        assert connection.execute("SELECT value FROM said").fetchall() == [(encode('"two"'),)]
        assert connection.execute("SELECT count(*) FROM journal").fetchone() == (0,)
        assert connection.execute("SELECT count, dropped FROM agreement").fetchall() == [(1, None)]
    assert world.state().rows() == {A: '"two"'}
    assert world.state().was_before(B, '"b"')


@settings(max_examples=25, deadline=None)
@given(_ROWS)
def test_any_rows_come_back_from_the_journal(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[BaseKey, Value]
) -> None:
    world = World(tmp_path_factory.mktemp("rows"))
    keep(world, say('"one"'))
    dropped = BaseUpdate(frozenset({P("a.md")}), rows, frozenset({A} - rows.keys()))
    stopped_after_the_journal(world, dropped)
    world.recover()
    assert world.state().rows() == {**rows, **agree().put}


@pytest.mark.parametrize("statement", [None, "UPDATE journal SET sum = sum + 1"])
def test_a_pass_that_is_over_leaves_nothing_in_the_journal(
    world: World, statement: str | None
) -> None:
    world.put("a.md", "first")
    world.apply(Write(P("a.md"), "first", "old", ""), base_updates=(agree("a.md", key="before"),))
    stopped_after_the_journal(world, agree("a.md", key="before", drop=True))
    if statement:
        spoil(world, statement)
    world.recover()
    select = world.state().select
    # What a damaged pass had promised is forgotten whole.
    kept = 1 if statement else 3
    assert select("SELECT count(*), count(dropped) FROM agreement") == [(kept, 0)]
    assert select("SELECT count(*) FROM journal") == [(0,)]


# ---- one writer

_HOLD = """
import sys
from pathlib import Path
from vault_sync.edge.state.store import open_state
with open_state(Path(sys.argv[1]), {"VAULT_SYNC_STATE_DIR": sys.argv[2]}).lock(0):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_writer_is_told_who_holds_the_vault_and_a_killed_one_holds_nothing(
    world: World,
) -> None:
    where = [str(world.vault), world.environ["VAULT_SYNC_STATE_DIR"]]
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, *where],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        state = world.state()
        with pytest.raises(Busy) as caught, state.lock(0.05):
            pass
        assert f"process {holder.pid} " in caught.value.holder
        assert where[0] in caught.value.holder and "since" in caught.value.holder
        assert not state.has_base, "reading goes on"
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with state.lock(0):
            pass


def test_the_lock_is_for_this_vault_alone(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = World(tmp_path_factory.mktemp("other"))
    with world.state().lock(0), other.state().lock(0):
        pass


def test_the_lock_is_free_after_an_error(world: World) -> None:
    state = world.state()
    with pytest.raises(ZeroDivisionError), state.lock(0):
        raise ZeroDivisionError
    with state.lock(0):
        pass


def test_writing_without_the_lock_is_a_bug(world: World) -> None:
    with pytest.raises(AssertionError):
        world.state().keep([say('"one"')])


def test_a_vault_that_was_copied_has_no_base(world: World, tmp_path: Path) -> None:
    world.put("a.md", "old")
    state = world.state()
    with state.lock(0):
        recover(world.vault, state)
        plan = Plan((Write(P("a.md"), "old", "new", ""),), (agree("a.md"),))
        apply(world.vault, state, plan, cause="test", started=NOON)
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-a", world.vault, copy], check=True)
    assert not open_state(copy, world.environ).has_base
    assert world.state().has_base
