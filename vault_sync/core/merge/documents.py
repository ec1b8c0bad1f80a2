r"""Three-way merges of whole documents, for git's merge driver.

Digests are merged entry by entry (`digests`), notes property by property and section by section
(`notes`), with the rules of a pass. What both sides changed differently stays open
between git's markers, in that entry or field alone; all else is merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from vault_sync.core.digest.styles.style import FLAT, StyleName
from vault_sync.core.merge.digests import digests
from vault_sync.core.merge.notes import notes
from vault_sync.core.merge.parts import Merged, either
from vault_sync.core.model.values import STANDARD_NAMES, PropertyNames
from vault_sync.core.text.spans import BOM, Edit, Span, splice, to_newlines


def digest(base: str, ours: str, theirs: str, styles: Sequence[StyleName] = FLAT) -> Merged:
    """Merge three versions of a digest; `base` is "" where there is none."""
    return _merged(partial(digests, styles=styles), base, ours, theirs)


def note(base: str, ours: str, theirs: str, names: PropertyNames = STANDARD_NAMES) -> Merged:
    """Merge three versions of a managed note; `base` is "" where there is none."""
    return _merged(partial(notes, names=names), base, ours, theirs)


def with_taken_out(
    whole: str, cut: str, taken: Iterable[Span], styles: Sequence[StyleName] = FLAT
) -> str | None:
    """Return a digest with entries at their place again that were taken out of it.

    `taken` are their spans in `whole`, the text before; `cut` is the text since, with all that was
    edited in it besides. None where nothing tells which place that is.
    """
    without = splice(whole, [Edit(span, "") for span in taken])
    found = digest(without, cut, whole, styles)
    return None if found.conflicts else found.text


def _merged(merge: Callable[[str, str, str], Merged], base: str, ours: str, theirs: str) -> Merged:
    """Merge without BOM and with LF newlines, and give the outcome those of the side that chose."""
    texts = (base, ours, theirs)
    marks = [BOM * text.startswith(BOM) for text in texts]
    plain = [text.removeprefix(BOM) for text in texts]
    newline = "\n"
    # A text with mixed line ends is merged with its carriage returns as part of its lines.
    if all(text.count("\r\n") in (0, text.count("\n")) for text in plain):
        kinds = ["\r\n" if "\r\n" in text else "\n" for text in plain]
        newline = either(kinds[0] if base else kinds[1], kinds[1], kinds[2])
        plain = [text.replace("\r\n", "\n") for text in plain]
    found = merge(*plain)
    mark = either(marks[0] if base else marks[1], marks[1], marks[2])
    return Merged(mark + to_newlines(found.text, newline), found.conflicts)
