"""Statistics: what is counted, and how it looks on a terminal, in a pipe, as JSON and as an SVG."""

from __future__ import annotations

import shutil
import subprocess
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pytest
from vault_sync.core import snapshot, vault_statistics
from vault_sync.core.model.base import Base
from vault_sync.core.model.statistics import (
    MentionCount,
    StatusCount,
    TagCount,
    VaultStatistics,
    WeekCount,
)
from vault_sync.core.model.values import RelPath
from vault_sync.core.naming.week_names import WeekNaming
from vault_sync.core.naming.wikilinks import LinkResolver
from vault_sync.core.report import statistics_lines as lines
from vault_sync.core.report.statistics_svg import MOST_WEEKS, draw

KOREAN = WeekNaming("%Y년 %-m월 {month_week}주차")


def entry(number: str, words: str, tags: str) -> str:
    return (
        f"https://arxiv.org/abs/2308.0000{number}\nT{number} (Ann One, Bob Two)\n{words}\n{tags}\n"
    )


def note(number: str, more: str) -> str:
    return f"---\nurl: https://arxiv.org/abs/2308.0000{number}\ndigests: []\n{more}---\n"


TEXTS = {
    "d/2023년 12월 4주차.md": entry("1", "하나 둘 셋", "#llm #LLM") + entry("2", "one", "#code"),
    "d/2024년 1월 1주차.md": entry("1", "four words are here", "#LLM"),
    "d/2023년 8월 3주차.md": entry("3", "", "#code"),
    "d/reading list.md": entry("4", "a b", "#list"),
    "p/one.md": note("1", 'status: read\nmentioned_by: ["[[b]]", "[[c]]"]\n'),
    "p/two.md": note("2", "status: reading\nmentioned_by: '[[a]]'\n"),
    "p/three.md": note("3", "mentioned_by: []\n"),
    "p/five.md": note("5", "status: read\n"),
}


def counted(since: date | None = None, naming: WeekNaming | None = KOREAN) -> VaultStatistics:
    texts = {RelPath(path): text for path, text in TEXTS.items()}
    found = snapshot.build(
        texts,
        names=LinkResolver.from_paths(texts),
        is_digest=lambda path: path.startswith("d/"),
        base=Base(),
    )
    return vault_statistics.count(found, naming, {}, since)


def test_a_vault_is_counted_in_the_order_of_its_weeks() -> None:
    found = counted()
    assert (found.papers, found.entries, found.words) == (4, 5, 10)
    assert found.weeks == (
        WeekCount("2023년 8월 3주차", 1, 0),
        WeekCount("2023년 12월 4주차", 2, 4),
        WeekCount("2024년 1월 1주차", 1, 4),
        WeekCount("reading list", 1, 2),
    )
    # An entry with two spellings of a tag has it once; the commoner spelling is shown.
    assert found.tags == (
        TagCount("LLM", 2, (0, 1, 1, 0)),
        TagCount("code", 2, (1, 1, 0, 0)),
        TagCount("list", 1, (0, 0, 0, 1)),
    )
    assert found.mentioned == (MentionCount("one", 2), MentionCount("two", 1))
    assert found.statuses == (
        StatusCount("", 1),
        StatusCount("reading", 1),
        StatusCount("read", 1),
    )


def test_older_weeks_are_left_out_and_so_are_the_notes_of_their_papers() -> None:
    # The fourth week of December 2023 ends on the 31st.
    names = [week.name for week in counted(date(2023, 12, 31)).weeks]
    assert names == ["2023년 12월 4주차", "2024년 1월 1주차"]
    found = counted(date(2024, 1, 1))
    assert [week.name for week in found.weeks] == ["2024년 1월 1주차"]
    assert found.mentioned == (MentionCount("one", 2),)
    # Without weeks nothing can be left out, and names are sorted as a person sorts them.
    assert [week.name for week in counted(date(2024, 1, 1), None).weeks][1] == "2023년 12월 4주차"


def test_a_vault_without_statuses_has_none() -> None:
    found = snapshot.build(
        {RelPath("p/a.md"): note("1", "")},
        names=LinkResolver.from_paths(()),
        is_digest=lambda _: False,
        base=Base(),
    )
    empty = vault_statistics.count(found, None, {})
    assert empty == VaultStatistics(0, 0, 0, (), (), (), ())
    assert list(lines.terminal_lines(empty, 80)) == ["0 papers, 0 weeks, 0 words"]
    assert ET.fromstring(draw(empty)) is not None


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
    assert bars[1] == 2 * bars[0] == 2 * bars[2] > 0
    assert any("#LLM" in line and line.endswith("·██·") for line in shown)


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
    value = lines.as_json("/v", found)
    assert value["weeks"][1] == {"name": "2023년 12월 4주차", "papers": 2, "words": 4}
    assert value["tags"][0] == {"tag": "LLM", "papers": 2, "by_week": [0, 1, 1, 0]}
    assert set(value) == {
        *("vault", "papers", "entries", "words"),
        *("weeks", "tags", "mentioned", "statuses"),
    }


def hostile(weeks: int) -> VaultStatistics:
    name = '<script>&"\x00\udcff\ufffe'
    return VaultStatistics(
        weeks,
        weeks,
        0,
        tuple(WeekCount(f"{name}{n}", n % 7, 0) for n in range(weeks)),
        (TagCount(name + "한글" * 30, weeks, tuple(n % 2 for n in range(weeks))),),
        (),
        (),
    )


@pytest.mark.parametrize("weeks", [0, 1, 2, 80, 500])
def test_the_picture_is_xml_whatever_names_hold(weeks: int) -> None:
    picture = draw(hostile(weeks))
    picture.encode("utf-8")
    root = ET.fromstring(picture)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    bars = root.findall("{*}rect")
    assert len(bars) == min(weeks, MOST_WEEKS)
    assert not root.findall(".//{*}script") and "href" not in picture
    for each in bars:
        left, wide = float(each.attrib["x"]), float(each.attrib["width"])
        assert left >= 0 and left + wide <= float(root.attrib["width"])


def contrast(colour: str, other: str) -> float:
    """The contrast of two colours by WCAG 2."""

    def light(name: str) -> float:
        parts = [int(name[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05

    high, low = sorted((light(colour), light(other)), reverse=True)
    return high / low


def test_the_picture_is_readable_on_light_and_dark() -> None:
    root = ET.fromstring(draw(counted()))
    colours = {
        each.attrib[name]
        for each in root.iter()
        for name in ("fill", "stroke")
        if name in each.attrib
    }
    for colour in colours - {"none"}:
        assert contrast(colour, "#ffffff") >= 3
        assert contrast(colour, "#1e1e1e") >= 3


@pytest.mark.sweep
@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="rsvg-convert is not here")
def test_the_picture_can_be_drawn(tmp_path: Path) -> None:
    source = tmp_path / "a.svg"
    source.write_text(draw(hostile(80)), "utf-8")
    done = subprocess.run(["rsvg-convert", str(source)], check=True, capture_output=True)
    assert done.stdout.startswith(b"\x89PNG")
