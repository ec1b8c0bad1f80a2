"""Notes made after the reader's template, in a vault in memory."""

from __future__ import annotations

from datetime import date

import pytest
from tests.support.memory_vault import MemoryVault
from vault_sync.core.model.values import RelPath
from vault_sync.core.note.note_template import NoteTemplate

DIGEST = "digests/w1.md"
ENTRY = "https://arxiv.org/abs/2301.0000{0}\n{1} (Ann Bee)\nWords {0}.\n#x\n"
TEMPLATE = """\
---
status: unread
tags: [paper]
day: {{date}}
---

# {{title}}

{{section}}

## Ideas

- of [[{{digest}}]]
"""


def vault(template: str) -> MemoryVault:
    entries = [ENTRY.format(n, name) for n, name in enumerate(("Alpha", "Beta", "Gamma"), 1)]
    made = MemoryVault({DIGEST: "w1\n" + "".join(entries)})
    days = {RelPath(DIGEST): date(2023, 8, 14)}
    made.template = NoteTemplate(RelPath("T.md"), template, lambda: days)
    return made


def test_a_note_is_made_after_the_template_once() -> None:
    world = vault(TEMPLATE)
    world.sync()
    text = world.files["papers/Alpha.md"]
    assert "day: 2023-08-14\n" in text and "# Alpha\n\n## [[w1]]\n\nWords 1.\n\n## Ideas\n" in text
    assert text.endswith("- of [[w1]]\n")
    assert world.sync().operations == ()
    assert "#paper" not in world.files[DIGEST], "the template's tag stays in the note"
    world.files[DIGEST] = world.files[DIGEST].replace("Words 1.", "Other words.")
    world.sync()
    assert world.files["papers/Alpha.md"] == text.replace("Words 1.", "Other words.")


@pytest.mark.parametrize("edit", ["", "status: read", "- mine", "# Alphas"])
def test_what_nobody_changed_does_not_keep_a_note(edit: str) -> None:
    world = vault(TEMPLATE)
    world.sync()
    path = "papers/Alpha.md"
    if edit:
        was = {"s": "status: unread", "-": "- of [[w1]]", "#": "# Alpha"}[edit[0]]
        world.files[path] = world.files[path].replace(was, edit)
    first = world.files[DIGEST].index("https", 5)
    world.files[DIGEST] = "w1\n" + world.files[DIGEST][first:]
    world.sync()
    assert (path in world.files) == bool(edit)


@pytest.mark.parametrize("template", ["---\na: [x\n---\nwords\n", "```\n{{section}}\n```\n"])
def test_a_template_that_cannot_be_used_leaves_the_note_without_it(template: str) -> None:
    world = vault(template)
    plan = world.sync()
    assert [each.code for each in plan.problems] == ["template-unusable"]
    assert "words" not in world.files["papers/Alpha.md"]
    assert world.files["papers/Alpha.md"].endswith("## [[w1]]\n\nWords 1.\n")
