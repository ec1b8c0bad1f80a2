"""`export DIGEST`: the digest as it reads without the tool's links."""

from __future__ import annotations

from vault_sync.cli import terminal
from vault_sync.cli.console import Console
from vault_sync.cli.passes import digest_read
from vault_sync.core.report import lines as report
from vault_sync.core.text.encodings import as_bytes
from vault_sync.sync.observation.observation import base_of, exported, observe


def export(console: Console, digest: str) -> int:
    """Write the digest to standard output, byte for byte as before the tool linked it."""
    config = console.config()
    with console.state(config) as state:
        observation = observe(config, base_of(state))
    path = digest_read(console, config, observation, digest)
    text = exported(observation, path)
    if console.json:
        console.answer(config.root, digest=path, text=text)
        return report.IN_LINE
    terminal.for_a_file(text, as_bytes(text))
    return report.IN_LINE
