"""What a file is to papers, and what it names: never too little."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, RelPath, Rules
from vault_sync.core.naming.keys import key_of
from vault_sync.core.naming.wikilinks import LinkResolver, addresses, find
from vault_sync.sync.incremental.identity import OTHER, called, identities, points_of
from vault_sync.sync.observation.observation import snapshot_of

HERE = RelPath("n.md")
PATHS = [RelPath(path) for path in ("x.md", "a/Ö.md", "x.md.md", "a/x.md")]
ADDRESS = "https://arxiv.org/abs/2308.00001"
PIECES = ["[[", "]]", "|", "#", "\\", "x", "X.md", "a/ö", "./", " ", "`", "$", "%%", "\n", "[", "]"]
texts = st.lists(st.sampled_from([*PIECES, ADDRESS]), max_size=12).map("".join)


@given(texts)
def test_whatever_a_text_names_is_a_point_of_it(text: str) -> None:
    points = points_of((), [text]).split("\n")
    names = [LinkResolver.from_paths([path]) for path in PATHS]
    for link in find(text):
        for path, only in zip(PATHS, names, strict=True):
            if only.resolve(link.target, HERE) == path:
                assert called(path) in points
    assert {key_of(address) for _, address in addresses(text)} <= set(points)


def test_a_link_in_a_table_and_one_in_code_are_points_and_its_own_paper_is_none() -> None:
    text = f"| [[x\\|y]] | `[[z]]` | {ADDRESS} https://doi.org/10.1000/b"
    points = points_of([Key("arxiv:2308.00001")], [text])
    assert set(points.split("\n")) == {"[[x", "[[z", "doi:10.1000/b"}


@pytest.mark.parametrize("name", ["digests", "mentions", "mentioned_by"])
def test_a_link_that_yaml_spells_otherwise_is_a_point(name: str) -> None:
    digests = "" if name == "digests" else "digests: []\n"
    text = f'---\nurl: {ADDRESS}\n{digests}{name}:\n  - "[[\\u00e4b]]"\n---\n'
    found = snapshot_of({HERE: text}, LinkResolver.from_paths([HERE]), Rules(), Base())
    assert "[[äb" in identities(found, Base())[HERE][2].split("\n")


def test_a_note_is_also_about_the_paper_that_the_base_has_it_for() -> None:
    base = Base({BaseKey(Key("doi:10.1000/b"), "", "note"): str(HERE)}, exists=True)
    text = f"---\nurl: {ADDRESS}\ndigests: []\n---\n"
    found = snapshot_of({HERE: text}, LinkResolver.from_paths([HERE]), Rules(), base)
    assert identities(found, base)[HERE][:2] == ("note", "arxiv:2308.00001\ndoi:10.1000/b")


@pytest.mark.parametrize(
    ("text", "kind", "keys"),
    [
        (f"{ADDRESS}\nT: A (Ann Park)\nwords\n#t\n", "plain", "arxiv:2308.00001"),
        (f"# Words\n\nI read {ADDRESS} again.\n", "named", "arxiv:2308.00001"),
        ("---\ntitle: T\nauthors: [Ann Park]\n---\nwords\n", "named", "title:t"),
        ("nothing\n", "other", ""),
    ],
)
def test_a_file_of_nobodys_is_found_by_the_paper_that_it_names_else_by_its_title(
    text: str, kind: str, keys: str
) -> None:
    found = snapshot_of({HERE: text}, LinkResolver.from_paths([HERE]), Rules(), Base())
    assert identities(found, Base()).get(HERE, OTHER)[:2] == (kind, keys)
