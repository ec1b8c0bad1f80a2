"""Worlds of human edits on the disk: no word is lost, a part plans as a whole, all comes to rest.

The short form here; ten thousand steps in the sweep, which count the questions that a person is
asked too: what one does on purpose stays unasked. Three faults planted in reconcile are each
found within thirty worlds, or the law would be no proof.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from tests.support.human_edits import desk
from vault_sync.core.merge import three_way
from vault_sync.core.note import note
from vault_sync.core.reconcile.pairing import removals

QUESTIONS = 0.0593
"""How many questions a step may cost: 0.0393 before slips were held (commit 47cf3d58), and 0.02."""


def world(seed: int, steps: int) -> Counter[str]:
    with desk(seed) as at:
        for _ in range(steps):
            at.step()
        at.finish()
        return Counter(
            steps=steps,
            passes=at.passes,
            parts=at.parts,
            words=len(at.world.written),
            questions=at.questions,
        )


@pytest.mark.parametrize("seed", range(6))
def test_a_world(seed: int) -> None:
    assert world(seed, 25)["passes"]


def test_a_digest_that_is_written_concerns_all_of_its_papers() -> None:
    """In this world one stands beside an entry whose link another file's name made unclear."""
    assert world(338, 38)["passes"]


def a_tag_is_lost_in_a_merge(patch: pytest.MonkeyPatch) -> None:
    right = three_way.tag_sets

    def tag_sets(was: Any, ours: Any, theirs: Any) -> tuple[str, ...]:
        """What the second side has put in is gone."""
        found = right(was, ours, theirs)
        return found if was is None else tuple(tag for tag in found if tag in {*was, *ours})

    patch.setattr(three_way, "tag_sets", tag_sets)


def nothing_is_the_readers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(note, "own_words", lambda *of: "")


def a_removal_beats_an_edit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(removals, "is_edited", lambda *of: False)


@pytest.mark.parametrize(
    ("plant", "first"),
    [(a_tag_is_lost_in_a_merge, 11), (nothing_is_the_readers, 3), (a_removal_beats_an_edit, 1)],
)
def test_a_fault_is_found_within_thirty_worlds(
    plant: Callable[[pytest.MonkeyPatch], None], first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the world that found it first when this was written, so that it takes a second."""
    plant(monkeypatch)
    with pytest.raises(AssertionError, match="lost: "):
        [world((first + number) % 30, 25) for number in range(30)]


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_ten_thousand_steps() -> None:
    counted: Counter[str] = Counter()
    for steps, seeds in ((25, range(100, 300)), (100, range(300, 350))):
        for seed in seeds:
            counted += world(seed, steps)
    print(dict(counted))
    assert counted["steps"] == 10_000
    assert counted["questions"] <= QUESTIONS * counted["steps"]
