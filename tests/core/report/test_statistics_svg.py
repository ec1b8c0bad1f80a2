"""Statistics as a picture: valid, readable on light and dark, drawn by a browser's engine."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest
from tests.support.counted_vault import counted
from vault_sync.core.model.statistics import TagCount, VaultStatistics, WeekCount
from vault_sync.core.report.statistics_svg import MOST_TAGS, draw


def hostile(weeks: int) -> VaultStatistics:
    name = '<script>&"\x00\x1f\udcff\ufffe\uffff'
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
    assert len(bars) == min(weeks, 2 * 52)
    assert not root.findall(".//{*}script") and "href" not in picture
    for each in bars:
        left, wide = float(each.attrib["x"]), float(each.attrib["width"])
        assert left >= 0 and left + wide <= float(root.attrib["width"])


@pytest.mark.parametrize(("weeks", "tags"), [(0, 0), (1, 0), (80, 0), (80, 1), (80, 12)])
def test_the_parts_of_the_picture_are_in_it_and_in_rows(weeks: int, tags: int) -> None:
    counts = hostile(weeks)
    root = ET.fromstring(draw(counts._replace(tags=counts.tags * tags)))
    bars = [
        (float(one.attrib["y"]), float(one.attrib["height"])) for one in root.findall("{*}rect")
    ]
    lines = sorted({float(one.attrib["y"]) for one in root.findall("{*}text")})
    assert len(lines) == (1 if weeks == 0 else 3 + min(tags, MOST_TAGS))
    assert all(after - before >= 12 for before, after in pairwise([0, *lines]))
    assert all(lines[1] < y <= y + tall < lines[2] for y, tall in bars)
    assert lines[-1] < float(root.attrib["height"]) < lines[-1] + 260
    counts_at = float(root.attrib["width"]) - 16
    for each in root.findall("{*}path"):
        places = [float(one.split()[0]) for one in re.split("[ML]", each.attrib["d"])[1:]]
        assert places == sorted(places) and 100 < places[0] < places[-1] < counts_at
        heights = [float(one.split()[1]) for one in re.split("[ML]", each.attrib["d"])[1:]]
        below = next(y for y in lines if y >= max(heights))
        assert max(heights) - min(heights) == 20 and max(heights) == below


def test_names_and_numbers_stand_in_the_picture() -> None:
    words = [each.text for each in ET.fromstring(draw(counted())).iter() if each.text]
    found = counted()
    for tag in found.tags:
        at = words.index(f"#{tag.tag}")
        assert words[at + 1] == str(tag.papers)
    one = draw(found._replace(weeks=found.weeks[:1]))
    assert one.count(f">{found.weeks[0].name}</text>") == 1
    assert {found.weeks[0].name, found.weeks[-1].name} <= set(words)
    assert {f"{week.name}: {week.papers}" for week in found.weeks if week.papers} <= set(words)


def test_the_parts_of_the_picture_stand_where_they_belong() -> None:
    root = ET.fromstring(draw(counted()))
    assert (root.attrib["width"], root.attrib["height"]) == ("720", "348")
    bars = [
        [float(one.attrib[name]) for name in ("x", "y", "width", "height", "rx")]
        for one in root.findall("{*}rect")
    ]
    assert bars == [
        [82, 122, 40, 70, 2],
        [254, 52, 40, 140, 2],
        [426, 122, 40, 70, 2],
        [598, 122, 40, 70, 2],
    ]
    words = {(one.text, one.attrib["x"], one.attrib["y"]) for one in root.findall("{*}text")}
    assert words == {
        ("4 papers, 4 weeks, 10 words", "16", "26"),
        ("2 papers", "704", "46"),
        ("2023년 8월 3주차", "16", "210"),
        ("reading list", "704", "210"),
        ("#LLM", "16", "258"),
        ("2", "704", "258"),
        ("#code", "16", "292"),
        ("2", "704", "292"),
        ("#list", "16", "326"),
        ("1", "704", "326"),
    }
    assert root.findall("{*}path")[0].attrib["d"] == (
        "M166.0 258.0 L328.7 238.0 L491.3 238.0 L654.0 258.0"
    )
    assert [one.attrib["y1"] for one in root.findall("{*}line")] == ["52", "192"]


def test_a_single_week_is_a_bar_and_its_tag_a_point() -> None:
    one = VaultStatistics(1, 1, 0, (WeekCount("w", 1, 0),), (TagCount("t", 1, (1,)),), (), ())
    root = ET.fromstring(draw(one))
    (circle,), (bar,) = root.findall("{*}circle"), root.findall("{*}rect")
    assert (circle.attrib["cx"], circle.attrib["cy"], circle.attrib["r"]) == ("166", "258", "2.5")
    assert (bar.attrib["x"], bar.attrib["height"]) == ("340.0", "140.0")
    words = [each.text for each in root.findall("{*}text")]
    assert words == ["1 paper, 1 week, 0 words", "1 paper", "w", "#t", "1"]
    # Blanks of every kind stand in XML, other control characters do not.
    blank = ET.fromstring(draw(one._replace(weeks=(WeekCount("a\tb\nc\x0bd\x1fe f", 1, 0),))))
    assert "a\tb\ncde f" in [each.text for each in blank.findall("{*}text")]
    # Without papers there is nothing tall, and with many weeks no bar is less than a point wide.
    empty = one._replace(weeks=(WeekCount("w", 0, 0),) * 104, tags=())
    for bar in ET.fromstring(draw(empty)).findall("{*}rect"):
        assert (bar.attrib["height"], float(bar.attrib["width"]) > 4) == ("0.0", True)


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("a" * 19, "a" * 19),
        ("a" * 20, "a" * 19 + "…"),
        ("한" * 9 + "a", "한" * 9 + "a"),
        ("한" * 10, "한" * 9 + "…"),
    ],
)
def test_a_tag_is_cut_where_its_line_begins(tag: str, shown: str) -> None:
    one = VaultStatistics(1, 1, 0, (WeekCount("w", 1, 0),), (TagCount(tag, 1, (1,)),), (), ())
    assert f"#{shown}" in [each.text for each in ET.fromstring(draw(one)).findall("{*}text")]


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
    assert colours > {"none"}
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
