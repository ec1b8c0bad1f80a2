"""Which fields stay taken back, and which base value they have meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.support.memory_vault import MemoryVault
from vault_sync.core.model.base import LINK, Base, value_hash
from vault_sync.core.model.plan import BaseKey, Create, Operation, Rename, Value, Write
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.reconcile.refusals import find_refusals, out_of_date
from vault_sync.core.snapshot import build

Texts = Mapping[RelPath, str]
KEY = Key("arxiv:2308.00001")
WEEK, NOTE = RelPath("digests/w.md"), RelPath("papers/T.md")
MINE = "---\nurl: https://arxiv.org/abs/2308.00001\ndigests: []\n---\n"
TEXT = "w\nhttps://arxiv.org/abs/2308.00001\nT: A (Ann Park)\none\n#t\n"


def test_the_side_put_back_gives_the_base_value() -> None:
    vault = MemoryVault({WEEK: TEXT})
    vault.sync()
    vault.files[WEEK] = vault.files[WEEK].replace("one\n#t", "two\n#t #u")
    vault.files[WEEK] = vault.files[WEEK].replace("|T: A]]", "|T: B]]")
    row, tags = BaseKey(KEY, WEEK, "commentary"), BaseKey(KEY, WEEK, "tags")
    title = BaseKey(KEY, "", "title")
    snapshot, base = vault.look()
    path = next(path for path in vault.files if path.startswith("papers/"))

    def found(*restored: str) -> dict[BaseKey, object]:
        undone = [Create(RelPath(each), "", "") for each in restored]
        return of(*undone)

    def of(*undone: Operation) -> dict[BaseKey, object]:
        forgotten: dict[BaseKey, Value] = {row: "two", tags: ("t", "u"), title: "T: B"}
        refusals = find_refusals(snapshot, base, forgotten, undone)
        return {each.base_key: each.was for each in refusals}

    assert found(path) == {row: "one", tags: ("t",), title: "T: A"}
    assert of(Rename(RelPath("papers/was.md"), RelPath(path), "", "")) == found(path)
    assert found(WEEK) == {row: "two", tags: ("t", "u"), title: "T: B"}
    assert found(path, WEEK) == found() == {row: None, tags: None, title: None}
    assert find_refusals(snapshot, base, {}, [Create(NOTE, "", "")]) == []


def test_values_are_told_apart() -> None:
    values: list[Value] = ["", ("",), "a", ("a",), ("a", "b"), ("ab",)]
    assert len({value_hash(value) for value in values}) == len(values)


def test_a_refused_text_stands_until_it_is_another_or_gone() -> None:
    """A file that is there and was not read says nothing: a pass in part reads few."""
    texts = {WEEK: TEXT, NOTE: f"{MINE}words [[gone]]\n"}
    whole = BaseKey(Key(""), NOTE, "")
    to = BaseKey(Key(""), NOTE, f"{LINK}gone")

    def forgotten(
        read: Mapping[RelPath, str], *there: str, **refused: tuple[str, str]
    ) -> list[str]:
        found = build(
            dict(read),
            names=LinkResolver.from_paths([*map(RelPath, there), *read]),
            is_digest=lambda path: path == WEEK,
            base=Base({}, exists=True),
        )
        rows = {{"text": whole, "link": to}[name]: hashes for name, hashes in refused.items()}
        return [each.field for each in out_of_date(found, Base({}, True, refused=rows))]

    same, other = value_hash(texts[NOTE]), value_hash("another")
    assert forgotten(texts, text=(same, "")) == []
    assert forgotten(texts, text=(other, "")) == [""]
    assert forgotten({WEEK: TEXT}, text=(same, "")) == [""]
    assert forgotten({WEEK: TEXT}, NOTE, text=(other, "")) == []
    assert forgotten(texts, "papers/New.md", link=("gone", "papers/New.md")) == []
    assert forgotten(texts, link=("gone", "papers/New.md")) == [to.field]
    assert forgotten(texts, "papers/New.md", "gone.md", link=("gone", "papers/New.md")) == [
        to.field
    ]
    plain = texts | {NOTE: f"{MINE}words\n"}
    assert forgotten(plain, "papers/New.md", link=("gone", "papers/New.md")) == [to.field]
    assert forgotten({WEEK: TEXT}, NOTE, link=("gone", "papers/New.md")) == []


def test_a_note_that_was_taken_back_is_refused_while_its_entry_is_there() -> None:
    vault = MemoryVault({WEEK: TEXT})
    vault.sync()
    row = BaseKey(KEY, "", "note")
    assert not find_refusals(*vault.look(), {row: NOTE}, ())  # the note is there
    (path,) = (path for path in vault.files if path.startswith("papers/"))
    del vault.files[path]
    assert [each.base_key for each in find_refusals(*vault.look(), {row: NOTE}, ())] == [row]
    assert not find_refusals(*vault.look(), {}, ())


def test_the_spelling_of_a_link_that_leads_nowhere_again_is_refused() -> None:
    vault = MemoryVault({WEEK: TEXT, NOTE: f"{MINE}[[old]] [[stays]] [[other]]\n"})
    vault.files |= dict.fromkeys(("papers/new.md", "papers/stays.md", "papers/more.md"), "")
    undone = Write(
        NOTE, f"{MINE}[[new]] [[stays]] [[gone]]\n", f"{MINE}[[old]] [[stays]] [[other]]\n", ""
    )
    (found,) = find_refusals(*vault.look(), {}, [undone])
    assert found.base_key == BaseKey(Key(""), NOTE, f"{LINK}old")
    assert found.hashes == (value_hash("old"), "papers/new.md")


def test_nothing_is_out_of_date_while_files_are_not_read_or_on_their_way() -> None:
    snapshot, _ = MemoryVault({WEEK: TEXT}).look()
    row = BaseKey(KEY, "", "title")
    base = Base({}, True, refused={row: (value_hash("T: A"), value_hash("T: B"))})
    assert out_of_date(snapshot, base) == [row]
    assert out_of_date(snapshot, replace(base, arriving=True)) == []
    assert out_of_date(snapshot._replace(locked={NOTE: ""}), base) == []
