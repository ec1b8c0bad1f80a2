"""`resolve`: one conflict by its id, as `--json` showed it, and each on a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from tests.support import shapes
from tests.support.vaults import DIGEST, OCTOPACK, Vault

AGREED = "코드 커밋 메시지와 diff를 instruction 데이터로 사용하는 방법이네요."
IN_DIGEST, IN_NOTE = "digest-token one.", "note-token two."


@pytest.fixture
def open_in(built: Vault) -> Vault:
    """A vault with a conflict of a commentary, and one of a title."""
    built.edit(DIGEST, AGREED, IN_DIGEST)
    built.edit(OCTOPACK, AGREED, IN_NOTE)
    built.edit(DIGEST, "OctoPack: Instruction Tuning", "OctoPack: Digest Tuning")
    built.edit(OCTOPACK, 'title: "OctoPack: Instruction', 'title: "OctoPack: Note')
    assert built.run("sync").code == 1
    return built


def conflicts(vault: Vault) -> dict[str, Any]:
    answer = vault.run("status", "--json").json
    shapes.check(answer, "status")
    return {each["field"]: each for each in answer["conflicts"]}


def test_a_conflict_is_told_with_lines_texts_and_their_ancestor(open_in: Vault) -> None:
    found = conflicts(open_in)["commentary"]
    assert found["reason"] == "both changed"
    assert IN_DIGEST in found["digest_text"] and IN_NOTE in found["note_text"]
    assert AGREED in found["ancestor_text"]
    for path, line, text in (
        (DIGEST, found["digest_line"], IN_DIGEST),
        (OCTOPACK, found["note_line"], IN_NOTE),
    ):
        assert open_in.read(path).split("\n")[line - 1].startswith(text)
    title = conflicts(open_in)["title"]
    assert open_in.read(OCTOPACK).split("\n")[title["note_line"] - 1].startswith("title:")
    assert title["ancestor_text"].startswith("OctoPack: Instruction")


@pytest.mark.parametrize(
    ("side", "stays", "goes"),
    [
        ("digest", (IN_DIGEST,), (IN_NOTE,)),
        ("note", (IN_NOTE,), (IN_DIGEST,)),
        ("both", (IN_DIGEST, IN_NOTE), ()),
    ],
)
def test_one_conflict_is_settled_and_the_other_stays(
    open_in: Vault, side: str, stays: tuple[str, ...], goes: tuple[str, ...]
) -> None:
    before = conflicts(open_in)
    assert open_in.run("resolve", "--id", before["commentary"]["id"], "--take", side).code == 1
    for text in map(open_in.read, (DIGEST, OCTOPACK)):
        assert all(words in text for words in stays) and not any(words in text for words in goes)
    assert conflicts(open_in) == {"title": before["title"] | _lines(open_in)}


def _lines(vault: Vault) -> dict[str, int]:
    found = conflicts(vault)["title"]
    return {name: found[name] for name in ("digest_line", "note_line")}


def test_an_id_speaks_of_the_texts_that_were_seen(open_in: Vault) -> None:
    seen = conflicts(open_in)["commentary"]["id"]
    open_in.edit(OCTOPACK, IN_NOTE, f"{IN_NOTE} And more.")
    before = open_in.files()
    ran = open_in.run("resolve", "--id", seen, "--take", "digest")
    assert ran.code == 2 and "no open conflict has this id" in ran.err
    assert open_in.files() == before


def test_both_texts_stay_in_a_commentary_alone(open_in: Vault) -> None:
    title = conflicts(open_in)["title"]["id"]
    ran = open_in.run("resolve", "--id", title, "--take", "both")
    assert ran.code == 2 and "commentary alone" in ran.err
    for call in (["--id", title, "--all"], ["--id", title, OCTOPACK], ["--id", title, "--field"]):
        assert open_in.run("resolve", *call, "--take", "note").code == 2


def on_terminal(vault: Vault, keys: str) -> tuple[int, str]:
    """Call `resolve` on a terminal and type; its exit code and what stood there."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "vault_sync", "--color", "never", "resolve"],
        cwd=vault.root,
        env=vault.env,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        os.write(ours, keys.encode())
        said = b""
        try:
            while part := os.read(ours, 4096):
                said += part
        except OSError:  # Linux's way to say that the terminal's last writer has gone
            pass
        code = process.wait()
    os.close(ours)
    return code, said.decode()


@pytest.mark.parametrize(
    ("keys", "code", "left"),
    [
        ("n\nd\n", 0, ()),
        ("d\nb\n", 0, ()),
        ("s\nn\n", 1, ("title",)),
        ("q\n", 1, ("title", "commentary")),
        ("x\n?\ns\n\x04", 1, ("title", "commentary")),
    ],
)
def test_on_a_terminal_each_open_conflict_is_asked_about(
    open_in: Vault, keys: str, code: int, left: tuple[str, ...]
) -> None:
    ended, said = on_terminal(open_in, keys)
    assert (ended, tuple(conflicts(open_in))) == (code, left), said
    assert "(1/2) title of" in said and "OctoPack: [-Digest-]{+Note+} Tuning" in said
    if "?" in keys:
        assert said.count("s - skip this one") == 2 and "b - keep both" not in said


def test_an_answer_on_a_terminal_is_followed(open_in: Vault) -> None:
    on_terminal(open_in, "n\nd\n")
    for text in map(open_in.read, (DIGEST, OCTOPACK)):
        assert "OctoPack: Note Tuning" in text and IN_DIGEST in text and IN_NOTE not in text


def test_without_a_terminal_they_are_listed(open_in: Vault) -> None:
    before = open_in.files()
    ran = open_in.run("resolve")
    assert ran.code == 2 and ran.out.count("conflict:") == 2 and "on a terminal" in ran.err
    assert open_in.run("resolve", OCTOPACK).code == 2
    assert open_in.files() == before
