"""arXiv's bulk metadata as a file: read as a stream, broken lines skipped, the rest kept."""

from __future__ import annotations

import gzip
import json
import threading
import tracemalloc
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.folders import CORPUS, SAMPLE, needs_corpus
from tests.support.laws import examples
from vault_sync.core.model.values import Facts
from vault_sync.edge.sources import dump_file
from vault_sync.edge.sources.dump_file import _day, accents, facts

NAMES = CORPUS / "sample" / "names.json"


def record(one: str, **said: Any) -> dict[str, Any]:
    """A record as arXiv's own file has it."""
    return {
        "id": one,
        "submitter": "N. N.",
        "authors": 'C. Bal\\\'azs, E. L. Berger (Argonne), Leandro von Werra and T. "T" Last',
        "title": "A title that\n  is wrapped",
        "comments": "37 pages,\n 15 figures; published version",
        "journal-ref": "Phys.Rev.D76:013009,2007",
        "doi": "10.1103/PhysRevD.76.013009",
        "report-no": "ANL-HEP-PR-07-12",
        "categories": "hep-ph cs.CL",
        "license": None,
        "abstract": "  A fully differential calculation\nin $x^2$.\n  A second paragraph.\n",
        "versions": [
            {"version": "v1", "created": "Mon, 2 Apr 2007 23:59:59 GMT"},
            {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
        ],
        "update_date": "2008-11-26",
        "authors_parsed": [
            ["Balázs", "C.", ""],
            ["von Werra", "Leandro", "", "Hugging Face"],
            ["Berger", "E. L.", "Jr."],
        ],
        **said,
    }


def written(path: Path, *records: object) -> Path:
    lines = (one if isinstance(one, str) else json.dumps(one) for one in records)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def test_a_record_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", record("0704.0001"))
    assert facts(path, ["0704.0001"]) == (
        {
            "0704.0001": Facts(
                published="2007-04-02",
                updated="2007-07-24",
                title="A title that is wrapped",
                authors=("C. Balázs", "Leandro von Werra", "E. L. Berger Jr."),
                categories=("hep-ph", "cs.CL"),
                doi="10.1103/PhysRevD.76.013009",
                journal="Phys.Rev.D76:013009,2007",
                comment="37 pages, 15 figures; published version",
                abstract="A fully differential calculation in $x^2$.\nA second paragraph.",
            )
        },
        (),
        True,
    )


@pytest.mark.parametrize("parsed", [None, [], "Balázs", {"a": "b"}])
def test_authors_come_from_the_line_where_they_are_not_parsed(
    tmp_path: Path, parsed: object
) -> None:
    path = written(tmp_path / "a.jsonl", record("0704.0001", authors_parsed=parsed))
    found = facts(path, ["0704.0001"]).facts["0704.0001"]
    assert found.authors == ("C. Balázs", "E. L. Berger", "Leandro von Werra", 'T. "T" Last')


@pytest.mark.parametrize(
    "said",
    [
        dict.fromkeys(["title", "authors", "comments", "versions", "categories", "update_date",
                       "abstract", "authors_parsed", "doi", "journal-ref"]),
        {"versions": [], "title": 5, "authors": [1], "authors_parsed": "x", "categories": {}},
        {"versions": [None, 3, {"created": "soon"}, {}], "authors_parsed": [None, [], [3, None]]},
        {"versions": {"created": 1}, "doi": ["x"], "abstract": 1.5},
    ],
)  # fmt: skip
def test_a_field_of_another_kind_is_a_field_that_is_not_there(
    tmp_path: Path, said: dict[str, Any]
) -> None:
    path = written(tmp_path / "a.jsonl", record("0704.0001", **said))
    found = facts(path, ["0704.0001"])
    assert found.problems == ()
    assert found.facts["0704.0001"].published == ""
    assert found.facts["0704.0001"].updated == ""


def test_without_a_day_of_change_nothing_is_said_of_later_versions(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", record("0704.0001", update_date=None))
    found = facts(path, ["0704.0001"]).facts["0704.0001"]
    assert (found.published, found.updated) == ("2007-04-02", "")


@pytest.mark.parametrize(
    ("created", "day"),
    [
        ("Mon, 14 Aug 2023 00:00:00 GMT", "2023-08-14"),
        ("Mon, 14 Aug 2023 23:30:00 -0500", "2023-08-15"),
        ("Mon, 14 Aug 2023 02:30:00 +0900", "2023-08-13"),
        ("", ""),
        ("2023-08-14", ""),
        ("Mon, 99 Aug 2023 00:00:00 GMT", ""),
    ],
)
def test_a_day_is_in_utc(tmp_path: Path, created: str, day: str) -> None:
    said = record("2308.07124", versions=[{"version": "v1", "created": created}])
    path = written(tmp_path / "a.jsonl", said)
    assert facts(path, ["2308.07124"]).facts["2308.07124"].published == day


_USUAL = st.builds(
    "{}, {} {} {:04} {:02}:{:02}:{:02} {}".format,
    st.sampled_from(["Mon", "Sun", "Xyz"]),
    st.sampled_from([1, 14, 29, 30, 31, 1, 14, 29, 30, 31, 0, 32]),
    st.sampled_from(["Jan", "Feb", "Aug", "Dec", "Jan", "Feb", "Aug", "Dec", "Hor", "AUG"]),
    st.sampled_from([1999, 2000, 2023, 1999, 2000, 2023, 23, 68, 69, 999, 1000, 2999, 3000]),
    st.sampled_from([0, 9, 23, 0, 9, 23, 24, 29]),
    st.sampled_from([0, 59, 0, 59, 60]),
    st.sampled_from([0, 59, 0, 59, 60]),
    st.sampled_from(["GMT", "+0000", "GMT", "+0000", "-0000", "+0900", "-0500", "EST", ""]),
)
_OTHER = st.sampled_from(
    [
        "Mon,14 Aug 2023 00:00:00 GMT",
        "14 Aug 2023 00:00 GMT",
        "Mon, 14 Aug 2023 9:05:00 GMT",
        "Mon, 14 Aug 2023 00:00:00 GMT\n",
        "Mon, \u0661 Aug 2023 00:00:00 GMT",
        "Mon, 14 Aug 2023 00:00:00 +00001",
        "Mon, 14 Aug",
    ]
)


@settings(max_examples=examples(135))
@given(_USUAL | _OTHER)
def test_the_usual_date_is_read_as_any_other(created: str) -> None:
    try:
        day = parsedate_to_datetime(created).astimezone(UTC).date().isoformat()
    except (ValueError, OverflowError):
        day = ""
    assert _day(created) == day


def test_every_spelling_of_an_id_is_found(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.jsonl",
        record("math/0309136").__repr__(),  # not JSON, and not read: no id that is asked for
        json.dumps(record("math/0309136")).replace("/", "\\/"),
        json.dumps({"title": "the id comes later", "id": "2308.07124"}),
        '  {  "id" : "2308.07037" }  ',
        json.dumps(record("2308.07317")),
    )
    asked = ["math.GT/0309136v2", "math/0309136", "2308.07124v3", "2308.07037", "no id", "2308.1"]
    found = facts(path, asked)
    assert set(found.facts) == {"math.GT/0309136v2", "math/0309136", "2308.07124v3", "2308.07037"}
    assert found.facts["math/0309136"].title == "A title that is wrapped"
    assert found.facts["math/0309136"] == found.facts["math.GT/0309136v2"]
    assert found.problems == ()


def test_an_id_inside_another_record_is_not_its_id(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.jsonl",
        {"title": "x", "see": {"id": "2308.07124"}, "id": "2308.07037"},
        {"id": "2308.07317", "abstract": '"id": "2308.07124"'},
    )
    assert facts(path, ["2308.07124"]) == ({}, (), True)


def test_broken_lines_are_skipped_counted_and_said_once(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.jsonl",
        "",
        "not json",
        '{"id":"2308.07124","title":',
        '{"id":"2308.07124", "x":' + "[" * 200_000,
        json.dumps(record("2308.07124")),
        '["id", "2308.07037"]',
        json.dumps(record("2308.07037")),
    )
    path.write_bytes(b"\xff\xfe\x00\n" + path.read_bytes())
    found = facts(path, ["2308.07124", "2308.07037"])
    assert set(found.facts) == {"2308.07124", "2308.07037"}
    (problem,) = found.problems
    assert problem.level == "notice" and problem.code == "facts-snapshot"
    assert problem.line == 4 and problem.message.startswith("2 line(s)")


def test_a_line_without_end_costs_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump_file, "_LONGEST", 100_000)
    path = tmp_path / "a.jsonl"
    good = json.dumps(record("2308.07124")).encode()
    path.write_bytes(b'{"id":"2308.07037","x":"' + b"y" * 20_000_000 + b'"}\n' + good + b"\n")
    tracemalloc.start()
    found = facts(path, ["2308.07124", "2308.07037"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert set(found.facts) == {"2308.07124"}
    assert [problem.line for problem in found.problems] == [1]
    assert found.problems[0].message.startswith("1 line(s)")
    assert peak < 2_000_000


@pytest.mark.parametrize(("length", "read"), [(4_000_000, True), (4_000_001, False)])
def test_a_line_of_more_than_four_megabytes_is_none(
    tmp_path: Path, length: int, read: bool
) -> None:
    start, end = b'{"id":"2308.07124","x":"', b'"}\n'
    path = tmp_path / "a.jsonl"
    path.write_bytes(start + b"y" * (length - len(start) - len(end)) + end)
    found = facts(path, ["2308.07124"])
    assert (len(found.facts), len(found.problems)) == ((1, 0) if read else (0, 1))


def test_only_lines_that_can_hold_a_wanted_paper_are_parsed(tmp_path: Path) -> None:
    others = [record(f"2307.{number:05}") for number in range(2_000)]
    path = written(tmp_path / "a.jsonl", *others, record("2308.07124"), "{ never read")
    with mock.patch("json.loads", wraps=json.loads) as loads:
        assert set(facts(path, ["2308.07124"]).facts) == {"2308.07124"}
    assert loads.call_count == 1


def test_the_first_line_of_a_paper_counts(tmp_path: Path) -> None:
    lines = [record("2308.07124", title="first"), record("2308.07124", title="second")]
    path = written(tmp_path / "a.jsonl", *lines, record("2308.07037"))
    found = facts(path, ["2308.07124", "2308.07037"]).facts
    assert len(found) == 2 and found["2308.07124"].title == "first"


def test_nothing_to_look_for_opens_no_file(tmp_path: Path) -> None:
    assert facts(tmp_path / "none", []) == ({}, (), True)
    assert facts(tmp_path / "none", ["no id"]) == ({}, (), True)


def test_a_packed_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(record("2308.07124")).encode()))
    assert set(facts(path, ["2308.07124"]).facts) == {"2308.07124"}


def test_a_packed_file_cut_short_is_said_and_what_came_before_holds(tmp_path: Path) -> None:
    lines = [json.dumps(record(f"2308.{n:05}", title=f"{n * 7919}")) for n in range(20_000)]
    packed = gzip.compress("\n".join(lines).encode())
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    found = facts(path, ["2308.00007", "2308.19999"])
    assert set(found.facts) == {"2308.00007"}
    assert not found.whole
    assert [problem.code for problem in found.problems] == ["facts-snapshot"]


@pytest.mark.parametrize("name", ["none.jsonl", "folder", "plain.gz"])
def test_what_cannot_be_read_is_a_notice(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "plain.gz").write_text("{}")
    found = facts(tmp_path / name, ["2308.07124"])
    (problem,) = found.problems
    assert (found.facts, found.whole, problem.level) == ({}, False, "notice")
    assert problem.path == str(tmp_path / name) and problem.hint
    reason = {
        "none.jsonl": "No such file or directory",
        "folder": "it is not a regular file",
        "plain.gz": "Not a gzipped file (b'{}')",
    }[name]
    assert problem.message.endswith(f"cannot be read to its end: {reason}")


def test_reading_ends_when_it_is_stopped(tmp_path: Path) -> None:
    others = [record(f"2307.{number:05}") for number in range(3_000)]
    path = written(tmp_path / "a.jsonl", *others, record("2308.07124"))
    stop = threading.Event()
    assert facts(path, ["2308.07124"], stop).whole
    stop.set()
    assert facts(path, ["2308.07124"], stop) == ({}, (), False)


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        ("plain", "plain"),
        ("{é}", "{é}"),
        ("{é} \\'a", "é á"),
        ("$\\bar{x}$ and $\\'e$", "$\\bar{x}$ and $\\'e$"),
        ("100\\% and \\emph{this}", "100\\% and \\emph{this}"),
        ("\\cite{x} \\url{y} \\beta", "\\cite{x} \\url{y} \\beta"),
        ("Bal\\'azs", "Balázs"),
        ('G{\\"o}del', "Gödel"),
        ('G\\"{o}del', "Gödel"),
        ("Fran\\c{c}ois", "François"),
        ("Fran\\c cois", "François"),
        ("\\v{S}im{\\'\\i}k", "Šimík"),
        ("\\L ukasz and \\O{}rsted", "Łukasz and Ørsted"),
        ("Stra{\\ss}e", "Straße"),
        ("Erd\\H{o}s", "Erdős"),
        ("\\~nandu \\^{e} \\`a \\=o \\.z \\u{a} \\k{a} \\r{u}", "ñandu ê à ō ż ă ą ů"),
    ],
)
def test_accents(tex: str, text: str) -> None:
    assert accents(tex) == text


@needs_corpus
def test_the_sample_vault_has_the_facts_of_its_papers() -> None:
    truth = {one["arxiv"]: one["published"] for one in json.loads(NAMES.read_text("utf-8"))}
    truth["2305.06161"] = "2023-05-09"
    found = facts(SAMPLE / "arxiv.jsonl", sorted(truth))
    assert {one: of.published for one, of in found.facts.items()} == truth
    digest = next((SAMPLE / "digests").glob("*.md")).read_text("utf-8")
    for one, of in found.facts.items():
        if one != "2305.06161":
            assert f"/{one}\n{of.title} ({', '.join(of.authors)})" in digest
