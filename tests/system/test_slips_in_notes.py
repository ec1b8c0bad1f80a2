"""Slips in a note, with the real program: what is ours stays ours, until a person says otherwise.

Each row is a slip and what it must lead to: nothing is written but the conflicts note, in whichever
pass; it is said, with the line; and taken back, it leaves every byte as it was.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.git_vault import ALPHA, WEEK, GitVault
from tests.support.vaults import DIGEST, OCTOPACK, Vault
from tests.support.watched import watching

CONFLICTS = "Sync conflicts.md"
TAGS = re.compile(r"^tags:\n(  - .*\n)+", re.MULTILINE)
DIGESTS = re.compile(r"^digests:\n(  - .*\n)+", re.MULTILINE)
ADDRESS = re.compile(r"^(url|arxiv): .*\n", re.MULTILINE)
SECTION = re.compile(r"^## (\[\[.*\]\])\n", re.MULTILINE)
TEMPLATE = "---\ncreated: 2024-01-01\ntags:\n  - inbox\n---\n"

Slip = Callable[[str], str]


def block(text: str) -> str:
    """The properties, from one `---` to the other."""
    return text[: text.index("\n---\n") + 5]


def closing(line: str) -> Slip:
    return lambda text: block(text)[:-4] + line + text[len(block(text)) :]


def quoted(text: str) -> str:
    return "".join(f"> {line}" for line in text.splitlines(keepends=True))


# The first table, row by row.

LOSS: list[tuple[str, Slip, str]] = [
    ("Enter pressed above the first `---`", lambda t: f"\n{t}", "1: line 1 is blank"),
    ("a word typed there", lambda t: f"word\n{t}", "1: something stands above"),
    ("the opening `---` gone", lambda t: t[4:], "1: the `---` that opens"),
    ("the closing `---` gone", closing(""), "{end}: the `---` that closes"),
    ("opening `--- `", lambda t: f"--- {t[3:]}", "1: the properties open with '--- '"),
    ("opening `----`", lambda t: f"-{t}", "1: the properties open with '----'"),
    ("opening ` ---`", lambda t: f" {t}", "1: the properties open with ' ---'"),
    ("closing `--- `", closing("--- \n"), "{end}: the properties close with '--- '"),
    ("closing `----`", closing("----\n"), "{end}: the properties close with '----'"),
    ("closing ` ---`", closing(" ---\n"), "{end}: the properties close with ' ---'"),
    (
        "a second block put above",
        lambda t: TEMPLATE + t,
        "1: two blocks of properties: lines 1 and 6",
    ),
    (
        "a second block put above, with an address",
        lambda t: f"{TAGS.sub('', block(t))}\n{t}",
        "1: two blocks of properties: lines 1 and",
    ),
    ("`digests` taken out", lambda t: DIGESTS.sub("", t), "1: the property `digests`"),
    ("the whole note quoted", quoted, "1: the whole note is quoted"),
    (
        "a formatter that knows no properties",
        lambda t: t.replace("---\n", "***\n"),
        "1: a formatter",
    ),
    ("all properties gone", lambda t: t[len(block(t)) :], ": the properties are gone"),
    ("`url` gone", lambda t: ADDRESS.sub("", t), ": no property says any more which paper"),
    ("one line left", lambda _: "one line\n", "1: the properties are gone"),
    ("all in a fence", lambda t: f"```\n{t}```\n", "1: the properties stand in a code fence"),
]
BROKEN: list[tuple[str, Slip]] = [
    ("a tab in YAML", lambda t: t.replace("\ntags:", "\n\ttags:")),
    ("a key twice", lambda t: t.replace("\ntags:", "\ntitle: again\ntags:")),
]
ASKED: list[tuple[str, Slip, str]] = [
    ("the key `tags` renamed", lambda t: t.replace("\ntags:", "\nkeywords:"), "property gone"),
    ("the key `tags` gone", lambda t: TAGS.sub("", t), "property gone"),
    ("section heading gone", lambda t: SECTION.sub("", t), "section gone"),
    ("section heading renamed", lambda t: SECTION.sub("## Words\n", t), "section gone"),
    ("section heading made `###`", lambda t: SECTION.sub(r"### \1\n", t), "section gone"),
    ("the body emptied", block, "section gone"),
]


def held(vault: Vault, path: str, slip: Slip, *said: str) -> None:
    """A slip, passes of each kind, the slip taken back."""
    before = vault.files()
    text = vault.read(path)
    assert slip(text) != text
    vault.write(path, slip(text))
    slipped = vault.files()
    for verb in ("sync", "sync", "rebuild", "check"):
        ran = vault.run(verb, "--offline") if verb != "check" else vault.run(verb)
        assert ran.code == 1, (verb, ran)
        for words in said:
            assert words.format(end=block(text).count("\n")) in ran.err, (verb, ran.err)
        after = vault.files()
        after.pop(CONFLICTS, None)
        assert after == slipped, verb
    vault.write(path, text)
    vault.ok("sync", "--offline")
    after = {at: data for at, data in vault.files().items() if not at.startswith(".trash/")}
    assert after == before
    vault.ok("check")


@pytest.mark.parametrize(("slip", "said"), [row[1:] for row in LOSS], ids=[row[0] for row in LOSS])
def test_a_note_that_is_ours_stays_ours(built: Vault, slip: Slip, said: str) -> None:
    line, _, cause = said.partition(": ")
    place = f"{OCTOPACK}:{line}" + (":" if line else "")
    held(
        built,
        OCTOPACK,
        slip,
        place,
        f"does not read as one any more: {cause}",
        "vault-sync restore",
    )


@pytest.mark.parametrize("slip", [row[1] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_properties_that_cannot_be_read_are_held(built: Vault, slip: Slip) -> None:
    held(built, OCTOPACK, slip, f"{OCTOPACK}:", "the properties cannot be read")


@pytest.mark.parametrize(("slip", "why"), [row[1:] for row in ASKED], ids=[row[0] for row in ASKED])
def test_a_part_that_disappears_is_asked_about(built: Vault, slip: Slip, why: str) -> None:
    held(built, OCTOPACK, slip, f"{DIGEST}:", f"differs from '{OCTOPACK}' ({why})")


# What follows while a note is held, and how it is let go.


def test_its_neighbours_go_on_and_its_digest_is_followed_once_it_reads(built: Vault) -> None:
    text, other = built.read(OCTOPACK), "papers/230814 Platypus.md"
    built.write(OCTOPACK, f"\n{text}")
    built.edit(DIGEST, "#code #instruct", "#code #new #instruct")
    built.edit(other, "\ntags:\n", "\ntags:\n  - platypus-new\n")
    assert built.run("sync", "--offline").code == 1
    assert "#platypus-new" in built.read(DIGEST) and built.read(OCTOPACK) == f"\n{text}"
    built.write(OCTOPACK, text)
    built.ok("sync", "--offline")
    assert "  - new\n" in built.read(OCTOPACK)


def test_a_note_is_held_wherever_it_is_moved(built: Vault) -> None:
    text, moved = built.read(OCTOPACK), "elsewhere/Renamed.md"
    before = built.files()
    (built.root / "elsewhere").mkdir()
    (built.root / OCTOPACK).rename(built.root / moved)
    with (built.root / moved).open("r+b") as file:
        file.write(f"\n{text}".encode())
    slipped = built.files()
    for verb in ("sync", "sync", "rebuild"):
        ran = built.run(verb, "--offline")
        assert ran.code == 1 and f"{moved}:1: the note of a paper" in ran.err, (verb, ran)
        assert built.files() == slipped, verb
    with (built.root / moved).open("r+b") as file:
        file.write(text.encode())
        file.truncate()
    (built.root / moved).rename(built.root / OCTOPACK)
    built.ok("sync", "--offline")
    assert built.files() == before


def test_it_is_let_go_by_taking_its_entry_out(built: Vault) -> None:
    built.write(OCTOPACK, f"\n{built.read(OCTOPACK)}")
    digest = built.read(DIGEST)
    at = digest.index("https://arxiv.org/abs/2308.07124")
    built.write(DIGEST, digest[:at] + digest[digest.index("https://", at + 9) :])
    left = built.read(OCTOPACK)
    built.ok("sync", "--offline")
    built.ok("check")
    assert built.read(OCTOPACK) == left and "2308.07124" not in built.read(DIGEST)


def test_it_is_let_go_by_deleting_it(built: Vault) -> None:
    built.write(OCTOPACK, f"\n{built.read(OCTOPACK)}")
    assert built.run("sync", "--offline").code == 1
    (built.root / OCTOPACK).unlink()
    assert "is gone" in built.run("sync", "--offline").err
    built.ok("rebuild", "--offline")
    assert built.read(OCTOPACK).startswith("---\n")


def test_without_a_base_it_is_adopted_as_ever(built: Vault) -> None:
    built.write(OCTOPACK, f"\n{built.read(OCTOPACK)}")
    shutil.rmtree(built.state)
    built.ok("sync", "--offline")
    built.ok("check")


# The daemon and the hook.


def test_the_daemon_says_what_is_held(built: Vault) -> None:
    text = built.read(OCTOPACK)
    before = built.files() | {"vault-sync.toml": b""}
    with watching(built) as running:
        built.write(OCTOPACK, f"\n{text}")
        running.until(lambda: "line 1 is blank" in running.log)
        running.rests()
        status = built.run("--json", "status").json
        assert [each["code"] for each in status["problems"]] == ["block-lost"]
        built.write(OCTOPACK, text)
        running.rests()
    built.ok("sync", "--offline")
    assert built.files() | {"vault-sync.toml": b""} == before


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_hook_refuses_with_the_same_line(pattern: GitVault, tmp_path: Path) -> None:
    vault = pattern.copy(tmp_path / "vault")
    vault.write(ALPHA, f"\n{vault.read(ALPHA)}")
    vault.git("add", "-A")
    before = vault.state()
    said = vault.commit()
    assert f"{ALPHA}:1: the note of a paper does not read as one any more: line 1 is blank" in said
    assert vault.state() == before
    vault.write(ALPHA, vault.read(ALPHA)[1:])
    vault.edit(WEEK, "첫 문장입니다.", "첫 문장.")
    vault.tool("sync", "--offline")
    vault.git("add", "-A")
    assert vault.commit() == ""
