"""The quiet rule: it says when a file may be written; the turns in which two sides wrote one.

Obsidian saves about every 2 s while somebody types, and merges a change from outside into a buffer
that is not saved yet with a fuzzy patch that drops what does not fit. So a file is written only
when nobody else has touched it for `quiet` seconds. Times are seconds of one monotonic clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from vault_sync.core.model.values import Problem, RelPath

Touches = Mapping[RelPath, float]
"""The time at which somebody else last touched each file."""

WINDOW, LIMIT = 60.0, 3
"""More of our writes of the same bytes than this, in so many seconds, are a quarrel."""
LONG, MANY = 300.0, 20
"""The same for whatever bytes: whoever pastes entry after entry has each linked by us in turn."""
REST = 900.0


class Turn(NamedTuple):
    """One side's last write before the other's: ours (`what`: a hash of it), or another's."""

    at: float
    ours: bool
    what: str = ""


Turns = Mapping[RelPath, tuple[Turn, ...]]
"""Who wrote a file, in turns: no two neighbours of one tuple are of the same side."""

NO_TURNS: Turns = MappingProxyType({})


def touched(touches: Touches, changes: Touches, ours: Iterable[RelPath]) -> dict[RelPath, float]:
    """Return `touches` with the newer changes, but for `ours`: files that hold what we wrote there.

    A file's content being ours says nothing of an earlier touch: that one stays.
    """
    own = frozenset(ours)
    found = dict(touches)
    for path, at in changes.items():
        if path not in own:
            found[path] = max(at, found.get(path, at))
    return found


def guarded(touches: Touches, turns: Turns, now: float, quiet: float) -> dict[RelPath, float]:
    """Return the files that must not be written now, each with the time when it may be again."""
    until = {path: at + quiet for path, at in touches.items()}
    for path in turns:
        rest = rests_until(turns[path])
        if rest is not None:
            until[path] = max(rest, until.get(path, rest))
    return {path: end for path, end in until.items() if end > now}


def unexpired(touches: Touches, now: float, quiet: float) -> dict[RelPath, float]:
    """Return the touches that still guard a file; the others can be forgotten."""
    return {path: at for path, at in touches.items() if at + quiet > now}


def with_turns(turns: Turns, writes: Mapping[RelPath, str], at: float, *, ours: bool) -> Turns:
    """Return `turns` after somebody wrote files; `writes` has a hash of each new text, or "".

    A file that we never wrote has no turns: others may write it as often as they like. What is
    older than `REST` is forgotten.
    """
    after = {path: recent for path, old in turns.items() if (recent := _recent(old, at))}
    for path, what in writes.items():
        before = after.get(path, ())
        if before and before[-1].ours == ours:
            after[path] = (*before[:-1], Turn(at, ours, what))
        elif before or ours:
            after[path] = (*before, Turn(at, ours, what))
    return after


def rests_until(turns: tuple[Turn, ...]) -> float | None:
    """Return the time until which a file is left alone because two programs undo each other there.

    That is `REST` seconds after our last write of too many (`LIMIT`, `MANY`), each answered by
    another program. None: nothing of the kind.
    """
    own = [turn for turn in turns if turn.ours]
    same = ([turn for turn in own if turn.what == what] for what in {turn.what for turn in own})
    quarrels = [(writes, LIMIT, WINDOW) for writes in same] + [(own, MANY, LONG)]
    return max(
        (
            last.at + REST
            for writes, limit, window in quarrels
            for first, last in zip(writes, writes[limit:], strict=False)
            if last.at - first.at <= window
        ),
        default=None,
    )


def ping_pong(turns: Turns, now: float) -> tuple[Problem, ...]:
    """Return a problem for every file that is left alone now."""
    return tuple(
        Problem(
            path=path,
            code="ping-pong",
            message=(
                "vault-sync and another program rewrite this file by turns, several times "
                "a minute; it is left alone"
            ),
            hint=(
                "find what rewrites it (a formatter or linter plugin, a second vault-sync over "
                f"the same folder) and let it skip this file; it is tried again after "
                f"{REST / 60:.0f} minutes or when the daemon is started anew"
            ),
        )
        for path in sorted(turns)
        if (rests_until(turns[path]) or now) > now
    )


def _recent(turns: tuple[Turn, ...], now: float) -> tuple[Turn, ...]:
    return tuple(turn for turn in turns if turn.at > now - REST)
