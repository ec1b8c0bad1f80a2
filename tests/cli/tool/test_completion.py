"""`completion`: the script of a shell, as click makes it but for names with blanks."""

from __future__ import annotations

import json

import pytest
from tests.support import transcript
from tests.support.vaults import Vault


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell(offline_vault: Vault, shell: str) -> None:
    said = [each[2:] for each in transcript.said(offline_vault, "completion", shell)]
    script = "\n".join(said)
    assert f"_VAULT_SYNC_COMPLETE={shell}_complete" in script and "vault-sync" in script
    assert "read type" not in script and "($value)" not in script
    assert ('("$value")' in script and "IFS= read -r" in script) == (shell == "bash")
    (answer,) = transcript.said(offline_vault, "completion", shell, "--json")
    found = json.loads(answer[2:])
    assert found["shell"] == shell and found["script"].split() == script.split()
