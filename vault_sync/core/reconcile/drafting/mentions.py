"""Find the papers that a commentary names, and keep the lists of links to them.

`mentions` and `mentioned_by` hold what the tool found and what the reader added by hand. The base
remembers what was found, so that only that is taken out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.naming.keys import key_of
from vault_sync.core.naming.wikilinks import addresses, find, link
from vault_sync.core.note.note import linked


def named(
    commentary: str, about: Callable[[str], Key | None], has_note: Callable[[Key], bool]
) -> list[Key]:
    """Return the papers of the vault that a commentary names, in the order it names them.

    `about` tells which paper a wikilink's target leads to, `has_note` whether a paper has a note.
    """
    found: list[tuple[int, Key]] = []
    if "[[" in commentary:
        for wikilink in find(commentary):
            key = about(wikilink.target) if wikilink.target.strip() else None
            if key is not None:
                found.append((wikilink.span.start, key))
    if "://" in commentary:
        for span, address in addresses(commentary):
            key = key_of(address)
            if key is not None and has_note(key):
                found.append((span.start, key))
    return list(dict.fromkeys(key for _, key in sorted(found)))


def items(
    has: Sequence[str],
    wanted: Iterable[RelPath],
    made: Iterable[RelPath],
    leads_to: Callable[[str], RelPath | None],
    linked_as: Callable[[RelPath, str], str],
) -> tuple[str, ...]:
    """Return a link list brought up to date.

    `has` are its items as written, `wanted` the notes to be listed, `made` those that the tool
    once listed itself: one that is no longer wanted goes, all else that stands there stays.
    `linked_as(note, target)` spells a link, keeping `target` where it still leads there.
    """
    missing = dict.fromkeys(wanted)
    gone = set(made) - set(missing)
    staying = []
    for item in has:
        target = linked(item)
        to = leads_to(target) if target else None
        if to is None:
            staying.append(item)
            continue
        if to in gone:
            continue
        missing.pop(to, None)
        spelled = linked_as(to, target)
        staying.append(item if spelled == target else item.replace(target, spelled, 1))
    return (*staying, *(link(linked_as(path, "")) for path in missing))
