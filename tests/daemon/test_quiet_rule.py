"""The quiet rule and the ping-pong breaker, on given times."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.laws import examples
from vault_sync.core.model.values import RelPath
from vault_sync.daemon import quiet_rule

A, B = RelPath("digests/a.md"), RelPath("papers/b.md")


@pytest.mark.parametrize(
    ("touches", "now", "guarded"),
    [
        ({}, 0.0, {}),
        ({A: 0.0}, 10.0, {}),  # ten quiet seconds are enough
        ({A: 0.0}, 99.0, {}),
        ({A: 0.0}, 9.9, {A: 10.0}),
        ({A: 0.0, B: 5.0}, 9.0, {A: 10.0, B: 15.0}),
        ({A: 0.0, B: 5.0}, 12.0, {B: 15.0}),
    ],
)
def test_a_file_is_held_for_the_quiet_time_after_a_touch(
    touches: Mapping[RelPath, float], now: float, guarded: Mapping[RelPath, float]
) -> None:
    assert quiet_rule.guarded(touches, quiet_rule.NO_TURNS, now, 10.0) == guarded
    assert quiet_rule.unexpired(touches, now, 10.0).keys() == guarded.keys()


@pytest.mark.parametrize(
    ("known", "heard", "ours", "after"),
    [
        # What must not become a touch.
        ({}, {}, {A}, {}),
        ({}, {A: 3.0}, {A}, {}),
        ({A: 5.0}, {A: 3.0}, set(), {A: 5.0}),  # heard late: the newer touch stays
        ({A: 1.0}, {A: 3.0}, {A}, {A: 1.0}),  # our echo does not wipe out a person's touch
        # What must.
        ({}, {A: 3.0}, set(), {A: 3.0}),
        ({A: 1.0}, {A: 3.0}, set(), {A: 3.0}),
        ({A: 1.0}, {A: 3.0, B: 3.0}, {B}, {A: 3.0}),
    ],
)
def test_only_others_touch(
    known: Mapping[RelPath, float],
    heard: Mapping[RelPath, float],
    ours: set[RelPath],
    after: Mapping[RelPath, float],
) -> None:
    assert quiet_rule.touched(known, heard, ours) == after


def _played(game: str, step: float) -> quiet_rule.Turns:
    """The turns after `game`, one letter every `step` seconds: o is we, t is another program."""
    turns = quiet_rule.NO_TURNS
    for number, who in enumerate(game):
        turns = quiet_rule.with_turns(turns, {A: ""}, number * step, ours=who == "o")
    return turns


@pytest.mark.parametrize(
    ("game", "step"),
    [
        ("", 1.0),
        ("o", 1.0),
        ("oooooooooo", 1.0),  # a night's work of our own is no quarrel
        ("tttttttttt", 1.0),  # nor is a person at the keyboard
        ("tttooooottttt", 1.0),
        ("ototo", 1.0),  # three times: that happens
        ("ototototototo", 15.0),  # twice a minute, all day
        ("ototott", 1.0),
    ],
)
def test_who_is_not_left_alone(game: str, step: float) -> None:
    assert quiet_rule.rests_until(_played(game, step).get(A, ())) is None
    assert quiet_rule.ping_pong(_played(game, step), 0.0) == ()


@pytest.mark.parametrize(
    ("game", "step", "last"),
    [
        ("otototo", 1.0, 6.0),
        ("otototo", 10.0, 60.0),
        ("ototototo", 1.0, 8.0),
        ("ottottotto", 1.0, 9.0),
        ("ooototooto", 1.0, 9.0),
        ("totototot", 1.0, 7.0),
    ],
)
def test_who_is_left_alone(game: str, step: float, last: float) -> None:
    turns = _played(game, step)
    assert quiet_rule.rests_until(turns[A]) == last + quiet_rule.REST
    assert quiet_rule.guarded({}, turns, last, 10.0) == {A: last + quiet_rule.REST}
    assert quiet_rule.guarded({}, turns, last + quiet_rule.REST, 10.0) == {}
    (problem,) = quiet_rule.ping_pong(turns, last)
    assert (problem.path, problem.code) == (A, "ping-pong")
    assert problem.hint
    assert quiet_rule.ping_pong(turns, last + quiet_rule.REST) == ()


@pytest.mark.parametrize(("rounds", "step", "alone"), [(20, 7.0, False), (21, 7.0, True)])
def test_whoever_pastes_entry_after_entry_is_no_program(
    rounds: int, step: float, *, alone: bool
) -> None:
    """Each paste is answered by another text of ours; a war of 20 rounds in minutes still ends."""
    turns = quiet_rule.NO_TURNS
    for number in range(rounds):
        at = number * 2 * step
        turns = quiet_rule.with_turns(turns, {A: str(number)}, at, ours=True)
        turns = quiet_rule.with_turns(turns, {A: ""}, at + step, ours=False)
    assert (quiet_rule.rests_until(turns[A]) is not None) == alone


def test_files_that_are_left_alone_are_told_of_in_the_sequence_of_their_paths() -> None:
    turns = {path: _played("otototo", 1.0)[A] for path in (B, A)}
    assert [problem.path for problem in quiet_rule.ping_pong(turns, 6.0)] == [A, B]


def test_a_touch_cannot_shorten_a_rest() -> None:
    turns = _played("otototo", 1.0)
    assert quiet_rule.guarded({A: 6.5}, turns, 7.0, 10.0) == {A: 6.0 + quiet_rule.REST}
    assert quiet_rule.guarded({A: 6.0 + quiet_rule.REST}, turns, 7.0, 10.0) == {
        A: 16.0 + quiet_rule.REST
    }


def test_old_turns_are_forgotten() -> None:
    turns = _played("otototo", 1.0)
    later = quiet_rule.with_turns(turns, {B: ""}, 6.0 + quiet_rule.REST, ours=True)
    assert later.keys() == {B}


@settings(max_examples=examples(65))
@given(st.lists(st.tuples(st.sampled_from("ot"), st.floats(0.1, 40.0)), max_size=30))
def test_left_alone_means_that_four_own_writes_stand_within_a_minute(
    game: list[tuple[str, float]],
) -> None:
    """Against a plain count: own writes that another program answered, in any one minute."""
    turns, now = quiet_rule.NO_TURNS, 0.0
    writes: list[float] = []
    before = ""
    for who, pause in game:
        now += pause
        turns = quiet_rule.with_turns(turns, {A: ""}, now, ours=who == "o")
        if who == "o" and before == "o":
            writes[-1] = now
        elif who == "o":
            writes.append(now)
        before = who if who == "o" or before else before
    recent = [at for at in writes if at > now - quiet_rule.REST]
    minutes = [sum(at - quiet_rule.WINDOW <= other <= at for other in recent) for at in recent]
    left_alone = quiet_rule.rests_until(turns.get(A, ())) is not None
    assert left_alone == any(count > quiet_rule.LIMIT for count in minutes)
