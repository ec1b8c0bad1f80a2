"""Texts of a large plan on the disk, from when they are drafted until they are written.

They lie in a database of SQLite's without a name, in the system's folder for temporary files, which
is gone when nobody holds one of them any more, or with the process.
"""

from __future__ import annotations

import sqlite3
from typing import cast
from weakref import finalize

from vault_sync.core.model.plan import AnyText
from vault_sync.core.text.encodings import as_bytes, as_text


class PlanTexts:
    """The texts of one plan."""

    def __init__(self) -> None:
        self._database: sqlite3.Connection | None = None

    def store(self, text: str) -> AnyText:
        """Return a text as a plan holds it; where there is no room on the disk, in memory."""
        try:
            row = self._opened().execute("INSERT INTO text VALUES (?)", (as_bytes(text),))
        except sqlite3.Error:
            return text
        return _TextOnDisk(self, row.lastrowid or 0)

    def content(self, number: int) -> bytes:
        """Return the bytes of a stored text.

        Raises:
            OSError: the disk fails.
        """
        try:
            row = self._opened().execute("SELECT content FROM text WHERE rowid = ?", (number,))
            return cast("bytes", row.fetchone()[0])
        except sqlite3.Error as error:
            raise OSError(f"a text that was drafted cannot be read again: {error}") from error

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            finalize(self, database.close)
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA cache_size = -256")  # KB: each text is read in its turn
            database.execute("CREATE TABLE text (content BLOB)")
            database.execute("BEGIN")
            self._database = database
        return self._database


class _TextOnDisk:
    """One of the texts on the disk. It equals its text."""

    __slots__ = ("_number", "_texts")

    def __init__(self, texts: PlanTexts, number: int) -> None:
        self._texts, self._number = texts, number

    def __bytes__(self) -> bytes:
        return self._texts.content(self._number)

    def __str__(self) -> str:
        return as_text(bytes(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str | _TextOnDisk) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return repr(str(self))
