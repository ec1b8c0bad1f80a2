"""What is observed of a whole vault: what was brought, what is on its way, what is lacking."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.support import scope_world
from tests.support.index_worlds import NOW, stat
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    BETA,
    GAMMA,
    NEXT,
    NOTE,
    NOTE_BETA,
    NOTE_GAMMA,
    change,
    settled,
)
from tests.support.reader import WEEK as DIGEST
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Facts, Key, RelPath, Rules
from vault_sync.edge.config import Config, WeekConfig
from vault_sync.sync.observation import observation
from vault_sync.sync.observation.observation import (
    ARRIVAL,
    Observation,
    arriving,
    base_of,
    digests_in_capitals,
    lacking,
    learn_weeks,
    observe,
    observe_texts,
    paper_days,
    unanswered,
)

WEEK, COPY = RelPath("d/week.md"), RelPath("d/week (conflicted copy 2024-01-01).md")
OTHER = RelPath("d/other.md")


def test_a_file_was_brought_if_its_time_says_so_or_a_copy_came_beside_it() -> None:
    brought, typed, later = stat(NOW - 10**12, NOW), stat(NOW), stat(NOW + 5)
    for files, found in (
        ({WEEK: typed, OTHER: brought}, {OTHER: NOW}),
        ({WEEK: typed, COPY: later}, {WEEK: NOW + 5}),
        ({WEEK: brought, COPY: later}, {WEEK: NOW + 5}),
        ({WEEK: brought, COPY: stat(NOW - 5)}, {WEEK: NOW}),
        ({COPY: typed}, {}),
        ({WEEK: typed, RelPath("d/week 2.md"): typed}, {}),
    ):
        assert observation._delivered(files) == found


@pytest.mark.parametrize(
    ("path", "seconds", "is_so"),
    [
        (".syncthing.week.md.tmp", ARRIVAL - 1, True),
        (".syncthing.week.md.tmp", ARRIVAL, False),
        (".syncthing.photo.jpg.tmp", 1, False),
    ],
)
def test_a_markdown_file_is_on_its_way_for_two_minutes(
    path: str, seconds: int, is_so: bool
) -> None:
    assert arriving({RelPath(path): NOW - seconds * 10**9}, NOW) is is_so


def test_a_digest_whose_name_ends_in_capitals_is_told() -> None:
    paths = [RelPath(path) for path in ("digests/a.MD", "digests/b.Md", "elsewhere/c.MD")]
    rules = Rules(digest_paths=("digests/*.md",))
    found = {each.path: each for each in digests_in_capitals(paths, rules)}
    assert found.keys() == {*paths[:2]}
    assert found["digests/b.Md"].message.endswith("ends in .Md")
    assert {(each.code, each.level) for each in found.values()} == {("ending", "notice")}


def test_a_device_has_joined_where_no_other_one_was_before_it() -> None:
    entry = "https://x.org/1\n{} (Ann Bee)\n"
    managed = "---\nurl: https://x.org/2\ndigests: []\n---\n"
    digest = RelPath("digests/w.md")
    for texts, marks, joining in (
        ({digest: entry.format("T")}, (), False),
        ({digest: entry.format("T")}, (RelPath(".stversions"),), True),
        ({digest: entry.format("[[t|T]]")}, (), True),
        ({digest: entry.format("T"), RelPath("n.md"): managed}, (), True),
        ({digest: "w\n"}, (), True),
    ):
        seen = observe_texts(texts, Rules(), Base(joining=True))
        assert observation._joined_at_once(seen, marks).joining is joining
    seen = seen._replace(base=Base())
    assert observation._joined_at_once(seen, ()) is seen.base


def looked(vault: MemoryVault, rules: Rules, base: Base | None = None) -> Observation:
    texts = {RelPath(path): text for path, text in vault.files.items()}
    return observe_texts(texts, rules, base or vault.base())


def test_the_papers_that_lack_a_note_or_a_fact_in_it_are_known() -> None:
    vault = settled()
    vault.files[DIGEST] += "https://example.org/x\nNo archive (Ann Bee)\n"
    assert lacking(looked(vault, vault.rules), vault.rules) == []
    del vault.files[NOTE]
    change(vault, NOTE_BETA, "published: 2023-08-02\n", "")
    change(vault, NOTE_GAMMA, "title: Gamma\n", "")
    assert lacking(looked(vault, vault.rules), vault.rules) == [ALPHA, BETA, GAMMA]
    less = vault.rules._replace(facts=())
    assert lacking(looked(vault, less), less) == [ALPHA, GAMMA]
    undated = replace(vault.base(), rows={BaseKey(BETA, "", "undated"): "x"})
    assert lacking(looked(vault, less, undated), less) == [ALPHA, BETA, GAMMA]
    more = vault.rules._replace(facts=("abstract",))
    assert set(lacking(looked(vault, more), more)) >= {ALPHA, BETA}


def test_a_paper_is_unanswered_as_long_as_a_fact_for_its_note_is_not_known() -> None:
    vault = settled()
    text = vault.files[DIGEST]
    vault.files[DIGEST] = text.replace("[[230802 Beta Nets|Beta Nets]] (Cho Kim)\n", "")
    rules = vault.rules._replace(facts=("published", "journal", "pdf"))
    seen = looked(vault, rules)
    whole = Facts(published="2023-08-01", journal="J")
    keys = [ALPHA, BETA]

    def left(alpha: Facts, beta: Facts) -> list[Key]:
        return unanswered(keys, {ALPHA: alpha, BETA: beta}, seen, rules)

    titled = whole._replace(title="T")
    assert left(whole, titled) == []
    assert left(whole, whole) == [BETA], "its entry has no title either"
    assert left(whole._replace(journal=""), titled) == [ALPHA]
    assert left(titled._replace(published=""), titled) == [ALPHA]
    assert unanswered(keys, {ALPHA: whole}, seen, rules) == [BETA]
    assert unanswered([], {}, seen, rules) == []


def test_each_file_is_observed_with_its_numbers() -> None:
    with scope_world.settled() as vault:
        stats = observe(vault.config, base_of(vault.state)).snapshot.stats
        assert stats.keys() == {RelPath(path) for path in vault.contents()}
        for path, (inode, size, mtime) in stats.items():
            seen = (vault.root / path).stat()
            assert (size, mtime) == (seen.st_size, seen.st_mtime_ns)
            assert inode in {0, seen.st_ino}


def test_the_days_of_a_digests_papers_are_those_of_their_notes() -> None:
    vault = settled()
    change(vault, NOTE_BETA, "published: 2023-08-02", "published: 2023")
    del vault.files[NOTE_GAMMA]
    days = paper_days(looked(vault, vault.rules))
    assert days == {DIGEST: [date(2023, 8, 1), date(2023, 8, 4)], NEXT: [date(2023, 8, 5)]}


def test_weeks_are_learnt_from_the_digests_and_the_folder_of_a_first_one_from_the_globs() -> None:
    vault = settled()
    config = Config(Path(), rules=vault.rules)
    learnt = learn_weeks(looked(vault, vault.rules), config)
    assert learnt.naming is not None and learnt.folder == "digests"
    empty = observe_texts({}, vault.rules, Base())
    assert learn_weeks(empty, config).naming is None
    named = config._replace(weeks=WeekConfig(week="%G-W%V"))
    for paths, folder in ((("weeks/*.md",), "weeks"), ((), "")):
        rules = named.rules._replace(digest_paths=paths)
        assert learn_weeks(empty, named._replace(rules=rules)).folder == folder
