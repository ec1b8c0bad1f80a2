"""The references of a vault's notes, and the file that is written of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.written_world import World
from vault_sync.core.citation.bibtex import bibtex_file
from vault_sync.core.citation.reference import reference_of
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey, Create, Operation, Rename, Trash, Write
from vault_sync.core.model.values import Key, RelPath, Rules
from vault_sync.core.note import note
from vault_sync.edge.config import BibConfig, Config
from vault_sync.sync.bibliography import is_current, readers_library, references, update
from vault_sync.sync.observation.file_record import NEW
from vault_sync.sync.observation.observation import Observation, observe_texts

ENTRY = "https://arxiv.org/abs/2301.0000{0}\n{1} (Ann Park)\nwords\n"


def test_a_note_without_a_citekey_is_cited_by_one_of_the_form_that_no_other_has() -> None:
    vault = MemoryVault(
        {"digests/w.md": "w\n" + "".join(map(ENTRY.format, "123", ("Alpha", "Beta", "Gamma")))}
    )
    vault.sync()
    path = "papers/Alpha.md"
    vault.files[path] = vault.files[path].replace("authors:", "citekey: ParkBeta\nauthors:")
    snapshot, _ = vault.look()
    form = "{auth}{title_word}"
    assert sorted((each.key, each.citekey) for each in references(snapshot, form)) == [
        ("arxiv:2301.00001", "ParkBeta"),
        ("arxiv:2301.00002", "parkbeta-2301.00002"),
        ("arxiv:2301.00003", "parkgamma"),
    ]
    assert [each.citekey for each in references(snapshot)] == ["ParkBeta"]
    vault.files["mine/Copy.md"] = vault.files[path]
    snapshot, _ = vault.look()
    assert [each.citekey for each in references(snapshot)] == ["ParkBeta"], "once a paper"


NOTE = (
    "---\ntitle: {}\nurl: https://arxiv.org/abs/2301.0000{}\ncitekey: {}\ndigests: []\n---\nwords\n"
)
ONE, TWO = RelPath("papers/one.md"), RelPath("papers/two.md")
FIRST, SECOND = NOTE.format("One", 1, "one2023"), NOTE.format("Two", 2, "two2023")
WITHOUT = "---\nurl: https://arxiv.org/abs/2301.00001\ndigests: []\n---\n"
"""A note that makes no entry, as it has no title."""


def of(*texts: str) -> str:
    """The file of what these notes make."""
    notes = [reference_of(note.read(text)) for text in texts]
    return bibtex_file(each for each in notes if each is not None)


def seen(texts: Mapping[RelPath, str], *formerly: RelPath) -> Observation:
    base = Base({BaseKey(Key(f"k{at}"), "", "note"): at for at in formerly}, exists=True)
    found = observe_texts(texts, Rules(), base)
    return found._replace(read=dict.fromkeys(texts, NEW))


BOTH = {ONE: FIRST, TWO: SECOND}
EDITED = FIRST.replace("title: One", "title: Once")
MINE = RelPath("mine.md")


@pytest.mark.parametrize(
    ("file", "observed", "done", "is_so"),
    [
        (of(FIRST, SECOND), seen(BOTH), (), True),
        (of(FIRST), seen(BOTH), (), False),
        (None, seen(BOTH), (), False),
        (of(FIRST), seen({ONE: FIRST, MINE: "no note\n"}), (), True),
        (of(FIRST), seen({ONE: FIRST, MINE: "no note\n"}, MINE), (), False),
        (of(FIRST), seen({ONE: FIRST})._replace(gone=frozenset({TWO})), (), False),
        (of(FIRST), seen({ONE: WITHOUT}), (), False),
        (of(FIRST), seen({}), (Write(ONE, FIRST, f"{FIRST}more\n", ""),), True),
        (of(FIRST), seen({}), (Write(ONE, FIRST, EDITED, ""),), False),
        (of(EDITED), seen({ONE: FIRST}), (Write(ONE, FIRST, EDITED, ""),), True),
        (of(FIRST), seen({}), (Write(ONE, FIRST, WITHOUT, ""),), False),
        (of(FIRST), seen({}), (Write(ONE, WITHOUT, f"{WITHOUT}more\n", ""),), True),
        (of(FIRST), seen({}), (Create(TWO, SECOND, ""),), False),
        (of(FIRST, SECOND), seen({}), (Create(TWO, SECOND, ""),), True),
        (of(FIRST), seen({}), (Rename(ONE, TWO, FIRST, ""),), True),
        (of(FIRST), seen({}), (Trash(ONE, TWO, FIRST, ""),), False),
        (of(FIRST), seen({}), (Trash(ONE, TWO, WITHOUT, ""),), True),
    ],
)
def test_the_file_is_current_if_it_has_all_that_was_read_and_written(
    file: str | None,
    observed: Observation,
    done: tuple[Operation, ...],
    is_so: bool,
    tmp_path: Path,
) -> None:
    config = Config(tmp_path, bib=BibConfig(write="refs.bib"))
    if file is not None:
        (tmp_path / "refs.bib").write_text(file)
    assert is_current(config, observed, done) is is_so


def test_the_file_is_made_of_all_notes_and_only_when_it_changes(tmp_path: Path) -> None:
    world = World(tmp_path)
    config, state = Config(world.vault, bib=BibConfig(write="refs.bib")), world.state()
    path = world.vault / "refs.bib"

    def updated(**bib: str) -> list[tuple[str, str]]:
        with state.lock(0):
            found = update(config._replace(bib=BibConfig(**bib)) if bib else config, state, "sync")
        return [(each.code, each.message) for each in found]

    assert updated() == [] and not path.exists()
    assert updated(write="") == []
    world.put(ONE, FIRST)
    assert updated() == [] and path.read_text() == of(FIRST)
    before = path.stat().st_ino
    assert updated() == [] and path.stat().st_ino == before
    world.put(TWO, SECOND.replace("two2023", "ONE2023"))
    ((code, words),) = updated()
    assert code == "citekey-twice" and "arxiv:2301.00001 and arxiv:2301.00002" in words
    world.put("own.bib", "@misc{mine}\n")
    ((code, _),) = updated(write="own.bib")
    assert code == "bib-not-ours" and (world.vault / "own.bib").read_text() == "@misc{mine}\n"
    (world.vault / "file").write_text("no folder")
    (world.vault / "folder.bib").mkdir()
    for wrong in ("file/refs.bib", "folder.bib"):
        assert [code for code, _ in updated(write=wrong)] == ["citekey-twice", "not-written"]


def test_a_library_is_read_where_there_is_one(tmp_path: Path) -> None:
    assert readers_library(Config(tmp_path)) == (None, ())
    config = Config(tmp_path, bib=BibConfig(read="library.bib"))
    found, (problem,) = readers_library(config)
    assert found is None and (problem.path, problem.code) == ("library.bib", "library-unreadable")
    (tmp_path / "library.bib").write_text(of(FIRST, SECOND))
    found, problems = readers_library(config)
    assert found is not None and not problems
    assert [each.citekey for each in found.entries] == ["one2023", "two2023"]
