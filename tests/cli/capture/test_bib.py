"""`bib`: which references are asked for."""

from __future__ import annotations

import pytest
from tests.support.vaults import Vault
from vault_sync.cli.capture import bib
from vault_sync.core.citation.reference import Reference
from vault_sync.core.model.values import Key

OCTOPACK = Reference(Key("arxiv:2308.07124"), "octopack", "OctoPack", tags=("code", "x"))
TEXT = "w\n\nhttps://arxiv.org/abs/2308.07124\nOctoPack (A B)\nwords\n#Tag\n"


@pytest.mark.parametrize(
    ("keys", "tag", "chosen"),
    [
        (None, None, True),
        ([OCTOPACK.key], None, True),
        ([Key("other")], None, False),
        (None, "code", True),
        (None, "#Code", True),
        (None, "none", False),
        ([OCTOPACK.key], "code", True),
        ([Key("other")], "code", False),
        ([OCTOPACK.key], "none", False),
    ],
)
def test_by_digest_and_by_tag(keys: list[Key] | None, tag: str | None, chosen: bool) -> None:
    assert bib._chosen(OCTOPACK, keys, tag) == chosen


def test_why_there_is_none(empty_vault: Vault) -> None:
    empty_vault.write("digests/w.md", TEXT)
    ran = empty_vault.ok("bib")
    assert ran.out == "" and "0 references in the vault: `vault-sync rebuild`" in ran.err
    empty_vault.ok("rebuild", "--offline")
    ran = empty_vault.ok("bib", "--tag", "none")
    assert ran.out == "" and "1 reference in the vault: none of them is asked for" in ran.err
    for options in (["--digest", "digests/w"], ["--digest", "digests/w.md"], ["--tag", "#tag"], []):
        ran = empty_vault.ok("bib", *options)
        assert ran.out.startswith("@") and ran.err == ""
        assert empty_vault.ok("bib", *options, "--json").json["references"] == 1
    assert "paths finds" in empty_vault.run("bib", "--digest", "papers/OctoPack").err
