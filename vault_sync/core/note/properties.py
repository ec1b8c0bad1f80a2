"""Editing a note's properties by the span of the value that changes, in Obsidian's own style.

Every edit is proved by reading its outcome before anything is returned: the target as asked, every
other property the same to the byte. What cannot be proved is refused (`Unwritable`), never written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from vault_sync.core.model.values import (
    STANDARD_NAMES,
    Problem,
    PropertyNames,
    PropertyValue,
    RelPath,
)
from vault_sync.core.note.property_block import (
    Item,
    Properties,
    Value,
    line_end,
    read,
    value_items,
    value_text,
)
from vault_sync.core.note.property_table import PROPERTY_RANKS
from vault_sync.core.note.yaml_scalar import scalar
from vault_sync.core.text.common_items import changes
from vault_sync.core.text.module_door import door
from vault_sync.core.text.spans import Edit, Span, newline_kind, splice, to_newlines

if TYPE_CHECKING:
    from vault_sync.core.note import flow_list
else:  # few notes have a list in one line, and ruamel.yaml takes 30 ms
    flow_list = door("vault_sync.core.note.flow_list")

Wanted = PropertyValue | None
"""A value (the empty items of a list left out), or None: without the property."""


class Unwritable(Exception):  # noqa: N818  a refusal that the caller reports, no error of the program
    """The properties cannot be edited as asked: where, why, and what to do."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(line, message)
        self.line = line
        self.message = message

    def problem(self, path: RelPath) -> Problem:
        """Return the problem of a note that cannot be edited."""
        hint = "the note is left as it is"
        return Problem(path, "properties-not-editable", self.message, hint, self.line)


def block(values: Mapping[str, PropertyValue]) -> str:
    """Return a new block, as Obsidian writes it. An empty list is written `name: []`."""
    return f"---\n{_written(values)}---\n"


def edit(properties: Properties, changes: Mapping[str, Wanted]) -> list[Edit]:
    """Return the edits of `properties.text` that make each property of `changes` as asked.

    `changes` bears our names: a property is edited under the name that it has, and made under the
    vault's own. A value that reads as asked already is not touched, however it is written: a list
    of one is as good as its item. A new property stands between the neighbours that the table
    gives it where these are neighbours here, else last, in the order given. A block that is left
    without properties goes, as in Obsidian.

    Raises:
        Unwritable: the block is broken, or the value is one that no edit was proved for.
        ValueError: two names in `changes` are, but for case, one property.
    """
    if properties.broken and changes:
        line, what = properties.broken
        raise Unwritable(line, f"{what}; put it right by hand, then it is kept up to date again")
    wanted = {
        spelled(properties, name): _clean(want)
        for name, want in changes.items()
        if not properties.names.is_off(name)
    }
    return _proved_edits(properties._replace(names=STANDARD_NAMES), wanted, properties.names)


def spelled(properties: Properties, name: str) -> str:
    """Return the name under which a property of ours stands, or is to stand."""
    value = properties.find(name)
    return properties.names.written(name) if value is None else value.name


def _proved_edits(
    properties: Properties, wanted: dict[str, Wanted], names: PropertyNames
) -> list[Edit]:
    """Return the edits under the names that the note has, `wanted` by these."""
    wanted = {name: want for name, want in wanted.items() if _differs(properties, name, want)}
    if not wanted:
        return []
    if properties.block is None:
        edits = [_new_block(properties, wanted)]
    else:
        edits = list(_edits(properties, properties.block, wanted, names))
        if set(wanted.values()) == {None} and _leaves_nothing(properties, edits):
            edits = [Edit(properties.block, "")]
    _prove(properties, wanted, edits)
    return edits


def _clean(want: Wanted) -> Wanted:
    return tuple(filter(None, want)) if isinstance(want, tuple) else want


def _differs(properties: Properties, name: str, want: Wanted) -> bool:
    value = properties.find(name)
    return want is not None if value is None else not _reads_as(value, want)


def _reads_as(value: Value, want: Wanted) -> bool:
    if isinstance(want, tuple):
        return value_items(value) == want
    return want is not None and value_text(value) == str(want)


def _new_block(properties: Properties, wanted: Mapping[str, Wanted]) -> Edit:
    new = {name: want for name, want in wanted.items() if want is not None}
    text = to_newlines(block(new), newline_kind(properties.text))
    return Edit(Span(properties.body, properties.body), text)


def _leaves_nothing(properties: Properties, edits: Iterable[Edit]) -> bool:
    """Return True if the edits empty the block, comments too: Obsidian would take it away."""
    after = read(splice(properties.text, edits))
    return (
        after.block is not None
        and re.fullmatch(r"---\s*---\s*", after.block.slice(after.text)) is not None
        # What follows must not become a block by it.
        and read(after.text[after.body :]).block is None
    )


def _edits(
    properties: Properties, place: Span, wanted: Mapping[str, Wanted], names: PropertyNames
) -> Iterator[Edit]:
    text = properties.text
    newline = "\r\n" if text.startswith("\r\n", text.index("---") + 3) else "\n"
    new: dict[str, PropertyValue] = {}
    for name, want in wanted.items():
        value = properties.find(name)
        if value is not None:
            for change in _value_edits(text, value, want):
                yield Edit(change.span, to_newlines(change.text, newline))
        elif want is not None:
            new[name] = want
    if new:
        closing = text.rindex("---", *place)
        indent = min((_column(text, value) for value in properties.values.values()), default=0)
        for name, want in new.items():
            left = left_neighbour(properties, name, names)
            at = closing if left is None else _line_stop(text, max(left.span.end, left.colon))
            yield Edit(Span(at, at), to_newlines(_written({name: want}, indent), newline))


def _prove(properties: Properties, wanted: Mapping[str, Wanted], edits: Iterable[Edit]) -> None:
    before, after = properties, read(splice(properties.text, edits))
    old = {value.name: want for name, want in wanted.items() if (value := before.find(name))}
    new = [name for name, want in wanted.items() if want is not None and not before.find(name)]
    stay = [name for name in before.values if old.get(name, "") is not None]
    same = (
        after.broken is None
        and [name for name in after.values if name not in new] == stay
        and after.values.keys() >= set(new)
        and after.text[after.body :] == before.text[before.body :]
        and all(
            _reads_as(value, old[name] if name in old else wanted[name])
            if name in old or name in wanted
            else _unmoved(before, before.values[name], after, value)
            for name, value in after.values.items()
        )
    )
    if not same:
        first = before.find(next(iter(wanted)))
        raise Unwritable(
            first.line if first else 1,
            f"the properties {', '.join(wanted)} cannot be written without a change to another one;"
            " write them by hand in a simpler form",
        )


def _unmoved(before: Properties, old: Value, after: Properties, new: Value) -> bool:
    return (
        old.kind == new.kind
        and old.text == new.text
        and value_items(old) == value_items(new)
        and old.span.slice(before.text) == new.span.slice(after.text)
    )


def _written(values: Mapping[str, PropertyValue], indent: int = 0) -> str:
    lines = []
    before = " " * indent
    for name, value in values.items():
        if not isinstance(value, tuple):
            lines.append(f"{before}{scalar(name)}: {_single(value, indent)}\n")
        elif items := [item for item in value if item]:
            lines.append(f"{before}{scalar(name)}:\n")
            lines += [f"{before}  - {scalar(item, indent + 2)}\n" for item in items]
        else:
            lines.append(f"{before}{scalar(name)}: []\n")
    return "".join(lines)


def _single(value: str | int, indent: int) -> str:
    return str(value) if isinstance(value, int) else scalar(value, indent)


def _column(text: str, value: Value) -> int:
    return value.key - _line_start(text, value.key)


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _line_stop(text: str, offset: int) -> int:
    return text.index("\n", offset) + 1


class _ItemLines(NamedTuple):
    """The lines of one item of a block list, [start, stop), its own comment included."""

    text: str
    span: Span
    start: int
    stop: int


def _item_lines(text: str, items: Iterable[Item]) -> list[_ItemLines]:
    rows = []
    for item in items:
        start = _line_start(text, text.rindex("-", 0, item.span.start + 1))
        rows.append(_ItemLines(item.text, item.span, start, _line_stop(text, item.span.end)))
    return rows


def _value_edits(text: str, value: Value, want: Wanted) -> Iterator[Edit]:
    """Yield the edits of one property that is there, with LF newlines."""
    if value.kind == "other":
        raise Unwritable(
            value.line,
            f"{value.name} is neither a text nor a list of texts (a link needs quotes:"
            ' "[[Note]]"; anchors and tags are left alone); change it by hand',
        )
    if want is None:
        start = _line_start(text, value.key)
        yield Edit(Span(start, _line_stop(text, max(value.span.end, value.colon))), "")
        return
    colon = value.colon
    indent = _column(text, value)
    if value.items and not _is_flow(text, value):
        rows = _item_lines(text, value.items)
        if isinstance(want, tuple) and want:
            yield from _list_edits(text, rows, want)
            return
        yield from (Edit(Span(row.start, row.stop), "") for row in rows)
        yield from _inline(text, Span(colon, colon), want, indent)
    elif _holds_comment(text, value):
        raise Unwritable(value.line, f"a comment stands in {value.name}; change it by hand")
    elif value.items and isinstance(want, tuple) and 0 < len(want) <= len(value.items):
        yield _flow_edit(text, value, want)
    elif isinstance(want, tuple) and want:
        yield Edit(Span(colon, value.span.end), "")
        end = line_end(text, value.span.end)
        before = " " * (indent + 2)
        added = "".join(f"\n{before}- {scalar(item, indent + 2)}" for item in want)
        yield Edit(Span(end, end), added)
    else:
        yield from _inline(text, value.span, want, indent)


def _holds_comment(text: str, value: Value) -> bool:
    """Return True for a comment before or inside a value: a new value would swallow it."""
    start, end = value.span
    if "#" in text[value.colon : start]:
        return True
    if value.items is None:
        return text[start] in "|>" and "#" in text[start : line_end(text, start)]
    between = [start, *(offset for item in value.items for offset in item.span), end]
    return any("#" in text[a:b] for a, b in zip(between[::2], between[1::2], strict=True))


def _is_flow(text: str, value: Value) -> bool:
    return text[value.span.start] == "["


def _inline(text: str, span: Span, want: PropertyValue, indent: int) -> Iterator[Edit]:
    """Yield the edits to a value on the line of `span`; a comment behind it stays behind it."""
    new = "[]" if isinstance(want, tuple) else _single(want, indent)
    if text[span.start - 1] in ":-":
        new = f" {new}"
    head, newline, below = new.partition("\n")
    end = line_end(text, span.end)
    yield Edit(span, head)
    yield Edit(Span(end, end), newline + below)


def _list_edits(text: str, rows: list[_ItemLines], want: tuple[str, ...]) -> Iterator[Edit]:
    """Yield the edits of a block list, item by item; one that only moves takes its line along."""
    rows = [row for row in rows if row.text] or rows
    first = rows[0]
    indent = text.index("-", first.start) - first.start
    steps = changes([row.text for row in rows], want)
    leaving = [
        row for tag, a, b, _, _ in steps if tag in {"delete", "replace"} for row in rows[a:b]
    ]
    coming = {
        want[j] for tag, _, _, c, d in steps if tag in {"insert", "replace"} for j in range(c, d)
    }
    moving = {row.text: text[row.start : row.stop].replace("\r\n", "\n") for row in leaving}
    moving = {item: lines for item, lines in moving.items() if item in coming}

    def lines(item: str) -> str:
        return moving.pop(item, "") or f"{' ' * indent}- {scalar(item, indent)}\n"

    for tag, a, b, c, d in steps:
        if tag == "equal":
            continue
        if tag == "replace" and b - a == d - c and not moving:
            for row, item in zip(rows[a:b], want[c:d], strict=True):
                yield from _inline(text, row.span, item, indent)
            continue
        yield from (Edit(Span(row.start, row.stop), "") for row in rows[a:b])
        at = rows[a].start if a < b or a == 0 else rows[a - 1].stop
        yield Edit(Span(at, at), "".join(map(lines, want[c:d])))


def _flow_edit(text: str, value: Value, want: tuple[str, ...]) -> Edit:
    """Return the edit of a flow list (`[a, b]`); nothing outside it."""
    assert value.items is not None
    start, stop = _line_start(text, value.key), _line_stop(text, value.span.end)
    old = [item.text for item in value.items]
    again = read(f"---\n{flow_list.rewritten(text[start:stop], old, want)}---\n")
    if again.broken or list(again.values) != [value.name]:
        refusal = f"the list {value.name} cannot be edited; write it with one item a line"
        raise Unwritable(value.line, refusal)
    return Edit(value.span, again.values[value.name].span.slice(again.text))


def left_neighbour(properties: Properties, name: str, names: PropertyNames) -> Value | None:
    """Return the property after which a new one stands; None where it comes last.

    Both neighbours are ours, and the table has the new one between them.
    """
    rank = PROPERTY_RANKS.get(names.ours(name))
    values = list(properties.values.values())
    found = [PROPERTY_RANKS.get(names.ours(value.name)) for value in values]
    for value, before, after in zip(values, found, found[1:], strict=False):
        if rank is not None and before is not None and after is not None and before < rank < after:
            return value
    return None
