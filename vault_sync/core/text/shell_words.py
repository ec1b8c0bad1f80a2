"""Words as a shell reads them, in the commands that are shown to a person."""

from __future__ import annotations

from vault_sync.core.text.encodings import as_bytes


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
    return "".join(f"\\x{byte:02x}" for byte in as_bytes(character))
