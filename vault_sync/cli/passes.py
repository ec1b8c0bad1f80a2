"""`rebuild`, `sync`, `resolve`: a pass that writes. `check`, `diff`: one that does not.

Where nothing changed since the last pass, the machinery of a pass is not even imported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vault_sync.cli.console import Bar, Console, UsageError
from vault_sync.core.model.plan import Create, Operation, Plan
from vault_sync.core.model.values import NOTHING, Decision, Problem, RelPath, Rules
from vault_sync.core.naming import globs
from vault_sync.core.report import lines as report
from vault_sync.edge.config import FILE, Config
from vault_sync.edge.fs.own_files import kind_at
from vault_sync.edge.fs.scan import scan
from vault_sync.sync.incremental import unchanged
from vault_sync.sync.request import PassRequest, PassResult, Reason, TakeAll

if TYPE_CHECKING:
    from vault_sync.sync.observation.observation import Observation


def write(
    console: Console,
    request: PassRequest,
    *,
    offline: bool,
    dry_run: bool = False,
    strict: bool = False,
    explain: bool = False,
) -> int:
    """Run one pass; with `dry_run` only show its plan; with `strict` 1 if anything was written.

    `explain`: show why each file and paper was looked at.
    """
    config = console.config()
    offline = offline or dry_run
    waiting = offline and request.take is None
    result = _pass(console, config, request, offline=offline, dry_run=dry_run, waiting=waiting)
    more = {"explain": explanation(result)} if explain else NOTHING
    if explain:
        console.say(map(_reason_line, result.explained))
    if dry_run:
        return _show_plan(console, config, result.plan, more)
    code = show_result(console, config, result, more)
    return report.OUT_OF_LINE if strict and result.outcome.done else code


def planned(console: Console, config: Config, request: PassRequest) -> Plan:
    """Return the plan of a pass that is not carried out; arXiv is not asked for anything."""
    result = _pass(console, config, request, offline=True, dry_run=True, waiting=False)
    return result.plan


def _pass(
    console: Console,
    config: Config,
    request: PassRequest,
    *,
    offline: bool,
    dry_run: bool,
    waiting: bool,
) -> PassResult:
    """Run a pass, or with `dry_run` only plan it; with `waiting` it says which facts wait."""
    with console.state(config) as state, Bar(console) as bar:
        plan, walk = unchanged.look(config, state, request)
        if plan is not None:
            rest = (Reason("", "nothing changed since the last pass"),)
            return _to_show(config, PassResult(plan, explained=rest))
        from vault_sync.sync import engine
        from vault_sync.sync.facts import FactsLookup
        from vault_sync.sync.view import PassContext, only_look

        facts = FactsLookup(config, state, bar, offline=offline)
        ask = facts.ask if facts.online else None
        context = PassContext(config, state, facts, ask, progress=bar, walk=walk)
        if dry_run:
            view = only_look(context, request)
            result = PassResult(view.plan, explained=view.explained)
        else:
            result = engine.run(context, request)
        if waiting and result.plan.wanted:
            facts.ask(result.plan.wanted)
    return _to_show(config, result, facts.problems)


def _to_show(config: Config, result: PassResult, others: Sequence[Problem] = ()) -> PassResult:
    plan = report.plan_to_show(result.plan, others)
    return result._replace(plan=_hinted(config, plan))


def _hinted(config: Config, plan: Plan) -> Plan:
    """Return the plan; if there is no digest and no problem says why, with a hint at the globs."""
    if plan.digests or not report.in_line(plan):
        return plan
    is_digest = globs.is_digest(config.rules)
    if any(isinstance(each, Create) and is_digest(each.path) for each in plan.operations):
        return plan
    paths = ", ".join(config.rules.digest_paths)
    hint = "change `paths` in it, or remove it and let `vault-sync init` look for digests"
    if config.path is None:
        hint = "`vault-sync init` looks for digests and writes them into it"
    problem = Problem(
        FILE, "no-digest", f"no digest is found by [digests] paths: {paths}", hint, level="notice"
    )
    return plan._replace(problems=(*plan.problems, problem))


def explanation(result: PassResult) -> list[dict[str, str]]:
    """Return why each file and paper was looked at, as `--json` has it."""
    return [each._asdict() for each in result.explained]


def _reason_line(reason: Reason) -> str:
    """Return the line that tells why a file or a paper was looked at: question, old, new answer."""
    line = f"{reason.about:<40} {reason.question}".lstrip()
    if reason.old == reason.new:
        return f"{line} {reason.new}, as before" if reason.new else line
    return f"{line} {reason.old} -> {reason.new}"


def _show(
    console: Console,
    config: Config,
    plan: Plan,
    lines: Iterable[str],
    more: Mapping[str, object] = NOTHING,
) -> None:
    """Show a plan that is not carried out: what a person should look at, and some lines."""
    if console.json:
        console.answer_plan(config.root, plan, plan.operations, more=more)
    else:
        console.show_attention(plan, config.rules.conflicts_note)
        console.say(lines)


def _show_plan(
    console: Console, config: Config, plan: Plan, more: Mapping[str, object] = NOTHING
) -> int:
    """Show the plan of a dry run; 1 where a person must look."""
    done = f"{report.summary(plan, plan.operations)} (dry run: nothing was written)"
    _show(console, config, plan, [*report.operation_lines(plan.operations), done], more)
    return report.IN_LINE if report.in_line(plan) else report.OUT_OF_LINE


def show_result(
    console: Console, config: Config, result: PassResult, more: Mapping[str, object] = NOTHING
) -> int:
    """Show what a pass did and what it found; 1 where a person must look."""
    plan, outcome = result.plan, result.outcome
    if console.json:
        console.answer_plan(config.root, plan, outcome.done, outcome.undone, more)
    else:
        if result.note:
            console.complain([f"note: {result.note}; nothing is taken for a removal"])
        console.show_attention(plan, config.rules.conflicts_note)
        console.complain(report.undone_lines(outcome.undone))
        shown: Sequence[Operation] = outcome.done if console.verbose else outcome.done[:20]
        console.say(report.operation_lines(shown))
        if len(outcome.done) > len(shown):
            left = len(outcome.done) - len(shown)
            console.say([f"... and {left} more (--verbose shows them, `vault-sync log` too)"])
        console.say([report.summary(plan, outcome.done)])
    fine = report.in_line(plan, outcome.undone)
    return report.IN_LINE if fine else report.OUT_OF_LINE


def rebuild_request(config: Config, console: Console, digests: Sequence[str]) -> PassRequest:
    """Return the request to rebuild some digests, or all.

    Raises:
        UsageError: a path is no digest of the vault.
    """
    only = frozenset(digest_named(console, config, given) for given in digests)
    return PassRequest("rebuild", remake=True, only=only)


def check(console: Console) -> int:
    """Change nothing; return 0 in line, 1 with the reasons shown."""
    config = console.config()
    plan = planned(console, config, PassRequest(cause="check"))
    lines = [f"out of line: {line}" for line in report.operation_lines(plan.operations)]
    if lines:
        lines.append("    `vault-sync sync` brings it in line, `vault-sync diff` shows how")
    _show(console, config, plan, lines)
    in_line = report.in_line(plan) and not plan.operations
    return report.IN_LINE if in_line else report.OUT_OF_LINE


def diff(console: Console, *, patch: bool) -> int:
    """Show the plan by paper, or with `patch` as a unified diff; 1 if there is one."""
    config = console.config()
    plan = planned(console, config, PassRequest(cause="diff"))
    if console.json:
        console.answer_plan(config.root, plan, plan.operations)
    else:
        console.show_attention(plan, config.rules.conflicts_note)
        console.page(list(_diff_lines(console, config.rules, plan.operations, patch=patch)))
    return report.OUT_OF_LINE if plan.operations or not report.in_line(plan) else report.IN_LINE


_COLORS = {"+": "green", "-": "red", "@": "cyan"}


def _diff_lines(
    console: Console, rules: Rules, operations: Sequence[Operation], *, patch: bool
) -> Iterator[str]:
    """Yield the changes of each paper with their words marked; then, as a patch, the others."""
    from vault_sync.core.digest.styles.style import styles_of
    from vault_sync.core.paper_changes import Changes, paper_changes
    from vault_sync.core.report import paper_diff

    changes = Changes((), tuple(operations))
    if not patch:
        changes = paper_changes(operations, styles_of(rules), rules.properties)
    marks = paper_diff.Marks(
        partial(console.painted, fg="red", strikethrough=True),
        partial(console.painted, fg="green", underline=True),
        partial(console.painted, bold=True),
    )
    for paper in changes.papers:
        places = [
            (f"{each.path}:{each.line} {each.field}" if each.line else f"{each.path} {each.field}")
            for each in paper.changes
        ]
        texts = [
            (report.shown(place), each.before, each.after)
            for place, each in zip(places, paper.changes, strict=True)
        ]
        heading = f"{paper.title or paper.key} ({paper.key})"
        yield from paper_diff.change_lines(
            heading, texts, marks if console.colored else paper_diff.PLAIN
        )
    for line in report.diff_lines(changes.others):
        yield console.painted(line, fg=_COLORS.get(line[:1]))


def resolve(console: Console, given: str, side: Decision) -> int:
    """Decide what is open about a note or a digest by taking a side, in a pass like any other.

    What is damaged has no side to take: the problem says what to do instead.
    """
    from vault_sync.core.reconcile.pairing.decisions import lost_digests
    from vault_sync.sync.observation.observation import base_of, observe

    config = console.config()
    with console.state(config) as state:
        observation = observe(config, base_of(state))
    snapshot = observation.snapshot
    lost = lost_digests(snapshot, observation.base)
    path = note_named(console, config, given, lost - observation.files)
    if snapshot.locked.get(path, "cut-short") != "cut-short":
        problems = (*snapshot.problems, *observation.problems)
        wrong = tuple(each for each in problems if each.path == path)
        _show(console, config, report.plan_to_show(Plan(problems=wrong)), ["nothing was done"])
        return report.OUT_OF_LINE
    if snapshot.about(path) is None and path not in snapshot.digests and path not in lost:
        raise UsageError(f"{given}: neither a note nor a digest: there is nothing to settle")
    return write(console, PassRequest(cause="resolve", take=(path, side)), offline=True)


def resolve_all(console: Console, take_all: TakeAll, *, dry_run: bool) -> int:
    """Decide about all open conflicts, those of one field or digest, or one by its id; in a pass.

    Raises:
        UsageError: the digest is none of the vault, or no open conflict has the id.
    """
    config = console.config()
    if take_all.id:
        _expect_open(planned(console, config, PassRequest(cause="resolve")), take_all)
    if take_all.digest:
        path = note_named(console, config, take_all.digest)
        if not globs.is_digest(config.rules)(path):
            raise UsageError(f"{take_all.digest}: not a digest")
        take_all = take_all._replace(digest=path)
    request = PassRequest(cause="resolve", take_all=take_all)
    return write(console, request, offline=True, dry_run=dry_run)


def settle(console: Console, config: Config, take_all: TakeAll) -> PassResult:
    """Run the pass that decides about conflicts, and return what came of it."""
    request = PassRequest(cause="resolve", take_all=take_all)
    return _pass(console, config, request, offline=True, dry_run=False, waiting=False)


def _expect_open(plan: Plan, take_all: TakeAll) -> None:
    """Raise UsageError unless a decision is about a conflict that is open."""
    meant = [each for each in plan.conflicts if each.id == take_all.id]
    if not meant:
        raise UsageError(
            f"{take_all.id}: no open conflict has this id: it is settled, or one of its texts has "
            "changed since; `vault-sync status --json` lists what is open"
        )
    if not take_all.decisions(meant):
        raise UsageError(f"{take_all.id}: both texts can stay in a commentary alone")


def digest_named(console: Console, config: Config, given: str) -> RelPath:
    """Return a digest by its path, with `.md` or without.

    Raises:
        UsageError: there is no such file, or it is no digest of the vault.
    """
    for name in (given, f"{given}.md"):
        path = RelPath(console.path_in(config, name))
        if kind_at(config.root, path) == "file":
            if globs.is_digest(config.rules)(path):
                return path
            paths = ", ".join(config.rules.digest_paths)
            raise UsageError(f"{given}: not a digest: [digests] paths finds {paths}")
    raise UsageError(f"{given}: there is no such digest in {config.root}: `week` makes one")


def digest_read(console: Console, config: Config, observation: Observation, given: str) -> RelPath:
    """Return a digest that was read, by its path, with `.md` or without.

    Raises:
        UsageError: there is no such digest in the vault, or it could not be read.
    """
    path = digest_named(console, config, given)
    if path not in observation.snapshot.digests:
        raise UsageError(f"{given}: could not be read: `vault-sync status` says why")
    return path


def note_named(
    console: Console, config: Config, given: str, lost: Collection[RelPath] = ()
) -> RelPath:
    """Return a note by its path, or by its name as a wikilink has it, with `.md` or without.

    It may also be a file among `lost`, which are not there.

    Raises:
        UsageError: there is no such note, or more than one.
    """
    if kind_at(config.root, given) == "file" or Path(given).is_file():
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
