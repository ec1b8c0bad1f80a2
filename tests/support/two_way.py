"""A reader at work in a vault on two devices, and the laws that must hold whatever he does.

Every word he writes has a number (`w17`) that no other has. `World` counts which of them he took
out himself; each of the others must be there in the end. What he does is chosen by numbers, so a
hypothesis machine and a plain random walk can lead him alike.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from difflib import unified_diff

from tests.support.memory_vault import MemoryVault
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.digest.reader import Entry
from vault_sync.core.model.base import apart_key
from vault_sync.core.model.plan import BaseKey, Plan, Value, Write
from vault_sync.core.model.values import Key, RelPath, stem_of
from vault_sync.core.naming.note_names import fold
from vault_sync.core.note import note as note_lens
from vault_sync.core.note.note import Note, Section
from vault_sync.core.text.wrapping import same_words

WORD = re.compile(r"w\d+(?!\d)")
LINKED = re.compile(r"\[\[[^\[\]|]*")
WEEKS = ("digests/1주.md", "digests/2주.md")


def words(text: str) -> set[str]:
    """The words of a text, but for those that are only part of a file's name in a link."""
    return set(_each_word(text))


def _each_word(text: str) -> list[str]:
    return WORD.findall(LINKED.sub("", text))


@dataclass
class World:
    """Two devices, what was delivered between them last, and the account of the words."""

    devices: tuple[MemoryVault, MemoryVault]
    common: dict[str, str]
    count: int = 0
    written: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    overruled: set[str] = field(default_factory=set)
    clipboard: list[str] = field(default_factory=list)
    drawer: list[tuple[str, str]] = field(default_factory=list)
    passes: int = 0
    merged_twice: int = 0
    checked: int = 0

    @classmethod
    def new(cls) -> World:
        world = cls((MemoryVault(), MemoryVault()), {})
        for path in WEEKS:
            text = stem_of(path) + "\n" + "".join(world.entry() for _ in range(3))
            for vault in world.devices:
                vault.files[path] = text
            world.common[path] = text
            world.written |= words(text)
        return world

    def word(self) -> str:
        self.count += 1
        return f"w{self.count}"

    def entry(self, parts: int = 7) -> str:
        """A new entry; the bits of `parts` say what it has."""
        number = self.count + 1
        lines = [
            f"https://arxiv.org/abs/2308.{number:05d}",
            f"{self.word()} Model: A Study (Ann Park, Bo Lee)",
        ]
        lines += [f"{self.word()} 첫 문장입니다. {self.word()} 둘째 문장입니다."] * (parts & 1)
        lines += [f"{self.word()} 줄입니다."] * (parts >> 1 & 1)
        lines += [f"#t{self.word()} #llm"] * (parts >> 2 & 1)
        return "\n".join(lines) + "\n"

    def write(self, vault: MemoryVault, **files: str | None) -> None:
        """The reader leaves these files so; a word that stands there less often he took out."""
        before = "".join(vault.files.get(path, "") for path in files)
        after = "".join(text for text in files.values() if text is not None)
        for path, text in files.items():
            if text is None:
                vault.files.pop(path, None)
            else:
                vault.files[path] = text
        was, now = Counter(_each_word(before)), Counter(_each_word(after))
        self.written |= set(now)
        self.removed = (self.removed | set(was - now)) - set(now - was)


# Looking around.


def visible(vault: MemoryVault) -> dict[str, str]:
    return {path: text for path, text in vault.files.items() if not path.startswith(".")}


def entries(vault: MemoryVault) -> list[tuple[str, Entry]]:
    return [
        (path, entry)
        for path, text in sorted(vault.files.items())
        if path.startswith("digests/")
        for entry in digest_reader.read(text).entries
    ]


def notes(vault: MemoryVault) -> list[tuple[str, Note]]:
    return [
        (path, read)
        for path, text in sorted(visible(vault).items())
        if not path.startswith("digests/") and (read := note_lens.read(text)).managed
    ]


def chosen(of: Sequence[tuple[str, Entry]], at: int) -> tuple[str, Entry] | None:
    return of[at % len(of)] if of else None


# What the reader does in a digest.

Act = Callable[[World, MemoryVault, int, int], None]


def insert(world: World, vault: MemoryVault, a: int, b: int) -> None:
    found = chosen(entries(vault), a)
    path = found[0] if found else WEEKS[a % 2]
    text = vault.files.get(path, stem_of(path) + "\n")
    at = found[1].span.start if found and b % 3 else len(text)
    if text[:at] and not text[:at].endswith("\n"):
        return
    world.write(vault, **{path: text[:at] + world.entry(b % 8) + text[at:]})


def _edited_entry(
    world: World, vault: MemoryVault, a: int, edit: Callable[[str, Entry], str | None]
) -> None:
    found = chosen(entries(vault), a)
    if found is None:
        return
    path, entry = found
    old = entry.span.slice(vault.files[path])
    new = edit(old, entry)
    if new is not None:
        text = vault.files[path]
        world.write(vault, **{path: text[: entry.span.start] + new + text[entry.span.end :]})


def _edited_lines(world: World, said: str, b: int) -> str:
    """Commentary as the reader changes it; `said` may be empty."""
    lines = said.split("\n") if said else []
    at = b // 7 % (len(lines) or 1)
    how = b % 7
    if not lines or how == 0:
        lines.insert(at, f"{world.word()} 새 줄입니다.")
    elif how == 1:
        lines.append(f"{world.word()} 끝 줄입니다.")
    elif how == 2:
        lines[at] = f"{world.word()} 고친 줄입니다."
    elif how == 3:
        lines[at] += f" {world.word()} 덧붙인 문장입니다."
    elif how == 4:
        lines[at] = f"{world.word()} 앞 문장입니다. {lines[at]}"
    elif how == 5 and len(lines) > 2:
        del lines[at]
    else:
        lines[at] = WORD.sub(lambda _: world.word(), lines[at], count=1)
    while lines and not lines[0].strip():
        del lines[0]
    return "\n".join(lines)


def reword(world: World, vault: MemoryVault, a: int, b: int) -> None:
    def edit(old: str, entry: Entry) -> str | None:
        said = entry.fields.commentary
        now = _edited_lines(world, said, b)
        if said:
            return old.replace(said, now, 1) if old.count(said) == 1 else None
        head = "".join(old.splitlines(keepends=True)[:2])
        return head + now + "\n" + old[len(head) :] if head.endswith("\n") else None

    _edited_entry(world, vault, a, edit)


def retitle(world: World, vault: MemoryVault, a: int, b: int) -> None:
    def edit(old: str, entry: Entry) -> str | None:
        title = entry.layout.title
        if title is None:
            return None
        start, end = (at - entry.span.start for at in title.title)
        return old[:start] + f"{world.word()} Better: Title" + old[end:]

    _edited_entry(world, vault, a, edit)


def coauthor(world: World, vault: MemoryVault, a: int, b: int) -> None:
    def edit(old: str, entry: Entry) -> str | None:
        title = entry.layout.title
        if title is None or title.authors is None:
            return None
        end = title.authors.end - entry.span.start
        return f"{old[:end]}, Kim {world.word()}{old[end:]}"

    _edited_entry(world, vault, a, edit)


def retag(world: World, vault: MemoryVault, a: int, b: int) -> None:
    def edit(old: str, entry: Entry) -> str | None:
        tags = entry.fields.tags
        if b % 3 and tags:
            gone = tags[b % len(tags)]
            return re.sub(rf" ?#{gone}(?![\w/-])", "", old, count=1).replace("\n\n", "\n")
        if tags:
            return old.replace(f"#{tags[-1]}", f"#{tags[-1]} #t{world.word()}", 1)
        return old.rstrip("\n") + f"\n#t{world.word()}\n"

    _edited_entry(world, vault, a, edit)


def readdress(world: World, vault: MemoryVault, a: int, b: int) -> None:
    def edit(old: str, entry: Entry) -> str | None:
        url = f"https://arxiv.org/{('abs', 'pdf')[b % 2]}/{entry.key[6:]}v{b % 4 + 1}"
        return old.replace(entry.fields.url, url, 1)

    _edited_entry(world, vault, a, edit)


def unlink(world: World, vault: MemoryVault, a: int, b: int) -> None:
    def edit(old: str, entry: Entry) -> str | None:
        return (
            old.replace(entry.link.span.slice(vault.files[found[0]]), entry.fields.title, 1)
            if (entry.link and (found := chosen(entries(vault), a)))
            else None
        )

    _edited_entry(world, vault, a, edit)


def move(world: World, vault: MemoryVault, a: int, b: int) -> None:
    """Cut an entry and paste it elsewhere, into its own digest or another."""
    all_of = entries(vault)
    found, before = chosen(all_of, a), chosen(all_of, b)
    if found is None or before is None or found[1].span == before[1].span:
        return
    path, entry = found
    text = vault.files[path]
    start, end = entry.span
    cut = entry.span.slice(text)
    at = before[1].span.start
    if before[0] == path:
        rest = text[:start] + text[end:]
        at -= end - start if at >= end else 0
        world.write(vault, **{path: rest[:at] + cut + rest[at:]})
        return
    if any(each.key == entry.key for other, each in all_of if other == before[0]):
        return
    other = vault.files[before[0]]
    world.write(
        vault, **{path: text[:start] + text[end:], before[0]: other[:at] + cut + other[at:]}
    )


def remove(world: World, vault: MemoryVault, a: int, b: int) -> None:
    found = chosen(entries(vault), a)
    if found is None:
        return
    path, entry = found
    text = vault.files[path]
    world.clipboard.append(entry.span.slice(text))
    world.write(vault, **{path: text[: entry.span.start] + text[entry.span.end :]})


def restore(world: World, vault: MemoryVault, a: int, b: int) -> None:
    """Paste what was removed, where nobody else has that paper now."""
    before = chosen(entries(vault), b)
    if not world.clipboard or before is None:
        return
    text = world.clipboard[a % len(world.clipboard)]
    key = digest_reader.read(text).entries[0].key if digest_reader.read(text).entries else None
    if key is None or any(entry.key == key for each in world.devices for _, entry in entries(each)):
        return
    path, at = before[0], before[1].span.start
    world.write(vault, **{path: vault.files[path][:at] + text + vault.files[path][at:]})


def rename_digest(world: World, vault: MemoryVault, a: int, b: int) -> None:
    digests = sorted(path for path in vault.files if path.startswith("digests/"))
    if not digests:
        return
    path, to = digests[a % len(digests)], f"digests/{b % 3}번째 주.md"
    if not any(to in {*each.files, *world.common} for each in world.devices):
        world.write(vault, **{path: None, to: vault.files[path]})


# What he does in a note.


def _noted(vault: MemoryVault, a: int) -> tuple[str, Note] | None:
    found = notes(vault)
    return found[a % len(found)] if found else None


def reword_note(world: World, vault: MemoryVault, a: int, b: int) -> None:
    found = _noted(vault, a)
    if found is None or not found[1].sections:
        return
    path, note = found
    section = note.sections[b % len(note.sections)]
    now = _edited_lines(world, section.commentary, b)
    text = note_lens.edit(note, changes={}, commentaries=[(section, now)])
    world.write(vault, **{path: text})


def _property(world: World, vault: MemoryVault, a: int, old: str, new: str) -> None:
    found = _noted(vault, a)
    if found is None:
        return
    path, note = found
    head, body = note.text[: note.properties.body], note.text[note.properties.body :]
    changed = re.sub(old, new, head, count=1, flags=re.MULTILINE)
    if changed != head:
        world.write(vault, **{path: changed + body})


def retitle_note(world: World, vault: MemoryVault, a: int, b: int) -> None:
    found = _noted(vault, a)
    if found is not None and found[1].fields.title:
        _property(world, vault, a, r"^title: .*$", f"title: {world.word()} Other Title")
        # The alias follows, and nobody else's title has that word.
        world.removed |= words(found[1].fields.title)


def coauthor_note(world: World, vault: MemoryVault, a: int, b: int) -> None:
    _property(world, vault, a, r"^authors:\n", f"authors:\n  - Kim {world.word()}\n")


def readdress_note(world: World, vault: MemoryVault, a: int, b: int) -> None:
    found = _noted(vault, a)
    if found is not None and found[1].key is not None:
        url = f"https://arxiv.org/{('abs', 'pdf')[b % 2]}/{found[1].key[6:]}v{b % 4 + 1}"
        _property(world, vault, a, r"^url: .*$", f"url: {url}")


def retag_note(world: World, vault: MemoryVault, a: int, b: int) -> None:
    if b % 2:
        _property(world, vault, a, r"^tags:\n  - .*\n(?=  - )", "tags:\n")
    else:
        _property(world, vault, a, r"^tags:\n", f"tags:\n  - t{world.word()}\n")


def think(world: World, vault: MemoryVault, a: int, b: int) -> None:
    """Words of his own, below or above the sections, or a property of his own."""
    found = _noted(vault, a)
    if found is None:
        return
    path, note = found
    if b % 3 == 0:
        heading = "" if "## My notes" in note.text else "\n## My notes\n\n"
        world.write(vault, **{path: note.text + heading + f"{world.word()} 내 생각.\n"})
    elif b % 3 == 1:
        at = note.properties.body
        own = f"\n{world.word()} 머리말.\n"
        world.write(vault, **{path: note.text[:at] + own + note.text[at:]})
    else:
        _property(world, vault, a, r"^url: ", f"own{b}: {world.word()}\nurl: ")


def rename_note(world: World, vault: MemoryVault, a: int, b: int) -> None:
    found = _noted(vault, a)
    if found is None:
        return
    to = f"{('papers', 'read')[b % 2]}/{found[1].key or 'x'} {b % 5}.md".replace(":", " ")
    if not any(to in {*each.files, *world.common} for each in world.devices):
        world.write(vault, **{found[0]: None, to: found[1].text})


def delete_note(world: World, vault: MemoryVault, a: int, b: int) -> None:
    """He deletes a note: that is no wish about what the digest says.

    It is the same everywhere and gone everywhere at once: a note that comes back from elsewhere,
    other than it was, is taken for an edited one.
    """
    found = _noted(vault, a)
    if found is None or any(each.files.get(found[0]) != found[1].text for each in world.devices):
        return
    world.drawer.append((found[0], found[1].text))
    before = set(world.removed)
    for each in world.devices:
        world.write(each, **{found[0]: None})
    world.common.pop(found[0], None)
    world.removed -= words("".join(visible(vault).values())) - before


def undelete_note(world: World, vault: MemoryVault, a: int, b: int) -> None:
    if not world.drawer:
        return
    path, text = world.drawer[a % len(world.drawer)]
    key = note_lens.read(text).key
    taken = {note.key for each in world.devices for _, note in notes(each)}
    if key not in taken and not any(path in each.files for each in world.devices):
        # What he has removed from the digest meanwhile is not asked for again by this.
        before = set(world.removed)
        world.write(vault, **{path: text})
        world.removed |= before


def new_note(world: World, vault: MemoryVault, a: int, b: int) -> None:
    digests = sorted(stem_of(path) for path in vault.files if path.startswith("digests/"))
    week = digests[a % len(digests)] if digests and b % 4 else "새 주"
    name = world.word()
    text = (
        f"---\ntitle: {name} Own Find\nauthors:\n  - Ann Park\n"
        f"url: https://arxiv.org/abs/2308.{world.count:05d}\n"
        f'digests:\n  - "[[{week}]]"\ntags:\n  - t{world.word()}\n---\n\n'
        f"## [[{week}]]\n\n{world.word()} 노트에서 온 글.\n"
    )
    world.write(vault, **{f"papers/{name} Own Find.md": text})


def drop_section(world: World, vault: MemoryVault, a: int, b: int) -> None:
    """He takes a section out, where the note is the same everywhere: see `delete_note`."""
    found = _noted(vault, a)
    if found is None or not found[1].sections:
        return
    path, note = found
    if any(each.files.get(path) != note.text for each in world.devices):
        return
    before = set(world.removed)
    text = note_lens.edit(note, changes={}, removed=[note.sections[0]])
    for each in world.devices:
        world.write(each, **{path: text})
    world.common[path] = text
    world.removed -= words("".join(visible(vault).values())) - before


IN_DIGESTS: tuple[Act, ...] = (
    *(insert, reword, reword, reword, retitle, coauthor, retag, retag, readdress, unlink),
    *(move, move, remove, restore, rename_digest),
)
IN_NOTES: tuple[Act, ...] = (
    *(reword_note, reword_note, reword_note, retitle_note, coauthor_note, readdress_note),
    *(retag_note, retag_note, think, think, rename_note, delete_note, undelete_note, new_note),
    drop_section,
)
ACTS = IN_DIGESTS + IN_NOTES


# Passes.


def one_pass(world: World, vault: MemoryVault, *, remake: bool = False) -> None:
    """A whole pass; another one after it has nothing to do."""
    plan = vault.plan(remake=remake)
    neighbours_stay(plan)
    vault.carry_out(plan)
    world.passes += 1
    again = vault.plan(remake=remake)
    assert again.operations == (), f"a second pass would do {shown(again)}"
    assert again.base_updates == (), f"a second pass would learn {again.base_updates}"


def shown(plan: Plan) -> str:
    """The operations of a plan as a person compares them."""
    return "\n".join(
        line
        for each in plan.operations
        for line in [
            f"{type(each).__name__} {each.path}: {each.why}",
            *unified_diff(
                getattr(each, "before", "").split("\n"), getattr(each, "after", "").split("\n"), n=1
            ),
        ]
    )


def cut_pass(world: World, vault: MemoryVault, at: int) -> None:
    """A pass that ends after some of its operations, and of which the base never hears.

    Law: followed by a pass, it ends where the whole pass would have; or, where two edits had been
    merged and one side of the merge was written, in a conflict that shows both. (So the journal
    finishes a pass with the bytes it had meant, and nothing is merged twice.)
    """
    plan = vault.plan()
    if not plan.operations:
        return
    whole = deepcopy(vault)
    whole.carry_out(plan)
    vault.carry_out(plan, only=at % len(plan.operations))
    world.passes += 1
    healed = deepcopy(vault)
    healed.sync()
    if visible(healed) != visible(whole):
        merged_twice = {each.reason for each in healed.plan().conflicts} & {"both changed"}
        assert merged_twice, f"cut at {at}, not healed:\n{shown(plan)}"
        world.merged_twice += 1


def partial_pass(world: World, vault: MemoryVault, mask: int) -> None:
    """A pass some of whose operations find a file in use; what waits for them is not kept."""
    plan = vault.plan()
    paths = sorted({each.path for each in plan.operations})
    held = {path for at, path in enumerate(paths) if mask >> at % 10 & 1}
    vault.carry_out(plan, but=held)
    world.passes += 1


def lose_base(world: World, vault: MemoryVault) -> None:
    vault.rows.clear()
    vault.older.clear()
    vault.known = False


def deliver(world: World, at: int) -> bool:
    """Bring one file to the device that lacks its newest bytes. False: there is none to bring.

    Where both devices have changed it the first one's is kept, and the other's copy put aside, as
    sync services do; an edit is kept against a deletion.
    """
    one, other = world.devices
    here, there = visible(one), visible(other)
    paths = sorted(
        path for path in {*here, *there, *world.common} if here.get(path) != there.get(path)
    )
    if not paths:
        return False
    path = paths[at % len(paths)]
    was, mine, yours = world.common.get(path), here.get(path), there.get(path)
    if mine == was or (mine is None and yours is not None and yours != was):
        kept = yours
    else:
        kept = mine
        if yours is not None and yours != was:
            world.overruled |= words(yours)
    for vault in world.devices:
        if kept is None:
            vault.files.pop(path, None)
        else:
            vault.files[path] = kept
    world.common.pop(path, None)
    if kept is not None:
        world.common[path] = kept
    return True


def settle(world: World) -> None:
    """Everything is delivered, and every device has seen it.

    What one device does is delivered before the other does anything: two that answer each other at
    the same moment could go on for ever, as any two could.
    """
    for _ in range(6):
        before = [dict(visible(vault)) for vault in world.devices]
        for vault in world.devices:
            while deliver(world, 0):
                pass
            one_pass(world, vault)
        if [visible(vault) for vault in world.devices] == before:
            return
    raise AssertionError("the two devices never agree")


# Laws.


def neighbours_stay(plan: Plan) -> None:
    """What is not edited in a digest keeps its bytes, and entries keep their order."""
    for operation in plan.operations:
        if not isinstance(operation, Write) or not operation.path.startswith("digests/"):
            continue
        old = digest_reader.read(operation.before)
        new = digest_reader.read(str(operation.after))
        keys = [entry.key for entry in old.entries]
        assert [entry.key for entry in new.entries][: len(keys)] == keys, "entries changed places"
        for one, other in zip(old.entries, new.entries, strict=False):
            same = one.fields == other.fields
            if same and (one.link and one.link.target) == (other.link and other.link.target):
                assert one.span.slice(old.text) == other.span.slice(new.text), "a neighbour changed"
        assert list(_between(old.text, old.entries)) == list(
            _between(new.text, new.entries[: len(keys)])
        )[: len(keys) + 1] or len(new.entries) > len(keys), "the digest's own words changed"


def _between(text: str, found: Sequence[Entry]) -> Iterator[str]:
    at = 0
    for entry in found:
        yield text[at : entry.span.start]
        at = entry.span.end
    yield text[at:]


def no_word_is_lost(world: World) -> None:
    """Every word that the reader did not take out himself is to be read in the vault."""
    expected = world.written - world.removed - world.overruled
    for vault in world.devices:
        here = words("".join(visible(vault).values()))
        lost = expected - here
        saved = words("".join([*vault.saved, *vault.files.values()]))
        assert not lost, f"lost: {sorted(lost)}, of which {sorted(lost & saved)} were saved"


def both_devices_agree(world: World) -> None:
    one, other = world.devices
    assert visible(one) == visible(other)


def both_sides_agree(world: World) -> None:
    for vault in world.devices:
        world.checked += sides_agree(vault)


HELD = frozenset({"cut-short", "last-entry-gone", "emptied", "many-removals", "digest-missing"})


def sides_agree(vault: MemoryVault) -> int:
    """Digests and notes say the same but for open conflicts and problems; how many papers do."""
    plan = vault.plan()
    open_places = {(each.key, each.digest, each.field) for each in plan.conflicts}
    spared = _spared(vault, plan)
    by_key: dict[Key, list[tuple[str, Note]]] = {}
    for path, note in notes(vault):
        if note.key is not None:
            by_key.setdefault(note.key, []).append((path, note))
    places: dict[Key, list[tuple[str, Entry]]] = {}
    for path, entry in entries(vault):
        places.setdefault(entry.key, []).append((path, entry))
    checked = 0
    seconds = {each.path for each in plan.problems if each.code == "second-note"}
    for key, found in places.items():
        if key in spared:
            continue
        here = [each for each in by_key.get(key, ()) if each[0] not in seconds]
        assert len(here) == 1, f"{key} has {len(here)} notes"
        path, note = here[0]
        _place_agrees(key, note, found, open_places, vault.rows)
        for _, entry in found:
            assert entry.link is not None, f"{key} is not linked"
            assert stem_of(path) == stem_of(entry.link.target), f"{key} is linked elsewhere"
        checked += 1
    for key, owned in by_key.items():
        if key not in spared and key not in places:
            assert not any(note.digests for _, note in owned), f"{key} has no entry"
    return checked


def _place_agrees(
    key: Key,
    note: Note,
    found: Sequence[tuple[str, Entry]],
    open_places: set[tuple[Key, RelPath, str]],
    rows: Mapping[BaseKey, Value],
) -> None:
    named = [stem_of(target) for target in note.digests]
    assert sorted(named) == sorted(stem_of(path) for path, _ in found), f"{key}: {named}"
    first = next(entry for path, entry in found if stem_of(path) == named[0])
    for name in ("url", "title", "authors"):
        apart = apart_key(BaseKey(key, "", name)) in rows  # they met so, and stay as they are
        if not apart and not any(place[0] == key and place[2] == name for place in open_places):
            assert getattr(first.fields, name) == getattr(note.fields, name), f"{key}: {name}"
    tags = {fold(tag) for _, entry in found for tag in entry.fields.tags}
    own = {fold(tag) for tag in rows.get(apart_key(BaseKey(key, "", "tags")), ())}
    assert tags == {fold(tag) for tag in note.fields.tags} - (own - tags), f"{key}: tags"
    for path, entry in found:
        if (key, path, "commentary") in open_places:
            continue
        said = [each for each in note.sections if stem_of(each.target) == stem_of(path)]
        words = _one(said).commentary, entry.fields.commentary
        assert same_words(*words), f"{key}: commentary"


def _one(sections: Sequence[Section]) -> Section:
    assert len(sections) == 1, f"{len(sections)} sections"
    return sections[0]


def _spared(vault: MemoryVault, plan: Plan) -> set[Key]:
    """Papers that wait for a person."""
    held = {each.path for each in plan.problems if each.code in HELD}
    spared = {row.key for row in vault.rows if row.digest in held}
    for problem in plan.problems:
        if problem.code == "second-note":
            continue
        for path, note in notes(vault):
            names = {stem_of(target) for target in note.digests}
            if note.key and (
                path == problem.path or (problem.code in HELD and stem_of(problem.path) in names)
            ):
                spared.add(note.key)
        for path, entry in entries(vault):
            if path == problem.path and (problem.code in HELD or entry.line == problem.line):
                spared.add(entry.key)
    return spared


LAWS: tuple[Callable[[World], None], ...] = (
    no_word_is_lost,
    both_devices_agree,
    both_sides_agree,
)


def finish(world: World) -> None:
    settle(world)
    for law in LAWS:
        law(world)


def step(world: World, device: int, what: int, a: int, b: int) -> None:
    """One thing that happens, chosen by numbers."""
    vault = world.devices[device % 2]
    act = what % (len(ACTS) + 14)
    if act < len(ACTS):
        ACTS[act](world, vault, a, b)
        return
    happens: tuple[Callable[[], object], ...] = (
        *[lambda: one_pass(world, vault)] * 6,
        *[lambda: deliver(world, a)] * 4,
        lambda: cut_pass(world, vault, a),
        lambda: partial_pass(world, vault, b),
        lambda: lose_base(world, vault),
        lambda: one_pass(world, vault, remake=True),
    )
    happens[act - len(ACTS)]()
