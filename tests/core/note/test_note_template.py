"""Placeholders of a template: replaced once, quoted in properties, never today's."""

from __future__ import annotations

from datetime import date

import pytest
from vault_sync.core.model.values import RelPath
from vault_sync.core.note import property_block
from vault_sync.core.note.note_template import PLACEHOLDERS, filled, formatted, mistakes

VALUES = dict.fromkeys(PLACEHOLDERS, "") | {
    "title": 'On "Nets": {{url}} # and more',
    "authors": "Ann One, Bob Two",
    "year": "2023",
    "published": "2023-01-02",
    "arxiv": "2301.00001",
}
DAY = date(2023, 8, 14)


def test_in_the_body_a_value_stands_as_it_is_and_is_not_read_again() -> None:
    text = "# {{title}}\n{{ authors }} {{date}} {{date:D MMM YYYY [at] ddd}} {{nothing}}|\n"
    assert filled(text, VALUES, lambda: DAY) == (
        f"# {VALUES['title']}\nAnn One, Bob Two 2023-08-14 14 Aug 2023 at Mon |\n"
    )
    assert filled("{{date}}.", VALUES, lambda: None) == "."


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("a: {{title}}", "a", VALUES["title"]),
        ('a: "{{title}}"', "a", VALUES["title"]),
        ("a: '{{title}} x'", "a", f"{VALUES['title']} x"),
        ("a: 'it''s {{year}}'", "a", "it's 2023"),
        ('a: "say \\"{{year}}\\" \'\'"', "a", "say \"2023\" ''"),
        ("a: '{{year}}", "a", "'2023"),
        ("a: https://x.org/{{arxiv}}", "a", "https://x.org/2301.00001"),
        ("a:\n  - {{title}}", "a", VALUES["title"]),
        ("a: [paper, {{title}}]", "a", ("paper", VALUES["title"])),
        ("a: {{arxiv}}", "a", "2301.00001"),
        ("a: {{doi}}", "a", ""),
        ("b: {{x}}\na: 1", "a", "1"),
    ],
)
def test_in_properties_a_value_is_quoted(line: str, name: str, value: object) -> None:
    read = property_block.read(filled(f"---\n{line}\n---\n", VALUES, lambda: DAY))
    assert read.broken is None
    assert (read.items(name) if isinstance(value, tuple) else read.scalar(name)) == value


def test_a_year_alone_is_a_number_and_an_empty_value_an_empty_property() -> None:
    for line, after in (
        ("y: {{date:YYYY}}", "y: 2023"),
        ("y: {{date}}", "y: 2023-08-14"),
        ("y: {{year}} {{year}}", "y: 2023 2023"),
        ("y: {{arxiv}}", 'y: "2301.00001"'),
        ("y: [{{year}}, {{title}}]", 'y: ["2023", "On \\"Nets\\": {{url}} # and more"]'),
        ("y:  '{{doi}}' ", "y:"),
        ("y: x", "y: x"),
        ("y {{year}}: ''", "y {{year}}:"),
    ):
        assert filled(f"---\n{line}\n---\n", VALUES, lambda: DAY) == f"---\n{after}\n---\n"
    assert (
        filled("---\ny: {{year}}\nd: {{doi}}\n---\n", VALUES, lambda: DAY)
        == "---\ny: 2023\nd:\n---\n"
    )


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("YYYY-MM-DD", "2023-08-14"),
        ("gggg-[W]ww", "2023-W33"),
        ("dddd, MMMM Do YY", "Monday, August 14th 23"),
        ("D/M d DDDD Q", "14/8 1 226 3"),
    ],
)
def test_the_forms_of_a_day_are_obsidians(form: str, words: str) -> None:
    assert formatted(DAY, form) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (DAY, "2023 23|3 August Aug 08 8|226 226 14 14 14th|Monday Mon Mo 1|2023 2023|33 33 33 33"),
        (
            date(2021, 1, 3),
            "2021 21|1 January Jan 01 1|003 3 03 3 3rd|Sunday Sun Su 0|2020 2020|53 53 53 53",
        ),
        (
            date(2024, 1, 1),
            "2024 24|1 January Jan 01 1|001 1 01 1 1st|Monday Mon Mo 1|2024 2024|1 1 01 01",
        ),
        (
            date(2008, 12, 6),
            "2008 08|4 December Dec 12 12|341 341 06 6 6th|Saturday Sat Sa 6|2008 2008|49 49 49 49",
        ),
    ],
)
def test_each_part_of_a_day(day: date, words: str) -> None:
    form = "YYYY YY|Q MMMM MMM MM M|DDDD DDD DD D Do|dddd ddd dd d|GGGG gggg|W w WW ww"
    assert formatted(day, form) == words


def test_the_quarters_of_a_year_have_three_months() -> None:
    assert "".join(formatted(date(2023, month, 1), "Q") for month in range(1, 13)) == "111222333444"


def test_a_day_is_counted_as_in_english() -> None:
    words = [formatted(date(2023, 8, day), "Do") for day in range(1, 32)]
    assert words[:4] == ["1st", "2nd", "3rd", "4th"] and words[9:14] == [
        *("10th", "11th", "12th", "13th", "14th")
    ]
    assert words[19:24] == ["20th", "21st", "22nd", "23rd", "24th"]
    assert words[29:] == ["30th", "31st"]


def test_mistakes_have_their_line() -> None:
    text = "---\na: {{title}}\n---\n{{titel}}\n{{section}}\n{{time}} {{date:HH:mm}} {{date:[HH]}}\n"
    found = list(mistakes(RelPath("T.md"), text))
    assert [(each.code, each.line) for each in found] == [
        *(("unknown-placeholder", line) for line in (4, 6, 6)),
    ]
    windows = list(mistakes(RelPath("T.md"), text.replace("\n", "\r\n")))
    assert [each.line for each in windows] == [4, 6, 6]
    inline = list(mistakes(RelPath("T.md"), "x {{section}}\n"))
    assert [each.line for each in inline] == [1]
    broken = list(mistakes(RelPath("T.md"), "---\na: 1\nb: [x\n---\n"))
    assert [each.code for each in broken] == ["template-unusable"]
