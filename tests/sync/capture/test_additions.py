"""Papers that are added to a digest, and the digest of a week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from vault_sync.core.digest.styles.style import FLAT
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import Create, Write
from vault_sync.core.model.values import Facts, Key, RelPath, Rules
from vault_sync.edge.config import Config, WeekConfig
from vault_sync.sync.capture import additions
from vault_sync.sync.capture.additions import AddedPaper, NoWeek, add_papers, place_of, week_digest
from vault_sync.sync.observation.observation import Observation, observe_texts

OLD, NEW = RelPath("digests/week 9.md"), RelPath("digests/week 10.md")
ADDRESS = "https://arxiv.org/abs/2308.0000{}"
ENTRY = f"{ADDRESS}\nT{{}} (Ann Bee)\n"
ONE, TWO, THREE = (AddedPaper(Key(f"arxiv:2308.0000{n}"), ADDRESS.format(n)) for n in (1, 2, 3))
KNOWN = Facts(title="Deep\n  Nets", authors=("Cee Dee",))


def seen(texts: Mapping[RelPath, str]) -> Observation:
    return observe_texts(texts, Rules(), Base())


def test_a_paper_stands_where_it_came_last_or_where_it_is_looked_for() -> None:
    found = seen({OLD: "w\n" + ENTRY.format(1, 1), NEW: "w\nx\n" + ENTRY.format(1, "1b")})
    placed = place_of(found, ONE.key, None)
    assert placed == (ONE, "there", NEW, 3, "T1b")
    assert place_of(found, ONE.key, OLD) == (ONE, "there", OLD, 2, "T1")
    assert place_of(found, TWO.key, None) is None
    assert place_of(found, ONE.key, RelPath("digests/none.md")) is None


def test_papers_are_added_at_the_end_with_what_is_known_of_them() -> None:
    text = "w\n" + ENTRY.format(1, 1)
    found = seen({OLD: text})
    more = TWO._replace(tags=("x",), text="Why.")
    facts = {TWO.key: KNOWN, THREE.key: Facts(title="No authors")}
    added = add_papers(found, (OLD, None), [more, THREE], facts, lambda _: FLAT)
    assert isinstance(added.operation, Write)
    assert (added.operation.path, added.operation.before) == (OLD, text)
    assert added.operation.why == "papers were added" and not added.refusal
    said = f"{TWO.url}\nDeep Nets (Cee Dee)\nWhy.\n#x\n{THREE.url}\n"
    assert added.operation.after == text + said
    assert added.placed == (
        (more, "added", OLD, 4, "Deep Nets"),
        (THREE, "bare", OLD, 8, ""),
    )
    one = add_papers(found, (OLD, None), [TWO], {}, lambda _: FLAT)
    assert one.operation is not None and one.operation.why == "a paper was added"


def test_a_digest_is_made_along_with_its_first_paper() -> None:
    create = Create(NEW, "week 10\n", "a new week")
    added = add_papers(seen({}), (NEW, create), [ONE], {}, lambda _: FLAT)
    assert added.operation == Create(NEW, f"week 10\n{ONE.url}\n", "a paper was added")


def test_a_title_that_would_not_read_back_is_left_out_and_words_that_would_not_are_refused() -> (
    None
):
    found = seen({OLD: "w\n"})
    odd = {ONE.key: KNOWN._replace(title="# Heading")}
    added = add_papers(
        found, (OLD, None), [ONE, TWO._replace(text="# Heading")], odd, lambda _: FLAT
    )
    assert [(each.standing, each.line, each.title) for each in added.placed] == [
        ("bare", 2, ""),
        ("refused", 0, ""),
    ]
    assert added.operation == Write(OLD, "w\n", f"w\n{ONE.url}\n", "papers were added")
    none = add_papers(found, (OLD, None), [TWO._replace(text="# Heading")], {}, lambda _: FLAT)
    assert none.operation is None and len(none.placed) == 1


def test_nothing_is_added_to_what_cannot_be_read_or_has_no_place() -> None:
    table = "| [a](https://x.org/a) | b |\n"
    for text, words in (("w\n\0", "NUL"), (table, "table"), ("w\n```\nx", "never closed")):
        added = add_papers(seen({OLD: text, NEW: "w\n\0"}), (OLD, None), [ONE], {}, lambda _: FLAT)
        assert added.operation is None and added.placed == () and words in added.refusal
        assert "digest" not in added.refusal or words == "NUL"


@pytest.mark.parametrize(
    ("key", "given", "url"),
    [
        (
            "arxiv:2308.00001",
            "https://arxiv.org/pdf/2308.00001v2",
            "https://arxiv.org/abs/2308.00001",
        ),
        ("arxiv:2308.00001", "2308.00001", "https://arxiv.org/abs/2308.00001"),
        ("doi:10.1000/x", "https://publisher.org/10.1000/x", "https://publisher.org/10.1000/x"),
        ("doi:10.1000/x", "HTTP://publisher.org/10.1000/x", "HTTP://publisher.org/10.1000/x"),
        ("doi:10.1000/x", "10.1000/x", "https://doi.org/10.1000/x"),
        ("url:example.org/x", "https://example.org/x", "https://example.org/x"),
    ],
)
def test_a_paper_is_added_by_its_page(key: str, given: str, url: str) -> None:
    paper = additions.paper_of(Key(key), given, ("t",), "words")
    assert paper == (key, url, ("t",), "words")


def test_the_digest_of_a_week_is_the_one_there_or_one_more_like_its_fellows() -> None:
    paths = [RelPath(f"digests/2023-W{n}.md") for n in (32, 33)]
    found = seen({path: f"{path[8:-3]}\n" + ENTRY.format(n, n) for n, path in enumerate(paths)})
    config = Config(Path())
    there = week_digest(found, config, date(2023, 8, 9))
    assert (there.path, there.create) == (paths[0], None)
    made = week_digest(found, config, date(2023, 8, 23))
    assert made.path == "digests/2023-W34.md" and made.create is not None
    assert (made.create.path, made.create.after) == (made.path, "2023-W34\n")


def test_where_no_week_can_be_named_or_found_it_is_said_why() -> None:
    config = Config(Path())
    with pytest.raises(NoWeek, match="give `week` under"):
        week_digest(seen({}), config, date(2023, 8, 9))
    outside = config._replace(
        weeks=WeekConfig(week="elsewhere/%G-W%V"), rules=Rules(digest_paths=("digests/*.md",))
    )
    with pytest.raises(NoWeek, match=r"would be no digest: \[digests\] paths finds digests/\*.md"):
        week_digest(seen({OLD: "w\n"}), outside, date(2023, 8, 9))
