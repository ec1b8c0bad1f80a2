"""Copies that a sync service made, in a vault on the disk: merged once, and gone."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.vaults import DIGEST, OCTOPACK, PLATYPUS, Vault, rebuilt, without_entry

COPY = DIGEST.replace(".md", ".sync-conflict-20260101-120000-ABCDEFG.md")
NOTE_COPY = OCTOPACK.replace(".md", " (Conflicted copy phone 202601011200).md")
WORDS = "프롬프트 형식인 듯."
NEW = "\n\nhttps://arxiv.org/abs/2401.00001\nA New One (Ann One, Bo Two)\nfrom the phone tok-new\n"
PAGE = "Sync conflicts.md"


def sync(vault: Vault, passes: int = 1) -> str:
    shown = [vault.run("sync", "--offline") for _ in range(passes)]
    return "".join(ran.out + ran.err for ran in shown)


def files(vault: Vault) -> dict[str, bytes]:
    return {path: text for path, text in vault.files().items() if not path.startswith(".trash/")}


def copies(vault: Vault) -> list[str]:
    return [path for path in files(vault) if "conflict" in path.casefold() and path != PAGE]


@pytest.fixture
def apart(built: Vault) -> Vault:
    """A digest edited here, and beside it the version of a device that was away."""
    away = built.read(DIGEST)
    built.edit(DIGEST, WORDS, f"{WORDS} 여기서 tok-here.")
    built.ok("sync", "--offline")
    built.write(COPY, away.replace(WORDS, f"{WORDS} 거기서 tok-there.") + NEW)
    return built


def test_a_copy_of_a_digest_is_merged_and_goes(apart: Vault) -> None:
    sync(apart)
    digest, note = apart.read(DIGEST), apart.read(OCTOPACK)
    assert all(word in digest for word in ("tok-here", "tok-there", "tok-new"))
    assert "tok-here" in note and "tok-there" in note
    assert any(
        "tok-new" in text.decode() for path, text in files(apart).items() if "papers" in path
    )
    assert COPY in files(apart), "it goes in the next pass"
    sync(apart)
    assert not copies(apart)
    assert "tok-there" in (apart.root / ".trash" / COPY.rpartition("/")[2]).read_text()
    before = files(apart)
    apart.ok("sync", "--offline")
    apart.ok("check")
    assert files(apart) == before


STYLED = {
    "list": "- [{0}](https://arxiv.org/abs/{1}) [code](https://a.org/b)\n  {2}\n",
    "heading": "## {0}\n\nhttps://arxiv.org/abs/{1} · [code](https://a.org/b)\n\n{2}\n\n",
    "paragraph": "**{0}**\n[[paper](https://arxiv.org/abs/{1})] [[code](https://a.org/b)]\n\n{2}\n\n",
    "title-first": "{0} (Ann One)\nhttps://arxiv.org/abs/{1}\n{2}\n\n",
    "table": "| [{0}](https://arxiv.org/abs/{1}) | [code](https://a.org/b) | {2} |\n",
}
TABLE = "| Paper | Code | Notes |\n|---|---|---|\n"


@pytest.mark.parametrize("style", STYLED)
def test_a_copy_of_a_digest_in_another_style_is_merged_and_goes(tmp_path: Path, style: str) -> None:
    """All fields of it; what both changed in one sentence is asked about, once."""
    form, head = STYLED[style], TABLE if style == "table" else ""
    entries = [form.format(f"Paper number {n}", f"2308.0000{n}", f"words {n}.") for n in range(4)]
    vault = rebuilt(tmp_path, {}, "vault")
    config = f'[arxiv]\nenabled = false\n[digests]\nstyles = ["{style}"]\n'
    vault.write("vault-sync.toml", config)
    vault.write(DIGEST, head + "".join(entries))
    sync(vault)
    away = vault.read(DIGEST)
    vault.edit(DIGEST, "words 1.", "words 1. tok-here.")
    vault.edit(DIGEST, "words 2.", "tok-ours.")
    sync(vault)
    copy = away.replace("words 1.", "words 1. tok-there.").replace("words 2.", "tok-theirs.")
    added = form.format("A new one", "2401.00001", "tok-new")
    vault.write(COPY, copy.rstrip("\n") + "\n" * (1 if style in {"list", "table"} else 2) + added)
    sync(vault, 2)
    assert "words 1. tok-here. tok-there." in vault.read(DIGEST)
    assert "tok-new" in vault.read(DIGEST) and "tok-ours" in vault.read(DIGEST)
    notes = {path: text.decode() for path, text in files(vault).items() if "papers/" in path}
    assert len(notes) == 5 and "tok-there" in "".join(notes.values())
    assert vault.read(PAGE).count("tok-theirs") == vault.read(PAGE).count("- [ ]") == 1
    assert not copies(vault)
    before = files(vault)
    vault.ok("sync", "--offline")
    assert files(vault) == before


def test_a_copy_is_merged_once(apart: Vault) -> None:
    sync(apart)
    for path in (DIGEST, OCTOPACK):
        apart.edit(path, " 거기서 tok-there.", "")
    sync(apart, 2)
    assert "tok-there" not in apart.read(DIGEST) and "tok-there" not in apart.read(OCTOPACK)


def test_an_entry_that_file_and_copy_lack_comes_back(built: Vault) -> None:
    """Of two versions neither is the one that the other came from: nobody is known to remove."""
    less = without_entry(built.read(DIGEST), "2308.07317")
    built.write(COPY, less + NEW)
    built.write(DIGEST, less)
    sync(built, 2)
    assert "2308.07317" in built.read(DIGEST) and PLATYPUS in files(built)


def test_a_clash_is_one_row_of_the_conflicts_note(apart: Vault) -> None:
    sync(apart, 2)
    away = apart.read(DIGEST)
    apart.edit(DIGEST, WORDS, "여기서 tok-ours.")
    apart.ok("sync", "--offline")
    apart.write(COPY, away.replace(WORDS, "거기서 tok-theirs."))
    sync(apart, 3)
    assert "tok-ours" in apart.read(DIGEST) and "tok-theirs" not in apart.read(DIGEST)
    page = apart.read(PAGE)
    assert page.count("tok-theirs") == 1 and not copies(apart)
    sync(apart)
    assert apart.read(PAGE) == page
    assert f"copies     1 text to look at in '{PAGE}'" in apart.ok("status").out
    apart.write(PAGE, page.replace("- [ ] drop", "- [x] drop"))
    sync(apart)
    assert PAGE not in files(apart)
    assert "copies " not in apart.ok("status").out


def test_a_copy_of_a_note_is_merged(built: Vault) -> None:
    away = built.read(OCTOPACK)
    built.edit(OCTOPACK, WORDS, f"{WORDS} 여기서 tok-here.")
    built.ok("sync", "--offline")
    own = away.replace(WORDS, f"{WORDS} 거기서 tok-there.").rstrip("\n") + "\n\nmy own tok-own\n"
    built.write(NOTE_COPY, own)
    sync(built, 2)
    note = built.read(OCTOPACK)
    assert all(word in note for word in ("tok-here", "tok-there", "tok-own"))
    assert "tok-there" in built.read(DIGEST) and not copies(built)
    built.ok("check")


def test_copies_are_left_where_the_configuration_says_so(apart: Vault) -> None:
    apart.write("vault-sync.toml", "[copies]\nmerge = false\n")
    apart.write(NOTE_COPY, apart.read(OCTOPACK) + "\nmy own tok-own\n")
    before = files(apart)
    sync(apart, 3)
    assert files(apart) == before
    assert "is not read as one" in apart.ok("check").err, "and no twin"
    assert "papers\t14\n" in apart.ok("stats").out


@pytest.mark.parametrize("upgraded", [False, True])
def test_copies_that_stood_there_before_are_asked_about_in_one_line(
    built: Vault, upgraded: bool
) -> None:
    """So it is on a new device, and where the state is that of a version which merged none."""
    built.write(COPY, built.read(DIGEST) + NEW)
    if upgraded:
        (state,) = built.state.glob("*/state.sqlite")
        with closing(sqlite3.connect(state)) as connection, connection:
            connection.execute("DELETE FROM fact WHERE name = 'copies listed'")
    else:
        shutil.rmtree(built.state)
    sync(built, 3)
    page = built.read(PAGE)
    assert (
        page.count("- [ ]") == 1
        and "merge this" not in page
        and "tok-new" not in built.read(DIGEST)
    )
    built.write(PAGE, page.replace("- [ ]", "- [x]"))
    sync(built, 3)
    assert "tok-new" in built.read(DIGEST) and not copies(built) and PAGE not in files(built)


@pytest.mark.parametrize("mark", [" 2", " (1)", "-LAPTOP", ".Conflict"])
def test_a_name_that_people_use_too_is_asked_about(built: Vault, mark: str) -> None:
    other = DIGEST.replace(".md", f"{mark}.md")
    built.write(other, built.read(DIGEST) + NEW)
    before = files(built)
    sync(built, 2)
    after = files(built)
    page = after.pop(PAGE).decode()
    assert after == before and page.count("- [ ]") == 2
    built.write(PAGE, page.replace("- [ ] merge", "- [x] merge"))
    sync(built, 3)
    assert "tok-new" in built.read(DIGEST)
    assert other not in files(built) and PAGE not in files(built)


def test_a_file_of_the_readers_becomes_a_digest(built: Vault) -> None:
    other = DIGEST.replace(".md", " 2.md")
    built.write(other, built.read(DIGEST))
    sync(built)
    page = built.read(PAGE)
    mine = page.splitlines()
    built.write(
        PAGE, "\n".join(each.replace("[ ]", "[x]") if "is mine" in each else each for each in mine)
    )
    sync(built, 2)
    assert PAGE not in files(built) and "[[2023년 8월 3주차 2]]" in built.read(OCTOPACK)


def carry(here: Vault, there: Vault) -> None:
    """Make the files of another device those of this one, as a sync service does."""
    for path in files(there).keys() - files(here).keys():
        (there.root / path).unlink()
    for path, content in files(here).items():
        if not (there.root / path).exists() or (there.root / path).read_bytes() != content:
            there.write(path, content.decode())


@pytest.mark.parametrize("path", [DIGEST, OCTOPACK])
def test_what_was_said_to_be_mine_on_one_device_is_asked_on_no_other(
    built: Vault, tmp_path: Path, path: str
) -> None:
    other = Vault(tmp_path / "other", tmp_path / "other-state")
    shutil.copytree(built.root, other.root)
    sync(other, 2)
    built.write(path.replace(".md", " 2.md"), built.read(path))
    sync(built)
    carry(built, other)
    sync(other)
    assert files(other) == files(built)
    lines = built.read(PAGE).replace("- [ ] `", "- [x] `")
    built.write(PAGE, lines)
    sync(built)
    assert PAGE not in files(built) or "is mine" not in built.read(PAGE)
    (other.root / PAGE).unlink()  # the answer comes, and the files that follow from it do not yet
    sync(other)
    for here, there in ((other, built), (built, other), (other, built), (built, other)):
        (there.root / PAGE).unlink(missing_ok=True)
        if PAGE in files(here):
            there.write(PAGE, here.read(PAGE))
        sync(there)
    assert "is mine" not in "".join(v.read(PAGE) for v in (built, other) if PAGE in files(v))
    carry(built, other)
    sync(other, 2)
    assert files(other) == files(built)


def brings(vault: Vault, path: str, text: str) -> None:
    """Put a file there as a sync service does: written elsewhere a minute ago."""
    vault.write(path, text)
    then = time.time() - 60
    os.utime(vault.root / path, (then, then))


@pytest.mark.parametrize("renamed_here", [True, False])
def test_a_digest_whose_old_path_came_back_is_merged_into_it(
    built: Vault, renamed_here: bool
) -> None:
    """Renamed on one device, edited on the other: on both one digest is left, with the edit."""
    renamed = "digests/Renamed.md"
    before = files(built)
    (built.root / DIGEST).rename(built.root / renamed)
    sync(built)
    edited = before[DIGEST].decode().replace(WORDS, f"{WORDS} 거기서 tok-there.")
    brings(built, DIGEST, edited)
    own = before[OCTOPACK].decode().replace(WORDS, f"{WORDS} 거기서 tok-there.")
    brings(built, OCTOPACK, own.rstrip("\n") + "\n\nmy own tok-own\n")
    if not renamed_here:
        elsewhere = files(built)
        for path in built.files():
            (built.root / path).unlink()
        shutil.rmtree(built.state)
        for path, content in before.items():
            built.write(path, content.decode())
        sync(built, 2)
        built.write(DIGEST, edited)
        sync(built)
        for path, content in elsewhere.items():
            if path != DIGEST:
                brings(built, path, content.decode())
    sync(built, 3)
    assert [path for path in files(built) if path.startswith("digests/")] == [renamed]
    assert "tok-there" in built.read(renamed) and "tok-there" in built.read(OCTOPACK)
    assert built.read(OCTOPACK).count("## [[") == 1
    built.ok("check")


def test_a_new_digest_about_the_same_papers_is_no_old_path(built: Vault) -> None:
    brings(built, "digests/Best of.md", built.read(DIGEST))
    sync(built, 2)
    assert {"digests/Best of.md", DIGEST} <= files(built).keys()
    assert built.read(OCTOPACK).count("## [[") == 2


@pytest.mark.parametrize("passes", [1, 2])
@pytest.mark.parametrize("proven", [True, False])
def test_undo_leaves_the_copy_alone(apart: Vault, passes: int, proven: bool) -> None:
    """Undone is the pass that merged it, or the one that threw it away."""
    copy = COPY
    if not proven:
        copy = DIGEST.replace(".md", " 2.md")
        (apart.root / COPY).rename(apart.root / copy)
        sync(apart)
        apart.write(PAGE, apart.read(PAGE).replace("- [ ] merge", "- [x] merge"))
    sync(apart, passes)
    assert (copy in files(apart)) is (passes == 1)
    apart.ok("undo")
    sync(apart, 3)
    assert copy in files(apart) and "- [ ] merge" in apart.read(PAGE)
    assert ("tok-there" in apart.read(DIGEST)) is (passes == 2)


def test_a_text_that_saw_a_sentence_and_lacks_an_older_one_took_that_out(built: Vault) -> None:
    """The ancestor is a value typed here, which the copy's author had seen."""
    away = ""
    for old, new in ((WORDS, "tok-a"), ("tok-a.", "tok-b"), ("tok-b.", "tok-c")):
        away = built.read(DIGEST)
        built.edit(DIGEST, old, f"{old} {new}.")
        built.ok("sync", "--offline")
    built.write(COPY, away.replace(" tok-a.", ""))
    sync(built, 2)
    for path in (DIGEST, OCTOPACK):
        found = [word for word in ("tok-a", "tok-b", "tok-c") if word in built.read(path)]
        assert found == ["tok-b", "tok-c"]
