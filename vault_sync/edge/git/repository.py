"""Everything that calls git: argument lists, `-z`, `--`, and never a change of the index.

A hook inherits git's environment: `GIT_INDEX_FILE` names the index of the very commit (that of
`git commit PATH` is a file of its own), so it is kept and not scrubbed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vault_sync.core.model.values import RelPath
from vault_sync.core.text.encodings import as_text

if TYPE_CHECKING:
    from subprocess import CompletedProcess

_INHERITED = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_COMMON_DIR")
_FILE_MODES = frozenset({"100644", "100755"})


ANSWERS = 3.0
"""Seconds in which git says where a work tree is; a pipe in its folder would hold it for ever."""


class GitError(Exception):
    """git is not there, this is no work tree of it, or it refused; the text says which."""


class Staged(NamedTuple):
    """One entry of the index. `path` is from the top of the work tree; `stage` is 0 when merged."""

    path: str
    oid: str
    stage: int


class StagedChange(NamedTuple):
    """A path that HEAD and the index hold differently; "" for an object that is not there."""

    path: str
    old: str
    new: str


class Repository(NamedTuple):
    """A work tree: its top folder, and the environment in which git is called there."""

    top: Path
    environment: Mapping[str, str]

    @property
    def partial(self) -> bool:
        """True in the hook of `git commit PATH ...`, whose index is not the usual one."""
        return Path(self.environment.get("GIT_INDEX_FILE", "")).name.startswith("next-index-")

    def git(
        self,
        *arguments: str,
        given: bytes = b"",
        fine: Iterable[int] = (0,),
        seconds: float | None = None,
    ) -> bytes:
        """Return what git answers to a call at the top of the work tree.

        Raises:
            GitError: its exit code is not `fine`, or it did not answer in so many seconds.
        """
        done = _call(arguments, self.top, self.environment, given, seconds)
        if done.returncode not in fine:
            words = done.stderr.decode("utf-8", "replace").strip()
            raise GitError(f"git {arguments[0]}: {words or f'exit code {done.returncode}'}")
        return done.stdout


def repository(folder: Path, environ: Mapping[str, str]) -> Repository:
    """Return the work tree that a hook was called for, else the one that `folder` lies in.

    Raises:
        GitError: there is none, or no git.
    """
    environment = dict(environ) | {"GIT_OPTIONAL_LOCKS": "0"}
    for name in _INHERITED:
        if name in environment:
            # git means these from the folder in which it calls a hook: this one.
            environment[name] = str(Path(environment[name]).absolute())
    hooked = in_hook(environ)
    found = Repository(Path.cwd() if hooked else folder, environment)
    top = found.git("rev-parse", "--show-toplevel", seconds=ANSWERS)
    return found._replace(top=Path(os.fsdecode(top.removesuffix(b"\n"))))


def in_hook(environ: Mapping[str, str]) -> bool:
    """Return True if git has set in the environment which repository or index is meant."""
    return "GIT_DIR" in environ or "GIT_INDEX_FILE" in environ


class VaultLocation(NamedTuple):
    """The vault's place: `below` the top of the work tree, or `above` it (one of them is "")."""

    below: str
    above: str

    def in_vault(self, path: str) -> RelPath | None:
        """Return a path of the work tree as one of the vault; None outside or in dot folders."""
        if not path.startswith(self.below):
            return None
        path = self.above + path[len(self.below) :]
        return None if path.startswith(".") or "/." in path else RelPath(path)

    def in_tree(self, path: RelPath) -> str | None:
        """Return a path of the vault as one of the work tree; None outside the work tree."""
        if not path.startswith(self.above):
            return None
        return self.below + path[len(self.above) :]


def place_of(root: Path, repository: Repository) -> VaultLocation:
    """Return the place of a vault in a work tree.

    Raises:
        GitError: neither lies in the other.
    """
    vault, top = root.resolve(), repository.top.resolve()
    if vault.is_relative_to(top):
        return VaultLocation(_folder(vault.relative_to(top)), "")
    if top.is_relative_to(vault):
        return VaultLocation("", _folder(top.relative_to(vault)))
    raise GitError(f"the vault {root} is not in the work tree {repository.top}")


def _folder(path: Path) -> str:
    return "" if path == Path() else f"{path.as_posix()}/"


def _call(
    arguments: Sequence[str],
    where: Path | None = None,
    environment: Mapping[str, str] | None = None,
    given: bytes = b"",
    seconds: float | None = None,
) -> CompletedProcess[bytes]:
    import subprocess  # few commands call git

    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=where,
            env=environment,
            input=given,
            capture_output=True,
            check=False,
            timeout=seconds,
        )
    except FileNotFoundError as error:
        raise GitError("git is not to be found on PATH") from error
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {arguments[0]}: no answer in {seconds} seconds") from error


def _fields(output: bytes) -> list[str]:
    return [as_text(field) for field in output.split(b"\0")[:-1]]


def index(repository: Repository) -> list[Staged]:
    """Return every file of the index (no links, no submodules), unmerged ones once a stage."""
    output = repository.git("ls-files", "-s", "-z")
    return [Staged(path, oid, int(stage)) for (_, oid, stage), path in _files(output)]


def head(repository: Repository) -> list[Staged]:
    """Return every file of HEAD (no links, no submodules).

    Raises:
        GitError: there is no commit yet.
    """
    output = repository.git("ls-tree", "-r", "-z", "--full-tree", "HEAD")
    return [Staged(path, oid, 0) for (_, _, oid), path in _files(output)]


def _files(output: bytes) -> Iterator[tuple[list[str], str]]:
    """Yield the words that git says of each plain file, its mode first, and its path."""
    for field in _fields(output):
        meta, _, path = field.partition("\t")
        words = meta.split(" ")
        if words[0] in _FILE_MODES:
            yield words, path


def changes(repository: Repository) -> list[StagedChange]:
    """Return what differs between the index and HEAD; before the first commit, the whole index."""
    tree = repository.git("rev-parse", "-q", "--verify", "HEAD^{tree}", fine=(0, 1))
    tree = tree or repository.git("hash-object", "-t", "tree", "--stdin")
    output = repository.git(
        *("diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev"),
        *("--ita-invisible-in-index", tree.decode().strip(), "--"),
    )
    fields = _fields(output)
    found = []
    for meta, path in zip(fields[::2], fields[1::2], strict=True):
        _, _, old, new, _ = meta.split(" ")
        found.append(StagedChange(path, _there(old), _there(new)))
    return found


def _there(oid: str) -> str:
    return "" if not oid.strip("0") else oid


def announced(repository: Repository, paths: Sequence[str]) -> set[str]:
    """Return those files whose name alone is in the index (`git add -N`); no commit has them."""
    if not paths:
        return set()
    options = ("diff-files", "--name-only", "--diff-filter=A", "-z", "--", *paths)
    return set(_fields(repository.git("--literal-pathspecs", *options)))


def blobs(repository: Repository, oids: Iterable[str]) -> dict[str, str]:
    """Return the texts of objects, all of them from one process.

    Raises:
        GitError: one is missing (a partial clone without its server).
    """
    wanted = list(dict.fromkeys(oids))
    if not wanted:
        return {}
    given = "".join(f"{oid}\n" for oid in wanted).encode()
    output = repository.git("cat-file", "--batch", "--buffer", given=given)
    found: dict[str, str] = {}
    at = 0
    for oid in wanted:
        newline = output.index(b"\n", at)
        words = output[at:newline].split(b" ")
        if len(words) != 3:
            raise GitError(f"git cat-file: {output[at:newline].decode('utf-8', 'replace')}")
        start, size = newline + 1, int(words[2])
        found[oid] = as_text(output[start : start + size])
        at = start + size + 1
    return found


def holding(repository: Repository, words: Iterable[str]) -> list[str]:
    """Return the files of the index in which one of some texts stands, without regard to case."""
    sound: list[str] = []
    broken: list[str] = []
    for word in words:
        (sound if _is_utf8(word) else broken).append(word)
    found = [*_grepped(repository, sound, "-i"), *_grepped(repository, broken)]
    return list(dict.fromkeys(found))


def _is_utf8(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _grepped(repository: Repository, words: Sequence[str], *more: str) -> list[str]:
    """Return the files that hold one of some texts. git compares no broken UTF-8 without case."""
    if not words:
        return []
    patterns = [argument for word in words for argument in ("-e", word)]
    options = ("grep", "--cached", "--full-name", "--no-color", "-z", "-l", "-a", "-F", *more)
    return _fields(repository.git(*options, *patterns, "--", fine=(0, 1)))


def untracked(repository: Repository, *, ignored: bool) -> list[str]:
    """Return the files of the work tree that are not in the index: those ignored, or the others."""
    options = ("--ignored",) if ignored else ()
    return _fields(repository.git("ls-files", "-z", "--others", *options, "--exclude-standard"))


def hooks_folder(repository: Repository) -> Path:
    """Return the folder of hooks: `core.hooksPath`, else the one that all work trees share."""
    output = repository.git("rev-parse", "--git-path", "hooks")
    return repository.top / os.fsdecode(output.removesuffix(b"\n"))


def settings(repository: Repository, section: str) -> dict[str, str]:
    """Return the values of one section of the repository's own configuration."""
    name = rf"^{re.escape(section)}\."
    output = repository.git("config", "--local", "-z", "--get-regexp", name, fine=(0, 1))
    pairs = (field.partition("\n") for field in _fields(output))
    return {key: value for key, _, value in pairs}


def set_value(repository: Repository, name: str, value: str) -> None:
    repository.git("config", "--local", name, value)


def drop_section(repository: Repository, section: str) -> None:
    """Take a section out of the repository's configuration, if it is there."""
    if settings(repository, section):
        repository.git("config", "--local", "--remove-section", section)


def merge_by_line(ours: Path, base: Path, theirs: Path, *, favour_ours: bool = False) -> int:
    """Merge as git does by itself, into `ours`. Return the number of conflicts.

    Raises:
        GitError: it cannot be merged (a binary file).
    """
    labels = ("-L", "ours", "-L", "base", "-L", "theirs")
    side = ("--ours",) if favour_ours else ()
    done = _call(("merge-file", *labels, *side, "--", str(ours), str(base), str(theirs)))
    if done.returncode > 127:
        raise GitError(f"git merge-file: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.returncode
