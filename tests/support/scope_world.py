"""Vaults whose passes are to say the same, over the papers concerned and over the whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn, Protocol

from tests.support.reader import DAYS as KNOWN_DAYS
from tests.support.reader import (
    DIGEST,
    DIGEST_NEXT,
    NEXT,
    NOTE,
    NOTE_BETA,
    NOTE_GAMMA,
    NOTE_OMEGA,
    WEEK,
)
from vault_sync.core.model.plan import Plan
from vault_sync.core.model.values import Facts, Key
from vault_sync.core.reconcile.pairing import last_entry
from vault_sync.edge.config import Config, load
from vault_sync.edge.state.store import StateStore, open_state
from vault_sync.sync import engine
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.scope import View
from vault_sync.sync.incremental.shadow import compare
from vault_sync.sync.incremental.unchanged import stamp_of
from vault_sync.sync.observation import file_record
from vault_sync.sync.request import PassRequest, PassResult
from vault_sync.sync.view import PassContext, look, look_at_all

OWN = "reading/mine.md"
DAY = "days/2023-08-01.md"
DISTANT = "digests/distant.md"
FEW_PASSES = 10
"""Passes of which no index is stored, after which waiting for one is no use."""
HOUR = 3_600 * 10**9 + 7  # no whole second: those are believed late
FILES = {
    WEEK: DIGEST.replace("베타 설명입니다.", "베타 설명입니다. (https://arxiv.org/abs/2308.00004)"),
    NEXT: DIGEST_NEXT
    + "https://arxiv.org/abs/2308.00001\nAlpha Models: A Study (Ann Park)\n알파가 다시.\n#again\n",
    OWN: "# Mine\n\nsee [[230801 Alpha Models]]\n",
    DAY: "# 1 August\n\n- read https://arxiv.org/abs/2308.00001\n",
}
DELTA_NOTE = "papers/230804 Delta Rules.md"


class Editable(Protocol):
    """A vault that a person edits and that passes go over."""

    def has(self, path: str) -> bool: ...

    def text(self, path: str) -> str:
        """Return what a file holds, "" where there is none."""
        ...

    def put(self, path: str, text: str) -> None: ...

    def remove(self, path: str) -> None: ...

    def move(self, path: str, to: str) -> None: ...

    def touch(self, path: str, at: int) -> None: ...

    def run(self) -> object: ...

    def settle(self) -> None: ...

    def change(self, path: str, old: str, new: str) -> None:
        if old in self.text(path):
            self.put(path, self.text(path).replace(old, new, 1))

    def add(self, path: str, more: str) -> None:
        if self.has(path):
            self.put(path, self.text(path) + more)


class Vault(Editable):
    """A real vault, its state beside it, and a clock that has long passed every edit."""

    def __init__(self, above: Path) -> None:
        self.root, self.above = above / "vault", above
        for path, text in FILES.items():
            self.put(path, text)
        self.put("vault-sync.toml", "[arxiv]\nenabled = false\n")
        self.days = dict(KNOWN_DAYS)
        self.config: Config = load(self.root)
        self.state: StateStore = open_state(
            self.root, {"VAULT_SYNC_STATE_DIR": str(above / "state")}
        )

    def put(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def text(self, path: str) -> str:
        file = self.root / path
        return file.read_bytes().decode() if file.exists() else ""

    def has(self, path: str) -> bool:
        return (self.root / path).exists()

    def remove(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)

    def move(self, path: str, to: str) -> None:
        if self.has(path):
            (self.root / to).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).rename(self.root / to)

    def touch(self, path: str, at: int) -> None:
        os.utime(self.root / path, ns=(at, at))

    def facts(self, keys: Sequence[Key]) -> Mapping[Key, Facts]:
        days = {Key(f"arxiv:{name}"): day for name, day in self.days.items()}
        return {key: Facts(published=days[key]) for key in keys if key in days}

    def context(self, **how: Any) -> PassContext:
        return PassContext(self.config, self.state, self.facts, **how)

    def run(self, **how: Any) -> PassResult:
        return engine.run(self.context(**how), PassRequest())

    def view(self) -> View:
        return look(self.context(), PassRequest())

    def whole(self, request: PassRequest = PassRequest()) -> Plan:  # noqa: B008 - a frozen value
        return look_at_all(self.context(), request, "").plan

    def settle(self) -> None:
        """Pass after pass, until one has nothing to do and no file is too young to be believed."""
        unremembered = 0
        for _ in range(2_000):
            found = self.run()
            if any(each.code == last_entry.WAITS for each in found.plan.problems):
                return  # a minute must pass first, and nothing is remembered until then
            stamp = stamp_of(self.config, self.state) or ""
            stored = index.glance(index.path_of(self.state), stamp)
            if stored and not stored.open and file_record.UNKNOWN not in stored.stats.values():
                return
            unremembered += not stored  # only young files come to rest by waiting
            assert unremembered < FEW_PASSES, "no pass is remembered"
        raise AssertionError("it never came to rest")

    def stats(self) -> dict[str, int]:
        return {path: (self.root / path).stat().st_ctime_ns for path in self.contents()}

    def contents(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*.md"))
        }


@contextmanager
def settled() -> Iterator[Vault]:
    with TemporaryDirectory() as above:
        vault = Vault(Path(above))
        vault.settle()
        yield vault
        vault.state.close()


def never(*_: object) -> NoReturn:
    raise AssertionError("the whole vault was looked at")


def shadowed(vault: Vault) -> View:
    """Think in part and whole; both must be equal. Return the view of the part."""
    found = vault.view()
    compare(found.plan, vault.whole(), found.explained)
    return found


def delta(vault: Editable, digest_says: str, note_says: str) -> None:
    vault.change(WEEK, "델타.", digest_says)
    vault.change(DELTA_NOTE, "델타.", note_says)


def add(
    vault: Editable, name: str, title: str, said: str = "새.", *, to: str = WEEK, before: str = ""
) -> None:
    """A new entry, at a digest's end or before that of another paper."""
    if not vault.has(to):
        return
    text = vault.text(to)
    at = text.find(f"https://arxiv.org/abs/{before}\n") if before else -1
    at = len(text) if at < 0 else at
    entry = f"https://arxiv.org/abs/{name}\n{title} (Ann Park)\n{said}\n#new\n"
    vault.put(to, text[:at] + entry + text[at:])


def cut(vault: Editable, name: str, path: str = WEEK) -> str:
    """An entry taken out of its digest, unless it is the last one."""
    text = vault.text(path)
    above, found, below = text.partition(f"https://arxiv.org/abs/{name}\n")
    entry, more, rest = below.partition("\nhttps://")
    if not found or not more:
        return ""
    vault.put(path, f"{above}https://{rest}")
    return f"{found}{entry}\n"


def paste(vault: Editable, name: str, to: str = NEXT) -> None:
    """An entry taken out of its digest and put on top of another one."""
    source = NEXT if to == WEEK else WEEK
    if entry := cut(vault, name, source) if vault.has(to) else "":
        vault.put(to, vault.text(to).replace("https://", f"{entry}https://", 1))


def make(vault: Editable, number: int) -> None:
    vault.put(f"days/Day {number}.md", "day")


def unmake(vault: Editable, number: int) -> None:
    vault.remove(f"days/Day {number}.md")


def pause(vault: Editable, number: int) -> None:
    del number
    vault.settle()


def distant(vault: Editable, number: int) -> None:
    """A digest of its own that has to do with no other, after its pass."""
    vault.put(DISTANT, "distant\n")
    for at in range(4):
        add(vault, f"2309.0{at}{number:03}", f"Far {at} {number}", to=DISTANT)
    vault.settle()


def readdressed(vault: Editable, number: int) -> None:
    """An entry of which there are two notes goes, and comes back with another address."""
    EDITS["note copied"](vault, number)
    entry = cut(vault, "2308.00003")
    vault.run()
    vault.add(WEEK, entry.replace("2308.00003", f"2310.0{number:04}"))


def namer_back(vault: Editable, number: int) -> None:
    """A note is gone, is taken out of the list of a paper that it names, and comes back."""
    EDITS["names another"](vault, number)
    vault.settle()
    text = vault.text(NOTE_GAMMA)
    vault.remove(NOTE_GAMMA)
    vault.run()
    vault.change(NOTE_OMEGA, 'mentioned_by:\n  - "[[230803 Gamma]]"\n', "")
    vault.settle()
    vault.put(NOTE_GAMMA, text)


def typed(vault: Editable, name: str, title: str) -> None:
    """A note of a reader's that is to stand in a digest."""
    block = f"title: {title}\nurl: https://arxiv.org/abs/{name}\ndigests:\n  - '[[{NEXT[8:-3]}]]'\n"
    vault.put(f"mine/{title}.md", f"---\n{block}---\n\n## [[{NEXT[8:-3]}]]\n\n{title}.\n")


Edit = Callable[[Editable, int], object]


def in_turn(*edits: Edit | str) -> Edit:
    def every(vault: Editable, number: int) -> None:
        for edit in edits:
            (EDITS[edit] if isinstance(edit, str) else edit)(vault, number)

    return every


PLAIN = "---\ntitle: Plain\nurl: https://arxiv.org/abs/2312.0{:04}\n{}---\nx\n"
UNDER = "https://arxiv.org/abs/2308.00088\n[[Day {}]]\n"
NAMING: dict[str, Edit] = {
    "that an entry names": lambda v, n: v.change(WEEK, "감마 이야기입니다.", f"감마 [[Day {n}]]."),
    "that a note names": lambda v, n: v.change(NOTE, "알파가 다시.", f"알파가 [[Day {n}]]."),
    "that a section names": lambda v, n: v.add(NOTE_BETA, f"\n## [[Day {n}]]\n\nwords\n"),
    "that is named as a digest": lambda v, n: v.change(
        NOTE_OMEGA, "digests:\n", f'digests:\n  - "[[Day {n}]]"\n'
    ),
    "that is named in a list": lambda v, n: v.change(
        NOTE_GAMMA, "digests:\n", f'mentions:\n  - "[[Day {n}]]"\ndigests:\n'
    ),
    "under a title": lambda v, n: v.change(WEEK, "감마 이야기입니다.", f"[[Day {n}]]\n감마."),
    "under an address": lambda v, n: v.change(NEXT, "https://", UNDER.format(n) + "https://"),
    "under an address of no entry": lambda v, n: v.change(
        NEXT, "https://", f"# Head\nwords\n{UNDER.format(n)}words\n\n# Head\nhttps://"
    ),
    "after the entries": lambda v, n: v.add(NEXT, f"\n# Head\nwords\n{UNDER.format(n)}words\n"),
}
"""Where a file's name can stand that is about no paper."""

EDITS: dict[str, Edit] = {
    "digest commentary": lambda v, n: v.change(WEEK, "알파 둘째 줄입니다.", f"알파 {n}째 줄."),
    "note commentary": lambda v, n: v.change(NOTE, "알파 첫 문장입니다.", f"첫 문장 {n}."),
    "second week": lambda v, n: v.change(NOTE, "알파가 다시.", f"알파가 또 {n}."),
    "digest tag": lambda v, n: v.change(WEEK, "#beta", f"#beta #b{n}"),
    "note tag": lambda v, n: v.change(NOTE_GAMMA, "  - gamma", f"  - gamma\n  - g{n}"),
    "note title": lambda v, n: v.change(NOTE_OMEGA, "title: Omega", f"title: Omega {n}"),
    "digest authors": lambda v, n: v.change(WEEK, "(Cho Kim)", f"(Cho Kim, No {n})"),
    "names another": lambda v, n: v.change(
        WEEK, "감마 이야기입니다.", f"감마 [[230805 Omega]] {n}."
    ),
    "names by address": lambda v, n: v.change(
        NOTE_OMEGA, "오메가입니다.", f"오메가 {n} (https://arxiv.org/abs/2308.00003)."
    ),
    "names the awaited": lambda v, n: v.change(
        WEEK, "베타 설명입니다.", "베타 https://arxiv.org/abs/2308.00077 설명입니다."
    ),
    "names the new": lambda v, n: v.change(
        NOTE_OMEGA, "오메가입니다.", f"오메가 {n} (https://arxiv.org/abs/2308.1{n:04})."
    ),
    "names no longer": lambda v, n: v.change(WEEK, " (https://arxiv.org/abs/2308.00004)", ""),
    "own words": lambda v, n: v.add(NOTE_BETA, f"\n## Mine {n}\n\nwords\n"),
    "own file": lambda v, n: v.put(OWN, f"# Mine {n}\n"),
    "both alike": lambda v, n: delta(v, f"델타 {n}.", f"델타 {n}."),
    "note renamed": lambda v, n: v.move(NOTE_OMEGA, f"papers/Omega {n}.md"),
    "note moved": lambda v, n: v.move(NOTE_OMEGA, f"mine/{n}/230805 Omega.md"),
    "named note renamed": in_turn("names another", "names by address", pause, "note renamed"),
    "named note moved": in_turn("names another", pause, "note moved"),
    "naming note renamed": in_turn(
        "names another", pause, lambda v, n: v.move(NOTE_GAMMA, f"papers/Gamma {n}.md")
    ),
    "note listed by hand renamed": in_turn(
        lambda v, n: v.change(
            NOTE_BETA, "mentions:\n", 'mentions:\n  - "[[230803 Gamma]]"\n'
        ),
        pause,
        lambda v, n: v.move(NOTE_GAMMA, f"papers/Gamma {n}.md"),
    ),
    "note linked by path moved": in_turn(
        lambda v, n: v.change(NEXT, "오메가입니다.", f"[[papers/230803 Gamma]] {n}."),
        pause,
        lambda v, n: v.move(NOTE_GAMMA, f"mine/{n}/230803 Gamma.md"),
    ),
    "note renamed by Obsidian": in_turn(
        "names another",
        pause,
        "note renamed",
        lambda v, n: v.change(NEXT, "[[230805 Omega|", f"[[Omega {n}|"),
        lambda v, n: v.change(WEEK, "[[230805 Omega]]", f"[[Omega {n}]]"),
    ),
    "notes renamed and an edit": in_turn(
        "note renamed",
        lambda v, n: v.move(NOTE_GAMMA, f"papers/Gamma {n}.md"),
        "digest commentary",
        "names by address",
    ),
    "entry cut": lambda v, n: cut(v, "2308.00002"),
    "entry cut that is named": in_turn(
        lambda v, n: v.change(WEEK, "감마 이야기입니다.", "감마 [[230802 Beta Nets]]."),
        lambda v, n: v.change(NOTE_OMEGA, "오메가입니다.", "https://arxiv.org/abs/2308.00002"),
        pause,
        "entry cut",
    ),
    "entry cut that names": in_turn("names another", pause, lambda v, n: cut(v, "2308.00003")),
    "entry cut of a note with words": in_turn(
        lambda v, n: v.add(NOTE_GAMMA, "\n## Mine\n\nwords\n"),
        pause,
        lambda v, n: cut(v, "2308.00003"),
    ),
    "two entries cut of many": in_turn(
        *(lambda v, n, at=at: add(v, f"2307.0{at}{n:03}", f"Old {at} {n}") for at in range(4)),
        pause,
        lambda v, n: cut(v, f"2307.00{n:03}"),
        lambda v, n: cut(v, "2308.00003"),
    ),
    "entry cut of two": lambda v, n: cut(v, "2308.00001"),
    "entry cut while removals wait": in_turn(
        distant, "entries cut", lambda v, n: v.run(), lambda v, n: cut(v, f"2309.00{n:03}", DISTANT)
    ),
    "digest replaced under a broken note": in_turn(
        distant,
        "note broken",
        lambda v, n: cut(v, "2308.00003"),
        lambda v, n: v.run(),
        lambda v, n: v.move(DISTANT, WEEK),
    ),
    "entry readdressed of two notes": readdressed,
    "entry cut and its note edited": in_turn(
        lambda v, n: cut(v, "2308.00003"), "note tag", "note commentary"
    ),
    "entry moved": lambda v, n: paste(v, "2308.00003"),
    "entry moved and edited": in_turn("entry moved", "note tag", "names another"),
    "entry moved there and back": in_turn(
        "entry moved", pause, lambda v, n: paste(v, "2308.00003", WEEK)
    ),
    "both apart": lambda v, n: delta(v, f"델타는 {n}.", f"델타가 {n}."),
    "note renamed and edited": in_turn(
        "note renamed",
        lambda v, n: v.change(f"papers/Omega {n}.md", "오메가입니다.", f"오메가 {n}."),
    ),
    "entry added": lambda v, n: add(v, f"2308.1{n:04}", f"New {n}"),
    "entry between": lambda v, n: add(v, f"2308.2{n:04}", f"Amid {n}", before="2308.00003"),
    "entry in another": lambda v, n: add(v, f"2308.3{n:04}", f"There {n}", to=NEXT),
    "entry that names": lambda v, n: add(
        v, f"2308.4{n:04}", f"Namer {n}", f"https://arxiv.org/abs/2308.00005 그리고 [[{n}]]."
    ),
    "entry named before": lambda v, n: add(v, "2308.00077", "Awaited"),
    "entries of one title": in_turn(
        lambda v, n: add(v, f"2308.5{n:04}", f"Twin {n}"),
        lambda v, n: add(v, f"2308.6{n:04}", f"Twin {n}"),
    ),
    "entry and its address": in_turn("entry added", "names the new", "digest commentary"),
    "entry in both": in_turn(
        lambda v, n: add(v, f"2308.9{n:04}", f"Both {n}"),
        lambda v, n: add(v, f"2308.9{n:04}", f"Both {n}", to=NEXT),
    ),
    "touched": lambda v, n: v.touch(WEEK, n * HOUR),
    "file added": lambda v, n: v.put(f"reading/Alpha {n}.md", "other [[Alpha Models]]"),
    "file gone": lambda v, n: v.remove(DAY),
    "file moved": in_turn(
        lambda v, n: v.move(OWN, f"elsewhere/{n}/mine.md"),
        lambda v, n: v.move(DAY, f"days/day {n}.md"),
    ),
    "file added and an edit": in_turn("file added", "file moved", "digest commentary"),
    "file added and named": in_turn(
        lambda v, n: v.put(f"Fresh {n}.md", "fresh"),
        lambda v, n: v.change(WEEK, "감마 이야기입니다.", f"감마 [[Fresh {n}]]."),
    ),
    "link by hand": lambda v, n: v.change(WEEK, "[[230801 Alpha Models|", "[[alpha|"),
    "open fence": lambda v, n: v.change(NEXT, "#omega", "#omega\n```"),
    "note gone": lambda v, n: v.remove(NOTE_OMEGA),
    "entry gone": lambda v, n: v.put(WEEK, v.text(WEEK).partition("https://arxiv.org/abs/2308.00004")[0]),
    "entry cut that is named, by a whole pass": in_turn(
        "entry cut that is named", lambda v, n: v.put("elsewhere/mine.md", "x")
    ),
    "note renamed to an awaited name": in_turn(
        lambda v, n: v.change(WEEK, "감마 이야기입니다.", f"감마 [[Omega {n}]]."),
        pause,
        "note renamed",
    ),
    "note renamed and copied": in_turn(
        "note renamed", lambda v, n: v.put("mine/Copy.md", v.text(f"papers/Omega {n}.md"))
    ),
    "notes of one name": lambda v, n: v.move(NOTE_OMEGA, "elsewhere/mine.md"),
    "note copied": lambda v, n: v.put("mine/Copy.md", v.text(NOTE_GAMMA)),
    "notes swapped": in_turn(
        lambda v, n: v.move(NOTE_OMEGA, f"x {n}.md"),
        lambda v, n: v.move(NOTE_GAMMA, NOTE_OMEGA),
        lambda v, n: v.move(f"x {n}.md", NOTE_GAMMA),
    ),
    "note renamed and its address changed": in_turn(
        "note renamed",
        lambda v, n: v.change(f"papers/Omega {n}.md", 'arxiv: "2308.00005"', 'arxiv: "2308.00066"'),
        lambda v, n: v.change(f"papers/Omega {n}.md", "abs/2308.00005", "abs/2308.00066"),
    ),
    "note renamed and unmanaged": in_turn(
        "note renamed", lambda v, n: v.change(f"papers/Omega {n}.md", "digests:", "week:")
    ),
    "entries cut": in_turn(
        lambda v, n: cut(v, "2308.00001"),
        lambda v, n: cut(v, "2308.00002"),
        lambda v, n: cut(v, "2308.00003"),
    ),
    "entry cut and named elsewhere": in_turn(
        "entry cut", lambda v, n: v.change(NEXT, "오메가입니다.", "https://arxiv.org/abs/2308.00002")
    ),
    "entry cut with another link": in_turn(
        lambda v, n: v.change(WEEK, "[[230802 Beta Nets|", "[[beta|"), "entry cut"
    ),
    "entry moved with another link": in_turn(
        "entry moved", lambda v, n: v.change(NEXT, "[[230803 Gamma|", "[[230804 Delta Rules|")
    ),
    "entry copied": lambda v, n: v.add(NEXT, cut(v, "2308.00003") * 2),
    "note typed": lambda v, n: typed(v, f"2309.1{n:04}", f"Typed {n}"),
    "links to the linked": lambda v, n: v.change(
        NEXT, "오메가입니다.", f"오메가는 [[Linked {n}]] 뒤입니다."
    ),
    "entry linked before": in_turn(
        "links to the linked",
        lambda v, n: v.settle(),
        lambda v, n: add(v, f"2308.7{n:04}", f"Linked {n}"),
    ),
    "entry twice": in_turn(
        lambda v, n: add(v, f"2308.8{n:04}", f"Twice {n}"),
        lambda v, n: add(v, f"2308.8{n:04}", f"Twice {n}"),
    ),
    "entry of a known note": lambda v, n: add(v, "2308.00005", "Omega"),
    "entry of a taken name": in_turn(
        lambda v, n: v.put(f"mine/Taken {n}.md", "x"),
        lambda v, n: v.settle(),
        lambda v, n: add(v, f"2308.6{n:04}", f"Taken {n}"),
    ),
    "unmanaged": lambda v, n: v.change(NOTE_GAMMA, "digests:", "week:"),
    **{f"file added {how}": in_turn(put, pause, make) for how, put in NAMING.items()},
    **{f"file gone {how}": in_turn(make, put, pause, unmake) for how, put in NAMING.items()},
    "file of a name in use": lambda v, n: v.put("elsewhere/mine.md", "x"),
    "file gone of a name in use": in_turn(
        lambda v, n: v.put("elsewhere/230805 Omega.md", "x"),
        pause,
        lambda v, n: v.remove("elsewhere/230805 Omega.md"),
    ),
    "file where a note was": in_turn(
        lambda v, n: v.remove(NOTE_OMEGA),
        lambda v, n: v.change(NEXT, "[[230805 Omega|Omega]]", "[[Somewhere|Omega]]"),
        pause,
        lambda v, n: v.put(NOTE_OMEGA, ""),
    ),
    "digest gone": lambda v, n: v.remove(NEXT),
    "copy added": lambda v, n: v.put("reading/week (restored).md", v.text(WEEK)),
    "copy gone": in_turn(
        "copy added", pause, lambda v, n: v.remove("reading/week (restored).md")
    ),
    "conflicts note added": lambda v, n: v.put("Sync conflicts.md", f"mine {n}"),
    "plain note added": lambda v, n: v.put(
        f"Plain {n}.md", "https://arxiv.org/abs/2308.00077\nAwaited (Ann Park)\nwords\n#tag\n"
    ),
    "linked file becomes a note": in_turn(
        lambda v, n: v.put(f"Plain {n}.md", "x"),
        lambda v, n: v.change(WEEK, "감마 이야기입니다.", f"감마 [[Plain {n}]]."),
        pause,
        "plain note added",
    ),
    "naming note gone and back": namer_back,
    "plain note gone": in_turn(
        "plain note added", "names the awaited", pause, lambda v, n: v.remove(f"Plain {n}.md")
    ),
    "note broken": lambda v, n: v.change(NOTE_GAMMA, "tags:", "tags: [a"),
    "note mended": lambda v, n: v.change(NOTE_GAMMA, "tags: [a", "tags:"),
    "note with NUL": lambda v, n: v.add(NOTE_BETA, "\0"),
    "note without NUL": lambda v, n: v.change(NOTE_BETA, "\0", ""),
    "note emptied": lambda v, n: v.put(NOTE_OMEGA, "") if v.text(NOTE_OMEGA) else None,
    "broken note copied": in_turn(
        "note broken", lambda v, n: v.put(f"mine/Broken {n}.md", v.text(NOTE_GAMMA))
    ),
    "digest with NUL": lambda v, n: v.add(NEXT, "\0"),
    "digest without NUL": lambda v, n: v.change(NEXT, "\0", ""),
    "digest renamed": lambda v, n: v.move(NEXT, f"digests/2024년 {n}주차.md"),
    "digest renamed back": lambda v, n: v.move(f"digests/2024년 {n - 1}주차.md", NEXT),
    "digest moved": lambda v, n: v.move(NEXT, f"digests/{n}/2023년 8월 4주차.md"),
    "new digest": lambda v, n: v.put(
        f"digests/2025년 {n}주차.md",
        f"2025년 {n}주차\n"
        + "".join(f"https://arxiv.org/abs/25{n % 100:02}.1{at:04}\nMany {at} {n} (Ann Park)\n새. "
        f"https://arxiv.org/abs/2308.00003\n#new\n" for at in range(4)),
    ),
    "new digest gone": lambda v, n: v.remove(f"digests/2025년 {n - 1}주차.md"),
    "address in digest": lambda v, n: v.change(
        WEEK, "https://arxiv.org/abs/2308.00003", f"https://arxiv.org/abs/2308.0{n % 10}333"
    ),
    "address in note": lambda v, n: v.change(
        NOTE_BETA, "url: https://arxiv.org/abs/2308.00002", f"url: https://doi.org/10.1000/b{n}"
    ),
    "address taken": lambda v, n: v.change(
        WEEK, "https://arxiv.org/abs/2308.00003", "https://arxiv.org/abs/2308.00005"
    ),
    "digest side ticked": lambda v, n: v.change(
        "Sync conflicts.md", "- [ ] the digest's ^", "- [x] the digest's ^"
    ),
    "note side ticked": lambda v, n: v.change(
        "Sync conflicts.md", "- [ ] the note's ^", "- [x] the note's ^"
    ),
    "all ticked": lambda v, n: v.change(
        "Sync conflicts.md", "- [ ] the note's for", "- [x] the note's for"
    ),
    "conflicts note gone": lambda v, n: v.remove("Sync conflicts.md"),
    "conflict of titles": in_turn(
        lambda v, n: v.change(WEEK, "|Beta Nets]]", f"|Beta Nets of {n}]]"),
        lambda v, n: v.change(NOTE_BETA, "title: Beta Nets", f"title: Beta Webs {n}"),
    ),
    "untitled entry": lambda v, n: v.change(
        NEXT, "https://", f"https://doi.org/10.1000/x{n}\nwords of {n}\n#blog\nhttps://"
    ),
    "untitled entry and two notes": in_turn(
        "untitled entry", pause, lambda v, n: v.put(f"mine/x{n} copy.md", v.text(f"papers/x{n}.md"))
    ),
    "entry above the untitled": lambda v, n: v.change(
        NEXT,
        "https://",
        f"https://doi.org/10.1000/y{n}\nThird {n}: Paper (Ann Park)\nthird words\nhttps://",
    ),
    "entry above an untitled one of two notes": in_turn(
        "untitled entry and two notes", pause, "second week", pause, "entry above the untitled"
    ),
    "file of a title": lambda v, n: v.put(
        f"lit/T{n}.md", f'---\ntitle: Awaited\nauthors: ["Ann Park"]\n---\nwords {n}\n'
    ),
    "file of a title gone": lambda v, n: v.remove(f"lit/T{n - 1}.md"),
    "entry of a title": in_turn("file of a title", pause, "entry named before"),
    "file of a title without a note": in_turn(
        "entry named before",
        pause,
        lambda v, n: v.remove("papers/Awaited.md"),
        pause,
        "file of a title",
    ),
    "conflict ticked": in_turn("both apart", lambda v, n: v.run(), "note side ticked"),
    "file that names": lambda v, n: v.put(
        f"lit/N{n}.md", f"# Gamma {n}\n\nI read https://arxiv.org/abs/2308.00003 and more.\n"
    ),
    "note restored": lambda v, n: v.put(NOTE_OMEGA, v.text(".trash/230805 Omega.md") or "x"),
    "digest cut short": lambda v, n: v.put(WEEK, v.text(WEEK)[: len(v.text(WEEK)) // 2]),
    "digest grows": lambda v, n: v.add(WEEK, "\n"),
    "note names a digest to be": lambda v, n: v.change(
        NOTE_GAMMA, "digests:\n", f'digests:\n  - "[[2026년 {n}주차]]"\n'
    ),
    "many of one name": in_turn(
        lambda v, n: v.put(f"a/{n}/twin.md", "x"), lambda v, n: v.put(f"b/{n}/twin.md", "x")
    ),
}  # fmt: skip
CONTENT_ONLY = tuple(EDITS)[: tuple(EDITS).index("both apart")]
RARE: dict[str, Edit] = EDITS | {
    "own note gone beside a plain one": in_turn(
        lambda v, n: v.put(f"lit/Plain {n}.md", PLAIN.format(n, "")),
        lambda v, n: v.put(f"mine/Own {n}.md", PLAIN.format(n, "digests: []\n")),
        lambda v, n: v.change(WEEK, "감마 이야기입니다.", f"감마 [[Plain {n}]]."),
        pause,
        lambda v, n: v.remove(f"mine/Own {n}.md"),
    ),
    "entry named before, in another": in_turn(
        "names the awaited", pause, lambda v, n: add(v, "2308.00077", "Awaited", to=NEXT)
    ),
    "entry linked before, in another": in_turn(
        lambda v, n: v.change(WEEK, "감마 이야기입니다.", "감마 [[Awaited]]."),
        pause,
        lambda v, n: add(v, "2308.00077", "Awaited", to=NEXT),
    ),
    "file about a named paper now, and about another before": in_turn(
        lambda v, n: v.put("lit/Plain.md", PLAIN.format(n, "")),
        lambda v, n: v.change(WEEK, "감마 이야기입니다.", "감마 https://arxiv.org/abs/2312.00099."),
        pause,
        lambda v, n: v.put("lit/Plain.md", PLAIN.format(99, "")),
    ),
    "broken note of a named paper mended": in_turn(
        lambda v, n: v.put("mine/Own.md", PLAIN.format(n, "digests: [\n")),
        lambda v, n: v.change(WEEK, "감마 이야기입니다.", f"감마 https://arxiv.org/abs/2312.{n:05}."),
        pause,
        lambda v, n: v.put("mine/Own.md", PLAIN.format(n, "digests: []\n")),
    ),
    "digest gone that its note names no more": in_turn(
        lambda v, n: add(v, f"2309.0{n:04}", f"Next {n}", to=NEXT),
        pause,
        "digest gone",
        pause,
        lambda v, n: v.change(NOTE_OMEGA, '  - "[[2023년 8월 4주차]]"\n', ""),
    ),
    "note under the first address of a digest": in_turn(
        lambda v, n: v.put("Day.md", "x"),
        lambda v, n: v.put(DISTANT, f"distant\nwords\nmore\n{UNDER.format(n)}words\n"),
        lambda v, n: v.change(DISTANT, f"[[Day {n}]]", "[[Day]]"),
        pause,
        lambda v, n: v.put(
            "Day.md", "---\nurl: https://arxiv.org/abs/2308.00088\ndigests: []\n---\nx\n"
        ),
    ),
    "entry of two notes unlinked that is named": in_turn(
        lambda v, n: v.put(DISTANT, "distant\n"),
        lambda v, n: add(v, "2309.00001", "Far", "See [[230803 Gamma]].", to=DISTANT),
        pause,
        "note copied",
        pause,
        lambda v, n: v.change(WEEK, "[[230803 Gamma|Gamma]]", "Gamma"),
    ),
    "copy made another text": in_turn(
        "copy added", pause, lambda v, n: v.put("reading/week (restored).md", "x")
    ),
    "conflict made alike": in_turn(
        "both apart", pause, lambda v, n: v.change(DELTA_NOTE, f"델타가 {n}.", f"델타는 {n}.")
    ),
    "conflict of texts that link to where a note was": in_turn(
        lambda v, n: v.put(DISTANT, "distant\n"),
        lambda v, n: add(v, "2309.00001", "Far", "[[230805 Omega]]", to=DISTANT),
        pause,
        lambda v, n: v.change(DISTANT, "[[230805 Omega]]", "[[230805 Omega]] here"),
        lambda v, n: v.change("papers/Far.md", "[[230805 Omega]]\n", "[[230805 Omega]] there\n"),
        pause,
        "note renamed",
        lambda v, n: v.change(NEXT, "[[230805 Omega|", f"[[Omega {n}|"),
        lambda v, n: v.change("papers/Far.md", '"[[230805 Omega]]"', f'"[[Omega {n}]]"'),
        lambda v, n: v.run(),
    ),
}  # fmt: skip
"""Edits beside them that no walk makes: each for one question."""
