"""Problems are shown by every verb alike, whether the pass planned or remembered them."""

from __future__ import annotations

import ast

import pytest
from tests.support.folders import ROOT
from tests.support.vaults import Vault

CALLERS = {"cli/doctor.py", "cli/console.py", "cli/staged.py", "daemon/vault_pass.py"}
"""The console of all verbs, the reasons of `check --staged`, and the daemon's log."""

NOTICE = "vault-sync.toml: note: no digest is found by [digests] paths: digests/**/*.md"


@pytest.mark.parametrize("verb", ["sync", "rebuild", "check", "diff", "sync --dry-run"])
def test_a_notice_is_shown_by_every_verb_unless_it_is_quiet(empty_vault: Vault, verb: str) -> None:
    for _ in range(2):  # the second finds nothing changed
        ran = empty_vault.ok(*verb.split())
        assert NOTICE in ran.err and NOTICE not in ran.out
        assert empty_vault.ok("--quiet", *verb.split()).err == ""
        (problem,) = empty_vault.ok("--json", *verb.split()).json["problems"]
        assert problem["code"] == "no-digest"


def test_a_notice_is_part_of_the_answer_of_status(empty_vault: Vault) -> None:
    for quiet in ((), ("--quiet",)):
        ran = empty_vault.ok(*quiet, "status")
        assert NOTICE in ran.out and not ran.err


def test_a_problem_is_counted_if_the_call_is_quiet(vault: Vault) -> None:
    vault.ok("rebuild", "--offline")
    digest = next(iter((vault.root / "digests").glob("*.md")))
    digest.write_text("")
    ran = vault.run("--quiet", "sync", "--offline")
    assert (ran.code, ran.err) == (1, "1 problem: see `vault-sync status`\n")
    ran = vault.run("sync", "--offline")
    assert ran.code == 1 and "bring it back with `vault-sync restore`" in ran.err


def test_files_that_no_entry_needs_put_nothing_out_of_line(vault: Vault) -> None:
    """Notes of somebody's own: a problem only from the pass on in which an entry needs one."""
    url = "https://arxiv.org/abs/2402.0000{}"
    for number in range(3):
        broken = f"---\ntitle: A: B\nurl: {url.format(number)}\n---\nwords\n"
        vault.write(f"mine/B{number}.md", broken)
        vault.write(f"mine/[Arxiv 2026] C{number}.md", f"---\nurl: {url.format(number + 5)}\n---\n")
    vault.write("digests/[W] 1.md", "# one day\n")
    vault.ok("rebuild", "--offline")
    for _ in range(2):
        (told,) = vault.ok("--json", "sync", "--offline").json["problems"]
        assert told["message"].startswith(
            "no entry needs this file, nor 3 more that cannot be used"
        )
    added = f"{url.format(1)}\nA: B (Ann Park)\n{url.format(6)}\nC (Ann Park)\n"
    vault.write("digests/new.md", added)
    ran = vault.run("--json", "sync", "--offline")
    assert ran.code == 1
    wrong = [each for each in ran.json["problems"] if each["level"] == "problem"]
    assert {(each["path"], each["code"]) for each in wrong} == {
        ("mine/B1.md", "broken-properties"),
        ("mine/[Arxiv 2026] C1.md", "unlinkable-name"),
    }
    vault.write("digests/new.md", "")
    vault.write("digests/[W] 1.md", added)
    found = vault.run("--json", "check").json["problems"]
    assert ("digests/[W] 1.md", "unlinkable-name") in {
        (each["path"], each["code"]) for each in found
    }


def test_problem_lines_are_made_for_these_alone() -> None:
    package = ROOT / "vault_sync"
    calling = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "problem_lines"
    }
    assert calling == CALLERS
