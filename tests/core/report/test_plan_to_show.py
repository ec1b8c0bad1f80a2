"""Plans as they are shown: the one door for problems, lines of text, JSON."""

from __future__ import annotations

from vault_sync.core.model.plan import Conflict, Create, Plan, Rename, Undone
from vault_sync.core.model.problems import unneeded
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.report import lines

NOTE = RelPath("papers/Alpha.md")
DIGEST = RelPath("digests/w.md")
FOUND = Problem(DIGEST, "cut-short", "the digest is cut short", "bring it back", 3)
ASKED = Problem("arXiv", "facts-offline", "arXiv was not asked", level="notice")


def test_a_plan_is_shown_with_its_own_problems_first_and_those_met_beside_planning_after() -> None:
    plan = Plan(problems=(FOUND,), entries=7)
    assert lines.plan_to_show(plan) == plan
    assert lines.plan_to_show(plan, [ASKED]) == Plan(problems=(FOUND, ASKED), entries=7)


def test_files_that_no_entry_needs_are_one_notice() -> None:
    broken = unneeded(Problem("b.md", "broken-properties", "they are broken", "mend them", 2))
    named = unneeded(Problem("[a].md", "unlinkable-name", "odd name", "rename it"))
    (one,) = lines.plan_to_show(Plan(problems=(broken,))).problems
    assert list(lines.problem_lines([one])) == [
        "b.md:2: note: no entry needs this file: they are broken",
        "    mend them",
    ]
    shown = lines.plan_to_show(Plan(problems=(FOUND, broken, *[named] * 1200)), [ASKED])
    assert shown.problems[::2] == (FOUND, ASKED) and lines.in_line(Plan(problems=(one,)))
    assert list(lines.problem_lines(shown.problems[1:2])) == [
        "[a].md: note: no entry needs this file, nor 1,200 more that cannot be used: odd name",
        "    rename it",
    ]


def test_a_problem_says_where_and_what_to_do_and_a_notice_that_it_is_one() -> None:
    assert list(lines.problem_lines([FOUND, ASKED])) == [
        "digests/w.md:3: the digest is cut short",
        "    bring it back",
        "arXiv: note: arXiv was not asked",
    ]


def test_json_has_every_operation_conflict_and_problem_and_what_was_not_written() -> None:
    made = Create(NOTE, "text", "a new entry")
    moved = Rename(NOTE, RelPath("papers/Beta.md"), "text", "the title changed")
    conflict = Conflict(Key("arxiv:1"), DIGEST, NOTE, "title", "A", "B", 2, "both changed")
    plan = Plan(
        operations=(made, moved), conflicts=(conflict,), problems=(FOUND,), entries=2, notes=1
    )
    value = lines.as_json("/v", plan, [made, moved], 0.12345, [Undone(made, "full")])
    assert value == {
        "vault": "/v",
        "entries": 2,
        "notes": 1,
        "operations": [
            {"kind": "create", "path": NOTE, "to": None, "why": "a new entry"},
            {"kind": "rename", "path": NOTE, "to": "papers/Beta.md", "why": "the title changed"},
        ],
        "conflicts": [lines.open_object(conflict)],
        "apart": [],
        "named": [],
        "problems": [
            {
                "level": "problem",
                "path": DIGEST,
                "line": 3,
                "code": "cut-short",
                "message": "the digest is cut short",
                "hint": "bring it back",
            },
            {
                "level": "problem",
                "path": NOTE,
                "line": None,
                "code": "not-written",
                "message": "full",
                "hint": "",
            },
        ],
        "seconds": 0.123,
    }
