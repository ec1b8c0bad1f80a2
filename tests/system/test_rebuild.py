"""From digest to notes: `rebuild` on the sample vault and on real digests, as a user runs it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.support.folders import SAMPLE
from tests.support.vaults import DIGEST, OCTOPACK, Vault
from vault_sync.core.digest import editor as digest_lens
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.digest.reader import Entry
from vault_sync.core.note import note as note_lens

STARCODER = "papers/230509 StarCoder.md"


def entries_of(text: str) -> dict[str, Entry]:
    return {entry.key: entry for entry in digest_reader.read(text).entries}


def notes_of(vault: Vault) -> dict[str, note_lens.Note]:
    notes = {
        path: note_lens.read(content.decode())
        for path, content in vault.files().items()
        if path.startswith("papers/")
    }
    return {path: note for path, note in notes.items() if note.managed}


def test_the_sample_digest_gives_its_fourteen_notes(vault: Vault) -> None:
    before = vault.files()
    ran = vault.ok("rebuild", "--offline")
    assert "14 entries: 14 made, 1 edited" in ran.out
    notes = notes_of(vault)
    entries = entries_of(before[DIGEST].decode())
    assert len(notes) == len(entries) == 14
    for path, note in notes.items():
        assert note.key is not None
        said = entries[note.key].fields
        assert note.fields.title == said.title and note.properties.items("aliases") == (said.title,)
        assert note.fields.authors == said.authors
        assert note.fields.tags == said.tags
        assert note.fields.url == said.url
        assert [section.target for section in note.sections] == ["2023년 8월 3주차"]
        assert note.sections[0].commentary == said.commentary
        day = note.properties.scalar("published")
        assert re.fullmatch(r"2023-08-1[4-8]", day)
        assert path.startswith(f"papers/{day[2:].replace('-', '')} ")
    assert vault.files()[STARCODER] == before[STARCODER]
    assert note_lens.read(vault.read(OCTOPACK)).properties.items("mentions") == (
        "[[230509 StarCoder]]",
    )
    assert '- "[[230509 StarCoder]]"' in vault.read(OCTOPACK)
    assert 'arxiv: "2308.07124"' in vault.read(OCTOPACK)
    assert "published: 2023-08-14\n" in vault.read(OCTOPACK)


def test_the_names_are_those_their_author_gave(vault: Vault, corpus: Path) -> None:
    vault.ok("rebuild", "--offline")
    wanted = {each["name"] for each in json.loads((corpus / "sample/names.json").read_text())}
    assert {Path(path).stem for path in notes_of(vault)} == wanted


def test_export_gives_the_original_back(vault: Vault, corpus: Path) -> None:
    original = vault.files()[DIGEST]
    assert original == (corpus / "sample" / Path(DIGEST).name).read_bytes()
    vault.ok("rebuild", "--offline")
    assert vault.files()[DIGEST] != original
    assert vault.ok("export", DIGEST).out.encode() == original


def test_a_second_rebuild_writes_nothing(built: Vault) -> None:
    before = {path: path.stat() for path in built.root.rglob("*") if path.is_file()}
    assert "nothing to do" in built.ok("rebuild", "--offline").out
    assert "nothing to do" in built.ok("sync", "--offline").out
    after = {path: path.stat() for path in built.root.rglob("*") if path.is_file()}
    assert {path: (each.st_mtime_ns, each.st_ino) for path, each in before.items()} == {
        path: (each.st_mtime_ns, each.st_ino) for path, each in after.items()
    }


def test_check_is_silent_in_line_and_leaves_no_trace(built: Vault) -> None:
    before = built.files()
    ran = built.ok("check")
    assert ran.out == ran.err == ""
    assert built.files() == before


EDITS = {
    "title of an entry": (DIGEST, "|Platypus: Quick", "|Platypus: Slow"),
    "authors of an entry": (DIGEST, "Ariel N. Lee", "Ariel Lee"),
    "tags of an entry": (DIGEST, "#ddpm", "#ddpm #bayes"),
    "commentary of an entry": (DIGEST, "정말 애매하네요", "꽤 애매하네요"),
    "link of an entry": (
        DIGEST,
        "[[230814 Platypus|Platypus: Quick, Cheap, and Powerful Refinement of LLMs]]",
        "Platypus: Quick, Cheap, and Powerful Refinement of LLMs",
    ),
    "address of an entry": (DIGEST, "abs/2308.07317", "pdf/2308.07317"),
    "title of a note": (OCTOPACK, 'title: "OctoPack: Instr', 'title: "OctoPack, Instr'),
    "authors of a note": (OCTOPACK, "  - Qian Liu\n", ""),
    "address of a note": (OCTOPACK, "abs/2308.07124", "abs/2308.07124v2"),
    "tags of a note": (OCTOPACK, "  - alignment\n", "  - alignment\n  - new\n"),
    "commentary of a note": (OCTOPACK, "프롬프트 형식인 듯", "프롬프트 형식일 것"),
    "heading of a note": (OCTOPACK, "## [[2023년 8월 3주차]]", "## 2023년 8월 3주차"),
    "digest of a note": (OCTOPACK, '  - "[[2023년 8월 3주차]]"\n', ""),
    "mention of a note": (OCTOPACK, '  - "[[230509 StarCoder]]"\n', ""),
    "property block of a note": (OCTOPACK, "authors:\n", "authors: [\n"),
}


@pytest.mark.parametrize("name", EDITS)
def test_check_tells_every_edit(settled: Vault, name: str) -> None:
    path, old, new = EDITS[name]
    text = settled.read(path)
    try:
        settled.edit(path, old, new)
        edited = settled.files()
        ran = settled.run("check")
        assert ran.code == 1
        assert ran.out + ran.err
        assert settled.files() == edited
    finally:
        settled.write(path, text)


def test_check_tells_a_note_that_is_gone(built: Vault) -> None:
    (built.root / OCTOPACK).unlink()
    ran = built.run("check")
    assert ran.code == 1
    assert f"{DIGEST}:" in ran.err and "230814 OctoPack" in ran.err
    built.run("sync", "--offline")  # from now on the dangling link remembers the deletion
    ran = built.run("check")
    assert ran.code == 0 and "note:" in ran.err
    assert not (built.root / OCTOPACK).exists()
    built.ok("rebuild", "--offline")
    assert (built.root / OCTOPACK).exists()


def test_dry_run_and_diff_show_and_write_nothing(vault: Vault) -> None:
    before = vault.files()
    ran = vault.ok("rebuild", "--offline", "--dry-run")
    assert ran.out.count("\n+ ") + ran.out.startswith("+ ") == 14 and "dry run" in ran.out
    shown = vault.run("diff", "--patch")
    assert shown.code == 1 and "+++ b/papers/230814 OctoPack.md" in shown.out
    assert vault.files() == before and not list(vault.state.glob("vault-*"))


def test_json_is_one_object_with_what_was_done(vault: Vault) -> None:
    value: Any = vault.ok("--json", "rebuild", "--offline").json
    assert value["version"] == 1 and value["vault"] == str(vault.root)
    assert value["entries"] == 14
    kinds = [each["kind"] for each in value["operations"]]
    assert kinds.count("create") == 14 and kinds.count("write") == 1
    assert set(value["operations"][0]) == {"kind", "path", "to", "why"}
    assert value["conflicts"] == [] and value["problems"] == []
    assert value["seconds"] > 0
    again: Any = vault.ok("--json", "check").json
    assert again["operations"] == [] and again["notes"] == 14


def test_only_the_named_digest_is_rebuilt(vault: Vault) -> None:
    other = "https://example.org/a\nOther (Some One)\n#x\n"
    vault.write("digests/week.md", other)
    vault.ok("rebuild", "--offline", "digests/week.md")
    assert set(notes_of(vault)) == {"papers/Other.md"}
    assert vault.files()[DIGEST] == (SAMPLE / DIGEST).read_bytes()
    ran = vault.run("rebuild", "--offline", "papers/Other.md")
    assert ran.code == 2 and "not a digest" in ran.err


@pytest.mark.sweep  # its names: test_facts; the way back: tests/laws; no pass: test_corpus_two_way
@pytest.mark.parametrize("kind", ["flat", "spaced"])
def test_the_corpus(kind: str, empty_vault: Vault, corpus: Path) -> None:
    weeks = corpus / "weeks" / kind
    truth = json.loads((weeks / "truth.json").read_text("utf-8"))
    root = empty_vault.root / kind
    shutil.copytree(weeks / "digests", root / "digests", copy_function=shutil.copyfile)
    lines = [
        json.dumps({"id": each["arxiv"], "versions": [{"created": _created(each["day"])}]})
        for each in truth
    ]
    (root / "facts.jsonl").write_text("\n".join(lines))
    (root / "vault-sync.toml").write_text('[arxiv]\nsnapshot = "facts.jsonl"\n')
    vault = Vault(root, empty_vault.state)
    before = vault.files()
    assert vault.ok("--json", "rebuild", "--offline").json["entries"] == len(truth) == 507
    named = {Path(path).stem for path in notes_of(vault)}
    wanted = {each["name"] for each in truth}
    assert len(wanted - named) <= len(wanted) * 0.01
    assert vault.ok("--json", "sync", "--offline").json["operations"] == []
    for path, content in before.items():
        if path.startswith("digests/"):
            text = vault.files()[path].decode()
            assert digest_lens.export(text).encode() == content


def _created(day: str) -> str:
    from datetime import date

    return date.fromisoformat(day).strftime("%a, %d %b %Y 00:00:00 GMT")


def test_a_folder_of_notes_is_not_taken_for_digests_until_a_person_says_so(vault: Vault) -> None:
    for number in range(1, 30):
        entry = f"https://arxiv.org/abs/2308.{number:05d}\nPaper {number} (Ann Park)\nwords\n"
        vault.write(f"digests/{number}.md", entry)
    before = vault.files()
    for command in (("rebuild",), ("sync",), ("sync",), ("rebuild", "--dry-run")):
        ran = vault.run(*command, "--offline")
        assert ran.code == 1, command
        assert "they look like notes" in ran.err and "rebuild --yes" in ran.err
        assert vault.files() == before
    vault.ok("rebuild", "--offline", "--yes")
    assert "papers/Paper 7.md" in vault.files()
    assert "nothing to do" in vault.ok("sync", "--offline").out


@pytest.mark.parametrize("verb", [["views"], ["rebuild", "--rename-properties", "--offline"]])
def test_a_folder_of_notes_is_asked_about_whatever_ran_before(
    empty_vault: Vault, verb: list[str]
) -> None:
    for number in range(21):
        words = f"https://arxiv.org/abs/2308.000{number:02}\nPaper {number} (Ann Park)\nwords\n"
        empty_vault.write(f"digests/{number}.md", words)
    empty_vault.ok(*verb)
    ran = empty_vault.run("sync", "--offline")
    assert ran.code == 1 and "they look like notes" in ran.err


def test_the_pass_after_a_first_rebuild_is_no_whole_one(vault: Vault) -> None:
    vault.ok("rebuild", "--offline")
    said = vault.ok("sync", "--offline", "--explain").out
    assert "looked at 15 papers of 14 notes, read 16 of 16 files" in said
    assert "looked at 0 papers" in vault.ok("sync", "--offline", "--explain").out
