"""Two devices that share a vault by git alone: what their readers do, from one seed.

Every word that a reader writes has a token of its own (`a17x`, `b3x`), so that a test can ask where
each of them went.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.note import note as note_lens

Files = dict[str, str]

_DIGEST_EDITS = ("append", "append", "sentence", "sentence", "line", "tag", "tag", "untag", "title")
_NOTE_EDITS = ("own", "own", "property", "section", "section", "note_tag")


def weeks(count: int, entries: int) -> Files:
    """Digests as they are before any note is made, flat, in Korean prose."""
    files = {}
    for week in range(1, count + 1):
        text = f"2023년 8월 {week}주차\n"
        for number in range(1, entries + 1):
            n = week * 100 + number
            text += f"https://arxiv.org/abs/2308.{n:05d}\n"
            text += f"Paper {n}: A Study of Things (Ann Park, Bo Lee {n})\n"
            for line in range(3):
                text += f"논문 {n}의 {line}번째 줄입니다. "
                text += f"흥미로운 결과 {n}{line}이네요. 끝 {n}{line}.\n"
            text += f"#topic{n % 7} #week{week}\n"
        files[f"digests/2023년 8월 {week}주차.md"] = text
    return files


@dataclass
class Reader:
    """One device's reader. `wrote` are the tokens that he wrote and did not take out again."""

    name: str
    chance: random.Random
    wrote: set[str] = field(default_factory=set)
    count: int = 0

    def token(self) -> str:
        self.count += 1
        token = f"{self.name}{self.count}x"
        self.wrote.add(token)
        return token

    def edits(self, files: Files, number: int) -> None:
        """That many edits, to digests and notes, spread over the vault."""
        for _ in range(number):
            self.edit(files)

    def edit(self, files: Files) -> None:
        digests = sorted(path for path in files if path.startswith("digests/"))
        notes = sorted(path for path in files if path.startswith("papers/"))
        what = self.chance.choice(_DIGEST_EDITS + _NOTE_EDITS)
        if what in _NOTE_EDITS:
            path = self.chance.choice(notes)
            files[path] = getattr(self, "_" + what)(files[path])
        else:
            path = self.chance.choice(digests)
            files[path] = getattr(self, "_" + what)(files[path])

    # In a digest.

    def _append(self, text: str) -> str:
        token = self.token()
        number = self.chance.randrange(10**9)
        return (
            f"{text}https://example.org/{self.name}{self.count}/{number}\n"
            f"New {token} (Cho Kim)\n{self.token()}에 대한 글입니다.\n#new\n"
        )

    def _part(self, text: str, pattern: str, new: str) -> str:
        """One place of an entry that reads so, changed."""
        found = list(re.finditer(pattern, text))
        if not found:
            self.wrote -= set(re.findall(r"[ab]\d+x", new))
            return text
        one = self.chance.choice(found)
        for token in re.findall(r"[ab]\d+x", one[0]):
            self.wrote.discard(token)
        return text[: one.start()] + one.expand(new) + text[one.end() :]

    def _sentence(self, text: str) -> str:
        return self._part(text, r"흥미로운 결과 (\d+)이네요\.", rf"\1의 {self.token()}이네요.")

    def _line(self, text: str) -> str:
        return self._part(text, r"(끝 \d+\.)\n", rf"\1\n덧붙인 줄 {self.token()}입니다.\n")

    def _tag(self, text: str) -> str:
        return self._part(text, r"(#week\d+)\n", rf"\1 #{self.token()}\n")

    def _untag(self, text: str) -> str:
        return self._part(text, r"#topic\d (#week)", r"\1")

    def _title(self, text: str) -> str:
        return self._part(text, r"A Study of Things(\]\])? \(", rf"A Study of {self.token()}\1 (")

    # In a note.

    def _own(self, text: str) -> str:
        start = "" if "## My notes" in text else "\n## My notes\n"
        return f"{text}{start}\n{self.token()} 내 생각.\n"

    def _property(self, text: str) -> str:
        note = note_lens.read(text)
        name = f"p{self.chance.randrange(5)}{self.name}"
        self.wrote.discard(note.properties.scalar(name))
        return note_lens.edit(note, changes={name: self.token()})

    def _section(self, text: str) -> str:
        return self._part(text, r"(논문 \d+의 )(\d)번째", rf"\1{self.token()} \2번째")

    def _note_tag(self, text: str) -> str:
        note = note_lens.read(text)
        return note_lens.edit(note, changes={"tags": (*note.fields.tags, self.token())})


def tokens(files: Files) -> set[str]:
    return set(re.findall(r"\b[ab]\d+x", "\n".join(files.values())))


def entries(files: Files) -> int:
    return sum(
        len(digest_reader.read(text).entries)
        for path, text in files.items()
        if path.startswith("digests/")
    )
