"""The rights of a file that is made: those of the digests whose words are in it, and no more."""

from __future__ import annotations

from functools import cached_property, reduce
from operator import and_

from vault_sync.edge.fs.vault_dir import VaultDir
from vault_sync.edge.state.journal import Pass
from vault_sync.edge.state.store import StateStore


class Rights:
    """The rights that the new files of a pass get; the umask takes from them."""

    def __init__(self, vault: VaultDir, state: StateStore, pass_: Pass) -> None:
        self._vault, self._state, self._pass = vault, state, pass_
        self._modes: dict[str, int] = {}

    def mode_of(self, path: str) -> int:
        """Return the mode of a file that is made at a path.

        The conflicts note, references and views are made of all digests.
        """
        digests = self._digests.get(path) or self._all
        return reduce(and_, map(self._mode, digests), 0o666)

    @cached_property
    def _digests(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for _, base_update in self._pass.base_updates:
            digests = {row.digest for row in base_update.put if row.digest}
            for path in base_update.paths:
                found.setdefault(path, set()).update(digests)
        return found

    @cached_property
    def _all(self) -> set[str]:
        of_pass = set().union(*self._digests.values())
        return of_pass | {row.digest for row in self._state.rows() if row.digest}

    def _mode(self, digest: str) -> int:
        if digest not in self._modes:
            try:
                status = self._vault.stat(digest)
            except OSError:
                status = None
            # The owner may write a note, though its digest is closed to writing.
            self._modes[digest] = 0o666 if status is None else status.st_mode & 0o666 | 0o600
        return self._modes[digest]
