"""The digest of a week: the one that is there, or the one to be made, as its fellows show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from vault_sync.core.digest.week_head import DatedDigest, week_head
from vault_sync.core.model.plan import Create
from vault_sync.core.model.values import RelPath
from vault_sync.core.naming import globs, week_learning, week_names
from vault_sync.core.naming.week_learning import LearntWeeks, PaperDays
from vault_sync.core.naming.week_names import WeekNaming
from vault_sync.edge.config import Config
from vault_sync.sync.observation import Observation, is_digest


class WeekDigest(NamedTuple):
    """The digest of a week. `create` is None where it is there; `doubt` is what to tell, or ""."""

    path: RelPath
    create: Create | None
    doubt: str


class NoWeek(Exception):  # noqa: N818 - the vault says too little, nothing failed
    """The digest of a week cannot be named or placed; the text says which key does it."""


def learn_weeks(observation: Observation, config: Config) -> LearntWeeks:
    """Return how the digests of a vault name their weeks, as far as they show it."""
    rule = config.weeks.month_week or None
    digests = list(observation.snapshot.digests)
    learnt = week_learning.learn(digests, paper_days(observation), config.weeks.week, rule)
    if digests or learnt.naming is None:
        return learnt
    paths = config.rules.digest_paths
    return replace(learnt, folder=globs.fixed_folder(paths[0]) if paths else "")


def paper_days(observation: Observation) -> PaperDays:
    """Return the days on which the papers of each digest were published, as their notes say."""
    snapshot = observation.snapshot
    days: dict[RelPath, list[date]] = {}
    for path, digest in snapshot.digests.items():
        for entry in digest.entries:
            for note in snapshot.managed.get(entry.key, ()):
                published = snapshot.notes[note].properties.scalar("published")
                try:
                    days.setdefault(path, []).append(date.fromisoformat(published))
                except ValueError:
                    continue  # none is said, or a year alone
    return days


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
    newest = []
    for path in week_learning.newest_first(naming, paths):
        stem = path.rpartition("/")[2].removesuffix(".md")
        standing = week_names.week_day(naming, stem)
        assert standing is not None  # `newest_first` leaves out what names no week
        newest.append(DatedDigest(standing, observation.snapshot.digests[path]))
    return newest
