"""Edits of a digest, by example: each changes its own part and no other byte."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from tests.support.digests import BLOG, FLAT, OCTO, SPACED, edited
from vault_sync.core.digest import editor as digest
from vault_sync.core.digest.editor import first_loss
from vault_sync.core.digest.reader import read as read_digest
from vault_sync.core.model.values import Fields


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
    before, linked = (f"w\n{OCTO}\n{line}\n하나\n" for line in (title, after))
    assert edited(before, link="n") == linked
    assert "[[" in title or digest.export(linked) == before


@pytest.mark.parametrize(("blank", "left"), [("", ""), (" ", ""), ("  ", " "), ("\t", "\t")])
def test_a_link_behind_a_title_goes_with_a_blank_before_it(blank: str, left: str) -> None:
    text = f"w\n{OCTO}\nT [x] (Kim Lee)"
    assert digest.export(f"{text}{blank}[[n]]\n") == f"{text}{left}\n"


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


def test_any_words_take_the_place_of_any_other() -> None:
    texts = ["\n".join(row) for n in range(4) for row in itertools.product("ab", repeat=n)]
    digest_of = f"w\n{OCTO}\nT (Kim Lee)\n{{}}#x\n".format
    for was, now in itertools.product(texts, texts):
        before, after = (digest_of(f"{words}\n" if words else "") for words in (was, now))
        assert edited(before, commentary=now) == after


def test_an_untitled_entry_gets_a_title() -> None:
    said: dict[str, Any] = {"title": "T", "authors": ("Kim Lee",)}
    assert edited(f"w\n{BLOG}\n하나\n", **said) == f"w\n{BLOG}\nT (Kim Lee)\n하나\n"
    linked = f"w\n{BLOG}\n[[n]]\n하나\n"
    assert edited(linked, **said) == f"w\n{BLOG}\n[[n|T]] (Kim Lee)\n하나\n"
    titled = edited(linked, **said)
    assert edited(titled, title="", authors=()) == linked


def test_an_entry_is_appended_to_a_digest_without_any() -> None:
    said = Fields(BLOG, "V", ("Bo Li",))
    assert digest.append(read_digest(""), [(said, None)]) == f"{BLOG}\nV (Bo Li)\n"
    assert digest.append(read_digest("w"), [(said, None)]) == f"w\n{BLOG}\nV (Bo Li)"
    assert (
        digest.append(read_digest("# w\n\n말\n"), [(said, None)])
        == f"# w\n\n말\n\n{BLOG}\n\nV (Bo Li)\n"
    )


PLAIN = Fields("https://arxiv.org/abs/2403.00011", "Title (ReST)", ("Kim (KAIST, AI)", "Bo Lee"))
FENCE = "말\n```python\nx"


@pytest.mark.parametrize(
    "fields",
    [
        PLAIN,
        PLAIN._replace(title="", authors=()),
        PLAIN._replace(authors=(), commentary="말"),
        PLAIN._replace(title="Attention [Again] | More", tags=("a", "2024", "논문/생성")),
        PLAIN._replace(commentary="말\n\n---\n\n### 셋째\nhttps://a.example\n```\n# x\n```"),
    ],
)
def test_what_can_be_said(fields: Fields) -> None:
    assert first_loss(fields, Fields(fields.url), "note") is None


@pytest.mark.parametrize(
    ("change", "field", "line"),
    [
        ({"commentary": "말\n## 제목\n말"}, "commentary", 1),
        ({"commentary": "말\n\nhttps://a.example/b\nTitle (Ann Park, Bo Lee)"}, "commentary", 2),
        ({"commentary": "#only #tags\n말"}, "commentary", 0),
        ({"commentary": FENCE}, "commentary", 1),
        ({"commentary": "말", "authors": ("Brandt, Ola",)}, "authors", 0),
        ({"commentary": "말", "authors": ("Ann (KAIST",)}, "authors", 0),
        ({"title": ""}, "authors", 0),
        ({"commentary": "말", "tags": ("deep learning",)}, "tags", 0),
        ({"commentary": "말", "tags": ("2024",)}, "tags", 0),
        ({"commentary": "말", "title": "a\nb"}, "title", 0),
        ({"commentary": "말", "url": "no address"}, "url", 0),
        ({"url": "https://"}, "url", 0),
    ],
)
def test_what_cannot_be_said(change: dict[str, Any], field: str, line: int) -> None:
    found = first_loss(PLAIN._replace(**change), PLAIN, "note")
    assert found is not None
    assert (found.field, found.line) == (field, line)
    wrong = change.get("commentary", "").split("\n")[line] if field == "commentary" else field
    assert wrong in found.message and found.hint


def test_a_fence_that_the_digest_left_open_is_its_authors() -> None:
    assert (
        first_loss(PLAIN._replace(commentary=FENCE), PLAIN._replace(commentary=FENCE), "note")
        is None
    )
