"""A vault in git's index, judged in part by git and as a whole beside it; edits of all kinds.

Files lie in memory and git's objects are written here: a step costs two calls of git, not twenty.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from difflib import SequenceMatcher
from itertools import chain
from typing import NamedTuple
from unittest.mock import patch

from tests.support.git_index import Index, StagedFiles
from tests.support.memory_vault import MemoryVault, facts
from tests.support.reader import (
    DAYS,
    NEXT,
    NOTE,
    NOTE_BETA,
    NOTE_DELTA,
    NOTE_GAMMA,
    NOTE_OMEGA,
    WEEK,
)
from tests.support.scope_world import EDITS, FILES, Edit, Editable, cut, in_turn
from vault_sync.core.digest.styles import styled_reader
from vault_sync.core.digest.styles.style import StyleName, styles_of
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey, Create, Plan, Rename, Trash, Value
from vault_sync.core.model.values import NOTHING, Key, Problem, RelPath, is_visible, stem_of
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.note.note import read as read_note
from vault_sync.core.reconcile.pipeline import ReconcileOptions, reconcile
from vault_sync.core.snapshot import Snapshot
from vault_sync.edge import config as configuration
from vault_sync.edge.config import Config
from vault_sync.sync.observation.observation import snapshot_of
from vault_sync.sync.staged import check
from vault_sync.sync.staged.check import judge

CONFIG = "vault-sync.toml"
SETTINGS = """[digests]
paths = ["digests/**/*.md", "lists/**/*.md"]
styles = { "lists/**" = ["list", "heading"], "**" = ["flat"] }
[arxiv]
enabled = false
"""
NO_MENTIONS = "[links]\nmentions = false\n"
LIST = "lists/reading.md"
LISTED = """# Reading

- [Omega](https://arxiv.org/abs/2308.00005) - Gil Han. 목록의 오메가. #omega
- [Page: One](https://example.org/Papers/One) - Ida Jo. See https://arxiv.org/abs/2308.00002.
"""


Unit = tuple[str, ...]


class Said(NamedTuple):
    """What a verdict says, taken apart: `exact` with its lines, `lasting` without them.

    `papers` are those of which it says anything, and files where no paper is to be told.
    """

    exact: frozenset[Unit]
    lasting: Counter[Unit]
    papers: Mapping[Unit, frozenset[str]]


class StagedVault(Editable):
    """A vault in memory, what git's index has of it, and what HEAD has."""

    def __init__(
        self,
        index: Index,
        below: str = "",
        files: Mapping[str, str] = NOTHING,
        apart: Mapping[BaseKey, Value] = NOTHING,
    ) -> None:
        self.index, self.below, self.apart = index, below, apart
        self.root = index.repository.top / below
        self.root.mkdir(parents=True, exist_ok=True)
        self.memory = MemoryVault(files=dict(files or FILES | {LIST: LISTED}), facts=facts(DAYS))
        self.staged: dict[str, str] = {}
        self.head: dict[str, str] = {}
        self.unmerged: frozenset[str] = frozenset()
        self.put(CONFIG, SETTINGS)
        self.settle()
        self.stage(self.memory.files)
        self.commit()

    # What a person does.

    def has(self, path: str) -> bool:
        return path in self.memory.files

    def text(self, path: str) -> str:
        return self.memory.files.get(path, "")

    def put(self, path: str, text: str) -> None:
        self.memory.files[path] = text
        if path == CONFIG:
            self.memory.rules = self.config(text).rules

    def remove(self, path: str) -> None:
        self.memory.files.pop(path, None)

    def move(self, path: str, to: str) -> None:
        if path in self.memory.files:
            self.memory.files[to] = self.memory.files.pop(path)

    def touch(self, path: str, at: int) -> None:
        del path, at

    def run(self) -> Plan:
        """A pass over the vault, as it is in memory."""
        return self.memory.sync()

    def settle(self) -> None:
        for _ in range(4):
            if not self.run().operations:
                return

    def config(self, text: str) -> Config:
        return configuration.parse(text, self.root, self.root / CONFIG)

    # Git.

    def stage(
        self,
        texts: Mapping[str, str],
        unmerged: frozenset[str] = frozenset(),
        announced: frozenset[str] = frozenset(),
    ) -> None:
        """Make the index hold these texts; `announced` by name only."""
        self.staged, self.unmerged = dict(texts), unmerged
        self.index.stage(
            StagedFiles(
                {self.below + path: text for path, text in texts.items()},
                frozenset(self.below + path for path in unmerged),
                frozenset(self.below + path for path in announced),
            )
        )

    def commit(self) -> None:
        """Commit the index; what is not merged must not be in it."""
        self.index.commit()
        self.head = dict(self.staged)

    # The verdicts.

    def part(self) -> Said:
        """The verdict of `check --staged`."""
        with patch.object(check, "_apart", lambda _: self.apart):
            judged = judge(self.root, self.index.repository)
        return said(judged.plan, judged.snapshot, judged.config)

    def whole(self) -> Said:
        """The verdict on all that the index holds."""
        texts = {
            RelPath(path): text
            for path, text in self.staged.items()
            if path not in self.unmerged and path.endswith(".md") and is_visible(path)
        }
        config = self.config(self.staged[CONFIG])
        texts.pop(RelPath(config.rules.conflicts_note), None)
        otherwise = [RelPath(path) for path in self.staged if path.endswith(".MD")]
        names = LinkResolver.from_paths([*texts, *otherwise])
        found = snapshot_of(texts, names, config.rules, Base())
        # By what a digest was in HEAD a slip in it is known.
        was = {
            BaseKey(Key(""), path, "text"): self.head[path]
            for path in found.digests
            if self.head.get(path) not in {None, self.staged[path]}
        }
        base = Base({**self.apart, **was})
        plan = reconcile(found, base, {}, config.rules, ReconcileOptions())
        # What ends in capitals is no file of the vault's: to merge it is a matter of git's.
        merging = [RelPath(path) for path in self.unmerged if path.endswith(".md")]
        unmerged = map(check._unmerged, merging)
        return said(plan._replace(problems=(*unmerged, *plan.problems)), found, config)


def said(plan: Plan, found: Snapshot, config: Config) -> Said:
    """Take a verdict apart, so that what it says of a paper stands by itself."""
    exact: set[Unit] = set()
    lasting = Counter[Unit]()
    papers: dict[Unit, frozenset[str]] = {}
    for whose, unit, shown in _units(plan, found, config):
        exact.add(shown)
        lasting[unit] += 1
        papers[unit] = papers.get(unit, frozenset()) | {whose}
    return Said(frozenset(exact), lasting, papers)


def _units(plan: Plan, found: Snapshot, config: Config) -> Iterator[tuple[str, Unit, Unit]]:
    """Yield each thing said: its paper, and how it is told apart without its line and with it."""
    for problem in chain.from_iterable(map(_by_property, plan.problems)):
        path = RelPath(problem.path)
        entries = found.digests[path].entries if path in found.digests else ()
        key = {each.line: each.key for each in entries}.get(problem.line or 0) or found.about(path)
        words = re.sub(r"\d+", "0", problem.message)
        # Where a digest cannot be written, nothing is said of its entries.
        refused = [each.key for each in entries] if problem.code == "would-not-read-back" else ()
        for whose in {key or path, *refused}:
            yield whose, (path, problem.code, words), tuple(map(str, problem))
    for conflict in plan.conflicts:
        lasting = tuple(map(str, conflict._replace(line=0)))
        yield conflict.key, lasting, tuple(map(str, conflict))
    for whose, unit in _done(plan, found, config):
        yield whose, unit, unit


def _by_property(problem: Problem) -> Iterator[Problem]:
    """Yield a problem for each property that it names: some may be so in HEAD, and some new."""
    named = re.search(r"(?<=the properties ).*(?= cannot be written)", problem.message)
    for name in named[0].split(", ") if named is not None else ():
        yield problem._replace(message=f"cannot be written: {name}")
    if named is None:
        yield problem


def _done(plan: Plan, found: Snapshot, config: Config) -> Iterator[tuple[str, Unit]]:
    """Yield what each operation does to each entry and each note, with their papers.

    A note that is to be made is judged by its paper: what will be in it a pass knows.
    """
    styles = styles_of(config.rules)
    made: dict[str, str] = {}
    for each in plan.operations:
        key = str(found.about(each.path))
        if isinstance(each, Create):
            key = str(read_note(str(each.after), config.rules.properties).key)
            made[f"[[{stem_of(each.path)}]]"] = key
            yield key, ("create", key)
        elif isinstance(each, Rename | Trash):
            yield key, ("move", each.path, each.to)
        elif each.path in found.digests:
            old = _entries(each.before, styles(each.path))
            new = _entries(str(each.after), styles(each.path))
            for key in sorted(old.keys() | new.keys()):
                if old.get(key) != new.get(key):
                    yield key, ("entry", each.path, key, str(new.get(key)))
        else:
            key = str(read_note(str(each.after), config.rules.properties).key)
            before, after = Counter(each.before.split("\n")), Counter(str(each.after).split("\n"))
            for line in (after - before).elements():
                # That a list lacks a note which is to be made is a matter of that note's paper.
                whose = next((made[link] for link in made if link in line), key)
                if not line.endswith(":"):
                    yield whose, ("more", each.path, line)
            for line in (before - after).elements():
                yield key, ("less", each.path, line)


def _entries(text: str, styles: tuple[StyleName, ...]) -> dict[str, str]:
    entries = styled_reader.read(text, styles).entries
    return {each.key: each.span.slice(text).rstrip("\n") for each in entries}


def check_partial(part: Said, whole: Said, before: Said) -> None:
    """Check that a partial verdict says all that is new since `before`, and nothing of its own.

    HEAD is not judged again: of a paper of which its own verdict speaks, no more is to be said.

    Raises:
        AssertionError: it does not.
    """
    spoken = frozenset[str]().union(*before.papers.values())
    alone = sorted(part.exact - whole.exact)
    missed = sorted(
        unit
        for unit in (whole.lasting - before.lasting) - part.lasting
        if not whole.papers[unit] <= spoken
    )
    if alone or missed:
        lines = [f"the part alone: {each}" for each in alone]
        raise AssertionError("\n".join(lines + [f"missed: {each}" for each in missed]))


def say(text: str) -> str:
    return unicodedata.normalize("NFD", text)


MORE: dict[str, Edit] = {
    "words in a list": lambda v, n: v.change(LIST, "목록의 오메가.", f"목록의 오메가 {n}."),
    "list names": lambda v, n: v.change(LIST, "목록의 오메가", f"[[230803 Gamma]] {n}"),
    "listed anew": lambda v, n: v.add(
        LIST, f"- [Kappa {n}](https://arxiv.org/abs/2309.2{n:04}) - Jo Lee. 카파 {n}.\n"
    ),
    "listed too": lambda v, n: v.add(
        LIST, f"- [Beta Nets](https://arxiv.org/abs/2308.00002) - Cho Kim. 다시 {n}.\n"
    ),
    "list's heading": lambda v, n: v.change(LIST, "# Reading", f"# Reading {n}"),
    "list renamed": lambda v, n: v.move(LIST, f"lists/of {n}.md"),
    "list renamed back": lambda v, n: v.move(f"lists/of {n - 1}.md", LIST),
    "list no digest any more": lambda v, n: v.move(LIST, "reading.md"),
    "page named": lambda v, n: v.change(
        WEEK, "감마 이야기입니다.", f"감마 http://www.example.org/Papers/One/ {n}."
    ),
    "page anew": lambda v, n: v.add(
        LIST, f"- [Two {n}](https://Example.org/P%20{n}) - Jo Lee. 둘.\n"
    ),
    "new page named": lambda v, n: v.change(
        WEEK, "감마 이야기입니다.", f"감마 http://www.example.org/P%20{n + 1} {n}."
    ),
    "pdf of the new": lambda v, n: v.change(
        NEXT, "오메가입니다.", f"오메가 http://www.arxiv.org/pdf/2309.2{n + 1:04}v3.pdf {n}."
    ),
    "doi of the new": lambda v, n: v.change(
        NEXT, "오메가입니다.", f"오메가 https://doi.org/10.48550/arXiv.2309.2{n + 1:04} {n}."
    ),
    "name decomposed": lambda v, n: v.move(NOTE_OMEGA, say(f"papers/오메가 {n}.md")),
    "file of a decomposed name": lambda v, n: v.put(say(f"read/한글 {n}.md"), "x"),
    "link to a name composed": lambda v, n: v.change(
        WEEK, "감마 이야기입니다.", f"감마 [[오메가 {n + 1}]] [[한글 {n + 2}]]."
    ),
    "link with blanks": lambda v, n: v.change(
        WEEK, "감마 이야기입니다.", f"감마 [[ Omega {n + 1} ]] [[papers\\omega {n + 2}.MD]]."
    ),
    "link by case": lambda v, n: v.change(
        NEXT, "오메가입니다.", f"오메가 [[ÉTÉ {n + 1}]], [[230803 gAMMA]]."
    ),
    "name in small letters": lambda v, n: v.move(NOTE_GAMMA, f"papers/été {n}.md"),
    "name in capitals": lambda v, n: v.move(NOTE_OMEGA, NOTE_OMEGA.replace("Omega", "OMEGA")),
    "capital ending": lambda v, n: v.put("x/230803 Gamma.MD", f"x {n}"),
    "capital ending gone": lambda v, n: v.remove("x/230803 Gamma.MD"),
    "a second ending": lambda v, n: v.move(NOTE_OMEGA, f"papers/Omega {n}.md.md"),
    "name that no link can hold": lambda v, n: v.move(NOTE_DELTA, f"papers/De#ta {n}.md"),
    "broken letters": lambda v, n: v.change(WEEK, "베타 설명입니다.", f"베타 \udcff {n}."),
    "name of broken letters": lambda v, n: v.move(NOTE_BETA, f"papers/B\udcff {n}.md"),
    "second id": lambda v, n: v.change(NOTE_BETA, "url:", f"doi: 10.1000/b{n}\nurl:"),
    "entry of the second id": lambda v, n: v.add(
        NEXT, f"https://doi.org/10.1000/b{n}\nBeta Nets (Cho Kim)\n같은 글 {n}.\n#beta\n"
    ),
    "listed by hand": lambda v, n: v.change(
        NOTE_DELTA, "digests:\n", f'mentions:\n  - "[[230803 Gamma]]"\n  - "[[{n}]]"\ndigests:\n'
    ),
    "item out of mentions": lambda v, n: item_out(v, n, "mentions"),
    "item out of mentioned_by": lambda v, n: item_out(v, n, "mentioned_by"),
    "section taken out": lambda v, n: v.put(NOTE, v.text(NOTE).partition("\n## ")[0] + "\n"),
    "both sides name": in_turn(
        lambda v, n: v.change(WEEK, "델타.", f"델타는 [[230805 Omega]] {n}."),
        lambda v, n: v.change(NOTE_DELTA, "델타.", f"델타는 [[230805 Omega]] {n}."),
    ),
    "both sides name by address": in_turn(
        lambda v, n: v.change(WEEK, "델타.", f"델타는 https://arxiv.org/abs/2308.00002 {n}."),
        lambda v, n: v.change(NOTE_DELTA, "델타.", f"델타는 https://arxiv.org/abs/2308.00002 {n}."),
    ),
    "note among digests": lambda v, n: v.move(NOTE_GAMMA, f"digests/Gamma {n}.md"),
    "digest among notes": lambda v, n: v.move(NEXT, "papers/2023년 8월 4주차.md"),
    "digest back": lambda v, n: v.move("papers/2023년 8월 4주차.md", NEXT),
    "entry without an address": lambda v, n: v.add(NEXT, f"\nLoose {n} (Ann Park)\n"),
    "markers": lambda v, n: v.change(
        WEEK, "베타 설명입니다.", f"<<<<<<< a\n베타 {n}.\n=======\n설명\n>>>>>>> b"
    ),
    "digest link by path": lambda v, n: v.change(
        NOTE_OMEGA, "[[2023년 8월 4주차]]", f"[[{NEXT[:-3]}]]"
    ),
    "digest of the same name": lambda v, n: v.put(f"old/{n}/2023년 8월 4주차.md", "x"),
    "entry linked elsewhere": lambda v, n: v.change(WEEK, "[[230802 Beta Nets", f"[[nowhere {n}"),
    "entry linked to another": lambda v, n: v.change(
        WEEK, "[[230802 Beta Nets", "[[230803 Gamma"
    ),
    "entry unlinked": lambda v, n: v.change(WEEK, "[[230803 Gamma|Gamma]]", f"Gamma {n}"),
    "entry unlinked and named": in_turn(
        lambda v, n: v.change(NEXT, "오메가입니다.", f"https://arxiv.org/abs/2308.00003 {n}."),
        lambda v, n: v.settle(),
        lambda v, n: v.change(WEEK, "[[230803 Gamma|Gamma]]", f"Gamma {n}"),
        lambda v, n: v.remove(NOTE_GAMMA),
    ),
    "untitled by hand": lambda v, n: v.change(
        WEEK, "Gamma (Dan Choi, Eve Jung)\n", f"[[Day {n}]]\n"
    ),
    "mentions off": lambda v, n: v.change(CONFIG, "}\n[arxiv]", f"}}\n{NO_MENTIONS}[arxiv]"),
    "mentions on": lambda v, n: v.change(CONFIG, NO_MENTIONS, ""),
    "entry cut here alone": lambda v, n: cut(v, "2308.00004"),
}  # fmt: skip
"""Edits beside those of `scope_world`: of what only stands in git, or is spelled otherwise."""


def item_out(vault: Editable, number: int, name: str) -> None:
    """One item of a note's list is taken out, wherever there is such a list."""
    for path in (NOTE_BETA, NOTE_DELTA, NOTE_OMEGA, NOTE_GAMMA, NOTE)[number % 5 :]:
        text = vault.text(path)
        less = re.sub(rf"^({name}:\n)  - .*\n", r"\1", text, flags=re.MULTILINE)
        if less != text:
            vault.put(path, less.replace(f"{name}:\n---", "---"))
            return


STAGED_EDITS = EDITS | MORE


def walk(make: Callable[[], AbstractContextManager[Index]], seed: int, steps: int) -> Counter[str]:
    """Walk so many steps; return how many verdicts there were of each kind.

    A step is one to three edits, perhaps a pass, some of it staged, and the verdicts.
    """
    chance, counts = random.Random(seed), Counter[str]()
    while counts["steps"] < steps:
        counts["vaults"] += 1
        with make() as index:
            vault = StagedVault(index, chance.choice(("", "", "notes/")))
            _walk_in(vault, chance, counts, min(12, steps - counts["steps"]))
    return counts


def _walk_in(vault: StagedVault, chance: random.Random, counts: Counter[str], steps: int) -> None:
    before = vault.whole()
    for at in range(2, steps + 2):
        names = chance.choices(sorted(STAGED_EDITS), k=chance.choice((1, 1, 2, 3)))
        counts["steps"] += 1
        try:
            _step(vault, chance, at, names)
            whole, part = vault.whole(), vault.part()
            check_partial(part, whole, before)
        except AssertionError as error:
            how = f"vault {counts['vaults']}, step {at}, {names}"
            raise AssertionError(f"{how}:\n{error}") from error
        counts["silent" if not part.exact else "speaking"] += 1
        if chance.random() < 0.7 and not vault.unmerged:
            vault.stage(vault.staged)
            vault.commit()
            before = whole
            if at % 4 == 0:
                check_partial(vault.part(), whole, Said(frozenset(), Counter(), {}))


def _step(vault: StagedVault, chance: random.Random, at: int, names: list[str]) -> None:
    for name in names:
        STAGED_EDITS[name](vault, at)
    if chance.random() < 0.4:
        vault.run()
    work, staged = vault.memory.files, dict(vault.staged)
    changed = sorted(
        path for path in work.keys() | staged.keys() if work.get(path) != staged.get(path)
    )
    how = chance.choice(("all", "all", "some", "hunks"))
    some = [path for path in changed if how == "all" or chance.random() < 0.6]
    for path in some:
        if path not in work:
            del staged[path]
        elif how == "hunks" and path in staged and path != CONFIG:
            staged[path] = some_hunks(staged[path], work[path], chance)
        else:
            staged[path] = work[path]
    both = [path for path in some if path in staged and path in vault.staged and path != CONFIG]
    unmerged = frozenset(chance.sample(both, 1) if both and chance.random() < 0.05 else ())
    left = [path for path in changed if path not in staged and path.endswith(".md")]
    announced = frozenset(chance.sample(left, 1) if left and chance.random() < 0.2 else ())
    vault.stage(staged, unmerged, announced)


def some_hunks(old: str, new: str, chance: random.Random) -> str:
    """Return a text of which some hunks are new, as `git add -p` makes it."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    found: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        take = kind != "equal" and chance.random() < 0.5
        found += after[c:d] if take else before[a:b]
    return "".join(found)
