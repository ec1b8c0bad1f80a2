"""Statistics on a terminal, in a pipe and as JSON."""

from __future__ import annotations

import pytest
from tests.support.counted_vault import counted
from vault_sync.core.model.statistics import MentionCount, TagCount, WeekCount
from vault_sync.core.report import statistics_lines as lines


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([0, 1, 2, 8], "·▁▂█"),
        ([1, 1], "██"),
        ([], ""),
        ([0, 0], "··"),
        ([1, 1000], "▁█"),
    ],
)
def test_a_spark_line_shows_each_value(values: list[int], shown: str) -> None:
    assert lines.spark(values) == shown


@pytest.mark.parametrize(
    ("value", "most", "shown"),
    [(8, 8, "████"), (4, 8, "██"), (5, 8, "██▌"), (1, 1000, "▏"), (0, 8, ""), (0, 0, "")],
)
def test_a_bar_is_as_long_as_its_value(value: int, most: int, shown: str) -> None:
    assert lines.bar(value, most, 4) == shown


def test_wide_letters_take_two_columns() -> None:
    assert lines.columns("8월 a") == 5
    assert lines.columns("월") == 2
    assert lines.padded("8월", 5) == "8월  "
    assert lines.padded("8월 3주차", 6) == "8월 3…"
    assert [lines.padded("ab", width) for width in (0, 1, 2, 3)] == ["", "…", "ab", "ab "]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_terminal_gets_bars_within_its_width(width: int) -> None:
    shown = list(lines.terminal_lines(counted(), width))
    assert shown[0] == "4 papers, 4 weeks, 10 words"
    assert all(lines.columns(line) <= width for line in shown)
    assert [line for line in shown if line and not line.startswith(" ")][1:] == [
        "Papers a week",
        "Tags over time",
        "Most mentioned",
        "Reading",
    ]
    bars = [line.count("█") for line in shown if "년" in line]
    assert bars[1] == 2 * bars[0] == 2 * bars[2] > width // 8
    assert any("#LLM" in line and line.endswith("·██·") for line in shown)


def test_what_a_terminal_shows_of_a_vault() -> None:
    shown = """\
4 papers, 4 weeks, 10 words

Papers a week
  2023년 8월 3…   1       0 words  ████▌
  2023년 12월 4…  2       4 words  █████████
  2024년 1월 1…   1       4 words  ████▌
  reading list    1       2 words  ████▌

Tags over time
  #LLM       2  ·██·
  #code      2  ██··
  #list      1  ···█

Most mentioned
  one  2  ██████████████████████████████████
  two  1  █████████████████

Reading
  no status  1  ████████████████████████████
  reading    1  ████████████████████████████
  read       1  ████████████████████████████
"""
    assert list(lines.terminal_lines(counted(), 44)) == shown.splitlines()


def test_a_narrow_terminal_cuts_names_to_eight_columns_and_bars_to_four() -> None:
    found = counted()._replace(tags=(TagCount("한글", 7, tuple(range(1, 21))),))
    shown = list(lines.terminal_lines(found, 10))
    assert shown[3] == "  2023년 …  1       0 words  ██"
    assert shown[9] == "  #한글      7  " + lines.spark(range(13, 21))
    assert list(lines.terminal_lines(found, 27))[9].endswith(lines.spark(range(10, 21)))


def test_a_vault_without_numbers_has_one_line() -> None:
    nothing = counted()._replace(papers=1, weeks=(), words=0, tags=(), mentioned=(), statuses=())
    assert list(lines.terminal_lines(nothing, 80)) == ["1 paper, 0 weeks, 0 words"]


def test_a_terminal_gets_the_last_half_year_and_the_first_of_the_rest() -> None:
    found = counted()._replace(
        weeks=tuple(WeekCount(f"week{n:02}", 1, 1) for n in range(30)),
        tags=tuple(TagCount(f"tag{n:02}", 1, (1,) * 30) for n in range(30)),
        mentioned=tuple(MentionCount(f"note{n:02}", 1) for n in range(30)),
    )
    shown = "\n".join(lines.terminal_lines(found, 80))
    for name, first, last in (("week", 4, 29), ("#tag", 0, 11), ("note", 0, 9)):
        seen = [n for n in range(30) if f"{name}{n:02}" in shown]
        assert seen == list(range(first, last + 1)), name


def test_a_pipe_gets_plain_columns_and_json_everything() -> None:
    found = counted()
    plain = [line.split("\t") for line in lines.plain_lines(found)]
    assert plain[:4] == [
        ["papers", "4"],
        ["entries", "5"],
        ["words", "10"],
        ["week", "2023년 8월 3주차", "1", "0"],
    ]
    assert ["status", "-", "1"] in plain and ["tag", "LLM", "2"] in plain
    value = lines.as_json(found)
    assert value["weeks"][1] == {"name": "2023년 12월 4주차", "papers": 2, "words": 4}
    assert value["tags"][0] == {"tag": "LLM", "papers": 2, "by_week": (0, 1, 1, 0)}
    assert set(value) == {
        *("papers", "entries", "words"),
        *("weeks", "tags", "mentioned", "statuses"),
    }
