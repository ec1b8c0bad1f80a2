"""Views, statistics, citekeys and references by the installed command on small vaults."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import Mock

import pytest
import yaml
from bibtexparser.entrypoint import parse_string
from tests.support import shapes
from tests.support.vaults import DIGEST, Vault
from vault_sync.cli import main
from vault_sync.core.citation.bibtex import FIRST_LINE
from vault_sync.core.note import note as note_lens
from vault_sync.sync import bibliography
from vault_sync.sync.observation.observation import observe

NOTE = "papers/230814 OctoPack.md"
TWO = """W33
https://arxiv.org/abs/2308.00001
Lantern: A Light (Ann Park)
#a
https://arxiv.org/abs/2308.00002
Lantern: Another Light (Bo Park)
#b
https://example.org/own
A Page of Its Own (Cy Doe)
#b
"""


def configured(vault: Vault, text: str) -> None:
    vault.write("vault-sync.toml", f'[digests]\npaths = ["digests/*.md"]\n{text}')


def dump(vault: Vault, numbers: Sequence[str] = ("2308.00001", "2308.00002")) -> str:
    """A dump of arXiv's facts, and the lines of the configuration that name it."""
    rows = [
        {
            "id": number,
            "title": f"Lantern {number}",
            "authors_parsed": [["Park", "Ann", ""]],
            "categories": "cs.CL",
            "abstract": "A light.",
            "versions": [{"version": "v1", "created": "Mon, 14 Aug 2023 10:00:00 GMT"}],
            "update_date": "2023-08-15",
        }
        for number in numbers
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (vault.root / "arxiv.json").write_text(lines)
    return '[arxiv]\nsnapshot = "arxiv.json"\n'


def properties(vault: Vault) -> dict[str, str]:
    """The citekey of each paper, by key."""
    notes = [note_lens.read(path.read_text("utf-8")) for path in vault.root.glob("papers/*.md")]
    return {str(each.key): each.properties.scalar("citekey") for each in notes}


# Views and statistics.


def test_views_are_written_once_and_never_over_anything(built: Vault) -> None:
    ran = built.ok("views", "--json")
    shapes.check(ran.json, "views")
    text = built.read("Papers.base")
    assert yaml.safe_load(text)["views"][0]["name"] == "Papers"
    built.write("Papers.base", "mine")
    assert "yours" in built.ok("views").out and built.read("Papers.base") == "mine"
    built.ok("views", "--again")
    built.ok("views", "--again")
    assert built.read("Papers 2.base") == built.read("Papers 3.base") == text
    assert built.ok("check").code == 0
    built.ok("undo")
    assert not (built.root / "Papers 3.base").exists()


def test_statistics_are_bars_columns_json_and_a_picture(built: Vault, tmp_path: Path) -> None:
    columns = [line.split("\t") for line in built.ok("stats").out.splitlines()]
    assert ["papers", "14"] in columns and ["week", Path(DIGEST).stem, "14", "550"] in columns
    value = built.ok("stats", "--json").json
    assert value["papers"] == 14
    assert built.ok("stats", "--json", "--since", "2023-09-01").json["papers"] == 0
    assert built.ok("stats", "--json", "--since", "2023-08-18").json["papers"] == 14
    picture = tmp_path / "reading.svg"
    before = built.files()
    for _ in range(2):
        built.ok("stats", "--svg", str(picture))
    assert picture.read_text("utf-8").startswith("<svg ") and built.files() == before
    picture.write_text("<svg>mine</svg>")
    ran = built.run("stats", "--svg", str(picture))
    assert ran.code == 2 and "no picture of ours" in ran.err
    assert picture.read_text() == "<svg>mine</svg>"
    assert built.run("stats", "--svg", str(tmp_path / "no/x.svg")).code == 2
    assert built.run("stats", "--since", "yesterday").code == 2


# Facts that no answer holds.


def test_year_pdf_and_citekey_are_facts(empty_vault: Vault) -> None:
    empty_vault.write("digests/w.md", TWO)
    facts = 'facts = ["published", "year", "pdf", "citekey"]\n'
    configured(empty_vault, dump(empty_vault) + facts)
    empty_vault.ok("rebuild", "--offline")
    text = empty_vault.read("papers/230814 Lantern.md")
    for line in ("year: 2023", "pdf: https://arxiv.org/pdf/2308.00001", "citekey: park2023lantern"):
        assert f"\n{line}\n" in text
    assert properties(empty_vault) == {
        "arxiv:2308.00001": "park2023lantern",
        "arxiv:2308.00002": "park2023lantern-2308.00002",
        "url:example.org/own": "doepage",
    }
    assert empty_vault.ok("sync", "--offline").out == "3 entries: nothing to do\n"
    empty_vault.ok("check")


def test_a_citekey_is_given_once_and_one_that_is_there_stays(empty_vault: Vault) -> None:
    empty_vault.write("digests/w.md", TWO)
    facts = 'facts = ["published", "citekey"]\n'
    configured(empty_vault, dump(empty_vault) + facts)
    own = "---\nurl: https://arxiv.org/abs/2308.00002\ndigests: []\ncitekey: park2023lantern\n---\n"
    empty_vault.write("papers/own.md", own)
    empty_vault.run("rebuild", "--offline")
    found = properties(empty_vault)
    assert found["arxiv:2308.00002"] == "park2023lantern"
    assert found["arxiv:2308.00001"] == "park2023lantern-2308.00001"
    empty_vault.edit("digests/w.md", "Lantern: A Light]] (Ann Park)", "Candle]] (Zoe Kim)")
    empty_vault.run("sync", "--offline")
    assert properties(empty_vault)["arxiv:2308.00001"] == "park2023lantern-2308.00001"


def test_a_later_paper_does_not_take_a_citekey_that_is_given(empty_vault: Vault) -> None:
    empty_vault.write("digests/w.md", TWO)
    configured(empty_vault, '[arxiv]\nfacts = ["published", "citekey", "pdf"]\n')
    empty_vault.ok("rebuild", "--offline")
    assert "pdf: https://arxiv.org/pdf/2308.00001" in empty_vault.read("papers/Lantern.md")
    first = properties(empty_vault)
    assert first["arxiv:2308.00001"] == "park2023lantern"
    configured(empty_vault, dump(empty_vault) + 'facts = ["published", "citekey"]\n')
    empty_vault.ok("sync", "--offline")
    assert properties(empty_vault) == first
    # A pass over the papers concerned alone would not see the keys that are given.
    for name in ("new", "newer"):
        page = f"https://example.org/a-{name}\nPage {name} (Di Park)\n#a\n"
        empty_vault.write(f"digests/{name}.md", f"{name}\n{page}")
    empty_vault.ok("sync", "--offline")
    first = properties(empty_vault)
    for name, title in (("new", "The Lantern Again"), ("newer", "Of Lantern and Light")):
        path = f"digests/{name}.md"
        more = f"https://example.org/{name}\n{title} (Di Park)\n#a\n"
        empty_vault.ok("sync", "--offline")
        empty_vault.write(path, empty_vault.read(path) + more)
        empty_vault.ok("sync", "--offline")
    later = properties(empty_vault)
    assert {key: later[key] for key in first} == first
    assert len(set(later.values())) == len(later) == 7


# The reader's library, and the file of references.


LIBRARY = """@article{mine23,
  title = {Something}, eprint = {2308.00001}, archiveprefix = {arXiv},
  journal = {Journal of Light}, doi = {10.1000/LIGHT}
}
@misc{park2023lantern, title = {Nobody's}}
"""


def test_what_a_library_knows_becomes_properties_where_they_are_absent(empty_vault: Vault) -> None:
    empty_vault.write("digests/w.md", TWO)
    (empty_vault.root / "library.bib").write_text(LIBRARY)
    configured(
        empty_vault, dump(empty_vault) + '[bib]\nread = "library.bib"\nwrite = "papers.bib"\n'
    )
    empty_vault.ok("rebuild", "--offline")
    assert properties(empty_vault) == {
        "arxiv:2308.00001": "mine23",
        "arxiv:2308.00002": "park2023lantern-2308.00002",
        "url:example.org/own": "doepage",
    }
    text = empty_vault.read("papers/230814 Lantern.md")
    assert "\njournal: Journal of Light\n" in text and "\ndoi: 10.1000/light\n" in text
    parsed = parse_string(empty_vault.read("papers.bib"))
    assert [entry.key for entry in parsed.entries] == [
        "doepage",
        "mine23",
        "park2023lantern-2308.00002",
    ]
    assert not parsed.failed_blocks and empty_vault.ok("sync", "--offline").out.endswith("to do\n")


def test_a_library_that_cannot_be_read_is_told_and_stops_nothing(empty_vault: Vault) -> None:
    empty_vault.write("digests/w.md", TWO)
    configured(empty_vault, dump(empty_vault) + '[bib]\nread = "none.bib"\n')
    ran = empty_vault.run("rebuild", "--offline")
    assert ran.code == 1 and "none.bib: the library cannot be read" in ran.err
    assert len(properties(empty_vault)) == 3
    (empty_vault.root / "none.bib").write_text('[{"id": 3')
    assert "is no JSON" in empty_vault.run("rebuild", "--offline").err


def test_the_file_of_references_follows_every_pass_that_writes(built: Vault) -> None:
    settings = built.read("vault-sync.toml")
    built.write("vault-sync.toml", settings + '[bib]\nwrite = "refs/papers.bib"\n')
    assert built.run("check").code == 1 and not (built.root / "refs").exists()
    built.run("sync", "--offline", "--dry-run")
    assert not (built.root / "refs").exists()
    built.ok("sync", "--offline")
    first = built.read("refs/papers.bib")
    assert first.startswith(FIRST_LINE) and first.count("\n@") == 14
    built.edit(DIGEST, "OctoPack: Instruction Tuning", "OctoPack, Instruction Tuning")
    built.ok("sync", "--offline")
    assert "{OctoPack}, Instruction Tuning" in built.read("refs/papers.bib")
    built.ok("undo")
    (built.root / "refs/papers.bib").unlink()
    built.ok("sync", "--offline")
    assert built.read("refs/papers.bib").startswith(FIRST_LINE)


def test_all_notes_are_read_for_the_file_only_where_an_entry_changes(
    built: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = built.read("vault-sync.toml")
    built.write("vault-sync.toml", settings + '[bib]\nwrite = "papers.bib"\n')
    long_ago = 1_600_000_000
    for path in built.root.rglob("*.md"):
        os.utime(path, (long_ago, long_ago))
    built.ok("sync", "--offline")
    built.ok("sync", "--offline")
    monkeypatch.setenv("VAULT_SYNC_STATE_DIR", str(built.state))
    observed = Mock(side_effect=observe)
    monkeypatch.setattr(bibliography, "observe", observed)

    def wholes(path: str, old: str, new: str) -> int:
        observed.reset_mock()
        built.edit(path, old, new)
        assert main.run(["--vault", str(built.root), "-q", "sync", "--offline"]) == 0
        expected = built.ok("bib").out
        assert built.read("papers.bib") == f"{FIRST_LINE}\n\n{expected}"
        return observed.call_count

    note = "papers/230814 OctoPack.md"
    assert wholes(DIGEST, "fix에 대해서만", "고침에 대해서만") == 0
    assert wholes(note, "고침에 대해서만", "수정에 대해서만") == 0
    assert wholes(DIGEST, "OctoPack: Instruction Tuning", "OctoPack, Instruction Tuning") == 1
    # What a reader alone changed comes with the next pass that writes.
    built.edit(note, "\narxiv:", "\njournal: A Journal\narxiv:")
    assert wholes(DIGEST, "수정에 대해서만", "손질에 대해서만") == 1
    assert "A Journal" in built.read("papers.bib")


def test_two_devices_write_the_same_file_and_then_nothing(built: Vault, tmp_path: Path) -> None:
    settings = built.read("vault-sync.toml")
    built.write("vault-sync.toml", settings + '[bib]\nwrite = "papers.bib"\n')
    other = Vault(tmp_path / "other" / "vault", tmp_path / "other" / "state")

    def carry(here: Vault, there: Vault) -> None:
        for path, content in here.files().items():
            (there.root / path).parent.mkdir(parents=True, exist_ok=True)
            (there.root / path).write_bytes(content)

    built.ok("sync", "--offline")
    for here, there, title in ((built, other, "OctoPack"), (other, built, "Platypus")):
        carry(here, there)
        assert "nothing to do" in there.ok("sync", "--offline").out
        there.edit(DIGEST, f"|{title}: ", f"|{title} and more: ")
        there.ok("sync", "--offline")
        assert title in there.read("papers.bib") and " and more: " in there.read("papers.bib")
        assert there.ok("bib").out == there.read("papers.bib").partition("\n\n")[2]
    carry(built, other)
    assert "nothing to do" in other.ok("sync", "--offline").out
    assert other.files() == built.files()


def test_a_file_that_is_not_ours_is_left_as_it_is(built: Vault) -> None:
    settings = built.read("vault-sync.toml")
    (built.root / "papers.bib").write_text("@misc{mine}\n")
    built.write("vault-sync.toml", settings + '[bib]\nwrite = "papers.bib"\n')
    ran = built.run("sync", "--offline")
    assert ran.code == 1 and "not written by vault-sync" in ran.err
    assert built.read("papers.bib") == "@misc{mine}\n"
    for wrong in ("papers.txt", "../papers.bib", ".hidden/papers.bib"):
        built.write("vault-sync.toml", settings + f'[bib]\nwrite = "{wrong}"\n')
        assert "'write' in [bib]" in built.run("sync").err


def test_references_are_printed_of_all_of_a_digest_or_of_a_tag(built: Vault) -> None:
    everything = parse_string(built.ok("bib").out)
    assert len(everything.entries) == 14 and not everything.failed_blocks
    assert len(parse_string(built.ok("bib", "--tag", "#Alignment").out).entries) == 2
    assert (
        len(parse_string(built.ok("bib", "--digest", DIGEST.removesuffix(".md")).out).entries) == 14
    )
    items = json.loads(built.ok("bib", "--csl", "--tag", "alignment").out)
    assert [item["id"] for item in items] == sorted(item["id"] for item in items)
    shapes.check(built.ok("bib", "--csl", "--json").json, "references")
    assert built.run("bib", "--digest", "none").code == 2
    none = built.ok("bib", "--tag", "none")
    assert none.out == "" and "14 references in the vault: none of them is asked for" in none.err


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="pandoc is not here")
def test_pandoc_reads_what_is_printed(built: Vault) -> None:
    text = built.ok("bib").out
    done = subprocess.run(
        ["pandoc", "-f", "biblatex", "-t", "csljson"],
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(json.loads(done.stdout)) == 14
