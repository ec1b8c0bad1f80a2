"""Law: looking at the papers concerned only, and at the whole vault, gives the same plan."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from tests.support.reader import NEXT, NOTE, NOTE_BETA, NOTE_GAMMA, NOTE_OMEGA, WEEK
from tests.support.scope_world import (
    CONTENT_ONLY,
    DAY,
    EDITS,
    Vault,
    add,
    cut,
    never,
    settled,
    shadowed,
)
from tests.support.vaults import run_here
from vault_sync.core.model.base import CopyRow
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.report import copy_section
from vault_sync.edge.fs.scan import scan
from vault_sync.edge.fs.vault_dir import read_texts
from vault_sync.edge.state import base_table
from vault_sync.edge.state.store import open_state
from vault_sync.sync import engine, view
from vault_sync.sync.incremental import index, reading, unchanged
from vault_sync.sync.incremental.memory import DaemonMemory, Memory, TakesWholePass, recall
from vault_sync.sync.incremental.shadow import compare
from vault_sync.sync.incremental.unchanged import stamp_of
from vault_sync.sync.request import PassRequest
from vault_sync.sync.view import look


@pytest.mark.parametrize("name", CONTENT_ONLY)
def test_an_edit_of_texts_is_no_matter_of_the_whole_vault(name: str) -> None:
    with settled() as vault:
        EDITS[name](vault, 1)
        found = shadowed(vault)
        assert found.memory is not None
        assert len(found.observation.read) < len(vault.contents())
        vault.run()
        after = shadowed(vault)
        assert after.memory is not None and not after.plan.operations


def test_who_only_looks_leaves_no_index_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be open until the garbage is collected: Python 3.13 warns of that."""
    read: list[Memory | None] = []

    def recalled(*given: Any) -> Memory | None:
        read.append(recall(*given))
        return read[-1]

    monkeypatch.setattr(view, "recall", recalled)
    with settled() as vault:
        read.clear()
        EDITS["note commentary"](vault, 1)
        run_here(vault.root, {"VAULT_SYNC_STATE_DIR": str(vault.above / "state")}, "check", code=1)
    assert len(read) == 1 and read[0] is not None
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        read[0].unlock()


@pytest.mark.parametrize("edit", ["elsewhere", "stands now", "ticked"])
def test_a_row_of_a_merged_copy_is_no_matter_of_the_whole_vault(edit: str) -> None:
    row = CopyRow(Key("arxiv:2308.00001"), WEEK, "commentary", "사본의 말이다.")
    with settled() as vault:
        vault.put("Sync conflicts.md", copy_section.text([row]))
        vault.settle()
        if edit == "ticked":
            vault.change("Sync conflicts.md", "- [ ]", "- [x]")
        else:
            vault.add(NOTE_BETA, "\n여기.\n")
        if edit == "stands now":
            vault.change(NOTE, "알파 둘째 줄입니다.", "알파 둘째 줄입니다. 사본의 말이다.")
        assert shadowed(vault).memory is not None
        vault.settle()
        assert bool(vault.text("Sync conflicts.md")) is (edit == "elsewhere")


def test_an_edit_of_texts_reads_a_part_of_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    with settled() as vault:
        vault.state = open_state(vault.root, {"VAULT_SYNC_STATE_DIR": str(vault.above / "state")})
        EDITS["digest commentary"](vault, 1)
        monkeypatch.setattr(base_table, "read_base", never)
        assert [each.path for each in vault.run().outcome.done] == [NOTE]


def test_a_file_about_no_paper_that_a_digest_names_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with settled() as vault:
        vault.change(NEXT, "오메가입니다.", "[[mine]]과 [[230803 Gamma]], [[none]].")
        vault.settle()
        read: list[RelPath] = []

        def counted(
            root: Path, paths: Iterable[RelPath]
        ) -> Iterator[tuple[RelPath, str | Problem]]:
            wanted = list(paths)
            read.extend(wanted)
            return read_texts(root, wanted)

        monkeypatch.setattr(reading, "read_texts", counted)
        vault.change(NEXT, "#omega", "#omega #more")
        vault.view()
        assert NEXT in read and NOTE_GAMMA in read and "reading/mine.md" not in read


def test_so_does_a_rename_of_a_note_that_was_written_long_ago(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its change time tells of the rename, as it does of a delivery."""
    with settled() as vault:
        vault.state = open_state(vault.root, {"VAULT_SYNC_STATE_DIR": str(vault.above / "state")})
        os.utime(vault.root / NOTE_OMEGA, (1_600_000_000, 1_600_000_000))
        EDITS["note renamed"](vault, 1)
        monkeypatch.setattr(base_table, "read_base", never)
        assert vault.run().outcome.done


@pytest.mark.parametrize("name", sorted(set(EDITS) - set(CONTENT_ONLY)))
def test_what_is_unusual_is_no_matter_of_the_whole_vault_either(name: str) -> None:
    with settled() as vault:
        EDITS[name](vault, 1)
        assert shadowed(vault).memory is not None
        vault.settle()
        assert not shadowed(vault).plan.operations


@pytest.mark.parametrize(
    "name", ["entry of a title", "note names a digest to be", "untitled entry"]
)
def test_the_pass_after_one_that_made_or_adopted_a_file_is_no_matter_of_the_whole_vault(
    name: str,
) -> None:
    with settled() as vault:
        EDITS[name](vault, 1)
        assert vault.run().outcome.done
        assert shadowed(vault).memory is not None


def test_a_page_of_conflicts_that_is_held_back_is_made_by_the_next_pass() -> None:
    with settled() as vault:
        EDITS["both apart"](vault, 1)
        page = RelPath(vault.config.rules.conflicts_note)
        for _ in range(2):
            engine.run(vault.context(), PassRequest(deferred=frozenset({page})))
        assert not vault.has(page)
        assert [each.path for each in shadowed(vault).plan.operations] == [page]


def test_a_daemon_that_was_told_which_files_comes_to_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with settled() as vault, settled() as other:
        daemon_memory = DaemonMemory()
        vault.run(daemon_memory=daemon_memory)
        monkeypatch.setattr(view, "observe", never)
        for number, name in enumerate(CONTENT_ONLY):
            before = vault.stats()
            for each in (vault, other):
                EDITS[name](each, number)
            after = vault.stats()
            hints = frozenset(
                RelPath(path)
                for path in before.keys() | after.keys()
                if before.get(path) != after.get(path)
            )
            if not hints:
                continue  # the words that it changes went with an edit before it
            vault.run(daemon_memory=daemon_memory, hints=hints)
            assert daemon_memory.found is not None
            other.run()
            assert vault.contents() == other.contents(), name
        assert daemon_memory.found is not None


def test_an_index_that_is_gone_old_foreign_or_damaged_changes_nothing_but_time() -> None:
    with settled() as vault, settled() as other:
        path = index.path_of(vault.state)
        whole = path.read_bytes()
        damages: list[Callable[[], object]] = [
            path.unlink,
            lambda: path.write_bytes(b""),
            lambda: path.write_bytes(b"no database" * 100),
            lambda: path.write_bytes(whole[: len(whole) // 2]),
            lambda: shutil.copy(index.path_of(other.state), path),
            *[
                lambda at=at: path.write_bytes(
                    whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
                )
                for at in range(200, len(whole), len(whole) // 12)
            ],
        ]
        for damage in damages:
            damage()
            assert shadowed(vault).plan.operations == ()
            EDITS["digest commentary"](vault, 3)
            shadowed(vault)
            vault.run()
            vault.change(WEEK, "알파 3째 줄.", "알파 둘째 줄입니다.")
            vault.settle()
            whole = path.read_bytes()


def test_who_named_a_paper_before_it_was_there_is_looked_at_when_it_comes() -> None:
    with settled() as vault:
        for path, old in ((NEXT, "오메가입니다."), (NOTE_GAMMA, "감마 이야기입니다.")):
            vault.change(path, old, f"{old} (https://arxiv.org/abs/2308.00077)")
            vault.settle()
        EDITS["entry named before"](vault, 1)
        found = shadowed(vault)
        assert found.memory is not None
        written = {each.path for each in found.plan.operations}
        assert {NOTE_OMEGA, NOTE_GAMMA, WEEK} <= written
        vault.run()
        assert (after := shadowed(vault)).memory is not None and not after.plan.operations
        vault.settle()
        shadowed(vault)


def test_a_daemon_knows_the_note_that_it_has_just_made(monkeypatch: pytest.MonkeyPatch) -> None:
    with settled() as vault:
        daemon_memory = DaemonMemory()
        vault.run(daemon_memory=daemon_memory)
        with monkeypatch.context() as patch:
            patch.setattr(view, "observe", never)
            add(vault, "2308.10001", "New 1")
            vault.run(daemon_memory=daemon_memory, hints=frozenset({RelPath(WEEK)}))
            EDITS["names the new"](vault, 1)
            vault.run(daemon_memory=daemon_memory, hints=frozenset({RelPath(NOTE_OMEGA)}))
            add(vault, "2308.20001", "New 1", to=NEXT)
            done = vault.run(daemon_memory=daemon_memory, hints=frozenset({RelPath(NEXT)})).outcome
            assert len(done.done) == 2 and not done.undone
        assert "New 1" in vault.text(NOTE_OMEGA)
        shadowed(vault)
        vault.settle()
        assert not shadowed(vault).plan.operations


def test_a_link_that_waits_for_the_name_of_a_new_note_is_looked_at_when_it_comes() -> None:
    with settled() as vault:
        vault.change(NEXT, "오메가입니다.", "오메가는 [[Linked 1]] 뒤입니다.")
        vault.settle()
        add(vault, "2308.70001", "Linked 1")
        found = shadowed(vault)
        assert found.memory is not None
        assert NOTE_OMEGA in {each.path for each in found.plan.operations}


def test_what_is_not_known_of_the_other_papers_is_not_forgotten() -> None:
    with settled() as vault:
        EDITS["entry added"](vault, 1)
        vault.settle()
        for name in ("touched", "digest commentary", "entry in another"):
            EDITS[name](vault, 2)
            found = vault.view()
            assert found.memory is not None
            assert "arxiv:2308.10001" in found.lacking, name
            assert "arxiv:2308.10001" in found.plan.wanted, name
            vault.settle()


@pytest.mark.parametrize("patient", [True, False])
def test_an_entry_that_is_typed_bit_by_bit_is_no_matter_of_the_whole_vault(patient: bool) -> None:
    request, daemon_memory = PassRequest(patient=patient, cause="watch"), DaemonMemory()
    texts = [
        "https://arxiv.org/abs/2308.0007\n",
        "https://arxiv.org/abs/2308.00077\n",
        "https://arxiv.org/abs/2308.00077\nTyped (Ann",
        "https://arxiv.org/abs/2308.00077\nTyped (Ann Park)\n새.",
        "https://arxiv.org/abs/2308.00077\nTyped (Ann Park)\n새 문장.\n#new\n",
    ]
    with settled() as vault:
        engine.run(vault.context(daemon_memory=daemon_memory), request)
        before = vault.text(WEEK)
        for number, text in enumerate(texts):
            vault.put(WEEK, before + text)
            # The hands are on the file, and once they are away it is written to.
            how = request._replace(
                deferred=frozenset({RelPath(WEEK)} if number < len(texts) - 1 else ())
            )
            found = look(vault.context(), how)
            compare(found.plan, vault.whole(how), found.explained)
            assert found.memory is not None, text
            hints = frozenset({RelPath(WEEK)})
            engine.run(vault.context(daemon_memory=daemon_memory, hints=hints), how)
            assert daemon_memory.found is not None
        vault.settle()
        assert not shadowed(vault).plan.operations
        assert [text for path, text in vault.contents().items() if "Typed" in path]


def test_a_removal_is_measured_against_all_that_the_base_knows() -> None:
    with settled() as vault:
        rules = vault.config.rules._replace(removals_entries=0, removals_share=0.19)
        vault.config = vault.config._replace(rules=rules)
        vault.settle()
        EDITS["entry cut"](vault, 1)  # one place of six; those that are looked at have five
        found = shadowed(vault)
        assert found.memory is not None and NOTE_BETA in {
            each.path for each in found.plan.operations
        }


def test_what_was_cut_here_is_looked_for_everywhere_before_it_is_taken_for_removed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with settled() as vault:
        third = "digests/third week.md"
        vault.put(third, "third week\n")
        add(vault, "2309.00001", "Third", to=third)
        vault.settle()
        daemon_memory = DaemonMemory()
        vault.run(daemon_memory=daemon_memory)
        vault.add(third, cut(vault, "2308.00003"))
        monkeypatch.setattr(view, "observe", never)
        vault.run(daemon_memory=daemon_memory, hints=frozenset({RelPath(WEEK)}))
        assert "## [[third week]]" in vault.text(NOTE_GAMMA)
        assert "3주차" not in vault.text(NOTE_GAMMA)


@pytest.mark.parametrize(
    "what", ["address in digest", "entry cut", "note renamed", "digest renamed"]
)
def test_a_daemon_walks_the_vault_at_most_once_for_what_is_gone(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with settled() as vault:
        daemon_memory, before = DaemonMemory(), vault.stats()
        vault.run(daemon_memory=daemon_memory)
        EDITS[what](vault, 1)
        hints = frozenset(RelPath(path) for path, _ in before.items() ^ vault.stats().items())
        monkeypatch.setattr(view, "observe", never)
        walk = Mock(side_effect=scan)
        monkeypatch.setattr(view, "scan", walk)
        assert hints and vault.run(daemon_memory=daemon_memory, hints=hints).outcome.done
        assert walk.call_count == 1


def test_where_a_folder_cannot_be_listed_nothing_is_taken_for_gone() -> None:
    with settled() as vault:
        memory = recall(vault.config, vault.state)
        assert memory is not None
        found = scan(vault.root)
        del found.files[RelPath(DAY)]
        assert reading.suspects(memory, found) == {DAY: None}
        shut = Problem("days", "unlisted", "the folder cannot be listed")
        with pytest.raises(TakesWholePass, match="hide files"):
            reading.suspects(memory, found._replace(problems=(shut,)))
        memory.close()


STRACE = shutil.which("strace")


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
def test_nothing_to_do_reads_no_note_and_writes_no_byte(tmp_path: Path) -> None:
    with settled() as vault:
        for file in (vault.root / ".vault-sync" / "tmp").iterdir():
            file.unlink()
        vault.settle()
        log = tmp_path / "strace"
        command = [sys.executable, "-B", "-m", "vault_sync", "--vault", str(vault.root), "sync"]
        environ = {**os.environ, "VAULT_SYNC_STATE_DIR": str(vault.above / "state")}
        calls = "trace=%file,write,pwrite64,writev,ftruncate,truncate"
        ran = subprocess.run(
            [str(STRACE), "-f", "-y", "-o", str(log), "-e", calls, *command, "--offline"],
            env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if "ptrace" in ran.stderr:
            pytest.skip("strace may not trace here")
        assert (ran.returncode, ran.stdout) == (0, "6 entries: nothing to do\n"), ran.stderr
        lines = [line for line in log.read_text("utf-8").splitlines() if str(vault.above) in line]
        opened = [line for line in lines if "open" in line.partition("(")[0]]
        assert opened and not any(".md" in line for line in opened)
        changing = ("O_WRONLY", "O_RDWR", "O_CREAT", "write(", "writev(", "truncate(", "unlink",
                    "rename", "mkdir", "utime", "chmod", "link(")  # fmt: skip
        assert not [line for line in lines if any(word in line for word in changing)]


def walked(vault: Vault) -> unchanged.Rest:
    for displaced in (vault.root / ".vault-sync" / "tmp").iterdir():
        displaced.unlink()  # it would be looked at again, in a pass of its own
    return unchanged.look(vault.config, vault.state, PassRequest())


def test_a_walk_made_just_before_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with settled() as vault:
        EDITS["digest commentary"](vault, 1)
        found = walked(vault)
        assert found.plan is None and found.walk is not None
        monkeypatch.setattr(view, "scan", never)
        assert [each.path for each in vault.run(walk=found.walk).outcome.done] == [NOTE]


def test_a_walk_made_before_another_pass_is_made_again() -> None:
    with settled() as vault:
        walk = walked(vault).walk
        assert walk is not None
        add(vault, "2308.00077", "Awaited")
        assert vault.run().outcome.done
        EDITS["digest commentary"](vault, 1)
        found = look(vault.context(walk=walk), PassRequest())
        assert found.memory is not None and RelPath(NOTE) in {
            each.path for each in found.plan.operations
        }
        compare(found.plan, vault.whole(), found.explained)


def test_a_pass_that_drops_old_saved_texts_is_remembered_like_any_other() -> None:
    with settled() as vault:
        vault.config = vault.config._replace(saved_days=1e-9)
        EDITS["digest commentary"](vault, 1)
        result = vault.run()
        assert "saved-dropped" in {each.code for each in result.plan.problems}
        stamp = stamp_of(vault.config, vault.state) or ""
        stored = index.glance(index.path_of(vault.state), stamp)
        assert stored is not None and stored.last.plan.problems == ()


FAR = "digests/Another week.md"
FAR_NOTE = "papers/Far.md"


@pytest.mark.parametrize("said", ["https://arxiv.org/abs/2308.00077", "[[Awaited]]"])
def test_a_file_that_no_paper_in_question_leads_to_is_asked_too(said: str) -> None:
    with settled() as vault:
        entry = f"https://openreview.net/forum?id=far\nFar (Ann Park)\n멀다. {said}\n#far\n"
        vault.put(FAR, f"Another week\n{entry}")
        vault.settle()
        EDITS["entry named before"](vault, 1)
        found = shadowed(vault)
        assert FAR_NOTE in {each.path for each in found.plan.operations}
        assert found.memory is not None
        vault.run()
        assert not shadowed(vault).plan.operations


def test_a_note_that_is_renamed_and_copied_at_once_has_a_copy() -> None:
    with settled() as vault:
        vault.move(NOTE_OMEGA, "papers/Omega.md")
        vault.put("papers/Omega copy.md", vault.text("papers/Omega.md"))
        assert shadowed(vault).memory is None
