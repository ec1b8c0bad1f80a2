"""XML from strangers, read in pieces and within bounds, so that no tree of it is ever made."""

from __future__ import annotations

from typing import NamedTuple
from xml.parsers import expat

from vault_sync.core.sources.answers import MOST_ABSTRACT, Refused

_MOST_ELEMENTS = 500_000
_MOST_DEPTH = 20
_MOST_LEAVES = 50_000
_MOST_OF_A_TOKEN = 262_144
_PIECE = 65_536


class ElementReader:
    """A reader of elements as they come: `path` is the names of those that are open.

    It refuses at the first sign of another kind of document. A DOCTYPE is refused here and not by a
    look at the bytes: in UTF-16 it would not be seen.
    """

    root: str
    sort: str
    """The name of such a document, for people."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self._elements = 0

    def doctype(self, *_: object) -> None:
        raise Refused("the answer has a DOCTYPE")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > _MOST_ELEMENTS or len(self.path) >= _MOST_DEPTH:
            raise Refused(f"the answer is no {self.sort}: too many elements")
        if not self.path and tag != self.root:
            raise Refused(f"the answer is XML, but no {self.sort}")
        self.path.append(tag)
        self.opened(tag, attributes)

    def end(self, tag: str) -> None:
        self.path.pop()
        self.closed(tag)

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def data(self, text: str) -> None:
        raise NotImplementedError

    def closed(self, tag: str) -> None:
        raise NotImplementedError


def parse(body: bytes, reader: ElementReader) -> None:
    """Give a body's elements to a reader; a name is `namespace}name`.

    Raises:
        Refused: not XML, or the reader refuses it.
    """
    parser = expat.ParserCreate(namespace_separator="}")  # no DOCTYPE, so no entity
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        # In pieces, since expat goes on to the end of one after a handler has refused. It begins a
        # token that is not whole anew with every piece (before 2.6), so a long one is refused.
        for at in range(0, len(body), _PIECE):
            parser.Parse(body[at : at + _PIECE])
            if at - parser.CurrentByteIndex > _MOST_OF_A_TOKEN:
                raise Refused(f"the answer is no {reader.sort}: an element is too large")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refused(f"the answer is not XML: {error}") from None
    except (LookupError, ValueError) as error:  # an encoding that Python does not know
        if isinstance(error, Refused):
            raise
        raise Refused(f"the answer cannot be decoded: {error}") from None


class CutText:
    """A text that comes in pieces, none of which is taken once it is long enough."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def __str__(self) -> str:
        """Return what was taken."""
        return "".join(self._pieces)

    def add(self, piece: str) -> None:
        if self._length < MOST_ABSTRACT:
            self._pieces.append(piece[:MOST_ABSTRACT])
            self._length += len(piece)


class Leaf(NamedTuple):
    """An element's own text: the names of the elements around it and its own, its `type`."""

    path: str
    type: str
    text: str


class LeafReader(ElementReader):
    """A reader of a small document as the texts that stand in it, in their order."""

    _type: str
    _text: CutText

    def __init__(self, root: str, sort: str) -> None:
        super().__init__()
        self.root, self.sort = root, sort
        self.leaves: list[Leaf] = []

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        del tag
        self._begin(attributes.get("type", ""))

    def _begin(self, kind: str) -> None:
        self._type, self._text = kind, CutText()

    def data(self, text: str) -> None:
        self._text.add(text)

    def closed(self, tag: str) -> None:
        text = str(self._text).strip()
        if text and len(self.leaves) < _MOST_LEAVES:
            names = (*self.path[1:], tag)
            path = "/".join(name.rpartition("}")[2] for name in names)
            self.leaves.append(Leaf(path, self._type, text))
        self._begin("")
