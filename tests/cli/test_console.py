"""What a call prints, where, and in which form: by its options and by what takes the output."""

from __future__ import annotations

import io
import json
import os
import sys
import unicodedata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from vault_sync.cli import console as module
from vault_sync.cli.console import Bar, Console, UsageError
from vault_sync.core.model.plan import Create, Outcome, Plan, Undone
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.edge.config import Config


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def here(tmp_path: Path) -> Console:
    return Console(tmp_path)


@pytest.mark.parametrize(
    ("color", "terminal", "no_color", "colored"),
    [
        ("auto", True, "", True),
        ("auto", True, "1", False),
        ("auto", False, "", False),
        ("always", False, "1", True),
        ("never", True, "", False),
    ],
)
def test_where_colours_are_taken(
    monkeypatch: pytest.MonkeyPatch, color: str, terminal: bool, no_color: str, colored: bool
) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal() if terminal else io.StringIO())
    monkeypatch.setenv("NO_COLOR", no_color)
    console = Console(Path(), color=color)
    assert console.colored == colored
    assert console.painted("a\x1b[2J", fg="red").startswith("\x1b[31m") == colored
    assert "\x1b[2J" not in console.painted("a\x1b[2J", fg="red"), "made safe for a terminal"


@pytest.mark.parametrize(
    ("terminal", "lines", "paged"), [(True, 24, True), (True, 23, False), (False, 99, False)]
)
def test_what_fills_more_than_a_screen_is_paged(
    monkeypatch: pytest.MonkeyPatch, here: Console, terminal: bool, lines: int, paged: bool
) -> None:
    out = Terminal() if terminal else io.StringIO()
    given: list[str] = []
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(module, "_terminal_lines", lambda: 24)
    monkeypatch.setattr(click, "echo_via_pager", lambda text, color: given.append(text))
    monkeypatch.delenv("LESS", raising=False)
    here.page(["line"] * lines)
    assert "".join([out.getvalue(), *given]) == "line\n" * lines
    assert bool(given) == paged == (os.environ.get("LESS") == "FRX")


@pytest.mark.parametrize(
    ("options", "answered", "happened", "wrong"),
    [
        ({}, True, True, True),
        ({"verbose": True}, True, True, True),
        ({"quiet": True}, True, False, True),
        ({"json": True}, True, False, False),
    ],
)
def test_what_is_printed_where(
    capsys: pytest.CaptureFixture[str],
    options: dict[str, bool],
    answered: bool,
    happened: bool,
    wrong: bool,
) -> None:
    console = Console(Path(), **options)  # type: ignore[arg-type]
    console.out(["answer"])
    console.say(["it happened"])
    console.complain(["it is wrong"])
    out, err = capsys.readouterr()
    assert ("answer" in out, "it happened" in out, "it is wrong" in err) == (
        answered,
        happened,
        wrong,
    )
    assert "wrong" not in out


@pytest.mark.parametrize(
    ("quiet", "how", "notices"),
    [
        (False, {}, True),
        (True, {}, False),
        (True, {"whole": True}, True),
        (True, {"answer": True}, True),
    ],
)
def test_notices_are_left_out_of_a_quiet_call_that_did_not_ask_for_them(
    capsys: pytest.CaptureFixture[str], quiet: bool, how: dict[str, bool], notices: bool
) -> None:
    problems = [Problem("a.md", "x", "is odd"), Problem("b.md", "y", "is so", level="notice")]
    Console(Path(), quiet=quiet).show_problems(problems, **how)
    out, err = capsys.readouterr()
    shown, silent = (out, err) if how.get("answer") else (err, out)
    assert "a.md" in shown and ("b.md" in shown) == notices and not silent


@pytest.mark.parametrize(
    ("options", "answer", "out", "err"),
    [
        ({}, False, 0, 10),
        ({"verbose": True}, False, 0, 12),
        ({"quiet": True}, False, 0, "12 problems: see `vault-sync status`\n"),
        ({"json": True}, False, 0, 0),
        ({}, True, 10, 0),
        ({"verbose": True}, True, 12, 0),
        ({"quiet": True}, True, 10, 0),
    ],
)
def test_ten_of_what_to_look_at_are_shown_unless_all_are_asked_for(
    capsys: pytest.CaptureFixture[str],
    options: dict[str, bool],
    answer: bool,
    out: int,
    err: int | str,
) -> None:
    plan = Plan(problems=tuple(Problem(f"{number}.md", "x", "is odd") for number in range(12)))
    how = {"answer": True} if answer else {}
    Console(Path(), **options).show_attention(plan, "c.md", **how)  # type: ignore[arg-type]
    said = capsys.readouterr()
    assert said.out.count("is odd") == out
    assert said.err == err if isinstance(err, str) else said.err.count("is odd") == err
    assert ("more" in said.out + said.err) == (10 in {out, err})


def test_a_plan_is_answered_with_the_seconds_that_it_took(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 107.5)
    Console(Path(), started=100.0).answer_plan(Path("/v"), Plan(), (), more={"one": 1})
    value = json.loads(capsys.readouterr().out)
    assert (value["seconds"], value["vault"], value["one"]) == (7.5, "/v", 1)


@pytest.mark.parametrize(("undone", "code"), [((), 0), (("it is read-only",), 1)])
@pytest.mark.parametrize("as_json", [False, True])
def test_what_was_written_without_a_plan(
    capsys: pytest.CaptureFixture[str], undone: tuple[str, ...], code: int, as_json: bool
) -> None:
    done, other = Create(RelPath("a.md"), "", "new"), Create(RelPath("b.md"), "", "new")
    outcome = Outcome((done,), tuple(Undone(other, each) for each in undone))
    found = [Problem("c.md", "odd", "is odd")]
    assert Console(Path(), json=as_json).show_outcome(Path("/v"), outcome, found) == code
    out, err = capsys.readouterr()
    if as_json:
        value: dict[str, Any] = json.loads(out)
        assert [each["path"] for each in value["operations"]] == ["a.md"]
        assert [each["path"] for each in value["problems"]] == ["c.md", *["b.md"] * code]
        assert value["vault"] == "/v" and not err
    else:
        assert "a.md" in out and ("read-only" in err) == bool(undone)


def test_a_path_may_be_given_from_the_vault_from_here_or_whole(
    here: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "vault"
    (root / "papers").mkdir(parents=True)
    (root / "papers" / unicodedata.normalize("NFD", "각.md")).write_text("")
    (tmp_path / "link").symlink_to(root)
    config = Config(tmp_path / "link")
    listed = f"papers/{unicodedata.normalize('NFD', '각.md')}"
    monkeypatch.chdir(root / "papers")
    for given in (
        "papers/각.md",
        "papers/../papers/각.md",
        "각.md",
        f"{root}/papers/각.md",
        listed,
    ):
        assert here.path_in(config, given) == listed
    assert here.path_in(config, "none.md") == "papers/none.md"
    for outside in ("../../x.md", "/etc/hostname"):
        with pytest.raises(UsageError, match="not in the vault"):
            here.path_in(config, outside)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.md").write_text("")
    for given, found in (
        ("papers/각.md", listed),
        ("vault/papers/각.md", listed),
        ("gone/x", "gone/x"),
        ("link/none.md", "none.md"),
        (f"{root}/none.md", "none.md"),
    ):
        assert here.path_in(config, given) == found
    for outside in ("own.md", "../x.md", f"{tmp_path}/none.md"):
        with pytest.raises(UsageError, match="not in the vault"):
            here.path_in(config, outside)


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_spellings_on_the_disk_the_same_is_meant_on_every_disk(
    here: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turned: bool
) -> None:
    decomposed, half = "\u1100\u1161\u11a8.md", "\uac00\u11a8.md"
    for name in (decomposed, half):
        (tmp_path / name).touch()
    if {*os.listdir(tmp_path)} != {decomposed, half}:  # noqa: PTH208 - names alone
        pytest.skip("this disk takes both for one name")
    monkeypatch.setattr(os, "listdir", lambda _: [decomposed, half][:: -1 if turned else 1])
    assert here.path_in(Config(tmp_path), "각.md") == decomposed


class FakeBar:
    """Stands for click's bar; `all` are those that were made."""

    all: list[FakeBar]

    def __init__(self, length: int, label: str, **_: object) -> None:
        self.length, self.label, self.steps, self.open = length, label, 0, False
        self.all.append(self)

    def __enter__(self) -> None:
        self.open = True

    def __exit__(self, *_: object) -> None:
        self.open = False

    def update(self, step: int) -> None:
        self.steps += step


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which stands still unless a test changes it; standard error is a terminal."""
    now = [100.0]
    FakeBar.all = []
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr(click, "progressbar", FakeBar)
    monkeypatch.setattr(module, "sys", SimpleNamespace(stderr=Terminal()))
    return now


def test_a_bar_is_shown_for_long_work_only_and_tells_how_far_it_is(clock: list[float]) -> None:
    with Bar(Console(Path())) as bar:
        bar("reading", 1, 9)
        clock[0] += 0.25
        bar("reading", 2, 9)
        assert FakeBar.all == []
        clock[0] += 0.25
        bar("reading", 3, 9)
        bar("reading", 5, 9)
        (shown,) = FakeBar.all
        assert (shown.label, shown.length, shown.steps, shown.open) == ("reading", 9, 5, True)
        bar("reading", 12, 9)
        assert (shown.steps, shown.open) == (9, False), "it is at its end"
        # Each kind of work has half a second anew.
        bar("writing", 1, 9)
        assert len(FakeBar.all) == 1
        clock[0] += 0.5
        bar("writing", 9, 9)
        assert len(FakeBar.all) == 1, "what is done needs none"
        bar("writing", 2, 9)
        last = FakeBar.all[-1]
        assert (last.label, last.steps, last.open) == ("writing", 2, True)
    assert not last.open


@pytest.mark.parametrize("options", [{"quiet": True}, {"json": True}, None])
def test_there_is_no_bar_where_nobody_wants_one(
    clock: list[float], monkeypatch: pytest.MonkeyPatch, options: dict[str, bool] | None
) -> None:
    if options is None:
        monkeypatch.setattr(module, "sys", SimpleNamespace(stderr=io.StringIO()))
    bar = Bar(Console(Path(), **options or {}))  # type: ignore[arg-type]
    bar("reading", 1, 9)
    clock[0] += 9.0
    bar("reading", 2, 9)
    assert FakeBar.all == []
