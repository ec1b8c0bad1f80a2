"""Plans, conflicts and problems in words, as JSON, and as an exit code."""

from __future__ import annotations

import difflib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from vault_sync.core.model import problems
from vault_sync.core.model.plan import (
    Apart,
    Conflict,
    Create,
    Operation,
    Plan,
    Rename,
    Trash,
    Undone,
    Write,
)
from vault_sync.core.model.values import Problem

IN_LINE, OUT_OF_LINE, USAGE, BUG, BUSY, INTERRUPTED = 0, 1, 2, 3, 4, 130
"""The exit codes (README, "Exit codes")."""

SIGNS = {"create": "+", "write": "~", "rename": ">", "trash": "-"}


def shown(text: str) -> str:
    """A text from a file, safe on a terminal: control, bidi and broken characters spelled out."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character == "\n" else _spelled(character)
        for character in text
    )


def _spelled(character: str) -> str:
    if unicodedata.category(character) == "Zs":
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )


def kind(operation: Operation) -> str:
    return {Create: "create", Write: "write", Rename: "rename", Trash: "trash"}[type(operation)]


def operation_lines(operations: Iterable[Operation]) -> Iterator[str]:
    """A line an operation: `+ papers/x.md  (why)`."""
    for operation in operations:
        to = f" -> {operation.to}" if isinstance(operation, Rename | Trash) else ""
        sign = SIGNS[kind(operation)]
        yield shown(f"{sign} {operation.path}{to}  ({operation.why})")


def problem_lines(problems: Iterable[Problem]) -> Iterator[str]:
    """`path:line: what is wrong`, then what to do."""
    for problem in problems:
        path = problem.path or "the vault"
        where = path if problem.line is None else f"{path}:{problem.line}"
        prefix = "" if problem.level == "problem" else "note: "
        yield shown(f"{where}: {prefix}{problem.message}")
        if problem.hint:
            yield shown(f"    {problem.hint}")


MOST_SHOWN = 10
"""Conflicts, problems and notices that a terminal shows of each; the others are counted."""


def attention_lines(plan: Plan, conflicts_note: str, most: int | None) -> Iterator[str]:
    """Yield problems, notices and conflicts, `most` of each (None: all), and how many more."""
    for level, name in (("problem", "problems"), ("notice", "notices")):
        found = [problem for problem in plan.problems if problem.level == level]
        yield from problem_lines(found[:most])
        if most is not None and len(found) > most:
            yield f"... and {len(found) - most:,} more {name} (--verbose shows all)"
    yield from conflict_lines(plan.conflicts[:most])
    if most is not None and len(plan.conflicts) > most:
        yield f"... and {len(plan.conflicts) - most:,} more, all in `{conflicts_note}`"


def attention_counts(plan: Plan) -> Iterator[str]:
    """Yield one line that counts problems and conflicts; none where there are none."""
    problems_ = sum(problem.level == "problem" for problem in plan.problems)
    counts = [
        f"{count:,} {name}{'' if count == 1 else 's'}"
        for count, name in ((problems_, "problem"), (len(plan.conflicts), "conflict"))
        if count
    ]
    if counts:
        yield f"{' and '.join(counts)}: `vault-sync status` shows them"


def conflict_lines(conflicts: Iterable[Conflict]) -> Iterator[str]:
    for conflict in conflicts:
        where = conflict.digest if conflict.line is None else f"{conflict.digest}:{conflict.line}"
        yield shown(
            f"{where}: conflict: {conflict.field} differs from '{conflict.note}' "
            f"({conflict.reason})"
        )
        yield shown(
            "    tick a box in the conflicts note, or "
            + problems.resolve_hint(conflict.note, "digest|note")
        )


def apart_lines(apart: Iterable[Apart]) -> Iterator[str]:
    """Yield two lines for each field in which digest and note keep their own words."""
    for each in apart:
        yield shown(f"{each.note}: apart: {each.field} '{each.note_text}'")
        yield shown(f"    {each.digest} says '{each.digest_text}'; an edit of one side flows")


def undone_lines(undone: Iterable[Undone]) -> Iterator[str]:
    for operation, reason in undone:
        yield shown(f"{operation.path}: not written: {reason}")


def in_line(plan: Plan, undone: Sequence[Undone] = ()) -> bool:
    """Whether nothing is left for a person to look at."""
    wrong = any(problem.level == "problem" for problem in plan.problems)
    return not (wrong or plan.conflicts or undone)


def diff_lines(operations: Iterable[Operation]) -> Iterator[str]:
    """The operations as a unified diff."""
    for operation in operations:
        if isinstance(operation, Rename | Trash):
            yield f"rename from {operation.path}"
            yield f"rename to {operation.to}"
            continue
        before = "" if isinstance(operation, Create) else operation.before
        old = "/dev/null" if isinstance(operation, Create) else f"a/{operation.path}"
        yield from _unified(before, operation.after, old, f"b/{operation.path}")


def _unified(before: str, after: str, old: str, new: str) -> Iterator[str]:
    # splitlines() would split at characters that end no line here.
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), old, new, lineterm="")
    yield from lines


def as_json(
    vault: str,
    plan: Plan,
    operations: Sequence[Operation],
    seconds: float,
    undone: Sequence[Undone],
) -> str:
    """The one object that `--json` prints (docs/format.md)."""
    extra = [
        {
            "level": "problem",
            "path": each.operation.path,
            "line": None,
            "code": "not-written",
            "message": each.reason,
            "hint": "",
        }
        for each in undone
    ]
    value: dict[str, Any] = {
        "version": 1,
        "vault": vault,
        "entries": plan.entries,
        "notes": plan.notes,
        "operations": [
            {
                "kind": kind(each),
                "path": each.path,
                "to": each.to if isinstance(each, Rename | Trash) else None,
                "why": each.why,
            }
            for each in operations
        ],
        "conflicts": [
            {"digest": each.digest, "note": each.note, "field": each.field}
            for each in plan.conflicts
        ],
        "apart": [
            {"digest": each.digest, "note": each.note, "field": each.field} for each in plan.apart
        ],
        "named": [{"path": each.path, "message": each.message} for each in plan.named],
        "problems": [
            {
                "level": each.level,
                "path": each.path,
                "line": each.line,
                "code": each.code,
                "message": each.message,
                "hint": each.hint,
            }
            for each in plan.problems
        ]
        + extra,
        "seconds": round(seconds, 3),
    }
    # A name that is no UTF-8 has no JSON form but an escaped one.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def summary(plan: Plan, done: Sequence[Operation]) -> str:
    """One line: what there is, what was done."""
    counts = {name: sum(kind(each) == name for each in done) for name in SIGNS}
    words = {"create": "made", "write": "edited", "rename": "renamed", "trash": "to the trash"}
    did = ", ".join(f"{count} {words[name]}" for name, count in counts.items() if count)
    entries = f"{plan.entries} {'entry' if plan.entries == 1 else 'entries'}"
    left = f", {len(plan.conflicts)} in conflict" if plan.conflicts else ""
    return f"{entries}: {did or 'nothing to do'}{left}"
