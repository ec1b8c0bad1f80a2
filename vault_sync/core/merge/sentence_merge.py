r"""A text as a row of sentences, and two such texts merged without losing one.

Unlike `three_way.paragraphs`, which leaves to a person what both sides added at one place, both
additions stay here, the file's first: the two are versions of one file, and one of them goes away.
Blanks and line ends between sentences are layout. They go with the sentence below them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from vault_sync.core.merge import three_way
from vault_sync.core.text import common_items
from vault_sync.core.text.wrapping import same_words

_STOPS = tuple(".!?。！？…")

Words = tuple[str, ...]
"""The sentences of a text, without what stands between them."""


class Sentence(NamedTuple):
    """A sentence, and the blanks or line ends before it ("" at the start of a text)."""

    before: str
    words: str


def split(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a text; what blanks it ends with are none of them."""
    found: list[Sentence] = []
    before = ""
    for token in three_way.sentences(text):
        if token.isspace():
            before += token
        else:
            found.append(Sentence(before, token))
            before = ""
    return tuple(found)


def words_of(text: str) -> Words:
    """Return the words of each sentence of a text."""
    return tuple(sentence.words for sentence in split(text))


def join(sentences: Iterable[Sentence]) -> str:
    """Return the text of sentences that may stem from several texts.

    One that began its text, or that follows one without a full stop, begins a line: otherwise the
    two would read as one sentence, or a list item as part of the one above.
    """
    parts: list[str] = []
    last = ""
    for before, words in sentences:
        if parts:
            parts.append(_between(last, before))
        parts.append(words)
        last = words
    return "".join(parts)


def _between(last: str, before: str) -> str:
    if before and last.endswith(_STOPS):
        return before
    return before[before.index("\n") :] if "\n" in before else "\n"


def merge(base: str | None, file: str, copy: str) -> str | None:
    """Merge two texts, sentence by sentence; None where they clash.

    A clash is a sentence of `base` that both replaced, differently, or that one replaced and the
    other took out. Without a base nothing was taken out: the text that holds the other, else both.
    """
    sides = split(file), split(copy)
    here, there = (_words(side) for side in sides)
    if here == there:
        return file
    if base in (file, copy):
        return copy if base == file else file
    if same_words(file, copy):
        return file
    set_anew = None if base is None else three_way.words(base, file, copy)
    if set_anew is not None:
        return set_anew
    was = () if base is None else split(base)
    if base is None:
        if is_within(there, here):
            return file
        if is_within(here, there):
            return copy
    elif has_edits_of(there, _words(was), here):
        return copy
    elif has_edits_of(here, _words(was), there):
        return file
    sentences = _merged(_with_common(was, *sides), *sides)
    if sentences is None:
        return None
    if not _stay(_words(was), here, there) <= set(_words(sentences)):
        # Of a sentence that stands twice each side took out another one: neither meant all.
        return join([*sides[0], *(each for each in sides[1] if each.words not in here)])
    limit = Counter(here) | Counter(there)
    text = join(_at_most(limit, sentences))
    return file if text == join(sides[0]) else text


def _words(sentences: Iterable[Sentence]) -> Words:
    return tuple(sentence.words for sentence in sentences)


def _stay(was: Words, here: Words, there: Words) -> set[str]:
    """Return the sentences that nobody took out: of both sides, and those that one side added."""
    one, other = set(here), set(there)
    return one & other | (one | other) - set(was)


def is_within(part: Words, whole: Words) -> bool:
    """Return True if all sentences of `part` stand in `whole`, in their sequence."""
    rest = iter(whole)
    return all(words in rest for words in part)


def has_edits_of(whole: Words, was: Words, part: Words) -> bool:
    """Return True if one side has the other's edits already: a merge of which one side was written.

    Merged once more, a sentence could come to stand there twice. All that `part` added stands in
    `whole`, nothing that it took out does, and what is left of it stands in its sequence. A side
    that only took something out tells nothing: the other may have put something in its place.
    """
    added, gone = Counter(part) - Counter(was), Counter(was) - Counter(part)
    here = Counter(whole)
    if not added or not added <= here or any(here[each] > part.count(each) for each in gone):
        return False
    return is_within(tuple(each for each in part if each in here), whole)


def _with_common(
    was: Sequence[Sentence], here: Sequence[Sentence], there: Sequence[Sentence]
) -> Sequence[Sentence]:
    """Return the base, and in it what both sides have and it lacks: nobody's change."""
    result = list(was)
    present = list(_words(was))
    for one, other in common_items.common(_words(here), _words(there)):
        words = here[one].words
        if words in present:
            continue
        above = (each.words for each in reversed(here[:one]) if each.words in present)
        place = next((present.index(each) + 1 for each in above), 0)
        result.insert(place, there[other])
        present.insert(place, words)
    return result


def _merged(
    was: Sequence[Sentence], here: Sequence[Sentence], there: Sequence[Sentence]
) -> list[Sentence] | None:
    found: list[Sentence] = []
    at = [0, 0, 0]
    for chunk in three_way.places(_words(was), _words(here), _words(there)):
        base, one, other = (
            side[start : start + len(part)]
            for side, start, part in zip((was, here, there), at, chunk, strict=True)
        )
        at = [start + len(part) for start, part in zip(at, chunk, strict=True)]
        piece = _piece(base, one, other)
        if piece is None:
            return None
        found += piece
    return found


def _piece(
    base: Sequence[Sentence], one: Sequence[Sentence], other: Sequence[Sentence]
) -> Sequence[Sentence] | None:
    was, here, there = _words(base), _words(one), _words(other)
    if here == there == was:
        return list(_laid_out(base, one, other))
    if there in (here, was):
        return one
    if here == was:
        return other
    if set(was) <= set(here) | set(there):
        return list(_woven(was, one, other))
    return None


def _laid_out(
    base: Sequence[Sentence], one: Sequence[Sentence], other: Sequence[Sentence]
) -> Iterator[Sentence]:
    """Yield sentences that nobody changed, in the layout of the side that changed it.

    The file's if both did. The first sentence of a text has no layout to go by.
    """
    for was, here, there in zip(base, one, other, strict=True):
        yield there if here.before in (was.before, "") and there.before else here


def _woven(was: Words, one: Sequence[Sentence], other: Sequence[Sentence]) -> Iterator[Sentence]:
    """Yield the additions of both between what both left; what one took out is left away."""
    both = set(_words(one)) & set(_words(other))
    shared = common_items.common(_words(one), _words(other))
    stops = [(a, b) for a, b in shared if one[a].words in was]
    here = there = 0
    for a, b in [*stops, (len(one), len(other))]:
        for part in (one[here:a], other[there:b]):
            yield from (each for each in part if each.words in both or each.words not in was)
        yield from one[a : a + 1]
        here, there = a + 1, b + 1


def _at_most(limit: Counter[str], sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """Yield sentences, none more often than the side has it in which it stands most often."""
    seen: Counter[str] = Counter()
    for sentence in sentences:
        seen[sentence.words] += 1
        if seen[sentence.words] <= limit[sentence.words]:
            yield sentence
