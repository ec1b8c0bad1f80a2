"""Notes that do not read as such any more: the line and the cause of every way to get there."""

from __future__ import annotations

import pytest
from vault_sync.core.note import note
from vault_sync.core.note.lost_block import lost_block

PROPERTIES = """title: Alpha
url: https://arxiv.org/abs/2308.00001
digests:
  - "[[week]]"
tags:
  - alpha
"""
BLOCK = f"---\n{PROPERTIES}---\n"
BODY = "\n## [[week]]\n\nwords\n\n---\n\nmore\n"
NOTE = BLOCK + BODY
TOP = "Obsidian reads properties only at the very top"
GONE = "the property `digests`, by which a note is known, is gone"
NO_PAPER = "no property says any more which paper this is (`url`, `arxiv`, `doi`)"
ABOVE = f"something stands above the properties: {TOP}"


def formatter(mark: str) -> str:
    return f"a formatter that knows no properties wrote `{mark}` for `---`"


def opens(line: str) -> str:
    return f"the properties open with {line!r}: it must be `---` and nothing else"


def closes(line: str) -> str:
    return f"the properties close with {line!r}: it must be `---` and nothing else"


def quoted(text: str) -> str:
    return "".join(f"> {line}" for line in text.splitlines(keepends=True))


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        (f"\n{NOTE}", 1, f"line 1 is blank: {TOP}"),
        (f"\n \n{NOTE}", 1, f"line 1 is blank: {TOP}"),
        (f"a\n{NOTE}", 1, ABOVE),
        (f"a\n\n{NOTE}", 1, ABOVE),
        (f"# Title\n\n{NOTE}", 1, ABOVE),
        (f"\n# Title\n\n{NOTE}", 2, ABOVE),
        (f"status: read\n\n{NOTE}", 1, ABOVE),
        (f"a{NOTE}", 1, opens("a---")),
        (f" {NOTE}", 1, opens(" ---")),
        (NOTE[1:], 1, opens("--")),
        (f"-{NOTE}", 1, opens("----")),
        (NOTE.replace("---\n", "--- \n", 1), 1, opens("--- ")),
        (NOTE.replace("---\n", "\u2014\n", 1), 1, opens("\u2014")),
        (f"\u200b{NOTE}", 1, opens("\u200b---")),
        (NOTE[4:], 1, "the `---` that opens the properties is missing"),
        (NOTE.replace("---\n", "", 1), 1, "the `---` that opens the properties is missing"),
        (f"---\n{PROPERTIES}{BODY}", 8, "the `---` that closes the properties is missing"),
        (f"---\n{PROPERTIES}\n## [[week]]\n", 8, "the `---` that closes the properties is missing"),
        (f"---\n{PROPERTIES}", 8, "the `---` that closes the properties is missing"),
        (f"---\n{PROPERTIES}--- \n\n## [[week]]\n", 8, closes("--- ")),
        (f"---\n{PROPERTIES}--- \n{BODY}", 8, closes("--- ")),
        (f"---\n{PROPERTIES}----\n\n## [[week]]\n", 8, closes("----")),
        (f"---\n{PROPERTIES} ---\n\n## [[week]]\n", 8, closes(" ---")),
        (f"---\n{PROPERTIES}***\n\n## [[week]]\n", 8, formatter("***")),
        (f"---\ntags: []\n---\n{NOTE}", 1, "two blocks of properties: lines 1 and 4"),
        (f"---\ntags: []\n---\n\na\n{NOTE}", 1, "two blocks of properties: lines 1 and 6"),
        (f"---\n---\n\n{NOTE}", 1, "two blocks of properties: lines 1 and 4"),
        (f"{BLOCK}\n{NOTE}", 1, "two blocks of properties: lines 1 and 10"),
        (NOTE.replace('digests:\n  - "[[week]]"\n', ""), 1, GONE),
        (NOTE.replace("digests:", "weeks:"), 1, GONE),
        (NOTE.replace("url: https://arxiv.org/abs/2308.00001\n", ""), 3, NO_PAPER),
        (quoted(NOTE), 1, "the whole note is quoted"),
        (quoted(BLOCK) + BODY, 1, "the properties are quoted"),
        (f"```\n{NOTE}```\n", 1, "the properties stand in a code fence"),
        (NOTE.replace("---", "***"), 1, formatter("***")),
        (NOTE.replace("---", "* * *"), 1, formatter("* * *")),
        (NOTE.replace("---", "_" * 70), 1, formatter("___...")),
        (BODY, 2, "the properties are gone"),
        ("\nwords\n", 2, "the properties are gone"),
    ],
)
@pytest.mark.parametrize("form", ["{}", "\ufeff{}", "crlf"])
def test_each_way_to_lose_the_properties_has_its_line(
    text: str, line: int, cause: str, form: str
) -> None:
    written = text.replace("\n", "\r\n") if form == "crlf" else form.format(text)
    assert lost_block(note.read(written)) == (line, cause)


@pytest.mark.parametrize(
    "text",
    [
        NOTE,
        NOTE.replace("tags:\n  - alpha\n", ""),
        BLOCK,
        f"{BLOCK}\n---\n\nwords\n",
        f"{BLOCK}---\nwords: of mine\n---\n",
        f"{BLOCK}\nwords\n\n{BLOCK}",
        # What is broken otherwise is told where it is broken.
        NOTE.replace("title: Alpha", "title: 'Alpha"),
    ],
)
def test_a_note_that_reads_as_one_is_none_of_these(text: str) -> None:
    assert lost_block(note.read(text)) is None
