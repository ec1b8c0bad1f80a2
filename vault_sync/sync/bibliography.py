"""The reader's library, read before a pass, and the file of references, written after one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vault_sync.core.citation import citekeys
from vault_sync.core.model.plan import Create, Operation, Plan, Trash, Write
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.note_names import label
from vault_sync.core.note.note import Note
from vault_sync.core.note.note import read as read_note
from vault_sync.core.snapshot import Snapshot
from vault_sync.core.text.module_door import door
from vault_sync.edge.config import Config
from vault_sync.edge.fs.errors import in_words
from vault_sync.edge.fs.reading import MOST, read_outside
from vault_sync.edge.fs.vault_dir import read_content, read_text, within
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.write.apply import apply
from vault_sync.sync.observation.observation import Observation, base_of, observe

if TYPE_CHECKING:
    from vault_sync.core.citation import bibtex
    from vault_sync.core.citation import reference as cited
    from vault_sync.core.citation.library import ReadersLibrary
    from vault_sync.core.citation.reference import Reference
    from vault_sync.edge import bibliography
else:  # few vaults have references
    bibtex = door("vault_sync.core.citation.bibtex")
    cited = door("vault_sync.core.citation.reference")
    bibliography = door("vault_sync.edge.bibliography")


def readers_library(config: Config) -> tuple[ReadersLibrary | None, tuple[Problem, ...]]:
    """Return the library of `[bib] read`, None where there is none, and what is wrong with it."""
    if not config.bib.read:
        return None, ()
    try:
        text = _bytes_of(config.root, config.bib.read).decode("utf-8", "replace")
    except OSError as error:
        words = f"the library cannot be read: {in_words(error)}"
        hint = "see `read` under [bib] in vault-sync.toml; no key is taken from it until then"
        return None, (Problem(config.bib.read, "library-unreadable", words, hint),)
    return bibliography.read_library(config.bib.read, text)


def _bytes_of(root: Path, path: str) -> bytes:
    """Return the reader's library: a file of the vault, or one that lies elsewhere."""
    below = within(root, path)
    return read_outside(root / path, MOST) if below is None else read_content(root, below)


def references(snapshot: Snapshot, form: str = "") -> list[Reference]:
    """Return the references of all notes; with a `form` also of those that have no citekey yet."""
    notes = {key: snapshot.notes[paths[0]] for key, paths in snapshot.managed.items()}
    made = (cited.reference_of(each, label(key) if form else "") for key, each in notes.items())
    found = [each for each in made if each is not None]
    if not form:
        return found
    citekeys_of = {key: each.properties.scalar("citekey").strip() for key, each in notes.items()}
    taken = {citekey: key for key, citekey in citekeys_of.items() if citekeys.is_citekey(citekey)}
    given = set(taken.values())
    papers = {
        each.key: citekeys.CitedPaper(each.title, each.authors, each.published)
        for each in found
        if each.key not in given
    }
    new = citekeys.assign(papers, taken, form)
    return [each._replace(citekey=new.get(each.key, each.citekey)) for each in found]


def unfit(snapshot: Snapshot) -> list[Problem]:
    """Return a problem for each note whose `citekey` cannot be a key; its label stands for it."""
    found = []
    for key, paths in sorted(snapshot.managed.items()):
        citekey = snapshot.notes[paths[0]].properties.scalar("citekey").strip()
        if citekey and not citekeys.is_citekey(citekey):
            words = f"the citekey {citekey[:60]!r} cannot be one: {label(key)} is written instead"
            hint = "a citekey holds letters, digits and :._+/- only: change `citekey` in the note"
            found.append(Problem(paths[0], "citekey-unfit", words, hint))
    return found


def is_current(config: Config, observation: Observation, done: Iterable[Operation]) -> bool:
    """Return True if the file has what every file says that a pass over a part read or wrote.

    A paper's note that makes no reference now may have made one before: that is a change.
    """
    names = config.rules.properties
    text = _present(config, RelPath(config.bib.write)) or ""
    formerly = {value for row, value in observation.base.rows.items() if row.field == "note"}
    notes = {path: observation.snapshot.notes.get(path) for path in observation.read}
    entry_of = {
        path: _entry(note)
        for path, note in notes.items()
        if path in formerly or (note is not None and note.managed)
    }
    for operation in done:
        before = read_note(getattr(operation, "before", ""), names)
        after = read_note(getattr(operation, "after", before.text), names)
        gone = isinstance(operation, Trash) and _entry(before)
        if gone or (_entry(before) and not _entry(after)):
            return False
        entry_of[operation.path] = _entry(after) or "\n"
    return not observation.gone and all(each and each in text for each in entry_of.values())


def _entry(note: Note | None) -> str:
    """Return a note's entry in the file; "" where it makes none."""
    reference = None if note is None else cited.reference_of(note)
    return "" if reference is None else bibtex.bibtex_entry(reference)


def update(config: Config, state: StateStore, cause: str) -> tuple[Problem, ...]:
    """Bring the file of `[bib] write` up to date; the caller has locked the vault.

    It is made of the notes' properties alone, as they stand now. Only a file of ours is replaced.
    """
    path = RelPath(config.bib.write)
    if not path:
        return ()
    before = _present(config, path)
    if before is not None and not bibtex.is_ours(before):
        words = "this file was not written by vault-sync, so it is left as it is"
        hint = "give another name to `write` under [bib] in vault-sync.toml, or move the file away"
        return (Problem(path, "bib-not-ours", words, hint),)
    snapshot = observe(config, base_of(state)).snapshot
    found = references(snapshot)
    after = bibtex.bibtex_file(found)
    problems = (*unfit(snapshot), *_twice(found))
    if after == before or (before is None and not found):
        return problems
    operation: Operation = (
        Create(path, after, "references")
        if before is None
        else Write(path, before, after, "references")
    )
    plan = Plan((operation,))
    outcome = apply(config.root, state, plan, cause=cause, started=datetime.now(UTC))
    undone = (Problem(each.operation.path, "not-written", each.reason) for each in outcome.undone)
    return (*problems, *undone)


def _present(config: Config, path: RelPath) -> str | None:
    """Return the file; None where none can be read, in whose place none can be made either."""
    try:
        return read_text(config.root, path)
    except OSError:
        return None


def _twice(found: Sequence[Reference]) -> list[Problem]:
    """Return a notice for each citekey that several papers have."""
    by_key: dict[Key, str] = {each.key: each.citekey for each in found}
    return [
        Problem(
            "",
            "citekey-twice",
            f"the citekey {citekey} is that of {' and '.join(keys)}",
            "change `citekey` in one of the notes",
            level="notice",
        )
        for citekey, keys in citekeys.duplicates(by_key).items()
    ]
