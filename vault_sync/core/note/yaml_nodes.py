"""Compose the nodes of a property block, and refuse what cannot be read or goes too deep."""

from __future__ import annotations

import operator
import re
from typing import Final

import yaml
from yaml.nodes import Node, ScalarNode, SequenceNode

from vault_sync.core.text.regex import regex

# Wheels of PyYAML carry libyaml; without it the pure loader reads the same, 15 times slower.
_Composer: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _Loader(_Composer):  # type: ignore[misc,valid-type]
    """A loader that leaves the tags of nodes empty: values are read as texts, so none is needed.

    Asking PyYAML's resolver at every node would take a quarter of the time that reading takes.
    """

    def resolve(self, kind: type[Node], value: object, implicit: object) -> str:
        del kind, value, implicit
        return ""

    # Functions in C that take these arguments and do nothing: each is called at every node.
    descend_resolver = staticmethod(operator.is_)
    ascend_resolver = staticmethod(tuple)


MAX_SIZE = 64 * 1024
MAX_DEPTH = 20
_TOO_DEEP = f"the properties are nested more than {MAX_DEPTH} deep"


class BrokenError(Exception):
    """A block that cannot be read: line and what is wrong with it."""


# YAML 1.1 ends lines at these, or skips them; YAML 1.2 and Obsidian do not.
_MASK = {code: 0xF0000 + code for code in (0x85, 0x2028, 0x2029, 0xFEFF)}
UNMASK = {masked: code for code, masked in _MASK.items()}

# Every list and map has one of these, and what is deep has a long run of some, or many brackets.
_INDICATORS = "-:?[{"
_DEEP_RUN = regex(r"[ \t?:-]{40}")


def compose(content: str, *, masked: bool) -> Node | None:
    """Return the block's nodes, foreign line ends `masked` if there are any (see `UNMASK`).

    Raises:
        BrokenError: the block is no YAML, too large or too deep.
    """
    if len(content) > MAX_SIZE:
        raise BrokenError(1, f"the property block is larger than {MAX_SIZE // 1024} KB")
    if "\r" in content and (alone := re.search(r"\r(?!\n)", content)):
        line = content.count("\n", 0, alone.start()) + 2
        raise BrokenError(line, "a carriage return without a line feed stands in the properties")
    if masked:
        if any(chr(code) in content for code in UNMASK):
            raise BrokenError(1, "the properties hold characters of a private plane")
        content = content.translate(_MASK)
    try:
        # Composing is recursive, in C; what could go deep is first looked through event by event.
        if sum(map(content.count, _INDICATORS)) > 200 and (
            content.count("[") + content.count("{") > 200 or _DEEP_RUN.search(content)
        ):
            _refuse_depth(content)
        return yaml.compose(content, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        # libyaml finds some faults only at the end of the text, below the last line.
        last = content.count("\n") + 1
        line = min(error.problem_mark.line + 2, last) if error.problem_mark else last
        raise BrokenError(line, f"the properties are not valid YAML: {error.problem}") from error
    except yaml.reader.ReaderError as error:
        line = content.count("\n", 0, error.position) + 2
        raise BrokenError(line, "a control character stands in the properties") from error
    except UnicodeEncodeError as error:
        line = content.count("\n", 0, error.start) + 2
        raise BrokenError(line, "bytes that are not UTF-8 stand in the properties") from error


def _refuse_depth(content: str) -> None:
    depth = 0
    for event in yaml.parse(content, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise BrokenError(1, _TOO_DEEP)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def refuse_strange(node: Node, line: int) -> None:
    """Refuse maps that Obsidian refuses, and templates (`{{title}}`) that are not filled in."""
    # Aliases make this a graph, so every node is looked at once.
    seen = set()
    waiting = [(node, 1)]
    while waiting:
        node, depth = waiting.pop()
        if id(node) in seen or isinstance(node, ScalarNode):
            continue
        seen.add(id(node))
        if depth >= MAX_DEPTH:
            raise BrokenError(line, _TOO_DEEP)
        if isinstance(node, SequenceNode):
            waiting += [(child, depth + 1) for child in node.value]
            continue
        names = [key.value for key, _ in node.value if isinstance(key, ScalarNode)]
        if len(names) < len(node.value):
            raise BrokenError(line, "a map or list stands where a name should (`{{...}}`?)")
        if len(set(names)) < len(names):
            raise BrokenError(line, "a name stands twice in one map")
        waiting += [(child, depth + 1) for _, child in node.value]
