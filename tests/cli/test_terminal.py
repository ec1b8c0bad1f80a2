"""The one writer: nothing that a terminal acts on, or turns text by, gets to it."""

from __future__ import annotations

import ast
import json
import os
import pty
import re
import sys
from collections.abc import Callable

import pytest
from tests.support.folders import ROOT
from tests.support.vaults import Vault
from vault_sync.cli import terminal
from vault_sync.core.report.lines import json_text

EVIL = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b2J\x85\u202e\u2066\u200b\u2028\x7f\rFAKE"
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.mark.parametrize(
    "write",
    [
        terminal.line,
        lambda text: terminal.line(text, err=True),
        lambda text: terminal.coloured(text, colour=False),
        lambda text: terminal.paged([text], colour=False),
        terminal.columns,
        terminal.text,
        lambda text: terminal.answer({"x": text}),
    ],
)
def test_each_way_to_write_spells_it_out(
    capfd: pytest.CaptureFixture[str], write: Callable[[str], None]
) -> None:
    write(f"한é\u3000{EVIL}!")
    out, err = capfd.readouterr()
    assert not ACTS.search(out + err) and "한é\u3000" in out + err


def test_colours_of_ours_stay(capfd: pytest.CaptureFixture[str]) -> None:
    terminal.coloured("\x1b[31mred\x1b[0m \x1b[2J\x1b]0;x\x07", colour=True)
    assert capfd.readouterr().out == "\x1b[31mred\x1b[0m \\x1b[2J\\x1b]0;x\\x07\n"


def test_lines_and_columns_stay(capfd: pytest.CaptureFixture[str]) -> None:
    terminal.text("a\tb\r\nc\n")
    assert capfd.readouterr().out == "a\tb\nc\n"


def test_json_says_the_same_in_other_letters() -> None:
    value = {"x": EVIL + "\u061c\U000e0001\udc80한\u3000"}
    text = json_text(value)
    assert not ACTS.search(text) and text.isascii() is False
    assert json.loads(text)["x"] == value["x"]


def test_a_text_for_a_file_goes_there_as_it_is(capfd: pytest.CaptureFixture[str]) -> None:
    terminal.for_a_file(EVIL, EVIL.encode())
    assert capfd.readouterr().out.replace("\r", "\n") == EVIL.replace("\r", "\n")


def on_a_terminal(vault: Vault, *arguments: str) -> str:
    """Run the program with a terminal for its output, and return what the terminal is given."""
    import subprocess

    ours, theirs = pty.openpty()
    environ = {**os.environ, **vault.env, "PAGER": "cat", "TERM": "xterm"}
    with subprocess.Popen(
        [sys.executable, "-m", "vault_sync", "--vault", str(vault.root), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=environ,
    ) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            said += part
        process.wait()
    os.close(ours)
    return said.decode("utf-8", "replace").replace("\r\n", "\n")


VERBS = (
    *("rebuild --offline --dry-run", "rebuild --offline", "check", "status --verbose", "diff"),
    *("diff --patch", "doctor", "log", "stats", "bib", "bib --csl", "config", "why y.md"),
    *("export digests/1w.md", "views", "why none", "add x --to none", "leave --dry-run", "pdf y"),
    *("status --json", "config --json", "bib --json", "export digests/1w.md --json", "no-verb"),
)


@pytest.fixture
def hostile(empty_vault: Vault) -> Vault:
    evil = EVIL.replace("\r", "").replace("\u2028", "").replace("\x85", "")
    in_yaml = json.dumps(evil)[1:-1]
    empty_vault.write("vault-sync.toml", "# \x9b2J\u202e comment\n[arxiv]\nenabled = false\n")
    empty_vault.write(
        "digests/1w.md",
        f"1w\nhttps://arxiv.org/abs/2308.00001\nGood{EVIL} Paper (Ann{evil} Park)\nw {evil}\n#t\n",
    )
    empty_vault.write(f"digests/2w{evil.replace('/', '')}.md", "x\n")
    empty_vault.write(
        "y.md",
        f'---\nurl: "https://arxiv.org/abs/2308.00009"\ntitle: "a{in_yaml}"\n'
        f'authors: ["Ann {in_yaml} Park"]\njournal: "J{in_yaml}"\ncitekey: "c{in_yaml}"\n'
        f'digests: ["[[1w]]"]\ntags: ["a{in_yaml}"]\n---\n\n## [[1w]]\n\n{evil}\n',
    )
    return empty_vault


def test_no_verb_lets_it_through(hostile: Vault) -> None:
    """To a terminal none does; into a pipe `export` and `bib` do, which are files."""
    for line in VERBS:
        seen = on_a_terminal(hostile, *line.split())
        assert seen and not ACTS.search(seen), (line, ACTS.findall(seen), seen)
        ran = hostile.run(*line.split())
        if line not in {"export digests/1w.md", "bib", "bib --csl"}:
            assert not ACTS.search(ran.out + ran.err), line
    assert EVIL.split("\r", maxsplit=1)[0] in hostile.ok("export", "digests/1w.md").out


def test_no_other_module_writes() -> None:
    """Whoever prints another way goes round what is spelled out here."""
    names = {"click.echo", "click.secho", "click.echo_via_pager", "print", "click.confirm"}
    names |= {"click.prompt", "sys.stdout.write", "sys.stderr.write", "error.show", "os.write"}
    names |= {"click.progressbar", "sys.stdout.buffer.write", "click.get_text_stream"}
    found = {
        f"{path.relative_to(ROOT).as_posix()} {ast.unparse(node.func)}"
        for path in (ROOT / "vault_sync" / "cli").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names
    }
    assert found == {
        "vault_sync/cli/terminal.py click.echo",
        "vault_sync/cli/terminal.py click.echo_via_pager",
        "vault_sync/cli/console.py click.progressbar",  # words of ours
        "vault_sync/cli/main.py error.show",  # into a text, which is written there
    }
