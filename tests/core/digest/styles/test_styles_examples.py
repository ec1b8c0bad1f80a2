"""Each style, rule by rule, on small texts."""

from __future__ import annotations

import pytest
from tests.support.styled_shapes import has_partial_authors
from vault_sync.core.digest.reader import Entry
from vault_sync.core.digest.styles import advice, lens, styled_reader
from vault_sync.core.digest.styles.style import StyleName
from vault_sync.core.model.values import Fields
from vault_sync.core.text.spans import Edit, splice

A, B, C = (f"https://arxiv.org/abs/2301.0000{n}" for n in (1, 2, 3))


def read(text: str, *styles: StyleName) -> list[Entry]:
    return list(styled_reader.read(text, styles or ("list",)).entries)


def one(text: str, *styles: StyleName) -> Fields:
    (entry,) = read(text, *styles)
    return entry.fields


def linked(text: str, *styles: StyleName, to: str = "note") -> str:
    digest = styled_reader.read(text, styles or ("list",))
    edits = [
        edit for entry in digest.entries for edit in lens.edit(digest, entry, entry.fields, to)
    ]
    return splice(text, edits)


def edited(text: str, *styles: StyleName, **values: object) -> str:
    digest = styled_reader.read(text, styles or ("list",))
    entry = digest.entries[0]
    wanted = lens.placed(entry, entry.fields._replace(**values))  # type: ignore[arg-type]
    return splice(text, lens.edit(digest, entry, wanted, None))


@pytest.mark.parametrize(
    ("item", "title"),
    [
        (f"- [Attention Is All You Need]({A})", "Attention Is All You Need"),
        (f"* [ ] [Wasserstein GAN]({A})", "Wasserstein GAN"),
        (f"12. **[Title]({A}):** words", "Title"),
        (f"+ Algorithms: [A Survey (2013)]({A})", "A Survey (2013)"),
        (f"- (*KDD'24*) A Survey [[paper]({A})][[code](https://github.com/a/b)]", "A Survey"),
        (f"- [May 2024] The Title. [[pdf]({A})]", "The Title"),
        (f"- ***X:*** *the rest* [[Paper]]({A})", "X: the rest"),
        (f"- **XLNet: Words**. *Zhilin Yang*. NeurIPS 2019. [[pdf]({A})]", "XLNet: Words"),
        (f"- Model (Attention Is All). [`paper`]({A})", "Model (Attention Is All)"),
        (f'- "Quoted Title". [pdf]({A})', "Quoted Title"),
        (f"- 《题目》 论文：{A}", "题目"),
        (f"- :star: 📖 🔥 Title [[arXiv]({A})]", "Title"),
        (f"- #### Title [[pdf]({A})]", "Title"),
        (f"- [[2310.06452] Title]({A})", "[2310.06452] Title"),
        ("- [A [b] (c)](https://arxiv.org/abs/2301.00001)", "A [b] (c)"),
        (f"- [Title](notes/x.md) [[arXiv]({A})]", "Title"),
        (f"- A* search and more [[pdf]({A})]", "A* search and more"),
        (f"- [![badge](https://x.y/z.svg)](https://x.y) Title [[pdf]({A})]", "Title"),
    ],
)  # fmt: skip
def test_the_title_of_an_item(item: str, title: str) -> None:
    assert (one(item + "\n").title, one(item + "\n").url) == (title, A)


@pytest.mark.parametrize(
    "text",
    [
        "- [Table](#contents)\n",
        "- [Title]()\n",
        "- [Tool](https://github.com/a/b)\n",
        "- [Tool](https://github.com/a/b/c.pdf)\n",
        "- Tool [[paper](https://github.com/a/b)]\n",
        "- [Talk](https://www.youtube.com/watch?v=1) words\n",
        f"```\n- [Title]({A})\n```\n",
        f"<!--\n- [Title]({A})\n-->\n",
        f"---\n- [Title]({A})\n---\n",
        f"    - [Title]({A})\n",
        f"- {A}\n",
        f"- [pdf]({A})\n",
        f"- see `[Title]({A})`\n",
        f"- [x][1]\n\n[1]: {A}\n",
    ],
)
def test_what_is_no_entry(text: str) -> None:
    assert read(text, "list", "heading", "table", "paragraph") == []


def test_the_title_s_own_link_gives_way_to_a_paper_that_is_labelled() -> None:
    item = f"- [Title](https://blog.org/a.pdf) [[code](https://github.com/a/b)] [[Paper]({A})]\n"
    assert one(item).url == A
    assert one(item.replace(A, "https://x.org/b.pdf")).url == "https://blog.org/a.pdf"
    assert one(f"- [Title]({B}) [[Paper]({A})]\n").url == B


def test_half_of_a_block_must_be_plainly_papers() -> None:
    blog = "- [A Post](https://blog.org/post)\n"
    assert [entry.fields.title for entry in read(f"- [T]({A})\n" + blog)] == ["T", "A Post"]
    other = blog.replace("post", "other")
    assert [entry.fields.title for entry in read(f"- [T]({A})\n" + blog + other)] == ["T"]
    assert len(read(f"- [T]({A})\n\n# Posts\n" + blog)) == 1, "another block, not plainly papers"


def test_nested_items_are_commentary_under_an_entry_and_entries_under_a_category() -> None:
    under = f"- [T]({A})\n  - see [U]({B})\n"
    assert one(under).commentary == f"- see [U]({B})"
    category = f"- **2025**\n  - [T]({A})\n  - [U]({B})\n"
    assert [entry.fields.title for entry in read(category)] == ["T", "U"]
    labelled = f"- **Title**\n  - Paper: {A}\n  - Code: https://github.com/a/b\n  - words\n"
    assert one(labelled) == Fields(A, "Title", commentary="- words")
    category = f"- **Title** [[code](https://x.y)]\n  - Paper: {A}\n  - [U]({B})\n"
    assert one(category).title == "U"


def test_the_outer_block_wins() -> None:
    both = f"**Title**\n\n- Paper: {A}\n- Code: none\n"
    assert one(both, "paragraph").title == "Title"
    assert read(both, "list") == []
    more = both + f"- [Other]({B})\n"
    assert [entry.fields.title for entry in read(more, "list", "paragraph")] == ["Title"]
    assert read(more, "list") == [], "though paragraphs were not chosen"
    chapter = f"## Papers\n\n- [T]({A})\n"
    assert read(chapter, "heading") == []
    assert one(chapter, "heading", "list").title == "T"
    two = f"## Papers\n\nsee {A} and {B}\n"
    assert read(two, "heading") == []
    assert one(f"## Title\n\nsee {A}\n", "heading").title == "Title"


def test_flat_is_tried_first() -> None:
    text = f"{A}\nTitle (A One, B Two)\n- [U]({B})\n# Next\n- [V]({C})\n"
    found = read(text, "flat", "list")
    assert [entry.fields.title for entry in found] == ["Title", "V"]
    assert [entry.styled is None for entry in found] == [True, False]


def test_authors_are_read_where_they_are_marked() -> None:
    assert one(f"- **T**. *Ann Bee, Cee Dee and Eff Gee*. [[pdf]({A})]\n").authors == (
        "Ann Bee", "Cee Dee", "Eff Gee",
    )  # fmt: skip
    assert one(f"- [T]({A}) (Ann Bee, Cee Dee)\n").authors == ("Ann Bee", "Cee Dee")
    assert one(f"- [T]({A})\n  Ann Bee, Cee Dee\n").authors == ()
    assert one(f"- [T]({A}) *ICLR 2023*\n").authors == ()
    heading = f"## T\n\n**作者：** [甲](https://x.y), 乙 等5人\n**arXiv:** {A}\n"
    assert one(heading, "heading").authors == ("甲", "乙")
    (entry,) = read(f"## T\n**Authors:** A One, ..., Z Two\n{A}\n", "heading")
    assert has_partial_authors(entry)
    assert lens.unplaced(entry, entry.fields._replace(authors=("X Y",))) == ["authors"]


@pytest.mark.parametrize(
    ("marked", "authors", "partial"),
    [
        ("*Ann Bee, Cee Dee.*", ("Ann Bee", "Cee Dee"), False),
        ("*Ann Bee (McGill University). arXiv.*", ("Ann Bee (McGill University)",), False),
        (
            "*Ann Bee (Science and Technology) et al. arXiv.*",
            ("Ann Bee (Science and Technology)",),
            True,
        ),
        ("*Ann Bee et al.arXiv*", ("Ann Bee",), True),
    ],
)
def test_a_venue_behind_the_authors_is_no_part_of_their_names(
    marked: str, authors: tuple[str, ...], partial: bool
) -> None:
    for title in ("**Deep Nets.**", "Deep Nets."):
        (entry,) = read(f"- {title} {marked} [[paper]({A})]\n")
        assert (entry.fields.title, entry.fields.authors) == ("Deep Nets", authors)
        assert has_partial_authors(entry) == partial


def test_a_number_or_a_picture_leads_a_paragraph_in_that_has_the_paper_s_link() -> None:
    text = f"1). **Deep Nets** - words ([paper]({A}) | [tweet](https://x.com/a))\n"
    assert one(text, "paragraph") == Fields(A, "Deep Nets", commentary="words")
    assert read(f"**Note** that the [paper]({A}) is long\n", "paragraph") == []
    assert read(f"🔥 **Note** that [it]({A}) is long\n", "paragraph") == []


def test_a_bold_line_over_papers_is_the_name_of_their_list() -> None:
    text = f"**In the web**\n- **Deep Nets** [[paper]({A})]\n- **Wide Nets** [[paper]({B})]\n"
    titles = [entry.fields.title for entry in read(text, "list", "paragraph")]
    assert titles == ["Deep Nets", "Wide Nets"]
    (entry,) = read(f"**Deep Nets**\n- Paper: {A}\n- **Code**: {B}\n", "list", "paragraph")
    assert (entry.fields.title, entry.fields.url) == ("Deep Nets", A)


def test_a_table_is_read_by_the_names_of_its_columns() -> None:
    text = (
        "| Date | Title | Authors | PDF | 简介 |\n|---|:-:|---|---|---|\n"
        f"| 1 | **T** | A One et.al. | [x]({A}) | a \\| b |\n"
        f"| 2 | [U]({B}) | | [x](https://x.y) | |\n"
        f"| 3 | 1) Words. More words | | [x]({C}) | |\n"
        f"| 4 | $p(x|y)$ and V | B Two | [x]({C}) | c |\n"
    )
    found = read(text, "table")
    assert [entry.fields for entry in found] == [
        Fields(A, "T", ("A One",), (), "a | b"),
        Fields(B, "U"),
        Fields(C, "$p(x|y)$ and V", ("B Two",), (), "c"),
    ]
    assert read("| A | B |\n|--|--|\n" + f"| [T]({A}) | b |\n", "table") == []
    assert linked(text, "table").splitlines()[2:4] == [
        f"| 1 | **[[note\\|T]]** | A One et.al. | [x]({A}) | a \\| b |",
        f"| 2 | [U]({B}) [[note]] | | [x](https://x.y) | |",
    ]
    assert "| a \\| c |" in edited(text, "table", commentary="a | c")
    assert edited(text, "table", commentary="a\nb", tags=("x",)) == text
    digest = styled_reader.read(text, ("table",))
    assert lens.append(digest, [(Fields(A, "T"), None)]) == text


def test_title_first_stands_alone() -> None:
    text = f"Week\nT (A One, B Two)\n{A}\nwords\n#x #y\nU [z] (C Three)\n\n{B}\n# End\nwords\n"
    first, second = read(text, "title-first")
    assert first.fields == Fields(A, "T", ("A One", "B Two"), ("x", "y"), "words")
    assert second.fields == Fields(B, "U [z]", ("C Three",))
    assert [(each.line, each.commentary_line) for each in (first, second)] == [(2, 4), (6, 8)]
    once = linked(text, "title-first")
    assert "[[note|T]] (A One, B Two)" in once and "U [z] (C Three) [[note]]" in once
    assert lens.export(once, ("title-first",)) == text
    for authors in (("A One", "D Four"), ("D Four",)):
        after = edited(text, "title-first", authors=authors).splitlines()[1]
        assert after == f"T ({', '.join(authors)})"


@pytest.mark.parametrize(
    ("style", "before", "after"),
    [
        ("list", f"1. **[T]({A}):** words", f"1. **[T]({A}):** [[note]] words"),
        ("list", f"- **T**. *A B*. [[pdf]({A})]", f"- **[[note|T]]**. *A B*. [[pdf]({A})]"),
        ("list", f"- (x 1) T. [`pdf`]({A})", f"- (x 1) [[note|T]]. [`pdf`]({A})"),
        ("list", f"- ***X:*** *r* [[pdf]]({A})", f"- ***X:*** *r* [[note]] [[pdf]]({A})"),
        ("list", f"- T [x] [[pdf]({A})]", f"- T [x] [[note]] [[pdf]({A})]"),
        ("list", f'- "T". [pdf]({A})', f'- "[[note|T]]". [pdf]({A})'),
        ("paragraph", f"**T** \\\n[[pdf]({A})] \\", f"**[[note|T]]** \\\n[[pdf]({A})] \\"),
        ("list", f"- **a\n  b** [pdf]({A})", f"- **a\n  b** [[note]] [pdf]({A})"),
        # Under an address alone `[[note|T]]` would be read as its title.
        *(
            ("paragraph", f"{above}\n**T**\n[pdf]({A})", f"{above}\n{linked}\n[pdf]({A})")
            for above, linked in (
                ("https://x.y/z", "**T** [[note]]"),
                ("<https://x.y/z>\n", "**T** [[note]]"),
                ("see https://x.y/z", "**[[note|T]]**"),
                ("words", "**[[note|T]]**"),
            )
        ),
        ("heading", f"## 1. T\n\n**arXiv:** {A}  ", f"## 1. T\n\n**arXiv:** {A} [[note]]  "),
        ("heading", f"### [T]({A}) ###", f"### [T]({A}) [[note]] ###"),
        ("heading", f"# T\n[pdf]({A}) [[n]] x]]", f"# T\n[pdf]({A}) [[n]] x]] [[note]]"),
    ],
)
def test_where_the_link_goes(style: StyleName, before: str, after: str) -> None:
    assert linked(before + "\n", style) == after + "\n"
    assert linked(after + "\n", style) == after + "\n"
    assert linked(after + "\n", style, to="m") == after.replace("[[note", "[[m") + "\n"
    assert lens.export(after + "\n", (style,)) == before + "\n"
    assert lens.export(before + "\n", (style,)) == before + "\n"
    assert one(after + "\n", style) == one(before + "\n", style)


def test_a_foreign_link_is_left_where_it_stands() -> None:
    text = f"- [T]({A}) [[other]] words\n"
    digest = styled_reader.read(text, ("list",), lambda _key, target, _titled: target == "note")
    (entry,) = digest.entries
    once = splice(text, lens.edit(digest, entry, entry.fields, "note"))
    assert once == f"- [T]({A}) [[note]] [[other]] words\n"
    bold = f"- ***X:*** [[other]] words [[pdf]]({A})\n"
    again = one(bold.replace("X", "[[note|X]]"))
    assert again == Fields(A, "X"), "a bold run that ends in a colon leads no words in"


def test_fields_are_written_in_their_spans() -> None:
    item = f"- **T: x**. *Ann Bee, Cee Dee and Eff Gee*. ACL. [[pdf]({A})]\n  - words\n"
    assert "*Ann Bee and Eff Gee*" in edited(item, authors=("Ann Bee", "Eff Gee"))
    assert edited(item, url=B) == item.replace(A, B)
    assert edited(item, commentary="- words\n- more") == item + "  - more\n"
    assert edited(item, tags=("a", "b/c")) == item + "  #a #b/c\n"
    inline = f"- [T]({A}): words\n"
    assert edited(inline, commentary="other\nmore") == f"- [T]({A}): other\n  more\n"
    assert edited(inline, commentary="") == f"- [T]({A}): \n"
    assert edited(edited(inline, commentary=""), commentary="words") == inline
    box = f"- [x] [T]({A})\n"
    assert edited(box, title="T U") == f"- [x] [T U]({A})\n"


def test_one_name_in_a_parenthesis_would_not_be_read_and_lives_in_the_note_alone() -> None:
    (entry,) = read(f"- Deep Nets (Ann Bee, Cee Dee) {A}\n")
    assert lens.unplaced(entry, entry.fields.saying(authors=("Ann Bee",))) == ["authors"]
    assert lens.unplaced(entry, entry.fields.saying(authors=("Bo Li", "Cee Dee"))) == []
    (entry,) = read(f"- **Deep Nets**. *Ann Bee, Cee Dee*. [[pdf]({A})]\n")
    assert lens.unplaced(entry, entry.fields.saying(authors=("Ann Bee",))) == []


def test_a_paper_met_again_is_linked_along() -> None:
    text = f"- [T]({A}): first\n- [U]({B})\n- again [T2]({A}v2)\n"
    digest = styled_reader.read(text, ("list",))
    assert [entry.fields.title for entry in digest.entries] == ["T", "U"]
    assert [entry.line for entry in digest.repeats] == [3]
    once = splice(text, lens.edit(digest, digest.entries[0], digest.entries[0].fields, "note"))
    assert once.count("[[note]]") == 2
    removed = splice(text, [Edit(digest.entries[0].span, "")])
    assert [entry.fields.title for entry in read(removed)] == ["U", "T2"]


def test_a_title_that_does_not_close_is_left_alone() -> None:
    digest = styled_reader.read(f'- **A "half title**. [[pdf]({A})]\n', ("list",))
    assert digest.entries == ()
    assert [(line, code) for line, code, _ in digest.notices] == [(1, "broken-title")]


def test_entries_are_appended_with_the_next_number_and_an_open_box() -> None:
    new = [(Fields(B, "U"), "note")]
    for text, line in [
        (f"4. [T]({A})\n", f"5. [U]({B}) [[note]]"),
        (f"* [x] [T]({A})\n", f"* [ ] [U]({B}) [[note]]"),
        (f"- **T**. [[pdf]({A})] [[code](https://x.y)]\n", f"- **[[note|U]]**. [[pdf]({B})]"),
        (f"- **T** **([pdf]({A}))**\n", f"- **[[note|U]]** **([pdf]({B}))**"),
        (f"- **T** ([pdf]({A})), later\n", f"- **[[note|U]]** ([pdf]({B}))"),
        (f"- **T** *[pdf]({A})*. Words\n", f"- **[[note|U]]** *[pdf]({B})*"),
    ]:  # fmt: skip
        assert lens.append(styled_reader.read(text, ("list",)), new) == text + line + "\n"
    empty = styled_reader.read("# Papers\n", ("list",))
    assert lens.append(empty, new) == f"# Papers\n- [U]({B}) [[note]]\n"


def test_advice() -> None:
    listed = "".join(f"- [Deep {n}](https://arxiv.org/abs/2301.0000{n})\n" for n in range(1, 5))
    flat = styled_reader.read(listed, ("flat",))
    found = advice.nothing_read(flat)
    assert found is not None
    assert found[:2] == (1, "nothing-read")
    assert found[2].startswith("4 addresses and no entry; 4 list items look like papers: choose")
    assert advice.nothing_read(styled_reader.read(listed, ("list",))) is None
    assert advice.proposal(listed) == ("list", 4, 1)
    assert advice.proposal("".join(listed.splitlines(keepends=True)[:2])) is None
    above = f"Week 3\n\nT (Ann Bee, Cee Dee)\n{A}\nwords\n\nU (Eff Gee, Hah Ii)\n{B}\n"
    assert advice.title_first(above) == 3
    assert advice.title_first(above[: above.index("U (")]) is None
    plain = f"{A}\nT (Ann Bee, Cee Dee)\n{B}\nU (Ee Gee, Hah Ii)\n{C}\n"
    assert advice.title_first(plain) is None
    assert advice.title_first(f"Reading (Ann Bee, Cee Dee)\nOur week.\n{plain}") is None


@pytest.mark.parametrize(
    "item",
    [
        f"- [T]({A}) (Ann Lee, Bo Kim) – nice idea [[code](https://github.com/a/b)]",
        f"- [T]({A}), *Ann Lee, Bo Kim*: nice idea",
        f"- **T** (Ann Lee, Bo Kim) - nice idea [[pdf]({A})]",
    ],
)
def test_words_behind_the_authors_are_commentary_where_a_dash_or_colon_leads_them_in(
    item: str,
) -> None:
    fields = one(item + "\n")
    assert (fields.authors, fields.commentary) == (("Ann Lee", "Bo Kim"), "nice idea")
    assert edited(item + "\n", commentary="better") == item.replace("nice idea", "better") + "\n"


def test_venue_behind_the_authors_is_nobodys_field() -> None:
    assert one(f"- **T**. *Ann Lee*. NeurIPS 2019. [[pdf]({A})]\n").commentary == ""


def test_first_words_stand_below_the_addresses_of_a_heading() -> None:
    text = f"## T\n\n**arXiv:** {A}\n\n## U\n\n**arXiv:** {B}\n"
    assert edited(text, "heading", commentary="words").startswith(
        f"## T\n\n**arXiv:** {A}\n\nwords\n"
    )


def test_the_line_of_an_entry_and_of_its_words() -> None:
    entries = read(f"# L\n\n- [T]({A})\n  - words\n- [U]({B}): words\n- [V]({C})\n")
    assert [(each.line, each.commentary_line) for each in entries] == [(3, 4), (5, 5), (6, 6)]


@pytest.mark.parametrize(
    ("item", "written"),
    [
        (f"- **[T]({A}):** \n", f"- **[T]({A}):** words\n"),
        (f"- [T]({A}): \r\n- b\r\n", f"- [T]({A}): words\r\n- b\r\n"),
        (f"- [T]({A}):\n", f"- [T]({A}):\n  words\n"),
    ],
)
def test_words_go_to_the_empty_place_behind_a_colon(item: str, written: str) -> None:
    assert edited(item, commentary="words") == written


@pytest.mark.parametrize("title", ["T | U", "a [[b]] c"])
def test_a_link_goes_behind_a_title_that_no_link_can_show(title: str) -> None:
    """Obsidian knows no escape for what ends a link's words."""
    assert edited(f"- **[[n|T]]** [[pdf]({A})]\n", title=title) == (
        f"- **{title}** [[n]] [[pdf]({A})]\n"
    )
    assert edited(f"- **[[n|T]]** [[pdf]({A})]\n", title="T U") == (
        f"- **[[n|T U]]** [[pdf]({A})]\n"
    )


def test_a_title_in_the_last_line_has_no_address() -> None:
    assert not read("T (Ann Bee, Cee Dee)", "title-first")
    assert not read(f"U (Ee Gee)\n{A}\nT (Ann Bee, Cee Dee)", "title-first")[1:]


def test_code_and_comments_hold_no_title_first() -> None:
    titled = "T (Ann Bee, Cee Dee)"
    flat = f"{A}\n{titled}\n{B}\nU (Ee Gee, Hah Ii)\n{C}\n"
    for opening, closing in (("```", "```"), ("<!--", "-->"), ("---", "---")):
        hidden = f"{opening}\n{titled}\n{closing}\n"
        assert advice.title_first(hidden + flat) is None
        assert not read(f"{hidden}{A}\nwords\n", "title-first")
        assert not read(f"{opening}\n{titled}\n{A}\n{closing}\n", "title-first")


def test_addresses_that_stand_under_no_title_are_no_title_first() -> None:
    assert advice.title_first(f"T (Ann Bee, Cee Dee)\nwords\n{A}\nwords\n{B}\nwords\n") is None


def test_a_parenthesis_that_holds_more_than_the_link_is_the_readers() -> None:
    assert read(f"- T ([pdf]({A})!) words\n") == []
    assert linked(f"- T ([pdf]({A}))\n") == f"- [[note|T]] ([pdf]({A}))\n"
