"""A vault as it is now: its texts read, from the work tree or the git index, beside the base."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from vault_sync.core import snapshot
from vault_sync.core.digest.styles import lens
from vault_sync.core.digest.styles.style import styles_of
from vault_sync.core.model.base import Base
from vault_sync.core.model.copies import NO_COPIES, MergedCopies
from vault_sync.core.model.plan import BaseKey, Conflict
from vault_sync.core.model.values import NOTHING, Facts, Key, Problem, RelPath, Rules
from vault_sync.core.naming import globs
from vault_sync.core.naming.copy_names import brings_markdown, certain
from vault_sync.core.naming.globs import is_digest
from vault_sync.core.naming.keys import is_paper
from vault_sync.core.naming.note_names import day_of
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.note import abstract
from vault_sync.core.note.property_table import COMPLETED, FACTS
from vault_sync.core.report import conflicts_page, copy_section
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.encodings import as_text
from vault_sync.core.text.module_door import door
from vault_sync.edge.config import Config
from vault_sync.edge.fs.scan import Scan, Stat, scan
from vault_sync.edge.fs.vault_dir import read_contents
from vault_sync.edge.state import vault_id
from vault_sync.edge.state.base_table import read_files
from vault_sync.edge.state.earlier_values import is_old
from vault_sync.edge.state.refusals import read_refused
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.state.vault_id import former_names
from vault_sync.sync.observation.file_record import (
    File,
    file_read,
    looks_delivered,
    numbers,
    seconds_at_rest,
)
from vault_sync.sync.observation.old_paths import digests_back, notes_back
from vault_sync.sync.observation.unreadable import unread_files, weighed
from vault_sync.sync.request import Progress, silent

if TYPE_CHECKING:
    from vault_sync.core.merge import copy_rules, file_copies
    from vault_sync.core.naming import week_learning
    from vault_sync.core.naming.week_learning import LearntWeeks, PaperDays
else:  # few vaults have copies, and few passes learn weeks
    copy_rules = door("vault_sync.core.merge.copy_rules")
    file_copies = door("vault_sync.core.merge.file_copies")
    week_learning = door("vault_sync.core.naming.week_learning")


class Observation(NamedTuple):
    """A snapshot, the base, and the problems met; `files` are the paths of all texts.

    `conflicts_text` is the conflicts note, "" where there is none. `marks` are those of `Scan`:
    what is on its way to this device; `delivered` are the files that look as if they had been
    brought, each with the time of that (Unix ns). `read` are the files that were
    read, as the index stores them; `gone` those that the index has and that are there no more.
    `at_rest` gives the seconds since each file changed, where that was looked at.
    `otherwise` are not read, and their names are taken (`Scan.otherwise`). `conflicts_path` is the
    path of the conflicts note, there or not. `open_elsewhere` are the conflicts of papers that were
    not looked at. `template` is the text of `[notes] template`. `copies` are merged in the
    snapshot's texts.
    """

    snapshot: Snapshot
    base: Base
    problems: tuple[Problem, ...]
    conflicts_text: str
    files: frozenset[RelPath]
    marks: Mapping[RelPath, int] = NOTHING
    delivered: Mapping[RelPath, int] = NOTHING
    read: Mapping[RelPath, File] = NOTHING
    gone: frozenset[RelPath] = frozenset()
    at_rest: Mapping[RelPath, float] = NOTHING
    otherwise: tuple[RelPath, ...] = ()
    conflicts_path: RelPath | None = None
    open_elsewhere: tuple[Conflict, ...] = ()
    template: str | None = None
    copies: MergedCopies = NO_COPIES


class VaultTexts(NamedTuple):
    """The texts of a vault as its files have them. `page` is the path of the conflicts note."""

    texts: Mapping[RelPath, str]
    page: RelPath
    found: Scan
    is_arriving: bool


MergesCopies = Callable[[VaultTexts, Mapping[RelPath, RelPath]], MergedCopies]
"""A merge of the copies among texts, with files that may be under an old path (`old_paths`)."""


def base_of(state: StateStore) -> Base:
    """Return the base that this device keeps."""
    return Base(
        state.rows(),
        state.has_base,
        joining=not vault_id.is_joined(state),
        # Also what a person still types over is an earlier value to a text that was brought.
        was_ever=lambda row, value: is_old(state.select, row, value, ()),
        files=read_files(state.select),
        refused=read_refused(state.select),
        former_names=former_names(state),
    )


def observe(
    config: Config,
    base: Base,
    progress: Progress = silent,
    merge: MergesCopies | None = None,
) -> Observation:
    """Read the whole vault, and merge the copies in it; without `merge` they only do not count.

    Raises:
        OSError: the vault's folder itself cannot be listed.
    """
    read_at = time.time_ns()
    found = scan(config.root)
    texts: dict[RelPath, str] = {}
    read: dict[RelPath, File] = {}
    problems = [*found.problems, *digests_in_capitals(found.otherwise, config.rules)]
    reported = {each.path for each in problems}
    for number, (path, content) in enumerate(read_contents(config.root, found.files), 1):
        if isinstance(content, Problem):
            problems += [content] if path not in reported else []
        else:
            texts[path] = as_text(content)
            read[path] = file_read(found.files[path], content, read_at)
        progress("reading", number, len(found.files))
    is_arriving = arriving(found.marks, read_at)
    moved = base.moved_notes({path: stat.inode for path, stat in found.files.items()})
    base = replace(base, moved=moved) if moved else base
    observation = _merged_texts(
        texts, config.rules, base, (found, tuple(problems)), merge, is_arriving
    )
    stats = {path: numbers(found.files[path]) for path in read}
    base = replace(_joined_at_once(observation, found.marks), arriving=is_arriving)
    return observation._replace(
        snapshot=observation.snapshot._replace(stats=stats),
        base=base,
        read=read,
        marks=found.marks,
        at_rest={
            path: seconds_at_rest(found.files[path], read_at)
            for path in observation.snapshot.locked
            if path in found.files
        },
        otherwise=found.otherwise,
    )


def digests_in_capitals(paths: Iterable[RelPath], rules: Rules) -> Iterator[Problem]:
    """Yield a notice for each file that would be a digest if its ending had no capitals."""
    is_one = is_digest(rules)
    for path in paths:
        ending = path[-3:]
        if is_one(RelPath(path.removesuffix(ending) + ending.lower())):
            words = f"the file is not read as a digest: its name ends in {ending}"
            yield Problem(path, "ending", words, "rename it to end in .md", level="notice")


def _merged_texts(
    texts: Mapping[RelPath, str],
    rules: Rules,
    base: Base,
    scanned: tuple[Scan, tuple[Problem, ...]],
    merge: MergesCopies | None,
    is_arriving: bool,
) -> Observation:
    """Return what texts say with the copies among them merged."""
    found, problems = scanned
    page = conflicts_page.choose_path(rules.conflicts_note, texts)
    delivered = _delivered(found.files)

    def observed(copies: MergedCopies) -> Observation:
        merged = {path: text for path, text in texts.items() if path not in copies.hidden}
        otherwise = (*found.otherwise, *copies.hidden)
        observation = observe_texts({**merged, **copies.texts}, rules, base, problems, otherwise)
        return observation._replace(files=frozenset(texts), copies=copies, delivered=delivered)

    if merge is None:
        merge = partial(_hide_copies, rules, base)
    read = VaultTexts(texts, page, found, is_arriving)
    observation = observed(merge(read, {}))
    seen = observation.snapshot
    moved = notes_back(seen, observation.base, delivered) | digests_back(seen)
    return observed(merge(read, moved)) if moved else observation


def _hide_copies(
    rules: Rules, base: Base, read: VaultTexts, moved: Mapping[RelPath, RelPath]
) -> MergedCopies:
    copy_rules = copy_rules_of(rules, base, read.texts, read.page)
    notes = {path: to for path, to in moved.items() if not copy_rules.is_digest(path)}
    return file_copies.merge_copies(read.texts, copy_rules, notes)


def copy_rules_of(
    rules: Rules, base: Base, texts: Mapping[RelPath, str], page: RelPath
) -> copy_rules.CopyRules:
    """Return the rules for the copies among some texts, of which none is merged."""
    return copy_rules.CopyRules(
        is_digest=is_digest(rules),
        styles=styles_of(rules),
        is_readers=partial(copy_rules.is_readers, texts, base, rules.properties),
        histories_of=lambda _: {},
        note_of=base.note,
        rows_of=lambda text: copy_section.read(text).rows,
        page=page,
        names=rules.properties,
        merges=rules.merge_copies,
        ready=False,
    )


def _delivered(files: Mapping[RelPath, Stat]) -> dict[RelPath, int]:
    """Return when each file was brought that looks so, or beside which a service put a copy."""
    found = {path: stat.ctime_ns for path, stat in files.items() if looks_delivered(stat)}
    for path, stat in files.items():
        copy = certain(path)
        if copy is not None and copy.certainty == "certain" and copy.original in files:
            found[copy.original] = max(found.get(copy.original, 0), stat.ctime_ns)
    return found


ARRIVAL = 120
"""Seconds for which a file that is being brought is waited for."""


def arriving(marks: Mapping[RelPath, int], now: int) -> bool:
    """Return True if Markdown files are on their way to this device at `now` (Unix ns)."""
    return any(
        now - changed < ARRIVAL * 1_000_000_000 and brings_markdown(path)
        for path, changed in marks.items()
    )


def _joined_at_once(seen: Observation, marks: Collection[RelPath]) -> Base:
    """Return the base; the device is no longer joining where no other one was here before it.

    So it is where there are entries, and neither a note of the tool's, nor a link to one.
    """
    if not seen.base.joining:
        return seen.base
    digests = seen.snapshot.digests.values()
    entries = [entry for digest in digests for entry in digest.entries]
    strange = marks or seen.snapshot.managed or any(entry.link for entry in entries)
    return replace(seen.base, joining=bool(strange) or not entries)


def observe_texts(
    texts: Mapping[RelPath, str],
    rules: Rules,
    base: Base,
    problems: tuple[Problem, ...] = (),
    otherwise: Iterable[RelPath] = (),
) -> Observation:
    """Return what texts say, wherever they were read; `problems` are of those that were not.

    `otherwise`: more names that are taken.
    """
    conflicts_path = conflicts_page.choose_path(rules.conflicts_note, texts)
    unread = unread_files(texts, base, problems)
    problems = tuple(weighed(problems, unread, is_digest(rules)))
    names = LinkResolver.from_paths([*texts, *unread, *otherwise])
    there = {path: text for path, text in texts.items() if path != conflicts_path}
    found = snapshot_of(there, names, rules, base, unread)
    return Observation(
        found,
        base,
        problems,
        texts.get(conflicts_path, ""),
        frozenset(texts),
        conflicts_path=conflicts_path,
        template=texts.get(RelPath(rules.template)) if rules.template else None,
    )


def snapshot_of(
    texts: Mapping[RelPath, str],
    names: LinkResolver,
    rules: Rules,
    base: Base,
    unread: Collection[RelPath] = (),
) -> Snapshot:
    """Read texts by the rules of a vault's configuration. The template is no note."""
    return snapshot.build(
        {path: text for path, text in texts.items() if path != rules.template},
        names=names,
        is_digest=is_digest(rules),
        base=base,
        unread=unread,
        styles=styles_of(rules),
        properties=rules.properties,
    )


def exported(observation: Observation, path: RelPath) -> str:
    """Return a digest as it reads without the tool's links."""
    digest = observation.snapshot.digests[path]
    entries = (*digest.entries, *digest.repeats)
    own = {(entry.key, entry.link.target) for entry in entries if entry.link is not None}
    return lens.export(digest.text, digest.styles, lambda key, target, _: (key, target) in own)


def lacking(observation: Observation, rules: Rules) -> list[Key]:
    """Return the papers of archives that have no note, or whose note lacks one of the facts."""
    wanted = []
    entries = (
        entry for digest in observation.snapshot.digests.values() for entry in digest.entries
    )
    for key in dict.fromkeys(entry.key for entry in entries):
        if not is_paper(key):
            continue
        paths = observation.snapshot.managed.get(key, ())
        if not paths or any(_lacks(observation, rules, key, path) for path in paths):
            wanted.append(key)
    return wanted


def _lacks(observation: Observation, rules: Rules, key: Key, path: RelPath) -> bool:
    note = observation.snapshot.notes[path]
    has = note.properties.items
    undated = BaseKey(key, "", "undated") in observation.base.rows and not has("published")
    if undated or not (note.fields.title or rules.properties.is_off("title")):
        return True
    return any(
        abstract.missing(note, key, observation.base) if name == "abstract" else not has(name)
        for name in rules.facts
    )


def unanswered(
    keys: Iterable[Key], facts: Mapping[Key, Facts], observation: Observation, rules: Rules
) -> list[Key]:
    """Return the papers of which nobody knows a fact that their notes are to have."""
    digests = observation.snapshot.digests.values()
    entries = (entry for digest in digests for entry in digest.entries)
    titled = {entry.key for entry in entries if entry.fields.title}
    wanted = {"published", *rules.facts} - COMPLETED
    wanted = {name for name in wanted if not rules.properties.is_off(name)}
    needed = [each.read for each in FACTS if each.name in wanted]

    def is_answered(key: Key) -> bool:
        answer = facts.get(key, Facts())
        return bool(answer.title or key in titled) and all(read(answer) for read in needed)

    return [key for key in keys if key not in facts or not is_answered(key)]


def learn_weeks(observation: Observation, config: Config) -> LearntWeeks:
    """Return how the digests of a vault name their weeks, as far as they show it."""
    rule = config.weeks.month_week or None
    digests = list(observation.snapshot.digests)
    learnt = week_learning.learn(digests, paper_days(observation), config.weeks.week, rule)
    if digests or learnt.naming is None:
        return learnt
    paths = config.rules.digest_paths
    return learnt._replace(folder=globs.fixed_folder(paths[0]) if paths else "")


def paper_days(observation: Observation) -> PaperDays:
    """Return the days on which the papers of each digest were published, as their notes say."""
    snapshot = observation.snapshot
    days: dict[RelPath, list[date]] = {}
    for path, digest in snapshot.digests.items():
        for entry in digest.entries:
            for note in snapshot.managed.get(entry.key, ()):
                day = day_of(snapshot.notes[note].properties.scalar("published"))
                if day is not None:
                    days.setdefault(path, []).append(day)
    return days
