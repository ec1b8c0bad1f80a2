"""The digest lens by example: what is no entry, what is one, and what an edit writes."""

from __future__ import annotations

from typing import Any

import pytest
from vault_sync.core.digest import editor as digest
from vault_sync.core.digest import entry_format, title_line
from vault_sync.core.digest.reader import Digest, Entry
from vault_sync.core.digest.reader import read as read_digest
from vault_sync.core.model.values import Fields
from vault_sync.core.text.spans import splice

OCTO = "https://arxiv.org/abs/2308.07124"
NEXT = "https://arxiv.org/abs/2308.07317"
BLOG = "https://blog.example/agents"

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

Parts = tuple[str, tuple[str, ...], str | None]

TITLES: dict[str, Parts] = {
    "Platypus: Quick, Cheap (Ariel N. Lee, Cole J. Hunter)": (
        "Platypus: Quick, Cheap", ("Ariel N. Lee", "Cole J. Hunter"), None,
    ),
    "Self-Training (ReST) for Language (Caglar Gulcehre)": (
        "Self-Training (ReST) for Language", ("Caglar Gulcehre",), None,
    ),
    "#InsTag: Instruction Tagging (Keming Lu, Hongyi Yuan)": (
        "#InsTag: Instruction Tagging", ("Keming Lu", "Hongyi Yuan"), None,
    ),
    "T (Ana Silva (MIT, CSAIL), Bo Li)": ("T", ("Ana Silva (MIT, CSAIL)", "Bo Li"), None),
    "T (Niklas Muennighoff, Qian Liu, ...)": ("T", ("Niklas Muennighoff", "Qian Liu", "..."), None),
    "T (Kim et al.)": ("T", ("Kim et al.",), None),
    "T (OpenAI)": ("T", ("OpenAI",), None),
    "T (Qwen team)": ("T", ("Qwen team",), None),
    "T (01.AI, :, Alex Young)": ("T", ("01.AI", ":", "Alex Young"), None),
    "T (lucidrains, Phil Wang)": ("T", ("lucidrains", "Phil Wang"), None),
    "T (Aäron van den Oord, danah boyd)": ("T", ("Aäron van den Oord", "danah boyd"), None),
    "한국어 제목 (김철수, 이 영희)": ("한국어 제목", ("김철수", "이 영희"), None),
    "  T  (Kim Lee) \t": ("T", ("Kim Lee",), None),
    "*T x* (Kim Lee)": ("T x", ("Kim Lee",), None),
    "**T x** (Kim Lee)": ("T x", ("Kim Lee",), None),
    "***T x*** (Kim Lee)": ("T x", ("Kim Lee",), None),
    "**T x (Kim Lee)**": ("T x", ("Kim Lee",), None),
    "**A** or **B** (Kim Lee)": ("**A** or **B**", ("Kim Lee",), None),
    "** T** (Kim Lee)": ("** T**", ("Kim Lee",), None),
    "A* Search (Kim Lee)": ("A* Search", ("Kim Lee",), None),
    "1. T (OpenAI)": ("T", ("OpenAI",), None),
    "### T (OpenAI)": ("T", ("OpenAI",), None),
    "- T (Kim Lee, Ann Park)": ("T", ("Kim Lee", "Ann Park"), None),
    "[[n|T: x]] (Kim Lee)": ("T: x", ("Kim Lee",), "n"),
    "[[papers/n#h|T]] (kim)": ("T", ("kim",), "papers/n#h"),
    "**[[n|T]]** (Kim Lee)": ("T", ("Kim Lee",), "n"),
    "**[[n|T]] (Kim Lee)**": ("T", ("Kim Lee",), "n"),
    "[[n|T]]": ("T", (), "n"),
    "*[[n|T]]*": ("T", (), "n"),
    "T [x] (Kim Lee) [[n]]": ("T [x]", ("Kim Lee",), "n"),
    "**T [x] (Kim Lee)** [[n]]": ("T [x]", ("Kim Lee",), "n"),
    "a|b (Kim Lee) [[n]]": ("a|b", ("Kim Lee",), "n"),
    "[[X]] (Kim Lee)": ("[[X]]", ("Kim Lee",), None),
}  # fmt: skip


def only(text: str) -> tuple[Digest, Entry]:
    read = read_digest(text)
    (entry,) = read.entries
    return read, entry


def edited(text: str, number: int = 0, link: str | None = None, **change: Any) -> str:
    read = read_digest(text)
    entry = read.entries[number]
    return splice(text, digest.edit(read, entry, entry.fields._replace(**change), link))


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


@pytest.mark.parametrize(("line", "parts"), TITLES.items())
def test_title_line(line: str, parts: Parts) -> None:
    read, entry = only(f"w\n{OCTO}\n{line}\n처음\n")
    assert (entry.fields.title, entry.fields.authors) == parts[:2]
    assert (entry.link and entry.link.target) == parts[2]
    assert entry.fields.commentary == "처음"
    if entry.link is not None:
        assert entry.link.span.slice(read.text).endswith("]]")


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
    ],
)
def test_tag_line(line: str, tags: tuple[str, ...]) -> None:
    _, entry = only(f"w\n{OCTO}\nT (Kim Lee)\n하나\n{line}\n")
    assert (entry.fields.tags, entry.fields.commentary) == (tags, "하나")


@pytest.mark.parametrize(
    "line", ["#a b", "#2023", "#", "# a", "##", "#a.", "#a, #b", "a #b", "#“a”", "#a #", "\\#a"]
)
def test_what_is_no_tag_line(line: str) -> None:
    entry = read_digest(f"w\n{OCTO}\nT (Kim Lee)\n하나\n{line}\n").entries[0]
    assert entry.fields.tags == ()


def test_tag_lines_are_read_wherever_they_stand() -> None:
    _, entry = only(f"w\n{OCTO}\nT (Kim Lee)\n#a #b\n\n하나\n#c #a\n둘\n")
    assert entry.fields.tags == ("a", "b", "c")
    assert entry.fields.commentary == "하나\n둘"


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


FLAT = f"w\n{OCTO}\nT (Kim Lee)\n하나\n#a #b\n{NEXT}\nU (Ann Park)\n"
SPACED = f"w\n\n{OCTO}\n\nT (Kim Lee)\n\n하나\n\n둘\n\n#a #b\n\n\n{NEXT}\n\nU (Ann Park)\n"


@pytest.mark.parametrize("text", [FLAT, SPACED, FLAT.replace("\n", "\r\n"), FLAT.rstrip()])
def test_no_difference_no_edit(text: str) -> None:
    assert edited(text) == text
    assert edited(text, tags=("b", "a")) == text


@pytest.mark.parametrize(
    ("title", "after"),
    [
        ("T (Kim Lee)", "[[n|T]] (Kim Lee)"),
        ("**T** (Kim Lee)", "**[[n|T]]** (Kim Lee)"),
        ("*T (Kim Lee)*", "*[[n|T]] (Kim Lee)*"),
        ("1. T (Kim Lee)  ", "1. [[n|T]] (Kim Lee)  "),
        ("T [x] (Kim Lee)", "T [x] (Kim Lee) [[n]]"),
        ("**T [x] (Kim Lee)**", "**T [x] (Kim Lee)** [[n]]"),
        ("a|b (Kim Lee)", "a|b (Kim Lee) [[n]]"),
        ("[[old|T]] (Kim Lee)", "[[n|T]] (Kim Lee)"),
        ("T (Kim Lee)  [[old]]", "T (Kim Lee)  [[n]]"),
        ("[[n|T]]  (Kim Lee)", "[[n|T]]  (Kim Lee)"),
    ],
)
def test_a_link_is_written_and_pointed_elsewhere(title: str, after: str) -> None:
    assert edited(f"w\n{OCTO}\n{title}\n하나\n", link="n") == f"w\n{OCTO}\n{after}\n하나\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_untitled_entry_has_its_link_under_its_address(newline: str) -> None:
    for end in ("", "\n", "\n말\n", "\n\n말", "\n#a\n"):
        text = f"w\n{BLOG}{end}".replace("\n", newline)
        after = f"w\n{BLOG}\n[[n]]{end}".replace("\n", newline)
        assert edited(text, link="n") == after
        assert digest.export(after) == text
        assert edited(after, link="m") == after.replace("[[n]]", "[[m]]")


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        ({"url": OCTO + "v2"}, OCTO, OCTO + "v2"),
        ({"title": "New: x"}, "T (Kim", "New: x (Kim"),
        ({"authors": ("Ann Park", "Bo Li")}, "(Kim Lee)", "(Ann Park, Bo Li)"),
        ({"tags": ("a", "b", "c")}, "#a #b", "#a #b #c"),
        ({"tags": ("b",)}, "#a #b", "#b"),
        ({"tags": ("a",)}, "#a #b", "#a"),
        ({"tags": ("c",)}, "#a #b", "#c"),
        ({"tags": ()}, "#a #b\n", ""),
        ({"commentary": "둘"}, "하나", "둘"),
        ({"commentary": "앞\n하나\n\n뒤"}, "하나", "앞\n하나\n\n뒤"),
        ({"commentary": ""}, "하나\n", ""),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_edit_in_a_flat_digest(change: dict[str, Any], old: str, new: str, newline: str) -> None:
    before = FLAT.replace("\n", newline)
    after = FLAT.replace(old, new, 1).replace("\n", newline)
    assert edited(before, **change) == after


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        ({"tags": ()}, "\n#a #b\n", ""),
        ({"commentary": ""}, "하나\n\n둘\n\n", ""),
        ({"commentary": "하나"}, "\n둘\n", ""),
        ({"commentary": "둘"}, "하나\n\n", ""),
        ({"commentary": "하나\n\n셋\n\n둘"}, "하나\n", "하나\n\n셋\n"),
    ],
)
def test_an_edit_in_a_spaced_digest(change: dict[str, Any], old: str, new: str) -> None:
    assert edited(SPACED, **change) == SPACED.replace(old, new, 1)


def test_a_first_part_comes_in_the_style_of_the_digest() -> None:
    said: dict[str, Any] = {"commentary": "새\n\n글", "tags": ("x", "y")}
    assert edited(FLAT, 1, **said) == FLAT + "새\n\n글\n#x #y\n"
    assert edited(SPACED, 1, **said) == SPACED + "\n새\n\n글\n\n#x #y\n"
    assert edited(SPACED.rstrip(), 1, **said) == SPACED + "\n새\n\n글\n\n#x #y"
    assert edited(FLAT.replace("하나\n", ""), commentary="하나") == FLAT
    assert edited(SPACED.replace("하나\n\n둘\n\n", ""), 0, commentary="하나\n\n둘") == SPACED


def test_the_style_of_an_entry_goes_before_that_of_its_digest() -> None:
    text = SPACED + f"\n\n{BLOG}\nV (Bo Li)\n하나\n"
    assert edited(text, 2, tags=("x",)) == text + "#x\n"


@pytest.mark.parametrize(
    ("line", "change", "after"),
    [
        ("[[n|T]] (Kim Lee)", {"title": "T [x]"}, "T [x] (Kim Lee) [[n]]"),
        ("T [x] (Kim Lee) [[n]]", {"title": "T"}, "[[n|T]] (Kim Lee)"),
        ("T [x] (Kim Lee) [[n]]", {"title": "U [x]"}, "U [x] (Kim Lee) [[n]]"),
        ("**[[n|T]]** (Kim Lee)", {"title": "U"}, "**[[n|U]]** (Kim Lee)"),
        ("**[[n|T]]**", {"authors": ("Kim Lee",)}, "**[[n|T]]** (Kim Lee)"),
        ("**[[n|T]]**  (Kim Lee)", {"authors": ()}, "**[[n|T]]**"),
        ("T ( Kim Lee ,Bo Li ) ", {"authors": ("Bo Li",)}, "T (Bo Li) "),
    ],
)
def test_a_title_changes_and_keeps_its_link_and_emphasis(
    line: str, change: dict[str, Any], after: str
) -> None:
    assert edited(f"w\n{OCTO}\n{line}\n하나\n", **change) == f"w\n{OCTO}\n{after}\n하나\n"


def test_an_untitled_entry_gets_a_title() -> None:
    said: dict[str, Any] = {"title": "T", "authors": ("Kim Lee",)}
    assert edited(f"w\n{BLOG}\n하나\n", **said) == f"w\n{BLOG}\nT (Kim Lee)\n하나\n"
    linked = f"w\n{BLOG}\n[[n]]\n하나\n"
    assert edited(linked, **said) == f"w\n{BLOG}\n[[n|T]] (Kim Lee)\n하나\n"
    titled = edited(linked, **said)
    assert edited(titled, title="", authors=()) == linked


@pytest.mark.parametrize(
    ("line", "tags", "after"),
    [
        ("#a#b", ("a", "b", "c"), "#a#b#c"),
        ("#a#b", ("b",), "#b"),
        ("#a  #b \t", ("a", "b", "c"), "#a  #b  #c \t"),
        ("#a #b #a #c", ("b", "c"), "#b #c"),
        ("  #a #b", ("b",), "  #b"),
    ],
)
def test_tags_come_and_go_in_the_style_of_their_line(
    line: str, tags: tuple[str, ...], after: str
) -> None:
    assert (
        edited(f"w\n{OCTO}\nT (Kim Lee)\n{line}\n", tags=tags)
        == f"w\n{OCTO}\nT (Kim Lee)\n{after}\n"
    )


def test_a_file_without_a_final_newline_stays_without() -> None:
    text = f"w\n{OCTO}\nT (Kim Lee)\n하나\n#a"
    assert edited(text, tags=()) == text.removesuffix("\n#a")
    assert edited(text, tags=(), commentary="") == text.removesuffix("\n하나\n#a")


def test_a_new_line_takes_the_newline_of_the_line_above() -> None:
    text = f"w\r\n{OCTO}\r\nT (Kim Lee)\r\nfirst\n"
    assert edited(text, tags=("a",)) == text + "#a\n"


def test_lines_that_stay_keep_their_newline() -> None:
    text = f"w\r\n{OCTO}\r\nT (Kim Lee)\nfirst\r\nsecond\nthird\r\n"
    assert (
        edited(text, commentary="first\n2\nthird\nlast") == text.replace("second", "2") + "last\r\n"
    )
    _, entry = only(text)
    assert entry.fields.commentary == "first\nsecond\nthird"
    assert only("w\n" + OCTO + "\nT (Kim Lee)\na\rb\n")[1].fields.commentary == "a\rb"


def test_a_tag_line_that_makes_an_entry_of_its_neighbour_stays() -> None:
    text = f"w\n{OCTO}\nT (Kim Lee)\n#a\n{BLOG}\n말\n"
    assert edited(text, tags=()) == text
    read = read_digest(text + f"{NEXT}\nU (Ann Park)\n#b\nhttps://a.b/c\n말\n")
    assert digest.remove(read, read.entries[2]) == []
    linked = text.replace(f"{BLOG}\n", f"{BLOG}\n[[n]]\n")
    assert edited(linked, tags=()) == linked.replace("#a\n", "")


@pytest.mark.parametrize(
    "change", [{"title": "a\nb"}, {"authors": ("a\nb",)}, {"tags": ("a\nb",)}, {"url": "a\nb"}]
)
def test_a_value_with_a_line_break_is_not_written_where_a_line_is_meant(
    change: dict[str, Any],
) -> None:
    assert edited(FLAT, **change) == FLAT


ADDED = Fields(BLOG, "V", ("Bo Li",), ("x",), "하나\n\n둘")


def test_an_entry_is_appended_in_the_style_of_the_digest() -> None:
    flat, spaced = read_digest(FLAT), read_digest(SPACED)
    written = f"{BLOG}\n[[n|V]] (Bo Li)\n하나\n\n둘\n#x\n"
    apart = f"{BLOG}\n\n[[n|V]] (Bo Li)\n\n하나\n\n둘\n\n#x\n"
    assert digest.append(flat, [(ADDED, "n")]) == FLAT + written
    assert digest.append(spaced, [(ADDED, "n")]) == f"{SPACED}\n\n{apart}"
    assert digest.append(read_digest(SPACED + "\n"), [(ADDED, "n")]) == f"{SPACED}\n\n{apart}"
    assert digest.append(read_digest(FLAT.rstrip()), [(ADDED, "n")]) == (FLAT + written).rstrip()
    crlf = digest.append(read_digest(FLAT.replace("\n", "\r\n")), [(ADDED, "n")])
    assert crlf == (FLAT + written).replace("\n", "\r\n")
    assert digest.append(flat, []) == FLAT


def test_an_entry_is_appended_to_a_digest_without_any() -> None:
    said = Fields(BLOG, "V", ("Bo Li",))
    assert digest.append(read_digest(""), [(said, None)]) == f"{BLOG}\nV (Bo Li)\n"
    assert digest.append(read_digest("w"), [(said, None)]) == f"w\n{BLOG}\nV (Bo Li)"
    assert (
        digest.append(read_digest("# w\n\n말\n"), [(said, None)])
        == f"# w\n\n말\n\n{BLOG}\n\nV (Bo Li)\n"
    )


def test_what_sets_entries_apart_sets_an_appended_one_apart() -> None:
    text = f"w\n{OCTO}\nT (Kim Lee)\n\n---\n\n{NEXT}\nU (Ann Park)\n"
    said = Fields(BLOG, "V", ("Bo Li",))
    assert digest.append(read_digest(text), [(said, None)]) == f"{text}\n---\n\n{BLOG}\nV (Bo Li)\n"
    ready = text + "\n---\n\n"
    assert digest.append(read_digest(ready), [(said, None)]) == f"{ready}{BLOG}\nV (Bo Li)\n"


def test_a_new_digest_is_flat() -> None:
    entries = [
        (ADDED, "n"),
        (Fields(OCTO, tags=("y",)), "m"),
        (Fields(NEXT, "A [b]", ("Bo Li",)), "o"),
    ]
    assert digest.new("2023년 8월 4주차", entries) == (
        f"2023년 8월 4주차\n{BLOG}\n[[n|V]] (Bo Li)\n하나\n\n둘\n#x\n"
        f"{OCTO}\n[[m]]\n#y\n{NEXT}\nA [b] (Bo Li) [[o]]\n"
    )


def removed(text: str, number: int) -> str:
    read = read_digest(text)
    return splice(text, digest.remove(read, read.entries[number]))


def test_a_removal_takes_what_set_the_entry_apart() -> None:
    first, second = f"{OCTO}\nT (Kim Lee)\n", f"{NEXT}\nU (Ann Park)\n"
    for gap in ("", "\n", "\n\n", "---\n", "\n***\n\n"):
        text = f"w\n{first}{gap}{second}"
        assert removed(text, 0) == f"w\n{second}"
        assert removed(text, 1) == f"w\n{first}"
        assert removed(text.rstrip(), 1) == f"w\n{first}".rstrip()
    assert removed(f"w\n{first}\n## h\n\n{second}\n# i\n", 0) == f"w\n## h\n\n{second}\n# i\n"
    assert removed(f"w\n{first}\n## h\n\n{second}\n# i\n", 1) == f"w\n{first}\n## h\n\n# i\n"
    assert removed(f"w\n{first}", 0) == "w\n"


def test_a_linked_title_is_never_read_out_of_two() -> None:
    assert title_line.parse("[[a|b]] x [[c|d]]", 0, 17) is None
    assert title_line.parse("", 0, 0) is None


MANY = 100_000


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "body",
    [
        "말 " * 5_000_000,
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


FLAT_ENTRIES = "https://arxiv.org/abs/2308.00011\nT (Ann Park)\nwords\n#a\n" * 2
SPACED_ENTRIES = "https://arxiv.org/abs/2308.00011\n\nT (Ann Park)\n\nwords\n\n#a\n\n" * 2


@pytest.mark.parametrize(
    ("others", "own", "spaced"),
    [
        (SPACED_ENTRIES, "https://arxiv.org/abs/2308.00001\nfirst line\nsecond line\n", True),
        (SPACED_ENTRIES, "https://arxiv.org/abs/2308.00001\n#a\n#b\n", True),
        (FLAT_ENTRIES, "https://arxiv.org/abs/2308.00001\nT (Ann Park)\n[[n]]\n\n", False),
        (FLAT_ENTRIES, "https://arxiv.org/abs/2308.00001\nT (Ann Park)\n[[n]]\n\nwords\n", False),
    ],
)
def test_lines_of_one_part_and_gaps_at_a_link_say_nothing_of_the_style(
    others: str, own: str, *, spaced: bool
) -> None:
    text = f"w\n{others}{own}"
    read = read_digest(text, lambda *_: True)
    style = entry_format.style_at(read, entry_format.rows_of(text, read.entries[-1]))
    assert style.between_parts == spaced
