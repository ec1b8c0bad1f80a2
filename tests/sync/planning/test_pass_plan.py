"""The plan of a pass: its conflicts in order, and the page that shows them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.support.reader import NEXT, NOTE, NOTE_OMEGA, WEEK, change, settled
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import Conflict, Create
from vault_sync.core.model.values import Key, Problem, RelPath, Rules, Side
from vault_sync.core.snapshot import EMPTY
from vault_sync.edge.config import Config
from vault_sync.sync.observation.observation import Observation, observe_texts
from vault_sync.sync.planning.pass_plan import make_plan, template_of
from vault_sync.sync.request import PassRequest, TakeAll

RULES, PAGE = Rules(), RelPath(Rules().conflicts_note)
SEEN = Observation(EMPTY, Base(exists=True), (), "", frozenset(), conflicts_path=PAGE)


def conflict(digest: str, note: str, field: str, key: str, line: int | None) -> Conflict:
    return Conflict(Key(key), RelPath(digest), RelPath(note), field, "a", "b", line, "both changed")


def test_conflicts_stand_as_their_digests_and_in_these_as_their_fields_do() -> None:
    ordered = (
        conflict("week 9.md", "b.md", "title", "k", None),
        conflict("week 9.md", "a.md", "title", "k", 1),
        conflict("week 9.md", "a.md", "commentary", "k", 2),
        conflict("week 9.md", "a.md", "tags", "j", 2),
        conflict("week 9.md", "a.md", "tags", "k", 2),
        conflict("week 9.md", "b.md", "authors", "a", 2),
        conflict("week 10.md", "a.md", "authors", "a", 1),
    )
    for given in (ordered, ordered[::-1], ordered[3:] + ordered[:3]):
        plan = make_plan(SEEN._replace(open_elsewhere=given), RULES, {}, PassRequest())
        assert plan.conflicts == ordered
        (page,) = plan.operations
        assert isinstance(page, Create) and page.path == PAGE


def test_the_page_of_conflicts_stays_while_a_file_cannot_be_read() -> None:
    open_ = SEEN._replace(open_elsewhere=(conflict("w.md", "n.md", "title", "k", 1),))
    for code, count in (("unreadable", 0), ("unlisted", 0), ("ending", 1)):
        seen = open_._replace(problems=(Problem("x.md", code, "words"),))
        plan = make_plan(seen, RULES, {}, PassRequest())
        assert len(plan.operations) == count and plan.problems == seen.problems


def test_another_name_of_the_page_is_told_where_there_are_conflicts() -> None:
    seen = SEEN._replace(conflicts_path=RelPath("Sync conflicts 2.md"))
    assert make_plan(seen, RULES, {}, PassRequest()).problems == ()
    seen = seen._replace(open_elsewhere=(conflict("w.md", "n.md", "title", "k", 1),))
    (problem,) = make_plan(seen, RULES, {}, PassRequest()).problems
    assert problem.path == PAGE


@pytest.mark.parametrize("side", ["digest", "note"])
@pytest.mark.parametrize("of_all", [False, True])
def test_a_person_takes_a_side_of_one_file_or_of_all(side: Side, of_all: bool) -> None:
    vault = settled()
    for path, old in ((WEEK, "알파 둘째 줄입니다."), (NEXT, "오메가입니다.")):
        change(vault, path, old, "여기.")
    for path, old in ((NOTE, "알파 둘째 줄입니다."), (NOTE_OMEGA, "오메가입니다.")):
        change(vault, path, old, "저기.")
    texts = {RelPath(path): text for path, text in vault.files.items()}
    seen = observe_texts(texts, vault.rules, vault.base())

    def written(request: PassRequest) -> set[RelPath]:
        plan = make_plan(seen, vault.rules, vault.facts, request)
        return {each.path for each in plan.operations} - {PAGE}

    assert not written(PassRequest())
    wanted = {NOTE, NOTE_OMEGA} if side == "digest" else {WEEK, NEXT}
    if of_all:
        assert written(PassRequest(take_all=TakeAll(side))) == wanted
        (only,) = written(PassRequest(take_all=TakeAll(side, digest=NEXT)))
    else:
        (only,) = written(PassRequest(take=(RelPath(NOTE_OMEGA), side)))
    assert only == (NOTE_OMEGA if side == "digest" else NEXT)


def test_the_template_comes_with_the_days_of_weeks_that_are_given_else_learnt() -> None:
    config = Config(Path(), rules=Rules(template="T.md"))
    assert template_of(SEEN, Config(Path())) == (None, ())
    found, (problem,) = template_of(SEEN, config)
    assert found is None and problem.path == "T.md"
    seen = SEEN._replace(template="{{date}} {{unheard}}")
    given = {RelPath("w.md"): date(2023, 8, 14)}
    for days, meant in ((lambda: given, given), (None, {})):
        found, (problem,) = template_of(seen, config, days)
        assert found is not None and found.week_days() == meant
        assert (found.path, found.text) == ("T.md", seen.template) and "unheard" in problem.message
