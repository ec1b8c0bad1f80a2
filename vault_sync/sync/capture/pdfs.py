"""PDFs of papers: their addresses and places, and the one write of file and property."""

from __future__ import annotations

from typing import NamedTuple

from vault_sync.core.model.plan import Create, Operation, Outcome, Write
from vault_sync.core.model.values import Key, RelPath, joined
from vault_sync.core.naming.keys import pdf_of
from vault_sync.core.naming.note_names import label
from vault_sync.core.note import note as note_lens
from vault_sync.core.text.encodings import as_text
from vault_sync.edge.config import Config
from vault_sync.edge.fs.vault_dir import read_text
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.capture.additions import write_operations


class PaperPdf(NamedTuple):
    """A note's PDF: `url` is where it is fetched, "" where nobody knows; `path` where it belongs.

    `other` is a link of the reader's own to another file.
    """

    note: RelPath
    url: str
    path: RelPath
    other: str = ""


def paper_pdf(config: Config, note: RelPath, key: Key) -> PaperPdf:
    """Return the PDF of a note: at the address of its property `pdf`, else that of its key."""
    path = RelPath(joined(config.pdf_folder.strip("/"), f"{label(key)}.pdf"))
    value = (
        note_lens.read(read_text(config.root, note), config.rules.properties)
        .properties.scalar("pdf")
        .strip()
    )
    if value.startswith(("http://", "https://")):
        return PaperPdf(note, value, path)
    return PaperPdf(note, pdf_of(key), path, "" if value in {"", _link(path)} else value)


def write_pdf(config: Config, state: StateStore, pdf: PaperPdf, body: bytes | None) -> Outcome:
    """Write a PDF, None where it is there already, and the note's link to it, in one pass.

    Raises:
        Busy, StateError, properties.Unwritable: nothing was written.
    """
    operations: list[Operation] = []
    if body is not None:
        text = as_text(body)  # as every text is read: no byte is lost
        operations.append(Create(pdf.path, text, "the PDF was fetched"))
    note = note_lens.read(read_text(config.root, pdf.note), config.rules.properties)
    after = note_lens.edit(note, changes={"pdf": _link(pdf.path)})
    if after != note.text:
        operations.append(Write(pdf.note, note.text, after, "pdf"))
    if not operations:
        return Outcome()
    return write_operations(config, state, tuple(operations), "pdf")


def _link(path: RelPath) -> str:
    return f"[[{path.rpartition('/')[2]}]]"
