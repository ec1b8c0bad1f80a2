"""Facts that no answer holds: PDFs, citekeys, and what the reader's library knows."""

from __future__ import annotations

from collections.abc import Mapping

from vault_sync.core import snapshot
from vault_sync.core.citation.library import ReadersLibrary, entry_of, library
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import Create, Write
from vault_sync.core.model.values import Facts, Key, RelPath, Rules
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.note import note
from vault_sync.core.reconcile.pipeline import ReconcileOptions, reconcile

FIRST, SECOND = Key("arxiv:2308.00001"), Key("arxiv:2308.00002")
ENTRIES = "".join(
    f"https://arxiv.org/abs/2308.0000{number}\nLantern {word} (Ann Park)\n#a\n"
    for number, word in ((1, "One"), (2, "Two"))
)
KNOWN = {FIRST: Facts(published="2023-08-14"), SECOND: Facts(published="2023-08-15")}


def properties(
    facts: Mapping[Key, Facts],
    wanted: tuple[str, ...],
    readers: ReadersLibrary | None = None,
    more: Mapping[str, str] | None = None,
) -> dict[Key | None, dict[str, str]]:
    """What the plan's notes have as properties, by paper."""
    texts = {
        RelPath(path): text for path, text in {"d/w.md": f"w\n{ENTRIES}", **(more or {})}.items()
    }
    found = snapshot.build(
        texts,
        names=LinkResolver.from_paths(texts),
        is_digest=lambda path: path.startswith("d/"),
        base=Base(),
    )
    plan = reconcile(found, Base(), facts, Rules(facts=wanted), ReconcileOptions(library=readers))
    notes = [
        note.read(str(each.after)) for each in plan.operations if isinstance(each, Create | Write)
    ]
    return {
        each.key: {name: each.properties.scalar(name) for name in wanted}
        for each in notes
        if each.key is not None
    }


def test_a_pdf_is_an_address_of_the_key_with_nobody_asked() -> None:
    found = properties({}, ("pdf",))
    assert found[FIRST] == {"pdf": "https://arxiv.org/pdf/2308.00001"}


def test_a_citekey_waits_for_its_title() -> None:
    bare = {"d/v.md": "v\nhttps://arxiv.org/abs/2308.00003\n#a\n"}
    third = Key("arxiv:2308.00003")
    assert properties({}, ("citekey",), more=bare)[third] == {"citekey": ""}
    facts = {third: Facts(title="Candle", authors=("Bo Li",))}
    assert properties(facts, ("citekey",), more=bare)[third] == {"citekey": "li2023candle"}


def test_a_citekey_is_the_same_with_facts_and_without_and_no_other_papers() -> None:
    found = properties(KNOWN, ("citekey",))
    assert found == properties({}, ("citekey",))
    assert found[FIRST] == {"citekey": "park2023lantern"}
    assert found[SECOND] == {"citekey": "park2023lantern-2308.00002"}
    one = {"p/o.md": "---\nurl: https://x.org/o\ndigests: []\ncitekey: PARK2023lantern\n---\n"}
    found = properties(KNOWN, ("citekey",), more=one)
    assert found[FIRST] == {"citekey": "park2023lantern-2308.00001"}


def test_a_library_gives_its_key_doi_and_venue_where_they_are_absent() -> None:
    fields = {"eprint": "2308.00001", "journal": "Light", "doi": "10.1000/A"}
    readers = library([entry_of("mine", fields, ""), entry_of("park2023lantern", {}, "Other")])
    wanted = ("citekey", "doi", "journal")
    found = properties(KNOWN, wanted, readers)
    assert found[FIRST] == {"citekey": "mine", "doi": "10.1000/a", "journal": "Light"}
    assert found[SECOND]["citekey"] == "park2023lantern-2308.00002"
    known = {**KNOWN, FIRST: Facts(published="2023-08-14", doi="10.2000/b", journal="Dark")}
    assert properties(known, wanted, readers)[FIRST]["journal"] == "Dark"


def test_a_librarys_key_that_another_note_has_is_not_given_twice() -> None:
    readers = library([entry_of("mine", {"eprint": "2308.00001"}, "")])
    other = {"p/o.md": "---\nurl: https://x.org/o\ndigests: []\ncitekey: mine\n---\n"}
    assert properties(KNOWN, ("citekey",), readers, other)[FIRST]["citekey"] == "park2023lantern"


def test_a_librarys_entry_is_found_by_the_doi_of_the_note_else_by_that_of_the_archives() -> None:
    readers = library([entry_of("mine", {"doi": "10.1000/a"}, "")])
    noted = f'---\nurl: https://arxiv.org/abs/{FIRST.removeprefix("arxiv:")}\ndigests: ["[[w]]"]\n'
    for doi, fact, citekey in (
        ("", "10.1000/a", "mine"),
        ("10.1000/a", "", "mine"),
        ("10.1000/a", "10.2000/b", "mine"),
        ("10.2000/b", "10.1000/a", "park2023lantern"),
    ):
        note_with = {"p/f.md": f"{noted}doi: '{doi}'\n---\n\n## [[w]]\n\n"}
        facts = {FIRST: Facts(doi=fact)}
        assert properties(facts, ("citekey",), readers, note_with)[FIRST] == {"citekey": citekey}


def test_a_paper_with_a_citekey_of_its_own_takes_no_other_one() -> None:
    own = f'---\nurl: https://arxiv.org/abs/{FIRST.removeprefix("arxiv:")}\ndigests: ["[[w]]"]\n'
    mine = {"p/f.md": f"{own}title: Lantern One\nauthors: [Ann Park]\ncitekey: mine\n---\n"}
    found = properties(KNOWN, ("citekey",), more=mine)
    assert found[FIRST] == {"citekey": "mine"} and found[SECOND] == {"citekey": "park2023lantern"}
