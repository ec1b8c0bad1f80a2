"""Which file is a paper's note: every form, and the lists and other files that are none."""

from __future__ import annotations

from time import process_time

import pytest
from vault_sync.core.model.values import PropertyNames, RelPath
from vault_sync.core.note import marks, note, recognition
from vault_sync.core.note.recognition import Recognition, recognise

A, B = "arxiv:2301.00001", "arxiv:2301.00002"
URL_A, URL_B = "https://arxiv.org/abs/2301.00001", "https://arxiv.org/abs/2301.00002"


def read(text: str, path: str = "refs/x.md", *identity: str) -> Recognition:
    names = PropertyNames(identity=identity)
    found = recognise(RelPath(path), text, note.read(text, names).properties)
    assert recognition.may_be_note(text) or found == recognition.NOTHING
    return found


def block(*lines: str) -> str:
    return "---\n" + "\n".join(lines) + "\n---\nmine\n"


PROPERTIES = [
    block(f"url: {URL_A}"),
    block(f"URL: {URL_A}"),
    block("arxiv: '2301.00001'"),
    block("arxiv_id: '2301.00001'"),
    block("eprint: 2301.00001v2 [cs.CL] 3 Jan 2023"),
    block("urls:", f"  - {URL_A}", "  - https://github.com/x/y"),
    block("arXiv-ID: 2301.00001v2"),
    block("eprint: 2301.00001"),
    block("doi: 10.48550/arXiv.2301.00001"),
    block(f"paper_url: {URL_A}"),
    block(f"Paper URL: {URL_A}"),
    block(f"source_url: {URL_A}"),
    block(f"abs-url: {URL_A}"),
    block("pdf: https://arxiv.org/pdf/2301.00001.pdf"),
    block(f"link: {URL_A}"),
    block(f"source: {URL_A}"),
    block("url:", f"  - {URL_A}"),
    block(f'url: "[abs]({URL_A})"'),
    block("url:", f"source: {URL_A}"),
    block(f"url: {URL_A}", "pdf: https://arxiv.org/pdf/2301.00001"),
]

HEADS = [
    f"# T\n\nURL: {URL_A}\n\n{{{{ 1 }}}} is no template's\n",
    f"{URL_A}\n\nwords\n",
    "arxiv.org/abs/2301.00001\n\nwords\n",
    f"\n\n<{URL_A}>\nTitle (Ada Lovelace)\n",
    f"# T\n\n- **URL**: {URL_A}\n",
    f"# T\n\n**URL:** <{URL_A}>\n",
    "# T\n\narXiv: 2301.00001\n",
    "# T\n\n- arXiv：2301.00001v3 [cs.CL] (v3)\n",
    f"url:: {URL_A}\nauthors:: Ada\n",
    f"# T\n\n| Paper | {URL_A} |\n",
    f"# T\n\n> [!info] Link: {URL_A}\n",
    f"# T\n\n> Link: [here]({URL_A}), [code](https://github.com/a/b)\n",
    f"论文链接：{URL_A}（PDF）\n",
    f"- 논문: [제목]({URL_A})\n",
    f"# [Title]({URL_A})\n\nwords\n",
    f"### [Title]({URL_A})\n\nwords\n",
    f"# T\n\n[Paper]({URL_A}) | [Code](https://github.com/a/b)\n",
    f"# T\n\n[[pdf]({URL_A})]\n",
    f"# T\n\nsee [Link to the paper]({URL_A})\n",
]


@pytest.mark.parametrize("text", PROPERTIES + HEADS)
def test_known(text: str) -> None:
    assert read(text).certain == (A,)
    assert read(text.replace("\n", "\r\n")).certain == (A,)
    assert read("\ufeff" + text).certain == (A,)


@pytest.mark.parametrize(
    ("line", "papers"),
    [
        (f"see {URL_A} and [that]({URL_B}).", {A, B}),
        ("arXiv:2301.00001v2, and arxiv: 2301.00002.", {A, B}),
        ("2301.00001 stands alone", set()),
        ("Paper: 2301.00001", {A}),
        ("see [x](arxiv.org/abs/2301.00001) there", {A}),
        ("see 10.1000/one., doi 10.1000/two!", {"doi:10.1000/one", "doi:10.1000/two"}),
        ("https://example.org/arxiv:2301.00001", set()),
        ("https://example.org/", set()),
    ],
)
def test_the_papers_that_a_line_names(line: str, papers: set[str]) -> None:
    assert marks.mentioned([line]) == papers


def test_a_paper_is_stated_in_the_first_forty_lines() -> None:
    for above, found in ((39, (A,)), (40, ())):
        assert read("words\n" * above + f"url: {URL_A}\n").certain == found


def test_two_ids_of_one_paper() -> None:
    text = block("doi: 10.1000/one", f"url: {URL_A}")
    assert set(read(text).certain) == {A, "doi:10.1000/one"}
    assert set(read("# T\n\narXiv: 2301.00001\nDOI: 10.1000/one\n").certain) == {
        A,
        "doi:10.1000/one",
    }


def test_the_readers_own_property() -> None:
    text = block(f"Paper Page: {URL_A}")
    assert read(text).certain == ()
    assert read(text, "refs/x.md", "paper_page").certain == (A,)


NAMED = [
    f"# T\n\n{URL_A}\n\nwords\n",
    "# T\n\nJournal: arXiv:2301.00001\n",
    f"Title ({URL_A})\n\nwords\n",
    "# T\n\narXiv:2301.00001v3 [cs.CV] 28 May 2020\n",
    f"# T\n\nthis rests on {URL_A}, which is good\n",
]


@pytest.mark.parametrize("text", NAMED)
def test_named(text: str) -> None:
    found = read(text)
    assert (found.certain, found.named) == ((), A)


@pytest.mark.parametrize(
    "text",
    [
        # Lists: the same mark twice.
        f"# A\n\n- URL: {URL_A}\n\n# B\n\n- URL: {URL_B}\n",
        f"# [A]({URL_A})\n\nwords\n\n## [B]({URL_B})\n",
        f"# T\n\n[paper]({URL_A})\n\n## U\n\n[paper]({URL_B})\n",
        f"{URL_A}\nA (Ada Lovelace)\nwords\n\n{URL_B}\nB (Bo Lee)\n",
        f"# T\n\n{URL_A}\n\n## U\n\n{URL_B}\n",
        f"# T\n\nboth {URL_A} and {URL_B}\n",
        block(f"url: {URL_A}", f"source: {URL_B}"),
        block("url:", f"  - {URL_A}", f"  - {URL_B}"),
        # Nobody's paper.
        block("url: https://obsidian.md"),
        block("source: https://example.org/a/b"),
        block("pdf: /home/x/paper.pdf"),
        "# T\n\nwords\n",
        "# T\n\n- URL: https://example.org/a\n",
        f"# T\n\nwords\n\n## U\n\n- URL: {URL_A}\n",
        f"# T\n\n```\nURL: {URL_A}\n```\n",
        # Templates and drawings.
        block("url: '<% tp.x %>'", f"source: {URL_A}"),
        f"# {{{{title}}}}\n\nURL: {URL_A}\n",
        block(f"url: {URL_A}", "excalidraw-plugin: parsed"),
        # The paper itself.
        f"# T\n\n- URL: {URL_A}\n\n"
        + "".join(f"words https://arxiv.org/abs/2302.0000{n} " for n in range(7))
        + "words " * 8000,
    ],
)
def test_none(text: str) -> None:
    found = read(text)
    assert (found.certain, found.named) == ((), None)


@pytest.mark.parametrize(
    "path",
    [
        "daily/2024-01-05.md",
        "2024-W03.md",
        "2024년 1월 5일.md",
        "2024-01-05 Fri.md",
        "x.excalidraw.md",
    ],
)
def test_daily_notes_and_drawings(path: str) -> None:
    assert read(f"# T\n\n- URL: {URL_A}\n", path) == recognition.NOTHING
    assert read(f"# T\n\n- URL: {URL_A}\n", "x.excalidraw.md") == recognition.NOTHING
    assert read(f"# T\n\n- URL: {URL_A}\n", "231006 T.md").certain == (A,)


def test_a_second_paper_elsewhere_makes_no_list() -> None:
    assert read(f"# T\n\n- URL: {URL_A}\n\n## Related\n\nsee {URL_B}\n").certain == (A,)
    assert read(f"{URL_A}\nT (Ada Lovelace)\n\n# Links\n\n{URL_B}\n").certain == (A,)
    assert read(f"# T\n\n- URL: {URL_A}\n\n```\n- URL: {URL_B}\n```\n").certain == (A,)


TITLE = "alphamodelsastudy"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (f"---\ntitle: 'Alpha Models: A Study'\n---\nsee {URL_A}\n", "x.md"),
        (f"# Alpha Models - A Study\n\n{URL_A}\n", "x.md"),
        (f"# T\n\n{URL_A}\n", "231006 Alpha Models A Study.md"),
        (f"# Alpha Models: A Study ![logo](x.png) ![](y.png)\n\n{URL_A}\n", "x.md"),
        (f"# **Alpha [Models](x.html): A [Study](y(1).html)**\n\n{URL_A}\n", "x.md"),
        (f"# T\n\n- Title: Alpha Models: A Study\n- {URL_A}\n", "x.md"),
        (f"# T\n\n[Alpha Models: A Study]({URL_A})\n", "x.md"),
        (f"# T\n\n**Alpha Models: A Study** {URL_A}\n", "x.md"),
        (f"# T\n\n《Alpha Models: A Study》 {URL_A}\n", "x.md"),
        (f"Alpha Models: A Study ({URL_A})\n", "x.md"),
        *(
            (f"{URL_A}, see {marked}, which is good\n", "x.md")
            for marked in (
                f"[Alpha Models: A Study]({URL_A})",
                "**Alpha Models: A Study**",
                "*Alpha Models: A Study*",
                "_Alpha Models: A Study_",
                "《Alpha Models: A Study》",
            )
        ),
        (f"{URL_A} is of\n> - **Title**: _Alpha Models: A Study_\n", "x.md"),
        (f"{URL_A} is of\n论文标题：Alpha Models: A Study\n", "x.md"),
    ],
)
def test_titles_that_make_it_likely(text: str, path: str) -> None:
    assert TITLE in read(text, path).titles


def test_without_any_id() -> None:
    found = read("---\ntitle: 'Alpha Models: A Study'\nauthors: [Ann Park]\n---\nmine\n")
    assert found.named is None and found.titles == {TITLE} and found.authors == ("Ann Park",)
    assert read("# Alpha\n\n- Authors: Ann Park, Bo Lee\n").authors == ("Ann Park, Bo Lee",)
    assert read("# Alpha\n\nwords\n") == recognition.NOTHING


def test_reading_is_linear_and_cheap() -> None:
    began = process_time()
    for text in (
        "# T\n\nURL" + " " * 200_000,
        "# T\n\narxiv" + " " * 200_000 + "x://",
        "# T :// " + "[" * 100_000,
        "# T\n\n:// " + "(" * 100_000,
        "{{a" * 50_000 + "://",
        "# " + " #" * 50_000 + "://",
        f"# T\n\nURL: {URL_A} " + "[a](" * 50_000,
        (f"# T\n\n- {URL_A}\n" * 5_000),
    ):
        recognise(RelPath("x.md"), text, note.read(text).properties)
    assert process_time() - began < 10


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le", "utf-8"])
@pytest.mark.parametrize(
    "form",
    [
        f"---\nurl:\n  - {URL_A}\n---\nWörter\n",
        "---\nArXiv-ID: '2301.00001'\n---\nWörter\n",
        f"# Deep Nets\n\n- **URL**: {URL_A}\n\nWörter\n",
        f"{URL_A}\nWörter\n",
    ],
)
def test_the_paper_of_a_file_in_another_encoding_is_guessed(form: str, encoding: str) -> None:
    text = form.encode(encoding).decode("utf-8", "surrogateescape")
    assert recognition.guessed_keys(RelPath("x.md"), text, PropertyNames()) == (A,)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le", "cp949"])
def test_what_the_head_only_names_is_guessed_in_another_encoding(encoding: str) -> None:
    words = "단어" if encoding == "cp949" else "Wörter"
    text = f"# Deep Nets\n\n{URL_A}\n{words}\n".encode(encoding).decode("utf-8", "surrogateescape")
    assert recognition.guessed_keys(RelPath("x.md"), text, PropertyNames()) == (A,)


@pytest.mark.parametrize(
    "line",
    ["arxiv-id: 2301.00001", f"Paper URL: '{URL_A}'", f"link: [{URL_A}]", f"url:\n  - {URL_A}"],
)
def test_the_paper_of_broken_properties_is_guessed(line: str) -> None:
    text = f"---\ntitle: a: b\n{line}\n---\nmine\n"
    assert note.read(text).properties.broken is not None
    assert recognition.guessed_keys(RelPath("x.md"), text, PropertyNames()) == (A,)
    for other in ("x: 1", "x: 2301.00001"):
        text = f"---\na: b: c\n{other}\n---\n"
        assert recognition.guessed_keys(RelPath("x.md"), text, PropertyNames()) == ()


def test_a_heading_for_metadata_does_not_end_the_head() -> None:
    assert read(f"# Deep Nets\n\n## Metadata\n- URL: {URL_A}\n\n## Highlights\n").certain == (A,)
    assert read(f"# Deep Nets\n\n## Related\n- URL: {URL_A}\n").certain == ()
    two = f"# Deep Nets\n\n## Metadata\n- URL: {URL_A}\n\n## Next\n- URL: {URL_B}\n"
    assert read(two) == recognition.NOTHING


def test_a_bibtex_entry_names_the_paper_and_its_title() -> None:
    block = '```bibtex\n@misc{a,\n  title={Deep {N}ets},\n  eprint = "2301.00001",\n}\n```\n'
    found = read(f"{block}\nmine\n")
    assert (found.named, "deepnets" in found.titles) == (A, True)
    assert read(f"{block}\n{block}").named is None
    assert read(block.replace("@misc{a", "@misc{b, eprint={1}}\n@misc{a")).named is None


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (f"# T\n\n- **URL**: {URL_A}\n- DOI: 10.1000/x\n", (A, "doi:10.1000/x")),
        ("# T\n\narXiv: 2301.00001\nDOI: 10.1000/x\n", (A, "doi:10.1000/x")),
        # Two ids are one paper's under labels alone; of other marks the first says which.
        (f"# [T]({URL_A})\n\nDOI: 10.1000/x\n", (A,)),
        (f"[T]({URL_A})\nDOI: 10.1000/x\n", ("doi:10.1000/x",)),
        (f"# T\nDOI: 10.1000/x\n[T]({URL_A})\n", ("doi:10.1000/x",)),
        (f"# T\n[paper]({URL_A}), [pdf](https://doi.org/10.1000/x)\n", ()),
        (f"# T\n[paper]({URL_A}), [pdf]({URL_A}v2)\n", (A,)),
        # Two of one kind are two papers'.
        ("# T\n\narXiv: 2301.00001\narXiv: 2301.00002\n", ()),
        ("# T\n\nDOI: 10.1000/x\nDOI: 10.1000/y\n", ()),
    ],
)
def test_ids_of_one_paper_under_two_labels(text: str, keys: tuple[str, ...]) -> None:
    assert read(text).certain == keys


PAGE = "https://x.org/a"


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ("HTTPS://x.org/a\n", True),
        ("\n <www.x.org/a>\n", True),
        ("words http://x.org\n", False),
        ("words 2301.00001\n", True),
        ("- 저자: A\n", True),
        ("- AUTHORS: A\n", True),
        ("---\na: x://y\n---\nwords\n", True),
        ("---\na: 1\n---\nwords x://y\n", False),
        ("---\na: 1\nx://y\n", False),
        ("---\nkey: 1\n---\nwords\n", True),
        ("---\na: 1\n---\nkey words\n", False),
        ("x" * 8_000 + "arxiv", False),
        ("x" * 7_995 + "arxiv", True),
        # Behind properties as much is looked at as without.
        ("---\na: " + "x" * 8_000 + "\n---\n" + "x" * 7_000 + "arxiv", True),
        ("---\na: " + "x" * 8_000 + "\n---\n" + "x" * 8_000 + "arxiv", False),
        ("\ufeff---\na: x://y\n---\n", True),
    ],
)
def test_what_may_be_a_note_is_seen_without_reading_it(text: str, may_be: bool) -> None:
    names = PropertyNames((("url", "key"), ("title", "name"), ("tags", "")))
    assert recognition.may_be_note(text, names) == may_be


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        ([f"url: {PAGE}"], ("url:x.org/a",)),
        ([f"url: {PAGE}", f"doi: {PAGE}/b"], ("url:x.org/a",)),
        (["url: https://x.org?id=1"], ("url:x.org?id=1",)),
        (["url: https://x.org"], ()),
        ([f"link: {PAGE}"], ()),
        ([f"url: {PAGE}", "arxiv: '2301.00001'"], (A, "url:x.org/a")),
        ([f"doi: {URL_A} (v2, see there)"], (A,)),
        ([f"url: '![x]({URL_A})'"], (A,)),
        ([f"url: '[x [y]]({URL_A})'"], (A,)),
        ([f"url: '{URL_A} and more'"], ()),
        (["url: ' '"], ()),
        ([f"url: {URL_A}", f"pdf: {URL_A}", "doi: 10.1000/x"], (A, "doi:10.1000/x")),
        (["doi: 10.1000/x", "source: https://doi.org/10.1000/y"], ()),
    ],
)
def test_the_keys_of_properties(lines: list[str], keys: tuple[str, ...]) -> None:
    assert read(block(*lines)).certain == keys
    assert recognition.keys_of_note(note.read(block(*lines)).properties) == keys


def test_the_vaults_own_address_may_be_any_page_whatever_its_name() -> None:
    names = PropertyNames((("url", "Source Link"), ("doi", "")))
    for text, keys in (
        (block(f"Source Link: {PAGE}"), ("url:x.org/a",)),
        (block(f"source_link: {PAGE}"), ("url:x.org/a",)),
        (block(f"link: {PAGE}"), ()),
    ):
        assert recognition.keys_of_note(note.read(text, names).properties) == keys


@pytest.mark.parametrize(
    ("text", "certain", "named"),
    [
        (f"{PAGE}\nT (Ada Lovelace)\n", ("url:x.org/a",), None),
        ("https://x.org\nT (Ada Lovelace)\n", (), None),
        (f"{URL_A}\nT\n\nhttps://y.org/b\n{URL_A}\n", (A,), None),
        (f"{PAGE}\nT\n\n{URL_A}\n", (), None),
        (f"- {URL_A}\n", (), A),
        (f"* {URL_A}\n\nwords\n\n* {URL_B}\n", (), None),
        (f"# T\n{URL_A}\n{URL_A}\nURL: {URL_B}\n", (B,), None),
        (f"# T\n\nURL: {URL_A}\n\n## U\n\n[paper]({URL_B})\n", (A,), None),
        (f"# T\n\nURL: {URL_A}\n\n## Links\n\nURL: {URL_B}\n", (A,), None),
        (f"# T\n\nsee {URL_A}\n\n## U\n\n{URL_B}\n", (), A),
        # A page of its own stays, whatever the body is.
        (block(f"url: {PAGE}") + f"- URL: {URL_A}\n- URL: {URL_B}\n", ("url:x.org/a",), None),
        (block(f"url: {PAGE}") + f"- URL: {URL_A}\n", ("url:x.org/a", A), None),
        (block(f"url: {PAGE}") + f"see {URL_A}\n", ("url:x.org/a",), A),
        # A paper of its own stays alone.
        (block(f"url: {URL_A}") + "- DOI: 10.1000/x\n", (A,), None),
        (block(f"url: {URL_A}") + f"see {URL_B}\n", (A,), None),
        (f"---\na: 1\n---\n\n\n{URL_A}\n", (A,), None),
        (f"```\ncode\n```\n\n{URL_A}\nT (Ada Lovelace)\n", (A,), None),
        ("\n \n", (), None),
    ],
)
def test_whose_note_a_text_is_by_its_first_line_and_its_head(
    text: str, certain: tuple[str, ...], named: str | None
) -> None:
    found = read(text)
    assert (found.certain, found.named) == (certain, named)


def test_a_head_has_so_many_characters_however_long_its_lines_are() -> None:
    for size, found in ((39_900, (A,)), (40_010, ())):
        assert read(f"# T of arXiv\n{'x' * size}\nURL: {URL_A}\n").certain == found


@pytest.mark.parametrize("letter", ["x", "한"])
def test_a_long_text_with_more_than_five_other_papers_is_the_paper_itself(letter: str) -> None:
    for others, more, found in ((5, 1, (A,)), (6, 0, (A,)), (6, 1, ())):
        text = f"# T\n\nURL: {URL_A}\n\n## U\n\n" + "".join(
            f"words https://arxiv.org/abs/2302.0000{n}\n" for n in range(others)
        )
        room = 40_000 + more - len(text.encode())
        size = len(letter.encode())
        text += letter * (room // size) + "x" * (room % size)
        assert len(text.encode()) == 40_000 + more
        assert read(text).certain == found


@pytest.mark.parametrize(
    ("entry", "named", "title"),
    [
        ("doi = {10.1000/x},\n title = {T}", "doi:10.1000/x", True),
        (f'url = "{URL_A}",\n doi = {{x}}', A, False),
        ("EPRINT={2301.00001}, \n , Title = {T},", A, True),
        ("eprint = {hal-1}", None, False),
        (f"url = {{{PAGE}}}", None, False),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_paper_of_a_bibtex_entry(
    entry: str, named: str | None, title: bool, newline: str
) -> None:
    text = f"mine\n\n```bibtex\n@misc{{a,\n {entry}\n}}\n```\n"
    assert read(text.replace("\n", newline)).named == named
    assert ("t" in read(text.replace("\n", newline)).titles) == title
    # Words of the head that name a paper come first.
    assert read(f"see {URL_B}\n{text}").named == B


def test_authors_are_asked_of_a_file_without_ids_in_this_order() -> None:
    for lines, body, authors in (
        (("authors: [A, ' ']", "author: B"), "- Authors: C\n", ("A",)),
        (("author: B",), "- Authors: C\n", ("B",)),
        ((), "- Authors:: C, D \n", ("C, D",)),
        ((), "> 저자: C\n", ("C",)),
        (("authors: [' ']",), "", ()),
    ):
        text = block("title: Deep Nets", *lines) + body
        found = read(text)
        assert found.authors == authors and found.stem == ""
        assert found.titles == ({"deepnets"} if authors else frozenset())
    assert read("- Authors: C\n", "Deep Nets.md") == recognition.NOTHING


def test_a_file_may_be_called_by_the_entrys_short_title() -> None:
    found = read(f"see {URL_A}\n", "refs/231006 Alpha Models.md")
    assert found.has_title("Alpha Models: A Study") and found.has_title("Alpha Models")
    assert not found.has_title("Beta: Alpha Models") and found.stem == "alphamodels"
    assert not read(f"# Alpha Models\n\nsee {URL_A}\n", "x.md").has_title("Alpha Models: A")
    assert read(f"see {URL_A}\n", "2023-10-06 - Alpha.md").stem == "alpha"


def test_the_head_of_a_broken_file_is_guessed_below_its_properties() -> None:
    text = f"---\na: b: c\nmine: {URL_B}\n---\n# T\n\nURL: {URL_A}\n"
    assert recognition.guessed_keys(RelPath("x.md"), text, PropertyNames()) == (A,)
    two = f"---\na: b: c\nurl: {URL_B}\narxiv:\n  - '2301.00001'\n---\nURL: {URL_A}\n"
    assert recognition.guessed_keys(RelPath("x.md"), two, PropertyNames()) == (B, A)
    named = f"# T\n\nsee {URL_A}\n"
    assert recognition.guessed_keys(RelPath("x.md"), named, PropertyNames()) == ()
