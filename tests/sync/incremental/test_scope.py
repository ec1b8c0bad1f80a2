"""When the papers concerned are not enough, so that a pass looks at the whole vault."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support.reader import NEXT, WEEK
from tests.support.scope_world import EDITS, Vault, add, settled
from vault_sync.core.model.values import RelPath
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
