"""What a pass hands to those that write."""

from __future__ import annotations

import gc
import os
import weakref
from pathlib import Path
from typing import Any

import pytest
from tests.support.reader import NEXT, NOTE_BETA, NOTE_OMEGA, WEEK
from tests.support.scope_world import DELTA_NOTE, EDITS, FILES, Vault, settled
from vault_sync.core.model.plan import Create, Write
from vault_sync.core.model.values import PropertyNames, RelPath
from vault_sync.core.reconcile.pairing import first_pass
from vault_sync.daemon.vault_pass import give_back
from vault_sync.edge.config import BibConfig
from vault_sync.edge.state.vault_id import former_names
from vault_sync.edge.write import apply as apply_module
from vault_sync.sync import engine
from vault_sync.sync.engine import uncollected
from vault_sync.sync.planning import pass_plan
from vault_sync.sync.request import PassRequest


def test_the_base_rests_on_both_files_that_were_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are synced before it says what they say, or a power cut leaves it ahead."""
    rested: list[frozenset[str]] = []

    def apply(*given: Any, **named: Any) -> Any:
        rested.append(named["sources"])
        return apply_module.apply(*given, **named)

    monkeypatch.setattr(engine, "apply", apply)
    with settled() as vault:
        rested.clear()
        EDITS["both alike"](vault, 1)
        assert not vault.run().outcome.done
    assert rested and {WEEK, DELTA_NOTE} <= rested[-1]


def test_a_pass_writes_the_same_from_texts_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first_pass(large: int) -> tuple[Vault, tuple[object, ...]]:
        monkeypatch.setattr(pass_plan, "LARGE", large)
        vault = Vault(tmp_path / str(large))
        done = vault.run().outcome.done
        assert {Create, Write} <= {type(operation) for operation in done}
        stored = {isinstance(one.after, str) for one in done if isinstance(one, Create | Write)}
        assert stored == {large > 0}
        return vault, (done, vault.contents(), vault.state.rows())

    on_disk, left = first_pass(0)
    assert left == first_pass(1_000_000)[1]
    on_disk.settle()
    assert on_disk.contents() == left[1]


def fail_in_a_pass() -> None:
    with uncollected():
        assert not gc.isenabled()
        raise ZeroDivisionError


@pytest.mark.parametrize("enabled", [True, False])
def test_a_pass_is_not_collected_and_leaves_the_collector_as_it_was(*, enabled: bool) -> None:
    (gc.enable if enabled else gc.disable)()
    try:
        with pytest.raises(ZeroDivisionError):
            fail_in_a_pass()
        assert gc.isenabled() == enabled
    finally:
        gc.enable()


class Circle:
    def __init__(self) -> None:
        self.itself = self


def test_circles_of_a_pass_are_given_back() -> None:
    with uncollected():
        circle = weakref.ref(Circle())
        assert circle() is not None
    give_back()
    assert circle() is None


def test_a_pass_tells_that_more_is_on_its_way_where_a_file_was_just_brought() -> None:
    with settled() as vault:
        EDITS["digest commentary"](vault, 1)
        brought = (vault.root / WEEK).stat().st_mtime_ns - 10**10
        os.utime(vault.root / WEEK, ns=(brought, brought))
        found = vault.run()
        assert found.arriving and found.plan.deferred == {WEEK} and not found.outcome.done
    with settled() as vault:
        EDITS["digest commentary"](vault, 1)
        found = vault.run()
        assert not found.arriving and found.outcome.done


def test_a_pass_counts_each_phase_from_one_to_its_end(tmp_path: Path) -> None:
    told: dict[str, list[tuple[int, int]]] = {}
    vault = Vault(tmp_path)
    done = vault.run(progress=lambda what, *of: told.setdefault(what, []).append(of)).outcome.done
    counts = {"reading": len(FILES), "comparing": 5} | dict.fromkeys(
        ("preparing", "writing"), len(done)
    )
    assert told == {what: [(n, of) for n in range(1, of + 1)] for what, of in counts.items()}


def test_a_first_pass_asks_whether_files_of_one_paper_each_are_digests(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    for path in FILES:
        vault.remove(path)
    for number in range(first_pass.MOST_SINGLE + 1):
        vault.put(f"digests/{number}.md", f"https://x.org/{number}\nT (Ann Park)\n")
    result = vault.run()
    assert [each.code for each in result.plan.problems] == [first_pass.CODE]
    assert not (result.outcome.done or vault.state.has_base)
    assert engine.run(vault.context(), PassRequest(sure=True)).outcome.done and vault.state.has_base


def test_a_pass_about_some_digests_leaves_the_others_to_the_next() -> None:
    with settled() as vault:
        vault.change(WEEK, "베타 설명입니다.", "베타의 설명.")
        vault.change(NOTE_OMEGA, "오메가입니다.", "오메가의 설명.")
        only = PassRequest(only=frozenset({RelPath(WEEK)}))
        assert [each.path for each in engine.run(vault.context(), only).outcome.done] == [NOTE_BETA]
        assert [each.path for each in vault.run().outcome.done] == [NEXT]


def test_the_file_of_references_is_made_where_it_is_missing_and_by_no_hook() -> None:
    with settled() as vault:
        bib = BibConfig(write="refs.bib")
        vault.config = vault.config._replace(bib=bib)
        vault.change(NOTE_BETA, "url:", "citekey: beta2023\nurl:")
        vault.settle()
        file = vault.root / "refs.bib"
        file.unlink()
        engine.run(vault.context(), PassRequest(cause="hook"))
        assert not file.exists()
        assert not vault.run().outcome.done
        assert "beta2023" in file.read_text("utf-8")
        file.write_text("mine", "utf-8")
        assert not vault.run().plan.problems, "nothing was written"
        EDITS["digest tag"](vault, 1)
        assert [each.code for each in vault.run().plan.problems] == ["bib-not-ours"]


def test_own_names_of_properties_are_remembered_for_the_time_after() -> None:
    with settled() as vault:
        names = PropertyNames((("authors", "author"), ("tags", "")))
        vault.config = vault.config._replace(rules=vault.config.rules._replace(properties=names))
        vault.run()
        assert former_names(vault.state) == (("authors", "author"),)
