"""What waits while a person types: the table first of what must go on, then of what must not."""

from __future__ import annotations

from vault_sync.core.model.plan import (
    BaseKey,
    BaseUpdate,
    Conflict,
    Create,
    Operation,
    Plan,
    Trash,
    Write,
)
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.reconcile.deferral import defer

DIGEST, NOTE, OTHER, SHOWN = map(RelPath, ("d.md", "n.md", "o.md", "Sync conflicts.md"))


def write(path: RelPath) -> Write:
    return Write(path, "", "x", "")


def base_update(*paths: RelPath) -> BaseUpdate:
    return BaseUpdate(frozenset(paths), {BaseKey(Key("k"), "", "-".join(paths)): '"x"'})


def split(plan: Plan, *held: RelPath) -> tuple[set[str], int, set[str]]:
    kept, waiting = defer(plan, frozenset(held), SHOWN)
    return (
        {each.path for each in kept.operations},
        len(kept.base_updates),
        {each.path for each in waiting},
    )


def plan(*operations: Operation, base_updates: tuple[BaseUpdate, ...] = ()) -> Plan:
    return Plan(operations=operations, base_updates=base_updates)


def test_nothing_held_is_the_plan_itself() -> None:
    whole = plan(write(DIGEST), base_updates=(base_update(DIGEST),))
    assert defer(whole, frozenset(), SHOWN) == (whole, ())


def test_the_other_side_of_an_edit_follows_at_once() -> None:
    whole = plan(write(NOTE), base_updates=(base_update(NOTE),))
    assert split(whole, DIGEST) == ({NOTE}, 1, set())


def test_a_new_note_of_a_digest_at_rest_is_made() -> None:
    rows = {BaseKey(Key("k"), DIGEST, "commentary"): '"x"'}
    whole = plan(Create(NOTE, "x", ""), base_updates=(BaseUpdate(frozenset({NOTE}), rows),))
    assert split(whole, OTHER) == ({NOTE}, 1, set())


def test_an_edited_note_follows_where_a_new_one_would_wait() -> None:
    rows = {BaseKey(Key("k"), DIGEST, "commentary"): '"x"'}
    whole = plan(write(NOTE), base_updates=(BaseUpdate(frozenset({NOTE}), rows),))
    assert split(whole, DIGEST) == ({NOTE}, 1, set())


def test_a_new_note_waits_while_somebody_types_where_its_entry_stands() -> None:
    rows = {BaseKey(Key("k"), DIGEST, "commentary"): '"x"'}
    whole = plan(Create(NOTE, "x", ""), base_updates=(BaseUpdate(frozenset({NOTE}), rows),))
    assert split(whole, DIGEST) == (set(), 0, {NOTE})


def test_a_note_waits_on_its_way_to_the_trash_while_its_entry_may_be_pasted_elsewhere() -> None:
    gone = Trash(NOTE, RelPath(".trash/n.md"), "x", "")
    rows = frozenset({BaseKey(Key("k"), DIGEST, "commentary"), BaseKey(Key("k"), "", "note")})
    whole = plan(gone, base_updates=(BaseUpdate(frozenset({NOTE}), {}, rows),))
    assert split(whole, OTHER) == ({NOTE}, 1, set())
    assert split(whole, DIGEST) == (set(), 0, {NOTE})


def test_an_edited_note_does_not_wait_for_what_the_base_forgets() -> None:
    rows = frozenset({BaseKey(Key("k"), DIGEST, "commentary")})
    whole = plan(write(NOTE), base_updates=(BaseUpdate(frozenset({NOTE}), {}, rows),))
    assert split(whole, DIGEST) == ({NOTE}, 1, set())


def test_what_would_link_to_a_note_that_waits_waits_too() -> None:
    rows = {BaseKey(Key("k"), DIGEST, "commentary"): '"x"'}
    named = Write(OTHER, "", "mentioned_by: [[n]]", "")
    also = Write(RelPath("p.md"), "[[n]]", "[[n]] and more", "")
    whole = plan(
        Create(NOTE, "x", ""), named, also, base_updates=(BaseUpdate(frozenset({NOTE}), rows),)
    )
    assert split(whole, DIGEST) == ({"p.md"}, 0, {NOTE, OTHER})


def test_a_held_file_is_not_written_and_nothing_it_is_needed_for_is_kept() -> None:
    whole = plan(write(NOTE), write(OTHER), base_updates=(base_update(NOTE), base_update(OTHER)))
    assert split(whole, NOTE) == ({OTHER}, 1, {NOTE})


def test_a_merge_waits_whole() -> None:
    whole = plan(write(NOTE), write(DIGEST), base_updates=(base_update(NOTE, DIGEST),))
    assert split(whole, DIGEST) == (set(), 0, {NOTE, DIGEST})
    assert split(whole, NOTE) == (set(), 0, {NOTE, DIGEST})


def test_a_merge_of_other_files_does_not_wait() -> None:
    both = (base_update(NOTE, DIGEST), base_update(OTHER, RelPath("p.md")))
    whole = plan(write(NOTE), write(DIGEST), write(OTHER), base_updates=both)
    assert split(whole, OTHER) == ({NOTE, DIGEST}, 1, {OTHER})


def test_waiting_passes_on_through_shared_files() -> None:
    both = (base_update(NOTE, DIGEST), base_update(DIGEST, OTHER))
    whole = plan(write(NOTE), write(DIGEST), write(OTHER), base_updates=both)
    assert split(whole, NOTE) == (set(), 0, {NOTE, DIGEST, OTHER})


def test_a_conflict_with_a_held_file_is_not_shown_yet() -> None:
    conflict = Conflict(Key("k"), DIGEST, NOTE, "commentary", "a", "b")
    whole = Plan(operations=(Create(SHOWN, "x", ""),), conflicts=(conflict,))
    assert split(whole, NOTE) == (set(), 0, {SHOWN})
    assert split(whole, OTHER) == ({SHOWN}, 0, set())


def test_what_a_held_digest_reads_is_not_remembered() -> None:
    read = BaseUpdate(frozenset(), {BaseKey(Key(""), DIGEST, "text"): '"half a sent"'})
    assert split(plan(base_updates=(read,)), OTHER) == (set(), 1, set())
    assert split(plan(base_updates=(read,)), DIGEST) == (set(), 0, set())


def test_only_what_links_to_a_new_note_that_waits_waits_with_it() -> None:
    rows = {BaseKey(Key("k"), DIGEST, "commentary"): '"x"'}
    linking = Write(RelPath("p.md"), "a", "a [[n]]", "")
    beside = Write(OTHER, "a", "a [[elsewhere]]", "")
    made = Create(NOTE, "x", "")
    whole = plan(made, beside, linking, base_updates=(BaseUpdate(frozenset({NOTE}), rows),))
    assert split(whole, DIGEST) == ({OTHER}, 0, {NOTE, "p.md"})


def test_a_written_file_that_waits_makes_no_link_to_it_wait() -> None:
    whole = plan(write(DIGEST), Write(OTHER, "a", "a [[d]]", ""))
    assert split(whole, DIGEST) == ({OTHER}, 0, {DIGEST})


def test_a_link_to_a_new_note_that_is_made_now_does_not_wait() -> None:
    whole = plan(Create(NOTE, "x", ""), Write(OTHER, "a", "a [[n]]", ""), write(DIGEST))
    assert split(whole, DIGEST) == ({NOTE, OTHER}, 0, {DIGEST})
