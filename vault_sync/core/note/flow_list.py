"""Lists in one line, `tags: [a, b]`, written by ruamel.yaml: items that stay keep their quotes."""

from __future__ import annotations

from collections.abc import Sequence

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

from vault_sync.core.note.yaml_scalar import scalar
from vault_sync.core.text.common_items import changes
from vault_sync.core.text.regex import regex

_ENDS_ITEM = regex(r"[\[\]{},\n]")


def rewritten(lines: str, old: Sequence[str], want: Sequence[str]) -> str:
    """Return the lines of one property, its list of `old` items made to hold those of `want`.

    "" where ruamel.yaml cannot: it makes dates and numbers, and 2023-99-99 is none.
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 2**31
    out = _Parts()
    try:
        loaded = yaml.load(lines.replace("\r\n", "\n"))
        (items,) = loaded.values()
        for kind, start, end, other, stop in reversed(changes(old, want)):
            if kind != "equal":
                items[start:end] = []
                for item in reversed(want[other:stop]):
                    items.insert(start, _item(item))
        yaml.dump(loaded, out)
    except (YAMLError, ValueError):
        return ""
    return b"".join(out).decode()


class _Parts(list[bytes]):
    """A stream for ruamel.yaml: the bytes that it writes."""

    write = list.append


def _item(item: str) -> object:
    """Return an item that ruamel.yaml will write in the quotes that Obsidian would give it."""
    quote = scalar(item)[0]
    if quote == "'":
        return SingleQuotedScalarString(item)
    if quote == '"' or _ENDS_ITEM.search(item):
        return DoubleQuotedScalarString(item)
    return item
