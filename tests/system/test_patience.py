"""The daemon leaves an address alone that is typed on; the command run after it does not."""

from __future__ import annotations

from pathlib import Path

from vault_sync.edge.config import Config, load
from vault_sync.edge.state.store import StateStore, open_state
from vault_sync.sync import engine
from vault_sync.sync.incremental import unchanged
from vault_sync.sync.incremental.memory import DaemonMemory
from vault_sync.sync.request import PassRequest
from vault_sync.sync.view import PassContext

DIGEST = "digests/2023년 8월 3주차.md"
DAEMON = PassRequest(cause="watch", patient=True)
FIRST = (
    "2023년 8월 3주차\n"
    "https://arxiv.org/abs/2308.00001\nAlpha (Ann Park)\n알파입니다.\n#alpha\n"
    "https://arxiv.org/abs/2308.00002\nBeta (Bo Lee)\n베타입니다.\n#beta\n"
)
BARE = "https://arxiv.org/abs/2308.00003\n"


def vault(above: Path) -> tuple[Config, StateStore]:
    root = above / "vault"
    (root / "digests").mkdir(parents=True)
    (root / "vault-sync.toml").write_text("[arxiv]\nenabled = false\n")
    (root / DIGEST).write_text(FIRST)
    config = load(root)
    state = open_state(root, {"VAULT_SYNC_STATE_DIR": str(above / "state")})
    for _ in range(3):
        engine.run(PassContext(config, state), PassRequest())
    return config, state


def notes(config: Config) -> list[str]:
    return sorted(path.name for path in (config.root / "papers").iterdir())


def test_what_the_daemon_leaves_is_not_remembered_as_done(tmp_path: Path) -> None:
    config, state = vault(tmp_path)
    digest = config.root / DIGEST
    digest.write_text(digest.read_text() + BARE)
    context = PassContext(config, state, daemon_memory=DaemonMemory())
    for _ in range(3):
        result = engine.run(context, DAEMON)
        assert not result.outcome.done
        assert [each.code for each in result.plan.problems] == ["unfinished"]
    assert notes(config) == ["Alpha.md", "Beta.md"]
    assert unchanged.look(config, state, PassRequest()).plan is None
    result = engine.run(PassContext(config, state), PassRequest())
    assert result.outcome.done and not result.plan.problems
    assert notes(config) == ["2308.00003.md", "Alpha.md", "Beta.md"]


def test_an_edit_beside_it_goes_on_in_the_daemon(tmp_path: Path) -> None:
    config, state = vault(tmp_path)
    digest = config.root / DIGEST
    digest.write_text(digest.read_text() + BARE)
    context = PassContext(config, state, daemon_memory=DaemonMemory())
    engine.run(context, DAEMON)
    digest.write_text(digest.read_text().replace("알파입니다.", "알파를 고쳤다."))
    result = engine.run(context, DAEMON)
    assert [each.path for each in result.outcome.done] == ["papers/Alpha.md"]
    assert [each.code for each in result.plan.problems] == ["unfinished"]
    digest.write_text(digest.read_text() + "Gamma (Cho Kim)\n")
    engine.run(context, DAEMON)
    assert notes(config) == ["Alpha.md", "Beta.md", "Gamma.md"]
