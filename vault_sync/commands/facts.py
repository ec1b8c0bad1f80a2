"""`facts [NOTE ...]`: ask arXiv on demand, then fill in what is absent."""

from __future__ import annotations

from collections.abc import Sequence

from vault_sync import report, sync
from vault_sync.commands.console import Bar, Console, UsageError
from vault_sync.commands.passes import Asking, show_result
from vault_sync.core.keys import arxiv_id
from vault_sync.core.model import Key, RelPath
from vault_sync.sync import Order, Seen


def facts(console: Console, notes: Sequence[str], *, refresh: bool) -> int:
    """Look facts up for some notes, or for all papers; then one pass writes them."""
    config = console.config()
    state = console.state(config)
    paths = [RelPath(console.path_in(config, note)) for note in notes]
    try:
        with Bar(console) as bar:
            asking = Asking(config, state, bar, offline=False)
            seen = sync.look(config, sync.base_of(state), bar)
            keys = _keys(seen, paths)
            asking.ask(keys, refresh=refresh)
            console.complain(report.problem_lines(asking.said))
            known = asking(keys)
            console.say([f"{len(known)} of {len(keys)} papers are known"])
            result = sync.run(config, state, Order(cause="facts"), asking, progress=bar)
    finally:
        state.close()
    return show_result(console, config, result)


def _keys(seen: Seen, paths: Sequence[RelPath]) -> list[Key]:
    if not paths:
        entries = (entry for digest in seen.snapshot.digests.values() for entry in digest.entries)
        return [key for key in dict.fromkeys(entry.key for entry in entries) if arxiv_id(key)]
    keys = []
    for path in paths:
        key = seen.snapshot.about(path)
        if key is None or not arxiv_id(key):
            raise UsageError(f"{path}: not a note of a paper on arXiv")
        keys.append(key)
    return keys
