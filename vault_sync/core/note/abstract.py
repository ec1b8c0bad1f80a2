"""The abstract as a folded callout in a note: how it is written, marked and placed.

It stands between the properties and the first section.
"""

from __future__ import annotations

from vault_sync.core.model.values import Facts
from vault_sync.core.note import note as note_lens
from vault_sync.core.text.encodings import text_hash
from vault_sync.core.text.sanitize import sanitize
from vault_sync.core.text.spans import newline_kind, to_newlines

CALLOUT = "> [!abstract]- Abstract"
"""The first line of the callout: its type, by which an abstract is found, and that it is folded."""


def callout(facts: Facts) -> str:
    r"""Return the abstract as a folded callout, lines ended by LF but the last; "" without one.

    A callout and not a property, because: a property is one line in a narrow table, where 1,500
    characters push everything else out of sight and `$x^2$` stays source. A callout is one
    line until it is opened, reads like the abstract that it is, renders mathematics and is found
    by the vault's search. It opens with a line that no digest has, and is told by that line.
    """
    paragraphs = [line for line in sanitize(facts.abstract).split("\n") if line]
    if not paragraphs:
        return ""
    return f"{CALLOUT}\n> " + "\n>\n> ".join(paragraphs)


def mark(words: str) -> str:
    """Return the sum that tells a callout from others; the base would be large with its text."""
    return text_hash(words)


def placed(text: str, words: str) -> str:
    """Return a note's text with a callout on top of what stands below its properties."""
    body = note_lens.read(text).properties.body
    above, below = text[:body], text[body:]
    gap = "" if above.endswith("\n") else "\n"
    gap_below = "\n" if below.strip() and not below.startswith(("\n", "\r\n")) else ""
    put = to_newlines(f"{gap}\n{words}\n{gap_below}", newline_kind(text))
    return above + put + below
