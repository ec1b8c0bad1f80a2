"""What the options of a verb ask for."""

from __future__ import annotations

import pytest
from tests.support import transcript
from tests.support.vaults import Vault

TEXT = "w\n\nhttps://arxiv.org/abs/2308.07124\nOctoPack (A B)\nwords\n#tag\n"


@pytest.mark.parametrize(
    ("options", "code", "cause"), [([], 0, "sync"), (["--exit-code"], 1, "hook")]
)
def test_a_pass_for_a_hook_says_by_its_code_that_it_wrote(
    empty_vault: Vault, options: list[str], code: int, cause: str
) -> None:
    empty_vault.write("digests/w.md", TEXT)
    assert empty_vault.run("sync", "--offline", *options).code == code
    assert empty_vault.ok("log", "--json").json["passes"][0]["cause"] == cause
    assert empty_vault.run("sync", "--offline", *options).code == 0


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault) -> None:
    told, expected = transcript.retold(request, offline_vault, "verbs")
    assert told == expected
