"""The law of slips on the disk: real passes, in part where they may be, beside the whole."""

from __future__ import annotations

from pathlib import Path

from tests.support.human_edits import DiskVault
from tests.support.slip_worlds import OWN_NAMES, SlipWorld
from vault_sync.core.model.plan import Plan
from vault_sync.core.model.values import PropertyNames
from vault_sync.edge.config import load
from vault_sync.sync import engine
from vault_sync.sync.incremental.shadow import compare
from vault_sync.sync.request import PassRequest
from vault_sync.sync.view import look


class SlipDisk(DiskVault):
    """A world's vault on the disk. A pass stores what was done to `files`, and reads them again."""

    def __init__(self, above: Path, world: SlipWorld) -> None:
        super().__init__(above)
        self.parts = 0
        (self.root / "vault-sync.toml").write_text(_configuration(world))
        self.config = load(self.root)
        self.rules = world.vault.rules
        self.stored: dict[str, str] = {}
        self.files = {
            path: text for path, text in world.vault.files.items() if not path.startswith(".")
        }
        self.sync()
        self.sync()

    def sync(self, **_choices: object) -> Plan:
        self.store(self.stored, 1)
        looked = look(self.context, PassRequest())
        if looked.memory is not None:
            self.parts += 1
            looked.memory.close()
            compare(looked.plan, self.plan(), looked.explained)
        result = engine.run(self.context, PassRequest())
        assert not result.outcome.undone, result.outcome.undone
        self.load()
        self.stored = dict(self.files)
        return result.plan


def _configuration(world: SlipWorld) -> str:
    styles = ", ".join(
        f'"{glob}" = [{", ".join(f"{name!r}" for name in names)}]'
        for glob, names in world.vault.rules.digest_styles
    )
    names: PropertyNames = world.vault.rules.properties
    own = "\n".join(f'{ours} = "{own}"' for ours, own in names.own)
    properties = f"\n[properties]\n{own}\n" if names == OWN_NAMES else ""
    return f"[arxiv]\nenabled = false\n\n[digests]\nstyles = {{ {styles} }}\n{properties}"
