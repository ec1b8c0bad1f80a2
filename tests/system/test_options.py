"""The program as a tool: shared options in both places, JSON of every verb, help, exit codes."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from jsonschema import ValidationError
from tests.support import shapes
from tests.support.folders import ROOT
from tests.support.vaults import DIGEST, Vault
from vault_sync.cli import passes
from vault_sync.cli.console import Bar, Console
from vault_sync.cli.options import Verb
from vault_sync.cli.verbs import cli
from vault_sync.core.model.plan import Create, Outcome, Plan
from vault_sync.core.model.values import RelPath
from vault_sync.edge import config as configuration
from vault_sync.sync.request import PassResult

NOTE = "papers/230814 OctoPack.md"


def verbs() -> dict[str, Verb]:
    """Every verb by its whole name, in the order of help."""
    found: dict[str, Verb] = {}
    for name, command in cli.whole().commands.items():
        inner = command.commands if isinstance(command, click.Group) else {"": command}
        for word, each in inner.items():
            assert isinstance(each, Verb), name
            found[f"{name} {word}".strip()] = each
    return found


CALLS = {
    "rebuild": ["rebuild", "--offline"],
    "sync": ["sync", "--offline"],
    "status": ["status"],
    "check": ["check"],
    "diff": ["diff"],
    "week": ["week", "--date", "2023-08-16"],
    "add": ["add", "2308.99999", "--offline", "--now"],
    "resolve": ["resolve", NOTE, "--take", "note"],
    "log": ["log"],
    "undo": ["undo"],
    "restore": ["restore", DIGEST],
    "relink": ["relink", "Old name", NOTE],
    "why": ["why", NOTE],
    "facts": ["facts"],
    "export": ["export", DIGEST],
    "views": ["views"],
    "stats": ["stats"],
    "bib": ["bib", "--tag", "code"],
    "config": ["config"],
    "doctor": ["doctor"],
    "git install": ["git", "install"],
    "git uninstall": ["git", "uninstall"],
    "service install": ["service", "install"],
    "service status": ["service", "status"],
    "service uninstall": ["service", "uninstall"],
    "completion": ["completion", "bash"],
    "leave": ["leave", "--dry-run"],
    "help": ["help", "sync"],
}
"""A call of every verb whose answer can be had at once; the others have tests of their own."""

ALONE = {"init", "pdf", "watch", "git merge-driver"}


def test_every_verb_has_a_documented_shape() -> None:
    assert shapes.documented().keys() == verbs().keys() == CALLS.keys() | ALONE
    used = {*shapes.documented().values(), "error"}
    assert used <= shapes.SCHEMA["$defs"].keys()


def test_every_verb_answers_with_one_object_of_its_shape(built: Vault) -> None:
    subprocess.run(["git", "init", "-q", str(built.root)], check=True)
    built.environ |= {"HOME": str(built.root.parent), "XDG_CONFIG_HOME": ""}
    built.write("vault-sync.toml", "[arxiv]\nenabled = false\n")
    built.edit(NOTE, "- alignment", "- alignment\n  - olive")
    for name, call in CALLS.items():
        ran = built.run(*call, "--json")
        assert ran.out.count("\n") == 1, (name, ran)
        shapes.check(ran.json, shapes.documented()[name])
        assert "Traceback" not in ran.err


def test_init_answers_with_its_shape(empty_vault: Vault) -> None:
    (empty_vault.root / "vault-sync.toml").unlink()
    (empty_vault.root / ".obsidian").mkdir()
    empty_vault.write("w.md", "https://arxiv.org/abs/2308.00001\nA B (C D)\n")
    shapes.check(empty_vault.ok("init", "--json").json, "configured")
    demo = str(empty_vault.root.parent / "demo")
    shapes.check(empty_vault.ok("init", "--demo", demo, "--json").json, "configured")


def test_a_merge_answers_with_its_shape(empty_vault: Vault) -> None:
    for name in ("base", "ours", "theirs"):
        empty_vault.write(name, "words\n")
    ran = empty_vault.ok("git", "merge-driver", "--json", "base", "ours", "theirs", "x.md")
    shapes.check(ran.json, "merged")


def test_a_daemon_answers_when_it_ends(built: Vault) -> None:
    daemon = subprocess.Popen(
        [sys.executable, "-m", "vault_sync", "--vault", str(built.root), "watch", "--json"],
        stdout=subprocess.PIPE,
        env=built.env,
        text=True,
    )
    while not (here := list(built.state.rglob("daemon.json"))) or "watching" not in (
        here[0].read_text()
    ):
        assert daemon.poll() is None
        time.sleep(0.01)
    daemon.send_signal(signal.SIGTERM)
    out, _ = daemon.communicate()
    assert daemon.returncode == 0
    events = [json.loads(line) for line in out.splitlines()]
    for each in events:
        shapes.check(each, "event")
    assert events[0]["event"] == "ready" and events[-1]["ended"] == "SIGTERM"


def test_a_shape_that_lacks_a_key_is_refused() -> None:
    with pytest.raises(ValidationError):
        shapes.check({"version": 1, "vault": "/v"}, "log")
    with pytest.raises(ValidationError):
        shapes.check({"version": 1, "vault": "/v", "passes": [], "more": 1}, "log")


@pytest.mark.parametrize(
    "call", [["sync", "--jsn"], ["nope"], ["undo", "99"], ["export", "x.md"], ["sync", "-q", "-v"]]
)
def test_a_call_that_fails_answers_with_its_error(built: Vault, call: list[str]) -> None:
    ran = built.run(*call, "--json")
    shapes.check(ran.json, "error")
    assert ran.code == ran.json["error"]["exit"] == 2
    assert ran.json["error"]["message"].splitlines()[0] in ran.err


def test_shared_options_stand_before_the_verb_or_after_it(built: Vault, tmp_path: Path) -> None:
    root = str(built.root)
    outside = Vault(tmp_path, built.state)
    before = outside.ok("--vault", root, "--json", "log").json
    assert outside.ok("log", "--json", "--vault", root).json == before
    assert outside.ok("--json", "log", "--vault", root).json == before
    # Two vaults: the one next to the verb.
    assert outside.ok("--vault", "/nowhere", "log", "--json", "--vault", root).json == before
    assert outside.ok("git", "--json", "uninstall", "--help").out.startswith("Usage")
    assert built.ok("sync", "--offline", "--quiet").out == ""
    assert built.ok("--quiet", "sync", "--offline").out == ""


@pytest.mark.parametrize("name", verbs())
def test_help_of_each_verb_has_two_sentences_an_example_and_its_exit_codes(name: str) -> None:
    command = verbs()[name]
    text = (command.help or "").replace("\n", " ").strip()
    assert text.count(". ") + text.endswith(".") >= 2, text
    assert f"vault-sync {name}" in command.example
    assert {0, 2} <= command.exits.keys() <= {0, 1, 2, 4, 130}


def test_help_is_asked_for_by_a_verb_too(built: Vault) -> None:
    assert built.ok("help", "sync").out == built.ok("sync", "--help").out.replace("\r", "")
    assert "Put the hook" in built.ok("help", "git", "install").out
    listed = built.ok("help").out
    assert "...\n" not in listed.partition("Commands:")[2]
    found = [listed.index(f"\n  {each} ") for each in ("init", "rebuild", "sync", "doctor", "help")]
    assert found == sorted(found)
    assert built.ok("-V").out == built.ok("--version").out
    ran = built.run("help", "stauts")
    assert ran.code == 2 and "status" in ran.err


def test_all_that_is_wrong_with_a_configuration_is_shown_at_once(empty_vault: Vault) -> None:
    empty_vault.write(
        "vault-sync.toml", "[digest]\n[notes]\nfoldr = 1\nname = 2\n[watch]\nquiet = -1\n"
    )
    ran = empty_vault.run("status")
    assert ran.code == 2
    numbers = [line.split(":")[1] for line in ran.err.splitlines()]
    assert numbers == ["1", "3", "4", "6"]
    assert "did you mean 'folder'?" in ran.err
    with pytest.raises(configuration.ConfigError):
        configuration.load(empty_vault.root)


def test_the_example_of_a_configuration_is_printed_and_legal(empty_vault: Vault) -> None:
    example = empty_vault.ok("config", "--example").out
    assert example == (ROOT / "config.example.toml").read_text("utf-8")
    assert empty_vault.ok("config").out == ""
    empty_vault.write("vault-sync.toml", example)
    assert empty_vault.ok("config").out == example
    empty_vault.write("vault-sync.toml", "[nope]\n")
    assert empty_vault.run("config").code == 2
    (empty_vault.root / "vault-sync.toml").unlink()
    (empty_vault.root / ".obsidian").mkdir()
    empty_vault.ok("init")
    # `init` writes the same file under a head of its own: every table and explanation of it, its
    # keys as comments.
    written = empty_vault.read("vault-sync.toml").splitlines()
    assert {line for line in example.splitlines()[2:] if line[:1] in {"#", "["}} <= set(written)


class Screen(io.StringIO):
    """A terminal that can be read back."""

    def isatty(self) -> bool:
        return True


def test_progress_names_its_phase_and_never_passes_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(Bar, "DELAY", -1.0)
    with Bar(Console(Path())) as bar:
        for number in range(3010):
            bar("reading", number + 1, 3000)
        for number in range(500):
            bar("comparing", number + 1, 1000)
        for number in range(200):
            bar("comparing", number + 1, 200)
    shown = screen.getvalue()
    pairs = [(int(done), int(whole)) for done, whole in re.findall(r"(\d+)/(\d+)", shown)]
    assert all(done <= whole for done, whole in pairs)
    assert {whole for _, whole in pairs} == {3000, 1000, 200}
    assert "reading" in shown and "comparing" in shown


def test_counts_are_said_in_the_singular_and_the_plural(empty_vault: Vault) -> None:
    (empty_vault.root / "vault-sync.toml").unlink()
    (empty_vault.root / ".obsidian").mkdir()
    empty_vault.write("d/w.md", "https://a.org/1\nA (C D)\nhttps://a.org/2\nB (C D)\n")
    assert "1 digest with 2 entries" in empty_vault.ok("init").out
    empty_vault.ok("sync", "--offline")
    assert "3 files)" in empty_vault.ok("status").out


@pytest.mark.parametrize(("count", "shown"), [(1, 1), (20, 20), (21, 20), (30, 20)])
def test_twenty_files_of_a_pass_are_shown_and_the_others_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], count: int, shown: int
) -> None:
    done = tuple(Create(RelPath(f"papers/{n}.md"), "x", "new") for n in range(count))
    result = PassResult(Plan(), Outcome(done))
    for verbose, wanted in ((False, shown), (True, count)):
        console = Console(tmp_path, verbose=verbose)
        assert passes.show_result(console, configuration.Config(tmp_path), result) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[:wanted] == [f"+ papers/{n}.md  (new)" for n in range(wanted)]
        left = f"... and {count - wanted} more (--verbose shows them, `vault-sync log` too)"
        assert lines[wanted:-1] == ([left] if count > wanted else [])
