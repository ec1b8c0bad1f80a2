"""What a shell is given: a path as it wants it, and nothing where nothing can be known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.shell_completion import CompletionItem
from tests.support.vaults import Vault
from vault_sync.cli import completing
from vault_sync.cli.options import SharedOptions, Verbs, verb
from vault_sync.cli.verbs import cli
from vault_sync.edge.state import pass_log
from vault_sync.edge.state.pass_log import PassRecord


@pytest.mark.parametrize(
    ("shell", "words", "at", "given"),
    [
        ("bash_complete", "vault-sync\nwhy\n", "2", r"a\ \'b\'.md"),
        ("bash_complete", "vault-sync\nwhy\n'a", "2", "a 'b'.md"),
        ("bash_complete", 'vault-sync\nwhy\n"a', "2", "a 'b'.md"),
        ("bash_complete", "vault-sync\n'why'\na", "2", r"a\ \'b\'.md"),
        ("bash_complete", "vault-sync", "1", r"a\ \'b\'.md"),
        ("zsh_complete", "vault-sync\nwhy\n", "2", "a 'b'.md"),
        ("", "", "", "a 'b'.md"),
    ],
)
def test_bash_alone_takes_a_path_as_it_goes_on_the_line(
    monkeypatch: pytest.MonkeyPatch, shell: str, words: str, at: str, given: str
) -> None:
    monkeypatch.setenv("_VAULT_SYNC_COMPLETE", shell)
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", at)
    assert completing._written("a 'b'.md") == given


@pytest.fixture
def context(tmp_path: Path) -> click.Context:
    (tmp_path / "vault-sync.toml").write_text("")
    for path in ("digests/w.md", "digests/v.md", "papers/a.md", "papers/w.md"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("")
    return click.Context(cli, obj=SharedOptions(vault=tmp_path))


Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
PARAMETER = click.Option(["--x"])


@pytest.mark.parametrize(
    ("completed", "begun", "found"),
    [
        (completing.digests, "", ["digests/v.md", "digests/w.md"]),
        (completing.digests, "digests/w", ["digests/w.md"]),
        (completing.files, "papers/", ["papers/a.md", "papers/w.md"]),
        # A name alone where one file has it.
        (
            completing.named,
            "",
            ["digests/v.md", "digests/w.md", "papers/a.md", "papers/w.md", "v", "a"],
        ),
        (completing.named, "w", []),
        (completing.verbs, "st", ["status", "stats"]),
        (completing.passes, "", []),
    ],
)
def test_what_begins_like_that(
    context: click.Context, completed: Completer, begun: str, found: list[str]
) -> None:
    assert [each.value for each in completed(context, PARAMETER, begun)] == found


@pytest.mark.parametrize("text", [None, "paths = ["])
def test_where_there_is_no_vault_or_its_configuration_is_wrong_nothing_is_completed(
    tmp_path: Path, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "vault-sync.toml").write_text(text)
    context = click.Context(cli, obj=SharedOptions(vault=tmp_path))
    for completed in (completing.digests, completing.files, completing.named, completing.passes):
        assert completed(context, PARAMETER, "") == []


def test_passes_are_completed_with_their_cause_and_time(
    offline_vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_SYNC_STATE_DIR", str(offline_vault.state))
    passes = [
        PassRecord(number, "2024-05-01T12:00:09+00:00", f"cause {number}", False, ())
        for number in range(30, 0, -1)
    ]
    monkeypatch.setattr(pass_log, "records", lambda _, most: passes[:most])
    context = click.Context(cli, obj=SharedOptions(vault=offline_vault.root))
    found = completing.passes(context, PARAMETER, "2")
    assert [(each.value, each.help) for each in found] == [
        (str(number), f"cause {number} 2024-05-01T12:00") for number in range(29, 19, -1)
    ]
    assert len(completing.passes(context, PARAMETER, "")) == 20


@pytest.mark.parametrize(
    ("words", "begun", "found"),
    [
        (["git"], "", ["install", "uninstall", "merge-driver"]),
        (["service"], "u", ["uninstall"]),
        (["sync"], "", []),
        ([], "wee", ["week"]),
        (["none"], "wee", ["week"]),
    ],
)
def test_the_verbs_of_a_group(words: list[str], begun: str, found: list[str]) -> None:
    context = click.Context(cli, obj=SharedOptions())
    context.params["words"] = words
    items = completing.verbs(context, click.Argument(["words"]), begun)
    assert [each.value for each in items] == found


def test_verbs_of_other_modules_are_completed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    group = Verbs("x", more=("late",))

    def add(_: str) -> None:
        verb(group, "late", example="x late")(lambda _: 0)

    monkeypatch.setattr("importlib.import_module", add)
    items = completing.verbs(click.Context(group), PARAMETER, "la")
    assert [each.value for each in items] == ["late"]
