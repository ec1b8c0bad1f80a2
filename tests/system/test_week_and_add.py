"""`week` and `add` by the installed command, beside typing hands and with every mistake."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.support import shapes
from tests.support.vaults import DIGEST, Vault
from tests.support.watched import watching
from vault_sync.cli import main
from vault_sync.cli.capture import add, week
from vault_sync.core.digest import reader
from vault_sync.core.model.plan import Operation, Outcome
from vault_sync.core.model.values import RelPath
from vault_sync.edge.config import Config
from vault_sync.edge.state.store import StateStore, open_state
from vault_sync.sync.capture import additions
from vault_sync.sync.capture.quiet import QuietWait

THERE = "2308.07124"
NEW = "2308.09999"
RECORD = {
    "id": NEW,
    "title": "Lantern:\n  A Light",
    "authors_parsed": [["Park", "Ann", ""], ["Li", "Bo", ""]],
    "categories": "cs.CL",
    "abstract": "A light.",
    "versions": [{"version": "v1", "created": "Mon, 14 Aug 2023 10:00:00 GMT"}],
    "update_date": "2023-08-15",
}
FLAT = f"{{}}\nhttps://arxiv.org/abs/{THERE}\nOctoPack (A B)\nwords\n#tag\n"


@pytest.fixture
def weekly(empty_vault: Vault) -> Vault:
    """Two digests of ISO weeks and a dump of arXiv's facts; no network."""
    for number in (32, 33):
        text = f"# 2023-W{number}\n\n[[2023-W{number - 1}]] | [[2023-W{number + 1}]]\n\n"
        text += f"https://arxiv.org/abs/2308.000{number}\nTitle {number} (A B)\nwords\n#tag\n"
        empty_vault.write(f"digests/2023/2023-W{number}.md", text)
        old = 1_700_000_000
        os.utime(empty_vault.root / f"digests/2023/2023-W{number}.md", (old, old))
    (empty_vault.root / "arxiv.json").write_text(json.dumps(RECORD) + "\n")
    empty_vault.write(
        "vault-sync.toml", '[arxiv]\nsnapshot = "arxiv.json"\nurl = "http://127.0.0.1:9/"\n'
    )
    return empty_vault


W34 = "digests/2023/2023-W34.md"


def test_the_week_after_is_made_with_the_lines_above_its_first_entry(weekly: Vault) -> None:
    assert weekly.ok("week", "--date", "2023-08-16").out == "digests/2023/2023-W33.md\n"
    before = weekly.files()
    assert weekly.ok("week", "--date", "2023-08-16", "--next").out == f"{W34}\n"
    assert weekly.read(W34) == "# 2023-W34\n\n[[2023-W33]] | [[2023-W35]]\n\n"
    assert weekly.ok("week", "--date", "2023-08-27").out == f"{W34}\n"
    assert {path: weekly.files()[path] for path in before} == before
    assert weekly.ok("log", "--json").json["passes"][0]["cause"] == "week"
    weekly.ok("undo")
    assert weekly.files().keys() - {".trash/2023-W34.md"} == before.keys()
    assert weekly.ok("week", "--date", "2024-01-01").out == "digests/2024/2024-W01.md\n"


def test_a_week_follows_its_names_where_the_configuration_says_nothing_else(
    empty_vault: Vault,
) -> None:
    ran = empty_vault.run("week", "--date", "2023-08-16")
    assert ran.code == 2 and "`week` under [digests]" in ran.err
    empty_vault.write("vault-sync.toml", '[digests]\nweek = "%Y년 %-m월 {month_week}주차"\n')
    ran = empty_vault.ok("week", "--date", "2023-08-16")
    assert ran.out == f"{DIGEST}\n" and "month_week" in ran.err
    assert empty_vault.read(DIGEST) == "2023년 8월 3주차\n"
    assert empty_vault.ok("week", "--date", "2023-08-16").err == ""
    rows = 'week = "%Y년 %-m월 {month_week}주차"\nmonth_week = "rows"\n'
    empty_vault.write("vault-sync.toml", f"[digests]\n{rows}")
    ran = empty_vault.ok("week", "--date", "2023-08-20")
    assert ran.out == "digests/2023년 8월 4주차.md\n" and ran.err == ""


def test_a_digest_that_no_glob_would_find_is_not_made(empty_vault: Vault) -> None:
    paths = '[digests]\npaths = ["d/w1.md"]\nweek = "%G-W%V"\n'
    empty_vault.write("vault-sync.toml", paths)
    ran = empty_vault.run("week")
    assert ran.code == 2 and "would be no digest" in ran.err
    for wrong in ("%Q", "%V"):
        empty_vault.write("vault-sync.toml", f'[digests]\nweek = "{wrong}"\nmonth_week = "moon"\n')
        assert "'week' in [digests]" in (said := empty_vault.run("week").err)
        assert "thursday, first-monday, rows" in said


def test_a_paper_is_added_with_its_facts(weekly: Vault) -> None:
    ran = weekly.ok("add", f"https://arxiv.org/pdf/{NEW}v2.pdf", "--to", "digests/2023/2023-W33")
    assert "Lantern: A Light" in ran.out
    assert weekly.read("digests/2023/2023-W33.md").endswith(
        f"#tag\nhttps://arxiv.org/abs/{NEW}\nLantern: A Light (Ann Park, Bo Li)\n"
    )
    line = int(ran.out.split(":")[1])
    rows = weekly.read("digests/2023/2023-W33.md").splitlines()
    assert rows[line - 1] == f"https://arxiv.org/abs/{NEW}"
    again = weekly.ok("add", NEW)
    assert again.out.startswith(f"digests/2023/2023-W33.md:{line}: there already")
    assert weekly.ok("sync", "--offline").code == 0
    assert "url: https://arxiv.org/abs/2308.09999" in weekly.read("papers/230814 Lantern.md")


def test_a_paper_goes_to_this_week_or_where_it_is_sent(weekly: Vault) -> None:
    today = weekly.ok("week").out.strip()
    (weekly.root / today).unlink()
    ran = weekly.ok("add", NEW, "--tags", "#a,b", "--text", "좋다.")
    assert ran.out.startswith(f"{today}:")
    entry = reader.read(weekly.read(today)).entries[-1].fields
    assert entry.tags == ("a", "b") and entry.commentary == "좋다."
    assert weekly.read(today).startswith(f"# {Path(today).stem}\n")
    assert weekly.ok("add", NEW, "--to", "digests/2023/2023-W32.md").out.startswith(
        "digests/2023/2023-W32.md:"
    )
    ran = weekly.run("add", NEW, "--to", "digests/2023/2023-W32.md", "--tags", "c")
    assert ran.code == 1 and "there already" in ran.out and "neither --text nor --tags" in ran.err


def test_a_paper_that_stands_somewhere_is_shown_where_it_came_last(weekly: Vault) -> None:
    """Nothing else is looked at: neither facts, nor the digest of this week, damaged or typed."""
    for name in ("2023-W9", "2023-W10"):
        weekly.write(f"digests/2023/{name}.md", FLAT.format(f"# {name}\n"))
    today = weekly.ok("week").out.strip()
    weekly.write(today, "\0")
    before = weekly.files()
    ran = weekly.ok("add", THERE)
    assert ran.out.startswith("digests/2023/2023-W10.md:3: there already") and ran.err == ""
    assert weekly.files() == before


def test_a_new_week_in_another_style_begins_as_its_fellows_go_on(weekly: Vault) -> None:
    """A list whose items are numbered: the new week's are, from 1 on, in the same form."""
    for number in (32, 33):
        item = f"7. **Study {number}**. *A B, C D*. [[pdf](https://arxiv.org/pdf/2308.000{number})]"
        weekly.write(f"digests/2023/2023-W{number}.md", f"# 2023-W{number}\n\n{item}\n")
    rules = weekly.read("vault-sync.toml") + '[digests]\nstyles = ["list"]\n'
    weekly.write("vault-sync.toml", rules)
    weekly.ok("week", "--date", "2023-08-16", "--next")
    ran = weekly.ok("add", NEW, "--to", W34, "--tags", "x", "--now")
    assert ran.out == f"{W34}:3: added  Lantern: A Light\n"
    assert weekly.read(W34) == (
        "# 2023-W34\n\n1. **Lantern: A Light**. *Ann Park, Bo Li*. "
        f"[[pdf](https://arxiv.org/abs/{NEW})]\n   #x\n"
    )
    today = weekly.ok("add", NEW, "--to", weekly.ok("week").out.strip(), "--now").out
    path = today.partition(":")[0]
    assert "1. **Lantern: A Light**" in weekly.read(path)
    for made in (path, W34):
        (weekly.root / made).unlink()
    assert weekly.ok("add", NEW, "--now").out == today
    assert "1. **Lantern: A Light**" in weekly.read(path)
    untitled = weekly.run("add", "2308.01111", "--now")
    assert untitled.code == 1 and "as no title is known of it" in untitled.err


def test_a_list_is_read_from_standard_input(weekly: Vault) -> None:
    given = f"\n{NEW}\n  https://doi.org/10.1000/xyz  \n\n2308.00033\n{NEW}\n"
    ran = weekly.run("add", "-", "--to", "digests/2023/2023-W32.md", stdin=given)
    rows = ran.out.splitlines()
    assert [row.partition(": ")[2].partition(" ")[0] for row in rows] == [
        "added",
        "added,",
        "added,",
    ]
    ran = weekly.run("add", "-", "--json", stdin=given)
    shapes.check(ran.json, "added")
    assert {each["standing"] for each in ran.json["papers"]} == {"there"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp949"])
def test_a_list_may_be_in_any_encoding(weekly: Vault, encoding: str) -> None:
    given = f"{NEW}\nhttps://doi.org/10.1000/논문\n".encode(encoding)
    digest = "digests/2023/2023-W32.md"
    text = given.decode("utf-8", "surrogateescape")
    ran = weekly.run("add", "-", "--now", "--to", digest, stdin=text)
    assert ran.out.count("added") == 2, ran
    assert "10.1000/논문\n" in weekly.read(digest)


def test_a_line_of_a_list_that_is_no_text_is_no_address(weekly: Vault) -> None:
    ran = weekly.run("add", "-", stdin=f"{NEW}\n\udc81\udcff\n")
    assert ran.code == 2 and "no address of a paper" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nonsense"], 2, "no address"),
        ([NEW, "--to", "digests/no.md"], 2, "no such digest"),
        ([NEW, "--to", "vault-sync.toml"], 2, "not a digest"),
        ([NEW, "--to", "../out.md"], 2, "not in the vault"),
        ([NEW, "--tags", "two words"], 2, "no tag"),
        ([NEW, "--tags", "2024"], 2, "no tag"),
        ([NEW, "--to", "digests/table.md"], 1, "table"),
        ([NEW, "--to", "digests/nul.md"], 1, "NUL"),
        ([NEW, "--to", "digests/2023/2023-W32.md", "--text", "# A heading"], 1, "not added"),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(
    weekly: Vault, arguments: list[str], code: int, words: str
) -> None:
    weekly.write("digests/table.md", "| [a](https://x.org/a) | b |\n")
    weekly.write("digests/nul.md", FLAT.format("x\0"))
    before = weekly.files()
    ran = weekly.run("add", "--now", *arguments)
    assert (ran.code, words in ran.err) == (code, True), ran
    assert weekly.files() == before


def test_an_address_alone_is_completed_by_a_later_pass(weekly: Vault) -> None:
    settings = weekly.read("vault-sync.toml")
    weekly.write("vault-sync.toml", "")
    ran = weekly.ok("add", NEW, "--offline", "--to", "digests/2023/2023-W33.md")
    assert "the address alone" in ran.out
    weekly.write("vault-sync.toml", settings)
    weekly.ok("sync", "--offline")
    assert f"{NEW}\n[[230814 Lantern]]\n" in weekly.read("digests/2023/2023-W33.md")
    assert 'title: "Lantern: A Light"' in weekly.read("papers/230814 Lantern.md")


# Beside a person who types.


def test_a_digest_that_somebody_types_in_is_waited_for(tmp_path: Path) -> None:
    path, waits, told = RelPath("w.md"), [], []
    (tmp_path / path).write_text("typing")
    state = open_state(tmp_path)

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            os.utime(tmp_path / path, (1.0, 1.0))

    wait = QuietWait(tmp_path, state, 1000.0, lambda *given: told.append(given), sleep)
    assert wait.until_quiet(path) and not wait.until_quiet(path)
    assert len(waits) == 3 and len(told) == 1
    assert wait.seconds_left(RelPath("not there.md")) == 0


def test_what_we_wrote_ourselves_is_not_waited_for(weekly: Vault) -> None:
    weekly.write("vault-sync.toml", "[watch]\nquiet = 600\n[arxiv]\nenabled = false\n")
    target = ("--to", "digests/2023/2023-W33.md")
    assert weekly.ok("add", "2308.00100", *target).err == ""
    assert weekly.ok("add", "2308.00101", *target).err == ""
    weekly.write("digests/2023/2023-W33.md", weekly.read("digests/2023/2023-W33.md") + "more\n")
    assert weekly.ok("add", "2308.00102", *target, "--now").err == ""


def test_a_paper_that_is_added_beside_the_daemon_gets_its_note(built: Vault) -> None:
    with watching(built) as daemon:
        built.ok("add", "https://example.org/lamp", "--tags", "z", "--to", DIGEST)
        daemon.until((built.root / "papers/lamp.md").exists)
        daemon.until(lambda: "[[lamp]]" in built.read(DIGEST))
    assert built.ok("check").code == 0


def test_an_edit_between_reading_and_writing_is_kept(
    weekly: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "digests/2023/2023-W33.md"
    for name, value in weekly.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(weekly.root)
    write = additions.write_operations
    calls: list[str] = []

    def typed(
        config: Config, state: StateStore, operations: tuple[Operation, ...], cause: str
    ) -> Outcome:
        if not calls:
            weekly.write(path, weekly.read(path).replace("words", "other words"))
        calls.append(cause)
        return write(config, state, operations, cause)

    monkeypatch.setattr(add, "write_operations", typed)
    assert main.run(["add", NEW, "--to", path, "--now"]) == 0
    assert calls == ["add", "add"]
    text = weekly.read(path)
    assert "other words" in text and NEW in text


def in_this_process(vault: Vault, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    for name, value in vault.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(vault.root)
    return main.run([*arguments])


def test_a_week_that_somebody_makes_meanwhile_is_not_made(
    weekly: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write = additions.write_operations

    def made(
        config: Config, state: StateStore, operations: tuple[Operation, ...], cause: str
    ) -> Outcome:
        weekly.write(W34, "mine")
        return write(config, state, operations, cause)

    monkeypatch.setattr(week, "write_operations", made)
    assert in_this_process(weekly, monkeypatch, "week", "--date", "2023-08-23") == 1
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.startswith(f"{W34}: not written: ")
    assert weekly.read(W34) == "mine"
    (weekly.root / W34).unlink()
    assert in_this_process(weekly, monkeypatch, "week", "--date", "2023-08-23", "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert not answer["made"] and [each["path"] for each in answer["problems"]] == [W34]


def test_a_digest_that_is_edited_at_every_try_gets_no_paper(
    weekly: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = "digests/2023/2023-W33.md"
    write = additions.write_operations
    tries: list[str] = []

    def typed(
        config: Config, state: StateStore, operations: tuple[Operation, ...], cause: str
    ) -> Outcome:
        tries.append(cause)
        weekly.write(path, weekly.read(path) + f"more {len(tries)}\n")
        return write(config, state, operations, cause)

    monkeypatch.setattr(add, "write_operations", typed)
    there = "https://arxiv.org/abs/2308.00033"
    assert in_this_process(weekly, monkeypatch, "add", NEW, there, "--to", path, "--now") == 1
    shown = capsys.readouterr()
    assert shown.out.endswith(": there already  Title 33\n") and shown.out.count("\n") == 1
    assert f"{path}: not written: " in shown.err
    assert 1 < len(tries) < 10 and NEW not in weekly.read(path)
