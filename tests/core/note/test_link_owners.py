"""Whose a link is that stands alone in an entry."""

from __future__ import annotations

import pytest
from vault_sync.core import snapshot
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, RelPath
from vault_sync.core.naming.wikilinks import LinkResolver

URL = "https://arxiv.org/abs/2308.0000"

LINKED = {
    "refs/other.md": "words\n",
    "refs/broken.md": f"---\nurl: {URL}1\ntags: [\n---\n",
    "refs/another.md": f"---\nurl: {URL}9\n---\n",
    "refs/this.md": f"---\nurl: {URL}1\n---\n",
    "refs/names.md": f"# T\n\nwords about {URL}1 here\n",
    "papers/another.md": f"---\nurl: {URL}9\ndigests: []\n---\n",
    "papers/readdressed.md": f"---\nurl: {URL}8\ndigests:\n  - '[[w]]'\n---\n",
    "papers/of the next.md": f"---\nurl: {URL}2\ndigests:\n  - '[[w]]'\n---\n",
}


@pytest.mark.parametrize(
    ("target", "was", "under_address", "under_title"),
    [
        ("nowhere", "", True, False),
        ("other", "", False, False),
        ("broken", "", True, False),
        ("refs/another", "", False, False),
        ("this", "", True, True),
        ("names", "", True, True),
        ("papers/another", "", True, False),
        # Its paper stands no longer in the digest that it names.
        ("readdressed", "", True, True),
        ("of the next", "", True, False),
        # The path that the base has is the paper's, whatever is there now.
        ("other", "refs/other.md", True, True),
        ("Nowhere", "papers/nowhere.md", True, True),
        ("elsewhere", "papers/nowhere.md", True, False),
    ],
)
def test_a_link_alone_on_a_line_is_the_entrys_or_begins_its_words(
    target: str, was: str, under_address: bool, under_title: bool
) -> None:
    key, week = Key("arxiv:2308.00001"), RelPath("w.md")
    for head, own in (("", under_address), ("Alpha (Ann Park)\n", under_title)):
        digest = f"{URL}1\n{head}[[{target}]]\nwords\n{URL}2\nBeta (Bo Lee)\n"
        files = {RelPath(path): text for path, text in {**LINKED, week: digest}.items()}
        found = snapshot.build(
            files,
            names=LinkResolver.from_paths(files),
            is_digest=lambda path: path == week,
            base=Base({BaseKey(key, "", "note"): was} if was else {}, exists=True),
        )
        read = found.digests[week].entries[0]
        assert (read.link is not None) == own
        assert read.fields.commentary == ("words" if own else f"[[{target}]]\nwords")
