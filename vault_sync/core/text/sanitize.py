"""Text that came from the network, made safe to stand in a note.

A title, an author, a comment or an abstract is written by a stranger, and a note is a place where
text is run: Dataview evaluates inline code, Templater `<% %>`, Obsidian embeds, hides `%%...%%`,
fetches images and shows HTML (Dataview CVE-2021-42057, obsidian-rss #70). Two places, two ways:

- `one_line` is for a property. A property shows its text as it is, so a backslash would be seen;
  what would run is broken with a plain space or becomes the character that was meant: "<%" is
  "< %", "[[" is "[ [", "`" is "‘". A "#" stays (`#InsTag` is a real title): a property makes no
  tag of it.
- `sanitize` is for Markdown. The same, and a backslash, which Obsidian does not show, before what
  would be a tag, a heading, a list, a quote, a table or a definition.

No zero-width character is used: it would be copied and searched along, and nobody would see why
the search finds nothing. LaTeX (`$x^2$`) is left as it is; Obsidian renders it. An inline field
(`key:: value`) is left too: it runs nothing and hides nothing.

Law: both are idempotent, and linear in the length of the text.
"""

from __future__ import annotations

import re
import unicodedata

from vault_sync.core.text.regex import regex

# Controls, bidi marks and overrides, invisible formatting, surrogates, tag characters; not the
# joiners (U+200C, U+200D), without which Persian and emoji fall apart, and not what ends a line.
_UNSEEN = regex(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINE_END = regex("\r\n|[\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]")

# TeX's quotes. The bound keeps a row of opening quotes that never close linear.
_TEX_QUOTED = regex(r"``((?:[^`'\n]|'(?!')){1,400})''")

_BROKEN_UP = regex(
    r"<(?=[A-Za-z/!?%])"  # HTML, comments, Templater, <address>
    r"|\[(?=\[)|\](?=\])"  # wikilinks
    r"|!(?=\[)"  # embeds and images
    r"|\](?=\()"  # links
    r"|\^(?=\[)"  # inline footnotes
    r"|%(?=%)"  # Obsidian's comment, which would hide the rest of the note
)
# An address that would make a program act (obsidian://); a web address only opens when clicked.
_SCHEME = regex(r"(?<!http)(?<!https):(?=//)", re.IGNORECASE)

# A "#" after white space and before anything that a tag may hold (Obsidian ends one at these).
_TAG = regex(r"(?<!\S)#+(?![\s!\"#$%&'()*+,.:;<=>?@^`{|}~\[\]\\]|$)")
_BLOCK_ID = regex(r"(?<=\s)\^(?=[A-Za-z0-9-]+$)")
_BLOCK_START = regex(r"(?=[#>|=+*_-]|~~~|:-|\[[^\]]*\]:)")
_NUMBERED = regex(r"(\d{1,9})([.)])(?=\s|$)")
_DOLLARS = regex(r"\${2,}")


def one_line(text: str) -> str:
    """Return `text` as one line, for a property; "" stays "".

    White space is collapsed, characters that are not seen are dropped, the rest is NFC, and no
    code, HTML, template, embed or link is left that anything would run or follow.
    """
    line = " ".join(text.split())
    # Most lines from the network are plain: nothing in them is unseen, and NFC leaves them.
    plain = line.isascii() and line.isprintable()
    return _broken_up(line if plain else " ".join(_seen(text).split()))


def sanitize(text: str) -> str:
    """Return `text` for a note's body: lines stay lines, and each is only a line of words.

    Blank lines stay blank lines, so paragraphs stay paragraphs; blanks at either end of a line go
    (four of them would be code).
    """
    return "\n".join(_words_only(one_line(line)) for line in _LINE_END.split(text))


def _seen(text: str) -> str:
    # NFC after the dropping: U+1FEF, the Greek varia, is a backtick once it is normalised.
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))


def _broken_up(line: str) -> str:
    # Each pattern looks around at every character; what it needs is found a hundred times as fast.
    if "`" in line:
        line = _TEX_QUOTED.sub("“\\1”", line).replace("`", "‘")
    if "<" in line or "[" in line or "]" in line or "%" in line:
        line = _BROKEN_UP.sub(lambda found: found[0] + " ", line)
    return _SCHEME.sub(": ", line) if "://" in line else line


def _words_only(line: str) -> str:
    line = _DOLLARS.sub("$", line)  # an open $$ would run on to the end of the note
    line = _TAG.sub(lambda found: "\\#" * len(found[0]), line)
    line = _BLOCK_ID.sub(r"\\^", line)
    if _BLOCK_START.match(line):
        return "\\" + line
    return _NUMBERED.sub(r"\1\\\2", line, count=1) if _NUMBERED.match(line) else line
