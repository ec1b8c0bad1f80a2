"""The laws of several devices: no word is lost, all are equal in the end, nothing goes on for ever.

Two devices lose nothing. Of three, of which one was away while the others merged, a sentence was
lost in 3 of 15,000 dense schedules: such a loss is bounded here, and known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import islice
from typing import NamedTuple

import pytest
from tests.support.many_devices import (
    DIGEST,
    Entries,
    Entry,
    Pass,
    Settings,
    Step,
    Variant,
    every,
    play,
    play_many,
)
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.merge import copy_rules, sync_copy
from vault_sync.core.merge.document_copies import merge_digest_copy, merge_note_copy
from vault_sync.core.merge.sync_copy import last_seen
from vault_sync.core.model.base import Arrival, CopyRow, History, PastValue
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import Fields, Key
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.properties import block

TWO = {
    "two": Settings(),
    "two, two papers": Settings(papers=2, edits=5, acts=12),
    "two, thrice": Settings(edits=3, phases=3, acts=8),
    "desk and phone": Settings(phones=1, phases=2),
}
THREE = {
    "three": Settings(devices=3, acts=16),
    "three, thrice": Settings(devices=3, edits=3, phases=3),
    "three, thrice, one away": Settings(devices=3, edits=3, phases=3, apart=True),
    "three, clocks apart": Settings(devices=3, papers=2, edits=6, acts=18, skew=20),
    "three, entries come and go": Settings(devices=3, papers=2, edits=5, acts=16, entries=True),
    "two and phone": Settings(devices=3, phones=1, acts=12, phases=2),
}
EVERY = 37  # coprime to the sizes of the loops of `every`


class Draw(NamedTuple):
    """The seed of the random schedules of a world, and how many of them are played."""

    seed: int = 1
    number: int = 50


SHORT = {
    "two, thrice": Draw(seed=3),
    "desk and phone": Draw(seed=5),
    "three, thrice": Draw(seed=4),
}
"""The seeds by which few schedules meet all the faults that are planted below."""


def lawful(found: Counter[str], *, lost: float = 0.0) -> None:
    """Assert the laws. `lost`, and slow ones, are the share of schedules that is borne."""
    assert found["lost"] <= lost * found["n"], found
    assert not found["unequal"] + found["never"] + found["left"], found
    assert found["slow"] <= 0.02 * found["n"], found


@pytest.mark.parametrize("name", TWO)
def test_two_devices_lose_nothing(name: str) -> None:
    lawful(played(name))


@pytest.mark.parametrize("name", THREE)
def test_three_devices_come_to_the_same(name: str) -> None:
    lawful(played(name), lost=0.01)


def played(name: str, variant: Variant = Variant()) -> Counter[str]:  # noqa: B008
    seed, number = SHORT.get(name, Draw())
    return play_many((TWO | THREE)[name], number, seed, variant)


def test_short_schedules_lose_nothing() -> None:
    for steps in islice(every(2), 0, None, EVERY):
        assert not list(play(steps).faults), steps


def test_an_edit_beside_an_open_question_loses_nothing() -> None:
    """One of 10,000 schedules, made short: each device has gone on from another text."""
    steps: list[Step] = [
        ("edits", 1, DIGEST, "A", "replace", 4),
        ("edits", 0, "N.A", "A", "untag", 0),
        ("quiet", None),
        ("edits", 0, DIGEST, "A", "replace", 1),
        ("runs", 0),
        ("edits", 1, DIGEST, "A", "add", 5),
        ("quiet", None),
        ("edits", 0, DIGEST, "A", "add", 2),
        ("runs", 0),
        ("edits", 1, "N.A", "A", "add", 5),
        ("runs", 1),
    ]
    assert not list(play(steps).faults)


@pytest.mark.sweep
@pytest.mark.timeout(600)
def test_no_short_schedule_loses_anything() -> None:
    for steps in every(2):
        assert not list(play(steps).faults), steps


@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", TWO)
def test_two_devices_lose_nothing_in_many_schedules(name: str) -> None:
    lawful_at_length(name, 10_000)


@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", THREE)
def test_three_devices_in_many_schedules(name: str) -> None:
    lawful_at_length(name, 5_000, lost=0.002)


def lawful_at_length(name: str, number: int, *, lost: float = 0.0) -> None:
    found = play_many((TWO | THREE)[name], number, seed=2)
    print(name, dict(found))
    lawful(found, lost=lost)


# The same with real files: each copy is merged as the Markdown of a digest or note.


def key_of_paper(key: str) -> Key:
    number = "AB".index(key) + 1 if key in "AB" else 100 + int(key.removeprefix("n"))
    return Key(f"arxiv:2308.{number:05}")


FORMS: dict[StyleName, tuple[str, str]] = {
    "flat": ("https://arxiv.org/abs/{}\nTitle {} (Ann Park, Bo Lee)", ""),
    "list": ("- [Title {1}](https://arxiv.org/abs/{0}) [code](https://github.com/a/{1})", "  "),
}
"""The heads of entries, and what stands before their lower lines."""


def as_file(name: str, entries: Entries, style: StyleName) -> str:
    """A digest or note that has these papers."""
    if name != DIGEST:
        return "".join(as_note(key, entry) for key, entry in entries.items())
    head, indent = FORMS[style]
    return "2023년 8월 3주차\n" + "".join(
        f"\n{head.format(key_of_paper(key)[6:], key)}\n"
        + f"{indent}{entry.text}\n" * (entry.text != "")
        + (indent + " ".join(entry.tags) + "\n") * (entry.tags != ())
        for key, entry in sorted(entries.items())
    )


def as_note(key: str, entry: Entry) -> str:
    fields = Fields(
        f"https://arxiv.org/abs/{key_of_paper(key)[6:]}",
        f"Title {key}",
        ("Ann Park", "Bo Lee"),
        tuple(tag[1:] for tag in entry.tags),
    )
    properties: dict[str, str | tuple[str, ...]] = {
        "digests": ("[[D]]",),
        "tags": fields.tags,
        "url": fields.url,
    }
    return f"{block(properties)}\n{note_lens.section_text('D', entry.text)}"


def as_entries(name: str, text: str, keys: Mapping[Key, str], style: StyleName) -> Entries:
    if name == DIGEST:
        return {
            keys[entry.key]: Entry(entry.fields.commentary, hashed(entry.fields.tags))
            for entry in styled_reader.read(text, (style,)).entries
        }
    note = note_lens.read(text)
    assert note.key is not None
    return {keys[note.key]: Entry(note.sections[0].commentary, hashed(note.fields.tags))}


def hashed(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"#{tag}" for tag in tags)


def with_copy(
    style: StyleName, pass_: Pass, name: str, copy: Entries, rows: set[CopyRow]
) -> Entries:
    """Take the place of `Pass.with_copy`: what goes in and comes out is text."""
    here = pass_.wanted[name]
    if not here or not copy:
        return here | copy
    keys = {key_of_paper(key): key for key in {*here, *copy}}
    histories: dict[BaseKey, History] = {}
    for (key, digest, field), history in pass_.device.histories.items():
        paper = key_of_paper(key)
        values = [
            past._replace(value=tuple(tag[1:] for tag in past.value))
            if isinstance(past.value, tuple)
            else past
            for past in history.values
        ]
        for place in (digest, "") if field == "tags" else (digest,):
            histories[BaseKey(paper, place, field)] = History(tuple(values), history.removed_here)
    file, other = as_file(name, here, style), as_file(name, copy, style)
    if name == DIGEST:
        found = merge_digest_copy(DIGEST, file, other, histories, (style,))
    else:
        found = merge_note_copy(key_of_paper(name[2:]), file, other, histories, lambda _: DIGEST)
    assert found is not None
    rows.update(row._replace(key=Key(keys[row.key])) for row in found.rows)
    return as_entries(name, found.text, keys, style)


STYLED = ("two, two papers", "three, entries come and go")


@pytest.mark.parametrize(
    ("name", "style"),
    [
        *((name, "flat") for name in (*TWO, "three", "three, entries come and go")),
        *((name, "list") for name in STYLED),
    ],
)
def test_with_real_files_nothing_is_lost(
    name: str, style: StyleName, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = (TWO | THREE)[name]
    fields = play_many(world, 16, seed=4)
    monkeypatch.setattr(Pass, "with_copy", lambda *given: with_copy(style, *given))
    files = play_many(world, 16, seed=4)
    assert not files["lost"] + files["unequal"] + files["never"] + files["left"]
    assert files == fields, "the files are merged otherwise than their fields"


# Faults planted: each is a rule that looks simpler. The laws must catch it.


def value_before(_field: str, history: History, file: Value, copy: Value) -> Value | None:
    """Take the value before the older of the two for their ancestor."""
    values = [past.value for past in history.values]
    at = [values.index(each) for each in (file, copy) if each in values]
    if len(at) == 2:
        return values[min(at)]
    return values[at[0] - 1] if at and at[0] else None


def the_base(_field: str, history: History, _file: Value, _copy: Value) -> Value | None:
    """Take the last value, as for digest and note, for the ancestor."""
    return history.values[-1].value if history.values else None


def any_value_proves(field: str, history: History, text: Value) -> int | None:
    """Let a delivered or merged value prove what a text has seen."""
    typed = [PastValue(past.value, "typed") for past in history.values[1:]]
    return last_seen(field, History((*history.values[:1], *typed), history.removed_here), text)


def rows_go(rows: object, **_: object) -> frozenset[object]:
    """Forget what is asked."""
    del rows
    return frozenset()


class Plant(NamedTuple):
    """A fault: what takes whose place, or which variant is played; the world that shows it."""

    where: tuple[tuple[object, str, Callable[..., object]], ...] = ()
    variant: Variant = Variant()
    world: str = "two, thrice"


def never_arrived(_pass: Pass, _name: str) -> Arrival:
    """Take every text for one that was typed here."""
    return Arrival()


PLANTS = {
    "the value before": Plant(
        ((sync_copy, "ancestor", value_before),),
    ),
    "the value before, merged in every pass": Plant(
        ((sync_copy, "ancestor", value_before),),
        Variant(once=False, rows_stay=False),
    ),
    "the base": Plant(((sync_copy, "ancestor", the_base),)),
    "any value proves": Plant(((sync_copy, "last_seen", any_value_proves),)),
    "merged in every pass": Plant(variant=Variant(once=False), world="desk and phone"),
    "rows go": Plant(((copy_rules, "remaining", rows_go),)),
    "what was delivered was typed": Plant(
        ((Pass, "arrival", never_arrived),), world="three, thrice"
    ),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_simpler_rule_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant = PLANTS[name]
    for where, attribute, fault in plant.where:
        monkeypatch.setattr(where, attribute, fault)
    with pytest.raises(AssertionError):
        lawful(played(plant.world, plant.variant))
