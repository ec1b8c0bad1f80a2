"""A plan made for merged texts, as one for the texts that stand there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.written_world import World
from vault_sync.core.model.base import (
    Arrival,
    Base,
    CopyRow,
    FileMark,
    Histories,
    History,
    PastValue,
)
from vault_sync.core.model.copies import MergedCopies, VaultCopy
from vault_sync.core.model.plan import (
    BaseKey,
    BaseUpdate,
    Outcome,
    Plan,
    Rename,
    Trash,
    Undone,
    Value,
    Write,
)
from vault_sync.core.model.values import NOTHING, Key, RelPath, Rules
from vault_sync.core.report import copy_section
from vault_sync.core.snapshot import EMPTY
from vault_sync.core.text.encodings import text_hash
from vault_sync.edge.fs.scan import Scan, Stat
from vault_sync.edge.state import deliveries, earlier_values
from vault_sync.edge.state.deliveries import CopyRecord
from vault_sync.edge.state.pass_log import PassRecord
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.observation.observation import Observation, VaultTexts, copy_rules_of
from vault_sync.sync.origins import copies
from vault_sync.sync.origins.copies import with_copies

WEEK, COPY = RelPath("d/week.md"), RelPath("d/week (Conflicted copy).md")
ROW = BaseKey(Key("k"), WEEK, "commentary")
COPIES = MergedCopies(
    texts={WEEK: "merged"},
    before={WEEK: "old"},
    merged=(VaultCopy(COPY, WEEK, "digest"),),
    hidden={COPY: "copy"},
)
SEEN = Observation(EMPTY, Base(), (), "", frozenset({WEEK, COPY}), copies=COPIES)


def test_what_was_agreed_on_by_a_merged_text_waits_until_that_is_written() -> None:
    rests, other = BaseUpdate(frozenset(), {ROW: "a"}), BaseUpdate(frozenset(), {})
    plan = with_copies(Plan(base_updates=(rests, other)), SEEN)
    assert [each.paths for each in plan.base_updates] == [{WEEK}, frozenset()]
    assert [(each.path, each.before, each.after) for each in writes(plan)] == [
        (WEEK, "old", "merged")
    ]


def test_what_a_pass_writes_is_written_over_the_text_that_stands_there() -> None:
    to = RelPath(".trash/week.md")
    for one in (Write(WEEK, "merged", "new", ""), Trash(WEEK, to, "merged", "")):
        (done,) = with_copies(Plan((one,)), SEEN).operations
        assert isinstance(done, Write | Trash) and (done.path, done.before) == (WEEK, "old")


def test_a_write_tells_which_copies_are_in_it() -> None:
    (one,) = writes(with_copies(Plan(), SEEN))
    assert one.why == "merged with week (Conflicted copy).md"
    (one,) = writes(with_copies(Plan(), SEEN._replace(copies=COPIES._replace(merged=()))))
    assert one.why == "merged with what was typed here just before"


def test_a_note_is_written_before_it_is_renamed() -> None:
    rename = Rename(WEEK, RelPath("d/new.md"), "merged", "")
    operations = with_copies(Plan((rename,)), SEEN).operations
    assert isinstance(operations[0], Write) and operations[1] == rename


def writes(plan: Plan) -> list[Write]:
    return [each for each in plan.operations if isinstance(each, Write)]


NO_COPIES, NOTE, PAGE = MergedCopies(), RelPath("n.md"), RelPath("conflicts.md")
WRITTEN, PAGE_WRITE = Write(WEEK, "old", "merged", ""), Write(PAGE, "", "rows", "")
ROWS = copy_section.text([CopyRow(Key("k"), WEEK, "title", "t")])
ASKED = copy_section.questions([(COPY, WEEK)], 0)


def test_a_merged_copy_and_an_overwritten_file_say_so_of_their_file() -> None:
    assert copies.with_arrivals(SEEN._replace(copies=NO_COPIES)) == SEEN._replace(copies=NO_COPIES)
    base = Base(arrivals={WEEK: Arrival(delivered=True)})
    histories = {ROW: History()}
    some = COPIES._replace(overwritten=frozenset((NOTE,)), histories=histories)
    found = copies.with_arrivals(SEEN._replace(base=base, copies=some)).base
    assert found.arrivals == {
        WEEK: Arrival(delivered=True, copied=True),
        NOTE: Arrival(copied=True),
    }
    assert found.histories == histories
    stuck = MergedCopies(stuck=COPIES.merged, histories=histories)
    assert copies.with_arrivals(SEEN._replace(copies=stuck)).base.histories == histories


def test_copies_and_their_boxes_make_the_next_pass_whole_and_rows_until_one_at_rest() -> None:
    calm = SEEN._replace(copies=NO_COPIES)
    came = calm._replace(base=Base(arrivals={WEEK: Arrival()}))
    row = frozenset((CopyRow(Key("k"), WEEK, "title", "t"),))
    for seen, whole in (
        (calm, False),
        (came, False),
        (calm._replace(conflicts_text=ROWS), False),
        (came._replace(conflicts_text=ROWS), True),
        (calm._replace(conflicts_text=ASKED), True),
        (calm._replace(copies=MergedCopies(rows=row)), True),
        (calm._replace(copies=MergedCopies(hidden={COPY: "copy"})), True),
    ):
        assert copies.concern(seen) == whole


def test_a_plan_without_copies_stays_and_what_is_in_the_vault_goes_to_the_trash() -> None:
    plan = Plan((Write(NOTE, "a", "b", ""),))
    assert with_copies(plan, SEEN._replace(copies=NO_COPIES)) is plan
    done = MergedCopies(finished=COPIES.merged, hidden=COPIES.hidden)
    first, second = with_copies(plan, SEEN._replace(copies=done)).operations
    assert first == plan.operations[0]
    assert isinstance(second, Trash) and (second.path, second.before) == (COPY, "copy")


def test_what_is_agreed_on_about_a_paper_rests_on_its_note_as_well() -> None:
    snapshot = EMPTY._replace(managed={Key("k"): (NOTE,)})
    merged = MergedCopies(texts={NOTE: "m"}, before={NOTE: "o"})
    seen = SEEN._replace(snapshot=snapshot, copies=merged)
    rests = BaseUpdate(("x.md",), {}, frozenset((BaseKey(Key("k"), "", "title"),)))  # type: ignore[arg-type]
    other = BaseUpdate(frozenset(), {BaseKey(Key("l"), WEEK, "title"): "t"})
    found = with_copies(Plan(base_updates=(rests, other)), seen).base_updates
    assert [set(each.paths) for each in found] == [{NOTE, "x.md"}, set()]


def remembered(
    folder: Path, seen: Observation, plan: Plan, *done: Write, whole: bool = True
) -> set[CopyRecord]:
    """Return what is remembered about copies after the end of a pass; some were listed before."""
    state = World(folder).state()
    with state.lock(0):
        state.keep([BaseUpdate(frozenset(), {BaseKey(Key(""), WEEK, "text"): "t"})])
        with state.writing() as connection:
            deliveries.note_copies(connection, [], [])
        copies.end_pass(state, seen, plan, Outcome(done), whole=whole)
        return set(deliveries.read_copies(state.select))


def test_a_copy_is_merged_once_its_words_and_its_rows_are_written(tmp_path: Path) -> None:
    merged = {CopyRecord(COPY, "merged", text_hash("copy"))}
    seen = SEEN._replace(conflicts_path=PAGE)
    same = seen._replace(copies=COPIES._replace(before={}))
    with_page = Plan((WRITTEN, PAGE_WRITE))
    for number, (found, plan, done, records) in enumerate(
        (
            (seen, Plan((WRITTEN,)), (WRITTEN,), merged),
            (seen, Plan((WRITTEN,)), (), set()),
            (same, Plan(), (), merged),
            (seen, with_page, (WRITTEN,), set()),
            (seen, with_page, (WRITTEN, PAGE_WRITE), merged),
        )
    ):
        (folder := tmp_path / str(number)).mkdir()
        assert remembered(folder, found, plan, *done) == records
    (folder := tmp_path / "part").mkdir()
    assert remembered(folder, seen, Plan((WRITTEN,)), WRITTEN, whole=False) == set()


def test_a_ticked_box_is_remembered_until_its_copy_is_merged(tmp_path: Path) -> None:
    (copy,) = COPIES.merged
    merge, mine = (ASKED.replace(f"[ ] {word}", f"[x] {word}") for word in ("merge", f"`{COPY}`"))
    waits = SEEN._replace(
        conflicts_path=PAGE, conflicts_text=merge, copies=MergedCopies(unproven=(copy,))
    )
    is_mine = waits._replace(conflicts_text=mine)
    finished = waits._replace(copies=MergedCopies(stuck=(copy,), finished=(copy,)))
    for number, (seen, done, records) in enumerate(
        (
            (waits, (), {CopyRecord(COPY, "wanted")}),
            (waits._replace(conflicts_text=ASKED), (), set()),
            (finished, (), set()),
            (is_mine, (PAGE_WRITE,), {CopyRecord(COPY, "mine")}),
            (is_mine, (), set()),
        )
    ):
        (folder := tmp_path / str(number)).mkdir()
        assert remembered(folder, seen, Plan(), *done) == records


def test_the_first_whole_pass_lists_the_copies_that_stand_there(tmp_path: Path) -> None:
    state = World(tmp_path).state()
    seen = SEEN._replace(copies=NO_COPIES)
    with state.lock(0):
        state.keep([BaseUpdate(frozenset(), {BaseKey(Key(""), WEEK, "text"): "t"})])
        copies.end_pass(state, seen, Plan(), Outcome(), whole=False)
        assert not deliveries.has_listed(state.select)
        copies.end_pass(state, seen, Plan(), Outcome(), whole=True)
        assert deliveries.read_copies(state.select) == [CopyRecord(COPY, "left")]


def test_what_a_pass_agreed_on_is_learned_and_what_it_ended_is_known_as_former(
    tmp_path: Path,
) -> None:
    state, gone, other = World(tmp_path).state(), RelPath("gone.md"), RelPath("o.md")
    key, cut, moved, undone = Key("k"), Key("cut"), Key("moved"), Key("undone")
    title, url = BaseKey(key, "", "title"), BaseKey(cut, "", "url")
    words, mine = BaseKey(key, other, "commentary"), BaseKey(Key("typed"), "", "title")
    base = Base({title: "was"}, exists=True, arrivals={other: Arrival(waited=True)})
    snapshot = EMPTY._replace(managed={key: (WEEK,)})
    seen = SEEN._replace(base=base, snapshot=snapshot, copies=COPIES)
    drop = frozenset((url, BaseKey(cut, gone, "title"), BaseKey(cut, WEEK, "title")))
    put: dict[BaseKey, Value] = {
        title: "is",
        BaseKey(key, "", "mentions"): ("x",),
        words: "w",
        mine: "t",
    }
    again = BaseKey(moved, "", "url")
    plan = Plan(
        base_updates=(
            BaseUpdate(frozenset(), put, drop),
            BaseUpdate(frozenset(), {again: "u"}, frozenset((again,))),
            BaseUpdate((NOTE,), {}, frozenset((BaseKey(undone, "", "url"),))),
        )
    )
    outcome = Outcome((), (Undone(Write(NOTE, "", "", ""), "busy"),))
    with state.lock(0):
        state.keep([BaseUpdate(frozenset(), {title: "was"})])
        copies.end_pass(state, seen, plan, outcome, whole=False)
        rows = {**put, mine: "t"}
        found = earlier_values.read_histories(
            state.select, [key, cut, moved, undone, mine.key], rows
        )
        assert found[title].values[-1] == PastValue("is", "merged")
        assert found[words].values[-1] == PastValue("w", "delivered")
        assert found[mine].values[-1] == PastValue("t", "typed")
        learned = state.select("SELECT DISTINCT field FROM past_value WHERE key = 'k'")
        assert set(learned) == {("title",)}, "what was brought first is the base's alone"
        assert deliveries.is_former(state.select, gone)
        assert not deliveries.is_former(state.select, WEEK), "it is still there"
        assert state.select("SELECT key FROM removed_here") == [("cut",)]


def test_what_a_person_decided_about_copies_is_remembered_or_ticked() -> None:
    a, b, c, d = (RelPath(f"{name}.md") for name in "abcd")
    records = [
        *(CopyRecord(a, "left"), CopyRecord(b, "mine")),
        *(CopyRecord(c, "wanted"), CopyRecord(d, "merged", "h")),
    ]
    boxes = copy_section.CopyBoxes(merge=frozenset((NOTE,)), mine=frozenset((WEEK,)))

    def decided(boxes: copy_section.CopyBoxes) -> tuple[object, ...]:
        return tuple(set(each) for each in copies._choice(records, boxes))

    assert decided(boxes) == ({a}, {b, WEEK}, {c, d, NOTE}, {(d, "h")}, set())
    ticked = boxes._replace(merge_left=True, about=frozenset((a, b)))
    assert decided(ticked) == ({a}, {b, WEEK}, {a, c, d, NOTE}, {(d, "h")}, {b})


def test_what_was_brought_within_seconds_of_what_was_typed_in_a_paper_may_overwrite_it() -> None:
    key, typed_at = Key("k"), 10**12
    text, words = BaseKey(Key(""), WEEK, "text"), BaseKey(key, WEEK, "commentary")
    rows: dict[BaseKey, Value] = {text: "before", words: "w", BaseKey(key, "", "note"): NOTE}
    new, note = FileMark(1, 1, 5, "h"), FileMark(2, 2, typed_at, "h")
    files = {Key(""): {WEEK: new}, key: {NOTE: note}}
    typed = {ROW: History((PastValue("a", "typed"), PastValue("b", "typed")))}
    rules = copy_rules_of(Rules(), Base(rows, exists=True), {}, PAGE)
    unmoved = Stat(2, typed_at, typed_at, 2)

    def overwritten(
        at: int, *, lag: int = 10**12, histories: Histories = typed, ready: bool = True
    ) -> tuple[dict[RelPath, tuple[str, frozenset[Key]]], set[RelPath]]:
        stats = {WEEK: Stat(1, at, at + lag, 1), NOTE: unmoved}
        now = rules._replace(histories_of=lambda _: histories, ready=ready)
        base = Base(rows, exists=True, files=files)
        found = copies._overwritten({WEEK: "", NOTE: ""}, stats, base, now)
        return dict(found.digests), set(found.notes)

    digest = {WEEK: ("before", frozenset((key,)))}, set[RelPath]()
    nothing = dict[RelPath, tuple[str, frozenset[Key]]](), set[RelPath]()
    near = copies.SAME_TIME
    assert overwritten(typed_at + near) == overwritten(typed_at - near) == digest
    assert overwritten(typed_at + near + 1) == overwritten(typed_at - near - 1) == nothing
    assert overwritten(typed_at, lag=0) == nothing, "it was not brought"
    assert overwritten(typed_at, histories={ROW: History()}) == nothing, "nothing was typed"
    assert overwritten(typed_at, ready=False) == nothing
    files[Key("")] = {WEEK: FileMark(1, 1, typed_at, "h")}
    assert overwritten(typed_at) == nothing, "it is as it was"
    unmoved = Stat(3, typed_at, 2 * typed_at, 2)
    assert overwritten(5, lag=0) == ({}, {NOTE}), "the note alone was brought"


def test_an_old_path_of_a_digest_is_one_of_which_the_other_is_new(tmp_path: Path) -> None:
    state, old = World(tmp_path).state(), RelPath("old.md")

    def base(*paths: RelPath) -> Base:
        return Base({BaseKey(Key(""), path, "text"): "t" for path in paths}, exists=True)

    with state.lock(0):
        state.keep([BaseUpdate(frozenset(), {BaseKey(Key(""), WEEK, "text"): "t"})])
        assert copies._is_old(state, base(old), old, WEEK)
        assert not copies._is_old(state, base(old, WEEK), old, WEEK)
        assert not copies._is_old(state, base(WEEK), old, WEEK)
        with state.writing() as connection:
            deliveries.note_former(connection, [old])
        assert copies._is_old(state, base(WEEK), old, WEEK)


def digest(*words: str) -> str:
    entries = (
        f"https://arxiv.org/abs/2301.0000{n}\nT{n} (Ann Bee)\n{each}\n"
        for n, each in enumerate(words, 1)
    )
    return "week\n" + "".join(entries)


BASE = Base({BaseKey(Key(""), WEEK, "text"): digest("a")}, exists=True)
TYPED_HERE = Stat(1, 5, 5, 1)
BROUGHT = Stat(1, 5, 10**12, 1)


def merges(
    state: StateStore,
    texts: Mapping[RelPath, str],
    base: Base = BASE,
    *,
    whole: bool = True,
    moved: Mapping[RelPath, RelPath] = NOTHING,
    brought: Collection[RelPath] = (),
    is_arriving: bool = False,
) -> MergedCopies:
    """Merge these texts, of which each was typed here or brought."""
    rules = Rules(digest_paths=("d/*.md",))
    found = Scan({path: BROUGHT if path in brought else TYPED_HERE for path in texts}, ())
    read = VaultTexts(texts, PAGE, found, is_arriving)
    return copies.merger(state, rules, base, whole=whole)(read, moved)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateStore]:
    """The state of a vault whose copies were listed before."""
    state = World(tmp_path).state()
    with state.lock(0):
        state.keep([BaseUpdate(frozenset(), {BaseKey(Key(""), WEEK, "text"): digest("a")})])
        with state.writing() as connection:
            deliveries.note_copies(connection, [], [])
        yield state


TWO = {WEEK: digest("a"), COPY: digest("a", "b")}


def test_copies_that_stood_there_before_any_were_listed_are_left(tmp_path: Path) -> None:
    state = World(tmp_path).state()
    with state.lock(0):
        state.keep([BaseUpdate(frozenset(), {BaseKey(Key(""), WEEK, "text"): digest("a")})])
        found = merges(state, TWO)
    assert [each.path for each in found.left] == [COPY] and not found.texts


def test_a_copy_that_comes_is_merged_by_a_whole_pass_of_a_device_that_is_ready(
    state: StateStore,
) -> None:
    assert "b\n" in merges(state, TWO).texts[WEEK]
    for base, whole, is_arriving in (
        (BASE, False, False),
        (BASE, True, True),
        (replace(BASE, joining=True), True, False),
        (replace(BASE, exists=False), True, False),
    ):
        found = merges(state, TWO, base, whole=whole, is_arriving=is_arriving)
        assert [each.path for each in found.stuck] == [COPY] and not found.texts


def test_a_ticked_box_of_the_page_is_heard(state: StateStore) -> None:
    other = RelPath("d/week 2.md")
    texts = {WEEK: digest(*"abc"), other: digest(*"abcd")}
    page = copy_section.questions([(other, WEEK)], 0)
    assert [each.path for each in merges(state, {**texts, PAGE: page}).unproven] == [other]
    ticked = page.replace("[ ] merge", "[x] merge")
    assert WEEK in merges(state, {**texts, PAGE: ticked}).texts


def test_a_digest_under_an_old_path_is_merged_if_it_was_brought_and_the_other_is_new(
    state: StateStore,
) -> None:
    old, now = WEEK, RelPath("d/now.md")
    texts, moved = {old: digest("a", "b"), now: digest("a")}, {old: now}
    both = Base({**BASE.rows, BaseKey(Key(""), now, "text"): digest("a")}, exists=True)
    for brought in ((old,), (now,)):
        assert "b\n" in merges(state, texts, moved=moved, brought=brought).texts[now]
        assert not merges(state, texts, both, moved=moved, brought=brought).texts
    assert not merges(state, texts, moved=moved).texts
    with state.writing() as connection:
        record = CopyRecord(old, "merged", text_hash(digest("a")))
        deliveries.note_copies(connection, [record], [old])
    assert merges(state, texts, both, moved=moved).texts, "it was merged before"


def test_a_note_under_an_old_path_is_merged_into_itself(state: StateStore) -> None:
    note = "---\nurl: https://arxiv.org/abs/2301.00001\ndigests: []\n---\n\n{}\n"
    old, now = RelPath("p/old.md"), RelPath("p/now.md")
    texts, moved = {old: note.format("there"), now: note.format("here")}, {old: now}
    assert "there" in merges(state, texts, moved=moved).texts[now]


def test_an_undo_leaves_the_copies_alone_that_it_put_back(state: StateStore) -> None:
    own, was = RelPath("d/own.md"), RelPath(".trash/x.md")
    records = [CopyRecord(COPY, "merged", "h"), CopyRecord(WEEK, "mine")]
    with state.writing() as connection:
        deliveries.note_copies(connection, records, [COPY, WEEK])
        connection.execute("UPDATE copy SET pass = 7 WHERE path = ?", (COPY,))
    second = RelPath("d/week (Conflicted copy 2).md")
    done = Outcome(tuple(Rename(was, to, "", "") for to in (own, WEEK, second)))
    copies.take_back(state, PassRecord(8, "", "undo of 6", open=False, changes=()), done)
    left = {CopyRecord(WEEK, "left"), CopyRecord(second, "left")}
    assert set(deliveries.read_copies(state.select)) == {records[0], *left}
    copies.take_back(state, PassRecord(8, "", "undo of 7", open=False, changes=()), Outcome())
    assert set(deliveries.read_copies(state.select)) == {CopyRecord(COPY, "left"), *left}
