"""Notes that are made, and made again."""

from __future__ import annotations

from datetime import date

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    DIGEST,
    NOTE,
    WEEK,
    change,
    entry,
    forget,
    fresh,
    noted,
    only,
    quiet,
    said,
    section,
    settled,
)
from vault_sync.core.model.plan import Create, Rename
from vault_sync.core.model.values import Facts, Key, RelPath
from vault_sync.core.note.note_template import NoteTemplate

# Where something must.


def test_new_entries_get_notes_and_links() -> None:
    vault = fresh()
    plan = vault.sync()
    assert len([each for each in plan.operations if isinstance(each, Create)]) == 5
    assert entry(vault, ALPHA).link is not None
    assert noted(vault, NOTE).title == "Alpha Models: A Study"
    assert noted(vault, NOTE).authors == ("Ann Park", "Bo Lee")
    assert noted(vault, NOTE).tags == ("alpha", "llm")
    assert section(vault, NOTE).commentary == said(vault, ALPHA).commentary
    quiet(vault)


def test_remake_makes_a_missing_note_under_its_name() -> None:
    vault = settled()
    text = vault.files.pop(NOTE)
    vault.sync()
    only(vault, NOTE, remake=True)
    assert vault.files[NOTE] == text


def test_remake_without_base() -> None:
    vault = settled()
    change(vault, WEEK, "[[230801 Alpha Models|", "[[mine/Alpha|")
    del vault.files[NOTE]
    forget(vault)
    only(vault, "mine/Alpha.md", remake=True)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_newlines_and_bom_are_kept(newline: str, bom: str) -> None:
    vault = MemoryVault(files={WEEK: bom + DIGEST.replace("\n", newline)})
    vault.sync()
    assert vault.files[WEEK].count("\n") == DIGEST.count("\n")
    assert vault.files[WEEK].count("\r\n") == (DIGEST.count("\n") if newline == "\r\n" else 0)
    assert vault.files[WEEK].startswith(bom + "2023년")
    quiet(vault)


TEMPLATED = "digests/w1.md"
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
    made = MemoryVault({TEMPLATED: "w1\n" + "".join(entries)})
    days = {RelPath(TEMPLATED): date(2023, 8, 14)}
    made.template = NoteTemplate(RelPath("T.md"), template, lambda: days)
    return made


def test_a_note_is_made_after_the_template_once() -> None:
    world = vault(TEMPLATE)
    world.sync()
    text = world.files["papers/Alpha.md"]
    assert "day: 2023-08-14\n" in text and "# Alpha\n\n## [[w1]]\n\nWords 1.\n\n## Ideas\n" in text
    assert text.endswith("- of [[w1]]\n")
    assert world.sync().operations == ()
    assert "#paper" not in world.files[TEMPLATED], "the template's tag stays in the note"
    world.files[TEMPLATED] = world.files[TEMPLATED].replace("Words 1.", "Other words.")
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
    first = world.files[TEMPLATED].index("https", 5)
    world.files[TEMPLATED] = "w1\n" + world.files[TEMPLATED][first:]
    world.sync()
    assert (path in world.files) == bool(edit)


@pytest.mark.parametrize(
    ("template", "line"), [("---\na: [x\n---\nwords\n", 2), ("```\n{{section}}\n```\n", 1)]
)
def test_a_template_that_cannot_be_used_leaves_the_note_without_it(
    template: str, line: int
) -> None:
    world = vault(template)
    (problem,) = world.sync().problems
    assert (problem.code, problem.path, problem.line) == ("template-unusable", "T.md", line)
    assert "words" not in world.files["papers/Alpha.md"]
    assert world.files["papers/Alpha.md"].endswith("## [[w1]]\n\nWords 1.\n")


def test_a_template_has_the_facts_of_the_paper_in_their_places() -> None:
    names = ("title", "authors", "first_author", "year", "published", "url", "pdf", "arxiv", "doi")
    more = ("citekey", "abstract", "digest")
    template = "".join(f"{name}: {{{{{name}}}}};\n" for name in (*names, *more))
    world = vault(template)
    world.facts[Key("arxiv:2301.00001")] = Facts(
        published="2023-01-02", citekey="bee2023", abstract="Deep.\nWide.", doi="10.1/a"
    )
    second = "https://doi.org/10.1000/b\nDelta (Cee Dee, Eff Gee)\nWords.\n"
    world.files[TEMPLATED] += second
    world.sync()
    one = world.files["papers/230102 Alpha.md"]
    assert "title: Alpha;\nauthors: Ann Bee;\nfirst_author: Ann Bee;\nyear: 2023;\n" in one
    assert "published: 2023-01-02;\nurl: https://arxiv.org/abs/2301.00001;\n" in one
    assert "pdf: https://arxiv.org/pdf/2301.00001;\narxiv: 2301.00001;\ndoi: 10.1/a;\n" in one
    assert "citekey: bee2023;\n" in one and "digest: w1;\n" in one
    other = world.files["papers/Delta.md"]
    assert "authors: Cee Dee, Eff Gee;\nfirst_author: Cee Dee;\nyear: ;\npublished: ;\n" in other
    assert "pdf: ;\narxiv: ;\ndoi: 10.1000/b;\ncitekey: ;\nabstract: ;\n" in other


@pytest.mark.parametrize(("published", "day"), [("2023-01-02", "2023-01-02"), ("2023", "")])
def test_the_day_of_a_template_is_that_of_the_week_else_of_the_publication(
    published: str, day: str
) -> None:
    world = vault("on {{date}};\n")
    world.template = NoteTemplate(RelPath("T.md"), "on {{date}};\n", dict)
    world.facts[Key("arxiv:2301.00001")] = Facts(published=published)
    world.sync()
    (path,) = (path for path in world.files if path.endswith("Alpha.md"))
    assert f"on {day};\n" in world.files[path]


@pytest.mark.parametrize(
    ("facts", "name", "why"),
    [
        (Facts(published="2023-01-02"), "230102 2301.00009", "date of publication"),
        (Facts(published="2023-01-02", title="Zeta"), "230102 Zeta", "date of publication"),
        (Facts(title="Zeta"), "Zeta", "title"),
    ],
)
def test_a_rename_tells_which_fact_came(facts: Facts, name: str, why: str) -> None:
    world = MemoryVault({TEMPLATED: "w1\nhttps://arxiv.org/abs/2301.00009\nWords.\n"})
    world.sync()
    world.facts[Key("arxiv:2301.00009")] = facts
    renames = [each for each in world.sync().operations if isinstance(each, Rename)]
    assert [(each.to, each.why) for each in renames] == [
        (f"papers/{name}.md", f"its {why} is known now")
    ]


def test_only_tags_that_the_entry_lacks_are_the_templates_own() -> None:
    world = vault("---\ntags: [paper, x]\n---\n{{section}}\n")
    world.sync()
    own = {row.key: value for row, value in world.rows.items() if row.field == "apart:tags"}
    assert own[Key("arxiv:2301.00001")] == ("paper",)
