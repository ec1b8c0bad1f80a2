"""A base from git, for a device that has none: what digest and note agree on in HEAD.

After a clone, edits in the work tree are one-sided then. It decides fields only, of papers that
digest and note have now: nothing is removed on HEAD's word.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey, Value
from vault_sync.core.model.values import FIELD_NAMES, RelPath, Rules, is_markdown
from vault_sync.core.reconcile.pipeline import reconcile
from vault_sync.edge.config import Config
from vault_sync.edge.git import repository as git
from vault_sync.edge.git.activity import git_busy, is_bisecting
from vault_sync.sync.observation.observation import Observation, observe_texts


def with_head(seen: Observation, config: Config) -> Observation:
    """Return an observation, of a device without a base, whose base has the values of HEAD.

    So it is not during a merge, a rebase or a bisect, when HEAD is not what both sides came from.
    """
    root = config.root
    if not seen.snapshot.managed or git_busy(root) or is_bisecting(root):
        return seen
    texts = head_texts(root)
    rows = {
        row: value
        for row, value in _agreed(texts, config.rules).items()
        if row.field in FIELD_NAMES and _stands(row, seen)
    }
    return seen._replace(base=replace(seen.base, rows={**rows, **seen.base.rows}))


def head_texts(root: Path) -> Mapping[RelPath, str]:
    """Return the Markdown files of a vault in HEAD; none where there is no commit or no git."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        repository = git.repository(root, environ | {"GIT_NO_LAZY_FETCH": "1"})
        place = git.place_of(root, repository)
        files = {
            path: each.oid
            for each in git.head(repository)
            if is_markdown(each.path) and (path := place.in_vault(each.path)) is not None
        }
        blobs = git.blobs(repository, files.values())
    except git.GitError:
        return {}
    return {path: blobs[oid] for path, oid in files.items()}


def _agreed(texts: Mapping[RelPath, str], rules: Rules) -> dict[BaseKey, Value]:
    """Return the values on which digest and note of some texts agree, as they stand."""
    head = observe_texts(texts, rules, Base())
    plan = reconcile(head.snapshot, head.base, {}, rules)
    return {
        row: value
        for base_update in plan.base_updates
        if not base_update.paths
        for row, value in base_update.put.items()
    }


def _stands(row: BaseKey, seen: Observation) -> bool:
    """Return True if the paper of a value has a note now, and an entry in that digest."""
    if row.key not in seen.snapshot.managed:
        return False
    digest = seen.snapshot.digests.get(RelPath(row.digest)) if row.digest else None
    return not row.digest or (
        digest is not None and any(entry.key == row.key for entry in digest.entries)
    )
