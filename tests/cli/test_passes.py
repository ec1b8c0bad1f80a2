"""Passes as a person asks for them: which file is meant, why it was looked at, what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import transcript
from tests.support.vaults import Vault
from vault_sync.cli import passes
from vault_sync.cli.console import Console, UsageError
from vault_sync.core.model.plan import Create, Outcome, Plan, Undone
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.edge.config import Config
from vault_sync.sync.incremental import unchanged
from vault_sync.sync.request import PassRequest, PassResult, Reason


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        (Reason("", "nothing changed"), "nothing changed "),
        (Reason("a.md", "its text"), f"{'a.md':<40} its text"),
        (Reason("a.md", "its text", "x", "x"), f"{'a.md':<40} its text x, as before"),
        (Reason("a.md", "its text", "x", "y"), f"{'a.md':<40} its text x -> y"),
        (Reason("a.md", "its text", "x", ""), f"{'a.md':<40} its text x -> "),
    ],
)
def test_why_it_was_looked_at(reason: Reason, line: str) -> None:
    assert passes._reason_line(reason).rstrip() == line.rstrip()
    assert passes.explanation(PassResult(Plan(), explained=(reason,))) == [
        {"about": reason.about, "question": reason.question, "old": reason.old, "new": reason.new}
    ]


@pytest.mark.parametrize(
    ("plan", "path", "hint"),
    [
        (Plan(), None, "`vault-sync init` looks for digests and writes them into it"),
        (Plan(), Path("/v/vault-sync.toml"), "change `paths` in it"),
        (Plan(digests=1), None, None),
        (Plan((Create(RelPath("digests/w.md"), "", ""),)), None, None),
        (Plan((Create(RelPath("w.md"), "", ""),)), None, "`vault-sync init` looks for digests"),
        (Plan(problems=(Problem("a.md", "x", "is odd"),)), None, None),
    ],
)
def test_where_no_digest_is_found_the_globs_are_named(
    plan: Plan, path: Path | None, hint: str | None
) -> None:
    hinted = passes._hinted(Config(Path("/v"), path), plan)
    added = hinted.problems[len(plan.problems) :]
    assert [each.code for each in added] == (["no-digest"] if hint else [])
    assert all(hint is not None and hint in each.hint for each in added)
    assert all(each.level == "notice" and "digests/**/*.md" in each.message for each in added)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    for path in ("digests/w.md", "papers/a.md", "papers/b c.md", "old/b c.md", "a/papers/x.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    monkeypatch.chdir(tmp_path)
    return Config(tmp_path)


LOST = frozenset({RelPath("digests/gone.md"), RelPath("old/gone.md"), RelPath("old/lost.md")})


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("papers/a.md", "papers/a.md"),
        ("papers/a", "papers/a.md"),
        ("a", "papers/a.md"),
        ("a.md", "papers/a.md"),
        ("papers/x", "a/papers/x.md"),
        ("papers/b c", "papers/b c.md"),
        ("lost", "old/lost.md"),
        ("old/gone", "old/gone.md"),
        ("digests/gone.md", "digests/gone.md"),
        ("b c", "may be old/b c.md or papers/b c.md: give the whole path"),
        ("gone", "may be digests/gone.md or old/gone.md: give the whole path"),
        ("none", "there is no such note in"),
        ("c", "there is no such note in"),
    ],
)
def test_a_note_is_called_by_its_path_or_its_name(config: Config, given: str, found: str) -> None:
    console = Console(config.root)
    if found.endswith(".md"):
        assert passes.note_named(console, config, given, LOST) == found
    else:
        with pytest.raises(UsageError, match=found):
            passes.note_named(console, config, given, LOST)


def test_a_file_named_from_the_present_folder_is_that_one(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(config.root / "old")
    assert passes.note_named(Console(config.root), config, "b c.md") == "old/b c.md"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("digests/w.md", "digests/w.md"),
        ("digests/w", "digests/w.md"),
        ("papers/a", "not a digest"),
        ("digests", "no such digest"),
        ("digests/none", "no such digest"),
    ],
)
def test_a_digest_is_called_by_its_path(config: Config, given: str, found: str) -> None:
    console = Console(config.root)
    if found.endswith(".md"):
        assert passes.digest_named(console, config, given) == found
    else:
        with pytest.raises(UsageError, match=found):
            passes.digest_named(console, config, given)


@pytest.mark.parametrize(("operations", "code"), [((), 0), ((Create(RelPath("a.md"), "", ""),), 1)])
def test_what_is_out_of_line_is_shown_with_what_mends_it(
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    operations: tuple[Create, ...],
    code: int,
) -> None:
    (config.root / "vault-sync.toml").write_text("")
    monkeypatch.setattr(passes, "planned", lambda *_: Plan(operations, digests=1))
    assert passes.check(Console(config.root)) == code
    lines = capsys.readouterr().out.splitlines()
    assert [line.startswith("out of line: ") for line in lines] == [True, False][: 2 * code]
    assert all("`vault-sync sync` brings it in line" in line for line in lines[1:])


def test_a_difference_is_shown_by_paper_place_and_field(empty_vault: Vault) -> None:
    text = "w\n\nhttps://arxiv.org/abs/2308.07124\nOctoPack (A B)\nwords\n#tag\n"
    empty_vault.write("digests/w.md", text)
    empty_vault.ok("rebuild", "--offline")
    empty_vault.edit("digests/w.md", "words\n#tag", "other words\n#tag #new")
    ran = empty_vault.run("diff")
    note = empty_vault.read("papers/OctoPack.md").splitlines()
    tag, words = note.index("  - tag"), note.index("words") + 1
    assert ran.code == 1 and ran.out.splitlines() == [
        "OctoPack (arxiv:2308.07124)",
        f"  papers/OctoPack.md:{tag} tags: tag{{+, new+}}",
        f"  papers/OctoPack.md:{words} [[w]]: {{+other +}}words",
    ]


@pytest.mark.parametrize(
    ("files", "verbose", "shown"), [(20, False, 20), (21, False, 20), (21, True, 21)]
)
def test_twenty_files_are_shown_unless_all_are_asked_for(
    config: Config,
    capsys: pytest.CaptureFixture[str],
    files: int,
    verbose: bool,
    shown: int,
) -> None:
    done = tuple(Create(RelPath(f"{number}.md"), "", "new") for number in range(files))
    result = PassResult(Plan(done, digests=1))
    result = result._replace(outcome=result.outcome._replace(done=done), note="the state is new")
    console = Console(config.root, verbose=verbose)
    assert passes.show_result(console, config, result) == 0
    out, err = capsys.readouterr()
    assert out.count(".md") == shown and ("... and 1 more" in out) == (files > shown)
    assert err == "note: the state is new; nothing is taken for a removal\n"


@pytest.mark.parametrize("quiet", [False, True])
def test_what_was_not_written_is_said_and_puts_out_of_line(
    config: Config, capsys: pytest.CaptureFixture[str], quiet: bool
) -> None:
    made = Create(RelPath("a.md"), "", "new")
    outcome = Outcome(undone=(Undone(made, "it is read-only"),))
    console, result = Console(config.root, quiet=quiet), PassResult(Plan((made,), digests=1))
    assert passes.show_result(console, config, result._replace(outcome=outcome)) == 1
    out, err = capsys.readouterr()
    assert err == "a.md: not written: it is read-only\n"
    assert out == ("" if quiet else "0 entries: nothing was written\n")


def test_only_what_would_ask_says_that_it_did_not(empty_vault: Vault) -> None:
    empty_vault.write("digests/w.md", "https://arxiv.org/abs/2308.07124\nOctoPack (A B)\n")
    for call, told in (("check", False), ("status", False), ("rebuild --dry-run", True)):
        said = [*transcript.said(empty_vault, *call.split())]
        assert any("arXiv was not asked" in line for line in said) == told, call


def test_where_nothing_changed_no_pass_is_run(
    offline_vault: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAULT_SYNC_STATE_DIR", str(offline_vault.state))
    monkeypatch.setattr(unchanged, "look", lambda *_: (Plan(digests=1, entries=2), None))
    console = Console(offline_vault.root)
    assert passes.write(console, PassRequest(), offline=True, explain=True) == 0
    assert capsys.readouterr().out == (
        "nothing changed since the last pass\n2 entries: nothing to do\n"
    )


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault) -> None:
    told, expected = transcript.retold(request, offline_vault, "passes")
    assert told == expected
