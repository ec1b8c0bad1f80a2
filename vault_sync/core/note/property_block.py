"""The YAML property block of a note: find it, read its values with their spans.

Reading never raises: a block that is not understood is `broken`, and then nothing in it is edited.
The block is what Obsidian takes for one: `---` alone on the first line, up to the next line that is
exactly `---`. Names are found as they are written, else without regard to case, as Obsidian does.
Editing is in `properties`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

import frontmatter
from frontmatter.default_handlers import BaseHandler
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from vault_sync.core.model.values import STANDARD_NAMES, PropertyNames
from vault_sync.core.note.yaml_nodes import UNMASK, BrokenError, compose, refuse_strange
from vault_sync.core.text.regex import regex
from vault_sync.core.text.spans import BOM, Span

Kind = Literal["scalar", "null", "list", "other"]


class Item(NamedTuple):
    """One item of a list. `span` is its value alone, quotes included; empty after a bare dash."""

    text: str
    span: Span


class Value(NamedTuple):
    """One property.

    `line` is the 1-based line of its name in the note. `span` is that of the value; for an absent
    one it is empty and right after the colon. `text` is "" for null, lists and `other`: a map, a
    nested list (`up: [[Note]]` without quotes), an alias, anything with an anchor or a tag.
    `items` is None unless `kind` is "list". `key` is where the name begins, `colon` the offset
    after its colon (after the name, if it has none).
    """

    name: str
    line: int
    span: Span
    text: str
    items: tuple[Item, ...] | None
    kind: Kind
    key: int
    colon: int


class Properties(NamedTuple):
    """The properties of `text`, as `read` found them.

    `block` reaches from the opening `---` to the closing one and its newline. `body` is the offset
    at which the rest begins. `values` stand in the note's order, under the names that it has;
    `names` are the vault's own, by which `find` is asked for ours. `broken` is a line and what is
    wrong with it; then there are no values.
    """

    text: str
    block: Span | None
    body: int
    values: Mapping[str, Value]
    broken: tuple[int, str] | None
    names: PropertyNames = STANDARD_NAMES

    def find(self, name: str) -> Value | None:
        """Return the property that ours of that name is, under the vault's own name or ours."""
        return next(self._spelled(name, self.names), None)

    def twice(self, name: str) -> tuple[Value, Value] | None:
        """Return the two properties that both are ours of that name; None where one is."""
        found = list(dict.fromkeys(self._spelled(name, self.names._replace(former=()))))
        return (found[0], found[1]) if len(found) > 1 else None

    def _spelled(self, name: str, names: PropertyNames) -> Iterator[Value]:
        for spelling in names.spellings(name):
            value = self._named(spelling)
            if value is not None:
                yield value

    def _named(self, name: str) -> Value | None:
        """Return the property of that name, else the first that differs from it only in case."""
        value = self.values.get(name)
        if value is None and self.values:
            folded = name.casefold()
            return next((v for n, v in self.values.items() if n.casefold() == folded), None)
        return value

    def scalar(self, name: str) -> str:
        """Return the text of a property: "" if absent or no scalar. A list of one is its item."""
        value = self.find(name)
        return "" if value is None else value_text(value) or ""

    def items(self, name: str) -> tuple[str, ...]:
        """Return the items of a property, empty ones left out. A scalar is a list of one."""
        value = self.find(name)
        return () if value is None else value_items(value) or ()


def value_text(value: Value) -> str | None:
    """Return a value read as a scalar; None where it cannot be."""
    if value.items is not None:
        return value.items[0].text if len(value.items) == 1 else None
    return None if value.kind == "other" else value.text


def value_items(value: Value) -> tuple[str, ...] | None:
    """Return a value read as a list, empty items left out; None where it cannot be read so."""
    if value.items is not None:
        return tuple(item.text for item in value.items if item.text)
    if value.kind == "other":
        return None
    return (value.text,) if value.text else ()


_REMARK = regex(r"(?m:^|(?<=[ \t]))#.*")


def remarks(properties: Properties) -> tuple[str, ...]:
    """Return the comments among the properties, which nobody but a person writes."""
    block = properties.block
    if block is None or "#" not in properties.text[block.start : block.end]:
        return ()
    parts, at = [], block.start
    for value in properties.values.values():
        spans = [value.span] if value.items is None else [item.span for item in value.items]
        for start, end in [(value.key, value.colon), *spans]:
            parts.append(properties.text[at:start])
            at = max(at, end)
    rest = "".join([*parts, properties.text[at : block.end]])
    return tuple(found[0].rstrip() for found in _REMARK.finditer(rest))


_OPENING = regex(f"{BOM}?---\r?\n")
_CLOSING = regex(r"\n---(?:\r?\n|\Z)")


class _YamlHandler(BaseHandler):
    """A handler that parts one note at Obsidian's delimiters, and reads values with spans.

    `frontmatter.parse` strips the text it is given and turns CRLF into LF. That would move every
    span, so a handler splits the note it was made for, and not what it is handed.
    """

    FM_BOUNDARY = _CLOSING

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.block: Span | None = None
        self.values: dict[str, Value] = {}
        self.body = 1 if text.startswith(BOM) else 0

    def split(self, text: str) -> tuple[str, str]:
        del text
        opening = _OPENING.match(self.text)
        closing = opening and _CLOSING.search(self.text, opening.end() - 1)
        if not opening or not closing:
            raise ValueError("no property block")
        self.block = Span(self.body, closing.end())
        self.body = closing.end()
        self.start = opening.end()
        return self.text[self.start : closing.start() + 1], ""

    def load(self, fm: str) -> dict[str, object]:
        self.values = _values(fm, self.text, self.start)
        return {}


def read(text: str, names: PropertyNames = STANDARD_NAMES) -> Properties:
    """Return the properties of a note. Total: any text is read."""
    handler = _YamlHandler(text)
    broken = None
    try:
        frontmatter.parse(text, handler=handler)
    except BrokenError as error:
        broken = error.args
    values = MappingProxyType(handler.values)
    return Properties(text, handler.block, handler.body, values, broken, names)


_COLON = regex(r"[ \t]*:")
# An anchor, a tag, or an alias: its marks are those of its anchor.
_ANCHORED = "&!"
_NULL = frozenset({"", "~", "null", "Null", "NULL"})


def _values(content: str, text: str, base: int) -> dict[str, Value]:
    """Return every property by name; `base` is where `content` begins in `text`.

    Raises:
        BrokenError: line and what is wrong.
    """
    masked = "\x85" in content or "\u2028" in content or "\u2029" in content or BOM in content
    root = compose(content, masked=masked)
    if root is None:
        return {}
    if not isinstance(root, MappingNode) or root.flow_style:
        flow = isinstance(root, MappingNode)
        what = "are written as JSON" if flow else "are no list of `name: value`"
        raise BrokenError(root.start_mark.line + 2, f"the properties {what}")
    source = _Source(text, base, masked)
    found: dict[str, Value] = {}
    for key, node in root.value:
        name = _name(source, key)
        if name.text in found:
            raise BrokenError(name.line, f"the property {name.text!r} stands there twice")
        found[name.text] = _value(source, name, node)
    return found


class _Source(NamedTuple):
    """The text of a note, the offset of its block's content, and True if that was masked."""

    text: str
    base: int
    masked: bool


class _Name(NamedTuple):
    """The name of a property, its line, its offset and that behind its colon (-1: no colon)."""

    text: str
    line: int
    start: int
    colon: int


def _name(source: _Source, key: Node) -> _Name:
    text, base, masked = source
    mark = key.start_mark
    start, line = mark.index + base, mark.line + 2
    if not isinstance(key, ScalarNode) or text[start] in "&!*":
        raise BrokenError(line, "a property's name is not a plain text")
    end = key.end_mark.index + base
    colon = end + 1
    if text[end] != ":":
        spaced = _COLON.match(text, end)
        colon = spaced.end() if spaced else -1
    return _Name(key.value.translate(UNMASK) if masked else key.value, line, start, colon)


def _value(source: _Source, of: _Name, node: Node) -> Value:
    (text, base, masked), (name, line, key, colon) = source, of
    start, end = node.start_mark.index + base, node.end_mark.index + base
    if colon < 0 or text[start] in _ANCHORED:
        # The name in `? name` has no colon.
        refuse_strange(node, line)
        colon = max(colon, key)
        return Value(name, line, Span(colon, line_end(text, colon)), "", None, "other", key, colon)
    if isinstance(node, ScalarNode):
        value: str = node.value
        if not node.style:
            if value in _NULL:
                return Value(name, line, Span(start, end), "", None, "null", key, colon)
        elif node.style in "|>":
            end = _literal_end(text, start, end)
        if masked:
            value = value.translate(UNMASK)
        return Value(name, line, Span(start, end), value, None, "scalar", key, colon)
    items = _items(node, text, base, masked=masked)
    if items is None:
        refuse_strange(node, line)
        return Value(
            name, line, Span(start, _node_end(node, text, base)), "", None, "other", key, colon
        )
    if text[start] != "[":
        end = items[-1].span.end
    return Value(name, line, Span(start, end), "", items, "list", key, colon)


def _items(node: Node, text: str, base: int, *, masked: bool) -> tuple[Item, ...] | None:
    """Return the items of a list of plain scalars; None for any other list."""
    if not isinstance(node, SequenceNode):
        return None
    items = []
    for child in node.value:
        start, end = child.start_mark.index + base, child.end_mark.index + base
        if not isinstance(child, ScalarNode) or text[start] in _ANCHORED:
            return None
        value = child.value
        if not child.style:
            if value in _NULL:
                value = ""
        elif child.style in "|>":
            end = _literal_end(text, start, end)
        items.append(Item(value.translate(UNMASK) if masked else value, Span(start, end)))
    return tuple(items)


def _node_end(node: Node, text: str, base: int) -> int:
    """Return the true end of a value: a block's end mark runs on over the comments below it."""
    while isinstance(node, CollectionNode) and not node.flow_style:
        last = node.value[-1]
        child = last if isinstance(node, SequenceNode) else last[1]
        if child.start_mark.index < node.start_mark.index:
            return base + node.end_mark.index
        node = child
    end = base + node.end_mark.index
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        return _literal_end(text, base + node.start_mark.index, end)
    return end


def _literal_end(text: str, start: int, end: int) -> int:
    """Return the end of a literal or folded block's last line, blank lines below it left out."""
    if "+" in text[start : line_end(text, start)].partition("#")[0]:
        return line_end(text, end - 1)
    return min(end, line_end(text, start + len(text[start:end].rstrip(" \t\r\n"))))


def line_end(text: str, offset: int) -> int:
    """Return the end of the words of a block's line that holds `offset`."""
    end = text.index("\n", offset)
    return end - 1 if text[end - 1] == "\r" else end
