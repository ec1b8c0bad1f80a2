"""The digest of a week: the one that is there, or the one to be made, as its fellows show it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from vault_sync.core.digest.week_head import DatedDigest, week_head
from vault_sync.core.model.plan import Create
from vault_sync.core.model.values import RelPath
from vault_sync.core.naming import week_learning
from vault_sync.core.naming.globs import is_digest
from vault_sync.core.naming.week_names import WeekNaming
from vault_sync.edge.config import Config
from vault_sync.sync.observation.observation import Observation, learn_weeks


class WeekDigest(NamedTuple):
    """The digest of a week. `create` is None where it is there; `doubt` is what to tell, or ""."""

    path: RelPath
    create: Create | None
    doubt: str


class NoWeek(Exception):  # noqa: N818 - the vault says too little, nothing failed
    """The digest of a week cannot be named or placed; the text says which key does it."""


def week_digest(observation: Observation, config: Config, day: date) -> WeekDigest:
    """Return the digest of the week that holds `day`.

    Raises:
        NoWeek: the digests do not show how weeks are named, or it would be no digest.
    """
    learnt = learn_weeks(observation, config)
    naming = learnt.naming
    if naming is None:
        why = learnt.doubt or "the digests do not show how weeks are named"
        raise NoWeek(f'{why}: give `week` under [digests] in vault-sync.toml, as "%G-W%V"')
    digests = list(observation.snapshot.digests)
    there = week_learning.digest_of(naming, digests, day)
    if there is not None:
        return WeekDigest(there, None, learnt.doubt)
    path = week_learning.week_path(learnt, naming, day)
    if not is_digest(config.rules)(path):
        paths = ", ".join(config.rules.digest_paths)
        raise NoWeek(f"{path} would be no digest: [digests] paths finds {paths}: add its folder")
    text = week_head(naming, day, _newest(observation, naming, digests))
    return WeekDigest(path, Create(path, text, "a new week"), learnt.doubt)


def _newest(
    observation: Observation, naming: WeekNaming, paths: Sequence[RelPath]
) -> list[DatedDigest]:
    newest = week_learning.newest_first(naming, paths)
    return [DatedDigest(standing, observation.snapshot.digests[path]) for standing, path in newest]
