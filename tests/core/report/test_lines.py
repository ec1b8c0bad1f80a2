"""Plans in words: what a terminal and a program are shown."""

from __future__ import annotations

import pytest
from vault_sync.core.model.plan import Apart, Conflict, Create, Plan, Rename, Trash, Undone, Write
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.report import lines as report

P = RelPath
OPERATIONS = (
    Create(P("a.md"), "new\n", "a new entry"),
    Write(P("b.md"), "one\ntwo\n", "one\nthree\n", "edited"),
    Rename(P("c.md"), P("d.md"), "c", "dated"),
    Trash(P("e.md"), P(".trash/e.md"), "e", "removed"),
)
CONFLICT = Conflict(Key("k"), P("w.md"), P("n.md"), "title", "a", "b", 3, "both changed")
PROBLEM = Problem("w.md", "unfinished", "is wrong", "mend it", 7)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("한글 🙂\n", "한글 🙂\n"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\u202eb", "a\\u202eb"),
        ("\udcff", "\\xff"),
        ("\U000e0041", "\\U000e0041"),
        ("a\xa0b\tc", "a\xa0b\\x09c"),
    ],
)
def test_nothing_from_a_file_steers_a_terminal(text: str, shown: str) -> None:
    assert report.shown(text) == shown


def test_a_line_an_operation() -> None:
    assert list(report.operation_lines(OPERATIONS)) == [
        "+ a.md  (a new entry)",
        "~ b.md  (edited)",
        "> c.md -> d.md  (dated)",
        "- e.md -> .trash/e.md  (removed)",
    ]


def test_a_problem_names_its_line_and_what_to_do() -> None:
    notice = Problem("", "notice", "is so", level="notice")
    assert list(report.problem_lines([PROBLEM, notice])) == [
        "w.md:7: is wrong",
        "    mend it",
        "the vault: note: is so",
    ]


def test_a_notice_alone_leaves_the_vault_in_line() -> None:
    notice = Problem("a.md", "notice", "is so", level="notice")
    assert report.in_line(Plan(OPERATIONS, problems=(notice,)))
    assert not report.in_line(Plan(problems=(PROBLEM,)))
    assert not report.in_line(Plan(conflicts=(CONFLICT,)))
    assert not report.in_line(Plan(), [Undone(OPERATIONS[0], "gone")])


def test_a_diff_says_what_changes_and_a_rename_only_its_names() -> None:
    shown = list(report.diff_lines(OPERATIONS))
    assert shown[:2] == ["--- /dev/null", "+++ b/a.md"]
    assert "-two" in shown and "+three" in shown and " one" in shown
    assert shown[-4:-2] == ["rename from c.md", "rename to d.md"]


def test_json_holds_all_of_a_plan() -> None:
    plan = Plan(OPERATIONS, conflicts=(CONFLICT,), problems=(PROBLEM,), entries=2, notes=3)
    undone = [Undone(OPERATIONS[1], "edited meanwhile")]
    value = report.as_json("/vault \udcff", plan, OPERATIONS, 1.23456, undone)
    assert [each["kind"] for each in value["operations"]] == ["create", "write", "rename", "trash"]
    assert [each["to"] for each in value["operations"]] == [None, None, "d.md", ".trash/e.md"]
    assert value["conflicts"] == [report.open_object(CONFLICT)]
    assert report.open_object(CONFLICT) == {
        "id": CONFLICT.id,
        "digest": "w.md",
        "note": "n.md",
        "field": "title",
        "digest_line": 3,
        "note_line": None,
        "digest_text": CONFLICT.digest_text,
        "note_text": CONFLICT.note_text,
        "ancestor_text": None,
        "reason": "both changed",
    }
    assert [each["code"] for each in value["problems"]] == ["unfinished", "not-written"]
    assert (value["entries"], value["notes"]) == (2, 3)


def test_an_empty_plan_counts_nothing() -> None:
    assert report.summary(Plan(), ()) == "0 entries: nothing to do"
    value = report.as_json("/v", Plan(), (), 0, ())
    assert (value["entries"], value["notes"]) == (0, 0)
    assert not any(value[name] for name in value.keys() - {"vault"})


def test_a_summary_counts_what_was_done() -> None:
    assert report.summary(Plan(entries=1), ()) == "1 entry: nothing to do"
    assert report.summary(Plan(OPERATIONS, entries=1), ()) == "1 entry: nothing was written"
    assert report.summary(Plan(entries=2, conflicts=(CONFLICT,)), OPERATIONS[:2]) == (
        "2 entries: 1 made, 1 edited, 1 in conflict"
    )


def test_a_conflict_says_where_it_is_and_what_to_do() -> None:
    lines = list(report.conflict_lines([CONFLICT, CONFLICT._replace(line=None)]))
    assert lines[0] == "w.md:3: conflict: title differs from 'n.md' (both changed)"
    assert lines[2] == lines[0].replace(":3", "")
    assert (
        lines[1]
        == lines[3]
        == ("    tick a box in the conflicts note, or `vault-sync resolve n.md --take digest|note`")
    )


def test_a_field_that_both_keep_says_which_side_says_what() -> None:
    apart = Apart(P("w.md"), P("n.md"), "title", "A", "B")
    assert list(report.apart_lines([apart])) == [
        "n.md: apart: title 'B'",
        "    w.md says 'A'; an edit of one side flows",
    ]


def test_what_waits_for_a_person_is_counted_in_one_line() -> None:
    notice = PROBLEM._replace(level="notice")
    for problems, conflicts, words in (
        ((PROBLEM, notice), (CONFLICT, CONFLICT), "1 problem and 2 conflicts"),
        ((), (CONFLICT,), "1 conflict"),
        ((PROBLEM, PROBLEM), (), "2 problems"),
    ):
        plan = Plan(problems=problems, conflicts=conflicts)
        (line,) = report.attention_counts(plan)
        assert line.startswith(f"{words}: ") and "`vault-sync status`" in line
    assert list(report.attention_counts(Plan(problems=(notice,)))) == []


def test_a_field_without_a_place_is_said_once() -> None:
    told = Problem("papers/A.md", "no-place", "no place for the tags", level="notice")
    to_do = told._replace(hint="add the row yourself")
    other = Problem("papers/A.md", "broken-title", "a title is not closed", level="notice")
    plan = Plan((), (), problems=(told, to_do, other))
    assert report.without_standing(plan).problems == (to_do, other)
    written = plan._replace(operations=(Write(RelPath("papers/A.md"), "", "a", ""),))
    assert report.without_standing(written) == written


@pytest.mark.parametrize(("count", "alone"), [(1, True), (5, True), (6, False), (9, False)])
def test_many_files_that_were_not_written_for_one_reason_are_counted(
    count: int, alone: bool
) -> None:
    one = [Undone(Create(RelPath(f"{n}.md"), "", ""), "full") for n in range(count)]
    other = Undone(Create(RelPath("x.md"), "", ""), "closed")
    lines = list(report.undone_lines([*one, other]))
    shown = [f"{n}.md: not written: full" for n in range(count if alone else 1)]
    rest = [f"... and {count - 1} more files were not written, for the same reason"]
    assert lines == [*shown, *([] if alone else rest), "x.md: not written: closed"]


@pytest.mark.parametrize(("count", "most"), [(3, 3), (4, 3), (4, None), (0, 3)])
def test_so_many_of_each_kind_are_shown_and_others_counted(count: int, most: int | None) -> None:
    problems = [Problem(RelPath(f"{n}.md"), "x", "wrong") for n in range(count)]
    notices = [Problem(RelPath(f"n{n}.md"), "x", "odd", level="notice") for n in range(count)]
    conflicts = [
        Conflict(Key("k"), RelPath("w.md"), RelPath(f"c{n}.md"), "title", "a", "b")
        for n in range(count)
    ]
    plan = Plan(problems=(*notices, *problems), conflicts=tuple(conflicts))
    lines = list(report.attention_lines(plan, "Conflicts.md", most))
    left = 0 if most is None else max(0, count - most)
    shown = range(count - left)
    assert [line for line in lines if not line.startswith("...")] == [
        *(f"{n}.md: wrong" for n in shown),
        *(f"n{n}.md: note: odd" for n in shown),
        *report.conflict_lines(conflicts[: count - left]),
    ]
    assert [line for line in lines if line.startswith("...")] == [
        f"... and {left} more {name}"
        for name in (
            "problems (--verbose shows all)",
            "notices (--verbose shows all)",
        )
        if left
    ] + [f"... and {left} more, all in `Conflicts.md`"] * bool(left)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("", "''"),
        ("a b$c", "'a b$c'"),
        ("it's", "'it'\\''s'"),
        ("a\\b", "'a\\b'"),
        ("a\nb", "$'a\\x0ab'"),
        ("it's\t\\é", "$'it\\'s\\x09\\\\é'"),
        ("\udcff\u2028", "$'\\xff\\xe2\\x80\\xa8'"),
    ],
)
def test_a_word_of_a_command_line_is_shown_on_one_line_as_a_shell_reads_it(
    word: str, written: str
) -> None:
    assert report.quoted(word) == written


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb 가\u3000c", "a\nb 가\u3000c"),
        ("\t\x1b\x85\xff", "\\x09\\x1b\\x85ÿ"),
        ("\udc7f\udc80\udcff\udd00", "\\udc7f\\x80\\xff\\udd00"),
        ("\u0100\u200b\ud800\uffff", "Ā\\u200b\\ud800\\uffff"),
        ("\U0001f600\U000e0001", "\U0001f600\\U000e0001"),
    ],
)
def test_what_a_terminal_would_act_on_is_spelled(text: str, shown: str) -> None:
    assert report.shown(text) == shown
