"""An index and a HEAD in real git, and the same in memory: few calls of git, or none, a step."""

from __future__ import annotations

import subprocess
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha1
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, Protocol
from unittest.mock import patch

from tests.support.git_vault import GitVault
from vault_sync.edge.git import repository as git
from vault_sync.edge.git.repository import Repository, Staged, StagedChange

NOTHING: frozenset[str] = frozenset()


class StagedFiles(NamedTuple):
    """The files of an index, by their paths from git's top; `announced` by name only."""

    texts: Mapping[str, str]
    unmerged: frozenset[str] = NOTHING
    announced: frozenset[str] = NOTHING

    def entries(self) -> list[Staged]:
        """Return the entries of an index that holds these files."""
        found = []
        for path, text in self.texts.items():
            if path in self.unmerged:
                found += [Staged(path, oid_of(text + "ours\n"), 2), Staged(path, oid_of(text), 3)]
            else:
                found.append(Staged(path, oid_of(text), 0))
        return found


def as_object(text: str) -> bytes:
    content = text.encode("utf-8", "surrogateescape")
    return f"blob {len(content)}\0".encode() + content


def oid_of(text: str) -> str:
    return sha1(as_object(text), usedforsecurity=False).hexdigest()


class Index(Protocol):
    """An index that files are staged in, and a HEAD."""

    repository: Repository

    def stage(self, files: StagedFiles) -> None: ...

    def commit(self) -> None: ...


class RealIndex:
    """That of a work tree under git. Objects are written here."""

    def __init__(self, top: Path, home: Path) -> None:
        top.mkdir(parents=True, exist_ok=True)
        self.vault = GitVault(top, home)
        self.vault.git("init", "-q")
        self.repository = Repository(top, self.vault.env | {"GIT_OPTIONAL_LOCKS": "0"})
        self._entries: dict[str, list[Staged]] = {}

    def stage(self, files: StagedFiles) -> None:
        wanted: dict[str, list[Staged]] = {}
        for each in files.entries():
            wanted.setdefault(each.path, []).append(each)
        for text in files.texts.values():
            self._write(as_object(text))
            self._write(as_object(text + "ours\n"))
        lines = []
        for path in self._entries.keys() | wanted.keys():
            if self._entries.get(path) != wanted.get(path):
                lines.append(f"0 {'0' * 40}\t{path}")
                lines += [
                    f"100644 {each.oid} {each.stage}\t{path}" for each in wanted.get(path, ())
                ]
        given = "".join(f"{line}\0" for line in lines).encode("utf-8", "surrogateescape")
        if lines:
            self._call("update-index", "-z", "--index-info", given=given)
        for path in files.announced:
            self.vault.write(path, "announced\n")
            self.vault.git("add", "-N", "--", path)
            wanted[path] = []
        self._entries = wanted

    def _write(self, content: bytes) -> str:
        oid = sha1(content, usedforsecurity=False).hexdigest()
        file = self.vault.top / ".git" / "objects" / oid[:2] / oid[2:]
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(zlib.compress(content, 1))
        return oid

    def _call(self, *words: str, given: bytes = b"") -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=self.vault.top,
            env=self.vault.env,
            input=given,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def commit(self) -> None:
        who = "A Reader <a@example.org> 1700000000 +0000"
        text = f"tree {self._call('write-tree')}\nauthor {who}\ncommitter {who}\n\nx\n".encode()
        commit = self._write(f"commit {len(text)}\0".encode() + text)
        (self.vault.top / ".git" / "HEAD").write_text(f"{commit}\n")


@contextmanager
def in_memory() -> Iterator[Index]:
    with TemporaryDirectory() as above:
        index = MemoryIndex(Path(above) / "tree")
        with index.answering():
            yield index


@contextmanager
def in_git() -> Iterator[Index]:
    with TemporaryDirectory() as above:
        yield RealIndex(Path(above) / "tree", Path(above) / "home")


class MemoryIndex:
    """The same without git; `answering` puts it in git's place."""

    def __init__(self, top: Path) -> None:
        top.mkdir(parents=True, exist_ok=True)
        self.repository = Repository(top, {})
        self._files = StagedFiles({})
        self._head: dict[str, str] = {}
        self._objects: dict[str, str] = {}

    def stage(self, files: StagedFiles) -> None:
        self._files = files
        self._objects |= {oid_of(text): text for text in files.texts.values()}

    def commit(self) -> None:
        self._head = {path: oid_of(text) for path, text in self._files.texts.items()}

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Let this index answer whatever is asked of git."""
        names = ("index", "changes", "announced", "blobs", "holding")
        with patch.multiple(git, **{name: getattr(self, name) for name in names}):
            yield

    def index(self, _: Repository) -> list[Staged]:
        empty = [Staged(path, oid_of(""), 0) for path in self._files.announced]
        return [*self._files.entries(), *empty]

    def changes(self, _: Repository) -> list[StagedChange]:
        new = {each.path: each.oid for each in self._files.entries() if not each.stage}
        return [
            StagedChange(path, self._head.get(path, ""), new.get(path, ""))
            for path in sorted(self._head.keys() | new.keys() | self._files.unmerged)
            if self._head.get(path) != new.get(path)
        ]

    def announced(self, _: Repository, paths: Sequence[str]) -> set[str]:
        return set(self._files.announced.intersection(paths))

    def blobs(self, _: Repository, oids: Iterable[str]) -> dict[str, str]:
        return {oid: self._objects[oid] for oid in oids}

    def holding(self, _: Repository, words: Iterable[str]) -> list[str]:
        wanted = [word.lower() for word in words]
        texts = {path: text.lower() for path, text in self._files.texts.items()}
        there = texts.keys() - self._files.unmerged
        return sorted(path for path in there if any(word in texts[path] for word in wanted))
