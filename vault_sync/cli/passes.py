"""`rebuild`, `sync`, `resolve`: a pass that writes. `check`, `diff`: one that does not.

Where nothing changed since the last pass, the machinery of a pass is not even imported.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from vault_sync.cli.console import Bar, Console, UsageError
from vault_sync.core.model.plan import Operation, Plan
from vault_sync.core.model.values import Problem, RelPath, Side
from vault_sync.core.naming import globs
from vault_sync.core.report import lines as report
from vault_sync.edge.config import FILE, Config
from vault_sync.edge.fs.scan import scan
from vault_sync.sync.incremental import unchanged as rest
from vault_sync.sync.request import PassRequest, PassResult, TakeAll

Cause = Literal["rebuild", "sync", "resolve", "hook"]


def write(
    console: Console,
    request: PassRequest,
    *,
    offline: bool,
    dry_run: bool = False,
    strict: bool = False,
) -> int:
    """One pass; with `dry_run` only its plan is shown, with `strict` 1 if anything was written."""
    config = console.config()
    if dry_run:
        return _show_plan(console, config, planned(console, config, request, waiting=True))
    result = _run(console, config, request, offline=offline)
    result = replace(result, plan=_hinted(config, result.plan))
    code = show_result(console, config, result)
    return report.OUT_OF_LINE if strict and result.outcome.done else code


def _run(console: Console, config: Config, request: PassRequest, *, offline: bool) -> PassResult:
    state = console.state(config)
    plan, walk = rest.look(config, state, request)
    if plan is not None:
        return PassResult(plan)
    from vault_sync.sync import engine as sync
    from vault_sync.sync.facts import FactsLookup

    try:
        with Bar(console) as bar:
            facts = FactsLookup(config, state, bar, offline=offline)
            ask = facts.ask if facts.online else None
            result = sync.run(config, state, request, facts, ask=ask, progress=bar, walk=walk)
            if offline and request.take is None and result.plan.wanted:
                facts.ask(result.plan.wanted)
        return replace(result, plan=replace(result.plan, problems=facts.added(result.plan)))
    finally:
        state.close()


def _hinted(config: Config, plan: Plan) -> Plan:
    """The plan, and where no digest is found and nothing explains it, that: the globs are wrong."""
    if plan.digests or not report.in_line(plan):
        return plan
    globs_ = ", ".join(config.rules.digest_paths)
    hint = "change `paths` in it, or remove it and let `vault-sync init` look for digests"
    if config.path is None:
        hint = "`vault-sync init` looks for digests and writes them into it"
    problem = Problem(
        FILE, "no-digest", f"no digest is found by [digests] paths: {globs_}", hint, level="notice"
    )
    return replace(plan, problems=(*plan.problems, problem))


def planned(
    console: Console, config: Config, request: PassRequest, *, waiting: bool = False
) -> Plan:
    """The plan of a pass that is not carried out; with `waiting` it says which facts wait."""
    return _hinted(config, _planned(console, config, request, waiting=waiting))


def _planned(console: Console, config: Config, request: PassRequest, *, waiting: bool) -> Plan:
    state = console.state(config)
    plan, walk = rest.look(config, state, request)
    if plan is not None:
        return plan
    from vault_sync.sync import engine as sync
    from vault_sync.sync.facts import FactsLookup

    try:
        with Bar(console) as bar:
            facts = FactsLookup(config, state, bar, offline=True)
            _, plan = sync.planned(config, state, request, facts, bar, walk)
            if waiting and plan.wanted:
                facts.ask(plan.wanted)
        return replace(plan, problems=facts.added(plan))
    finally:
        state.close()


def _show_plan(console: Console, config: Config, plan: Plan) -> int:
    """A dry run: the plan, and 0; 1 where a person must look."""
    if console.json:
        console.out([console.as_json(config.root, plan, plan.operations)])
    else:
        _show_problems(console, config, plan)
        console.say(report.problem_lines(plan.named))
        console.say(report.operation_lines(plan.operations))
        console.say([f"{report.summary(plan, plan.operations)} (dry run: nothing was written)"])
    return report.IN_LINE if report.in_line(plan) else report.OUT_OF_LINE


def show_result(console: Console, config: Config, result: PassResult) -> int:
    plan, outcome = result.plan, result.outcome
    if console.json:
        console.out([console.as_json(config.root, plan, outcome.done, outcome.undone)])
    else:
        if result.note:
            console.complain([f"note: {result.note}; nothing is taken for a removal"])
        _show_problems(console, config, plan)
        console.complain(report.undone_lines(outcome.undone))
        shown: Sequence[Operation] = outcome.done if console.verbose else outcome.done[:20]
        console.say(report.operation_lines(shown))
        if len(outcome.done) > len(shown):
            more = len(outcome.done) - len(shown)
            console.say([f"... and {more} more (--verbose shows them, `vault-sync log` too)"])
        console.say([report.summary(plan, outcome.done)])
    fine = report.in_line(plan, outcome.undone)
    return report.IN_LINE if fine else report.OUT_OF_LINE


def _show_problems(console: Console, config: Config, plan: Plan) -> None:
    """Show what a person should look at: ten of each, all if verbose, counts alone if quiet."""
    if console.quiet:
        console.complain(report.attention_counts(plan))
        return
    most = None if console.verbose else report.MOST_SHOWN
    console.complain(report.attention_lines(plan, config.rules.conflicts_note, most))


def request_for(
    config: Config, console: Console, digests: Sequence[str], *, cause: Cause, remake: bool
) -> PassRequest:
    """The order for a pass over some digests, or all.

    Raises:
        UsageError: a path is no digest of the vault.
    """
    chosen = set()
    for given in digests:
        path = RelPath(console.path_in(config, given))
        if not (config.root / path).is_file():
            raise UsageError(f"{given}: there is no such digest in {config.root}")
        if not globs.matcher(config.rules.digest_paths)(path):
            paths = ", ".join(config.rules.digest_paths)
            raise UsageError(f"{given}: not a digest: [digests] paths finds {paths}")
        chosen.add(path)
    return PassRequest(cause=cause, remake=remake, only=frozenset(chosen))


def check(console: Console) -> int:
    """Change nothing; 0 in line, 1 with the reasons."""
    config = console.config()
    plan = planned(console, config, PassRequest(cause="check"))
    if console.json:
        console.out([console.as_json(config.root, plan, plan.operations)])
    else:
        _show_problems(console, config, plan)
        console.say(f"out of line: {line}" for line in report.operation_lines(plan.operations))
        if plan.operations:
            console.say(["    `vault-sync sync` brings it in line, `vault-sync diff` shows how"])
    in_line = report.in_line(plan) and not plan.operations
    return report.IN_LINE if in_line else report.OUT_OF_LINE


def diff(console: Console) -> int:
    """The plan as a unified diff; 1 if there is one."""
    config = console.config()
    plan = planned(console, config, PassRequest(cause="diff"))
    if console.json:
        console.out([console.as_json(config.root, plan, plan.operations)])
    else:
        _show_problems(console, config, plan)
        console.out(report.diff_lines(plan.operations))
    return report.OUT_OF_LINE if plan.operations or not report.in_line(plan) else report.IN_LINE


def resolve(console: Console, given: str, side: Side) -> int:
    """Settle what is open about a note or a digest by taking a side; a pass like any other does it.

    What is damaged has no side to take: it is said what to do instead.
    """
    from vault_sync.core.reconcile.pairing.decisions import lost_digests
    from vault_sync.sync import engine as sync

    config = console.config()
    state = console.state(config)
    try:
        seen = sync.observe(config, sync.base_of(state))
    finally:
        state.close()
    found, base = seen.snapshot, seen.base
    lost = lost_digests(found, base)
    path = note_named(console, config, given, lost - seen.files)
    if found.locked.get(path, "cut-short") != "cut-short":
        wrong = (each for each in (*found.problems, *seen.problems) if each.path == path)
        return _refused(console, config, Plan(problems=tuple(wrong)))
    if found.about(path) is None and path not in found.digests and path not in lost:
        raise UsageError(f"{given}: neither a note nor a digest: there is nothing to settle")
    return write(console, PassRequest(cause="resolve", take=(path, side)), offline=True)


def resolve_all(console: Console, take_all: TakeAll, *, dry_run: bool) -> int:
    """Decide about all open conflicts, or those of one field or digest; a pass does it.

    Raises:
        UsageError: the digest is none of the vault.
    """
    config = console.config()
    if take_all.digest:
        path = note_named(console, config, take_all.digest)
        if not globs.matcher(config.rules.digest_paths)(path):
            raise UsageError(f"{take_all.digest}: not a digest")
        take_all = take_all._replace(digest=path)
    request = PassRequest(cause="resolve", take_all=take_all)
    return write(console, request, offline=True, dry_run=dry_run)


def _refused(console: Console, config: Config, plan: Plan) -> int:
    if console.json:
        console.out([console.as_json(config.root, plan, ())])
    else:
        _show_problems(console, config, plan)
        console.say(["nothing was done"])
    return report.OUT_OF_LINE


def note_named(
    console: Console, config: Config, given: str, lost: Collection[RelPath] = ()
) -> RelPath:
    """A note by its path, or by its name as a wikilink has it, with `.md` or without.

    Or a file among `lost`, which are not there.

    Raises:
        UsageError: there is no such note, or more than one.
    """
    if (config.root / given).is_file() or Path(given).is_file():
        return RelPath(console.path_in(config, given))
    wanted = given.removesuffix(".md")
    if (exact := RelPath(f"{wanted}.md")) in lost:
        return exact
    files = scan(config.root).files
    for paths in (files, lost):
        called = [path for path in paths if f"/{path}".endswith(f"/{wanted}.md")]
        if len(called) == 1:
            return called[0]
        if called:
            raise UsageError(f"{given}: may be {' or '.join(sorted(called))}: give the whole path")
    raise UsageError(f"{given}: there is no such note in {config.root}")
