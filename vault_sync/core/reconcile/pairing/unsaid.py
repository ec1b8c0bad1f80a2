"""Find what an entry said and does not say any more, though it stands in its lines: a slip.

A heading, a rule, a comment or a lost indent takes lines out of an entry without a word of them
being gone. Words that were taken out or changed stand nowhere, and are an edit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vault_sync.core.digest.reader import Entry
from vault_sync.core.reconcile.pairing.traces import LetteredText, letters_of


class Stretch(NamedTuple):
    """The lines of a text, from 0, in which an entry stands, down to the next one's."""

    text: LetteredText
    lines: range

    @property
    def whole(self) -> Stretch:
        return self._replace(lines=range(len(self.text.lines)))


class _Part(NamedTuple):
    """Letters that an entry said, all that it says there now, and whether they may be anywhere."""

    words: str
    says: str
    anywhere: bool = False


def lines_unsaid(was: Entry, now: Entry, before: Stretch, after: Stretch, title: str) -> set[int]:
    """Return the lines with words of the entry `was` that it does not say any more.

    `title` are the letters of its title's line.
    """
    found: set[int] = set()
    for part in _parts(was, now, title):
        if not part.words or part.words in part.says:
            continue
        old, new = (each.whole if part.anywhere else each for each in (before, after))
        stood = len(old.text.within(part.words, old.lines))
        stand = new.text.within(part.words, new.lines)
        if stood and len(stand) >= stood:
            found |= {line for lines in stand for line in lines}
    return found


def _parts(was: Entry, now: Entry, title: str) -> Iterator[_Part]:
    # A line of commentary may be the title\'s now.
    fields = now.fields
    authors, tags = "".join(fields.authors), "".join(fields.tags)
    says = " ".join(map(letters_of, (fields.commentary, fields.title + authors, tags)))
    yield from (_Part(letters_of(line), says) for line in was.fields.commentary.split("\n"))
    yield _Part(letters_of("".join(was.fields.authors)), letters_of(authors))
    yield _Part(letters_of("".join(was.fields.tags)), letters_of(tags))
    if was.fields.title and letters_of(was.fields.title) not in letters_of(now.fields.title):
        yield _Part(title, "", anywhere=True)
