r"""Single YAML values exactly as Obsidian writes them.

Obsidian writes properties with npm `yaml` (`stringify`, options `nullStr: ''`, `lineWidth: 0`), so
this follows that package's `stringifyString`: plain wherever that is legal and would not be read as
a number, a boolean or null; else double quotes; single quotes for a text with `"` and no `'`; a
literal block for several lines. The same text on both sides means that Obsidian's next save of
a note we wrote makes no difference to it.

One form is not followed: a text of several lines that no literal block can hold (one that has
control characters, or ends in blanks) is written in one line with `\n`, which reads the same.
"""

from __future__ import annotations

import json
import re

from vault_sync.core.text.regex import regex

# What npm `yaml` never leaves plain (its rule in `plainString`), an empty text, several lines, and
# the characters that force double quotes.
_NOT_PLAIN = regex(
    r"""\A(?:\Z|[\t ,[\]{}#&*!|>'"%@`]|[?-](?:\Z|[ \t]))"""
    r"|:[ \t]|[\t ]#|[\t :]\Z"
    r"|[\x00-\x08\n\x0b-\x1f\x7f-\x9f\ud800-\udfff]"
)
# Most texts are seen to be plain sooner: no odd first or last character, none of these inside.
_ODD_START = frozenset("\t ,[]{}#&*!|>'\"%@`?-+.~0123456789")
_ODD = regex("[:#\t\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_TYPED_WORDS = frozenset(
    ["null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE"]
)

_CONTROL = regex(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

# What YAML 1.2 core reads as something other than text.
_TYPED = regex(
    r"~|[Nn]ull|NULL|[Tt]rue|TRUE|[Ff]alse|FALSE"
    r"|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)"
    r"|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+"
    r"|[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN"
)

# JavaScript's `\s`, which tells a text of blanks alone.
_JS_BLANKS = " \t\n\xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)

_TO_ESCAPE = regex(r'["\\\x00-\x1f\ud800-\udfff]')
_JSON_ESCAPE = regex(r"\\(?:u00([0-9a-f]{2})|.)")
_SHORT = {"00": r"\0", "07": r"\a", "0b": r"\v", "1b": r"\e"}


def scalar(value: str, indent: int = 0) -> str:
    r"""Return `value` as it stands after `key: ` or `- `, without the newline that ends it.

    Args:
        value: any text.
        indent: the column of the key or of the dash; lines of a literal block stand two deeper.
    """
    if (
        value
        and value[0] not in _ODD_START
        and value[-1] != " "
        and not _ODD.search(value)
        and value not in _TYPED_WORDS
    ):
        return value
    if _NOT_PLAIN.search(value):
        if "\n" in value and not _CONTROL.search(value):
            return _several_lines(value, indent)
        return _quoted(value)
    return _quoted(value) if _TYPED.fullmatch(value) else value


def _quoted(value: str) -> str:
    if not _TO_ESCAPE.search(value):
        return f'"{value}"'
    if '"' in value and "'" not in value and "\n" not in value and not _CONTROL.search(value):
        return f"'{value}'"
    # A lone surrogate stays an escape, as JavaScript's JSON does it.
    escaped = json.dumps(value, ensure_ascii=False)
    escaped = re.sub(r"[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", escaped)
    return _JSON_ESCAPE.sub(_yaml_escape, escaped).replace(" \\n", "\\ \\n")


def _yaml_escape(found: re.Match[str]) -> str:
    code = found[1]
    return found[0] if code is None else _SHORT.get(code, f"\\x{code}")


def _several_lines(value: str, indent: int) -> str:
    # A block cannot end in a line of blanks alone, and one of blanks alone is clearer in quotes.
    if not value.strip(_JS_BLANKS) or re.search(r"\n[\t ]+\Z", value):
        return _quoted(value)
    blanks = value[len(value.rstrip("\n\t ")) :]
    newline = blanks.find("\n")
    chomp = "-" if newline < 0 else "" if newline == len(blanks) - 1 else "+"
    words = value.removesuffix("\n")
    deeper = " " * (indent + 2)
    mark = "2" if _starts_with_blank(words) else ""
    # The first line is indented even when it is empty: npm `yaml` does so.
    first, *others = words.split("\n")
    lines = "\n".join([deeper + first, *(deeper + line if line else "" for line in others)])
    return f"|{mark}{chomp}\n{lines}"


def _starts_with_blank(words: str) -> bool:
    """Return True if the first line that is not empty begins with a blank, which needs a mark."""
    return words.lstrip("\n").startswith(" ")
