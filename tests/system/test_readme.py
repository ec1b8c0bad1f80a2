"""README shows what happens: its commands run, its transcript and pictures are what comes out."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import subprocess
import xml.etree.ElementTree as ET
from types import ModuleType

import pytest
from tests.support import fork_server
from tests.support.folders import ROOT
from tests.support.vaults import DIGEST, Vault

NOTE = "papers/230814 OctoPack.md"
README = (ROOT / "README.md").read_text("utf-8")
KOREAN = (ROOT / "README.ko.md").read_text("utf-8")
GIVEN = {
    "NOTE": NOTE,
    "DIGEST": DIGEST,
    "DIGEST:LINE": f"{DIGEST}:14",
    "PATH": DIGEST,
    "VERB": "sync",
    "digest|note": "note",
    "digest|note|both": "note",
}
"""What stands for the words in capitals."""

ELSEWHERE = {
    *("watch", "service install", "git install", "leave", "facts", "relink OLD NEW"),
    f"pdf {NOTE}",
}
"""Commands that tests of their own run; they do not end, or change this machine or the network."""


def shown(text: str) -> list[str]:
    """The commands of a document: in backticks, and in blocks for a shell."""
    found = re.findall(r"`(vault-sync [^`]+)`", text)
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        found += re.findall(r"^(vault-sync [^#\n]+)", block, re.MULTILINE)
    return list(dict.fromkeys(command.strip().replace("\\|", "|") for command in found))


def words(command: str) -> list[str]:
    return [GIVEN.get(word, word) for word in shlex.split(command)[1:]]


COMMANDS = sorted({*shown(README), *shown(KOREAN)})
RUN = [each for each in COMMANDS if " ".join(words(each)) not in ELSEWHERE]


def test_there_are_commands_to_run() -> None:
    assert len(RUN) > 20
    assert {" ".join(words(each)) for each in COMMANDS} >= ELSEWHERE


@pytest.mark.parametrize("command", RUN)
def test_every_command_shown_runs(built: Vault, command: str) -> None:
    built.write("vault-sync.toml", "[arxiv]\nenabled = false\n")
    built.edit(NOTE, "- alignment", "- olive")
    built.ok("sync", "--offline")
    if command.split()[1] == "init":
        (built.root / "vault-sync.toml").unlink()
        (built.root / ".obsidian").mkdir(exist_ok=True)
    command = command.replace("--demo DIR", f"--demo {built.root.parent / 'demo'}")
    stdin = "2308.00001\n" if command.endswith(" -") else None
    ran = built.run(*words(command), stdin=stdin)
    assert ran.code in {0, 1} and "Traceback" not in ran.err, (command, ran)
    assert "No such" not in ran.err


def test_the_transcript_is_what_comes_out(vault: Vault) -> None:
    vault.ok("rebuild", "--offline")
    vault.edit(NOTE, "- alignment", "- commits")
    (block,) = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    calls = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    assert len(calls) >= 5
    for call in calls:
        command, _, expected = call.partition("\n")
        ran = vault.run(*words(command))
        head, rest, _ = expected.partition("...\n")
        assert ran.out.startswith(head) if rest else ran.out == expected, (command, ran)


def pictures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "docs/pictures.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pictures_are_what_the_script_draws() -> None:
    for name, picture in pictures().pictures().items():
        assert (ROOT / "docs" / name).read_text("utf-8") == picture, f"run docs/pictures.py: {name}"
        ET.fromstring(picture)
        assert f"docs/{name}" in README


def test_each_message_of_the_troubleshooting_is_one_of_the_program() -> None:
    section = README.partition("## Troubleshooting")[2].partition("\n## ")[0]
    messages = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    source = "".join(path.read_text("utf-8") for path in (ROOT / "vault_sync").rglob("*.py"))
    joined = re.sub(r'"\s*\n\s*f?"', "", source)
    assert len(messages) >= 8
    assert [each for each in messages if each not in joined] == []


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell is here")
def test_the_demo_ends_with_the_note_the_view_and_the_statistics() -> None:
    program = fork_server.on_path() / "vault-sync"
    done = subprocess.run(
        ["sh", str(ROOT / "docs/demo.sh"), str(program)], capture_output=True, text=True, check=True
    )
    places = [
        done.stdout.index(each) for each in ("## [[2023", "Papers.base", "$ vault-sync stats")
    ]
    assert places == sorted(places) and "papers\t14" in done.stdout
