"""File names: the author's own rule, and what no file system or link may ever meet."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.folders import CORPUS, needs_corpus
from tests.support.laws import examples
from vault_sync.core.model.values import Key, Rules
from vault_sync.core.naming import note_names as names
from vault_sync.core.naming.note_names import unfit_for_windows

PATTERN = Rules().name
KEY = Key("arxiv:2308.07124")
URL = "https://arxiv.org/abs/2308.07124"


def named(
    title: str, *, pattern: str = PATTERN, url: str = URL, key: Key = KEY, published: str = ""
) -> str:
    return names.note_name(pattern, title=title, url=url, key=key, published=published)


@pytest.mark.parametrize(
    "title",
    [
        "OctoPack",
        "Reinforced Self-Training (ReST) for Language Modeling",
        "It Ain't That Bad",
        "RLHF & DPO, 100% {solved} ~ $k$-NN; `code` = @home + 'x'!",
        "확산 모델：서베이",  # a full-width colon is a letter like any other
        "Schrödinger Bridge",
        "Über 日本語 مرحبا",
        "👩🏽 한글 🇰🇷",
        "console",
        "communication 1",
        "a...b",
    ],
)
def test_a_title_that_can_be_a_name_stays(title: str) -> None:
    assert named(title) == title == names.short_title(title)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("OctoPack: Instruction Tuning Code Large Language Models", "OctoPack"),
        ("Which Transformer to Favor? A Comparison", "Which Transformer to Favor"),
        ("TCP/IP", "TCP"),
        ("a\\b", "a"),
        ("a<b", "a"),
        ("a>b", "a"),
        ('The "Good" One', "The"),
        ("a*b", "a"),
        ("a|b", "a"),
        ("A [draft] of C# and x^2", "A draft of C and x2"),
        ("Attention is all you need.", "Attention is all you need"),
        ("  wide \t and\nbroken ", "wide and broken"),
        ("no\u00a0break", "no break"),
        ("...hidden", "hidden"),
        ("\u2026hidden", "hidden"),
        ("\uff0eobsidian", "obsidian"),
        (".\u200b.git", "git"),
        ("right\u202eto\u2066left\u200f", "righttoleft"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("bell\x07 and \x1b[31mred", "bell and 31mred"),
        ("half\ud800pair", "halfpair"),
        ("\u3164", "2308.07124"),
        ("Schro\u0308dinger", "Schrödinger"),
        ("Schro\u200b\u0308dinger", "Schrödinger"),
        (unicodedata.normalize("NFD", "한글 제목"), "한글 제목"),
        ("50%% off", "50% off"),  # a pair of percent signs begins a comment
        (": leading colon", "leading colon"),
        ("??? Why", "Why"),
        ("", "2308.07124"),
        ("/", "2308.07124"),
        ("con", "_con"),
        ("CON.x", "_CON.x"),
        ("nul .txt", "_nul .txt"),
        ("Com1: a port", "_Com1"),
        ("lpt\u00b9", "_lpt\u00b9"),
    ],
)
def test_a_title_becomes_a_name(title: str, name: str) -> None:
    assert named(title) == name


def test_nothing_left_of_the_title_gives_the_address_then_the_key() -> None:
    blog = Key("url:example.com/posts/on-scaling")
    assert named("", url="https://example.com/posts/on-scaling/?utm_source=x#top", key=blog) == (
        "on-scaling"
    )
    assert named("", url="https://example.com/%ED%95%9C%EA%B8%80", key=blog) == "한글"
    assert named("", url="https://example.com/a%2Fb%3A", key=blog) == "ab"
    assert named("", url="https://example.com/", key=Key("url:example.com")) == "example.com"
    assert named("", url="https://[bad/..", key=Key("url:[bad/..")) == "bad"
    assert named("", url="", key=Key("url:")) != ""


def test_the_day_is_written_and_left_out_with_its_blank() -> None:
    assert named("OctoPack: x", published="2023-08-14") == "230814 OctoPack"
    assert named("OctoPack: x", published="2023-08-14T17:59:59Z") == "230814 OctoPack"
    for unknown in ("", "2023", "2023-02-30", "soon-ish-x"):
        assert named("OctoPack: x", published=unknown) == "OctoPack"


@pytest.mark.parametrize(
    ("pattern", "with_day", "without"),
    [
        ("{published:%Y-%m-%d} - {short_title}", "2023-08-14 - A", "A"),
        ("{short_title} ({published:%Y})", "A (2023)", "A"),
        ("{short_title} {published} {arxiv}", "A 2023-08-14 2308.07124", "A 2308.07124"),
        ("{title}", "A B", "A B"),
        ("paper {published:%GW%V}", "paper 2023W33", "paper"),
        ("{published:%j} {key}", "226 2308.07124", "2308.07124"),
    ],
)
def test_patterns(pattern: str, with_day: str, without: str) -> None:
    assert named("A: B", pattern=pattern, published="2023-08-14") == with_day
    assert named("A: B", pattern=pattern) == without


def test_an_id_that_is_not_there_leaves_the_pattern_too() -> None:
    blog = Key("url:example.com/x")
    for pattern in (
        "{published} - {arxiv} - {short_title}",
        "({arxiv})_{short_title}",
        "{short_title}, {arxiv}",
        "{short_title} – ({published:%Y})",
    ):
        assert named("A", pattern=pattern, key=blog) == "A"
    assert named("A", pattern="{short_title} {key}", key=blog).startswith("A example.com-x-")
    assert named("A", pattern="{short_title} ({arxiv})", key=blog) == "A"
    assert named("A", pattern="{arxiv} {short_title}", key=blog) == "A"


def test_a_field_inside_a_title_is_a_title() -> None:
    assert named("On {published:%Y} and {key}") == "On {published"
    assert named("On {key}") == "On {key}"


def test_a_long_title_is_cut_and_the_id_of_the_pattern_is_not() -> None:
    long = named("가" * 300, pattern="{short_title} {arxiv}")
    assert long.endswith("가 2308.07124")
    assert 195 <= len(f"{long}.md".encode()) <= 200
    assert named("x" * 300) == "x" * 197
    both = named("x" * 300, pattern="{short_title} - {title}")
    assert both == f"{'x' * 97} - {'x' * 97}"
    assert named("x" * 197) == "x" * 197 and named("", pattern="{key}" + "y" * 300)[-1] == "y"
    assert named("x", pattern="y" * 300 + "{title}") == "y" * 197


def test_with_id() -> None:
    assert names.with_id("230814 OctoPack", KEY) == "230814 OctoPack (2308.07124)"
    assert names.with_id("x", Key("arxiv:cs/0703041")) == "x (cs-0703041)"
    long = names.with_id("가" * 300, KEY)
    assert long.endswith("가 (2308.07124)")
    assert 195 <= len(long.encode()) + 3 <= names.LIMIT
    # Two keys whose short spelling would be one, on a disk that ignores case as well.
    pairs = [
        ("openreview:aBc", "openreview:aBC"),
        ("doi:10.1/a-b", "doi:10.1/a/b"),
        ("url:a.b/" + "c" * 90, "url:a.b/" + "c" * 91),
        ("url:한글", "url:한국"),
    ]
    for one, other in pairs:
        assert names.fold(names.with_id("x", Key(one))) != names.fold(
            names.with_id("x", Key(other))
        )


@pytest.mark.parametrize(
    ("pattern", "published", "folder"),
    [
        ("papers", "", "papers"),
        ("papers/{published:%Y}", "2023-08-14", "papers/2023"),
        ("papers/{published:%Y}/{published:%m}", "2023-08-14", "papers/2023/08"),
        ("papers/{published:%Y}/all", "", "papers/all"),
        ("papers/of {published:%Y}", "", "papers"),
        ("", "", ""),
        (".", "", ""),
        ("/", "", ""),
        ("../../etc", "", "etc"),
        (".obsidian/plugins", "", "obsidian/plugins"),
        ("C:\\vault\\papers", "", "C/vault/papers"),
        ("con/aux.x", "", "_con/_aux.x"),
        ("a /b.", "", "a/b"),
    ],
)
def test_folder(pattern: str, published: str, folder: str) -> None:
    assert names.folder(pattern, published) == folder


@pytest.mark.parametrize(
    "pattern",
    [
        PATTERN,
        "{title}",
        "{key}",
        "{published:%Y-%m-%d} - {short_title} ({arxiv})",
        "paper {arxiv}",
    ],
)
def test_a_sound_pattern(pattern: str) -> None:
    assert names.pattern_error(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ("{authors}", "no field"),
        ("{published:%B} {title}", "%B"),
        ("{published:%Y%} {title}", "%"),
        ("{published:%Y}", "alike"),
        ("notes", "alike"),
        ("{title:>10}", "colon"),
        ("{title", "alone"),
        ("{{title}}", "alone"),
        ("papers/{title}", "folder"),
        ("{published:%Y/%m} {title}", "folder"),
        ("a: {title}", "cannot hold"),
        ("#{title}", "link"),
    ],
)
def test_an_unsound_pattern(pattern: str, word: str) -> None:
    assert word in (names.pattern_error(pattern) or "")


@pytest.mark.parametrize("pattern", ["papers", "", "/", "/a/b c/{published:%Y}/", "연구/논문"])
def test_a_sound_folder(pattern: str) -> None:
    assert names.folder_error(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (".trash/x", "hidden"),
        ("a/../b", "hidden"),
        ("a//b", "'' is no folder name"),
        ("a/ /b", "no folder name"),
        ("a ", "no folder name"),
        ("a/b./c", "'b.' is no folder name"),
        ("a:b", "':' cannot be in a folder's name"),
        ("a\\b", "cannot be in a folder's name"),
        ("{published:%Y:%m}", "':' cannot be in a folder's name"),
        ("x[1]", "'[' breaks a link"),
        ("con", "'con' is reserved"),
        ("a/NUL.x/b", "'NUL.x' is reserved"),
        ("{title}", "{title} is no field; there are {published}"),
        ("{published:%B}", "%B is no part of a day here; there are %Y %y %m %d %j %G %V"),
        ("{published", "stands alone"),
    ],
)
def test_an_unsound_folder(pattern: str, words: str) -> None:
    assert words in (names.folder_error(pattern) or "")


def test_a_pattern_that_names_every_note_alike_is_told_what_there_is() -> None:
    assert names.pattern_error("notes {published}") == (
        "has none of {short_title}, {title}, {arxiv} and {key}: every note would be named alike"
    )


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("arxiv:cs/0703041", "cs-0703041"),
        ("arxiv:" + "x" * 32, "x" * 32),
        ("arxiv:" + "x" * 33, "x" * 32 + "-HASH"),
        ("doi:10.1000/x", "10.1000-x-HASH"),
        ("url:" + "a" * 31 + ".org", "a" * 31 + "-HASH"),
        ("url:_.a_b.-", "a_b-HASH"),
        ("url:한글", "HASH"),
    ],
)
def test_a_key_as_part_of_a_name(key: str, label: str) -> None:
    found = names.label(Key(key))
    assert re.fullmatch(label.replace("HASH", "[0-9a-f]{8}"), found)


def test_fold_makes_spellings_of_one_name_equal() -> None:
    assert names.fold("OctoPack") == names.fold("octopack")
    assert names.fold("Schro\u0308dinger") == names.fold("SCHRÖDINGER")
    assert names.fold("한글") == names.fold(unicodedata.normalize("NFD", "한글"))
    assert names.fold("a\u00a0b") == names.fold("A b")
    assert names.fold("\u1fb4") == names.fold("\u03b1\u0345\u0301")  # marks in another order
    assert names.fold("a") != names.fold("b")


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "abc"),
        ("가나", 5, "가"),
        ("ae\u0301", 2, "a"),
        ("ae\u0301", 3, "a"),
        ("a\u1112\u1161\u11ab", 7, "a"),  # conjoining jamo are one syllable
        ("a가\u11a8", 4, "a"),
        ("a\U0001f469\u200d\U0001f4bb", 8, "a"),  # woman, joiner, laptop
        *((f"a\U0001f44d{tone}", 5, "a") for tone in "\U0001f3fb\U0001f3fd\U0001f3ff"),  # skin tone
        ("a\U0001f44d\U0001f3fa", 5, "a\U0001f44d"),
        # Flags of a region are letters of their own, from the first to the last.
        *((f"a\U0001f3f4{letter}", 5, "a") for letter in "\U000e0020\U000e007f"),
        ("a\u2764\ufe0f", 4, "a"),  # heart, variation selector
        ("\U0001f1f0\U0001f1f7\U0001f1f0\U0001f1f7", 12, "\U0001f1f0\U0001f1f7"),  # two flags
        # The first and the last letter of a flag, and those around them.
        ("\U0001f1e6\U0001f1ff" * 2, 12, "\U0001f1e6\U0001f1ff"),
        ("\U0001f1ff\U0001f1e6" * 2, 12, "\U0001f1ff\U0001f1e6"),
        ("a\U0001f1e6\U0001f1ff", 5, "a"),
        ("a\U0001f1e5\U0001f1e5", 5, "a\U0001f1e5"),
        ("a\U0001f200\U0001f200", 5, "a\U0001f200"),
        ("a\u0915\u094d\u0937", 7, "a"),  # a Devanagari conjunct
        ("a" + "\u0301" * 50, 11, "a" + "\u0301" * 5),  # one grapheme alone is too long
        ("x", 0, ""),
    ],
)
def test_clip_cuts_between_graphemes(text: str, limit: int, kept: str) -> None:
    assert names.clip(text, limit) == kept


HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            list(':?/\\<>"*|#^[]%. \n\t\u200b\u200d\u202e\ufe0f가\u1112\u1161\u0301\U0001f1f0{}')
        ),
    ),
    max_size=120,
) | st.sampled_from(["con", "Aux.x", "nul ", "../x", ".git", "com1", "%%", "lpt9.md"])


def assert_portable(name: str) -> None:
    assert name
    assert len(f"{name}.md".encode()) <= names.LIMIT
    assert not set(name) & set(':?/\\<>"*|#^[]\n\r')
    assert "%%" not in name
    assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Cs"} for letter in name)
    assert name == unicodedata.normalize("NFC", name)
    assert name == name.strip(" .")
    assert not unicodedata.normalize("NFKC", name).startswith(".")
    device = name.partition(".")[0].strip().casefold()
    assert device not in {
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{d}{n}" for d in ("com", "lpt") for n in range(10)),
    }


@given(HOSTILE, HOSTILE, st.sampled_from(["", "2023-08-14"]), HOSTILE)
@settings(max_examples=examples(100), derandomize=True)
@example("a" * 196 + "e\u0301", "", "", "")
@example("<\u0338", "", "", "")
@example("\u200d" * 99, ":", "", ":")
@example("x" * 194 + " . y", "", "", "")
def test_every_name_is_portable(title: str, url: str, published: str, rest: str) -> None:
    key = Key(f"url:{rest}")
    name = named(title, url=url, key=key, published=published)
    assert_portable(name)
    assert_portable(names.with_id(name, key))
    assert named(title, url=url, key=key, published=published) == name
    for segment in filter(None, names.folder(title, published).split("/")):
        assert_portable(segment)


@given(HOSTILE, st.integers(0, 60))
@settings(max_examples=examples(65), derandomize=True)
def test_clip_is_a_beginning_within_its_limit(text: str, limit: int) -> None:
    text = text.encode(errors="replace").decode()
    kept = names.clip(text, limit)
    assert text.startswith(kept)
    assert len(kept.encode()) <= limit
    assert names.clip(kept, limit) == kept


def corpus(*parts: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(CORPUS.joinpath(*parts).read_text(encoding="utf-8"))
    assert found
    return found


@needs_corpus
def test_the_names_of_real_notes() -> None:
    entries = corpus("weeks", "flat", "truth.json")
    wrong = [
        entry["name"]
        for entry in entries
        if named(
            entry["title"],
            url=entry["url"],
            key=Key(f"arxiv:{entry['arxiv']}"),
            published=entry["day"],
        )
        != entry["name"]
    ]
    # The author kept a caret there; a link to that name would be read as one to a block.
    assert wrong == ["230212 I$^2$SB"]


@needs_corpus
def test_the_names_of_the_sample_digest() -> None:
    digest = CORPUS / "sample" / "2023년 8월 3주차.md"
    entries = corpus("sample", "names.json")
    lines = digest.read_text(encoding="utf-8").split("\n")
    for entry in entries:
        at = next(n for n, line in enumerate(lines) if line.strip().endswith(entry["arxiv"]))
        title = lines[at + 1].rpartition(" (")[0].strip("* ")
        assert named(title, published=entry["published"]) == entry["name"]


def test_a_syllable_of_conjoining_jamo_is_never_cut() -> None:
    """A syllable without a trailing consonant, U+AC00, is one letter with a vowel after it."""
    leading, vowels = "\u1100\u115f\ua960\ua97c", "\u1160\u11a7\ud7b0\ud7c6"
    trailing = "\u11a8\u11ff\ud7cb\ud7fb"
    firsts = [one + vowels[0] for one in leading] + [leading[0] + one for one in vowels]
    lasts = [vowels[0] + one for one in trailing] + ["\uac01\u11ff", "\ud7a3\u11a8"]
    lasts += ["\uac1c\u1161", "\uac1c\u11a8"]
    for letter in ("\uac00\u1161", "\uac00\u11a8", "\u1100\u1161\u11a8", *firsts, *lasts):
        for size in range(9, 40):
            cut = names.clip(letter * 10, size)
            assert cut == letter * (len(cut) // len(letter)), (letter, size)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a:b.md", "':'"),
        ("why?.md", "'?'"),
        ("a\x07.md", "x07"),
        ("NUL.md", "device"),
        ("com1", "device"),
        ("LPT¹.txt", "device"),
        ("a.", "dot"),
        ("a ", "blank"),
        ("a" * 256, "too long"),
        ("😀" * 128, "too long"),
    ],
)
def test_unfit(name: str, words: str) -> None:
    assert words in str(unfit_for_windows(name))


@pytest.mark.parametrize(
    "name", ["논문.md", "null.md", "com.md", "a" * 255, "가" * 255, "😀" * 127, ".trash", "a b"]
)
def test_fit(name: str) -> None:
    assert unfit_for_windows(name) is None
