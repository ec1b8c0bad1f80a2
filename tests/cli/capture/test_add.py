"""`add`: where each paper stands now, and why one does not."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.support import transcript
from tests.support.vaults import Vault
from vault_sync.cli.capture import add
from vault_sync.cli.console import Console, UsageError
from vault_sync.core.model.plan import Create, Outcome, Undone
from vault_sync.core.model.values import Key, RelPath
from vault_sync.edge.config import Config
from vault_sync.sync.capture.additions import AddedPaper, Addition, Placed

W = RelPath("w.md")
PAPER = AddedPaper(Key("arxiv:2308.07124"), "https://arxiv.org/abs/2308.07124")
ADDED = Placed(PAPER, "added", W, 3, "OctoPack")
BARE = Placed(PAPER, "bare", W, 4)
THERE = Placed(PAPER, "there", W, 5, "OctoPack")
REFUSED = Placed(PAPER, "refused", W, 0, "OctoPack")
UNDONE = Outcome(undone=(Undone(Create(W, "", "x"), "it is read-only"),))
HOLD = "could not hold it as an entry of its own"


@pytest.mark.parametrize(
    ("placed", "refusal", "outcome", "fine", "out", "err"),
    [
        ([ADDED], "", Outcome(), True, ["w.md:3: added  OctoPack"], []),
        ([BARE], "", Outcome(), True, [f"w.md:4: {add._STANDING_WORDS['bare']}"], []),
        (
            [THERE, ADDED],
            "",
            UNDONE,
            False,
            ["w.md:5: there already  OctoPack"],
            ["it is read-only"],
        ),
        ([], "it is damaged", Outcome(), False, [], ["nothing was added: it is damaged"]),
        ([REFUSED], "", Outcome(), False, [], [HOLD]),
        ([REFUSED._replace(title="")], "", Outcome(), False, [], [f"{HOLD}, as no title is known"]),
    ],
)
def test_where_each_stands(
    capsys: pytest.CaptureFixture[str],
    placed: list[Placed],
    refusal: str,
    outcome: Outcome,
    fine: bool,
    out: list[str],
    err: list[str],
) -> None:
    config, addition = Config(Path("/v")), Addition(None, (), refusal)
    assert add._show(Console(Path()), config, placed, addition, outcome) is fine
    said = capsys.readouterr()
    assert said.out.splitlines() == out
    assert len(said.err.splitlines()) == len(err) and all(each in said.err for each in err)
    assert ("as no title" in said.err) == any("as no title" in each for each in err)
    assert add._show(Console(Path(), json=True), config, placed, addition, outcome) is fine
    assert capsys.readouterr().err == ""


def test_addresses_come_from_the_line_and_from_standard_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = io.BytesIO(b"2308.00002\n\n 2308.00003 \n2308.00001\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(lines))
    words = add.Words(("a", " b "), " words ")
    papers = add._papers([" 2308.00001 ", "-"], words)
    assert [each.key for each in papers] == [f"arxiv:2308.0000{number}" for number in (1, 2, 3)]
    assert {(each.tags, each.text) for each in papers} == {(("a", "b"), "words")}


@pytest.mark.parametrize(
    ("given", "tags", "words"),
    [
        ("2308.00001", ("a b",), "'a b' is no tag"),
        ("2308.00001", ("12",), "'12' is no tag"),
        ("2308.00001", ("a", ""), "'' is no tag"),
        ("some words", (), "some words: no address of a paper"),
    ],
)
def test_what_is_no_tag_and_no_address(given: str, tags: tuple[str, ...], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        add._papers([given], add.Words(tags, ""))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (0, "| digests/w.md:4: added, the address alone"),
        (2, "| digests/w.md:6: added, the address alone"),
        (99, "! nothing was added: somebody types in the digest all the time (--now"),
    ],
)
def test_a_digest_that_was_waited_for_is_read_anew(
    offline_vault: Vault, monkeypatch: pytest.MonkeyPatch, typed: int, said: str
) -> None:
    left = [True] * typed

    def until_quiet(path: RelPath) -> bool:
        if left:
            offline_vault.write(path, f"more\n{offline_vault.read(path)}")
        return bool(left) and left.pop()

    wait = SimpleNamespace(until_quiet=until_quiet)
    monkeypatch.setattr(add, "QuietWait", lambda *_: wait)
    offline_vault.write("digests/w.md", "https://arxiv.org/abs/2308.07124\nOctoPack (A B)\n#x\n")
    lines = list(transcript.said(offline_vault, "add", "2308.00001", "--to", "digests/w"))
    assert lines[0].startswith(said) and (lines[1:] == []) == (typed < 99)
    text = offline_vault.read("digests/w.md")
    assert ("2308.00001" in text) == (typed < 99) and text.startswith("more\n" * min(typed, 5))


def test_who_asks_nobody_is_told_that_the_address_stands_alone_and_no_more(
    empty_vault: Vault,
) -> None:
    empty_vault.write("digests/w.md", "https://arxiv.org/abs/2308.07124\nOctoPack (A B)\n#x\n")
    call = ("add", "2308.00001", "--to", "digests/w", "--offline", "--now")
    assert list(transcript.said(empty_vault, *call)) == [
        f"| digests/w.md:4: {add._STANDING_WORDS['bare']}"
    ]
