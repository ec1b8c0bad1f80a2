"""`export DIGEST`: the digest as it reads without the tool's links."""

from __future__ import annotations

import sys

from vault_sync.cli.console import Console, UsageError
from vault_sync.core.model.values import RelPath
from vault_sync.core.report import lines as report
from vault_sync.core.text.encodings import as_bytes
from vault_sync.sync.observation.observation import base_of, exported, observe


def export(console: Console, digest: str) -> int:
    """Write the digest to standard output, byte for byte as before the tool linked it."""
    config = console.config()
    path = RelPath(console.path_in(config, digest))
    with console.state(config) as state:
        observation = observe(config, base_of(state))
    if path not in observation.snapshot.digests:
        globs = ", ".join(config.rules.digest_paths)
        raise UsageError(f"{digest}: no digest of this vault: [digests] paths finds {globs}")
    text = exported(observation, path)
    if console.json:
        console.answer(config.root, digest=path, text=text)
        return report.IN_LINE
    sys.stdout.buffer.write(as_bytes(text))
    sys.stdout.buffer.flush()
    return report.IN_LINE
