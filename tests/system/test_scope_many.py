"""A pass that wrote more than the next one can look at again, and what is remembered of it.

The bound is set to nothing here, so that every whole pass is such a one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.laws import examples
from tests.support.reader import NEXT, NOTE, NOTE_GAMMA, NOTE_OMEGA, WEEK
from tests.support.scope_world import EDITS, Vault, add, cut, never, settled, shadowed
from vault_sync.core.model.plan import Create, Trash
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.edge.fs.vault_dir import read_texts
from vault_sync.sync import engine, view
from vault_sync.sync.incremental import index, reading, recorder, unchanged
from vault_sync.sync.incremental.identity import OTHER, identities
from vault_sync.sync.incremental.index import LastPass
from vault_sync.sync.incremental.memory import DaemonMemory, recall
from vault_sync.sync.observation.file_record import UNKNOWN, File
from vault_sync.sync.observation.observation import base_of, lacking, observe, unanswered
from vault_sync.sync.request import PassRequest, PassResult

REBUILD = PassRequest(cause="rebuild", remake=True)


@pytest.fixture(autouse=True)
def nothing_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "MANY", 0)


@pytest.fixture
def fresh(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


def known(vault: Vault) -> tuple[LastPass, dict[RelPath, File]] | None:
    memory = recall(vault.config, vault.state)
    if memory is None:
        return None
    files = {path: file for path in memory.stats if (file := memory.get(path))}
    memory.close()
    return memory.last, files


def passed(vault: Vault, request: PassRequest = PassRequest()) -> PassResult:  # noqa: B008 - a frozen value
    """A pass over the whole vault."""
    index.forget(index.path_of(vault.state))
    return engine.run(vault.context(), request)


def true_to_the_files(vault: Vault) -> bool:
    """Whether anything is remembered; what is, must be what a reading of every file finds."""
    found = known(vault)
    if found is None:
        return False
    last, files = found
    observation = observe(vault.config, base_of(vault.state))
    read = identities(observation.snapshot, observation.base)
    assert files.keys() == observation.read.keys()
    for path, file in files.items():
        assert (file.mark, file.open) == (observation.read[path].mark, False), path
        kind, keys, points = read.get(path, OTHER)
        assert file.kind == kind, path
        # A note stays with the paper, too, that the base had it for before the pass.
        assert file.keys == keys or (kind != "digest" and file.keys.startswith(f"{keys}\n")), path
        assert set(points.split("\n")) <= {"", *file.points.split("\n")}, path
    lacks, rules = lacking(observation, vault.config.rules), vault.config.rules
    unknown = unanswered(lacks, vault.facts(lacks), observation, rules)
    assert set(unknown) <= set(last.lacking)
    return True


def test_after_rebuild_everything_is_known(fresh: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    done = passed(fresh, REBUILD).outcome.done
    assert sum(isinstance(each, Create) for each in done) == 5
    assert true_to_the_files(fresh)
    assert all((found := known(fresh)) and found[1][each.path].stat == UNKNOWN for each in done)
    shadowed(fresh)
    with monkeypatch.context() as patch:
        patch.setattr(view, "observe", never)
        fresh.settle()
    for file in (fresh.root / ".vault-sync" / "tmp").iterdir():
        file.unlink()
    assert unchanged.look(fresh.config, fresh.state, PassRequest()).plan is not None
    for name in ("digest commentary", "entry added", "note tag"):
        EDITS[name](fresh, 1)
        assert shadowed(fresh).memory is not None, name
        fresh.run()
        fresh.settle()


def test_the_first_edit_after_rebuild_is_no_matter_of_the_whole_vault(
    fresh: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed(fresh, REBUILD)
    EDITS["digest commentary"](fresh, 1)
    assert shadowed(fresh).memory is not None
    with monkeypatch.context() as patch:
        patch.setattr(view, "observe", never)
        assert [each.path for each in fresh.run().outcome.done] == [NOTE]
    shadowed(fresh)


def test_what_looks_after_a_rebuild_reads_a_file_once_and_a_daemon_at_rest_none(
    fresh: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed(fresh, REBUILD)
    read = list[RelPath]()

    def counted(root: Path, paths: list[RelPath]) -> Iterator[tuple[RelPath, str | Problem]]:
        read.extend(paths)
        return read_texts(root, paths)

    monkeypatch.setattr(reading, "read_texts", counted)
    monkeypatch.setattr(view, "observe", never)
    for cause in ("check", "status"):
        read.clear()
        found = view.look(fresh.context(), PassRequest(cause=cause))
        assert found.memory is not None and not found.plan.operations
        assert sorted(read) == sorted(set(read)) and len(read) <= len(found.memory.stats)
    fresh.settle()
    read.clear()
    daemon_memory = DaemonMemory()
    fresh.run(daemon_memory=daemon_memory)
    assert daemon_memory.found is not None and not read


@pytest.mark.parametrize("cuts", [(), ("2308.00003",), ("2308.00002", "2308.00003", "2308.00004")])
def test_a_second_rebuild_is_followed_by_no_whole_pass_and_its_removals_are_found(
    cuts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    with settled() as vault:
        for name in cuts:
            cut(vault, name)
        EDITS["note gone"](vault, 1)
        assert {each.path for each in passed(vault, REBUILD).outcome.done} == {NOTE_OMEGA}
        monkeypatch.setattr(recorder, "MANY", 200)
        found = shadowed(vault)
        assert found.memory is not None
        gone = [each for each in found.plan.operations if isinstance(each, Trash)]
        assert len(gone) == (len(cuts) if len(cuts) < 2 else 0)
        assert bool(found.plan.problems) == (len(cuts) > 2)  # too many: to be confirmed
        EDITS["second week"](vault, 1)
        assert shadowed(vault).memory is not None
        monkeypatch.setattr(view, "observe", never)
        vault.run()
        vault.settle()
        assert (vault.root / NOTE_GAMMA).exists() == (len(cuts) != 1)


def test_a_digest_that_got_an_entry_is_remembered_with_it() -> None:
    with settled() as vault:
        name = NEXT.removeprefix("digests/").removesuffix(".md")
        vault.change(NOTE_GAMMA, "digests:\n", f'digests:\n  - "[[{name}]]"\n')
        vault.add(NOTE_GAMMA, f"\n## [[{name}]]\n\n감마가 또.\n")
        assert NEXT in {each.path for each in passed(vault).outcome.done}
        assert true_to_the_files(vault)
        shadowed(vault)


def test_only_papers_without_facts_are_remembered_as_such(fresh: Vault) -> None:
    del fresh.days["2308.00003"]
    passed(fresh, REBUILD)
    assert true_to_the_files(fresh)
    found = known(fresh)
    assert found is not None and found[0].lacking == ("arxiv:2308.00003",)


def test_a_note_without_all_that_is_asked_for_is_remembered_as_such(fresh: Vault) -> None:
    rules = fresh.config.rules._replace(facts=("published", "abstract", "journal"))
    fresh.config = fresh.config._replace(rules=rules)
    passed(fresh, REBUILD)
    assert true_to_the_files(fresh)
    found = known(fresh)
    assert found is not None and len(found[0].lacking) == 5


def test_facts_of_a_paper_that_came_to_a_digest_are_still_asked_for() -> None:
    with settled() as vault:
        vault.days["2309.10001"] = "2023-09-01"
        EDITS["note typed"](vault, 1)
        assert passed(vault).outcome.done
        written = {each.path for each in shadowed(vault).plan.operations}
        assert written == {"mine/Typed 1.md"}


def test_who_names_a_note_by_the_name_that_it_gets_is_concerned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its date is known at last, and with it the name that another week's entry links to."""
    monkeypatch.setattr(recorder, "MANY", 200)
    with settled() as vault:
        add(vault, "2308.00077", "Psi")
        vault.run()
        vault.change(NEXT, "오메가입니다.", "[[230820 Psi]]의 오메가.")
        vault.settle()
        vault.days["2308.00077"] = "2023-08-20"
        vault.change(WEEK, "새.\n#new", "새 글.\n#new")
        found = shadowed(vault)
        assert found.memory and NOTE_OMEGA in {each.path for each in found.plan.operations}


def test_a_daemon_knows_what_it_has_made(fresh: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon_memory = DaemonMemory()
    fresh.run(daemon_memory=daemon_memory)
    assert daemon_memory.found is not None
    with monkeypatch.context() as patch:
        patch.setattr(view, "observe", never)
        EDITS["second week"](fresh, 1)
        done = fresh.run(daemon_memory=daemon_memory, hints=frozenset({RelPath(NOTE)})).outcome.done
        assert [each.path for each in done] == [NEXT]
    shadowed(fresh)


def test_what_was_edited_since_is_seen(fresh: Vault) -> None:
    passed(fresh, REBUILD)
    for path in fresh.contents():
        fresh.put(path, fresh.text(path))  # another time, the same bytes
    fresh.change(NOTE_OMEGA, "오메가입니다.", "오메가!")
    found = shadowed(fresh)
    assert found.memory is not None and [each.path for each in found.plan.operations] == [NEXT]


def test_what_was_held_back_is_not_taken_for_done() -> None:
    with settled() as vault:
        EDITS["digest commentary"](vault, 1)
        add(vault, "2308.30001", "There", to=NEXT)
        passed(vault, PassRequest(deferred=frozenset({RelPath(NOTE)})))
        assert known(vault) is None
        assert NOTE in {each.path for each in shadowed(vault).plan.operations}


def test_what_could_not_be_done_is_not_taken_for_done(fresh: Vault) -> None:
    fresh.put("papers", "no folder")
    assert passed(fresh, REBUILD).outcome.undone
    assert known(fresh) is None


def test_what_a_person_was_told_of_a_file_written_is_asked_again() -> None:
    with settled() as vault:
        vault.put(WEEK, vault.text(WEEK) + "```\nhttps://arxiv.org/abs/2308.00050\nopen\n")
        EDITS["note tag"](vault, 1)
        result = passed(vault)
        assert result.outcome.done and WEEK in {each.path for each in result.plan.problems}
        assert known(vault) is None


TOLD = {
    "address in note",
    "conflict of titles",
    "both apart",
    "digest replaced under a broken note",
    "entry copied",
    "entry twice",
    "note gone",
    "note renamed and edited",
    "note renamed and its address changed",
    "note typed",
}
"""Edits of which a person is told, or that bring a paper to the digests."""


@pytest.mark.parametrize("name", sorted({*sorted(EDITS)[::2], *TOLD}))
def test_what_is_remembered_of_a_pass_is_true(name: str) -> None:
    remembered_is_true(name)


@pytest.mark.sweep
@pytest.mark.parametrize("name", sorted(set(EDITS) - {*sorted(EDITS)[::2], *TOLD}))
def test_what_is_remembered_of_every_other_pass_is_true(name: str) -> None:
    remembered_is_true(name)


def remembered_is_true(name: str) -> None:
    with settled() as vault:
        EDITS[name](vault, 1)
        done = passed(vault).outcome.done
        moved = any(isinstance(each, Trash) for each in done)
        assert true_to_the_files(vault) == (name not in TOLD and not moved)
        shadowed(vault)
        EDITS["digest tag"](vault, 2)
        shadowed(vault)


steps = st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=4)


def the_law(edits: list[str], *, unknown: bool) -> None:
    """What is remembered after many edits at once, or a rebuild of what this device never knew."""
    with settled() as vault:
        for number, name in enumerate(edits):
            EDITS[name](vault, number + 2)
        if unknown:
            shutil.rmtree(vault.state.directory)
        passed(vault, REBUILD if unknown else PassRequest())
        true_to_the_files(vault)
        shadowed(vault)
        EDITS["digest commentary"](vault, 9)
        shadowed(vault)
        vault.run()
        shadowed(vault)


@settings(max_examples=examples(5))
@given(steps, st.booleans())
def test_the_law(edits: list[str], unknown: bool) -> None:
    the_law(edits, unknown=unknown)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
@settings(max_examples=400)
@given(steps, st.booleans())
def test_the_law_at_length(edits: list[str], unknown: bool) -> None:
    the_law(edits, unknown=unknown)
