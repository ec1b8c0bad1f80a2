"""What `init` finds: globs that take next week's digest and never a note, and the notes."""

from __future__ import annotations

from itertools import product

from vault_sync.core.model.values import RelPath
from vault_sync.core.vault_survey import Survey, survey


def entry(number: int) -> str:
    return (
        f"https://arxiv.org/abs/2301.{number:05d}\nPaper {number} (Ada Lovelace, Alan Turing)\n"
        f"words {number}\n#llm\n"
    )


def digest(*numbers: int) -> str:
    return "week\n" + "".join(map(entry, numbers))


def found(files: dict[str, str]) -> Survey:
    return survey((RelPath(path), text) for path, text in files.items())


def patterns(files: dict[str, str]) -> list[str]:
    return [glob.pattern for glob in found(files).globs]


def test_a_folder_of_notes_is_none_of_digests() -> None:
    notes = {f"arXiv/23010{n} Paper.md": entry(n) for n in range(1, 7)}
    both = notes | {"arXiv/230107 Paper.md": entry(7) + entry(8)}
    assert patterns(both) == [] and found(both).folder == "arXiv"
    weekly = {f"Weekly/w{n}.md": digest(n, n + 10) for n in (1, 2, 3)}
    assert patterns(both | weekly) == ["Weekly/*.md"]
    assert found(both | weekly).entries == 6


def test_digests_among_daily_notes() -> None:
    daily = {f"daily/2024-01-{n:02d}.md": "# day\n\nwords\n" for n in range(1, 28)}
    weekly = {f"daily/2024-W0{n}.md": digest(n, n + 10) for n in (1, 2, 3)}
    assert patterns(daily | weekly) == ["daily/*-W*.md"]
    apart = {f"w/{n}.md": digest(n + 20, n + 30) for n in (1, 2)}
    assert patterns(daily | weekly | apart) == ["daily/*-W*.md", "w/*.md"]
    assert len(found(daily | weekly).globs[0].takes) == 3


def test_sibling_folders_that_differ_in_figures() -> None:
    files = {
        f"digests/{year}/{month:02d}.md": digest(month, month + 50)
        for year in (2023, 2024)
        for month in range(1, 13)
    }
    assert patterns(files) == ["digests/*/*.md"]
    assert patterns({path: text for path, text in files.items() if "2023" in path}) == [
        "digests/2023/*.md"
    ]


def test_a_week_of_one_entry_counts_beside_two_digests() -> None:
    files = {"w/1.md": digest(1, 2), "w/2.md": digest(3, 4), "w/3.md": entry(5)}
    assert patterns(files) == ["w/*.md"] and len(found(files).digests) == 3
    assert found(files).certain == found(files).named == found(files).likely == ()
    assert patterns({"w/3.md": entry(5), "w/4.md": entry(6)}) == []


def test_half_of_a_folder_is_enough() -> None:
    files = {"w/1.md": digest(1, 2), "w/2.md": digest(3, 4), "w/3.md": "words", "w/4.md": "words"}
    assert patterns(files) == ["w/*.md"]
    assert patterns(files | {"w/5.md": "words"}) == ["w/1.md", "w/2.md"]
    # As many notes as digests: no more than those make a folder one of notes.
    notes = {
        f"w/{n} note.md": f"---\nurl: https://arxiv.org/abs/2301.{n:05d}\n---\n" for n in (7, 8)
    }
    both = {"w/1 b.md": digest(1, 2), "w/2 a.md": digest(3, 4), **notes}
    assert patterns(both) == ["w/* a.md", "w/* b.md"]
    assert patterns(both | {"w/9 note.md": notes["w/8 note.md"].replace("8", "9")}) == []


def test_a_note_is_never_taken() -> None:
    files = {f"w/{n} a.md": digest(n, n + 2) for n in (1, 2)}
    files["w/x.md"] = f"# T\n\n- URL: {entry(9)}"
    assert patterns(files) == ["w/* a.md"]
    assert "w/x.md" in found(files).certain


def test_a_file_that_only_names_a_paper_is_in_nobodys_way() -> None:
    files = {f"w/{n}.md": digest(n, n + 2) for n in (1, 2)}
    files |= {f"w/{name}.md": "# T\n\nsee https://arxiv.org/abs/2301.00009\n" for name in "xy"}
    assert patterns(files) == ["w/*.md"] and found(files).named == ()
    assert found(files | {"w/z/x.md": files["w/x.md"]}).named == ("w/z/x.md",)


def test_front_matter_makes_a_digest_no_note() -> None:
    head = "---\ntags: [weekly]\ndate: 2024-01-20\n---\n"
    assert patterns({"w/1.md": head + digest(1, 2), "w/2.md": head + digest(3, 4)}) == ["w/*.md"]
    about_one = "---\nurl: https://arxiv.org/abs/2301.00009\n---\n" + digest(5, 6)
    assert patterns({"n/1.md": about_one}) == [] and found({"n/1.md": about_one}).certain


def test_in_the_root_and_by_name() -> None:
    files = {"Digest 1.md": digest(1, 2), "Digest 2.md": digest(3, 4), "x.md": "words"}
    assert patterns(files) == ["Digest *.md"]
    files = {"reading [1].md": digest(1, 2), "reading [2].md": "words", "reading [3].md": "words"}
    assert patterns(files) == ["reading [[]1].md"] and found(files).by_name == ("reading [[]1].md",)


def test_lists_in_a_form_that_is_not_read() -> None:
    items = "".join(f"> - [Paper {n}](https://arxiv.org/abs/2301.{n:05d})\n" for n in range(3))
    assert found({"l.md": items}).unread == ("l.md",)
    assert found({"l.md": items[: len(items) // 2]}).unread == ()
    # One that a glob finds is among the digests.
    weekly = {f"Weekly/w{n}.md": digest(n, n + 10) for n in (1, 2, 3)}
    seen = found(weekly | {"Weekly/w4.md": items, "l.md": items})
    assert [glob.pattern for glob in seen.globs] == ["Weekly/*.md"] and seen.unread == ("l.md",)


def test_the_style_that_would_read_a_list_is_proposed_by_glob() -> None:
    address = "https://arxiv.org/abs/2301.{:05d}"
    items = "".join(f"- [Study {n}]({address.format(n)})\n" for n in range(3))
    rows = "|Title|PDF|\n|-|-|\n" + "".join(f"|T{n}|{address.format(n)}|\n" for n in range(4, 8))
    seen = found({"a/1.md": items, "a/2.md": rows, "b/1.md": digest(8, 9), "c/x.md": items[:80]})
    assert [(glob.pattern, glob.styles) for glob in seen.globs] == [
        ("a/*.md", ("list", "table")),
        ("b/*.md", ("flat",)),
    ]
    assert [(each.style, each.path, each.line) for each in seen.examples] == [
        ("list", "a/1.md", 1),
        ("table", "a/2.md", 3),
    ]
    assert seen.examples[0].fields.title == "Study 0"
    assert (seen.entries, seen.unread) == (9, ())
    # A file without entries has no style.
    assert found({"a/1.md": items, "a/2.md": "words"}).globs[0].styles == ("list",)
    # What is mostly about other things is no digest, nor is a note with a list of references.
    blogs = "".join(f"- [Post {n}](https://blog.org/{n})\n" for n in range(4))
    assert patterns({"a/1.md": items + blogs}) == []
    assert patterns({"n/1.md": f"{address.format(1)}\n\nwords\n\n{items}"}) == []


def test_known_likely_and_named() -> None:
    files = {
        "d/1.md": digest(1, 2),
        "d/2.md": digest(3, 4),
        "r/known.md": "---\nlink: https://arxiv.org/abs/2301.00001\n---\n",
        "r/likely.md": "# Paper 2\n\nhttps://arxiv.org/abs/2301.00002\n",
        "r/named.md": "# X\n\nhttps://arxiv.org/abs/2301.00003\n",
    }
    seen = found(files)
    assert (seen.certain, seen.likely, seen.named) == (
        ("r/known.md",),
        ("r/likely.md",),
        ("r/named.md",),
    )


def test_the_folder_for_new_notes() -> None:
    notes = {
        f"papers/{topic}/{n}.md": f"---\nurl: https://arxiv.org/abs/2301.{n:05d}\n---\n"
        for n, topic in enumerate("aabbcc")
    }
    assert found(notes).folder == "papers"
    assert found(dict(list(notes.items())[:4])).folder == ""
    assert found({path.rpartition("/")[2]: text for path, text in notes.items()}).folder == ""
    assert found({"Papers/x.md": "words"}).folder == "Papers"
    assert found({"Papers/x.md": "words", "papers/x.md": "words"}).folder == ""
    # Of several that one system would take for one, it is the first by name.
    cases = product(*((letter.upper(), letter) for letter in "papers"))
    spelled = [name for name in map("".join, cases) if name != "papers"]
    assert found({f"{name}/x.md": "words" for name in reversed(spelled)}).folder == "PAPERS"


def note_of(number: int) -> str:
    return f"---\nurl: https://arxiv.org/abs/2301.{number:05d}\n---\n"


def test_more_than_half_of_five_notes_make_a_folder_and_the_deepest_is_taken() -> None:
    for counts, folder in (
        ({"a/b": 5}, "a/b"),
        ({"a/b": 4}, ""),
        ({"a": 3, "b": 3}, ""),
        ({"a": 4, "b": 3}, "a"),
        ({"a/b": 2, "a/c": 2, "d": 3}, "a"),
        ({"": 3, "a": 3}, ""),
    ):
        places = [place for place, count in counts.items() for _ in range(count)]
        notes = {f"{place}/{n}.md".lstrip("/"): note_of(n) for n, place in enumerate(places, 1)}
        assert found(notes).folder == folder


def test_in_the_root_notes_and_digests_stand_together_and_copies_are_none_of_them() -> None:
    notes = {f"{n}.md": note_of(n) for n in range(1, 6)}
    files = {"w 1.md": digest(1, 2), "w 2.md": digest(3, 4), **notes}
    assert patterns(files) == ["w *.md"]
    copies = {f"w 1{mark}.md": digest(8, 9) for mark in (" (Conflicted copy)", " (restored)")}
    assert found(files | copies) == found(files)


def test_a_list_has_its_papers_in_items_headings_and_rows() -> None:
    url = "https://arxiv.org/abs/2301.0000"
    for marked in ("- ", "  * ", "12. ", "3) ", "## ", "| ", "**", "> "):
        text = f"mine\n{marked}{url}1 a\nwords\n{marked}{url}2 b\n{marked}{url}3 c\n"
        assert (found({"l.md": text}).unread == ("l.md",)) or patterns({"l.md": text})
        assert found({"l.md": text.replace(f"{url}3", f"{url}2")}).unread == ()
    for marked in ("", "words ", "1234. ", "#"):
        text = f"mine\n{marked}{url}1 a\n{marked}{url}2 b\n{marked}{url}3 c\n"
        assert found({"l.md": text}).unread == ()
    for size, listed in ((4_000, ("l.md",)), (4_001, ())):
        long = f"> {url}1 ".ljust(size, "x")
        assert found({"l.md": f"mine\n{long}\n> {url}2 b\n> {url}3 c\n"}).unread == listed


def test_what_no_glob_tells_apart_is_taken_by_name() -> None:
    files = {f"w/{name}.md": "words" for name in ("1", "2", "3", "4", "5")}
    files |= {"w/6.md": digest(1, 2), "w/a?b*.md": digest(3, 4), "x.md": "words"}
    seen = found(files)
    assert seen.by_name == ("w/6.md", "w/a[?]b[*].md")
    assert [glob.takes for glob in seen.globs] == [("w/6.md",), ("w/a?b*.md",)]
    assert seen.entries == 4 and seen.digests == ("w/6.md", "w/a?b*.md")


def test_folders_that_differ_in_figures_are_one_and_another_stands_alone() -> None:
    files = {
        "d/2023/1.md": digest(1, 2),
        "d/2024/2.md": digest(3, 4),
        "d/new [x]/3.md": digest(5, 6),
        "e 1/4.md": digest(7, 8),
    }
    assert patterns(files) == ["d/*/*.md", "d/new [[]x]/*.md", "e 1/*.md"]


def test_a_note_that_lost_its_address_is_none_of_a_paper() -> None:
    lost = "---\ndigests: []\n---\nsee https://example.org/x\n"
    has = "---\nurl: https://arxiv.org/abs/2301.00001\ndigests: []\n---\n"
    assert found({"p/a.md": lost, "p/b.md": has}).certain == ("p/b.md",)
