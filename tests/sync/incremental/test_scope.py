"""When the papers concerned are not enough, so that a pass looks at the whole vault."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support.reader import NEXT, NOTE_OMEGA, WEEK
from tests.support.scope_world import EDITS, Vault, add, settled, shadowed
from vault_sync.core.model.values import RelPath
from vault_sync.sync.incremental import scope
from vault_sync.sync.incremental.memory import DaemonMemory


def in_another_folder(vault: Vault) -> None:
    add(vault, "2309.00001", "Far")
    vault.put("digests/later/w.md", vault.text(NEXT).replace("2308", "2401"))


def dated_template(vault: Vault) -> None:
    rules = vault.config.rules._replace(template="T.md")
    vault.config = vault.config._replace(rules=rules)
    vault.put("T.md", "{{date}}\n{{section}}\n")
    vault.settle()
    EDITS["entry added"](vault, 1)


WHOLE: dict[str, tuple[Callable[[Vault], object], str]] = {
    "a newer digest in another folder": (in_another_folder, "go to another folder now"),
    "a template with a date": (dated_template, "a template has a date"),
}


@pytest.mark.parametrize("what", WHOLE)
def test_a_pass_tells_why_it_looks_at_the_whole_vault(what: str) -> None:
    change, why = WHOLE[what]
    with settled() as vault:
        change(vault)
        found = vault.view()
        (reason,) = found.explained
        assert found.memory is None and reason.about == "" and why in reason.question


def test_a_digest_that_is_no_newer_or_in_the_same_folder_is_no_matter_of_the_whole_vault() -> None:
    for path in ("digests/2022년 1주차.md", "digests/9999.md"):
        with settled() as vault:
            vault.put(path, vault.text(NEXT).replace("2308", "2401"))
            found = vault.view()
            assert found.memory is not None
            found.memory.close()


def test_a_daemon_that_was_told_all_looks_at_no_other_file() -> None:
    with settled() as vault:
        daemon_memory = DaemonMemory()
        vault.run(daemon_memory=daemon_memory)
        EDITS["digest commentary"](vault, 1)
        EDITS["note title"](vault, 1)
        done = vault.run(daemon_memory=daemon_memory, hints=frozenset({RelPath(WEEK)})).outcome.done
        assert len(done) == 1
        vault.run(daemon_memory=daemon_memory, hints=frozenset())
        assert "Omega 1" not in vault.text(NEXT), "nobody told of it"


def test_who_names_a_paper_of_two_notes_is_concerned_when_no_entry_chooses_one() -> None:
    with settled() as vault:
        EDITS["note copied"](vault, 1)
        vault.change(NEXT, "오메가입니다.", "오메가 https://arxiv.org/abs/2308.00003")
        vault.settle()
        listed = '  - "[[230803 Gamma]]"\n'
        assert listed in vault.text(NOTE_OMEGA)
        for old, new in (("[[230803 Gamma|", "[[nowhere|"), ("[[nowhere|", "[[230803 Gamma|")):
            vault.change(WEEK, old, new)
            assert shadowed(vault).memory is not None
            vault.settle()


def test_while_files_wait_for_another_device_a_pass_looks_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with settled() as vault:
        EDITS["digest commentary"](vault, 1)
        monkeypatch.setattr(scope, "waiting", lambda _: {WEEK: 1.0})
        found = vault.view()
        assert found.memory is None and "files wait" in found.explained[0].question
