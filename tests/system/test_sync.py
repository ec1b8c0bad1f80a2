"""Two-way, as a user runs it: edits, conflicts, removals, moves, undo, on the sample vault."""

from __future__ import annotations

import re

import pytest
from tests.support.vaults import DIGEST, OCTOPACK, PLATYPUS, Vault
from vault_sync.core.reconcile.pairing import last_entry
from vault_sync.edge import config as configuration
from vault_sync.edge.state.store import open_state
from vault_sync.sync import engine
from vault_sync.sync.request import PassRequest
from vault_sync.sync.view import PassContext

CONFLICTS = "Sync conflicts.md"


def test_a_note_is_edited_and_only_its_entry_follows(built: Vault) -> None:
    before = built.files()
    built.edit(OCTOPACK, "프롬프트 형식인 듯.", "프롬프트 형식이다 tok1.")
    edited = built.files()
    built.ok("sync", "--offline")
    after = built.files()
    assert [path for path in after if after[path] != edited[path]] == [DIGEST]
    assert after[DIGEST].decode() == before[DIGEST].decode().replace(
        "프롬프트 형식인 듯.", "프롬프트 형식이다 tok1."
    )
    assert "nothing to do" in built.ok("sync", "--offline").out


def test_a_digest_is_edited_and_only_its_note_follows(built: Vault) -> None:
    built.edit(DIGEST, "#code #instruct #alignment", "#code #alignment #tok2")
    built.edit(DIGEST, "Niklas Muennighoff, ", "")
    edited = built.files()
    built.ok("sync", "--offline")
    after = built.files()
    assert [path for path in after if after[path] != edited[path]] == [OCTOPACK]
    note = after[OCTOPACK].decode()
    assert "tags:\n  - code\n  - alignment\n  - tok2\n" in note
    assert "Niklas" not in note


def test_an_entry_gets_its_first_commentary_and_tags_and_loses_them(built: Vault) -> None:
    layer = next(path for path in built.files() if "LayerNorm" in path)
    before = built.files()[DIGEST]
    text = built.read(layer)
    with_words = text.rstrip("\n") + "\n\n첫 논평 tok3.\n"
    with_words = with_words.replace("published:", "tags:\n  - tok4\npublished:")
    built.write(layer, with_words)
    built.ok("sync", "--offline")
    assert re.search(r"Elisa Ricci\)\n첫 논평 tok3\.\n#tok4\nhttps", built.read(DIGEST))
    built.write(layer, text)
    built.ok("sync", "--offline")  # what was typed is taken back
    assert built.files()[DIGEST] == before


def test_a_conflict_is_shown_and_settled_by_a_tick(built: Vault) -> None:
    built.edit(OCTOPACK, "프롬프트 형식인 듯.", "노트의 말 tok5.")
    built.edit(DIGEST, "프롬프트 형식인 듯.", "다이제스트의 말 tok6.")
    built.edit(DIGEST, "#ddpm", "#ddpm #tok7")
    before = built.files()
    ran = built.run("sync", "--offline")
    assert ran.code == 1 and "conflict: commentary" in ran.err
    after = built.files()
    assert after[OCTOPACK] == before[OCTOPACK] and after[DIGEST] == before[DIGEST]
    assert "- tok7" in built.read("papers/230814 Bayesian Flow Networks.md")
    shown = built.read(CONFLICTS)
    assert "tok5" in shown and "tok6" in shown and "[[230814 OctoPack]]" in shown
    assert built.run("sync", "--offline").code == 1
    assert built.read(CONFLICTS) == shown
    built.write(CONFLICTS, shown.replace("- [ ] the note's", "- [x] the note's"))
    built.ok("sync", "--offline")
    assert "tok5" in built.read(DIGEST) and "tok6" not in built.read(DIGEST)
    assert CONFLICTS not in built.files()
    assert built.ok("restore", DIGEST).out.count("restored")
    assert "tok6" in built.read("digests/2023년 8월 3주차 (restored).md")


def test_a_conflict_is_settled_by_resolve_and_by_hand(built: Vault) -> None:
    built.edit(OCTOPACK, "  - Qian Liu\n", "  - Qian Lim\n")
    built.edit(DIGEST, "Qian Liu", "Bo Liu")
    assert built.run("sync", "--offline").code == 1
    built.ok("resolve", OCTOPACK, "--take", "digest")
    assert "Bo Liu" in built.read(OCTOPACK) and CONFLICTS not in built.files()
    built.edit(OCTOPACK, 'title: "OctoPack: Instr', 'title: "Octo: Instr')
    built.edit(DIGEST, "|OctoPack: Instr", "|Pack: Instr")
    assert built.run("sync", "--offline").code == 1
    built.edit(DIGEST, "|Pack: Instr", "|Octo: Instr")
    built.ok("sync", "--offline")
    assert CONFLICTS not in built.files()


def test_a_removed_entry_takes_its_note_to_the_trash_and_undo_brings_it_back(built: Vault) -> None:
    text = built.read(DIGEST)
    entry = re.search(r"https://arxiv.org/abs/2308.07317\n.*\n#instruction-tuning\n", text)
    assert entry is not None
    built.write(DIGEST, text.replace(entry[0], ""))
    note = built.files()[PLATYPUS]
    ran = built.ok("sync", "--offline")
    assert "- papers/230814 Platypus.md -> .trash/230814 Platypus.md" in ran.out
    assert built.files()[".trash/230814 Platypus.md"] == note
    built.ok("undo")
    assert built.files()[PLATYPUS] == note


def test_a_removed_entry_leaves_a_note_with_the_readers_own_words(built: Vault) -> None:
    text = built.read(DIGEST)
    entry = re.search(r"https://arxiv.org/abs/2308.07317\n.*\n#instruction-tuning\n", text)
    assert entry is not None
    own = "\n## My notes\n\ntok10 stays\n"
    built.write(PLATYPUS, built.read(PLATYPUS) + own)
    built.ok("sync", "--offline")
    built.write(DIGEST, text.replace(entry[0], ""))
    built.ok("sync", "--offline")
    note = built.read(PLATYPUS)
    assert "tok10 stays" in note and "## [[2023년" not in note and "digests: []" in note
    assert "nothing to do" in built.ok("sync", "--offline").out


def test_many_removals_are_asked_about_first(built: Vault) -> None:
    text = built.read(DIGEST)
    cut = text.index("https://arxiv.org/abs/2308.08268")
    built.write(DIGEST, "2023년 8월 3주차\n" + text[cut:])
    before = built.files()
    ran = built.run("sync", "--offline")
    assert ran.code == 1 and built.files() == before
    number = re.search(r"--allow-removals ([0-9a-f]+)", ran.err)
    assert number is not None and "5 of 14 entries are gone" in ran.err
    assert built.run("sync", "--offline", "--allow-removals", "deadbeef").code == 1
    assert built.files() == before
    built.ok("sync", "--offline", "--allow-removals", number[1])
    assert sum(path.startswith(".trash/") for path in built.files()) == 5


def test_damage_is_never_an_edit(built: Vault) -> None:
    text = built.read(DIGEST)
    notes = {path: each for path, each in built.files().items() if path.startswith("papers/")}
    for damaged in ("", "\n", text[: len(text) // 2], text[:-40], text.replace("diffusion", "\0")):
        built.write(DIGEST, damaged)
        ran = built.run("sync", "--offline")
        assert ran.code == 1 and f"{DIGEST}:" in ran.err
        now = built.files()
        assert {path: now[path] for path in notes} == notes
        assert not any(path.startswith(".trash") for path in now)
    built.write(DIGEST, text)
    built.ok("sync", "--offline")


def test_renames_on_both_sides_are_followed(built: Vault) -> None:
    moved = "Reading/코드/Octo.md"
    (built.root / "Reading/코드").mkdir(parents=True)
    (built.root / OCTOPACK).rename(built.root / moved)
    (built.root / DIGEST).rename(built.root / "digests/8월 셋째 주.md")
    built.ok("sync", "--offline")
    assert "[[Octo|OctoPack: Instruction" in built.read("digests/8월 셋째 주.md")
    assert '  - "[[8월 셋째 주]]"' in built.read(moved)
    assert "## [[8월 셋째 주]]" in built.read(moved)
    assert len([path for path in built.files() if path.endswith(".md")]) == 16
    assert "nothing to do" in built.ok("sync", "--offline").out


def test_an_entry_cut_and_pasted_to_another_week_moves(built: Vault) -> None:
    text = built.read(DIGEST)
    at = text.index("https://arxiv.org/abs/2308.07124")
    end = text.index("https://arxiv.org/abs/2308.07317")
    built.write(DIGEST, text[:at] + text[end:])
    built.write("digests/2023년 8월 4주차.md", "2023년 8월 4주차\n" + text[at:end])
    built.ok("sync", "--offline")
    note = built.read(OCTOPACK)
    assert "## [[2023년 8월 4주차]]" in note and "3주차" not in note.split("---")[2]
    assert not any(path.startswith(".trash") for path in built.files())


def test_a_note_of_the_reader_becomes_an_entry(built: Vault) -> None:
    built.write(
        "papers/Mine.md",
        "---\ntitle: My paper\nauthors:\n  - Kim A\nurl: https://arxiv.org/abs/2309.00001\n"
        'digests:\n  - "[[2023년 8월 5주차]]"\ntags:\n  - tok11\n---\n\n내 생각 tok12\n',
    )
    built.ok("sync", "--offline")
    week = built.read("digests/2023년 8월 5주차.md")
    assert week == (
        "2023년 8월 5주차\nhttps://arxiv.org/abs/2309.00001\n[[Mine|My paper]] (Kim A)\n#tok11\n"
    )
    assert "내 생각 tok12" in built.read("papers/Mine.md")
    assert "nothing to do" in built.ok("sync", "--offline").out


def test_adoption_takes_plain_notes_over(vault: Vault) -> None:
    octopack = re.search(
        r"https://arxiv.org/abs/2308.07124\n.*?#code #instruct #alignment\n",
        vault.read(DIGEST),
        re.DOTALL,
    )
    assert octopack is not None
    vault.write("old/Octo notes.md", octopack[0] + "\n# Links\n\n[[230509 StarCoder]]\n")
    vault.write("old/Platypus.md", "https://arxiv.org/abs/2308.07317\n\n내 옛 메모 tok13\n")
    before = vault.files()
    vault.ok("rebuild", "--offline", "--dry-run")
    assert vault.files() == before
    vault.ok("rebuild", "--offline")
    octo = vault.read("old/Octo notes.md")
    assert octo.count("코드 커밋 메시지와 diff를") == 1 and octo.endswith(
        "\n# Links\n\n[[230509 StarCoder]]\n"
    )
    assert "## [[2023년 8월 3주차]]\n\n코드 커밋" in octo
    platypus = vault.read("old/Platypus.md")
    assert platypus.endswith("https://arxiv.org/abs/2308.07317\n\n내 옛 메모 tok13\n")
    assert "[[Octo notes|OctoPack" in vault.read(DIGEST)
    assert sum(path.startswith("papers/23") for path in vault.files()) == 12 + 1
    assert "nothing to do" in vault.ok("sync", "--offline").out


def test_a_note_that_would_split_the_digest_is_held_with_its_line(built: Vault) -> None:
    built.edit(
        OCTOPACK,
        "fix에 대해서만",
        "https://arxiv.org/abs/2309.99999\nSome Title (Kim A, Lee B)\nfix에 대해서만",
    )
    before = built.files()
    ran = built.run("sync", "--offline")
    line = built.read(OCTOPACK).split("\n").index("https://arxiv.org/abs/2309.99999") + 1
    assert (
        ran.code == 1
        and f"{OCTOPACK}:{line}: in the digest" in ran.err
        and "'https://arxiv" in ran.err
    )
    assert built.files() == before


def test_the_log_says_what_and_why(built: Vault) -> None:
    built.edit(DIGEST, "#ddpm", "#ddpm #tok14")
    built.ok("sync", "--offline")
    said = built.ok("log", "-n", "1").out
    assert "sync" in said and "~ papers/230814 Bayesian Flow Networks.md  (tags)" in said
    assert built.ok("--json", "log").json["passes"][0]["files"][0]["why"] == "tags"


def test_saved_texts_are_dropped_when_their_time_is_over_and_it_is_said(built: Vault) -> None:
    built.edit(DIGEST, "#ddpm", "#ddpm #tok15")
    built.ok("sync", "--offline")
    saved = built.state.glob("*/saved/*/*")
    assert list(saved)
    built.write(
        "vault-sync.toml", built.read("vault-sync.toml") + "\n[saved]\ndays = 0.000000001\n"
    )
    built.edit(DIGEST, "#tok15", "#tok16")
    ran = built.ok("sync", "--offline")
    assert "saved texts of more than 1e-09 days were dropped" in ran.err
    built.write("vault-sync.toml", built.read("vault-sync.toml").replace("0.000000001", "0"))
    built.edit(DIGEST, "#tok16", "#tok17")
    assert "dropped" not in built.ok("sync", "--offline").err
    assert list(built.state.glob("*/saved/*/*"))


def test_the_last_entry_taken_out_again_is_ours_when_the_file_is_at_rest(
    built: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real file's time decides: a second after it was saved, a minute has not passed."""
    whole = built.read(DIGEST)
    added = "https://arxiv.org/abs/2309.99999\nTyped Last (Ann Park)\nwords\n#last\n"
    built.write(DIGEST, whole.rstrip("\n") + "\n" + added)
    built.ok("sync", "--offline")
    built.write(DIGEST, built.read(DIGEST).partition("https://arxiv.org/abs/2309.99999")[0])
    ran = built.run("sync", "--offline")
    assert ran.code == 1 and " s, a pass takes the entry for removed" in ran.err
    assert "papers/Typed Last.md" in built.files()
    # In less than the time that a save takes: what the file's own time says is at least that.
    monkeypatch.setenv("VAULT_SYNC_STATE_DIR", str(built.state))
    monkeypatch.setattr(last_entry, "AT_REST", 1e-9)
    config = configuration.load(built.root)
    state = open_state(config.root)
    result = engine.run(PassContext(config, state), PassRequest())
    state.close()
    assert not result.plan.problems
    assert "papers/Typed Last.md" not in built.files()
