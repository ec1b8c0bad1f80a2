"""The laws of the digest lens, with generated digests and with arbitrary text."""

from __future__ import annotations

from random import Random
from typing import Literal

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tests.support import worlds
from tests.support.laws import examples
from vault_sync.core.digest import editor as digest
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.digest.reader import Digest, Entry
from vault_sync.core.model.values import Fields, Key
from vault_sync.core.text.spans import Edit, splice

World = tuple[str, list[Fields]]

# Bits of the grammar, thrown together: far more of these are nearly an entry than of random text.
_BITS = st.sampled_from((
    "https://arxiv.org/abs/2308.07037", "<https://a.b/c>", "\n", "\n", "\r\n", "\r", " ", "\t",
    "Title (Kim Lee, Ann Park)", "**Title** (OpenAI)", "[[n|Title]]", "[[n]]", "#tag", "#a#b",
    "# ", "## x", "### y", "---", "***", "```", "~~~", "다.", "(", ")", "*", "|", "\ufeff", "\0",
    "<<<<<<< x", "=======", ">>>>>>> y", "\u2028", "\udcff", "[", "]]", "T [x] (Kim Lee) [[n]]",
    "**Title [x]**", "[T](https://x.org) (Kim Lee)", "[T](https://arxiv.org/abs/2308.07037)",
))  # fmt: skip
_TEXTS = st.one_of(
    st.lists(_BITS, max_size=30).map("".join),
    st.text(max_size=60),
    st.binary(max_size=60).map(lambda raw: raw.decode("utf-8", "surrogateescape")),
)


def any_link(_key: Key, _target: str, _titled: bool) -> bool:
    return True


def read_all(text: str) -> Digest:
    return digest_reader.read(text, any_link)


def said(text: str) -> list[Fields]:
    return [entry.fields for entry in read_all(text).entries]


def linked(read: Digest) -> list[Edit]:
    """A link for every entry that has none."""
    return [
        edit
        for number, entry in enumerate(read.entries)
        if entry.link is None
        for edit in digest.edit(read, entry, entry.fields, f"2308 n{number}")
    ]


@given(_TEXTS)
@settings(max_examples=examples(20))
def test_any_text_is_read_and_what_is_read_written_back_changes_nothing(text: str) -> None:
    read = read_all(text)
    assert read.text == text
    at = 0
    for entry in read.entries:
        assert at <= entry.span.start < entry.span.end
        at = entry.span.end
        assert text.count("\n", 0, entry.span.start) + 1 == entry.line < entry.commentary_line
        assert digest.edit(read, entry, entry.fields, None) == []
        if entry.link is not None:
            assert entry.link.span.slice(text).startswith("[[" + entry.link.target)
            assert digest.edit(read, entry, entry.fields, entry.link.target) == []


@given(_TEXTS)
@settings(max_examples=examples(20))
def test_an_invariant_of_fields_holds_for_any_text(text: str) -> None:
    for fields in said(text):
        first, *_, last = [fields.commentary.split("\n")[0], fields.commentary.split("\n")[-1]]
        assert fields.commentary == "" or (first.strip() and last.strip())
        assert len(set(fields.tags)) == len(fields.tags)
        assert fields.title == fields.title.strip() and "\n" not in fields.title
        assert all(name == name.strip() != "" for name in fields.authors)


@given(worlds.digests(late=True))
@settings(max_examples=examples(15))
def test_what_was_written_is_read(world: World) -> None:
    text, wanted = world
    assert said(text) == wanted


@given(_TEXTS)
@settings(max_examples=examples(20))
def test_linking_changes_no_field_and_a_second_time_nothing_in_any_text(text: str) -> None:
    read = read_all(text)
    after = splice(text, linked(read))
    again = read_all(after)
    assert [entry.fields for entry in again.entries] == [entry.fields for entry in read.entries]
    assert all(entry.link for entry in again.entries)
    assert linked(again) == []


@given(_TEXTS)
@settings(max_examples=examples(20))
@example("https://a.b/c")
@example("https://a.b/c\r\n")
@example("https://a.b/c\r")
@example("https://a.b/c\r\r\n")
@example("https://a.b/c\nT [x] (Kim Lee, Ann Park)")
@example("https://a.b/c\n***T (Kim Lee)***\n")
def test_export_takes_back_what_linking_did_in_any_text(text: str) -> None:
    read = read_all(text)
    assume(not any(entry.link for entry in read.entries))
    assert digest.export(splice(text, linked(read)), any_link) == text


@given(worlds.digests(late=True))
@settings(max_examples=examples(15))
def test_export_takes_back_what_linking_did(world: World) -> None:
    text, _ = world
    after = splice(text, linked(read_all(text)))
    assert (after == text) == all(entry.link for entry in read_all(text).entries)
    assert digest.export(after, any_link) == worlds.without_late_links(text)


Change = Literal["url", "title", "authors", "tags", "commentary", "all"]


def changed(old: Fields, new: Fields, what: Change) -> Fields:
    if what == "all":
        return new._replace(title=new.title or "w Title", authors=new.authors or ("Kim Lee",))
    return old._replace(**{what: getattr(new, what)})


def as_read(fields: Fields, old: Fields) -> Fields:
    """Tags are a set: those that stay keep their place, new ones come after."""
    kept = [tag for tag in old.tags if tag in fields.tags]
    return fields._replace(tags=(*kept, *(tag for tag in fields.tags if tag not in kept)))


@given(
    worlds.digests(late=True),
    st.randoms(use_true_random=False),
    worlds.fields(titled=True),
    st.sampled_from(["url", "title", "authors", "tags", "commentary", "all"]),
    st.booleans(),
)
@settings(max_examples=examples(20))
def test_an_edit_is_read_back_and_stays_in_its_entry(
    world: World, dice: Random, new: Fields, what: Change, link_first: bool
) -> None:
    text, _ = world
    if link_first:
        text = splice(text, linked(read_all(text)))
    read = read_all(text)
    assume(read.entries)
    entry = dice.choice(read.entries)
    assume(entry.fields.title or what in {"tags", "commentary", "all", "url"})
    wanted = changed(entry.fields, new, what)
    after = splice(text, digest.edit(read, entry, wanted, None))
    assert after[: entry.span.start] == text[: entry.span.start]
    assert after.endswith(text[entry.span.end :])
    meant = as_read(wanted, entry.fields)
    if opens_below(read, entry) and not wanted.tags:
        meant = meant._replace(tags=entry.fields.tags)
    expected = [meant if other is entry else other.fields for other in read.entries]
    again = read_all(after)
    assert [other.fields for other in again.entries] == expected
    for old, now in zip(read.entries, again.entries, strict=True):
        assert (old.link and old.link.target) == (now.link and now.link.target)
        if old is entry:
            assert digest.edit(again, now, wanted, None) == [] or opens_below(read, entry)


_WORDS = st.one_of(_TEXTS, st.just(""), st.text(max_size=5))
_ANY_FIELDS = st.builds(
    Fields, _WORDS, _WORDS, st.lists(_WORDS).map(tuple), st.lists(_WORDS).map(tuple), _TEXTS
)


@given(_TEXTS, _ANY_FIELDS, st.one_of(st.none(), _WORDS))
@settings(max_examples=examples(20))
def test_any_value_can_be_asked_for_and_no_byte_outside_the_entry_changes(
    text: str, asked: Fields, link: str | None
) -> None:
    read = read_all(text)
    for entry in read.entries:
        after = splice(text, digest.edit(read, entry, asked, link))
        assert after[: entry.span.start] == text[: entry.span.start]
        assert after.endswith(text[entry.span.end :])
    assert digest.append(read, [(asked, link)]).startswith(text)


def opens_below(read: Digest, entry: Entry) -> bool:
    """Whether the tag line of this entry is all that makes an entry of the one below."""
    at = read.entries.index(entry) + 1
    if at == len(read.entries) or not entry.fields.tags:
        return False
    below = read.entries[at]
    return below.layout.by_place and not read.text[entry.span.end : below.span.start].strip()


@given(worlds.digests(late=True), st.randoms(use_true_random=False))
@settings(max_examples=examples(15))
def test_an_edit_of_one_field_keeps_every_line_of_the_others(world: World, dice: Random) -> None:
    text, _ = world
    read = read_all(text)
    assume(read.entries)
    entry = dice.choice(read.entries)
    lines = entry.fields.commentary.split("\n")
    lines.insert(dice.randrange(len(lines) + 1), "새 줄")
    wanted = entry.fields._replace(commentary="\n".join(line for line in lines).strip("\n"))
    edits = digest.edit(read, entry, wanted, None)
    assert all(edit.span.start == edit.span.end for edit in edits)
    assert worlds.tokens(splice(text, edits)) == worlds.tokens(text)


@given(worlds.digests(late=True), st.lists(worlds.fields(titled=True), min_size=1, max_size=3))
@settings(max_examples=examples(15))
def test_what_is_appended_is_read_after_what_was_there(world: World, added: list[Fields]) -> None:
    text, wanted = world
    after = digest.append(read_all(text), [(fields, None) for fields in added])
    assert after.startswith(text)
    assert after.endswith("\n") == text.endswith("\n")
    assert ("\r\n" in after) == ("\r\n" in text)
    assert said(after) == wanted + added


@given(st.lists(worlds.fields(), max_size=3))
@settings(max_examples=examples(15))
def test_a_new_digest_says_what_was_asked(added: list[Fields]) -> None:
    text = digest.new("2023년 8월 3주차", [(fields, "n") for fields in added])
    assert text.startswith("2023년 8월 3주차\n")
    assert said(text) == added


@pytest.mark.sweep
@pytest.mark.timeout(3600)
@given(_TEXTS)
@settings(max_examples=100_000)
def test_sweep_of_any_text(text: str) -> None:
    read = read_all(text)
    after = splice(text, linked(read))
    assert said(after) == [entry.fields for entry in read.entries]
    if not any(entry.link for entry in read.entries):
        assert digest.export(after, any_link) == text
