"""Vaults in line for the law of slips: every style of digest, every form of note.

Every word of title, authors, tags and commentary is a token that stands for one part of one paper
alone, so that what a slip costs, and whose text it went to, is seen by tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random

from tests.support.memory_vault import MemoryVault
from tests.support.styled_shapes import ADDRESSES, SHAPES, Truth
from vault_sync.core.digest.reader import Digest
from vault_sync.core.digest.styles import lens, styled_reader
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.model.values import Key, PropertyNames, Rules, stem_of
from vault_sync.core.note import note as note_lens
from vault_sync.core.text.spans import splice

DIGEST = "digests/first.md"
SECOND = "digests/second.md"
PAPERS = 4
NOTE_FORMS = ("fresh", "own text", "adopted", "two sections", "own names")
PLAIN_SHAPES = ("flat", "spaced", "title-first", "bold title-first")
SHAPE_NAMES = (*PLAIN_SHAPES, *SHAPES)
OWN_NAMES = PropertyNames(
    (("authors", "author"), ("url", "link"), ("digests", "weeks"), ("tags", "topics"))
)


def token(number: int) -> str:
    """Return a word of six letters that no other number gives."""
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    number = number * 7919 % len(syllables) ** 3
    base = len(syllables)
    return "".join(syllables[number // base**place % base] for place in range(3))


class Words:
    """Tokens, and whose they are: the paper's number and its part."""

    def __init__(self) -> None:
        self.parts: dict[str, tuple[int, str]] = {}
        self.stems: set[str] = set()

    def new(self, paper: int, part: str) -> str:
        made = token(len(self.parts) + 1)
        self.parts[made] = (paper, part)
        return made

    def in_text(self, text: str) -> set[str]:
        """Return the tokens of a text, but for those in the name of a note that a link leads to."""
        for stem in self.stems:
            text = text.replace(f"[[{stem}|", "[[").replace(f"[[{stem}\\|", "[[")
            text = text.replace(f"[[{stem}]]", "[[]]")
        text = text.lower()
        return {word for word in self.parts if word in text}


@dataclass
class SlipWorld:
    """A vault in line, the style of its digest, and whose every word is."""

    name: str
    vault: MemoryVault
    style: StyleName
    words: Words
    keys: list[Key]
    notes: dict[Key, str] = field(default_factory=dict)

    def fork(self) -> MemoryVault:
        """Return the vault as it is now; what is done with it is not done to this one."""
        return deepcopy(self.vault)

    def digest(self, text: str) -> Digest:
        return styled_reader.read(text, (self.style,))

    def places(self) -> list[str]:
        """Return the files in which slips are made."""
        return [DIGEST, *sorted(self.notes.values())]


def _paper(words: Words, number: int) -> Truth:
    title = [words.new(number, "title") for _ in range(4)]
    people = [words.new(number, "authors") for _ in range(2)]
    form = ADDRESSES[number % len(ADDRESSES)]
    at = number + 10_001
    return Truth(
        f"{title[0].title()} {title[1].title()}: {title[2].title()} {title[3].title()}",
        form.format(f"2301.{at}" if "arxiv" in form else at),
        tuple(f"Ann {each.title()}" for each in people),
    )


def _commentary(words: Words, number: int) -> str:
    def sentence() -> str:
        one, other = (words.new(number, "commentary") for _ in range(2))
        return f"{one.title()} does {other}."

    return f"{sentence()} {sentence()}\n{sentence()}\n\n{sentence()}"


def _plain(shape: str, paper: Truth) -> list[str]:
    people = ", ".join(paper.authors)
    if shape == "title-first":
        return [f"{paper.title} ({people})", paper.url]
    if shape == "bold title-first":
        return [f"**{paper.title}** ({people})", paper.url, ""]
    return [paper.url, f"{paper.title} ({people})"]


def _first_text(shape: str, random: Random, words: Words) -> tuple[StyleName, str]:
    if shape in PLAIN_SHAPES:
        style: StyleName = "title-first" if "title-first" in shape else "flat"
        lines = ["Week 3"] + [""] * (shape == "spaced")
        for number in range(PAPERS):
            lines += _plain(shape, _paper(words, number))
            said = _commentary(words, number).replace("\n\n", "\n" * (1 + (shape == "spaced")))
            tags = " ".join("#" + words.new(number, "tags") for _ in range(2))
            lines += [said, tags] + [""] * (shape == "spaced")
        return style, "\n".join(lines) + "\n"
    style, head, form = SHAPES[shape]
    lines = list(head)
    for number in range(PAPERS):
        lines += form(random, number, _paper(words, number))[0]
    return style, "\n".join(lines) + "\n"


def _filled(text: str, style: StyleName, words: Words) -> str:
    """Return a styled digest whose entries have commentary and tags where they have a place."""
    digest = styled_reader.read(text, (style,))
    edits = []
    for number, entry in enumerate(digest.entries):
        tags = tuple(words.new(number, "tags") for _ in range(2))
        wanted = entry.fields.saying(tags=tags, commentary=_commentary(words, number))
        edits += lens.edit(digest, entry, lens.placed(entry, wanted), None)
    return splice(text, edits)


def _second_text(first: Digest, words: Words) -> str:
    entry = first.entries[1]
    said = " ".join(words.new(1, "second") for _ in range(3))
    title = entry.fields.title or "Some Title"
    return f"Week 4\n{entry.fields.url}\n{title} (Ann Bee)\n{said}\n"


def _adopted(first: Digest, words: Words) -> dict[str, str]:
    """Return notes that were there before the digest: about its second paper, with own words."""
    own = " ".join(words.new(1, "own") for _ in range(3))
    url = first.entries[1].fields.url
    head = f"---\nurl: {url}\nrating: 5\n---\n"
    return {"reading/mine.md": f"{head}\n# Mine\n\n{own}\n"}


def _with_own_text(text: str, words: Words, number: int) -> str:
    above, below, value = (words.new(number, "own") for _ in range(3))
    head, properties, body = text.split("---\n", 2)
    return (
        f"{head}---\n{properties}mine: {value}\n---\n{above} stands above.\n\n{body.strip()}\n\n"
        f"## My notes\n\n{below} stands below.\n"
    )


def world(shape: str, form: str, seed: int = 0) -> SlipWorld:
    """Return a vault with a digest of a shape and notes of a form, after its passes."""
    random = Random(f"{shape} {form} {seed}")
    words = Words()
    style, text = _first_text(shape, random, words)
    if shape not in PLAIN_SHAPES:
        text = _filled(text, style, words)
    first = styled_reader.read(text, (style,))
    files: dict[str, str] = {DIGEST: text}
    styles: list[tuple[str, tuple[str, ...]]] = [("**/second.md", ("flat",)), ("**", (style,))]
    if form == "two sections":
        files[SECOND] = _second_text(first, words)
    if form == "adopted":
        files |= _adopted(first, words)
    names = OWN_NAMES if form == "own names" else PropertyNames()
    vault = MemoryVault(files, rules=Rules(digest_styles=tuple(styles), properties=names))
    vault.sync()
    made = SlipWorld(f"{shape}, {form}", vault, style, words, [each.key for each in first.entries])
    made.notes = _notes(vault.files, names)
    words.stems = {stem_of(path) for path in made.notes.values()}
    if form == "own text":
        for number, key in enumerate(made.keys):
            path = made.notes[key]
            vault.files[path] = _with_own_text(vault.files[path], words, number)
    vault.sync()
    _is_in_line(made)
    return made


def _notes(files: Mapping[str, str], names: PropertyNames) -> dict[Key, str]:
    found = {}
    for path, text in files.items():
        read = note_lens.read(text, names)
        if not path.startswith(("digests/", ".")) and read.key is not None:
            found[read.key] = path
    return found


def _is_in_line(made: SlipWorld) -> None:
    plan = made.vault.plan()
    assert not plan.operations, (made.name, plan.operations)
    assert not plan.conflicts, (made.name, plan.conflicts)
    assert not [each for each in plan.problems if each.level == "problem"], plan.problems
    assert len(made.keys) == PAPERS and set(made.notes) == set(made.keys), (made.name, made.notes)
