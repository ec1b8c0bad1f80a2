"""Reading a digest, by example: what is no entry, and what is one."""

from __future__ import annotations

import pytest
from tests.support.digests import BLOG, NEXT, OCTO, only
from vault_sync.core.digest import editor as digest
from vault_sync.core.digest.reader import read as read_digest
from vault_sync.core.model.values import Fields
from vault_sync.core.text.spans import splice

# Lines under an address in a commentary that must not make an entry of it.
PROSE = (
    "이미지 하나로 학습하는 SinGAN (https://arxiv.org/abs/1905.01164)",
    "이미지 하나로 학습하는 모델 (arxiv:1905.01164)",
    "효율적인 학습을 위한 코드를 공개했습니다. (API인지 weight인지 모르겠네요.)",
    "방대한 multilingual에 대해 프리트레이닝을 했네요. (캡션, ocr 등등)",
    "이 아이디어는 RoPE가 나은 것이 아닌가 하는 발상 (하이브리드는 애매한...)",
    "지금 구글에서는 어떻게 하는지 (그냥 gpt-3 그대로일까요?)",
    "성능이 좋은 편 (이 논문에 국한하지 않더라도 그렇다)",
    "각 과제에 대한 파인튜닝 없이(!)",
    "각 과제에 대한 파인튜닝 없이 (!)",
    "파인튜닝 없이(Kim Lee, Ann Park)",
    "말이 되는 이야기 (물론 아닐 수도)",
    "말이 되는 이야기 (사실 그대로)",
    "label smoothing 제거 (imagenet-1k)",
    "더 작은 이미지 크기 (192x192)",
    "성능 향상 (61.64 까지.)",
    "결과 비교 (Table 3)",
    "결과 비교 (ICLR 2023, Figure 2)",
    "물체를 찾는다 (weak supervision)",
    "물체를 찾는다 (Weak supervision)",
    "learning rate 설정 (LR = Adam)",
    "This is a blog (which is not surprising)",
    "This is a blog (I think so)",
    "괄호가 안 닫힘 (Kim Lee",
    "괄호가 안 열림 Kim Lee)",
    "(Kim Lee, Ann Park)",
    "- 베이스라인 (ImageNet)",
    "그냥 문장",
    "#InsTag: 태그가 아님",
    "[[230509 StarCoder]] 사실 starcoder에도 (https://arxiv.org/abs/2305.06161)",
    "[[n|Title]] (https://arxiv.org/abs/2305.06161)",
    "![[image.png]]",
    "## Heading (Kim Lee, Ann Park)",
)


@pytest.mark.parametrize("line", PROSE)
@pytest.mark.parametrize("address", [BLOG, "https://arxiv.org/abs/2108.06098"])
def test_an_address_in_a_commentary_makes_no_entry(line: str, address: str) -> None:
    text = f"2023년 8월 3주차\n{OCTO}\nOctoPack (Kim Lee)\n처음\n{address}\n{line}\n#code\n"
    read = read_digest(text)
    assert [entry.fields.url for entry in read.entries] == [OCTO]


@pytest.mark.parametrize("line", PROSE)
def test_prose_under_an_untitled_head_is_no_title(line: str) -> None:
    _, entry = only(f"2023년 8월 3주차\n{BLOG}\n{line}\n")
    assert (entry.fields.title, entry.link) == ("", None)


@pytest.mark.parametrize(
    "line",
    ["text https://a.b/c", "- https://a.b/c", "[x](https://a.b/c)", "<https://a.b/c", "https://"],
)
def test_a_line_that_holds_more_than_an_address_is_no_head(line: str) -> None:
    assert read_digest(f"w\n{line}\nT (Kim Lee)\n").entries == ()


@pytest.mark.parametrize("line", ["https://?", "http://.", "<https://:80/>"])
def test_an_address_of_no_page_is_no_head(line: str) -> None:
    assert read_digest(f"{line}\nA Title (Ann Bee, Cee Dee)\nwords\n").entries == ()


@pytest.mark.parametrize("line", [f"   {OCTO}  ", f"<{OCTO}>", f" <{OCTO}>\r"])
def test_an_address_may_be_set_in(line: str) -> None:
    text = f"w\n{line}\n  A Title (Ann Bee, Cee Dee)\n"
    (entry,) = read_digest(text).entries
    assert entry.layout.address.slice(text) == entry.fields.url == OCTO


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("arxiv:2308.07124", ["arxiv:2308.07124"]),
        ("ArXiv:2308.07124v2", ["arxiv:2308.07124"]),
        ("DOI:10.1000/x", ["doi:10.1000/x"]),
        ("acl:N19-1423", []),
        ("openreview:HyWDCXjgx", []),
        ("url:blog.example/x", []),
        ("xarxiv:2308.07124", []),
    ],
)
def test_an_id_alone_is_an_address_where_people_write_it_so(line: str, keys: list[str]) -> None:
    assert [entry.key for entry in read_digest(f"{line}\nT (Kim Lee)\n").entries] == keys


def test_the_digest_of_the_specification() -> None:
    text = (
        f"2023년 8월 3주차\n{OCTO}\nOctoPack: Code (Niklas Muennighoff, ...)\n"
        f"하나.\n[[230509 StarCoder]] 둘\n#code #instruct\n"
        f"{NEXT}\nPlatypus (Ariel N. Lee)\n#tuning\n"
    )
    first, second = read_digest(text).entries
    assert first.fields == Fields(
        OCTO,
        "OctoPack: Code",
        ("Niklas Muennighoff", "..."),
        ("code", "instruct"),
        "하나.\n[[230509 StarCoder]] 둘",
    )
    assert (first.key, first.line, first.commentary_line) == ("arxiv:2308.07124", 2, 4)
    assert first.span.slice(text).startswith(OCTO) and first.span.slice(text).endswith(
        "#instruct\n"
    )
    assert (second.line, second.commentary_line) == (7, 9)
    assert second.fields == Fields(NEXT, "Platypus", ("Ariel N. Lee",), ("tuning",), "")


@pytest.mark.parametrize(
    "before",
    [
        "",
        "2023년 8월 3주차\n",
        "---\na: b\n---\n\nw\n",
        "w\n## 블로그\n",
        "w\n말\n\n---\n",
        "w\n#a\n",
    ],
)
def test_an_untitled_head_opens_where_only_an_entry_can_stand(before: str) -> None:
    _, entry = only(f"{before}{BLOG}\n\n말 (물론 아닐 수도)\n")
    assert entry.fields == Fields(BLOG, commentary="말 (물론 아닐 수도)")


@pytest.mark.parametrize(
    "before", ["w\n말\n", "w\n## 블로그\n말\n", "w\n### 블로그\n", "w\n```\n#a\n```\n"]
)
def test_an_untitled_head_opens_nowhere_else(before: str) -> None:
    assert read_digest(f"{before}{BLOG}\n말\n").entries == ()


def test_front_matter_is_the_digests_own() -> None:
    text = f"---\n{OCTO}\nT (Kim Lee)\n---\n{NEXT}\nU (Ann Park)\n"
    assert [entry.fields.url for entry in read_digest(text).entries] == [NEXT]
    assert [entry.fields.url for entry in read_digest("\ufeff" + text).entries] == [NEXT]


def test_two_heads_in_a_row_are_two_entries_where_a_title_says_so() -> None:
    first, second = read_digest(f"w\n{OCTO}\n{NEXT}\nT (Kim Lee)\n").entries
    assert first.fields == Fields(OCTO)
    assert second.fields.title == "T"


def test_two_entries_of_one_key_are_both_read() -> None:
    text = f"w\n{OCTO}\nT (Kim Lee)\n{OCTO}v2\nT (Kim Lee)\n"
    assert [entry.key for entry in read_digest(text).entries] == ["arxiv:2308.07124"] * 2


def test_headings_of_level_1_and_2_end_an_entry_and_deeper_ones_do_not() -> None:
    text = f"w\n{OCTO}\nT (Kim Lee)\n하나\n### 셋째\n둘\n\n ## 둘째\n머리말\n{NEXT}\nU (Ann Park)\n"
    first, second = read_digest(text).entries
    assert first.fields.commentary == "하나\n### 셋째\n둘"
    assert first.span.slice(text).endswith("둘\n")
    assert second.fields == Fields(NEXT, "U", ("Ann Park",))
    _, entry = only(f"w\n{OCTO}\nT (Kim Lee)\n하나\n#\n둘\n")
    assert entry.fields.commentary == "하나"


def test_a_break_is_commentary_only_where_more_of_the_entry_follows() -> None:
    text = f"w\n{OCTO}\nT (Kim Lee)\n하나\n---\n둘\n\n* * *\n___\n\n{NEXT}\nU (Ann Park)\n---\n"
    first, second = read_digest(text).entries
    assert first.fields.commentary == "하나\n---\n둘"
    assert first.span.slice(text).endswith("둘\n")
    assert second.span.slice(text) == f"{NEXT}\nU (Ann Park)\n"


def test_fenced_code_is_commentary_whatever_it_holds() -> None:
    code = f"```sh\n{NEXT}\nU (Ann Park)\n# 주석\n#tag\n---\n```"
    _, entry = only(f"w\n{OCTO}\nT (Kim Lee)\n{code}\n#code\n")
    assert entry.fields == Fields(OCTO, "T", ("Kim Lee",), ("code",), code)


def test_an_unclosed_fence_fences_nothing_and_is_noticed() -> None:
    read = read_digest(f"w\n{OCTO}\nT (Kim Lee)\n```\n하나\n{NEXT}\nU (Ann Park)\n")
    assert len(read.entries) == 2
    assert [(line, code) for line, code, _ in read.notices] == [(4, "unclosed-fence")]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_paper_whose_title_names_no_author_is_noticed(gap: str) -> None:
    other = "https://arxiv.org/abs/2308.00002"

    def codes(*parts: str) -> list[str]:
        read = read_digest(gap.join(["w", OCTO, "T (A)", *parts]) + "\n")
        assert len(read.entries) == 1
        return [code for _, code, _ in read.notices]

    for parts in (
        ("말", other),  # nothing below it
        (OCTO, "A Title"),  # its own paper once more
        (other, "이 논문도 좋습니다."),
        ("https://project.page/x", "A Title"),
        (f"({other})", "A Title"),
    ):
        assert codes(*parts) == [], parts
    assert codes(other, "A Title Without Authors", "말") == ["address-in-commentary"]
    assert codes("말", other, "A Title Without Authors") == ["address-in-commentary"]
    lines = ["w", OCTO, "T (A)", "말", other, "A Title Without Authors"]
    (notice,) = read_digest(gap.join(lines)).notices
    assert notice[0] == lines.index(other) * len(gap) + 1


def test_notices_stand_in_the_order_of_their_lines() -> None:
    text = f"w\n{OCTO}\nT (A)\n말\n{NEXT}\nA Title Without Authors\n```\nopen\n"
    assert [(line, code) for line, code, _ in read_digest(text).notices] == [
        (5, "address-in-commentary"),
        (7, "unclosed-fence"),
    ]


@pytest.mark.parametrize("title", ["[T](https://x.org/t) (Kim Lee)", f"[T]({NEXT}v1)", "**T**"])
def test_a_linked_or_a_bold_title_opens_an_entry_right_under_a_papers_address(title: str) -> None:
    read = read_digest(f"w\n{OCTO}\nA Title (Ann Park)\n말\n{NEXT}\n{title}\n글\n")
    assert [(each.fields.title, each.fields.commentary) for each in read.entries] == [
        ("A Title", "말"),
        ("T", "글"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        f"{NEXT}\n**Summary**", f"{NEXT}\n**요약:**", f"{NEXT}\n**T** and words", f"{NEXT}\n*T*",
        f"{NEXT}\n[pdf]({NEXT}) (Kim Lee)", f"{NEXT}\n[T]({OCTO})", f"{NEXT}\n**이 논문 좋네요.**",
        f"{NEXT}\n말\n**T**", "https://blog.org/post\n**Important**", "https://x.org/p\n[T](https://x.org/p)",
    ],
)  # fmt: skip
def test_what_else_stands_under_an_address_is_commentary(lines: str) -> None:
    read = read_digest(f"w\n{OCTO}\nA Title (Ann Park)\n말\n{lines}\n")
    assert [each.fields.commentary for each in read.entries] == [f"말\n{lines}"]


def test_what_git_left_is_noticed() -> None:
    text = "w\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n\0"
    assert [(line, code) for line, code, _ in read_digest(text).notices] == [
        (2, "conflict-markers"),
        (7, "nul"),
    ]
    assert read_digest("w\n=======\n>>>>>>> x\n").notices == ()
    assert read_digest("w\n<<<<<<< x\n말\n").notices == ()


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("#a #b", ("a", "b")),
        ("#a#b", ("a", "b")),
        ("\t#a  #b #a ", ("a", "b")),
        ("#한국어 #nlp/생성 #a-b_c #1990s", ("한국어", "nlp/생성", "a-b_c", "1990s")),
        ("#2023 #llm", ("2023", "llm")),
        ("#·점 #🙂", ("·점", "🙂")),
        ("#a, #b; #c", ("a", "b", "c")),
        ("#a,#b ;", ("a", "b")),
        ("#a #", ("a",)),
    ],
)
def test_tag_line(line: str, tags: tuple[str, ...]) -> None:
    _, entry = only(f"w\n{OCTO}\nT (Kim Lee)\n하나\n{line}\n")
    assert (entry.fields.tags, entry.fields.commentary) == (tags, "하나")


@pytest.mark.parametrize(
    "line", ["#a b", "#2023", "#", "# a", "##", "#a.", "a #b", "#“a”", "#a#", "\\#a", "#1, #2"]
)
def test_what_is_no_tag_line(line: str) -> None:
    entry = read_digest(f"w\n{OCTO}\nT (Kim Lee)\n하나\n{line}\n").entries[0]
    assert entry.fields.tags == ()


def test_tag_lines_are_read_wherever_they_stand() -> None:
    _, entry = only(f"w\n{OCTO}\nT (Kim Lee)\n#a #b\n\n하나\n#c #a\n둘\n")
    assert entry.fields.tags == ("a", "b", "c")
    assert entry.fields.commentary == "하나\n둘"


def test_a_tag_line_is_the_entrys_above_it() -> None:
    for below in (f"{BLOG}\n", f"{BLOG}\n말\n", f"{BLOG}\nU (Ann Park)\n"):
        first, second = read_digest(f"w\n{OCTO}\nT (Kim Lee)\n#a\n{below}").entries
        assert (first.fields.tags, second.fields.tags) == (("a",), ())


def test_an_own_link_is_the_callers_to_know() -> None:
    text = f"w\n{BLOG}\n\n[[a note]]\n말\n"
    read = read_digest(
        text, lambda key, target, _: (key, target) == ("url:blog.example/agents", "a note")
    )
    (entry,) = read.entries
    assert entry.link == ("a note", (text.index("[["), text.index("]]") + 2))
    assert entry.fields.commentary == "말"
    other = read_digest(text, lambda _key, _target, _titled: False).entries[0]
    assert (other.link, other.fields.commentary) == (None, "[[a note]]\n말")


def test_an_own_link_opens_an_entry_where_its_place_no_longer_does() -> None:
    text = f"w\n{OCTO}\nT (Kim Lee)\n하나\n{BLOG}\n[[n]]\n말\n"
    assert len(read_digest(text).entries) == 2
    assert len(read_digest(text, lambda _key, _target, _titled: False).entries) == 1


LINKED = "[[T|T]] (Kim Lee)"
PLAIN = "T (Kim Lee)"


@pytest.mark.parametrize(
    ("body", "commentary"),
    [
        (f"{LINKED}\n[[n]]\n말\n", "[[n]]\n말"),
        (f"[[n]]\n{LINKED}\n말\n", f"{LINKED}\n말"),
        (f"{PLAIN}\n말\n[[n]]\n", "말\n[[n]]"),
        (f"{PLAIN}\n[[n|shown]]\n말\n", "[[n|shown]]\n말"),
        (f"[[n]]\n말\n{PLAIN}\n", f"말\n{PLAIN}"),
    ],
)
def test_what_is_no_late_title(body: str, commentary: str) -> None:
    (entry,) = read_digest(f"w\n{BLOG}\n{body}", lambda *_: True).entries
    assert entry.fields.commentary == commentary


@pytest.mark.parametrize(
    "body",
    [f"{PLAIN}\n[[n]]\n말\n", f"[[n]]\n{PLAIN}\n말\n", f"[[n]]\n\n{PLAIN}\n\n말\n"],
)
def test_a_title_typed_late_beside_the_link(body: str) -> None:
    text = f"w\n{BLOG}\n{body}#a\n"
    read = read_digest(text, lambda *_: True)
    (entry,) = read.entries
    assert entry.fields == Fields(BLOG, "T", ("Kim Lee",), ("a",), "말")
    assert entry.link is not None and entry.link.span.slice(text) == "[[n]]"
    assert text.split("\n")[entry.commentary_line - 1] == "말"
    assert digest.edit(read, entry, entry.fields, "n") == []
    new = Fields(BLOG, "New [one]", ("Ann Park", "Bo Oh"), ("a",), "말")
    after = splice(text, digest.edit(read, entry, new, "m"))
    assert after == text.replace(PLAIN, "New [one] (Ann Park, Bo Oh)").replace("[[n]]", "[[m]]")
    assert digest.export(after, lambda *_: True) == after.replace("[[m]]\n", "")
    without = splice(text, digest.edit(read, entry, entry.fields._replace(authors=()), "n"))
    assert without.count("[[n|T]]") == 1 and without.count("[[") == 1
    untitled = entry.fields._replace(title="", authors=())
    (again,) = read_digest(splice(text, digest.edit(read, entry, untitled, None))).entries
    assert again.fields == untitled and again.link is not None and again.link.target == "n"


def test_a_link_under_a_title_is_commentary_unless_the_caller_knows_it() -> None:
    (entry,) = read_digest(f"w\n{BLOG}\n{PLAIN}\n[[n]]\n말\n").entries
    assert (entry.link, entry.fields.commentary) == (None, "[[n]]\n말")


MANY = 40_000


@pytest.mark.parametrize(
    "body",
    [
        "말 " * 1_000_000,
        "(" * MANY,
        "T " + "(" * MANY + ")" * MANY,
        "T (" + "(," * MANY + ")" * MANY + ")",
        "T (" + "A, " * MANY + ")",
        "#" * MANY,
        "#a" * MANY + "(",
        "# " * MANY,
        "[" * MANY + "]" * MANY,
        "[[a|" * MANY + "]]",
        "*" * MANY,
        "* " * MANY + "x",
        f"{OCTO}\n" * MANY,
        "````a\n" * MANY + "```",
        "<<<<<<<\n" * MANY,
        " \n" * MANY + "---\n" * MANY,
        f"{BLOG}\n#a\n" * MANY,
    ],
    ids=lambda body: body[:8],
)
def test_no_text_takes_quadratic_time(body: str) -> None:
    """Each takes less than a second or two; a quadratic walk would take minutes."""
    text = f"w\n{OCTO}\n{body}\n"
    assert read_digest(text).text == text
