"""What a person took back is not done again until something changes there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.vaults import Vault, rebuilt

WEEK, NEXT = "digests/1w.md", "digests/2w.md"
PAGE = "Sync conflicts.md"
ENTRY = "https://arxiv.org/abs/2308.0000{0}\n{1}: Paper (Ann Park)\nwords of {1}\n#t\n"
NAMES = ("Alpha", "Beta", "Gamma", "Delta")
DIGEST = "1w\n" + "".join(ENTRY.format(number, name) for number, name in enumerate(NAMES, 1))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return rebuilt(tmp_path, {WEEK: DIGEST})


def texts(vault: Vault) -> dict[str, str]:
    return {
        str(path.relative_to(vault.root)): path.read_text()
        for path in vault.root.rglob("*.md")
        if "/." not in str(path.relative_to(vault.root.parent))
    }


def quiet(vault: Vault, stay: dict[str, str]) -> None:
    for command in ("sync", "check", "status", "sync"):
        vault.ok(command)
        assert texts(vault) == stay, command


def taken_back(vault: Vault, count: int = 1) -> dict[str, str]:
    ran = vault.ok("undo")
    assert f"not made again before a text there is edited: {count} change" in ran.out
    stay = texts(vault)
    quiet(vault, stay)
    assert f"taken back {count} " in vault.ok("status").out
    return stay


def edits(vault: Vault, path: str, old: str, new: str) -> None:
    vault.edit(path, old, new)
    vault.ok("sync")


EDITS = {
    "commentary": (WEEK, "words of Alpha", "words of Alpha, more", "papers/Alpha.md"),
    "commentary of a note": ("papers/Alpha.md", "words of Alpha", "other words", WEEK),
    "tag": (WEEK, "Alpha\n#t", "Alpha\n#t #new", "papers/Alpha.md"),
    "tag taken out": ("papers/Alpha.md", "tags:\n  - t", "tags: []", WEEK),
    "title": (WEEK, "Alpha: Paper", "Alpha: Newer", "papers/Alpha.md"),
    "authors": ("papers/Alpha.md", "- Ann Park", "- Bo Li", WEEK),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_stays_taken_back_and_others_go_on(vault: Vault, name: str) -> None:
    path, old, new, other = EDITS[name]
    before = vault.read(other)
    edits(vault, path, old, new)
    done = texts(vault)
    assert vault.read(other) != before
    taken_back(vault)
    assert vault.read(other) == before
    edits(vault, WEEK, "words of Beta", "words of Beta, edited")
    assert "edited" in vault.read("papers/Beta.md")
    assert vault.read("papers/Alpha.md") == (before if other != WEEK else done["papers/Alpha.md"])
    vault.ok("sync", "--redo")
    assert vault.read("papers/Alpha.md") == done["papers/Alpha.md"]
    assert vault.read(WEEK) == done[WEEK].replace("words of Beta", "words of Beta, edited")
    assert "taken back" not in vault.ok("status").out
    vault.ok("check")


def test_it_is_lifted_when_either_text_changes(vault: Vault) -> None:
    edits(vault, WEEK, "words of Alpha", "words of Alpha, more")
    taken_back(vault)
    edits(vault, WEEK, "words of Alpha, more", "words of Alpha, and yet more")
    assert "and yet more" in vault.read("papers/Alpha.md")
    assert "taken back" not in vault.ok("status").out


def test_it_is_lifted_by_rebuild(vault: Vault) -> None:
    edits(vault, WEEK, "words of Alpha", "words of Alpha, more")
    taken_back(vault)
    vault.ok("rebuild")
    assert "more" in vault.read("papers/Alpha.md")
    assert "taken back" not in vault.ok("status").out


def test_a_dry_run_lifts_nothing(vault: Vault) -> None:
    edits(vault, WEEK, "words of Alpha", "words of Alpha, more")
    stay = taken_back(vault)
    vault.ok("sync", "--redo", "--dry-run")
    quiet(vault, stay)


def test_a_first_rebuild_stays_taken_back(vault: Vault) -> None:
    stay = taken_back(vault, len(NAMES))
    assert stay == {WEEK: DIGEST}, "bytes as before"
    vault.write(NEXT, "2w\n" + ENTRY.format(5, "Epsilon"))
    vault.ok("sync")
    assert sorted(texts(vault)) == [WEEK, NEXT, "papers/Epsilon.md"]
    edits(vault, WEEK, "words of Alpha", "words of Alpha, more")
    assert "papers/Alpha.md" in texts(vault) and "papers/Beta.md" not in texts(vault)
    vault.ok("rebuild")
    assert {"papers/Beta.md", "papers/Gamma.md"} <= texts(vault).keys()


def test_a_new_note_stays_taken_back(vault: Vault) -> None:
    vault.write(WEEK, vault.read(WEEK) + ENTRY.format(5, "Epsilon"))
    vault.ok("sync")
    stay = taken_back(vault)
    assert "papers/Epsilon.md" not in stay
    vault.ok("sync", "--redo")
    assert "papers/Epsilon.md" in texts(vault)


def test_removed_entries_come_back_at_their_place(vault: Vault) -> None:
    before = texts(vault)
    first, rest = vault.read(WEEK).split("https://arxiv.org/abs/2308.00002")
    vault.write(WEEK, first + "https://arxiv.org/abs/2308.00003" + rest.split("2308.00003")[1])
    vault.ok("sync")
    assert "papers/Beta.md" not in texts(vault)
    vault.ok("undo")
    assert texts(vault) == before, "bytes as before"
    quiet(vault, before)


def test_removed_entries_come_back_beside_newer_edits(vault: Vault) -> None:
    whole = vault.read(WEEK)
    first, rest = whole.split("https://arxiv.org/abs/2308.00002")
    vault.write(WEEK, first + "https://arxiv.org/abs/2308.00003" + rest.split("2308.00003")[1])
    vault.ok("sync")
    edits(vault, WEEK, "words of Delta", "words of Delta, edited")
    vault.run("undo", "2")
    vault.ok("sync")
    assert vault.read(WEEK) == whole.replace("words of Delta", "words of Delta, edited")
    vault.ok("check")


def test_a_tick_comes_back_unticked_and_its_conflict_is_open(vault: Vault) -> None:
    vault.edit(WEEK, "words of Alpha", "words here")
    vault.edit("papers/Alpha.md", "words of Alpha", "words there")
    assert vault.run("sync").code == 1
    before = texts(vault)
    vault.edit(PAGE, "- [ ] the digest's", "- [x] the digest's")
    vault.ok("sync")
    assert "words here" in vault.read("papers/Alpha.md")
    assert "taken back" not in vault.ok("undo").out
    assert texts(vault) == before
    for _ in range(2):
        assert vault.run("sync").code == 1, "still a conflict"
        assert texts(vault) | {PAGE: ""} == before | {PAGE: ""}
        assert "- [x]" not in vault.read(PAGE)
    vault.edit(PAGE, "- [ ] the note's", "- [x] the note's")
    vault.ok("sync")
    assert "words there" in vault.read(WEEK)


def test_the_undoing_can_be_taken_back(vault: Vault) -> None:
    edits(vault, WEEK, "words of Alpha", "words of Alpha, more")
    done = texts(vault)
    taken_back(vault)
    vault.ok("undo", "3")
    assert texts(vault) == done
    vault.ok("sync")
    assert "taken back" not in vault.ok("status").out


def test_the_following_of_a_renamed_note_stays_taken_back(vault: Vault) -> None:
    vault.edit(WEEK, "words of Beta", "words of Beta, see [[Alpha]]")
    vault.ok("sync")
    assert '- "[[Alpha]]"' in vault.read("papers/Beta.md")
    (vault.root / "papers/Alpha.md").rename(vault.root / "papers/First.md")
    vault.ok("sync")
    assert "[[First|" in vault.read(WEEK)
    assert '- "[[First]]"' in vault.read("papers/Beta.md")
    stay = taken_back(vault, 2)
    assert "[[Alpha|" in stay[WEEK]
    assert stay["papers/Beta.md"].count("[[Alpha]]") == 2
    vault.edit(WEEK, "words of Gamma", "newer words")
    vault.edit("papers/First.md", "words of Alpha", "words from the note")
    vault.ok("sync")
    assert "newer words" in vault.read("papers/Gamma.md")
    assert "words from the note" in vault.read(WEEK)
    assert "[[Alpha|" in vault.read(WEEK)
    (vault.root / "papers/First.md").rename(vault.root / "papers/Primal.md")
    vault.ok("sync")
    assert "[[Primal|" in vault.read(WEEK)


def test_the_following_of_a_renamed_digest_stays_taken_back(vault: Vault) -> None:
    (vault.root / WEEK).rename(vault.root / NEXT)
    vault.ok("sync")
    assert "## [[2w]]" in vault.read("papers/Alpha.md")
    stay = taken_back(vault, 4)
    assert "## [[1w]]" in stay["papers/Alpha.md"]
    vault.edit(NEXT, "words of Beta", "newer words")
    vault.ok("sync")
    assert "newer words" in vault.read("papers/Beta.md")
    assert "## [[2w]]" in vault.read("papers/Beta.md")
    assert "## [[1w]]" in vault.read("papers/Alpha.md")
    vault.ok("sync", "--redo")
    assert "## [[2w]]" in vault.read("papers/Alpha.md")
    vault.ok("check")


def test_the_following_of_a_moved_entry_stays_taken_back(vault: Vault) -> None:
    entry = vault.read(WEEK).split("https://")[2]
    vault.edit(WEEK, "https://" + entry, "")
    vault.write(NEXT, "2w\nhttps://" + entry)
    vault.ok("sync")
    assert "## [[2w]]" in vault.read("papers/Beta.md")
    assert "## [[1w]]" in taken_back(vault)["papers/Beta.md"]


@pytest.mark.parametrize("how", ["redo", "typed on"])
def test_a_pass_that_went_both_ways_is_followed_again_both_ways(vault: Vault, how: str) -> None:
    vault.edit(WEEK, "words of Alpha", "words of Alpha, more")
    edits(vault, "papers/Beta.md", "words of Beta", "words of Beta, more")
    vault.ok("undo")
    if how == "redo":
        vault.ok("sync", "--redo")
        assert "words of Beta, more" in vault.read(WEEK)
        assert "words of Alpha, more" in vault.read("papers/Alpha.md")
    else:
        edits(vault, WEEK, "words of Alpha, more", "words of Alpha, and more")
        assert "words of Alpha, and more" in vault.read("papers/Alpha.md")


def test_what_was_typed_meanwhile_is_not_taken_back_with_it(vault: Vault) -> None:
    vault.edit("papers/Alpha.md", "words of Alpha", "words of Alpha, more")
    week = vault.read(WEEK)
    at = week.index("https://arxiv.org/abs/2308.00003")
    edits(vault, WEEK, week[at : week.index("https://", at + 9)], "")
    vault.edit(WEEK, "words of Alpha, more", "words of Alpha, more PRECIOUS")
    vault.ok("undo")
    for _ in range(2):
        vault.run("sync", "--redo")
        assert "PRECIOUS" in vault.read(WEEK)
    vault.run("rebuild", "--offline")
    assert "PRECIOUS" in vault.read(WEEK)


LAST = "it has the last copy of 'words of mine', which stays"


@pytest.mark.parametrize("typed_in", ["papers/Alpha.md", WEEK])
def test_the_last_copy_of_words_is_not_taken_back(vault: Vault, typed_in: str) -> None:
    """The side on which they were typed is gone: what the pass wrote is all that is left."""
    (other,) = {"papers/Alpha.md", WEEK} - {typed_in}
    edits(vault, typed_in, "words of Alpha", "words of mine")
    (vault.root / typed_in).unlink()
    ran = vault.run("undo")
    assert ran.code == 1 and f"{other}: not written: {LAST}" in ran.err
    assert "words of mine" in vault.read(other)


def test_words_that_stand_elsewhere_are_taken_back(vault: Vault) -> None:
    edits(vault, "papers/Alpha.md", "words of Alpha", "words of mine")
    taken_back(vault)
    assert "words of mine" not in vault.read(WEEK) and "words of Alpha" in vault.read(WEEK)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [('title: "Alpha: Paper"', "title: Mine", "Mine"), ("  - t\n", "  - mine\n", "mine")],
)
def test_a_title_or_tag_is_words_too(vault: Vault, old: str, new: str, words: str) -> None:
    edits(vault, "papers/Alpha.md", old, new)
    (vault.root / "papers/Alpha.md").unlink()
    assert f"the last copy of '{words}'" in vault.run("undo").err
    assert words in vault.read(WEEK)
