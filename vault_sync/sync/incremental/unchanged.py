"""The vault that is as the last pass left it: there is nothing to read and nothing to plan.

The plan of such a pass is known. Little is imported here, for a hook and a timer ask this most.
"""

from __future__ import annotations

from typing import NamedTuple

from vault_sync import __version__
from vault_sync.core.model.plan import Plan
from vault_sync.edge.config import Config
from vault_sync.edge.fs.own_files import names_in
from vault_sync.edge.fs.scan import Scan, scan
from vault_sync.edge.fs.vault_dir import TEMPORARY
from vault_sync.edge.state.store import StateStore
from vault_sync.sync import facts
from vault_sync.sync.incremental import index
from vault_sync.sync.request import PassRequest


def stamp_of(config: Config, state: StateStore) -> str | None:
    """Return the stamp that an index must bear (`index.stamp_of`)."""
    return index.stamp_of(config, state, __version__)


class Walk(NamedTuple):
    """A walk over the vault, with the stamp that an index had to bear then, and that index.

    A pass that finds the stamp the same need not walk again: no other pass has written since, and
    what a person changes meanwhile is found by the next pass, as is what changes during one.
    """

    stamp: str
    found: Scan
    stats: index.FileStats | None


class Rest(NamedTuple):
    """The plan of a pass over a vault at rest, None for any other; the `walk`, if there was one."""

    plan: Plan | None = None
    walk: Walk | None = None


def look(config: Config, state: StateStore, request: PassRequest) -> Rest:
    """Return the plan of a pass if every file is as it was and nothing was left to do.

    Raises:
        OSError: the vault's folder cannot be listed.
    """
    stamp = stamp_of(config, state) if request.ordinary else None
    if stamp is None or _displaced(config):
        return Rest()
    found = scan(config.root)
    stats = index.glance(index.path_of(state), stamp)
    walk = Walk(stamp, found, stats)
    if stats is None or stats.last.plan.wanted or found.otherwise or not stats.rests(found.files):
        return Rest(walk=walk)
    last = stats.last
    if last.lacking and last.facts != facts.facts_stamp(config, state):
        return Rest(walk=walk)
    return Rest(last.plan._replace(problems=(*found.problems, *last.plan.problems)), walk)


def _displaced(config: Config) -> bool:
    """Return True if a file that was displaced is still to be looked at again."""
    return bool(names_in(config.root, TEMPORARY))
