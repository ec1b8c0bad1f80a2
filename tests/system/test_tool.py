"""The program about itself: log, restore, why, diff, completion, leave."""

from __future__ import annotations

import os
import pty
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support import fork_server, shapes
from tests.support.vaults import DIGEST, Vault, run_here
from vault_sync.cli.tool import leave as leave_module
from vault_sync.edge.config import Config
from vault_sync.edge.state import heartbeat

NOTE = "papers/230814 OctoPack.md"
WORDS = "프롬프트 형식인 듯."


def test_the_log_shows_ten_passes_and_ten_files_of_each(vault: Vault) -> None:
    built = vault
    built.ok("rebuild", "--offline")
    for number in range(11):
        built.edit(NOTE, "- alignment" if not number else f"- tag{number - 1}", f"- tag{number}")
        built.ok("sync", "--offline")
    shown = built.ok("log").out
    assert shown.count("\npass ") + shown.startswith("pass ") == 10
    assert "older passes: `vault-sync log -n 20`" in shown
    assert built.ok("log", "-n", "20").out.count("pass ") == 12
    first = built.ok("log", "--json", "-n", "99").json["passes"][-1]
    assert len(first["files"]) > 10
    oldest = str(first["pass"])
    assert f"more (`vault-sync log {oldest}`)" in built.ok("log", "-n", "99").out
    assert built.ok("log", oldest).out.count("\n") == len(first["files"]) + 1
    assert len(built.ok("log", "--json").json["passes"]) == 10
    ran = built.run("log", "999")
    assert ran.code == 2 and "there is no pass 999" in ran.err


def test_a_deleted_note_comes_back_by_rebuild_and_restore_says_so(built: Vault) -> None:
    text = built.read(NOTE)
    (built.root / NOTE).unlink()
    for given in (NOTE, NOTE.removesuffix(".md")):
        ran = built.run("restore", given)
        assert ran.code == 2 and "`vault-sync rebuild` makes it again" in ran.err
    built.ok("rebuild", "--offline")
    assert built.read(NOTE) == text
    assert "rebuild" not in built.run("restore", "papers/never there.md").err


def test_older_texts_are_listed_and_each_can_be_had(built: Vault) -> None:
    texts = [built.read(DIGEST)]
    for number in range(2):
        built.edit(NOTE, "- alignment" if not number else "- tag0", f"- tag{number}")
        built.ok("sync", "--offline")
        texts.append(built.read(DIGEST))
    listed = built.ok("restore", DIGEST, "--list", "--json").json
    shapes.check(listed, "texts")
    saved = [Path(each["file"]).read_text("utf-8") for each in listed["texts"]]
    assert saved[:2] == [texts[1], texts[0]]
    assert built.ok("restore", DIGEST, "--list").out.count("\n") == len(saved)
    ran = built.ok("restore", DIGEST, "--text", "2")
    assert built.read(DIGEST.replace(".md", " (restored).md")) == texts[0]
    assert ran.code == 0
    assert built.run("restore", DIGEST, "--text", "99").code == 2
    assert "no text of" in built.ok("restore", "papers/none.md", "--list").out


def test_a_text_in_place_of_another_loses_neither(built: Vault) -> None:
    before = built.read(DIGEST)
    built.edit(DIGEST, WORDS, "아무 말.")
    present = built.read(DIGEST)
    ran = built.ok("restore", DIGEST, "--in-place")
    assert built.read(DIGEST) == before and "restored" in ran.out
    assert not (built.root / DIGEST.replace(".md", " (restored).md")).exists()
    first = built.ok("restore", DIGEST, "--list", "--json").json["texts"][0]
    assert Path(first["file"]).read_text("utf-8") == present


def test_why_names_entry_lines_passes_and_what_is_to_do(built: Vault) -> None:
    line = built.read(DIGEST).splitlines().index("https://arxiv.org/abs/2308.07124") + 1
    shown = built.ok("why", NOTE).out
    for words in (f"entry   {DIGEST}:{line}-", "line    2: title: two-way", "the section of"):
        assert words in shown
    assert "why" not in built.ok("log").out
    entry = built.ok("why", f"{DIGEST}:{line + 2}").out
    assert "the entry of arxiv:2308.07124" in entry and f"note    {NOTE}" in entry
    assert f"{line + 1}: the link to 230814 OctoPack" in entry
    assert "a digest of 14 entries" in built.ok("why", DIGEST).out
    built.edit(NOTE, WORDS, "다른 말.")
    built.edit(DIGEST, WORDS, "또 다른 말.")
    ran = built.ok("why", NOTE)
    assert "conflict: commentary" in ran.out
    assert built.run("why", f"{DIGEST}:1").code == 2
    assert built.run("why", "nothing").code == 2
    built.write("own.md", "words\n")
    assert "no paper" in built.ok("why", "own").out


def test_why_says_until_when_a_file_waits(built: Vault) -> None:
    (directory,) = built.state.glob("vault-*")
    waiting = {NOTE: 1_700_000_000.0}
    beat = heartbeat.Heartbeat(os.getpid(), 0.0, 0.0, "watching", None, "", waiting)
    heartbeat.write(directory, beat)
    with heartbeat.only_one(directory):
        assert built.ok("why", NOTE, "--json").json["waits_until"] == waiting[NOTE]
        assert "waits   until" in built.ok("why", NOTE).out
    assert built.ok("why", NOTE, "--json").json["waits_until"] is None


def test_a_diff_is_by_paper_with_its_words_marked(built: Vault) -> None:
    built.edit(NOTE, "- alignment", "- olive")
    ran = built.run("diff")
    assert ran.code == 1
    assert ran.out.splitlines()[0].startswith("OctoPack") and "[-alignment-]{+olive+}" in ran.out
    assert "\x1b[" not in ran.out and "\x1b[3" in built.run("diff", "--color", "always").out
    assert "+#code #instruct #olive" in built.run("diff", "--patch").out
    assert built.run("--color", "never", "diff").out == ran.out


def terminal(vault: Vault, *arguments: str, **environ: str) -> str:
    """What a terminal shows of a call."""
    here, there = pty.openpty()
    env = {**vault.env, "TERM": "xterm", "PAGER": "cat", "COLUMNS": "80", "LINES": "3", **environ}
    if not env["NO_COLOR"]:
        del env["NO_COLOR"]
    call = [str(fork_server.on_path() / "vault-sync"), "--vault", str(vault.root), *arguments]
    with subprocess.Popen(call, stdin=there, stdout=there, stderr=there, env=env):
        os.close(there)
        shown = b""
        while part := _read(here):
            shown += part
    os.close(here)
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux: the other end is closed
        return b""


def test_a_terminal_gets_colours_and_a_pager_unless_it_asks_for_none(built: Vault) -> None:
    built.edit(NOTE, "- alignment", "- olive")
    assert "\x1b[32m" in terminal(built, "diff", NO_COLOR="")
    assert "\x1b[3" not in terminal(built, "diff", NO_COLOR="1")
    assert "\x1b[3" not in terminal(built, "diff", "--color", "never", NO_COLOR="")
    assert "\x1b[1m" in terminal(built, "diff", NO_COLOR="")
    paged = terminal(built, "diff", "--patch", NO_COLOR="1", PAGER="head -n 1")
    assert paged.count("\n") < 4


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_verbs_digests_notes_and_passes(built: Vault, shell: str) -> None:
    script = built.ok("completion", shell).out
    assert f"{shell}_complete" in script and "vault-sync" in script

    def completed(*words: str) -> str:
        env = {
            "_VAULT_SYNC_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": " ".join(("vault-sync", *words)),
            "COMP_CWORD": words[-1] if shell == "fish" else str(len(words)),
        }
        built.environ |= env
        code, out, _ = fork_server.run([], built.root, built.env, b"")
        built.environ = {}
        assert code == 0
        return out.decode()

    assert "sync" in completed("sy") and "status" in completed("st")
    found = completed("export", "dig")
    spelled = DIGEST.replace(" ", r"\ ") if shell == "bash" else DIGEST
    assert spelled in found and "papers" not in found
    assert "OctoPack" in completed("resolve", "papers/")
    assert "1" not in completed("undo", "")
    built.edit(NOTE, "- alignment", "- olive")
    built.ok("sync", "--offline")
    assert "1" in completed("undo", "")
    assert "OctoPack" in completed("why", "2308") and "OctoPack" not in completed("restore", "2308")
    assert "watch" in completed("help", "wa") and "install" in completed("help", "git", "in")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("word", "wanted"),
    [(r"papers/230814\ Oct", NOTE.replace(" ", r"\ ")), ("'papers/230814 Oct", NOTE)],
)
def test_bash_puts_a_name_with_blanks_on_the_line(built: Vault, word: str, wanted: str) -> None:
    """As bash itself runs the script: what a reply loses on the way there, no shell gives back."""
    script = built.ok("completion", "bash").out
    program = f'vault-sync() {{ {sys.executable} -m vault_sync "$@"; }}\n{script}\n'
    program = program.replace('"$1")', f"{sys.executable} -m vault_sync)")
    call = f"COMP_WORDS=(vault-sync why {shlex.quote(word)}); COMP_CWORD=2; COMPREPLY=()\n"
    done = subprocess.run(
        [
            "bash",
            "-c",
            program + call + '_vault_sync_completion vault-sync\nprintf %s "$COMPREPLY"',
        ],
        env=built.env,
        cwd=built.root,
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == wanted


# Leaving.


def test_leaving_gives_everything_back_but_the_notes(vault: Vault) -> None:
    before = vault.files()
    vault.ok("rebuild", "--offline")
    notes = {path for path in vault.files() if path.startswith("papers/")}
    after = vault.files()
    shown = vault.ok("leave", "--dry-run").out
    assert vault.files() == after and DIGEST in shown and "dry run" in shown
    ran = vault.ok("leave")
    (directory,) = vault.state.glob("vault-*")
    assert [path.name for path in directory.iterdir()] == ["saved"]
    assert str(directory / "saved") in ran.out
    left = vault.files()
    assert left.keys() == (before.keys() | notes) - {"vault-sync.toml"}
    assert all(left[path] == before[path] for path in before.keys() - {"vault-sync.toml"})
    assert not (vault.root / ".vault-sync").exists()


def test_leaving_may_keep_the_links_and_remove_the_saved_texts(built: Vault) -> None:
    linked = built.read(DIGEST)
    subprocess.run(["git", "init", "-q", str(built.root)], check=True)
    built.ok("git", "install")
    ran = built.ok("leave", "--keep-links", "--all", "--json")
    shapes.check(ran.json, "left")
    assert built.read(DIGEST) == linked and ran.json["saved"] == ""
    assert not list(built.state.glob("vault-*"))
    assert not (built.root / ".git/hooks/pre-commit").exists()
    config = (built.root / ".git/config").read_text()
    assert "vault-sync" not in config


def test_leaving_is_refused_while_something_is_open(built: Vault) -> None:
    built.edit(NOTE, WORDS, "다른 말.")
    built.edit(DIGEST, WORDS, "또 다른 말.")
    built.run("sync", "--offline")
    before = built.files()
    ran = built.run("leave")
    assert ran.code == 1 and "1 conflict open" in ran.err and built.files() == before
    ran = built.run("leave", "--json")
    shapes.check(ran.json, "left")
    assert ran.code == 1 and ran.json["reasons"]
    built.ok("leave", "--yes")
    assert "또 다른 말." in built.read(DIGEST) and "다른 말." in built.read(NOTE)


def test_a_digest_that_is_not_read_is_named_and_left(built: Vault) -> None:
    built.write(DIGEST, built.read(DIGEST) + "\0")
    ran = built.run("leave")
    assert ran.code == 1 and DIGEST in ran.err
    damaged = built.read(DIGEST)
    built.ok("leave", "--yes")
    assert built.read(DIGEST) == damaged


def test_who_leaves_while_somebody_types_keeps_memory_and_configuration(
    built: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A digest could not be given back: all that says which links are ours stays."""
    stop = leave_module._stop_service

    def typed(config: Config) -> list[str]:
        built.edit(DIGEST, WORDS, f"{WORDS} 지금 쓴 말.")
        return stop(config)

    monkeypatch.setattr(leave_module, "_stop_service", typed)
    before = built.files()
    run_here(built.root, built.env, "leave", code=1)
    assert built.files() == before | {DIGEST: built.read(DIGEST).encode()}
    assert "지금 쓴 말." in built.read(DIGEST) and "[[" in built.read(DIGEST)
    monkeypatch.undo()
    built.ok("sync", "--offline")
