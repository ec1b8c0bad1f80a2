"""The merge driver under real git, and two devices that share a vault by git alone."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from tests.support.git_vault import ALPHA, BETA, NEXT, WEEK, GitVault, laid_out
from tests.support.memory_vault import MemoryVault
from tests.support.two_devices import Files, Reader, entries, tokens, weeks
from tests.support.vaults import run_here
from vault_sync.core.merge import documents

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

DELTA = "https://arxiv.org/abs/2308.00004\nDelta (Finn Oh)\n델타.\n#delta\n"
OMEGA = "https://arxiv.org/abs/2308.00005\nOmega (Gil Han)\n오메가.\n#omega\n"


@pytest.fixture
def vault(pattern: GitVault, tmp_path: Path) -> GitVault:
    vault = pattern.copy(tmp_path / "vault")
    vault.git("branch", "side")
    return vault


def on(vault: GitVault, branch: str, edits: dict[str, tuple[str, str]]) -> None:
    """Edits of one branch, one a file, committed as they are."""
    vault.git("checkout", "-q", branch)
    for path, edit in edits.items():
        vault.edit(path, *edit)
    vault.git("commit", "-q", "-a", "-m", branch, "--no-verify")


def merge(vault: GitVault) -> subprocess.CompletedProcess[str]:
    vault.git("checkout", "-q", "main")
    return vault.run("git", "merge", "-q", "-m", "m", "side")


def test_a_slip_of_one_branch_is_held_in_what_was_merged(vault: GitVault) -> None:
    """The merge keeps each branch's text; the words of the broken entry go to no other paper."""
    url = "https://arxiv.org/abs/2308.00002"
    on(vault, "side", {WEEK: (url, f"> {url}")})
    on(vault, "main", {WEEK: ("알파 첫 문장입니다.", "알파 첫째 문장.")})
    vault.tool("sync", "--offline")
    vault.git("commit", "-q", "-a", "-m", "notes", "--no-verify")
    beta = vault.read(BETA)
    assert merge(vault).returncode == 0
    vault.tool("sync", "--offline", code=1)
    assert "알파 첫째 문장." in vault.read(ALPHA) and "베타 설명입니다." not in vault.read(ALPHA)
    assert vault.read(BETA) == beta
    vault.edit(WEEK, f"> {url}", url)
    vault.tool("sync", "--offline")
    assert vault.read(BETA) == beta


def test_entries_and_fields_of_both_branches_merge(vault: GitVault) -> None:
    tail = "감마 이야기입니다.\n#gamma\n"
    on(
        vault,
        "side",
        {NEXT: (tail, tail + DELTA), WEEK: ("알파 첫 문장입니다.", "알파 첫째 문장.")},
    )
    on(
        vault,
        "main",
        {NEXT: (tail, tail + OMEGA), WEEK: ("둘째 문장입니다.", "두 번째 문장입니다.")},
    )
    done = merge(vault)
    assert done.returncode == 0, done
    assert vault.read(NEXT).endswith(tail + OMEGA + DELTA)
    assert "알파 첫째 문장. 두 번째 문장입니다.\n" in vault.read(WEEK)
    assert vault.git("status", "--porcelain") == ""


def test_what_cannot_be_merged_is_left_to_a_person_there_alone(vault: GitVault) -> None:
    theirs = {WEEK: ("둘째 줄입니다.", "갑.\n둘째 줄도."), ALPHA: ("  - llm", "  - gap")}
    on(vault, "side", theirs)
    on(vault, "main", {WEEK: ("둘째 줄입니다.", "을."), ALPHA: ("  - llm", "  - eul")})
    before = vault.state()[1]
    done = merge(vault)
    assert done.returncode == 1
    assert vault.git("diff", "--name-only", "--diff-filter=U", "-z") == f"{WEEK}\0"
    open_place = "<<<<<<< ours\n을.\n=======\n갑.\n둘째 줄도.\n>>>>>>> theirs"
    assert vault.read(WEEK) == before[WEEK].decode().replace("을.", open_place)
    assert "  - eul\n  - gap\n" in vault.read(ALPHA)
    left = {path for path in vault.state()[1] if path not in before}
    assert not left, "the driver writes nothing but the file that git asks for"


def test_other_files_are_merged_as_git_merges(vault: GitVault) -> None:
    vault.write("-my list.md", "one\n\n\ntwo\n")
    vault.git("add", "-A")
    vault.git("commit", "-q", "-m", "list", "--no-verify")
    vault.git("branch", "-f", "side")
    on(vault, "side", {"-my list.md": ("one", "1")})
    on(vault, "main", {"-my list.md": ("two", "2")})
    assert merge(vault).returncode == 0
    assert vault.read("-my list.md") == "1\n\n\n2\n"
    on(vault, "side", {"-my list.md": ("1", "eins")})
    on(vault, "main", {"-my list.md": ("1", "uno")})
    assert merge(vault).returncode == 1
    assert "<<<<<<< ours\nuno\n=======\neins\n>>>>>>> theirs\n" in vault.read("-my list.md")


def test_a_generated_conflicts_note_never_stops_a_merge(vault: GitVault) -> None:
    page = "# Sync conflicts\n\n- [ ] keep the note's ^000000000000-note\n"
    assert _merged_conflicts_note(vault, page, "000000000000") == 0
    assert "aaaaaaaaaaaa" in vault.read("Sync conflicts.md")
    assert "bbbbbbbbbbbb" not in vault.read("Sync conflicts.md")


def test_a_file_of_the_readers_with_the_name_of_the_conflicts_note_is_merged(
    vault: GitVault,
) -> None:
    assert _merged_conflicts_note(vault, "my own 000000000000\n", "000000000000") == 1
    text = vault.read("Sync conflicts.md")
    assert "aaaaaaaaaaaa" in text and "bbbbbbbbbbbb" in text


def _merged_conflicts_note(vault: GitVault, page: str, old: str) -> int:
    """Merge a file of that name that both sides changed in one place; return git's code."""
    vault.write("Sync conflicts.md", page)
    vault.git("add", "-A")
    vault.git("commit", "-q", "-m", "note", "--no-verify")
    vault.git("branch", "-f", "side")
    on(vault, "side", {"Sync conflicts.md": (old, "b" * 12)})
    on(vault, "main", {"Sync conflicts.md": (old, "a" * 12)})
    return merge(vault).returncode


def test_a_merge_goes_on_when_the_tool_is_gone(vault: GitVault, tmp_path: Path) -> None:
    on(vault, "side", {WEEK: ("셋째 줄입니다.", "갑.")})
    on(vault, "main", {WEEK: ("#beta", "#beta #eul")})
    driver = vault.git("config", "merge.vault-sync.driver").strip()
    driver = driver.replace("vault-sync git", "vault-sync-gone git").replace(
        "command -v vault-sync ", "command -v vault-sync-gone "
    )
    vault.git("config", "merge.vault-sync.driver", driver.replace("python", "python-gone"))
    assert merge(vault).returncode == 0
    assert "갑." in vault.read(WEEK) and "#beta #eul" in vault.read(WEEK)


def test_a_vault_in_a_folder_with_globs_of_its_own(tmp_path: Path) -> None:
    vault = laid_out(tmp_path / "top", "my vault's")
    vault.write("vault-sync.toml", '[arxiv]\nenabled = false\n[digests]\npaths = ["weeks/*.md"]\n')
    (vault.root / "digests").rename(vault.root / "weeks")
    week = WEEK.replace("digests", "weeks")
    vault.git("add", "-A")
    vault.git("commit", "-q", "-m", "moved", "--no-verify")
    vault.git("branch", "side")
    on(vault, "side", {week: ("#alpha #llm", "#alpha #llm #gap")})
    on(vault, "main", {week: ("#alpha #llm", "#alpha #llm #eul")})
    assert merge(vault).returncode == 0
    assert "#alpha #llm #eul #gap\n" in vault.read(week)


def test_a_note_renamed_on_one_side_and_edited_on_the_other(vault: GitVault) -> None:
    on(vault, "side", {ALPHA: ("둘째 줄입니다.", "갑.")})
    vault.git("checkout", "-q", "main")
    vault.git("mv", ALPHA, 'papers/230801 it\'s "Alpha".md')
    on(vault, "main", {'papers/230801 it\'s "Alpha".md': ("  - llm", "  - eul")})
    assert merge(vault).returncode == 0
    text = vault.read('papers/230801 it\'s "Alpha".md')
    assert "갑." in text and "  - eul" in text


# Two devices.


def device(name: str, seed: int, base: MemoryVault, edits: int) -> tuple[MemoryVault, Reader]:
    """A device after some edits of its reader and a pass."""
    vault = MemoryVault(dict(base.files), dict(base.rows), known=True)
    reader = Reader(name, random.Random(f"{seed}{name}"))
    reader.edits(vault.files, edits)
    plan = vault.sync()
    # Edits to both sides of one sentence within one device are its own affair.
    assert not plan.problems
    return vault, reader


def both(base: Files, ours: Files, theirs: Files, merge_one: object) -> tuple[Files, Counter[str]]:
    """The files of two devices merged as git does, each file that both changed by `merge_one`."""
    merged: Files = {}
    open_places: Counter[str] = Counter()
    for path in sorted({*ours, *theirs}):
        was, here, there = (files.get(path) for files in (base, ours, theirs))
        if there in (here, was):
            kept = here
        elif here == was:
            kept = there
        else:
            assert here is not None and there is not None
            found = merge_one(path, was or "", here, there)  # type: ignore[operator]
            kept, open_places[path] = found
        if kept is not None:
            merged[path] = kept
    return merged, +open_places


def by_us(path: str, base: str, ours: str, theirs: str) -> tuple[str, int]:
    of = documents.digest if path.startswith("digests/") else documents.note
    return tuple(of(base, ours, theirs))  # type: ignore[return-value]


def by_git(folder: Path) -> object:
    def merge_one(path: str, base: str, ours: str, theirs: str) -> tuple[str, int]:
        del path
        for name, text in (("o", ours), ("b", base), ("t", theirs)):
            (folder / name).write_text(text, "utf-8")
        done = subprocess.run(
            ["git", "merge-file", "-p", "o", "b", "t"],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout, done.returncode

    return merge_one


def histories(count: int, edits: int, folder: Path) -> Counter[str]:
    base = MemoryVault(weeks(3, 12))
    base.sync()
    told: Counter[str] = Counter()
    for seed in range(count):
        (a, reader_a), (b, reader_b) = (device(n, seed, base, edits) for n in "ab")
        files, open_places = both(base.files, a.files, b.files, by_us)
        wrote = reader_a.wrote | reader_b.wrote
        lost = wrote - tokens(files)
        kept = wrote & tokens(a.files) | wrote & tokens(b.files)
        assert not lost & kept, (seed, lost & kept)
        told["histories"] += 1
        told["files both changed"] += sum(
            a.files.get(path) != base.files.get(path) != b.files.get(path) != a.files.get(path)
            for path in {*a.files, *b.files}
        )
        told["ours: conflicts"] += open_places.total()
        told["ours: merges with conflicts"] += bool(open_places)
        _, git_open = both(base.files, a.files, b.files, by_git(folder))
        told["git: conflicts"] += git_open.total()
        told["git: merges with conflicts"] += bool(git_open)
        if not open_places:
            settled = MemoryVault(files)
            plan = settled.plan()
            told["merged and in line"] += not (plan.operations or plan.conflicts or plan.problems)
            after = MemoryVault(dict(files), dict(a.rows), known=True)
            after.sync()
            assert wrote & tokens(files) <= tokens(after.files)
            assert after.plan().operations == ()
            assert entries(files) == entries(a.files) + entries(b.files) - entries(base.files)
    return told


def test_ten_histories_of_two_devices(tmp_path: Path) -> None:
    told = histories(10, 10, tmp_path)
    assert told["ours: conflicts"] < told["git: conflicts"]
    assert told["merged and in line"] + told["ours: merges with conflicts"] == 10


@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("edits", [10, 30, 100])
def test_a_hundred_histories_of_two_devices(tmp_path: Path, edits: int) -> None:
    told = histories(100, edits, tmp_path)
    print()
    for what, number in sorted(told.items()):
        print(f"{edits:4} edits each: {what:30} {number}")
    assert told["ours: conflicts"] < told["git: conflicts"]


def test_two_clones_share_a_vault_by_git_alone(tmp_path: Path) -> None:
    shared(tmp_path, rounds=1, edits=12)


@pytest.mark.sweep
@pytest.mark.timeout(900)
def test_two_clones_with_a_hundred_edits_each(tmp_path: Path) -> None:
    shared(tmp_path, rounds=10, edits=10)


def shared(folder: Path, *, rounds: int, edits: int) -> None:
    """Clone, rebuild, edit on both, pull, push: every commit passes the hook, no word is lost."""
    first = GitVault(folder / "a", folder / "a-home")
    first.top.mkdir()
    first.git("init", "-q", "-b", "main")
    first.write("vault-sync.toml", "[arxiv]\nenabled = false\n")
    for path, text in weeks(2, 8).items():
        first.write(path, text)
    first.tool("rebuild", "--offline")
    first.tool("git", "install")
    first.git("add", "-A")
    assert first.commit() == ""
    first.git("clone", "-q", "--bare", str(first.top), str(folder / "hub"))
    second = GitVault(folder / "b", folder / "b-home")
    second.git("clone", "-q", str(folder / "hub"), str(second.top), at=folder)
    first.git("remote", "add", "origin", str(folder / "hub"))
    first.git("fetch", "-q")
    first.git("branch", "-q", "--set-upstream-to=origin/main")
    second.tool("rebuild", "--offline")
    second.tool("git", "install")
    assert second.git("status", "--porcelain") == ""
    readers = [Reader(name, random.Random(name)) for name in "ab"]
    wrote: set[str] = set()
    for _ in range(rounds):
        for vault, reader in zip((first, second), readers, strict=True):
            edited(vault, reader, edits)
        first.git("push", "-q")
        pulled(second, readers)
        second.git("push", "-q")
        first.git("pull", "-q")
        wrote = readers[0].wrote | readers[1].wrote
        assert not wrote - tokens(texts(first))
        for vault in (first, second):
            vault.tool("check")
            vault.tool("sync", "--offline")
            assert vault.git("status", "--porcelain") == ""
    assert len(wrote) > rounds * edits


def texts(vault: GitVault) -> Files:
    return {
        path.relative_to(vault.root).as_posix(): path.read_text("utf-8")
        for folder in ("digests", "papers")
        for path in (vault.root / folder).rglob("*.md")
    }


def edited(vault: GitVault, reader: Reader, edits: int) -> None:
    files = texts(vault)
    reader.edits(files, edits)
    for path, text in files.items():
        vault.write(path, text)
    vault.tool("sync", "--offline")
    vault.git("add", "-A")
    assert vault.commit() == ""


def pulled(vault: GitVault, readers: list[Reader]) -> None:
    """Pull; what is left open is settled by a person, who keeps both sides where both can stay."""
    vault.run("git", "pull", "-q", "--no-rebase", "--no-edit")
    unmerged = vault.git("diff", "--name-only", "--diff-filter=U", "-z").split("\0")[:-1]
    for path in unmerged:
        vault.write(path, settled(vault.read(path)))
    if unmerged:
        vault.tool("sync", "--offline")
        vault.git("add", "-A")
        assert vault.commit() == ""
        left = tokens(texts(vault))
        for reader in readers:
            reader.wrote &= left


def settled(text: str) -> str:
    """Both versions of lines of text, ours of an address with its title and of a property."""
    refused: list[str] = []

    def choose(found: re.Match[str]) -> str:
        ours, theirs = found[1], found[2]
        if not re.search(r"^(https?:|\w+:)", ours, re.MULTILINE):
            return ours + theirs
        refused.extend(re.findall(r"^title: (.*\n)", theirs, re.MULTILINE))
        return ours

    text = re.sub(r"<{7} ours\n(.*?)={7}\n(.*?)>{7} theirs\n", choose, text, flags=re.DOTALL)
    # A paper is not called any more by a title that was not taken.
    for title in refused:
        text = text.replace(f"  - {title}", "")
    return text


def test_where_no_vault_is_the_default_configuration_merges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    week = f"week\n{DELTA}{OMEGA}"
    versions = {
        "base": week,
        "ours": week.replace("델타.", "델타 하나."),
        "theirs": week.replace("오메가.", "오메가 둘."),
    }
    for name, text in versions.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    run_here(tmp_path, {}, "git", "merge-driver", *versions, "--", "digests/none/week.md")
    assert "merged with the default configuration" in capfd.readouterr().err
    merged = (tmp_path / "ours").read_text()
    assert "델타 하나." in merged and "오메가 둘." in merged
    assert (tmp_path / "base").read_text() == week
