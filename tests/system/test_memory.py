"""Law: what is remembered is the same, whether all of it is read or only what is asked for."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.index_worlds import CAME
from vault_sync.core.model.values import Key, RelPath
from vault_sync.edge.fs.scan import Stat
from vault_sync.sync.incremental import index
from vault_sync.sync.incremental.memory import Memory
from vault_sync.sync.incremental.overlay import Overlay
from vault_sync.sync.observation.file_record import File

KEYS = [Key(f"arxiv:{at}") for at in range(4)]
PATHS = [RelPath(f"{folder}/{name}.md") for folder in "ab" for name in ("X", "x", "Ö", "o\u0308")]
POINTS = ["arxiv:1", "[[x", "[[nowhere"]
texts = st.lists(st.sampled_from(KEYS), min_size=1, max_size=2).map("\n".join)
numbers = st.integers(-(2**63), 2**63 - 1)
stats = st.builds(Stat, numbers, numbers, numbers, numbers)


def file(kind: str, keys: str, points: list[str], stat: Stat, *, settled: bool) -> File:
    keys = {"other": "", "digest": keys}.get(kind, keys.partition("\n")[0])
    return File(stat, b"m" * 16, kind, keys, keys and "t", "\n".join(points), settled)


each = st.builds(
    file,
    st.sampled_from(["note", "plain", "digest", "other"]),
    texts,
    st.lists(st.sampled_from(POINTS), unique=True),
    stats,
    settled=st.booleans(),
)
vaults = st.dictionaries(st.sampled_from(PATHS), each, max_size=8)


def answers(memory: Memory) -> dict[str, object]:
    return {
        "files": dict(memory.files),
        "open": memory.open,
        "stats": dict(memory.stats()),
        "notes": [set(memory.notes.get(key, ())) for key in KEYS],
        "digests": [set(memory.digests.get(key, ())) for key in KEYS],
        "note": [Overlay(memory).note_of(key) for key in KEYS],
        "naming": [memory.naming([point]) for point in POINTS],
        "names": [memory.names.resolve(path, RelPath("y.md")) for path in PATHS],
        "taken": [memory.names.taken(path) for path in PATHS],
    }


def both(files: dict[RelPath, File]) -> tuple[Memory, Memory]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index.sqlite"
        index.save(path, "stamp", CAME, files)
        all_of_it, asked = index.load(path, "stamp"), index.known(path, "stamp")
    assert all_of_it is not None and asked is not None
    return Memory("stamp", *all_of_it), Memory("stamp", *asked)


@given(vaults)
def test_asked_for_and_read_whole_say_the_same(files: dict[RelPath, File]) -> None:
    whole, asked = both(files)
    assert answers(asked) == answers(whole)
    assert answers(whole)["files"] == files


@given(vaults, each, texts, st.sampled_from(PATHS), st.booleans())
def test_and_after_a_file_is_kept(
    files: dict[RelPath, File], new: File, keys: str, path: RelPath, first: bool
) -> None:
    memories = both(files)
    was = files.get(path)
    now = new if was is None or first else was._replace(keys=keys and was.keys and keys)
    for memory in memories:
        before = answers(memory) if first else None
        memory.keep(path, now)
        assert before is None or before["files"] == files
        assert memory.files[path] == now
    whole, asked = (answers(memory) for memory in memories)
    # What a file that is kept now names is known from the file, not from the index.
    for said in (whole, asked):
        del said["naming"]
    assert asked == whole


@pytest.mark.parametrize(
    ("kinds", "single"),
    [
        ({"a/X": "note"}, "a/X"),
        ({"a/X": "plain"}, "a/X"),
        ({"a/X": "plain", "b/X": "note"}, "b/X"),
        ({"a/X": "note", "b/X": "note"}, None),
        ({"a/X": "note", "b/X": "note", "b/Y": "plain"}, "b/Y"),
        ({"a/X": "digest"}, None),
    ],
)
def test_the_note_of_a_paper_is_the_only_one(kinds: dict[str, str], single: str | None) -> None:
    stat = Stat(1, 2, 3, 4)
    files = {
        RelPath(f"{path}.md"): file(kind, KEYS[0], [], stat, settled=True)
        for path, kind in kinds.items()
    }
    for memory in both(files):
        expected = None if single is None else RelPath(f"{single}.md")
        assert Overlay(memory).note_of(KEYS[0]) == expected
