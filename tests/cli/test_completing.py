"""What a shell is given: a path as it wants it, and nothing where nothing can be known."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
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

HOSTILE = "a $(x) `y` \"z\" 'b' \\ ! ;&|\n\x1b\u202e é한*.md"


@pytest.mark.parametrize("begun", ["", '"', "'", "a", '"a', "'a"])
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
def test_bash_reads_the_name_that_was_meant(tmp_path: Path, begun: str) -> None:
    """Behind each quote that can be open; nothing of it runs."""
    quote = begun[:1].strip("a")
    line = f"set -H; printf %s {quote}{completing._quoted(HOSTILE, quote)}{quote}"
    done = subprocess.run(
        ["bash", "--norc", "-c", line], cwd=tmp_path, stdout=subprocess.PIPE, check=True
    )
    assert done.stdout.decode() == HOSTILE
    assert HOSTILE.isprintable() is False and completing._quoted(HOSTILE, quote).isprintable()


@pytest.mark.parametrize(
    ("word", "quote"),
    [
        *[("", ""), ("a", ""), ('"a', '"'), ("'a", "'"), (r"\"a", ""), (r'"a\"b', '"')],
        *[("'a\\", "'"), ("\"a'b", '"'), ("'a'", ""), ('"a" ', "")],
        *[('a"b', None), ("$'a", None), ('$"a', None), ("'a'\"b", None)],
    ],
)
def test_the_quote_that_is_open(word: str, quote: str | None) -> None:
    assert completing._open_quote(word) == quote


def test_names_go_to_each_shell_as_it_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def given(shell: str, word: str) -> list[str]:
        monkeypatch.setenv("_VAULT_SYNC_COMPLETE", f"{shell}_complete")
        monkeypatch.setenv("COMP_WORD", word)
        return [each.value for each in completing._items(["a 'b'.md", "a\nplain,x"], "a")]

    assert given("bash", "a") == [r"a\ \'b\'.md", r"a$'\x0a'plain,x"]
    assert given("bash", "'a") == [r"a '\''b'\''.md", r"a'$'\x0a''plain,x"]
    assert given("bash", "x'a") == []
    # These quote by themselves, and a name of two lines would be two.
    assert given("zsh", "a") == given("fish", "a") == ["a 'b'.md"]


def typed(vault: Vault, shell: Sequence[str], line: str) -> str:
    """Type a line, Tab and Enter into a real shell that has the completion, and leave it."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(vault.root)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environ = {**os.environ, **vault.env, "PATH": path, "TERM": "dumb"}
        os.execvpe(shell[0], [*shell], environ)
    shown = b""

    def until(mark: bytes) -> None:
        nonlocal shown
        seen = b""
        while re.search(mark, seen) is None:
            if not select.select([terminal], [], [], 60)[0]:
                pytest.fail(f"no {mark!r} in {shown + seen!r}")
            try:
                seen += os.read(terminal, 65536)
            except OSError:
                break
        shown += seen

    until(b"ready> ")
    os.write(terminal, f"{line}\t".encode())
    until(b"RAN")  # the name is on the line
    os.write(terminal, b"\n")
    until(b"\n(?:ready|more)> ")
    os.write(terminal, b"\x03\nexit\n")
    os.close(terminal)
    os.waitpid(pid, 0)
    return shown.decode(errors="replace")


NAMES = (
    *("p1 $(touch RAN).md", "q1 `touch RAN`.md", "r1'$(touch RAN)'.md", 's1";touch RAN;".md'),
    *("t1;touch RAN;.md", "u1\n$(touch RAN).md", "v1!$(touch RAN)!.md", "w1*$(touch RAN).md"),
)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
def test_nothing_of_a_name_runs_in_bash(offline_vault: Vault, tmp_path: Path) -> None:
    for name in NAMES:
        offline_vault.write(f"papers/{name}", "x\n")
        offline_vault.write(f"plain,papers/{name}", "what a pattern would find")
    rc = tmp_path / "rc"
    script = 'bind "set bell-style none"\neval "$(vault-sync completion bash)"\n'
    script += 'PS1="ready> "\nPS2="more> "\n'
    rc.write_text(script)
    for quote in ("", '"', "'"):
        for name in NAMES:
            line = f"vault-sync why {quote}papers/{name[:2]}"
            shown = typed(offline_vault, ["bash", "--rcfile", str(rc), "-i"], line)
            assert not list(offline_vault.root.rglob("RAN")), (line, shown)
            assert not (tmp_path / "RAN").exists()


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
