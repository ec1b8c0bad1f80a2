"""What a person took back is not done again, whatever it was; `redo` does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from tests.support.reader import NEXT, NOTE_GAMMA, NOTE_OMEGA, WEEK
from tests.support.reader import settled as settled_texts
from tests.support.scope_world import EDITS, Vault, cut, settled, shadowed
from vault_sync.core.model.plan import BaseUpdate, Outcome, Plan, Write
from vault_sync.core.model.values import RelPath
from vault_sync.edge.state.refusals import count_refused
from vault_sync.sync import engine
from vault_sync.sync.incremental import index
from vault_sync.sync.observation.observation import observe_texts
from vault_sync.sync.request import PassRequest
from vault_sync.sync.undoing import lost_entries, take_back


def visible(vault: Vault) -> dict[str, bytes]:
    return {path: text for path, text in vault.contents().items() if not path.startswith(".")}


def undo(vault: Vault) -> Outcome:
    with vault.state.lock(5.0):
        outcome, refused = take_back(
            vault.config, vault.state, None, datetime.now(UTC), lambda: vault.view().plan
        )
    assert refused and not outcome.undone
    return outcome


def test_where_nothing_can_be_taken_back_nothing_is_refused() -> None:
    with settled() as vault:
        EDITS["digest commentary"](vault, 1)
        (done,) = vault.run().outcome.done
        vault.put(done.path, "another text\n")
        with vault.state.lock(5.0):
            outcome, refused = take_back(
                vault.config, vault.state, None, datetime.now(UTC), lambda: vault.view().plan
            )
        assert (outcome.done, refused) == ((), 0) and len(outcome.undone) == 1
        assert count_refused(vault.state.select) == 0


def test_a_file_that_has_the_title_of_a_paper_whose_note_was_taken_back_is_its_note() -> None:
    with settled() as vault:
        EDITS["entry named before"](vault, 1)
        vault.run()
        undo(vault)
        vault.settle()
        EDITS["file of a title"](vault, 1)
        assert "lit/T1.md" in {each.path for each in shadowed(vault).plan.operations}


@pytest.mark.parametrize(
    "name",
    [
        "digest commentary",
        "note tag",
        "note renamed",  # the link in the digest
        "note renamed by Obsidian",
        "entry moved",
        "entry added",
        "entry of a known note",
        "note typed",  # an entry of it
    ],
)
def test_nothing_is_done_again(name: str) -> None:
    with settled() as vault:
        EDITS[name](vault, 1)
        before = visible(vault)
        done = {each.path for each in vault.run().outcome.done}
        undo(vault)
        assert visible(vault) == before
        for _ in range(2):
            assert not vault.whole().operations
            assert not vault.run().outcome.done
        again = engine.run(vault.context(), PassRequest(redo=True)).outcome.done
        assert {each.path for each in again} == done
        assert count_refused(vault.state.select) == 0


def test_links_in_commentaries_are_not_led_to_a_renamed_note_again() -> None:
    with settled() as vault:
        EDITS["named note renamed"](vault, 1)
        before = visible(vault)
        assert len(vault.run().outcome.done) == 3
        undo(vault)
        assert visible(vault) == before
        assert not vault.whole().operations


def test_an_entry_that_was_put_back_is_not_put_back_again() -> None:
    """Its note had been edited; another edit of the note, and it is."""
    with settled() as vault:
        cut(vault, "2308.00003")
        vault.change(NOTE_GAMMA, "감마 이야기입니다.", "감마!")
        assert [each.path for each in vault.run().outcome.done] == [WEEK]
        undo(vault)
        vault.change(WEEK, "델타.", "델타의 글.")  # another entry of that digest
        vault.run()
        assert "감마" not in vault.text(WEEK)
        vault.change(NOTE_GAMMA, "감마!", "감마!!")
        vault.run()
        assert "감마!!" in vault.text(WEEK)


def test_what_was_due_before_is_done() -> None:
    with settled() as vault:
        EDITS["note renamed"](vault, 1)
        vault.run()
        EDITS["digest commentary"](vault, 1)
        undo(vault)
        assert vault.run().outcome.done


def test_an_entry_that_comes_back_takes_no_edit_of_its_digest_with_it() -> None:
    """What was typed there in the same breath stays; bytes as before else."""
    with settled() as vault:
        whole = vault.text(WEEK)
        cut(vault, "2308.00002")
        vault.change(WEEK, "(Dan Choi, Eve Jung)", "(Dan Choi, Eve Jung, Kim Neu)")
        vault.change(WEEK, "감마 이야기입니다.", "감마의 새 이야기입니다.")
        vault.run()
        undo(vault)
        assert vault.text(WEEK) == whole.replace("Eve Jung", "Eve Jung, Kim Neu").replace(
            "감마 이야기", "감마의 새 이야기"
        )


ENDED: dict[str, Callable[[Vault], object]] = {
    "note renamed": lambda v: v.change(NEXT, "[[230805 Omega|", "[[Omega 1|"),
    "note renamed by Obsidian": lambda v: v.move("papers/Omega 1.md", NOTE_OMEGA),
    "entry moved": lambda v: v.change(NEXT, "감마 이야기입니다.", "감마의 이야기."),
    "note typed": lambda v: v.remove("mine/Typed 1.md"),
}


@pytest.mark.parametrize(
    ("name", "whole"), [*((name, False) for name in ENDED), ("note renamed", True)]
)
def test_a_refusal_is_forgotten_when_a_text_is_another(name: str, whole: bool) -> None:
    """Until then it counts, whatever pass comes by; it does not come back with the old text."""
    with settled() as vault:
        EDITS[name](vault, 1)
        vault.run()
        undo(vault)
        count = count_refused(vault.state.select)
        EDITS["own words"](vault, 1)
        vault.run()
        vault.whole()
        assert count_refused(vault.state.select) == count
        ENDED[name](vault)
        if whole:
            index.forget(index.path_of(vault.state))
        vault.run()
        assert count_refused(vault.state.select) < count


def test_entries_that_went_are_told_of_digest_by_digest() -> None:
    vault, names = settled_texts(), [RelPath(f"digests/{name}.md") for name in "edcba"]
    entry = "https://arxiv.org/abs/2309.0000{0}\nT{0} (Ann Bee)\nwords\n"
    for n, path in enumerate(names):
        vault.files[path] = f"w\n{entry.format(n)}https://x.org/{n}\nU (Ann Bee)\n"
    vault.sync()
    told = []
    for path in sorted(names):
        whole = vault.files[path]
        vault.files[path] = whole[:2] + whole[whole.index("https://x.org") :]
        told.append((path, whole, vault.files[path]))
    texts = {RelPath(path): text for path, text in vault.files.items()}
    seen = observe_texts(texts, vault.rules, vault.base())
    drop = frozenset(row for row in vault.rows if row.key.startswith("arxiv:2309"))
    plan = Plan(base_updates=(BaseUpdate(frozenset(), {}, drop),))
    done = Outcome((Write(names[0], "", "", ""),))
    assert list(lost_entries(seen, plan, done)) == told
    assert not list(lost_entries(seen, plan, Outcome()))
