"""arXiv's ids, questions and Atom: what is refused, what is read, what is asked again."""

from __future__ import annotations

import time
import tracemalloc
from itertools import product
from string import ascii_lowercase
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.laws import examples
from vault_sync.core.model.values import Facts
from vault_sync.core.sources import atom
from vault_sync.core.sources.answers import Feed, Refused

NO_IDS = [
    "",
    "paper",
    "2308",
    "2308.071",  # too short
    "2308.0712",  # five digits since 1501
    "1412.00001",  # four until 1412
    "2313.00001",  # no such month
    "2300.00001",
    "0703.0001",  # the new form began in 0704
    "2308.071245",
    "2308.07124v",
    "2308.07124 ",
    "2308.07124\n",
    "２３０８.07124",
    "2308.07124,2308.07037",
    "cs/070304",
    "cs/0704001",  # the old form ended in 0703
    "cs/9106001",  # and began in 9107
    "cs/9913001",
    "CS/0703041",
    "cs/0703041&max_results=1",
    "http://arxiv.org/abs/2308.07124",
]

IDS = [
    ("2308.07124", "2308.07124"),
    ("2308.07124v3", "2308.07124"),
    ("1501.00001", "1501.00001"),
    ("1412.9999v2", "1412.9999"),
    ("0704.0001", "0704.0001"),
    ("cs/0703041", "cs/0703041"),
    ("cs/0703041v1", "cs/0703041"),
    ("math.GT/0309136", "math/0309136"),
    ("hep-th/9108001v2", "hep-th/9108001"),
    ("cond-mat/0001001", "cond-mat/0001001"),
]


@pytest.mark.parametrize("text", NO_IDS)
def test_what_cannot_be_an_id_is_none(text: str) -> None:
    assert atom.paper_id(text) == ""


@pytest.mark.parametrize(("text", "known"), IDS)
def test_an_id_loses_version_and_class(text: str, known: str) -> None:
    assert atom.paper_id(text) == known
    assert atom.paper_id(known) == known


def test_a_query_asks_for_all_of_its_ids() -> None:
    said = parse_qs(
        urlsplit(atom.address("https://a.org/q?k=1", ["2308.07124", "cs/0703041"])).query
    )
    assert said == {
        "id_list": ["2308.07124,cs/0703041"],
        "start": ["0"],
        "max_results": ["2"],
        "k": ["1"],
    }
    assert (
        len(
            atom.address("https://export.arxiv.org/api/query", [f"2308.{n:05}" for n in range(100)])
        )
        < 2000
    )


# A feed as export.arxiv.org writes it.

ENTRY = """  <entry>
    <id>http://arxiv.org/abs/{id}</id>
    <updated>{updated}</updated>
    <published>{published}</published>
    <title>{title}</title>
    <summary>{summary}</summary>
    <author>
      <name>{author}</name>
      <arxiv:affiliation xmlns:arxiv="http://arxiv.org/schemas/atom">Somewhere</arxiv:affiliation>
    </author>
    <author><name>Second  Author</name></author>
    {more}
    <link href="http://arxiv.org/abs/{id}" rel="alternate" type="text/html"/>
    <link title="pdf" href="http://arxiv.org/pdf/{id}" rel="related" type="application/pdf"/>
    <arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.CL"/>
    <category term="cs.AI" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    <category term="68T50 (Primary); I.2.7" scheme="http://arxiv.org/schemas/atom"/>
  </entry>
"""
ERROR = """  <entry>
    <id>http://arxiv.org/api/errors#incorrect_id_format_for_{id}</id>
    <title>Error</title>
    <summary>incorrect id format for {id}</summary>
    <updated>2026-01-01T00:00:00-05:00</updated>
    <author><name>arXiv api core</name></author>
  </entry>
"""


def feed(*entries: str) -> bytes:
    body = "".join(entries)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title type="html">ArXiv Query: id_list=</title>
  <id>http://arxiv.org/api/x</id>
  <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">1\
</opensearch:totalResults>
{body}</feed>""".encode()


def entry(one: str, **said: str) -> str:
    values = {
        "id": one,
        "published": "2023-08-14T17:59:59Z",
        "updated": "2024-02-18T01:02:03Z",
        "title": "A Title",
        "summary": "An abstract.",
        "author": "First Author",
        "more": "",
    }
    return ENTRY.format(**values | said)


def test_a_feed_is_read() -> None:
    more = (
        '<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.1000/x.1</arxiv:doi>'
        '<arxiv:journal_ref xmlns:arxiv="http://arxiv.org/schemas/atom">'
        "J. X 1,\n  2</arxiv:journal_ref>"
        '<arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">'
        "12 pages,\n 3 figures</arxiv:comment>"
    )
    text = entry(
        "2308.07124v2",
        title="OctoPack: Instruction\n  Tuning",
        summary="  We wrap\nlines.\n  A new paragraph &lt; 2.\n",
        author="Niklas  Muennighoff",
        more=more,
    )
    read = atom.read(feed(text, entry("cs/0703041v1", published="2007-03-09T00:00:00Z")))
    assert read.errors == ()
    assert read.facts["2308.07124"] == Facts(
        published="2023-08-14",
        updated="2024-02-18",
        title="OctoPack: Instruction Tuning",
        authors=("Niklas Muennighoff", "Second Author"),
        categories=("cs.CL", "cs.AI"),
        doi="10.1000/x.1",
        journal="J. X 1, 2",
        comment="12 pages, 3 figures",
        abstract="We wrap lines.\nA new paragraph < 2.",
    )
    assert read.facts["cs/0703041"].published == "2007-03-09"


def test_a_withdrawn_paper_has_facts_like_any_other() -> None:
    comment = (
        '<arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">'
        "This paper has been withdrawn by the author</arxiv:comment>"
    )
    read = atom.read(feed(entry("2308.07124v3", more=comment, summary="Withdrawn.")))
    assert read.facts["2308.07124"].published == "2023-08-14"
    assert "withdrawn" in read.facts["2308.07124"].comment


def test_an_error_is_no_paper() -> None:
    assert atom.read(feed(ERROR.format(id="2308.0712"))) == Feed(
        {}, ("incorrect id format for 2308.0712",)
    )


def test_an_empty_feed_is_empty() -> None:
    assert atom.read(feed()) == Feed({})


@pytest.mark.parametrize(
    "text",
    [
        entry("2308.07124", published=""),
        entry("2308.07124", published="soon"),
        entry("2308.07124", published="2023-02-30T00:00:00Z"),
        entry("nonsense"),
        "<entry><title>no id</title></entry>",
        "<entry/>",
    ],
)
def test_an_entry_without_id_or_day_is_left_out(text: str) -> None:
    assert atom.read(feed(text)) == Feed({})


def test_what_is_hostile_in_a_feed_is_harmless_in_the_facts() -> None:
    text = entry(
        "2308.07124",
        title=escape("Bad `$= dv.pages()`\n---\ntags: [x] <% tp %> [[y]]\u202e"),
        author=escape("<script>x</script>"),
        summary=escape("```dataviewjs\nx\n```\n  ![[secret]]"),
        more="<arxiv:doi xmlns:arxiv='http://arxiv.org/schemas/atom'>javascript:x</arxiv:doi>",
    )
    facts = atom.read(feed(text)).facts["2308.07124"]
    assert facts.title == "Bad ‘$= dv.pages()‘ --- tags: [x] < % tp %> [ [y] ]"
    assert facts.authors[0] == "< script>x< /script>"
    assert facts.abstract == "‘‘‘dataviewjs x ‘‘‘\n! [ [secret] ]"
    assert facts.doi == ""


def test_lengths_are_bounded() -> None:
    many = "<author><name>A</name></author>" * 6_000
    text = entry("2308.07124", title="x" * 100_000, summary="y " * 100_000, more=many)
    facts = atom.read(feed(text)).facts["2308.07124"]
    assert len(facts.title) == 2_000
    assert len(facts.abstract) <= 20_000
    assert len(facts.authors) == 5_000


@pytest.mark.parametrize("more", [0, 1])
def test_what_is_as_long_as_it_may_be_is_read_whole(more: int) -> None:
    """One more of each is left out, or the feed is none."""
    words = "x" * (2_000 + more)
    (paper,) = atom.read(
        feed(entry("2308.07124", title=words, author=words).replace('"cs.AI"', f'"{words}"'))
    ).facts.values()
    assert paper.title == paper.authors[0] == paper.categories[1] == "x" * 2_000
    names = ["".join(pair) for pair in product(ascii_lowercase, repeat=2)][: 100 + more]
    terms = "".join(f'<category term="{name}"/>' for name in names)
    own = entry("2308.07124", more=terms).partition("    <link")[0] + "</entry>"
    assert atom.read(feed(own)).facts["2308.07124"].categories == tuple(names[:100])
    errors = atom.read(feed(*(ERROR.format(id=n) for n in range(20 + more)))).errors
    assert errors == tuple(f"incorrect id format for {n}" for n in range(20))
    nested = FEED + b"<a>" * (19 + more) + b"</a>" * (19 + more) + b"</feed>"
    whole = FEED + b"<entry/>" * (1_000 + more) + b"</feed>"
    for body, why in ((nested, "too many elements"), (whole, "too many entries")):
        if more:
            with pytest.raises(Refused, match=why):
                atom.read(body)
        else:
            assert atom.read(body) == Feed({})


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;">]><feed xmlns="http://www.w3.org/2005/Atom"><title>&c;</title></feed>'
)


FEED = b'<feed xmlns="http://www.w3.org/2005/Atom">'


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not XML"),
        (b"not xml", "not XML"),
        (b"<html><body>Sign in to the hotel network</body></html>", "no Atom feed"),
        (b"<feed>without a name space</feed>", "no Atom feed"),
        (feed(entry("2308.07124"))[:-30], "not XML"),
        (feed("<title>&nbsp;</title>"), "not XML"),
        (BOMB.encode(), "DOCTYPE"),
        (BOMB.encode("utf-16"), "DOCTYPE"),
        (b'<!doctype html><html lang="en"></html>', "not XML"),
        (b'<!DOCTYPE feed SYSTEM "file:///etc/passwd"><feed/>', "DOCTYPE"),
        (FEED + b"<a>" * 2_000_000, "too many elements"),
        (FEED + b"<a/>" * 600_000 + b"</feed>", "too many elements"),
        (FEED + b"<entry/>" * 2_000 + b"</feed>", "too many entries"),
        (FEED + b"<a " + b"".join(b"b%d='' " % n for n in range(500_000)) + b"/>", "too large"),
        (FEED + b"<!--" + b"x" * 8_000_000 + b"--></feed>", "too large"),
        (FEED + b"<a" + b"x" * 8_000_000 + b"/></feed>", "too large"),
        (b'<?xml version="1.0" encoding="no-such"?><feed/>', "not XML|decoded"),
        (b"\xff\xfe\x00\x01", "not XML"),
        (FEED + b"\x00</feed>", "not XML"),
    ],
)
def test_what_is_no_feed_is_refused(body: bytes, why: str) -> None:
    started = time.process_time()
    with pytest.raises(Refused, match=why):
        atom.read(body)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "inside",
    [
        "<title>" + "x" * 3_000_000 + "</title>",
        "<title>" + "é\N{GRINNING FACE}" * 400_000 + "</title>",
        "<summary>" + "a\n\n" * 700_000 + "</summary>",
        "<author><name>x</name></author>" * 70_000,
        "<category term='cs.CL'/>" * 80_000,
        "<author>" + "<name>x</name>" * 80_000 + "</author>",
    ],
)
def test_a_huge_entry_is_cut_in_little_time_and_room(inside: str) -> None:
    body = feed(entry("2308.07124"), entry("2308.07125").replace("<title>", inside + "<title>", 1))
    started = time.process_time()
    tracemalloc.start()
    found = atom.read(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "2308.07124" in found.facts
    assert peak < 1_000_000 and time.process_time() - started < 10


@settings(max_examples=examples(65))
@given(st.binary(max_size=60), st.integers(0, 900))
def test_law_reading_is_total(noise: bytes, at: int) -> None:
    body = feed(entry("2308.07124"))
    try:
        read = atom.read(body[:at] + noise + body[at + len(noise) :])
    except Refused:
        return
    assert all(one == atom.paper_id(one) and paper.published for one, paper in read.facts.items())
