"""What every verb has: its exit codes and its example, in its help."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from vault_sync.cli import options
from vault_sync.cli.console import Console
from vault_sync.cli.options import BY_NEED, Verb, Verbs, verb
from vault_sync.cli.verbs import cli


def verbs(group: Verbs, above: str = "") -> Iterator[tuple[str, Verb]]:
    for name, command in group.whole().commands.items():
        if isinstance(command, Verbs):
            yield from verbs(command, f"{above}{name} ")
        elif isinstance(command, Verb):
            yield f"{above}{name}", command


ALL = dict(verbs(cli))


@pytest.mark.parametrize("name", ALL)
def test_the_help_has_an_example_and_every_exit_code_in_words(name: str) -> None:
    command = ALL[name]
    above = cli.make_context("vault-sync", [name])
    text = command.get_help(click.Context(command, info_name=name, parent=above))
    assert command.example in text and "vault-sync" in command.example
    assert {0, 2} <= command.exits.keys() and all(command.exits.values())
    codes = [line.split()[0] for line in text.partition("Exit codes:")[2].splitlines() if line]
    assert [each for each in codes if each.isdecimal()] == [
        str(each) for each in sorted(command.exits)
    ]


@pytest.mark.parametrize(
    ("codes", "names"),
    [
        ("0 2", "init log why export stats bib config completion help git.install git.uninstall"),
        ("0 1 2", "status check diff doctor git.merge-driver"),
        ("0 1 2", "service.install service.uninstall service.status"),
        ("0 1 2 4", "rebuild sync week add resolve undo restore relink facts views pdf leave"),
        ("0 2 4 130", "watch"),
    ],
)
def test_the_codes_that_a_verb_exits_with(codes: str, names: str) -> None:
    for name in names.split():
        exits = ALL[name.replace(".", " ")].exits
        assert " ".join(map(str, sorted(exits))) == codes, name


@pytest.mark.parametrize(
    ("call", "console"),
    [
        ("it", Console(Path())),
        ("--json it -q", Console(Path(), json=True, quiet=True)),
        ("--quiet it --json", Console(Path(), json=True, quiet=True)),
        ("-v it", Console(Path(), verbose=True)),
        ("it --verbose", Console(Path(), verbose=True)),
        ("--vault a --color never it --vault b", Console(Path("b"), color="never", named=True)),
        ("it --color always", Console(Path(), color="always")),
    ],
)
def test_what_verbs_share_may_stand_before_the_verb_and_behind_it(
    call: str, console: Console
) -> None:
    called: list[Console] = []

    def it(console: Console) -> int:
        called.append(console)
        return 7

    options._shared.cache_clear()
    group = Verbs("x")
    made = verb(group, example="x it", exits={0: "it went", 7: "it is seven"})(it)
    assert group.main(call.split(), standalone_mode=False) == 7
    (given,) = called
    assert replace(given, started=0.0) == replace(console, started=0.0)
    text = made.get_help(click.Context(made, info_name="it"))
    wrong = options.USAGE[2]
    assert text.endswith(
        f"Example:\n  x it\n\nExit codes:\n  0  it went\n  2  {wrong}\n  7  it is seven"
    )


@pytest.mark.parametrize("asked", ["one by its name", "all"])
def test_verbs_of_other_modules_are_there_when_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    """Fewer modules are imported where the verb is of the first."""
    group = Verbs("x", more=("late",), listed=("none", "late"))
    verb(group, "early", example="x early")(lambda _: 0)
    imported: list[str] = []

    def add(name: str) -> None:
        imported.append(name)
        verb(group, "late", example="x late")(lambda _: 0)

    monkeypatch.setattr("importlib.import_module", add)
    context = click.Context(group)
    assert group.get_command(context, "early") is not None and not imported
    if asked == "all":
        assert group.list_commands(context) == ["late", "early"]
    else:
        assert group.get_command(context, "late") is not None
        assert group.get_command(context, "none") is None


def test_verbs_are_listed_as_a_reader_comes_to_need_them() -> None:
    assert isinstance(cli, Verbs)
    listed = cli.list_commands(click.Context(cli))
    assert listed == [name for name in BY_NEED if name in listed] and len(listed) == len(BY_NEED)
