"""Links of files that are no papers' to a note renamed outside Obsidian: said, and mended."""

from __future__ import annotations

import pytest
from tests.support.vaults import Vault

OTHER = "see [[{0}]], [[papers/{0}|it]], `[[{0}]]`, ![[{0}#Head]], [[{0}.md]] and [[nowhere]]\n"
NEW = "papers/New name.md"


@pytest.fixture
def former(built: Vault) -> str:
    """Rename a note that two other files link to, and return its former name."""
    note = next(name for name in built.files() if name.startswith("papers/2308"))
    name = note.removeprefix("papers/").removesuffix(".md")
    built.write("daily/a.md", OTHER.format(name))
    built.write("b.md", f'---\nup: "[[{name}]]"\n---\n')
    built.write("daily/a (conflicted copy).md", OTHER.format(name))
    built.ok("sync", "--offline")
    assert name not in built.run("doctor").out
    (built.root / note).rename(built.root / NEW)
    return name


@pytest.mark.parametrize("synced", [False, True])
def test_the_doctor_lists_them_before_and_after_the_pass(
    built: Vault, former: str, synced: bool
) -> None:
    if synced:
        built.ok("sync", "--offline")
    assert built.read("b.md").count(former) == 1, "no pass mends them"
    ran = built.run("doctor")
    assert ran.code == 1
    assert f"b.md:2: the link to '{former}' leads nowhere: that note is {NEW} now" in ran.out
    assert ran.out.count("daily/a.md:1: the link to") == 4
    assert f"vault-sync relink '{former}' '{NEW}'" in ran.out
    assert "nowhere' leads" not in ran.out


@pytest.mark.parametrize("given", ["{}", "papers/{}.md"])
def test_relink_mends_them_in_a_pass_that_can_be_taken_back(
    built: Vault, former: str, given: str
) -> None:
    built.ok("sync", "--offline")
    before = built.files()
    old = given.format(former)
    for form in (given, "{}.md", "papers/{}"):
        shown = built.ok("relink", form.format(former), "New name", "--dry-run").out
        assert former in shown and shown.count("\n") == 3
    assert built.files() == before
    built.ok("relink", old, "New name")
    mended = OTHER.format("New name").replace("`[[New name]]`", f"`[[{former}]]`")
    assert built.read("daily/a.md") == mended
    assert built.read("b.md") == '---\nup: "[[New name]]"\n---\n'
    assert built.read("daily/a (conflicted copy).md") == OTHER.format(former)
    assert "leads nowhere" not in built.run("doctor").out
    assert "nothing to do" in built.ok("sync", "--offline").out
    assert "no files have links" in built.ok("relink", old, "New name").out
    assert "taken back" not in built.ok("undo").out, "no pass would mend them again"
    assert {name: text for name, text in built.files().items() if name in before} == before


def test_a_name_that_is_there_is_not_relinked(built: Vault, former: str) -> None:
    built.write(f"elsewhere/{former}.md", "mine\n")
    assert "b.md:2" not in built.run("doctor").out
    ran = built.run("relink", former, "New name")
    assert ran.code == 2 and "is there" in ran.err
    assert built.run("relink", "No such", "papers/None").code == 2


OWN_FORM = [
    ("[x](papers/{}.md)", "[x](papers/New%20name.md)"),
    ("[x](</papers/{}.md>)", "[x](</papers/New name.md>)"),
    ("![x](../papers/{}.md#Head)", "![x](../papers/New%20name.md#Head)"),
    ('[x]({}.md "a title")', '[x](New%20name.md "a title")'),
    ("[x](./../papers/{}.md)", "[x](../papers/New%20name.md)"),
    ("`[x](papers/{}.md)`", "`[x](papers/{}.md)`"),
    ("[x](https://x.org/papers/{}.md)", "[x](https://x.org/papers/{}.md)"),
    ("[x](elsewhere/{}.md)", "[x](elsewhere/{}.md)"),
]
"""Links in Markdown's own form, before and after a note of theirs is named anew."""


def test_links_in_markdowns_own_form(built: Vault, former: str) -> None:
    def lines(column: int) -> list[str]:
        return [
            row[column].format(former if "<" in row[0] else former.replace(" ", "%20"))
            for row in OWN_FORM
        ]

    built.write("daily/a.md", "\n".join(lines(0)))
    built.ok("sync", "--offline")
    found = built.run("doctor").out
    for number, (written, mended) in enumerate(OWN_FORM, 1):
        said = f"daily/a.md:{number}: the link to" in found
        assert said == (written != mended) or "elsewhere" in written, written
    built.ok("relink", f"papers/{former}", "New name")
    assert built.read("daily/a.md").split("\n") == lines(1)


def test_no_link_is_pointed_to_a_name_that_none_can_hold(built: Vault, former: str) -> None:
    (built.root / NEW).rename(built.root / "papers/Part #2.md")
    before = built.read("b.md")
    hint = "rename that note first: no link can lead to it as it is called"
    assert hint in built.run("doctor").out and "vault-sync relink" not in built.run("doctor").out
    ran = built.run("relink", former, "papers/Part #2.md")
    assert ran.code == 2 and "papers/Part #2.md: no wikilink can lead to" in ran.err
    assert built.read("b.md") == before


def test_a_folder_that_no_link_can_name_is_left_out_or_escaped(built: Vault, former: str) -> None:
    (built.root / "C#").mkdir()
    (built.root / NEW).rename(built.root / "C#/New name.md")
    built.write("daily/a.md", f"[[papers/{former}|x]] [y](</papers/{former}.md>)\n")
    built.ok("sync", "--offline")
    built.ok("relink", f"papers/{former}", "New name")
    assert built.read("daily/a.md") == "[[New name|x]] [y](</C%23/New name.md>)\n"


def test_by_its_name_alone_links_of_any_folder_are_mended_and_none_of_another_name(
    built: Vault, former: str
) -> None:
    name = former.replace(" ", "%20")
    built.write(
        "daily/a.md", f"[x](elsewhere/{name}.md) [y](No%20such.md) [[No such]] [[{former}]]\n"
    )
    built.ok("sync", "--offline")
    built.ok("relink", former, "New name")
    mended = "[x](papers/New%20name.md) [y](No%20such.md) [[No such]] [[New name]]\n"
    assert built.read("daily/a.md") == mended
