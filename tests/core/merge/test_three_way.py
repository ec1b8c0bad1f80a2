"""Three-way merges: nobody's word is lost, and line by line the verdict is git's."""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.laws import examples
from tests.support.steps import steps
from vault_sync.core.merge import three_way
from vault_sync.core.merge.three_way import diff3, paragraphs, tag_sets, value
from vault_sync.core.text import common_items
from vault_sync.core.text.folding import casefold_nfc

LAWS = settings(max_examples=examples(100), derandomize=True)
BASE = "첫째 문장이다. 둘째 문장이다! 셋째 문장."


@pytest.mark.parametrize("text", ["", "a", "a\nb", "a\n\nb", " a \r\nb\r", BASE, "\n", "a\n"])
def test_what_nobody_changed_stays(text: str) -> None:
    assert paragraphs(text, text, text) == text
    assert value(text, text, text) == text


@pytest.mark.parametrize(
    ("base", "digest", "note", "merged"),
    [
        ("a", "b", "a", "b"),
        ("a", "a", "b", "b"),
        ("a", "b", "b", "b"),
        ("a", "", "a", ""),
        ("", "", "a\n", "a\n"),
        # By line.
        ("a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC"),
        ("a\nb\nc", "b\nc", "a\nb\nc\nd", "b\nc\nd"),
        ("a\nb\nc", "a\nx\nb\nc", "a\nb\ny\nc", "a\nx\nb\ny\nc"),
        ("a\n\nb", "a\n\nB", "A\n\nb", "A\n\nB"),
        ("a\r\nb\r\nc", "A\r\nb\r\nc", "a\r\nb\r\nC", "A\r\nb\r\nC"),
        # Paragraphs of a flat digest stand on neighbouring lines.
        ("a\nb\nc", "A\nb\nc", "a\nB\nc", "A\nB\nc"),
        ("a\nb\nc", "A\nB\nc", "a\nb\nC", "A\nB\nC"),
        ("a\nb\nc", "a\nb\nc\nd", "a\nb\nC", "a\nb\nC\nd"),
        ("a\nb", "b", "a\nB", "B"),
        # By sentence inside a line.
        (
            BASE,
            "첫째를 고쳤다. 둘째 문장이다! 셋째 문장.",
            "첫째 문장이다. 둘째 문장이다! 셋째 문장?",
            "첫째를 고쳤다. 둘째 문장이다! 셋째 문장?",
        ),
        ("A. B. C.", "A1. B. C.", "A. B1. C.", "A1. B1. C."),
        ("A. B.", "A1. N. B.", "A. B1.", "A1. N. B1."),
        ("A. B. C.", "A. C.", "A. B. C1.", "A. C1."),
        ("A. B.", "A.", "A1. B.", "A1."),
        ("A. B.", "A. B. C.", "A. B1.", "A. B1. C."),
        ("A. B.", "N. A. B.", "A. B. M.", "N. A. B. M."),
        ("A…  B。 C！ D", "A1…  B。 C！ D", "A…  B。 C1！ D", "A1…  B。 C1！ D"),
    ],
)
def test_edits_that_do_not_overlap_survive(base: str, digest: str, note: str, merged: str) -> None:
    assert paragraphs(base, digest, note) == merged
    assert paragraphs(base, note, digest) == merged


@pytest.mark.parametrize(
    ("base", "digest", "note"),
    [
        ("a", "b", "c"),
        ("", "b", "c"),
        ("x\na", "x\nb", "x\nc"),
        # One sentence.
        (BASE, BASE.replace("둘째", "2"), BASE.replace("둘째", "두 번째")),
        # A paragraph taken away against an edit of it.
        (f"x\n{BASE}", "x", f"x\n{BASE.replace('둘째', '2')}"),
        ("A. B. C.", "", "A. B1. C."),
        ("A. B. C.", "A. X.", "A. B1. C."),
        # Two insertions at one place: nobody knows which comes first.
        ("A.", "A. B.", "A. C."),
        ("a", "a\nb", "a\nc"),
        # A replacement that adds may hold the very sentence that the other side added.
        ("A. B.", "A. N. B.", "A. N. B1."),
        ("A. B.", "A. N. B.", "A1. N. B."),
        ("A. B.", "A. N. B.", "A. N. B1. M."),
        ("A. B.", "A1. N. B.", "A. N. B1."),
        ("a\nb\nc", "a\nb\nc\nd", "a\nb\nC\nd"),
        # Between sentences that were all written anew nobody knows a place.
        ("A. B.", "P. Q.", "A. N. B."),
        # The line end that one side removed is the one behind which the other wrote.
        ("\nA.", "A.", "\n\nN.\nA."),
        ("\nA.", "N.A.", "M.\nA."),
        # Two places: both are shown.
        ("a\n1\n2\nb", "a1\n1\n2\nb1", "a2\n1\n2\nb2"),
    ],
)
def test_edits_that_overlap_clash(base: str, digest: str, note: str) -> None:
    assert paragraphs(base, digest, note) is None
    assert paragraphs(base, note, digest) is None


def test_a_value_is_one_piece() -> None:
    assert value(None, "a", "a") == "a"
    assert value(None, "a", "b") is None
    assert value("a", "b", "c") is None
    assert value(("x",), ("y", "z"), ("x",)) == ("y", "z")
    assert value(("x",), ("x",), ("y", "z")) == ("y", "z")
    assert value(("x",), ("y", "z"), ()) is None


@pytest.mark.parametrize(
    ("base", "digest", "note", "merged"),
    [
        ([], [], [], ""),
        (["a", "b"], ["a", "b"], ["a", "b"], "a b"),
        (["a", "b"], ["a", "b", "x"], ["y", "a", "b"], "a b x y"),
        (["a", "b", "c"], ["b", "c"], ["a", "b"], "b"),
        (["a", "b"], ["b", "a"], ["a", "b", "c"], "b a c"),
        (["a"], [], [], ""),
        (["a"], [], ["a", "b"], "b"),
        ([], ["a"], ["a"], "a"),
        (None, ["a", "b"], ["c", "b"], "a b c"),
        (None, [], ["c"], "c"),
        # Spelling.
        (["LLM"], ["LLM"], ["llm"], "llm"),
        (["LLM"], ["llm"], ["LLM"], "llm"),
        (["LLM"], ["llm"], ["Llm"], "llm"),
        (None, ["LLM"], ["llm"], "LLM"),
        ([], ["LLM"], ["llm"], "LLM"),
        # An edit outlives a removal.
        (["LLM"], [], ["llm"], "llm"),
        (["LLM"], ["llm"], [], "llm"),
        (["한글"], [unicodedata.normalize("NFD", "한글"), "x"], ["한글"], "한글 x"),
        ([], ["a", "A"], ["a"], "a"),
    ],
)
def test_tag_sets(base: list[str] | None, digest: list[str], note: list[str], merged: str) -> None:
    found = " ".join(tag_sets(base, digest, note))
    assert unicodedata.normalize("NFC", found) == merged


TAGS = st.lists(st.sampled_from(["a", "A", "b", "B", "c", "d", "é", "e\u0301"]), max_size=5).map(
    lambda tags: list({casefold_nfc(tag): tag for tag in tags}.values())
)


@given(TAGS, TAGS, TAGS)
@LAWS
def test_the_laws_of_tag_sets(base: list[str], digest: list[str], note: list[str]) -> None:
    fold = casefold_nfc
    assert tag_sets(base, digest, base) == tuple(digest)
    assert sorted(tag_sets(base, base, note)) == sorted(note)
    assert tag_sets(base, digest, digest) == tuple(digest)
    merged = tag_sets(base, digest, note)
    assert set(map(fold, merged)) == set(map(fold, tag_sets(base, note, digest)))
    was, left, right = (set(map(fold, tags)) for tags in (base, digest, note))
    assert (left | right) - was <= set(map(fold, merged)) <= left | right
    assert left & right <= set(map(fold, merged))
    assert len(set(map(fold, merged))) == len(merged)
    assert set(merged) <= set(digest) | set(note)
    union = tag_sets(None, digest, note)
    assert union[: len(digest)] == tuple(digest)
    assert set(map(fold, union)) == left | right


WORDS = [f"w{number}" for number in range(9)]
SENTENCE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(
    lambda words: " ".join(words) + "."
)
LINE = st.one_of(st.just(""), SENTENCE, st.lists(SENTENCE, min_size=2, max_size=4).map(" ".join))
TEXT = st.lists(LINE, max_size=5).map("\n".join)


@st.composite
def edited(draw: st.DrawFn, text: str, mark: str) -> str:
    """`text` as one side edits it; each word that the side writes carries its own mark."""
    tokens = three_way.sentences(text)
    for step in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(tokens)))
        what = draw(st.sampled_from(["insert", "replace", "remove", "line"]))
        word = f"{mark}{step}."
        if what == "insert":
            tokens[at:at] = [f" {word}" if at else f"{word} "]
        elif what == "line":
            tokens[at:at] = [f"\n{word}\n"]
        elif tokens:
            tokens[at : at + 1] = [word] if what == "replace" else []
    return "".join(tokens)


THREE = TEXT.flatmap(
    lambda base: st.tuples(st.just(base), edited(base, "digest"), edited(base, "note"))
)


@given(THREE)
@LAWS
def test_the_laws_of_paragraphs(three: tuple[str, str, str]) -> None:
    base, digest, note = three
    assert paragraphs(base, digest, base) == digest
    assert paragraphs(base, base, note) == note
    assert paragraphs(base, digest, digest) == digest
    assert paragraphs(base, digest, note) == paragraphs(base, note, digest)


def once(lines: list[str]) -> set[str]:
    return {line for line in lines if lines.count(line) == 1}


def words_of(text: str) -> set[str]:
    return {token.strip() for token in three_way.sentences(text)}


def marked(text: str) -> set[str]:
    return {word for word in text.replace(".", " ").split() if word.startswith(("digest", "note"))}


@given(THREE)
@LAWS
def test_no_word_is_lost_also_when_merged_again(three: tuple[str, str, str]) -> None:
    base, digest, note = three
    merged = paragraphs(base, digest, note)
    if merged is None:
        return
    assert marked(merged) == marked(digest) | marked(note)
    replayed = paragraphs(base, digest, merged)
    if replayed is not None:
        assert marked(replayed) == marked(merged)
    everywhere = set.intersection(*(once(text.split("\n")) for text in three))
    assert everywhere <= set(merged.split("\n"))


@given(THREE)
@LAWS
def test_sentences_are_neither_glued_nor_invented(three: tuple[str, str, str]) -> None:
    merged = paragraphs(*three)
    if merged is not None:
        assert words_of(merged) <= set[str]().union(*map(words_of, three))


ITEMS = st.lists(st.integers(0, 5), max_size=9)


@given(ITEMS, ITEMS, ITEMS)
@LAWS
def test_the_chunks_joined_give_every_side_back(
    base: list[int], a: list[int], b: list[int]
) -> None:
    chunks = diff3(base, a, b)
    for side, whole in enumerate((base, a, b)):
        assert [item for chunk in chunks for item in chunk[side]] == whole
    turned = diff3(base, b, a)
    assert [(chunk.base, chunk.b, chunk.a) for chunk in turned] == [tuple(c) for c in chunks]


@given(ITEMS, ITEMS)
@LAWS
def test_the_coarse_comparison_is_a_comparison(a: list[int], b: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(common_items, "_FEW", -1)
        pairs = common_items.common(a, b)
    assert all(a[left] == b[right] for left, right in pairs)
    assert all(x[0] < y[0] and x[1] < y[1] for x, y in itertools.pairwise(pairs))


def test_each_line_by_line_chunk_is_as_small_as_it_can_be() -> None:
    assert [tuple(map("".join, chunk)) for chunk in diff3("abcdef", "aBcdef", "abcdXf")] == [
        ("a", "a", "a"),
        ("b", "B", "b"),
        ("cd", "cd", "cd"),
        ("e", "e", "X"),
        ("f", "f", "f"),
    ]


@pytest.mark.parametrize(
    ("a", "b", "by_line", "by_place"),
    [
        ("1x2", "1y2", ["1|1|1", "|x|y", "2|2|2"], None),  # two additions at one place
        ("x2", "1y2", ["1|x|1y", "2|2|2"], ["1|x|1", "||y", "2|2|2"]),  # one beside an edit
        ("x2", "1y", ["12|x2|1y"], ["1|x|1", "2|2|y"]),
        ("1x2", "12y", ["1|1|1", "|x|", "2|2|2", "||y"], None),
    ],
)
def test_changes_that_touch_are_one_chunk_but_by_place_only_additions(
    a: str, b: str, by_line: list[str], by_place: list[str] | None
) -> None:
    for compare, chunks in (
        (three_way.diff3, by_line),
        (three_way.places, by_line if by_place is None else by_place),
    ):
        found = compare("12", a, b)
        assert ["|".join(map("".join, chunk)) for chunk in found] == chunks


def test_an_addition_between_twins_stands_as_far_down_as_it_can() -> None:
    assert common_items.common("kp_q", "Kp_n_q") == [(1, 1), (2, 2), (3, 5)]
    assert common_items.common("Kp_n_q", "kp_q") == [(1, 1), (2, 2), (5, 3)]


def test_a_line_that_stands_often_is_compared_too() -> None:
    many = [f"line {number}" for number in range(250)]
    many[10:200:50] = ["same"] * 4
    assert len(common_items.common(["p", *["same"] * 4, "q"], many)) == 4


class Git:
    """`git merge-file` as the oracle of a line by line merge."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, base: list[str], a: list[str], b: list[str]) -> str:
        for name, side in (("base", base), ("a", a), ("b", b)):
            text = "".join(f"{line}\n" for line in side)
            (self._folder / name).write_text(text, encoding="utf-8", newline="\n")
        command = ["git", "merge-file", "-p", "--diff3", "-L", "a", "-L", "base", "-L", "b"]
        done = subprocess.run(
            [*command, "a", "base", "b"], cwd=self._folder, capture_output=True, check=False
        )
        assert done.returncode < 128
        return done.stdout.decode()


def as_git_writes(base: list[str], a: list[str], b: list[str]) -> str:
    out: list[str] = []
    for chunk in diff3(base, a, b):
        merged = chunk.merged
        if merged is None:
            merged = ["<<<<<<< a", *chunk.a, "||||||| base", *chunk.base, "=======", *chunk.b]
            merged.append(">>>>>>> b")
        out.extend(merged)
    return "".join(f"{line}\n" for line in out)


def cases(seed: int, line: Callable[[random.Random], str]) -> tuple[list[str], ...]:
    chance = random.Random(seed)
    base = [line(chance) for _ in range(chance.randint(0, 14))]
    sides = []
    for _ in range(2):
        side = list(base)
        for _ in range(chance.randint(0, 4)):
            at = chance.randint(0, len(side))
            what = chance.choice(["insert", "replace", "remove"])
            new = [] if what == "remove" else [line(chance)]
            side[at : at + (what != "insert")] = new
        sides.append(side)
    return base, *sides


def distinct(chance: random.Random) -> str:
    """A line as prose has them: seldom twice, but empty ones."""
    return "" if chance.random() < 0.05 else f"line {chance.randint(0, 10**9)}"


def few(chance: random.Random) -> str:
    return chance.choice("abcdefgh")


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not on this machine")


@needs_git
def test_line_by_line_as_git_merge_file(tmp_path: Path) -> None:
    git = Git(tmp_path)
    for seed in range(100):
        case = cases(seed, distinct)
        assert as_git_writes(*case) == git(*case), case


@needs_git
@pytest.mark.sweep
@pytest.mark.parametrize(("line", "same_text"), [(distinct, 0.995), (few, 0.9)])
def test_line_by_line_as_git_merge_file_at_length(
    tmp_path: Path, line: Callable[[random.Random], str], same_text: float
) -> None:
    """Where lines repeat, two comparisons may both be right and pair other twins."""
    git, total = Git(tmp_path), 2_000
    verdict = text = clean = 0
    for seed in range(total):
        case = cases(seed, line)
        ours, theirs = as_git_writes(*case), git(*case)
        text += ours == theirs
        verdict += ("<<<<<<<" in ours) == ("<<<<<<<" in theirs)
        clean += "<<<<<<<" not in theirs
    print(f"{line.__name__}: {total} cases, {clean} clean; verdict {verdict}, text {text}")
    assert verdict >= 0.99 * total
    assert text >= same_text * total


def multiples(size: int, module: int, power: int) -> tuple[str, str, str]:
    one, two, three = (
        "\n".join(str(n**power * k % module) for n in range(size)) for k in (1, 3, 5)
    )
    return one, two, three


def numbered(size: int, change: int) -> str:
    return "\n".join(f"{n}{'x' if n % 2 == change else ''}" for n in range(size))


MANY: dict[str, Callable[[int], tuple[str, str, str]]] = {
    "same lines": lambda size: ("a\n" * size, "a\n" * size + "b", "c\na\nd\n" + "a\n" * size),
    "every other line": lambda size: (numbered(size, 2), numbered(size, 0), numbered(size, 1)),
    "few kinds": lambda size: multiples(size, 7, 2),
    "shuffled": lambda size: multiples(size, 10_007, 1),
    "sentences": lambda size: ("a b. " * size, "a b. " * size + "c", "d " + "a b. " * size),
    "one line": lambda size: ("a" * size, "a" * size + "b", "c" + "a" * size),
    "blanks": lambda size: (" " * size, " " * size + "b", "c" + " " * size),
}


@pytest.mark.parametrize("kind", MANY)
def test_ten_thousand_lines_are_bearable(kind: str) -> None:
    case = MANY[kind](10_000)
    assert steps(lambda: paragraphs(*case)) < 3_000_000


@pytest.mark.sweep
@pytest.mark.parametrize("kind", ["same lines", "sentences", "one line", "blanks"])
def test_ten_megabytes_are_bearable(kind: str) -> None:
    base, digest, note = MANY[kind](2_000_000)
    merged = paragraphs(base, digest, note)
    assert (merged is None) == (kind != "same lines")
