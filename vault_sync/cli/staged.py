"""`check --staged`: judge what git is about to commit; say why not, and what mends it."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path

from vault_sync.cli.console import Console, UsageError
from vault_sync.core.digest.reader import Entry
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.model.plan import Create, Operation, Rename, Write
from vault_sync.core.model.values import FIELD_NAMES, Key, Problem, RelPath, folder_of, stem_of
from vault_sync.core.naming.note_names import note_name
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.note.note import read as read_note
from vault_sync.core.report import lines as report
from vault_sync.edge.git import repository as git
from vault_sync.edge.git.repository import GitError, Repository
from vault_sync.sync.staged.check import StagedVerdict, judge, vault_of

_UNMET = frozenset({"entry-missing"})


def check_staged(console: Console) -> int:
    """Change nothing, in the work tree, the index or the state; 1 with reasons if out of line."""
    try:
        repository = git.repository(console.vault, os.environ)
        root = vault_of(console.vault, repository, os.environ)
        judged = judge(root, repository)
        judged, left_out = _with_other_halves(judged, repository)
        judged = judged._replace(plan=report.plan_to_show(judged.plan))
    except GitError as error:
        words = f"{error}\n    `check --staged` judges the index of a git work tree"
        raise UsageError(words) from error
    plan = judged.plan
    fine = report.in_line(plan) and not plan.operations
    if console.json:
        console.answer_plan(root, plan, plan.operations)
    elif not fine:
        console.complain(_reasons(judged))
        console.complain(_mending(judged, repository, left_out))
    elif not console.quiet:
        console.show_problems(_ignored(plan.problems))
    return report.IN_LINE if fine else report.OUT_OF_LINE


# A side that the index does not hold.


def _with_other_halves(
    judged: StagedVerdict, repository: Repository
) -> tuple[StagedVerdict, list[RelPath]]:
    """Tell the notes that are missing from the index apart.

    One that lies in the work tree and was not added is out of line: the commit would have a link
    that leads nowhere. One that git is told to ignore is said once. One that is nowhere was
    deleted, which a dangling link remembers: nothing is said.
    """
    missing = [each for each in judged.plan.problems if each.code in {"note-missing", "note-gone"}]
    if not missing:
        return judged, []
    others = [each for each in judged.plan.problems if each not in missing]
    untracked = git.untracked(repository, ignored=False)
    loose, loose_paths = _found_in(missing, judged, untracked, judged.announced)
    unseen, _ = _found_in(missing, judged, git.untracked(repository, ignored=True))
    problems = [
        Problem(
            each.path,
            "not-added",
            f"the note '{target}' behind this entry's link is not in git",
            line=each.line,
        )
        for each, target in loose
    ]
    if unseen:
        first, _ = unseen[0]
        count = len(unseen)
        problems.append(
            Problem(
                first.path,
                "ignored-by-git",
                f"{count} {'entry has a note' if count == 1 else 'entries have notes'} that git "
                "ignores; a commit of one side alone cannot be judged",
                line=first.line,
                level="notice",
            )
        )
    plan = judged.plan._replace(problems=(*others, *problems))
    return judged._replace(plan=plan), loose_paths


def _found_in(
    missing: Iterable[Problem],
    judged: StagedVerdict,
    paths: Iterable[str],
    more: Iterable[RelPath] = (),
) -> tuple[list[tuple[Problem, RelPath]], list[RelPath]]:
    """Return the entries whose notes are among some files, and these notes."""
    there = [path for each in paths if (path := judged.place.in_vault(each)) is not None]
    lookup = LinkResolver.from_paths(path for path in (*there, *more) if path.endswith(".md"))
    found = []
    for problem in missing:
        entry = _entry_at(judged, RelPath(problem.path), problem.line)
        path = lookup.resolve(entry.link.target, RelPath(problem.path)) if entry.link else None
        if path is not None:
            found.append((problem, path))
    return found, list(dict.fromkeys(path for _, path in found))


def _entry_at(judged: StagedVerdict, path: RelPath, line: int | None) -> Entry:
    return next(entry for entry in judged.snapshot.digests[path].entries if entry.line == line)


def _ignored(problems: Iterable[Problem]) -> list[Problem]:
    return [each for each in problems if each.code == "ignored-by-git"]


# Why.


def _reasons(judged: StagedVerdict) -> Iterator[str]:
    plan = judged.plan
    for problem in plan.problems:
        if problem.level != "problem":
            continue
        if problem.code in _UNMET:
            # Without a base the plan cannot know that it was removed; whoever commits does.
            message = problem.message.partition(";")[0]
            problem = problem._replace(message=message, hint="")
        yield from report.problem_lines([problem])
    for conflict in plan.conflicts:
        where = f"{conflict.digest}:{conflict.line or 1}"
        yield f"{where}: {conflict.field}: not the same as in '{conflict.note}'"
    noteless = set()
    for operation in plan.operations:
        if isinstance(operation, Create):
            noteless |= set(_unnoted(judged, operation))
    for operation in plan.operations:
        for path, line, what in _wrong(judged, operation, noteless):
            yield f"{path}:{line}: {what}"
    yield from report.problem_lines(_ignored(plan.problems))


def _wrong(
    judged: StagedVerdict, operation: Operation, noteless: Container[Key]
) -> Iterator[tuple[RelPath, int, str]]:
    path = operation.path
    if isinstance(operation, Create):
        entries = list(_unnoted(judged, operation).values())
        yield from ((at, entry.line, "the entry has no note") for at, entry in entries)
        if not entries:
            yield path, 1, f"is not there ({operation.why})"
    elif not isinstance(operation, Write):
        yield path, 1, f"belongs at {operation.to} ({operation.why})"
    elif path in judged.snapshot.digests:
        styles = judged.snapshot.digests[path].styles
        for key, (line, fields) in _rewritten(operation, styles).items():
            if key not in noteless:
                note = ", ".join(f"'{each}'" for each in judged.snapshot.managed.get(key, ()))
                yield path, line, f"{', '.join(fields)}: not the same as in the note {note}"
    else:
        line = _first_difference(operation.before, str(operation.after))
        yield path, line, f"lacks what its digests say ({operation.why})"


def _unnoted(judged: StagedVerdict, operation: Create) -> dict[Key, tuple[RelPath, Entry]]:
    """Return the entries for which a note is to be made, by paper, each with its digest."""
    key = read_note(str(operation.after), judged.config.rules.properties).key
    return {
        entry.key: (path, entry)
        for path, digest in judged.snapshot.digests.items()
        for entry in digest.entries
        if entry.key == key
    }


def _rewritten(operation: Write, styles: Sequence[StyleName]) -> dict[Key, tuple[int, list[str]]]:
    """Return the entries that would come or change in a digest: each line, and the fields."""
    before = {entry.key: entry for entry in styled_reader.read(operation.before, styles).entries}
    found = {}
    for entry in styled_reader.read(str(operation.after), styles).entries:
        old = before.get(entry.key)
        if old is None:
            found[entry.key] = (1, ["entry"])
            continue
        fields: list[str] = [
            each for each in FIELD_NAMES if getattr(old.fields, each) != getattr(entry.fields, each)
        ]
        if (old.link and old.link.target) != (entry.link and entry.link.target):
            fields.append("link")
        if fields:
            found[entry.key] = (_line_of(old, fields[0]), fields)
    return found


def _line_of(entry: Entry, field: str) -> int:
    layout = entry.layout
    if field == "commentary":
        return entry.commentary_line
    if entry.styled is not None:
        tags = entry.styled.tags if field == "tags" else ()
        return tags[0] + 1 if tags else entry.line
    if field == "tags" and layout.tags:
        return layout.tags[0] + 1
    if field == "link" and layout.link is not None:
        return layout.link + 1
    if field in {"title", "authors", "link"} and layout.below is not None:
        return layout.below + 1
    return entry.line


def _first_difference(before: str, after: str) -> int:
    """Return the number of the first line of `before` that is another in `after`."""
    rows = before.split("\n")
    pairs = enumerate(zip(rows, after.split("\n"), strict=False), 1)
    return next((number for number, (old, new) in pairs if old != new), max(len(rows) - 1, 1))


# How to mend it.


def _mending(
    judged: StagedVerdict, repository: Repository, left_out: list[RelPath]
) -> Iterator[str]:
    patterns = list(dict.fromkeys(_to_add(judged, left_out)))
    if not patterns:
        return
    here = _users_folder(repository)
    top = repository.top.resolve()
    vault = Path(os.path.relpath(judged.config.root.resolve(), here)).as_posix()
    inside = here.is_relative_to(judged.config.root.resolve())
    yield "To bring it in line:"
    yield "    vault-sync sync" if inside else f"    vault-sync --vault {report.quoted(vault)} sync"
    paths = []
    for path in patterns:
        in_tree = judged.place.in_tree(RelPath(path))
        if in_tree is not None:
            path = Path(os.path.relpath(top / in_tree, here)).as_posix()
            # A colon in front would be read as the magic of a pathspec.
            paths.append(report.quoted(f"./{path}" if path.startswith(":") else path))
    if paths:
        yield f"    git add -- {' '.join(paths)}"
    if repository.partial:
        yield "and commit without naming files, or name all of these: this commit takes only"
        yield "the files that were named."


def _to_add(judged: StagedVerdict, left_out: list[RelPath]) -> Iterator[str]:
    """Yield the files that a pass would change or make, and those left out, as pathspecs."""
    plan = judged.plan
    for conflict in plan.conflicts:
        yield _literal(conflict.digest)
        yield _literal(conflict.note)
    for operation in plan.operations:
        if isinstance(operation, Create):
            yield _made(judged, operation)
        else:
            yield _literal(operation.path)
            yield from map(_literal, _other_side(judged, operation))
        if isinstance(operation, Rename):
            yield _literal(operation.to)
    for problem in plan.problems:
        if problem.code in _UNMET:
            yield _literal(problem.path)
            yield from map(_literal, _digests_of(judged, RelPath(problem.path)))
    for problem in plan.problems:
        if problem.code == "not-added":
            yield _literal(problem.path)
    yield from map(_literal, left_out)


def _other_side(judged: StagedVerdict, operation: Operation) -> Iterator[RelPath]:
    """Yield the files of the other side: a pass with a base may change them instead."""
    digest = judged.snapshot.digests.get(operation.path)
    if digest is not None and isinstance(operation, Write):
        for key in _rewritten(operation, digest.styles):
            yield from judged.snapshot.managed.get(key, ())
    else:
        yield from _digests_of(judged, operation.path)


def _digests_of(judged: StagedVerdict, path: RelPath) -> list[RelPath]:
    note = judged.snapshot.notes.get(path)
    targets = note.digests if note is not None else ()
    found = (judged.snapshot.names.resolve(target, path) for target in targets)
    return [each for each in found if each is not None]


def _made(judged: StagedVerdict, operation: Create) -> str:
    """Return the pathspec of a new note. Its name may begin with any date: only arXiv knows it."""
    rules = judged.config.rules
    note = read_note(str(operation.after), rules.properties)
    if note.key is None or "{published" not in rules.name + rules.folder:
        return _literal(operation.path)
    stem = stem_of(operation.path)
    undated = note_name(
        rules.name, title=note.fields.title, url=note.fields.url, key=note.key, published=""
    )
    if not stem.startswith(undated):
        return _literal(operation.path)
    folder = rules.folder.partition("{published")[0].rstrip("/") or folder_of(operation.path)
    return f"{_literal(folder)}/*{_literal(stem)}.md" if folder else f"*{_literal(stem)}.md"


def _literal(path: str) -> str:
    r"""Return a path as a pathspec: patterns escaped, and a leading colon without its magic."""
    spec = "".join("\\" + each if each in "*?[\\" else each for each in path)
    return f"./{spec}" if spec.startswith(":") else spec


def _users_folder(repository: Repository) -> Path:
    """Return the folder that commands will be typed in: git tells a hook, called from the top."""
    if git.in_hook(os.environ):
        return (repository.top / os.environ.get("GIT_PREFIX", "")).resolve()
    return Path.cwd().resolve()
