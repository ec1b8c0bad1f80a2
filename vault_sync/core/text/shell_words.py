"""Words as a shell reads them, in the commands that are shown to a person."""

from __future__ import annotations


def quoted(word: str) -> str:
    """Quote one word of a shell's command line, whatever is in it."""
    if word.isprintable():
        return "'" + word.replace("'", "'\\''") + "'"
    escaped = "".join(
        f"\\{each}" if each in "\\'" else each if each.isprintable() else _bytes(each)
        for each in word
    )
    return f"$'{escaped}'"


def _bytes(character: str) -> str:
    raw = character.encode("utf-8", "surrogateescape")
    return "".join(f"\\x{byte:02x}" for byte in raw)
