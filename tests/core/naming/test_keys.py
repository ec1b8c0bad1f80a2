"""Keys: what is one paper however it is addressed, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.laws import examples
from vault_sync.core.model.values import Key
from vault_sync.core.naming.keys import (
    KINDS,
    address_of,
    arxiv_id,
    fact_name,
    id_of_key,
    is_paper,
    key_of,
    kind_of_key,
    pdf_of,
    respelled,
    word_of,
)

NO_ADDRESS = (
    "",
    " ",
    "hello",
    "Title (Kim Lee)",
    "https://",
    "https:///path",
    "http://#x",
    "https://a b/c",
    "mailto:kim@a.b",
    "obsidian://open?vault=x",
    "file:///etc/passwd",
    "[[note]]",
    "2308.0703",
    "2313.07037",
    "arxiv:hello",
    "doi:hello",
    "10.1/x",
    "<>",
)

ONE_PAPER = (
    "https://arxiv.org/abs/2308.07037",
    "http://arxiv.org/abs/2308.07037",
    "HTTPS://ArXiv.org/abs/2308.07037",
    "https://www.arxiv.org/abs/2308.07037",
    "https://export.arxiv.org/abs/2308.07037",
    "https://arxiv.org/abs/2308.07037v1",
    "https://arxiv.org/abs/2308.07037v12/",
    "https://arxiv.org/pdf/2308.07037",
    "https://arxiv.org/pdf/2308.07037.pdf",
    "https://arxiv.org/pdf/2308.07037v2.pdf#page=3",
    "https://arxiv.org/html/2308.07037v1#S1.SS2",
    "https://arxiv.org/abs/2308.07037?context=cs.LG",
    "https://browse.arxiv.org/pdf/2308.07037.pdf",
    "https://ar5iv.labs.arxiv.org/html/2308.07037",
    "https://ar5iv.org/abs/2308.07037",
    "https://alphaxiv.org/abs/2308.07037",
    "https://www.alphaxiv.org/overview/2308.07037v1",
    "https://huggingface.co/papers/2308.07037",
    "https://hf.co/papers/2308.07037",
    "https://doi.org/10.48550/arXiv.2308.07037",
    "doi:10.48550/arxiv.2308.07037v2",
    "arxiv.org/abs/2308.07037",
    "<https://arxiv.org/abs/2308.07037>",
    "  https://arxiv.org/abs/2308.07037\t",
    "arxiv:2308.07037",
    "arXiv:2308.07037v3",
    "arXiv: 2308.07037",
    "2308.07037",
)

KEYS = {
    "https://arxiv.org/abs/cs/0703041": "arxiv:cs/0703041",
    "https://arxiv.org/pdf/cs/0703041v2.pdf": "arxiv:cs/0703041",
    "https://arxiv.org/abs/cs%2F0703041": "arxiv:cs/0703041",
    "https://arxiv.org/abs/math.GT/0309136": "arxiv:math/0309136",
    "arXiv:hep-th/9901001v1": "arxiv:hep-th/9901001",
    "https://arxiv.org/abs/0704.0001": "arxiv:0704.0001",
    "https://doi.org/10.1145/3292500.3330701": "doi:10.1145/3292500.3330701",
    "http://dx.doi.org/10.1000/ABC": "doi:10.1000/abc",
    "doi:10.1000/ABC": "doi:10.1000/abc",
    "10.1000/abc": "doi:10.1000/abc",
    "https://doi.org/10.1002/%28SICI%291": "doi:10.1002/(sici)1",
    "https://dl.acm.org/doi/10.1145/3292500.3330701": "doi:10.1145/3292500.3330701",
    "https://dl.acm.org/doi/pdf/10.1145/3292500.3330701": "doi:10.1145/3292500.3330701",
    "https://openreview.net/forum?id=AbC_1-2": "openreview:AbC_1-2",
    "https://openreview.net/pdf?id=AbC_1-2": "openreview:AbC_1-2",
    "https://openreview.net/forum?noteId=x&id=AbC_1-2": "openreview:AbC_1-2",
    "openreview:AbC_1-2": "openreview:AbC_1-2",
    "https://www.Example.com/Post/": "url:example.com/Post",
    "http://example.com:80/Post#part": "url:example.com/Post",
    "https://example.com": "url:example.com",
    "https://example.com/p?utm_source=x&id=3&UTM_medium=y&fbclid=z": "url:example.com/p?id=3",
    "https://example.com/p?id=3&lang=ko": "url:example.com/p?id=3&lang=ko",
    "https://twitter.com/a/status/1?s=20": "url:twitter.com/a/status/1",
    "https://example.com/p?s=20": "url:example.com/p?s=20",
    "https://x.com/a/status/1?t=x&s=20&u=1": "url:x.com/a/status/1?u=1",
    "https://twitter.com/a?t=x": "url:twitter.com/a",
    "https://youtu.be/x?si=y": "url:youtu.be/x",
    "https://youtu.be/x?feature=y&s=1": "url:youtu.be/x?s=1",
    "https://youtube.com/watch?v=x&si=y&feature=z": "url:youtube.com/watch?v=x",
    "https://ko.wikipedia.org/wiki/한국": "url:ko.wikipedia.org/wiki/%ED%95%9C%EA%B5%AD",
    "https://ko.wikipedia.org/wiki/%ed%95%9c%EA%B5%AD": (
        "url:ko.wikipedia.org/wiki/%ED%95%9C%EA%B5%AD"
    ),
    "https://arxiv.org/list/cs.CL/recent": "url:arxiv.org/list/cs.CL/recent",
    "https://huggingface.co/meta/llama": "url:huggingface.co/meta/llama",
    "https://notarxiv.org/abs/2308.07037": "url:notarxiv.org/abs/2308.07037",
    "https://arxiv.org/abs/2308.070371": "url:arxiv.org/abs/2308.070371",
    "https://a.b/\udcff": "url:a.b/%FF",
    "https://a.b/!~'한": "url:a.b/!~'%ED%95%9C",
    "ftp://a.b/c": "url:a.b/c",
    "http://[::1]/x": "url:[::1]/x",
}


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_address_has_no_key(text: str) -> None:
    assert key_of(text) is None


@pytest.mark.parametrize("address", ONE_PAPER)
def test_every_spelling_of_an_arxiv_address_is_one_paper(address: str) -> None:
    assert key_of(address) == "arxiv:2308.07037"


@pytest.mark.parametrize(("address", "key"), KEYS.items())
def test_key(address: str, key: str) -> None:
    assert key_of(address) == key


def test_two_papers_keep_two_keys() -> None:
    papers = ("https://a.b/c", "https://a.b/C", "https://a.b/c?d", "https://a.b", "https://b.a/c")
    assert len({key_of(paper) for paper in papers}) == len(papers)


def test_arxiv_id() -> None:
    assert arxiv_id(Key("arxiv:cs/0703041")) == "cs/0703041"
    assert arxiv_id(Key("doi:10.1000/1")) == ""


@given(
    st.one_of(st.text(), st.text().map("https://a.b/".__add__), st.text(alphabet="arxiv:/.9v#%"))
)
@settings(max_examples=examples(100))
def test_any_text_is_taken_and_a_key_can_always_be_encoded(text: str) -> None:
    key = key_of(text)
    if key is not None:
        key.encode("ascii" if key.startswith(("url:", "doi:")) else "utf-8")
        assert key == key_of(f" <{text.strip()}> ") or text.strip().startswith("<")


@pytest.mark.parametrize(
    "bit", ["a/", "%", "&", "a&", "?", "#", "10.1234/", "v1", "한", "/doi/10.1234/"]
)
def test_a_long_address_takes_no_quadratic_time(bit: str) -> None:
    """It takes milliseconds; a quadratic walk would take minutes."""
    assert key_of("https://a.b/" + bit * 200_000) is not None


@pytest.mark.parametrize(
    "key", ["arxiv:2308.00001", "doi:10.1000/x", "url:a.example/b?c=d", "", "k", "none:x"]
)
def test_a_key_of_these_rules_is_spelled_as_it_is(key: str) -> None:
    assert respelled(key) == key


def test_a_key_that_older_rules_took_for_any_page_gets_its_kind() -> None:
    assert respelled("url:arxiv.org/abs/2308.00001v2") == "arxiv:2308.00001"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        *((f"https://{host}{path}", "acl:N19-1423") for host, path in [
            ("aclanthology.org", "/N19-1423"),
            ("aclanthology.org", "/N19-1423/"),
            ("www.aclanthology.org", "/N19-1423.pdf"),
            ("aclanthology.org", "/N19-1423v2.pdf"),
            ("aclanthology.org", "/n19-1423.bib"),
            ("www.aclweb.org", "/anthology/N19-1423/"),
            ("aclweb.org", "/anthology/papers/N/N19/N19-1423"),
            ("aclweb.org", "/anthology/papers/N/N19/N19-1423/#x"),
        ]),
        ("acl:N19-1423", "acl:N19-1423"),
        ("https://aclanthology.org/2020.acl-main.1/", "acl:2020.acl-main.1"),
        ("https://www.aclweb.org/anthology/2020.ACL-main.1.pdf", "acl:2020.acl-main.1"),
        ("https://aclanthology.org/2023.findings-acl.375.pdf", "acl:2023.findings-acl.375"),
        ("https://aclanthology.org/volumes/N19-1/", "url:aclanthology.org/volumes/N19-1"),
        ("https://aclanthology.org/people/a", "url:aclanthology.org/people/a"),
        ("https://x.org/N19-1423", "url:x.org/N19-1423"),
        ("acl:hello", None),
    ],
)  # fmt: skip
def test_a_paper_of_the_acl_anthology_is_its_id(address: str, key: str | None) -> None:
    assert key_of(address) == key


@pytest.mark.parametrize(
    ("key", "address", "word", "pdf", "fact"),
    [
        (
            "arxiv:2308.07037",
            "https://arxiv.org/abs/2308.07037",
            "2308.07037",
            "https://arxiv.org/pdf/2308.07037",
            "2308.07037",
        ),
        (
            "arxiv:cs/0703041",
            "https://arxiv.org/abs/cs/0703041",
            "0703041",
            "https://arxiv.org/pdf/cs/0703041",
            "cs/0703041",
        ),
        ("doi:10.1000/one-two3", "https://doi.org/10.1000/one-two3", "one-two3", "", None),
        ("doi:10.1000/%ED%95%9C", "https://doi.org/10.1000/%ED%95%9C", "10.1000", "", None),
        (
            "openreview:AbC",
            "https://openreview.net/forum?id=AbC",
            "AbC",
            "https://openreview.net/pdf?id=AbC",
            None,
        ),
        (
            "acl:N19-1423",
            "https://aclanthology.org/N19-1423",
            "N19-1423",
            "https://aclanthology.org/N19-1423.pdf",
            None,
        ),
        ("url:x.org/a?b=longest", "https://x.org/a?b=longest", "x.org", "", ""),
        ("url:%ED%95%9C/!", "https://%ED%95%9C/!", "ED", "", ""),
    ],
)
def test_what_follows_from_a_key(
    key: str, address: str, word: str, pdf: str, fact: str | None
) -> None:
    one = Key(key)
    assert kind_of_key(one).name + ":" + id_of_key(one) == key
    assert address_of(one) == address and key_of(address) == key
    assert pdf_of(one) == pdf and fact_name(one) == (key if fact is None else fact)
    assert is_paper(one) == (not key.startswith("url:"))
    assert word_of(one) == word


def test_what_is_no_key_has_no_kind() -> None:
    for text in ("", "2308.07037", "arxiv", "pmid:1"):
        with pytest.raises(ValueError, match="is no key"):
            kind_of_key(Key(text))


def test_which_kinds_are_properties_and_which_open_an_entry() -> None:
    assert [kind.name for kind in KINDS if kind.has_property] == ["arxiv", "doi"]
    assert [kind.name for kind in KINDS if kind.opens_entry] == ["arxiv", "doi"]
    assert [kind.name for kind in KINDS if kind.is_short] == ["arxiv"]
