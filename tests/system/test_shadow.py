"""Law: a plan for some papers is part of the plan for all, whatever happened before."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.support.reader import NEXT, NOTE_BETA, NOTE_OMEGA, WEEK
from tests.support.scope_world import EDITS, RARE, add, settled, shadowed
from tests.support.shadow import daemon_walk, walk
from tests.support.vaults import rebuilt
from vault_sync.core.model.plan import Create, Plan
from vault_sync.core.model.values import Key, RelPath
from vault_sync.sync.incremental.memory import DaemonMemory
from vault_sync.sync.incremental.questions import TracedQuestion
from vault_sync.sync.incremental.selection import PaperSelection
from vault_sync.sync.incremental.shadow import ShadowError, compare

TROUBLES = {
    "a conflict": "both apart",
    "a broken note": "note broken",
    "a note with NUL": "note with NUL",
    "a digest that is locked": "digest with NUL",
    "a note that is gone": "note gone",
    "two notes of a paper": "note copied",
    "removals to be confirmed": "entries cut",
    "an entry twice": "entry copied",
    "a digest that is gone": "digest gone",
}
"""What may stay open for days."""


@pytest.mark.parametrize("trouble", sorted(TROUBLES))
def test_what_is_open_elsewhere_makes_no_pass_whole_and_is_still_reported(trouble: str) -> None:
    with settled() as vault:
        vault.put("digests/distant.md", "distant\n")
        add(vault, "2309.00001", "Far", to="digests/distant.md")
        vault.settle()
        EDITS[TROUBLES[trouble]](vault, 1)
        shadowed(vault)
        before = vault.run().plan
        assert before.problems or before.conflicts
        for number in range(3):
            vault.change("digests/distant.md", f"새{number or ''}.", f"새{number + 1}.")
            found = shadowed(vault)
            assert found.memory is not None
            assert {each.path for each in found.plan.operations} == {"papers/Far.md"}
            assert set(found.plan.conflicts) == set(before.conflicts)
            assert {each.path for each in found.plan.problems} == {
                each.path for each in before.problems
            }
            vault.run()


def test_a_conflict_elsewhere_stays_on_its_page_and_a_tick_there_is_no_whole_pass() -> None:
    with settled() as vault:
        EDITS["both apart"](vault, 1)
        vault.run()
        page = vault.text("Sync conflicts.md")
        EDITS["second week"](vault, 1)
        assert shadowed(vault).memory is not None
        vault.run()
        assert vault.text("Sync conflicts.md") == page
        EDITS["note side ticked"](vault, 1)
        found = shadowed(vault)
        assert found.memory is not None
        assert {each.path for each in found.plan.operations} == {WEEK, "Sync conflicts.md"}
        vault.run()
        assert not shadowed(vault).plan.conflicts and not vault.text("Sync conflicts.md")


def test_the_words_of_an_untitled_entry_stay_with_its_paper() -> None:
    """It has two notes, and a new entry without tags is typed above it."""
    with settled() as vault:
        EDITS["untitled entry and two notes"](vault, 1)
        vault.settle()
        EDITS["second week"](vault, 1)
        vault.settle()
        EDITS["entry above the untitled"](vault, 1)
        assert shadowed(vault).memory is not None
        vault.run()
        vault.settle()
        assert shadowed(vault).memory is not None
        assert "words of 1" not in vault.text("papers/Third 1.md")


def test_a_pass_explains_why_it_looked_where(tmp_path: Path) -> None:
    entry = "https://doi.org/10.1000/x{0}\nOf {0}: A Study (Ann Park)\none\n#t\n"
    digests = {"digests/w.md": f"w\n{entry.format(1)}", "digests/x.md": f"x\n{entry.format(2)}"}
    vault = rebuilt(tmp_path, digests)
    vault.ok("sync")
    vault.edit("papers/Of 2.md", "one", "one and two")
    vault.write("mine.md", "[[Of 2]]\n")
    ran = vault.run("--json", "sync", "--explain")
    explained = {each["about"]: each for each in json.loads(ran.out)["explain"]}
    assert explained["mine.md"]["question"] == "what is in it?"
    assert explained["mine.md"]["old"] == "no file"
    assert explained["mine.md"]["new"].startswith("file (")
    paper = explained["doi:10.1000/x2"]
    assert paper["question"] == "what is in papers/Of 2.md?"
    assert paper["old"].startswith("note of doi:10.1000/x2 (") and paper["old"] != paper["new"]
    assert "doi:10.1000/x1" not in explained
    vault.ok("sync")
    rested = json.loads(vault.ok("--json", "sync", "--explain").out)["explain"]
    assert [each["about"] for each in rested] == [""]
    whole = vault.ok("sync", "--redo", "--explain").out
    assert "whole vault: so it was asked for" in whole


def test_a_note_is_made_by_a_template_without_a_look_at_all_files() -> None:
    with settled() as vault:
        vault.put("My template.md", "---\nstatus: new\n---\n{{title}} {{year}}\n{{section}}\n")
        rules = vault.config.rules._replace(template="My template.md")
        vault.config = vault.config._replace(rules=rules)
        vault.settle()
        EDITS["entry added"](vault, 1)
        assert shadowed(vault).memory is not None
        (made,) = (each for each in vault.run().outcome.done if isinstance(each, Create))
        assert "status: new" in str(made.after)
        vault.settle()
        vault.put("My template.md", "{{unheard}} {{date}}\n")
        found = shadowed(vault)
        assert found.memory is not None and found.plan.problems
        vault.run()
        EDITS["entry added"](vault, 2)
        found = shadowed(vault)
        assert found.memory is None and "a date" in found.explained[0].question


def test_a_name_in_capitals_is_taken_whoever_looks() -> None:
    with settled() as vault:
        for number, names in enumerate([["New 1.MD"], ["New 1.MD", "digests/x.Md"], [], ["B.MD"]]):
            for path in vault.root.rglob("*.[mM][dD]"):
                if path.suffix != ".md":
                    path.unlink()
            for name in names:
                vault.put(name, "mine")
            EDITS["entry added"](vault, number + 1)
            vault.add(NOTE_BETA, "\n[[B]] [[New 1]]\n")
            assert shadowed(vault).memory is not None, number
            vault.run()
            assert shadowed(vault).memory is not None, number
        vault.settle()
        vault.put("digests/230801 Alpha Models.MD", "nearer to the digest than the note")
        assert len(shadowed(vault).plan.operations) == 2
        vault.run()
        daemon_memory = DaemonMemory()
        vault.run(daemon_memory=daemon_memory)
        vault.put("New 9.MD", "mine")
        EDITS["entry added"](vault, 9)
        hints = frozenset({RelPath(WEEK), RelPath("New 9.MD")})
        vault.run(daemon_memory=daemon_memory, hints=hints)
        assert not shadowed(vault).plan.operations


def test_a_note_that_is_another_text_is_none_to_the_digest_that_links_to_it() -> None:
    with settled() as vault:
        vault.put(NOTE_OMEGA, "x")
        shadowed(vault)
        vault.run()
        vault.move(NOTE_OMEGA, "mine/230805 Omega.md")
        assert shadowed(vault).memory is not None
        vault.run()
        shadowed(vault)


WHYS = {
    "named note renamed": "where does [[230805 Omega]] lead? papers/",
    "names another": "who names it? nothing -> arxiv:",
    "note gone": "what is in papers/230805",
}


@pytest.mark.parametrize("what", WHYS)
def test_the_question_and_both_answers_are_told(what: str) -> None:
    with settled() as vault:
        EDITS[what](vault, 1)
        lines = [f"{each.question} {each.old} -> {each.new}" for each in vault.view().explained]
        assert any(line.startswith(WHYS[what]) for line in lines), lines
        assert all(each.old and each.new for each in vault.view().explained if each.about)


def test_a_part_that_is_no_part_of_the_whole_is_a_loud_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VAULT_SYNC_SHADOW", "1")
    with settled() as vault:
        EDITS["names another"](vault, 1)
        assert vault.view().memory is not None
        monkeypatch.setattr(PaperSelection, "provide", lambda *_: None)
        with pytest.raises(ShadowError, match="operations, the whole alone: Write"):
            vault.view()


KINDS = {
    "a file about it changed": ("note", "what is in", "", "entry added"),
    "the base has its note there": ("start", "which", "", "file where a note was"),
    "a name leads elsewhere": ("touch_name", "where", "", "file added that is named as a digest"),
    "a paper has another note": ("touch_paper", "which", "", "file of a title without a note"),
    "something is reported there": ("join_reported", "what is reported", "note gone", "both alike"),
    "a box is ticked": ("join_reported", "what is in", "both apart", "note side ticked"),
    "it has several notes": ("provide", "which", "note copied", "new digest"),
    "it is named": ("provide", "who names", "", "names another"),
    "a linked file is a note now": ("touch_name", "where", "", "linked file becomes a note"),
    "another note is the paper's": ("touch_name", "where", "", "own note gone beside a plain one"),
    "a naming note is back": ("touch_paper", "which", "", "naming note gone and back"),
    "it waits for others": ("think", "does it wait", "", "entry cut while removals wait"),
    "a digest is another": ("provide", "what", "", "digest replaced under a broken note"),
    "its entry links there": ("snapshot", "whose", "", "entry readdressed of two notes"),
}
"""Where a question is put, its words, and two situations in turn in which it alone is enough."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_question_that_is_dropped_is_missed(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    function, words, before, edit = KINDS[kind]
    join = PaperSelection.join

    def without(self: PaperSelection, keys: Iterable[Key], question: TracedQuestion) -> None:
        dropped = sys._getframe(1).f_code.co_name == function and question.words.startswith(words)
        join(self, () if dropped else keys, question)

    with settled() as vault:
        if before:
            EDITS[before](vault, 1)
            vault.run()
            vault.run()
        RARE[edit](vault, 2)
        assert shadowed(vault).memory is not None
        monkeypatch.setattr(PaperSelection, "join", without)
        with pytest.raises(ShadowError):
            shadowed(vault)


@pytest.mark.parametrize("edit", sorted(RARE.keys() - EDITS.keys()))
def test_a_part_of_what_no_walk_meets(edit: str) -> None:
    with settled() as vault:
        RARE[edit](vault, 2)
        assert shadowed(vault).memory is not None
        vault.run()
        shadowed(vault)


@pytest.mark.parametrize("name", ["New 2", "230809 New 2"])
def test_who_links_to_either_name_of_a_note_that_gets_its_date_is_looked_at(name: str) -> None:
    with settled() as vault:
        vault.put("digests/distant.md", "distant\n")
        add(vault, "2309.00001", "Far", f"See [[{name}]].", to="digests/distant.md")
        add(vault, "2308.10002", "New 2", to=NEXT)
        vault.settle()
        vault.days["2308.10002"] = "2023-08-09"
        vault.change(NEXT, "새.", "새 말.")
        assert "papers/Far.md" in {each.path for each in shadowed(vault).plan.operations}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(6))
def test_300_steps(seed: int) -> None:
    counts = walk(seed=seed, steps=50)
    assert counts["part"] > 4 * counts["whole"]


@pytest.mark.sweep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(20))
def test_10_000_steps(seed: int) -> None:
    walk(seed=1_000 + seed, steps=500)


def test_30_steps_of_a_daemon() -> None:
    daemon_walk(seed=5, steps=30)


@pytest.mark.sweep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(20))
def test_600_steps_of_a_daemon(seed: int) -> None:
    daemon_walk(seed=100 + seed, steps=30)


def test_what_differs_is_told_in_order() -> None:
    notes = [Create(RelPath(f"papers/{number}.md"), "x", "a new entry") for number in range(10, 30)]
    with pytest.raises(ShadowError) as told:
        compare(Plan(tuple(reversed(notes))), Plan())
    lines = str(told.value).split("\n")
    assert lines == sorted(lines) and len(lines) == len(notes)
    assert lines[0].startswith("operations, the part alone: Create")


def test_fields_apart_elsewhere_and_files_that_name_a_paper_are_still_listed() -> None:
    with settled() as vault:
        block = "title: Awaited Long\nurl: https://arxiv.org/abs/2308.00077\nauthors: [A B, C D]"
        vault.put("lit/A.md", f"---\n{block}\n---\nwords\n")
        EDITS["entry named before"](vault, 1)
        EDITS["file that names"](vault, 1)
        vault.settle()
        whole = vault.whole()
        assert whole.apart and whole.named
        for name in ("second week", "digest commentary"):
            EDITS[name](vault, 1)
            found = shadowed(vault)
            assert found.memory is not None
            assert set(found.plan.apart) == set(whole.apart)
            assert set(found.plan.named) == set(whole.named)
            vault.settle()
        vault.remove("lit/N1.md")
        vault.change("lit/A.md", "Awaited Long", "Awaited")
        found = shadowed(vault)
        assert found.memory is not None and not found.plan.named
        assert set(found.plan.apart) < set(whole.apart)
