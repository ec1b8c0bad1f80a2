"""The pre-commit hook under real git: it judges what will be committed, and changes nothing."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from tests.support.git_vault import ALPHA, BETA, NEXT, WEEK, GitVault, laid_out

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def vault(pattern: GitVault, tmp_path: Path) -> GitVault:
    return pattern.copy(tmp_path / "vault")


def blocked(vault: GitVault, *words: str, at: Path | None = None) -> str:
    """A commit that must be blocked, leaving index and work tree as they are."""
    before = vault.state()
    said = vault.commit(*words, at=at)
    assert said
    assert vault.state() == before
    return said


def passes(vault: GitVault, *words: str) -> None:
    """A commit that must be made, and the work tree left alone."""
    _, before = vault.state()
    assert vault.commit(*words) == ""
    assert vault.state()[1] == before


def mend(vault: GitVault, said: str, at: Path | None = None) -> None:
    """Run the commands that the hook printed, in a shell, as a person would paste them."""
    commands = [line.strip() for line in said.splitlines() if line.startswith("    ")]
    assert commands[0].endswith("sync") and commands[-1].startswith("git add -- ")
    # bash, for names that need $'...'
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=at or vault.top,
            env=vault.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)


def test_a_slip_in_a_digest_is_said_with_its_line_and_nothing_else(vault: GitVault) -> None:
    vault.edit(WEEK, "https://arxiv.org/abs/2308.00002", "[x](https://arxiv.org/abs/2308.00002)")
    vault.git("add", "-A")
    said = blocked(vault)
    assert f"{WEEK}:9: the entry of 'Beta Nets' does not read: the address stands in" in said
    assert "out of line" not in said and "    vault-sync" not in said, said


# What must pass.


def test_what_is_apart_since_adoption(vault: GitVault) -> None:
    note = "refs/mine.md"
    vault.write(
        note,
        "---\ntitle: my own name\nauthors: Grace Hopper\ntags: [mine]\n"
        "url: https://arxiv.org/abs/2308.00077\n---\nmy words\n",
    )
    entry = "https://arxiv.org/abs/2308.00077\nAnother One (Ann Park, Bo Lee)\nwords\n#new\n"
    vault.write(WEEK, vault.read(WEEK).rstrip("\n") + "\n" + entry)
    vault.tool("sync", "--offline")
    assert "digests:" in vault.read(note)
    vault.git("add", "-A")
    passes(vault)
    # An edit of one side is out of line as ever.
    vault.edit(note, "title: my own name", "title: my other name")
    vault.git("add", "-A")
    assert blocked(vault)


def test_what_is_in_line_passes(vault: GitVault) -> None:
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.tool("sync", "--offline")
    vault.git("add", "-A")
    passes(vault)
    vault.write("readme.md", "nothing about papers\n")
    vault.write("other.txt", "x")
    vault.git("add", "-A")
    passes(vault)


def test_a_work_tree_that_differs_from_an_index_in_line_says_nothing(vault: GitVault) -> None:
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.tool("sync", "--offline")
    vault.git("add", "-A")
    vault.edit(WEEK, "두 번째 줄입니다.", "아직 아님.")
    (vault.root / ALPHA).unlink()
    done = vault.run("vault-sync", "check", "--staged")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    passes(vault)


def test_a_note_deleted_on_purpose_passes(vault: GitVault) -> None:
    vault.git("rm", "-q", ALPHA)
    passes(vault)


def test_a_note_renamed_with_its_links_passes(vault: GitVault) -> None:
    vault.git("mv", ALPHA, "papers/230801 Alpha.md")
    assert f"{WEEK}:3: link: not the same as in the note 'papers/230801 Alpha.md'" in blocked(vault)
    vault.tool("sync", "--offline")
    vault.git("add", "-A")
    passes(vault)
    assert "[[230801 Alpha|" in vault.read(WEEK)


# What must not.


def test_a_digest_edited_alone_is_blocked_and_mended_by_what_is_printed(vault: GitVault) -> None:
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.edit(WEEK, "#beta", "#beta #new")
    vault.git("add", WEEK)
    said = blocked(vault)
    assert f"{WEEK}:4: commentary: not the same as in '{ALPHA}'\n" in said
    assert f"{BETA}:13: lacks what its digests say (tags)\n" in said
    mend(vault, said)
    passes(vault)


def test_a_note_edited_alone_is_blocked_and_mended(vault: GitVault) -> None:
    vault.edit(ALPHA, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.edit(ALPHA, "  - llm\n", "")
    vault.git("add", ALPHA)
    said = blocked(vault)
    assert f"{WEEK}:4: commentary: not the same as in '{ALPHA}'\n" in said
    mend(vault, said)
    passes(vault)
    assert "#alpha\n" in vault.read(WEEK)


def test_a_new_entry_without_its_note(vault: GitVault) -> None:
    new = "https://arxiv.org/abs/2308.00009\nIt's New: One (Ann Park)\n새 글.\n#new\n"
    vault.write(NEXT, vault.read(NEXT) + new)
    vault.git("add", NEXT)
    said = blocked(vault)
    assert f"{NEXT}:6: the entry has no note\n" in said
    assert "not the same" not in said
    mend(vault, said)
    assert "papers/It's New.md" in vault.git("ls-files", "papers")
    passes(vault)


def test_a_new_note_that_was_not_added(vault: GitVault) -> None:
    new = "https://arxiv.org/abs/2308.00009\nNew: One (Ann Park)\n새 글.\n#new\n"
    vault.write(NEXT, vault.read(NEXT) + new)
    vault.tool("sync", "--offline")
    said = blocked(vault, "-a")
    assert f"{NEXT}:6: the note 'papers/New.md' behind this entry's link is not in git\n" in said
    mend(vault, said)
    passes(vault)


def test_an_entry_removed_alone(vault: GitVault) -> None:
    text = vault.read(WEEK)
    start = text.index("https")
    vault.write(WEEK, text[:start] + text[text.index("https", start + 1) :])
    vault.git("add", WEEK)
    said = blocked(vault)
    assert f"{ALPHA}:1: the note names the digest '2023년 8월 3주차', which has no entry" in said
    assert "first pass" not in said
    mend(vault, said)
    passes(vault)
    assert not (vault.root / ALPHA).exists()


def test_an_old_paper_in_a_new_week(vault: GitVault) -> None:
    new = "https://arxiv.org/pdf/2308.00001v2\nAlpha: A Study (Ann Park, Bo Lee)\n다시.\n#again\n"
    vault.write(NEXT, vault.read(NEXT) + new)
    vault.git("add", NEXT)
    said = blocked(vault)
    assert "has no note" not in said and f"{ALPHA}:" in said
    mend(vault, said)
    passes(vault)


@pytest.mark.parametrize("named", ["https://arxiv.org/pdf/2308.00009", "[[new#첫째|새 글]]"])
def test_an_older_paper_that_names_a_new_one(vault: GitVault, named: str) -> None:
    """What an old commentary names becomes a mention on the day it gets a note."""
    vault.edit(NEXT, "감마 이야기입니다.", f"감마 이야기입니다. {named}")
    vault.tool("sync", "--offline")
    vault.git("commit", "-q", "-a", "-m", "y")
    new = "https://arxiv.org/abs/2308.00009\nNew: One (Ann Park)\n새 글.\n#new\n"
    vault.write(WEEK, vault.read(WEEK) + new)
    vault.tool("sync", "--offline")
    vault.git("add", WEEK, "papers/New.md")
    said = blocked(vault)
    assert "papers/Gamma.md" in said
    mend(vault, said)
    passes(vault)


def test_a_paper_named_on_both_sides_but_not_listed(vault: GitVault) -> None:
    for path in (WEEK, ALPHA):
        vault.edit(path, "둘째 줄입니다.", "[[Gamma]]와 비교.")
    vault.git("add", "-A")
    said = blocked(vault)
    assert f"{ALPHA}:" in said and "papers/Gamma.md:" in said and "mention" in said
    mend(vault, said)
    passes(vault)


@pytest.mark.parametrize(("path", "item"), [(ALPHA, "[[Beta Nets]]"), (BETA, "[[Alpha]]")])
def test_a_paper_taken_out_of_a_list_and_still_named(vault: GitVault, path: str, item: str) -> None:
    """One of the two notes that say so is none of the commit's."""
    text = vault.read(path)
    (line,) = [line for line in text.splitlines(keepends=True) if f'"{item}"' in line]
    at = text.index(line)
    above = text.rindex("\n", 0, at - 1) + 1
    vault.write(path, text[:above] + text[at + len(line) :])
    vault.git("add", "-A")
    said = blocked(vault)
    assert f"{path}:" in said and "mention" in said


def test_a_file_that_takes_the_name_of_a_note(vault: GitVault) -> None:
    vault.write("Alpha.md", "no paper\n")
    vault.git("add", "-A")
    said = blocked(vault)
    assert f"{WEEK}:3: link: not the same as in the note '{ALPHA}'" in said
    mend(vault, said)
    passes(vault)
    assert "[[papers/Alpha|" in vault.read(WEEK)


# The ways in which git commits.


def test_partial_commits_are_judged_by_their_own_index(vault: GitVault) -> None:
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.tool("sync", "--offline")
    vault.git("add", "-A")
    said = blocked(vault, "--", WEEK)
    assert f"{WEEK}:4: commentary" in said
    assert "this commit takes only\nthe files that were named" in said
    passes(vault, "--", WEEK, ALPHA)


def test_commit_all(vault: GitVault) -> None:
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    blocked(vault, "-a")
    vault.tool("sync", "--offline")
    passes(vault, "-a")


def test_hunks_added_one_by_one(vault: GitVault) -> None:
    vault.edit(WEEK, "알파 첫 문장입니다.", "알파 첫째 문장입니다.")
    vault.edit(WEEK, "#beta", "#beta #new")
    vault.tool("sync", "--offline")
    done = subprocess.run(
        ["git", "-c", "diff.context=0", "add", "-p", WEEK, ALPHA],
        cwd=vault.top, env=vault.env, input="y\nn\ny\n", text=True, capture_output=True, check=True,
    )  # fmt: skip
    assert "@@" in done.stdout
    passes(vault)
    vault.git("add", WEEK)
    said = blocked(vault)
    assert BETA in said and ALPHA not in said


def test_amend(vault: GitVault) -> None:
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.git("commit", "-q", "-a", "-m", "out of line", "--no-verify")
    vault.edit(NEXT, "감마 이야기입니다.", "감마 새 이야기입니다.")
    vault.git("add", NEXT)
    assert f"{NEXT}:4: commentary" in blocked(vault, "--amend")
    vault.tool("sync", "--offline")
    vault.git("add", "-A")
    passes(vault, "--amend")


def test_nothing_staged_judges_all_that_is_committed(vault: GitVault) -> None:
    assert vault.run("vault-sync", "check", "--staged").returncode == 0
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.git("commit", "-q", "-a", "-m", "out of line", "--no-verify")
    assert vault.run("vault-sync", "check", "--staged").returncode == 1
    blocked(vault, "--allow-empty")


def test_the_first_commit_and_a_new_configuration_judge_all(vault: GitVault) -> None:
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.git("commit", "-q", "-a", "-m", "out of line", "--no-verify")
    vault.write("vault-sync.toml", "[arxiv]\nenabled = false\n[links]\nmentions = true\n")
    vault.git("add", "-A")
    assert f"{WEEK}:4: commentary" in blocked(vault)
    vault.git("update-ref", "-d", "HEAD")
    assert f"{WEEK}:4: commentary" in blocked(vault)


def test_the_configuration_is_read_from_the_index(vault: GitVault) -> None:
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.git("add", WEEK)
    vault.write("vault-sync.toml", '[digests]\npaths = ["elsewhere/*.md"]\n')
    blocked(vault)
    vault.write("vault-sync.toml", "[nonsense]\n")
    blocked(vault)
    vault.git("add", "vault-sync.toml")
    assert "unknown table [nonsense]" in blocked(vault)


def test_a_merge_in_progress(vault: GitVault) -> None:
    vault.git("branch", "side")
    for branch, words in (("side", "두 번째 줄입니다."), ("main", "2번째 줄입니다.")):
        vault.git("checkout", "-q", branch)
        vault.edit(WEEK, "둘째 줄입니다.", words)
        vault.edit(ALPHA, "둘째 줄입니다.", words)
        vault.git("commit", "-q", "-a", "-m", branch, "--no-verify")
    assert vault.run("git", "merge", "-q", "side").returncode == 1
    done = vault.run("vault-sync", "check", "--staged")
    assert done.returncode == 1 and f"{WEEK}:1: is not merged yet" in done.stderr
    vault.git("checkout", "--theirs", "--", WEEK)
    vault.git("checkout", "--ours", "--", ALPHA)
    vault.git("add", "-A")
    assert f"{WEEK}:4: commentary" in blocked(vault)
    vault.git("checkout", "side", "--", ALPHA)
    passes(vault)
    assert vault.git("rev-list", "--count", "HEAD^2") == "2\n"


@pytest.mark.parametrize("path", [ALPHA, WEEK])
def test_markers_that_were_left_in_a_file(vault: GitVault, path: str) -> None:
    vault.edit(path, "둘째 줄입니다.", "<<<<<<< ours\n둘째.\n=======\n줄.\n>>>>>>> theirs")
    vault.git("add", "-A")
    assert f"{path}:" in (said := blocked(vault)) and "conflict markers" in said


def test_a_rebase_in_progress(vault: GitVault) -> None:
    vault.git("branch", "side")
    for branch, words in (("side", "두 번째 줄입니다."), ("main", "2번째 줄입니다.")):
        vault.git("checkout", "-q", branch)
        vault.edit(WEEK, "둘째 줄입니다.", words)
        vault.edit(ALPHA, "둘째 줄입니다.", words)
        vault.git("commit", "-q", "-a", "-m", branch, "--no-verify")
    assert vault.run("git", "rebase", "-q", "main", "side").returncode == 1
    vault.git("checkout", "--theirs", "--", WEEK)
    vault.git("checkout", "--ours", "--", ALPHA)
    vault.git("add", "-A")
    assert f"{WEEK}:4: commentary" in blocked(vault)
    vault.git("checkout", "REBASE_HEAD", "--", ALPHA)
    passes(vault)
    # (`git rebase --continue` makes its commits without calling this hook.)
    vault.git("rebase", "--continue")


def test_a_work_tree_of_its_own(vault: GitVault, tmp_path: Path) -> None:
    vault.git("worktree", "add", "-q", str(tmp_path / "other"), "-b", "other")
    other = GitVault(tmp_path / "other", vault.home)
    other.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    assert f"{WEEK}:4: commentary" in blocked(other, "-a")
    other.edit(ALPHA, "둘째 줄입니다.", "두 번째 줄입니다.")
    passes(other, "-a")
    passes(vault, "--allow-empty")


def test_a_vault_in_a_folder_of_the_work_tree(tmp_path: Path) -> None:
    vault = laid_out(tmp_path / "top", "my vault's")
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    (vault.top / "docs").mkdir()
    said = blocked(vault, "-a", at=vault.top)
    assert f"{WEEK}:4: commentary" in said
    assert "    vault-sync --vault 'my vault'\\''s' sync\n" in said
    vault.git("add", "-A")
    said = blocked(vault, at=vault.root / "papers")
    assert "git add -- '../digests/" in said
    mend(vault, said, at=vault.root / "papers")
    passes(vault)


def test_a_vault_without_its_mark_in_this_work_tree(tmp_path: Path) -> None:
    vault = laid_out(tmp_path / "vault")
    vault.git("rm", "-q", "vault-sync.toml")
    (vault.root / ".obsidian").mkdir()
    vault.git("commit", "-q", "-m", "y", "--no-verify")
    vault.git("worktree", "add", "-q", str(tmp_path / "other"), "-b", "other")
    other = GitVault(tmp_path / "other", vault.home)
    other.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    assert f"{WEEK}:4: commentary" in blocked(other, "-a")


def test_a_submodule(vault: GitVault, tmp_path: Path) -> None:
    above = GitVault(tmp_path / "above", vault.home)
    above.top.mkdir()
    above.git("init", "-q")
    above.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(vault.top), "v")
    inner = GitVault(above.top / "v", vault.home)
    inner.tool("git", "install")
    inner.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    assert f"{WEEK}:4: commentary" in blocked(inner, "-a")
    above.git("commit", "-q", "-m", "no hook here")


def test_notes_that_git_ignores_are_said_once_and_block_nothing(vault: GitVault) -> None:
    vault.write(".gitignore", "papers/\n")
    vault.git("rm", "-q", "-r", "--cached", "papers")
    vault.git("add", "-A")
    done = vault.run("vault-sync", "check", "--staged")
    assert done.returncode == 0
    assert done.stderr.count("git ignores") == 1 and "3 entries have notes" in done.stderr
    passes(vault)


def test_a_file_announced_only(vault: GitVault) -> None:
    new = "https://arxiv.org/abs/2308.00009\nNew: One (Ann Park)\n새 글.\n#new\n"
    vault.write(NEXT, vault.read(NEXT) + new)
    vault.tool("sync", "--offline")
    vault.git("add", "-u")
    vault.git("add", "-N", "papers/New.md")
    said = blocked(vault)
    assert f"{NEXT}:6: the note 'papers/New.md' behind this entry's link is not in git\n" in said
    mend(vault, said)
    passes(vault)


# Names and settings.

STRANGE = [
    "with  two spaces",
    "quote \" and ' quote",
    "line\nbreak",
    "-leading dash",
    ":(top)colon",
    "glob * ?",
    unicodedata.normalize("NFD", "한글 이름"),
    "émoji 🙂\x1b(B",
]


def test_strange_names(vault: GitVault) -> None:
    linkable = [name for name in STRANGE if "\n" not in name]
    for name in set(STRANGE) - set(linkable):
        vault.write(f"{name}/{name}.md", "no link leads here\n")
    for number, name in enumerate(linkable):
        path = f"{name}/{name}.md" if number % 2 else f"papers/{name}.md"
        entry = f"https://example.org/{number}\nTitle {number} (A B)\n글 {number}.\n#t\n"
        vault.write(NEXT, vault.read(NEXT) + entry)
        vault.write(path, f"---\nurl: https://example.org/{number}\n---\nmine\n")
    vault.tool("rebuild", "--offline")
    vault.git("add", "-A")
    passes(vault)
    for number in range(len(linkable)):
        vault.edit(NEXT, f"\n글 {number}.", f"\n새 글 {number}.")
    vault.git("add", "-A")
    said = blocked(vault)
    assert 0 < said.count("commentary") == len(linkable) < len(STRANGE)
    assert "\x1b" not in said
    vault.git("config", "core.quotePath", "false")
    assert vault.commit() == said
    mend(vault, said)
    assert vault.git("diff", "--name-only") == ""
    passes(vault)


def test_autocrlf_leaves_the_blobs_to_be_judged(vault: GitVault) -> None:
    vault.git("config", "core.autocrlf", "true")
    for path in (WEEK, ALPHA):
        vault.write(path, vault.read(path).replace("\n", "\r\n"))
        vault.edit(path, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.git("add", WEEK)
    assert f"{WEEK}:4: commentary" in blocked(vault)
    vault.git("add", ALPHA)
    passes(vault)


# Installing.


def test_install_keeps_the_hook_that_is_there_and_uninstall_brings_all_back(
    vault: GitVault,
) -> None:
    vault.tool("git", "uninstall")
    hook = vault.top / ".git/hooks/pre-commit"
    hook.write_bytes(b"#!/bin/sh\necho mine >&2\ntest ! -e stop\n# \xff no newline")
    hook.chmod(0o750)
    (vault.top / ".gitattributes").write_bytes(b"*.png binary")
    vault.git("add", "-A")
    before = _everything(vault)
    vault.tool("git", "install")
    vault.tool("git", "install")
    named = vault.git("config", "merge.vault-sync.name")
    assert named == "digests entry by entry, notes field by field\n"
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    said = blocked(vault, "-a")
    assert said.startswith("mine\n") and "commentary" in said
    vault.edit(WEEK, "두 번째 줄입니다.", "둘째 줄입니다.")
    (vault.top / "stop").touch()
    assert blocked(vault, "--allow-empty") == "mine\n"
    (vault.top / "stop").unlink()
    vault.tool("git", "uninstall")
    assert _everything(vault) == before


def _everything(vault: GitVault) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(vault.top)): (path.stat().st_mode, path.read_bytes())
        for path in sorted(vault.top.rglob("*"))
        if path.is_file() and path.name != "index" and "objects" not in path.parts
    }


def test_two_hooks_that_are_not_ours_are_left_alone(vault: GitVault) -> None:
    folder = vault.top / ".git/hooks"
    (folder / "pre-commit").rename(folder / "pre-commit.before-vault-sync")
    (folder / "pre-commit").write_text("#!/bin/sh\n")
    before = _everything(vault)
    vault.tool("git", "install", code=2)
    assert _everything(vault) == before


def test_a_hooks_folder_of_the_users_own_serves_other_repositories_too(
    vault: GitVault, tmp_path: Path
) -> None:
    vault.tool("git", "uninstall")
    vault.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    vault.tool("git", "install")
    assert (tmp_path / "hooks/pre-commit").exists()
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    blocked(vault, "-a")
    other = GitVault(tmp_path / "other", vault.home)
    other.top.mkdir()
    other.git("init", "-q")
    other.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    other.write(WEEK, "x")
    other.git("add", "-A")
    passes(other)


def test_a_tool_that_is_gone_blocks_nobody(vault: GitVault, tmp_path: Path) -> None:
    hook = vault.top / ".git/hooks/pre-commit"
    bare = tmp_path / "bin"
    bare.mkdir()
    for name in ("git", "sh", "dirname"):
        (bare / name).symlink_to(str(shutil.which(name)))
    vault.env["PATH"] = str(bare)
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.git("add", "-A")
    # By the interpreter of this installation:
    assert "commentary" in blocked(vault)
    python = shlex.quote(sys.executable)
    assert hook.read_text().count(python) == 2
    hook.write_text(hook.read_text().replace(python, str(tmp_path / "moved/python")))
    done = vault.run("git", "commit", "-q", "-m", "x")
    assert done.returncode == 0 and "not checked" in done.stderr


def test_outside_a_repository(tmp_path: Path) -> None:
    vault = GitVault(tmp_path / "vault", tmp_path / "home")
    vault.root.mkdir()
    vault.write("vault-sync.toml", "")
    vault.tool("check", "--staged", code=2)
    vault.tool("git", "install", code=2)


@pytest.mark.parametrize("below", ["", "$(touch ran)", "`touch ran`", "a'b\"c", "-x", "a\nb"])
def test_nothing_of_the_repository_is_run(tmp_path: Path, below: str) -> None:
    """Neither at `git commit` nor at `git merge`, wherever in it the vault lies."""
    vault = laid_out(tmp_path / "top", below)
    ran = tmp_path / "ran"
    vault.env |= {"PYTHONPATH": ":.", "PATH": f":.:{vault.env['PATH']}"}
    for place in {vault.top, vault.root}:
        for name in ("vault_sync/__init__.py", "click.py", "sitecustomize.py", "x.pth", "json.py"):
            (place / name).parent.mkdir(exist_ok=True)
            (place / name).write_text(f"import os; open({str(ran)!r}, 'w')\n")
        (place / "vault-sync").write_text(f"#!/bin/sh\ntouch '{ran}'\n")
        (place / "vault-sync").chmod(0o755)
    vault.git("add", "-A")
    vault.git("commit", "-q", "-m", "as it came with a pull", "--no-verify")
    vault.git("branch", "side")
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.git("add", "-A")
    assert "commentary" in blocked(vault), "the hook does its work"
    vault.git("commit", "-q", "-m", "ours", "--no-verify")
    vault.git("checkout", "-q", "side")
    vault.edit(WEEK, "넷째 줄입니다.", "네 번째 줄입니다.")
    vault.git("commit", "-q", "-a", "-m", "theirs", "--no-verify")
    vault.git("checkout", "-q", "main")
    vault.git("merge", "-q", "-m", "m", "side")
    assert "두 번째 줄입니다.\n셋째 줄입니다.\n네 번째 줄입니다." in vault.read(WEEK)
    assert not ran.exists()
    assert not [path for path in tmp_path.rglob("ran") if path != ran]
