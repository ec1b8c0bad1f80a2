"""Texts of a large plan on the disk, from when they are drafted until they are written.

They lie in a file without a name, in the system's folder for temporary files, which is gone when
nobody holds one of them any more, or with the process.
"""

from __future__ import annotations

from typing import BinaryIO, cast
from weakref import finalize

from vault_sync.core.model.plan import AnyText
from vault_sync.core.text.encodings import as_bytes, as_text


class PlanTexts:
    """The texts of one plan."""

    def __init__(self) -> None:
        self._file: BinaryIO | None = None
        self._end = 0

    def store(self, text: str) -> AnyText:
        """Return a text as a plan holds it; where there is no room on the disk, in memory."""
        content = as_bytes(text)
        try:
            file = self._opened()
            file.seek(self._end)
            if file.write(content) < len(content):
                return text
        except OSError:
            return text
        self._end += len(content)
        return _TextOnDisk(self, self._end - len(content), len(content))

    def content(self, start: int, size: int) -> bytes:
        """Return the bytes of a stored text.

        Raises:
            OSError: the disk fails.
        """
        file = self._opened()
        file.seek(start)
        content = file.read(size)
        if len(content) < size:
            raise OSError("a text that was drafted cannot be read again")
        return content

    def _opened(self) -> BinaryIO:
        if self._file is None:
            from tempfile import TemporaryFile  # 5 ms, for large plans alone

            file = TemporaryFile(buffering=0)  # noqa: SIM115 - open as long as its texts
            self._file = cast("BinaryIO", file)
            finalize(self, file.close)
        return self._file


class _TextOnDisk:
    """One of the texts on the disk. It equals its text."""

    __slots__ = ("_size", "_start", "_texts")

    def __init__(self, texts: PlanTexts, start: int, size: int) -> None:
        self._texts, self._start, self._size = texts, start, size

    def __bytes__(self) -> bytes:
        return self._texts.content(self._start, self._size)

    def __str__(self) -> str:
        return as_text(bytes(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str | _TextOnDisk) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return repr(str(self))
