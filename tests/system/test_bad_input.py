"""Bad input gets a clear message and the exit code of the specification, and loses nothing."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path

import pytest
from tests.support.vaults import DIGEST, Vault
from vault_sync.cli.main import is_unread, speak_utf8
from vault_sync.edge.platform import current

CONFIGS = {
    "unknown table": ("[digest]\n", ":1: unknown table [digest]", "digests, links"),
    "unknown key": ('[notes]\nfoldr = "x"\n', ":2: unknown key 'foldr'", "did you mean 'folder'"),
    "wrong type": ("[notes]\nfolder = 3\n", ":2: 'folder' in [notes]", "must be"),
    "not a table": ("digests = 1\n", ":1: 'digests'", "write [digests]"),
    "not TOML": ("[notes\n", "not valid TOML", "line 1"),
    "out of the vault": ('[notes]\nfolder = "../x"\n', ":2: 'folder'", "folder"),
    "dot folder": ('[digests]\npaths = [".obsidian/*.md"]\n', ":2: 'paths'", "dot folder"),
    "not Markdown": ('[digests]\npaths = ["*"]\n', ":2: 'paths'", ".md"),
    "unknown field": ('[notes]\nname = "{author}"\n', ":2: 'name'", "{short_title}"),
    "unknown fact": ('[arxiv]\nfacts = ["colour"]\n', ":2: 'facts'", "published"),
    "not an address": ('[arxiv]\nurl = "ftp:x"\n', ":2: 'url'", "http"),
    "share over 1": ("[removals]\nshare = 5\n", ":2: 'share'", "between 0 and 1"),
    "true for a number": ("[watch]\nquiet = true\n", ":2: 'quiet'", "seconds"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_wrong_configuration_is_named_with_its_line(settled: Vault, name: str) -> None:
    text, where, hint = CONFIGS[name]
    before = settled.read("vault-sync.toml")
    try:
        settled.write("vault-sync.toml", text)
        ran = settled.run("sync", "--offline")
    finally:
        settled.write("vault-sync.toml", before)
    assert ran.code == 2 and ran.out == ""
    assert f"vault-sync.toml{where}" in ran.err or where in ran.err
    assert hint in ran.err


def test_no_vault_is_said_with_what_to_do(tmp_path: Path) -> None:
    ran = Vault(tmp_path / "none", tmp_path / "state").run("sync", cwd=tmp_path)
    assert ran.code == 2 and "there is no such folder" in ran.err
    ran = Vault(tmp_path, tmp_path / "state").run("sync", cwd=tmp_path)
    assert ran.code == 2 and "vault-sync init" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [("rebiuld",), ("sync", "--no-such"), ("resolve", "x"), ("undo", "x")]
)
def test_wrong_usage_is_exit_2(settled: Vault, arguments: tuple[str, ...]) -> None:
    ran = settled.run(*arguments)
    assert ran.code == 2 and ran.err.startswith("Usage:")
    assert "Traceback" not in ran.err


HOSTILE = """\
hostile
https://example.org/1
../../x (A B)
#t
https://example.org/2
CON (A B)
#t
https://example.org/3
😀😀😀 (A B)
#t
https://example.org/4
.obsidian/plugins/evil (A B)
#t
https://example.org/5
[[x]] | y (A B)
#t
https://example.org/6
{long}(A B)
#t
"""


def test_hostile_titles_stay_inside_and_one_bad_file_stops_no_other(
    vault: Vault, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("https://arxiv.org/abs/2308.07124\nmine\n")
    (vault.root / "papers/link.md").symlink_to(outside)
    vault.write("digests/hostile.md", HOSTILE.format(long="long " * 800))
    vault.write("digests/broken.md", "https://a.org/x\nTi\udcff (A B)\n")
    vault.write("papers/odd.md", "---\nurl: https://arxiv.org/abs/2308.07037\nx: [\n---\n\nmine\n")
    before = vault.files()
    ran = vault.run("rebuild", "--offline")
    after = vault.files()
    assert ran.code == 1
    assert "digests/broken.md:2: the file is not valid UTF-8" in ran.err
    assert "papers/odd.md:" in ran.err and "properties" in ran.err
    assert "papers/link.md: note: is a symbolic link" in ran.err
    assert "\x1b" not in ran.err
    for path in ("digests/broken.md", "papers/odd.md", "papers/link.md"):
        assert after[path] == before[path]
    assert outside.read_text() == "https://arxiv.org/abs/2308.07124\nmine\n"
    assert {path.name for path in tmp_path.iterdir()} == {"vault", "state", "outside.md"}
    made = sorted(set(after) - set(before))
    assert all(path.startswith("papers/") and path.endswith(".md") for path in made)
    assert not any(part.startswith(".") for path in made for part in Path(path).parts)
    assert all(len(Path(path).name.encode()) <= 200 for path in made)
    assert {"papers/x.md", "papers/😀😀😀.md"} <= set(made)
    assert "papers/CON.md" not in made
    # The paper of the broken note waits; the other thirteen and the six hostile ones were made.
    assert len(made) == 13 + 6
    exported = vault.ok("export", "digests/hostile.md").out
    assert exported == before["digests/hostile.md"].decode()


def test_two_entries_of_one_paper_in_a_digest_wait(vault: Vault) -> None:
    text = vault.read(DIGEST)
    vault.write(DIGEST, text + "\nhttps://arxiv.org/pdf/2308.07124v3\nOcto (A B)\nmore words\n")
    ran = vault.run("rebuild", "--offline")
    assert ran.code == 1
    assert "stands here a second time" in ran.err and f"{DIGEST}:" in ran.err
    assert not (vault.root / "papers/230814 OctoPack.md").exists()
    assert (vault.root / "papers/230814 Platypus.md").exists()
    assert "\nOcto (A B)\nmore words\n" in vault.read(DIGEST)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads whatever it likes")
def test_an_unreadable_file_is_named(vault: Vault) -> None:
    (vault.root / DIGEST).chmod(0)
    ran = vault.run("rebuild", "--offline")
    assert ran.code == 1 and f"{DIGEST}: " in ran.err


def test_a_file_that_may_not_be_written_is_left_and_named(vault: Vault) -> None:
    (vault.root / DIGEST).chmod(0o444)
    before = vault.files()[DIGEST]
    ran = vault.run("rebuild", "--offline")
    assert ran.code == 1 and "read-only" in ran.err
    assert vault.files()[DIGEST] == before
    (vault.root / DIGEST).chmod(0o644)
    vault.ok("rebuild", "--offline")
    assert vault.files()[DIGEST] != before


def test_text_from_files_reaches_no_terminal_raw(vault: Vault) -> None:
    vault.write("digests/esc.md", "https://e.org/1\n\x1b]0;owned\x07 \u202eT (A B)\nx\n")
    ran = vault.run("rebuild", "--offline")
    assert "\x1b" not in ran.out + ran.err and "\u202e" not in ran.out + ran.err


def test_init_refuses_to_overwrite_and_finds_digests(vault: Vault, tmp_path: Path) -> None:
    ran = vault.run("init")
    assert ran.code == 2 and "is there already" in ran.err
    (vault.root / "vault-sync.toml").unlink()
    (vault.root / ".obsidian").mkdir()
    ran = vault.ok("init")
    assert 'paths = ["digests/*.md"]' in vault.read("vault-sync.toml")
    assert "1 digest with 14 entries" in ran.out
    ran = vault.run("init", "--demo", str(vault.root))
    assert ran.code == 2 and "not empty" in ran.err


def test_a_stream_of_a_code_page_is_made_utf8() -> None:
    """A pipe on Windows: Korean text ended in an error there, as a bug of the program."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1252")
    speak_utf8(stream, None)
    stream.write("논문 \udce9")
    stream.flush()
    assert raw.getvalue() == "논문 \\udce9".encode()


def test_output_that_nobody_reads_is_known_on_windows_too(monkeypatch: pytest.MonkeyPatch) -> None:
    invalid = OSError(errno.EINVAL, "Invalid argument")
    assert is_unread(BrokenPipeError()) and not is_unread(invalid)
    monkeypatch.setattr(current, "NAME", "win32")
    assert is_unread(OSError(errno.EPIPE, "gone")) and is_unread(invalid)
    assert not is_unread(OSError(errno.EINVAL, "Invalid argument", "a.md"))
