"""Plans, conflicts and problems as lines of text, as JSON, and as an exit code."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

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
from vault_sync.core.text.encodings import as_bytes
from vault_sync.core.text.regex import regex

IN_LINE, OUT_OF_LINE, USAGE, BUG, BUSY, INTERRUPTED, UNREAD = 0, 1, 2, 3, 4, 130, 141
"""The exit codes (README, "Exit codes")."""

_MOST_UNDONE = 5
SIGNS = {"create": "+", "write": "~", "rename": ">", "trash": "-"}


def shown(text: str) -> str:
    """Return a text safe for a terminal: control, bidi and broken characters spelled out."""
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


def quoted(word: str) -> str:
    """Quote one word of a shell's command line, whatever is in it."""
    if word.isprintable():
        return "'" + word.replace("'", "'\\''") + "'"
    escaped = "".join(
        f"\\{each}" if each in "\\'" else each if each.isprintable() else _bytes(each)
        for each in word
    )
    return f"$'{escaped}'"


def _bytes(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in as_bytes(character))


def counted(count: int, word: str, plural: str = "") -> str:
    """Return a number and its word: `1 digest`, `2 digests`, `1,200 entries`."""
    return f"{count:,} {word if count == 1 else plural or word + 's'}"


def kind(operation: Operation) -> str:
    return {Create: "create", Write: "write", Rename: "rename", Trash: "trash"}[type(operation)]


def operation_lines(operations: Iterable[Operation]) -> Iterator[str]:
    """Yield a line for each operation: `+ papers/x.md  (why)`."""
    for operation in operations:
        to = f" -> {operation.to}" if isinstance(operation, Rename | Trash) else ""
        sign = SIGNS[kind(operation)]
        yield shown(f"{sign} {operation.path}{to}  ({operation.why})")


def plan_to_show(plan: Plan, others: Iterable[Problem] = ()) -> Plan:
    """Return a plan as it is shown, with `others`: the problems that were met beside planning.

    Every plan goes through here on its way to a terminal, to JSON or to the daemon's log, whether
    it was just made or is remembered from an earlier pass. A problem is remembered, so its text may
    depend on files, never on time or state; whatever a message needs of those is added here, as
    is what it needs of other problems.
    """
    found = _one_question(_unneeded_as_one((*plan.problems, *others)))
    return plan._replace(problems=found)


_PAPERS = regex(r"; (\d+) papers? would change by it, and")


def _one_question(found: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return problems in which the old copies of several files are one: of a checkout, a backup."""
    old = [each for each in found if each.code == problems.OLD_FILE]
    if len(old) < 2:
        return tuple(found)
    papers = sum(int(match[1]) for each in old if (match := _PAPERS.search(each.message)))
    listed = ", ".join(each.path for each in old)
    one = old[0]._replace(
        message=f"{len(old)} files are again, byte for byte, as they were before vault-sync wrote "
        f"into them, as after a checkout or from a backup; {papers} papers would change by them, "
        f"and nothing of them is taken over: {listed}",
        hint="`vault-sync resolve --all --take digest` takes what the digests say for all of them "
        "(`--take note`: the notes), `vault-sync resolve FILE --take digest|note` for one; "
        "`vault-sync restore FILE --in-place` brings a newer text back",
    )
    return tuple(one if each is old[0] else each for each in found if each not in old[1:])


def _unneeded_as_one(found: Sequence[Problem]) -> list[Problem]:
    """Return problems with all notices of files that no entry needs as one, with their number."""
    unneeded_ = [each for each in found if each.code == problems.UNNEEDED]
    if not unneeded_:
        return list(found)
    first, count = min(unneeded_, key=lambda each: each.path), len(unneeded_)
    more = "" if count == 1 else f", nor {count - 1:,} more that cannot be used"
    one = first._replace(message=f"no entry needs this file{more}: {first.message}")
    at = next(number for number, each in enumerate(found) if each.code == problems.UNNEEDED)
    others = [each for each in found if each.code != problems.UNNEEDED]
    return [*others[:at], one, *others[at:]]


def problem_lines(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield `path:line: what is wrong` for each problem, then what to do."""
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


def without_standing(plan: Plan) -> Plan:
    """Return the plan without notices of fields that have no place in a digest, but for new ones.

    There is nothing to do about them, so only the pass that writes the note says so, and `status`.
    """
    written = {each.path for each in plan.operations}
    problems = tuple(
        each
        for each in plan.problems
        if each.code != "no-place" or each.hint or each.path in written
    )
    return plan._replace(problems=problems)


def attention_counts(plan: Plan) -> Iterator[str]:
    """Yield one line that counts problems and conflicts; none where there are none."""
    problems_ = sum(problem.level == "problem" for problem in plan.problems)
    counts = [
        counted(count, name)
        for count, name in ((problems_, "problem"), (len(plan.conflicts), "conflict"))
        if count
    ]
    if counts:
        yield f"{' and '.join(counts)}: see `vault-sync status`"


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
    """Yield a line for each operation; for many with one reason, that of the first and a count."""
    paths: dict[str, list[str]] = {}
    for operation, reason in undone:
        paths.setdefault(reason, []).append(operation.path)
    for reason, of_reason in paths.items():
        alone = len(of_reason) <= _MOST_UNDONE
        for path in of_reason if alone else of_reason[:1]:
            yield shown(f"{path}: not written: {reason}")
        if not alone:
            yield f"... and {len(of_reason) - 1} more files were not written, for the same reason"


def in_line(plan: Plan, undone: Sequence[Undone] = ()) -> bool:
    """Return True if nothing is left for a person to look at."""
    wrong = any(problem.level == "problem" for problem in plan.problems)
    return not (wrong or plan.conflicts or undone)


def diff_lines(operations: Iterable[Operation]) -> Iterator[str]:
    """Yield the operations as a unified diff."""
    for operation in operations:
        if isinstance(operation, Rename | Trash):
            yield f"rename from {operation.path}"
            yield f"rename to {operation.to}"
            continue
        before = "" if isinstance(operation, Create) else operation.before
        old = "/dev/null" if isinstance(operation, Create) else f"a/{operation.path}"
        yield from _unified(before, str(operation.after), old, f"b/{operation.path}")


def _unified(before: str, after: str, old: str, new: str) -> Iterator[str]:
    # splitlines() would split at characters that end no line here.
    import difflib  # `diff --patch` alone shows one

    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), old, new, lineterm="")
    yield from lines


def as_json(
    vault: str,
    plan: Plan,
    operations: Sequence[Operation],
    seconds: float,
    undone: Sequence[Undone],
) -> dict[str, Any]:
    """Return the object that `--json` prints of a plan (docs/json.md)."""
    problems = (*plan.problems, *map(not_written, undone))
    return {
        "vault": vault,
        "entries": plan.entries,
        "notes": plan.notes,
        "operations": [operation_object(each) for each in operations],
        "conflicts": [open_object(each) for each in plan.conflicts],
        "apart": [conflict_object(each) for each in plan.apart],
        "named": [named_object(each) for each in plan.named],
        "problems": [problem_object(each) for each in problems],
        "seconds": round(seconds, 3),
    }


def not_written(undone: Undone) -> Problem:
    return Problem(undone.operation.path, "not-written", undone.reason)


def operation_object(operation: Operation) -> dict[str, object]:
    return {
        "kind": kind(operation),
        "path": operation.path,
        "to": operation.to if isinstance(operation, Rename | Trash) else None,
        "why": operation.why,
    }


def conflict_object(conflict: Conflict | Apart) -> dict[str, object]:
    return {"digest": conflict.digest, "note": conflict.note, "field": conflict.field}


def open_object(conflict: Conflict) -> dict[str, object]:
    """Return the object for an open conflict, which `resolve --id` settles."""
    return {
        "id": conflict.id,
        **conflict_object(conflict),
        "digest_line": conflict.line,
        "note_line": conflict.note_line,
        "digest_text": conflict.digest_text,
        "note_text": conflict.note_text,
        "ancestor_text": conflict.ancestor_text,
        "reason": conflict.reason,
    }


def named_object(named: Problem) -> dict[str, object]:
    """Return the object for a file that only names a paper."""
    return {"path": named.path, "message": named.message}


def problem_object(problem: Problem) -> dict[str, object]:
    return {
        "level": problem.level,
        "path": problem.path,
        "line": problem.line,
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
    }


def summary(plan: Plan, done: Sequence[Operation]) -> str:
    """Return one line: the number of entries, the operations done, the conflicts."""
    counts = {name: sum(kind(each) == name for each in done) for name in SIGNS}
    words = {"create": "made", "write": "edited", "rename": "renamed", "trash": "to the trash"}
    did = ", ".join(f"{count} {words[name]}" for name, count in counts.items() if count)
    entries = counted(plan.entries, "entry", "entries")
    left = f", {len(plan.conflicts)} in conflict" if plan.conflicts else ""
    nothing = "nothing was written" if plan.operations else "nothing to do"
    return f"{entries}: {did or nothing}{left}"


VERSION: Final = 1
"""The version of the shapes: it rises when a key changes its meaning or goes."""


def json_text(value: Mapping[str, object]) -> str:
    """Return an object as JSON, its `version` first."""
    text = json.dumps({"version": VERSION, **value}, ensure_ascii=False)
    return text if text.isprintable() else "".join(map(_in_json, text))


def _in_json(character: str) -> str:
    """Return a character as JSON: what a terminal acts on, or turns text by, is escaped.

    So is a byte that is no UTF-8, which has no other form.
    """
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return json.dumps(character)[1:-1] if ord(character) != 0x7F else "\\u007f"
