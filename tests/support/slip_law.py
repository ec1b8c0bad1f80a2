"""The law of slips: what one slip may cost, judged by tokens on the side that was not touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from tests.support.memory_vault import MemoryVault
from tests.support.slip_kinds import ANYWHERE, DIGEST_SLIPS, NOTE_SLIPS
from tests.support.slip_worlds import DIGEST, OWN_NAMES, SlipWorld
from vault_sync.core.model.plan import Plan
from vault_sync.core.model.values import Key, PropertyNames
from vault_sync.core.note import note as note_lens


class Slipped(NamedTuple):
    """One slip: of which kind, in which file, and the lines (from 1) that it changed."""

    kind: str
    path: str
    before: str
    after: str
    first: int
    last: int
    block: tuple[int, int]


class Fault(NamedTuple):
    """What a slip cost that it must not."""

    what: str
    detail: str


Said = frozenset[tuple[str, str, str, int | None]]


def slip_in(world: SlipWorld, random: Random) -> Slipped | None:
    """Return a slip of a random kind at a random place; None where there is no place for it."""
    in_digest = random.random() < 0.6
    path = DIGEST if in_digest else random.choice(sorted(world.notes.values()))
    text = world.vault.files[path]
    own = DIGEST_SLIPS if in_digest else NOTE_SLIPS
    kinds = {**ANYWHERE, **own}
    kind = random.choice(sorted(kinds) if random.random() < 0.6 else sorted(own))
    start, end = _block(world, text, random) if in_digest else (0, len(text))
    lines = text[start:end].removesuffix("\n").split("\n")
    changed = kinds[kind](random, lines)
    if changed is None or changed == lines:
        return None
    after = text[:start] + "".join(line + "\n" for line in changed) + text[end:]
    if _is_removal(world, text, after):
        return None
    above = text.count("\n", 0, start)
    same = next(
        (at for at, (a, b) in enumerate(zip(lines, changed, strict=False)) if a != b),
        min(len(lines), len(changed)),
    )
    block = (above + 1, above + max(len(changed), 1) + 1)
    return Slipped(kind, path, text, after, above + same + 1, above + len(changed) + 1, block)


def _is_removal(world: SlipWorld, before: str, after: str) -> bool:
    """Tell whether all words of a paper are gone: to cut an entry out whole is no slip."""
    was, now = (
        {world.words.parts[each][0] for each in world.words.in_text(text)}
        for text in (before, after)
    )
    return bool(was - now)


def _block(world: SlipWorld, text: str, random: Random) -> tuple[int, int]:
    """Return an entry's place, now and then with the newline before it."""
    entry = random.choice(world.digest(text).entries)
    return entry.span.start, entry.span.end


def said(plan: Plan) -> Said:
    """Return what a plan says to a person, without its words."""
    found = {(each.code, each.path, "", each.line) for each in plan.problems}
    found |= {
        (f"conflict {each.field} {each.reason}", each.digest, each.note, each.line)
        for each in plan.conflicts
    }
    return frozenset(found)


Parts = dict[Key, dict[str, frozenset[str]]]
"""The tokens of each paper by part: title, authors, tags, commentary; and its address."""


def digest_parts(world: SlipWorld, files: Mapping[str, str]) -> Parts:
    found: Parts = {}
    for entry in world.digest(files[DIGEST]).entries:
        fields = entry.fields
        found[entry.key] = {
            "url": frozenset({fields.url}),
            **_tokens(world, fields.title, fields.authors, fields.tags, fields.commentary),
        }
    return found


def note_parts(world: SlipWorld, files: Mapping[str, str]) -> Parts:
    names = OWN_NAMES if world.vault.rules.properties == OWN_NAMES else PropertyNames()
    found: Parts = {}
    for key, path in world.notes.items():
        read = note_lens.read(files[path], names) if path in files else None
        if read is None or not read.managed or read.key != key:
            continue
        commentary = "\n".join(each.commentary for each in read.sections if "first" in each.target)
        fields = read.fields
        found[key] = {
            "url": frozenset({fields.url}),
            **_tokens(world, fields.title, fields.authors, fields.tags, commentary),
        }
    return found


def _tokens(
    world: SlipWorld, title: str, authors: tuple[str, ...], tags: tuple[str, ...], commentary: str
) -> dict[str, frozenset[str]]:
    texts = {
        "title": title,
        "authors": "\n".join(authors),
        "tags": "\n".join(tags),
        "commentary": commentary,
    }
    return {name: frozenset(world.words.in_text(text)) for name, text in texts.items()}


@dataclass
class Trial:
    """One slip in a vault: a pass, a second one, the slip taken back, one more."""

    world: SlipWorld
    slip: Slipped
    vault: MemoryVault
    before: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.before = dict(self.vault.files)

    def run(self) -> list[Fault]:
        return list(self._faults())

    def _faults(self) -> Iterator[Fault]:
        slip, vault = self.slip, self.vault
        earlier = said(vault.plan())
        vault.files[slip.path] = slip.after
        plan = vault.sync()
        now = said(plan) - earlier
        yield from self._cost("first")
        yield from self._unsaid(now)
        yield from self._lines(now)
        files = dict(vault.files)
        again = vault.sync()
        if again.operations or vault.files != files:
            yield Fault("second pass writes", str([each.path for each in again.operations]))
            yield from self._cost("second")
        elif not plan.operations and said(again) - earlier != now:
            # What the first pass wrote may have a notice of its own.
            yield Fault("second pass says other", f"{sorted(now)} {sorted(said(again) - earlier)}")
        if vault.files.get(slip.path) == slip.after:
            vault.files[slip.path] = slip.before
        else:
            back = reverted(slip, vault.files.get(slip.path))
            if back is None or self._is_mended(now):
                return
            vault.files[slip.path] = back
        vault.sync()
        left = {path: text for path, text in vault.files.items() if not path.startswith(".")}
        if left != self.before:
            yield Fault("not as it was", _difference(self.before, left))
        left_over = said(vault.plan()) - earlier
        if left_over:
            yield Fault("asked after it was taken back", str(sorted(left_over)))

    def _is_mended(self, now: Said) -> bool:
        """Tell whether the program itself took the slip back, by what it wrote into that file."""
        read = digest_parts if self.slip.path == DIGEST else note_parts
        return not now and read(self.world, self.before) == read(self.world, self.vault.files)

    def _cost(self, when: str) -> Iterator[Fault]:
        """Yield what left the side that was not touched, and what moved to another paper."""
        world, slip, files = self.world, self.slip, self.vault.files
        here = world.words.in_text(files.get(slip.path, ""))
        typed = world.words.in_text(slip.after)
        if typed - here:
            yield Fault("gone from where it was typed", f"{when}: {sorted(typed - here)}")
        here |= typed
        for number, key in enumerate(world.keys):
            path = world.notes[key]
            if path == slip.path:
                continue
            if path not in files:
                yield Fault("note gone", f"{when}: {path}")
                continue
            was = world.words.in_text(self.before[path])
            now = world.words.in_text(files[path])
            yield from self._moved(number, was & here - now, now - was, path)
        if slip.path != DIGEST:
            yield from self._digest_cost(here)
        else:
            yield from self._mixed()

    def _digest_cost(self, here: set[str]) -> Iterator[Fault]:
        world = self.world
        was = digest_parts(world, self.before)
        now = digest_parts(world, self.vault.files)
        for number, key in enumerate(world.keys):
            if key not in now:
                yield Fault("entry gone", key)
                continue
            old = frozenset().union(*(was[key][name] for name in was[key] if name != "url"))
            new = frozenset().union(*(now[key][name] for name in now[key] if name != "url"))
            lost = {word for word in old & here - new if world.words.parts[word][0] == number}
            yield from self._moved(number, lost, set(new - old), DIGEST)

    def _moved(self, number: int, lost: set[str], come: set[str], where: str) -> Iterator[Fault]:
        parts = self.world.words.parts
        if lost:
            fields = sorted({parts[word][1] for word in lost})
            yield Fault(f"lost {', '.join(fields)}", f"{where}: {sorted(lost)}")
        strange = {word for word in come if parts[word][0] != number}
        if strange:
            yield Fault("moved to another paper", f"{where}: {sorted(strange)}")

    def _mixed(self) -> Iterator[Fault]:
        """The fields of a note hold the words that are theirs."""
        was = note_parts(self.world, self.before)
        now = note_parts(self.world, self.vault.files)
        here = self.world.words.in_text(self.slip.after)
        for key, parts in was.items():
            for name, tokens in parts.items():
                if name == "url":
                    continue
                lost = (tokens & here) - now.get(key, {}).get(name, frozenset())
                if lost:
                    yield Fault(f"left {name}", f"{key}: {sorted(lost)}")

    def _unsaid(self, now: Said) -> Iterator[Fault]:
        """Where both sides say other things than they did, a line says so."""
        if now:
            return
        world = self.world
        for key in world.keys:
            sides = [
                (digest_parts(world, files).get(key), note_parts(world, files).get(key))
                for files in (self.before, self.vault.files)
            ]
            (digest, note), (digest_now, note_now) = sides
            if digest_now is None or note_now is None:
                yield Fault("unsaid", f"{key}: {'entry' if digest_now is None else 'note'}")
                continue
            for name in digest_now:
                if digest is None or note is None:
                    continue
                apart = digest[name] ^ note[name]
                if name != "url" and (digest_now[name] ^ note_now[name]) - apart:
                    yield Fault("unsaid", f"{key}: {name}")

    def _lines(self, now: Said) -> Iterator[Fault]:
        first, last = self.slip.block
        for code, path, _note, line in now:
            if code == "nothing-read" or path != self.slip.path or line is None:
                continue
            if not first <= line <= last:
                yield Fault("wrong line", f"{code}: {line}, not {first} to {last}")


def reverted(slip: Slipped, text: str | None) -> str | None:
    """Return the text as the program left it, without the slip; None where both touch one place."""
    if text is None:
        return None
    old, new = slip.before, slip.after
    head = _common(old, new)
    tail = min(_common(old[::-1], new[::-1]), len(old) - head, len(new) - head)
    gone, come = old[head : len(old) - tail], new[head : len(new) - tail]
    before, after = new[:head], new[len(new) - tail :]
    if text.startswith(before + come):
        return before + gone + text[len(before + come) :]
    if text.endswith(come + after):
        return text[: len(text) - len(come + after)] + gone + after
    return None


def _common(one: str, other: str) -> int:
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    return at


def _difference(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    paths = sorted({*before, *after})
    return ", ".join(path for path in paths if before.get(path) != after.get(path))
