"""SIGINT and SIGTERM in the middle of writing: the command ends, and the next one ends its work."""

from __future__ import annotations

import pytest
from tests.support.faults import injection
from tests.support.faults.injection import Point
from tests.support.vaults import Vault

pytestmark = pytest.mark.skipif(
    injection.missing() is not None, reason=injection.missing() or "faults can be injected"
)

POINTS = [Point("renameat2", 1), Point("renameat2", 8), Point("renameat2", 15), Point("fsync", 2)]


@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"{point.call} {point.number}")
@pytest.mark.parametrize(("name", "command"), [("INT", "sync"), ("TERM", "rebuild")])
def test_a_command_that_is_told_to_end_leaves_whole_files(
    vault: Vault,
    settled: Vault,
    monkeypatch: pytest.MonkeyPatch,
    point: Point,
    name: str,
    command: str,
) -> None:
    monkeypatch.setenv("VAULT_SYNC_STATE_DIR", str(vault.state))
    before, wanted = vault.files(), settled.files()
    program = ["-m", "vault_sync", "--vault", str(vault.root), command, "--offline"]
    # Not by `inject`: with its filter strace does not deliver a signal that is handled.
    fault = f"inject={point.call}:signal={name}:when={point.number}"
    options = ("-o", "/dev/null", "-e", f"trace={point.call}", "-e", fault)
    ran = injection.run(program, *options)
    assert ran.returncode == 130 and "interrupted" in ran.stderr, ran
    left = vault.files()
    assert all(left[path] in {before.get(path), wanted[path]} for path in left)
    assert before.keys() <= left.keys() <= wanted.keys()
    vault.ok("sync", "--offline")
    assert vault.files() == wanted
