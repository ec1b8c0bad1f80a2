"""What a new user does wrong, and what he is told: each message names the thing and the way out."""

from __future__ import annotations

import re
import shlex
import unicodedata
from pathlib import Path

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.vaults import DIGEST, Vault
from vault_sync.core.model.base import Base
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.report import lines as report
from vault_sync.edge import config as configuration
from vault_sync.sync.observation import observation
from vault_sync.sync.observation.observation import observe, observe_texts
from vault_sync.sync.planning.pass_plan import make_plan
from vault_sync.sync.request import PassRequest


def test_globs_that_find_no_digest_are_told(empty_vault: Vault) -> None:
    empty_vault.write("주간/1주.md", "1주\nhttps://example.org/a\nTitle (Some One)\n")
    for command in (("sync", "--offline"), ("rebuild", "--offline", "--dry-run"), ("check",)):
        ran = empty_vault.ok(*command)
        assert "no digest is found by [digests] paths: digests/**/*.md" in ran.err
    assert empty_vault.ok("--json", "check").json["problems"][0]["code"] == "no-digest"
    empty_vault.write("vault-sync.toml", '[digests]\npaths = ["주간/*.md"]\n')
    ran = empty_vault.ok("sync", "--offline")
    assert "1 entry: 1 made" in ran.out and ran.err == ""


def test_a_path_is_found_however_it_is_composed(vault: Vault) -> None:
    stored = unicodedata.normalize("NFD", DIGEST)
    assert stored != DIGEST
    (vault.root / DIGEST).rename(vault.root / stored)
    vault.ok("rebuild", "--offline", DIGEST)
    exported = vault.ok("export", DIGEST).out
    assert exported == vault.ok("export", stored).out
    name = Path(DIGEST).name
    assert vault.run("export", name, cwd=vault.root / "digests").out == exported
    assert vault.run("export", f"../{DIGEST}", cwd=vault.root / "papers").out == exported


@pytest.mark.parametrize("given", ["../vault-of-another.md", "/etc/hostname", "../vault/../x.md"])
def test_a_path_outside_the_vault_is_refused(empty_vault: Vault, given: str) -> None:
    (empty_vault.root.parent / "vault-of-another.md").write_text("x")
    for command in ("export", "restore"):
        ran = empty_vault.run(command, given)
        assert ran.code == 2 and f"{given}: not in the vault" in ran.err


def test_a_note_is_named_as_a_wikilink_names_it(empty_vault: Vault) -> None:
    for name in ("a/One", "b/One", "a/Two"):
        empty_vault.write(f"{name}.md", f"---\nurl: https://example.org/{name}\n---\nwords\n")
    for given in ("Two", "Two.md", "a/Two", "a/Two.md", "a/One"):
        empty_vault.ok("resolve", given, "--take", "note")
    ran = empty_vault.run("resolve", "One", "--take", "note")
    assert ran.code == 2 and "may be a/One.md or b/One.md" in ran.err
    ran = empty_vault.run("resolve", "Three", "--take", "note")
    assert ran.code == 2 and "no such note" in ran.err


def test_the_way_to_settle_a_conflict_can_be_pasted_into_a_shell(vault: Vault) -> None:
    vault.ok("rebuild", "--offline")
    note = "papers/230816 It Ain't That Bad.md"
    vault.write(note, vault.read(note).replace('title: "', 'title: "Well, ', 1))
    vault.edit(DIGEST, "|It Ain't", "|So It Ain't")
    ran = vault.run("sync", "--offline")
    assert ran.code == 1
    assert "resolve 'papers/230816 It Ain'\"'\"'t That Bad.md' --take" in ran.err


@pytest.mark.parametrize(
    ("path", "code", "left"),
    [
        ("papers/A.md", "unreadable", ["digests/w.md", "papers/B.md"]),
        ("papers", "unlisted", ["digests/w.md"]),
        ("digests/w.md", "unreadable", ["papers/A.md", "papers/B.md"]),
        ("digests", "unlisted", ["papers/A.md", "papers/B.md"]),
    ],
)
def test_what_may_not_be_read_is_not_taken_for_gone(path: str, code: str, left: list[str]) -> None:
    memory = MemoryVault(
        files={
            "digests/w.md": "w\nhttps://arxiv.org/abs/2403.00001\nA (Kim X)\n[[B]] 논평\n"
            "https://arxiv.org/abs/2403.00002\nB (Lee Y)\n#b\n"
        }
    )
    memory.sync()
    problem = Problem(path, code, "permission is missing")
    texts = {RelPath(name): memory.files[name] for name in left}
    for remake in (False, True):
        found = observe_texts(texts, memory.rules, memory.base(), (problem,))
        plan = make_plan(found, memory.rules, {}, PassRequest(remake=remake))
        assert plan.operations == () and plan.problems == (problem,)
        assert not any(base_update.drop for base_update in plan.base_updates)


def test_a_problem_of_the_vault_itself_says_so() -> None:
    (line,) = report.problem_lines([Problem("", "read-only", "cannot be written")])
    assert line == "the vault: cannot be written"


def test_an_emptied_digest_is_restored_as_it_was_and_a_copy_beside_one_counts_twice_nowhere(
    vault: Vault,
) -> None:
    vault.ok("rebuild", "--offline")
    vault.edit(DIGEST, "정말 애매하네요", "꽤 애매하네요")
    vault.ok("sync", "--offline")
    files = vault.files()
    vault.write(DIGEST, "")
    ran = vault.run("sync", "--offline")
    assert ran.code == 1 and "bring it back with `vault-sync restore`" in ran.err
    vault.ok("restore", DIGEST)
    assert vault.files() == files
    assert "nothing to do" in vault.ok("sync", "--offline").out
    # Now beside a healthy file: an older text, which is no digest of its own.
    vault.ok("restore", DIGEST)
    copy = DIGEST.replace(".md", " (restored).md")
    assert vault.files().keys() - files.keys() == {copy}
    ran = vault.ok("sync", "--offline")
    assert "nothing to do" in ran.out and f"{copy}: note: this is a copy of a digest" in ran.err
    ran = vault.run("rebuild", "--offline", copy)
    assert ran.code == 2 and "not a digest" in ran.err


@pytest.mark.parametrize(
    "named",
    [
        "{} (Conflicted copy MacBook_2 202308211530)",
        "{} (host's conflicted copy 2023-08-21)",
        "{}.sync-conflict-20230821-153000-ABCDEF7",
    ],
)
def test_what_a_sync_service_put_beside_a_digest_is_no_digest(vault: Vault, named: str) -> None:
    vault.ok("rebuild", "--offline")
    stem = DIGEST.removesuffix(".md")
    copy = named.format(stem) + ".md"
    vault.write(copy, vault.read(DIGEST) + "\n더 긴 글")
    notes = {path for path in vault.files() if path.startswith("papers/")}
    vault.ok("sync", "--offline")
    assert "더 긴 글" in vault.read(DIGEST), "merged, and no second digest"
    assert {path for path in vault.files() if path.startswith("papers/")} == notes
    assert not any(f"[[{copy.rpartition('/')[2][:-3]}" in vault.read(path) for path in notes)


def test_an_unreadable_file_is_told_once(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    (vault.root / DIGEST).chmod(0)
    denied = Problem(DIGEST, "unreadable", "cannot be read: permission denied")
    # Who is root may read it all the same.
    found_so = [(RelPath(DIGEST), denied)]
    monkeypatch.setattr(observation, "read_contents", lambda root, files: found_so)
    found = observe(configuration.load(vault.root), Base())
    assert [each.path for each in found.problems] == [DIGEST]


def test_a_digest_is_resolved_by_its_path_or_name_and_what_is_damaged_is_refused(
    vault: Vault,
) -> None:
    vault.ok("rebuild", "--offline")
    whole = vault.read(DIGEST)
    for name in ("nowhere.md", "vault-sync.toml"):
        assert vault.run("resolve", name, "--take", "digest").code == 2
    vault.write(DIGEST, "")
    ran = vault.run("resolve", DIGEST, "--take", "digest")
    assert ran.code == 1 and "vault-sync restore" in ran.err and "nothing was done" in ran.out
    told = vault.run("--json", "resolve", DIGEST, "--take", "digest").json["problems"]
    assert [each["code"] for each in told] == ["emptied"]
    assert vault.read(DIGEST) == ""
    vault.write(DIGEST, whole[: whole.rindex("https://")])
    ran = vault.run("sync", "--offline")
    advised = re.findall(r"`vault-sync (resolve [^`]+)`", ran.err)
    assert ran.code == 1 and len(advised) == 1
    vault.ok(*shlex.split(advised[0]))
    gone = "It's gone.md"
    (vault.root / DIGEST).rename(vault.root / "digests" / gone)
    vault.ok("sync", "--offline")
    (vault.root / "digests" / gone).unlink()
    ran = vault.run("sync", "--offline")
    advised = re.findall(r"`vault-sync (resolve [^`]+)`", ran.err)
    assert ran.code == 1
    assert {tuple(shlex.split(each)) for each in advised} == {
        ("resolve", f"digests/{gone}", "--take", "digest")
    }
    vault.ok("resolve", "It's gone", "--take", "digest")
    vault.ok("sync", "--offline")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_file_whose_ending_is_in_capitals_keeps_its_name(empty_vault: Vault, when: str) -> None:
    """A note is given another name; a digest does not wait for it in every later pass."""
    empty_vault.write("vault-sync.toml", "[arxiv]\nenabled = false\n")
    empty_vault.write("papers/ALPHA.MD", "mine\n")
    entry = "https://arxiv.org/abs/2308.0000{}\n{} (Ann Park)\nwords\n#t\n"
    empty_vault.write(
        "digests/1주.md", "1주\n" + (entry.format(1, "Other") if when == "after" else "")
    )
    if when == "after":
        empty_vault.ok("sync")
    empty_vault.write(
        "digests/1주.md", empty_vault.read("digests/1주.md") + entry.format(2, "Alpha")
    )
    empty_vault.ok("sync")
    empty_vault.ok("check")
    assert empty_vault.read("papers/ALPHA.MD") == "mine\n"
    assert any("Alpha (2308.00002)" in name for name in empty_vault.files())


def test_a_digest_whose_ending_is_in_capitals_is_named(empty_vault: Vault) -> None:
    empty_vault.write("digests/2주.MD", "https://arxiv.org/abs/2308.00002\nTwo (Ann Park)\n#t\n")
    empty_vault.write("papers/3.MD", "mine\n")
    done = empty_vault.ok("rebuild", "--offline")
    assert (
        "digests/2주.MD: note: the file is not read as a digest: its name ends in .MD" in done.err
    )
    assert "papers/3.MD" not in done.err


def test_a_pipe_a_link_and_a_broken_configuration_are_lines(vault: Vault) -> None:
    vault.ok("rebuild", "--offline")
    (vault.root / ".vault-sync").rename(vault.root / "elsewhere")
    (vault.root / ".vault-sync").symlink_to("elsewhere")
    words = vault.run("rebuild", "--offline")
    assert words.code == 1 and "a symbolic link or a file stands where" in words.err
    assert "Errno" not in words.err
