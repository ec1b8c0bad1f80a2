"""The law of slips: a keypress at the wrong place costs the other side nothing.

`tests/support/slip_worlds.py` has the vaults, `slip_kinds.py` the slips, `slip_law.py` the law. The
short form here; twenty thousand slips in the sweep, one in fifty of them on the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from tests.support.slip_disk import SlipDisk
from tests.support.slip_kinds import ANYWHERE, DIGEST_SLIPS, NOTE_SLIPS
from tests.support.slip_law import Fault, Slipped, Trial, slip_in
from tests.support.slip_worlds import DIGEST, NOTE_FORMS, SHAPE_NAMES, SlipWorld, world
from vault_sync.core import snapshot
from vault_sync.core.digest import tag_slips
from vault_sync.core.reconcile.pairing import remains, traces

Plant = Callable[[pytest.MonkeyPatch], None]
TAKES_WORDS = frozenset({"a line deleted", "address line deleted", "a property gone"})


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_a_slip_changes_the_form_and_keeps_the_words(shape: str) -> None:
    random = Random(shape)
    for form in NOTE_FORMS:
        made = world(shape, form)
        for slip in [slip_in(made, random) for _ in range(40)]:
            if slip is not None and slip.kind not in TAKES_WORDS | {"no properties"}:
                before, after = (made.words.in_text(each) for each in (slip.before, slip.after))
                assert before <= after, slip.kind


def test_every_kind_of_slip_finds_a_place() -> None:
    random, made = Random(1), world("flat", "own text")
    note = made.notes[made.keys[0]]
    for kinds, path in (({**ANYWHERE, **DIGEST_SLIPS}, DIGEST), ({**ANYWHERE, **NOTE_SLIPS}, note)):
        lines = [*made.vault.files[path].split("\n"), "  indented"]
        nowhere = [
            kind
            for kind, slip in kinds.items()
            if all(slip(random, lines) in (None, lines) for _ in range(20))
        ]
        assert not nowhere
    assert len(ANYWHERE) + len(DIGEST_SLIPS) + len(NOTE_SLIPS) > 100


def slips(made: SlipWorld, random: Random, count: int) -> Iterator[Slipped]:
    while count:
        slip = slip_in(made, random)
        if slip is not None:
            count -= 1
            yield slip


class Costs(NamedTuple):
    """What a slip cost: the number of the slip, its world, kind and file, and the fault."""

    number: str
    world: str
    kind: str
    path: str
    fault: Fault


def faults_in_memory(shape: str, form: str, seed: int, count: int) -> list[Costs]:
    """Return what so many slips cost, each in a vault of its own."""
    made = world(shape, form)
    return [
        Costs(f"{made.name} {number}", made.name, slip.kind, slip.path, fault)
        for number, slip in enumerate(slips(made, Random(f"{made.name} {seed}"), count))
        for fault in Trial(made, slip, made.fork()).run()
    ]


def faults_on_the_disk(shape: str, form: str, seed: int, count: int, above: Path) -> list[Costs]:
    """Return what so many slips cost, one after the other in one vault."""
    made = world(shape, form)
    vault = SlipDisk(above, made)
    found = []
    for number, slip in enumerate(slips(made, Random(f"{made.name} {seed}"), count)):
        assert vault.files[slip.path] == slip.before
        faults = Trial(made, slip, vault).run()
        name = f"{made.name} {number} on the disk"
        found += [Costs(name, made.name, slip.kind, slip.path, each) for each in faults]
        if faults:
            break
    vault.state.close()
    return found


OPEN = frozenset(
    {
        # A heading within a note's section makes what stands below it the reader's own.
        ("spaced, adopted", "a heading in the section"),
        ("dated items, adopted", "a heading in the section"),
        # An item of a list of properties that became a comment, or ran into the one above.
        ("bold title-first, own text", "a line to a heading of level 3"),
        ("Korean paragraphs, own text", "delete a sign"),
        # Taken back, the note keeps another wrapping of the same words.
        ("flat, two sections", "all indented"),
    }
)
"""The slips of the short form that still cost something, and why."""


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_a_slip_costs_nothing(shape: str) -> None:
    found = [fault for form in NOTE_FORMS for fault in faults_in_memory(shape, form, 0, 4)]
    assert {(each.world, each.kind) for each in found} <= OPEN, found


@pytest.mark.parametrize("number", range(4))
def test_a_slip_costs_nothing_on_the_disk(number: int, tmp_path: Path) -> None:
    """In passes over what changed, each beside one over the whole."""
    shape, form = SHAPE_NAMES[number * 5], NOTE_FORMS[number]
    assert not faults_on_the_disk(shape, form, 0, 3, tmp_path)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_twenty_thousand_slips(tmp_path: Path) -> None:
    """Three in a hundred may still cost something, of which the causes are told above."""
    found: list[Costs] = []
    for seed, (shape, form) in enumerate((s, f) for s in SHAPE_NAMES for f in NOTE_FORMS):
        found += faults_in_memory(shape, form, seed + 1, 208)
        (tmp_path / str(seed)).mkdir()
        found += faults_on_the_disk(shape, form, seed + 1, 4, tmp_path / str(seed))
    print(*found, sep="\n")
    assert len({each.number for each in found}) <= 0.03 * 20_000


# Faults planted in the rules: each costs something again.


def a_known_path_is_adopted_anew(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(snapshot._SnapshotBuilder, "_is_lost", lambda *_of: False)


def an_address_counts_as_a_bare_line_alone(patch: pytest.MonkeyPatch) -> None:
    def bare(of: Any, now: Any, *_was: Any) -> set[int]:
        return {at for at, line in enumerate(now.text.split("\n")) if of.address.fullmatch(line)}

    patch.setattr(traces.Traces, "lines_in", bare)


def a_neighbour_takes_the_lines(patch: pytest.MonkeyPatch) -> None:
    def waits(of: Any, key: Any, digest: Any) -> bool:
        return (key, digest) in of.papers

    patch.setattr(remains.Remains, "waits", waits)


def a_heading_cuts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(remains, "lines_unsaid", lambda *_of: set())


def tags_are_dropped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tag_slips, "_slips", lambda *_of: ())
    patch.setattr(remains, "lines_unsaid", lambda *_of: set())


@pytest.mark.parametrize(
    ("plant", "kind", "costs"),
    [
        (a_known_path_is_adopted_anew, "the opening rule gone", "not as it was"),
        (an_address_counts_as_a_bare_line_alone, "address to a Markdown link", "note gone"),
        (a_neighbour_takes_the_lines, "address line deleted", "moved"),
        (a_heading_cuts, "a heading in the commentary", "lost"),
        (tags_are_dropped, "tags to an item", "left tags"),
    ],
)
def test_a_planted_fault_is_caught(
    plant: Plant, kind: str, costs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world("flat", "fresh")
    drawn = slips(made, Random(3), 1500)
    found = [slip for slip in drawn if slip.kind == kind][:6]
    assert found and not [each for slip in found for each in Trial(made, slip, made.fork()).run()]
    plant(monkeypatch)
    faults = [each for slip in found for each in Trial(made, slip, made.fork()).run()]
    assert [each for each in faults if each.what.startswith(costs)], faults
