"""Lists of authors: which parenthesis makes a title line, and what is said of the others."""

from __future__ import annotations

import pytest
from tests.support.folders import CORPUS, needs_corpus
from tests.support.memory_vault import MemoryVault
from vault_sync.core.digest import author_names, title_line
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Facts, Key
from vault_sync.core.note import note as note_lens

LISTS = (
    "Ann Park (of 2 labs), Bo Lee (in room 3 of it)", "Ann Park (the 2 of us (both))",
    "Qwen2.5 Team", "Kimi K2 Team", "3D-Lab", "01.AI", "et al.", "Kim A1, Lee B2",
    "Ann Park and Bo Lee and Cho Kim and Dan Choi and Eve Jung",
    "Ann Park and Bo Lee and Cho Kim and Dan Choi and Eve Jung and Finn Oh and Gil Han",
    "ERNIE 4.5 Team", "GLM-4.5 Team, Zhipu AI", "Seed1.5-VL Team", "Qwen2.5 team", "K2 Labs",
    "MiniMax-M1 Group", "Yi1.5 AI", "John M Smith3", "김철수, 이영희", "OpenAI",
    "김철수 외 3명", "Kim 외 2인", "Ann (the 2 of (us)) Park (and 3) Lee",
    "Ann B C D E F G H I J K Lee", "Jürgen Müller", "Ann one two Park Kim", "김철수, 하나 둘 셋",
)  # fmt: skip

PROSE = (
    "Great results (SOTA on GSM8K)", "재밌는 논문 (나중에 읽기)", "Nice trick (see Table 3)",
    "Nice trick (Table A1, Figure B2)", "Good (ICLR 2023)", "Good (CVPR2023)", "Good (192x192)",
    "Fast (GPT4, Llama2)", "Fast (Best 3 of AI)", "Fast (Top 1 AI)", "Fine (90% Team)",
    "Fine (GPT4 vs Llama2)", "그림 (표 3 외 2개)", "Fine (see Kimi K2 Team)",
    "Fast (GPT4 and other Labs)", "Fast (GPT4 our Team)", "Good (Best Paper 2023)", "Good ()",
    "[[n|Good]] ()", "Good (Ann B C D E F G H I J K L Lee)",
    "Good (Ann (a (b)) likes (c) this one)", "- Good (Qwen2.5 Team)", "- Good (Ann Park)",
    "Good (et al., more words)", "Good (Ann one two three Park Lee Kim)",
    "Good (김철수, 하나 둘 셋 넷)", "Good (김철수, 하나.)",
)  # fmt: skip


def line_of(text: str) -> title_line.TitleLine | None:
    return title_line.parse(text, 0, len(text))


@pytest.mark.parametrize("names", LISTS)
def test_a_list_of_authors_makes_a_title_line(names: str) -> None:
    found = line_of(f"A Technical Report ({names})")
    assert found is not None
    assert found.names == tuple(names.split(", "))


def test_an_item_of_a_list_needs_two_names() -> None:
    for names in ("Qwen2.5 Team, Kimi K2 Team", "Qwen2.5 Team, Ann Park", "Ann Park, 김철수"):
        assert line_of(f"- A Technical Report ({names})") is not None


@pytest.mark.parametrize("words", PROSE)
def test_a_parenthesis_of_prose_makes_none(words: str) -> None:
    assert line_of(words) is None


def notices(line: str, more: str = "words\n") -> list[tuple[int, str]]:
    text = f"1주\nhttps://arxiv.org/abs/2407.00001\n{line}\n{more}"
    return [(number, code) for number, code, _ in digest_reader.read(text).notices]


@pytest.mark.parametrize("names", ["SOTA on GSM8K", "Table 3", "GPT4, Llama2", "ICLR 2023"])
def test_what_is_built_like_a_title_line_and_is_none_is_said(names: str) -> None:
    assert notices(f"Words ({names})") == [(3, "title-not-read")]
    assert notices(f"[[2407.00001]]\nWords ({names})") == [(4, "title-not-read")]


@pytest.mark.parametrize(
    "line",
    [
        "재밌는 논문 (나중에 읽기)",
        "Nice trick (see Table 3)",
        "A good paper (read it later)",
        "- Words (Table 3)",
        "코드가 공개되었습니다. (GitHub 2023)",
        "Words (https://github.com/a/B2)",
        "Words(Table 3)",
        "Words (Table 3, see B2)",
        "Words (3번째 표)",
        "Words (Www.a.org)",
        "(Table 3)",
        "A Title (Ann Park)\nWords (Table 3)",
        "first line\nWords (Table 3)",
        "#tag\nWords (Table 3)",
        "```\nWords (Table 3)\n```",
    ],
)
def test_of_prose_and_lower_lines_nothing_is_said(line: str) -> None:
    assert notices(line) == []


def test_the_reason_names_what_is_in_the_way() -> None:
    assert "'Table 3' holds a digit" in title_line.refusal("Words (Table 3)", 0, 15)
    assert author_names.objection(("So good!",), 1) == (
        "'So good!' reads as a sentence, not as a name"
    )
    assert author_names.objection(("a word", "more"), 1) == (
        "no author's name was recognised in (a word, more)"
    )


@needs_corpus
def test_the_corpus_has_its_title_lines_under_addresses_and_no_other() -> None:
    files = [*CORPUS.glob("weeks/*/digests/*.md"), *CORPUS.glob("sample/*.md")]
    heads = lines = 0
    for path in files:
        read = digest_reader.read(path.read_text("utf-8"))
        assert not [notice for notice in read.notices if notice[1] == "title-not-read"]
        heads += sum(entry.layout.title is not None for entry in read.entries)
        lines += sum(line_of(line) is not None for line in read.text.split("\n"))
    assert lines == heads == 1028


# A base that was made when such a line was still read as commentary.

KEY = Key("arxiv:2407.00001")
WEEK = "digests/1주.md"
LINE = "Qwen2.5 Technical Report (Qwen2.5 Team)"
ENTRY = f"https://arxiv.org/abs/2407.00001\n{LINE}\nfirst words\n\nsecond words\n#qwen\n"


def read_by_the_old_rules(
    monkeypatch: pytest.MonkeyPatch, facts: Facts | None = None, text: str = ENTRY
) -> MemoryVault:
    """A vault whose last pass took every author with a digit for prose."""
    vault = MemoryVault(files={WEEK: "1주\n" + text})
    if facts is not None:
        vault.facts[KEY] = facts
    with monkeypatch.context() as patched:
        patched.setattr(author_names, "_is_name_with_digit", lambda words: False)
        vault.sync()
        assert not vault.plan().operations
    assert LINE in vault.files[note_of(vault)]
    return vault


def note_of(vault: MemoryVault) -> str:
    (path,) = (path for path in vault.files if path.startswith("papers/"))
    return path


def flows(vault: MemoryVault) -> str:
    """A pass makes no conflict and is the last with anything to do; the note's text."""
    digest = vault.files[WEEK]
    plan = vault.sync()
    assert not plan.conflicts and not plan.problems
    assert vault.files[WEEK] == digest
    after = vault.plan()
    assert not after.operations and not after.base_updates
    return vault.files[note_of(vault)]


def test_a_title_line_read_since_today_goes_from_the_notes_text_to_its_title(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    note = note_lens.read(flows(read_by_the_old_rules(monkeypatch)))
    assert (note.fields.title, note.fields.authors) == (
        "Qwen2.5 Technical Report", ("Qwen2.5 Team",),
    )  # fmt: skip
    assert note.sections[0].commentary == "first words\n\nsecond words"
    assert note.fields.tags == ("qwen",)


def test_it_flows_where_the_commentary_was_so_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text equal to an earlier one is held, but not where nobody edited anything."""
    vault = read_by_the_old_rules(monkeypatch)
    vault.older.add((KEY, "commentary", "first words\n\nsecond words"))
    vault.older.add((KEY, "title", "Qwen2.5 Technical Report"))
    assert "# [[1주]]\n\nfirst words" in flows(vault)


def test_it_flows_beside_an_edit_elsewhere_in_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    vault = read_by_the_old_rules(monkeypatch)
    vault.older.add((KEY, "commentary", "first words\n\nsecond words"))
    vault.files[WEEK] = vault.files[WEEK].replace("1주\n", "1주 (고침)\n").replace("#qwen", "#q")
    assert "# [[1주]]\n\nfirst words" in flows(vault)


def test_what_arxiv_gave_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    vault = read_by_the_old_rules(monkeypatch, Facts(title="Qwen2.5", authors=("Ann Park",)))
    assert "Ann Park" in vault.files[note_of(vault)]
    assert note_lens.read(flows(vault)).fields.authors == ("Qwen2.5 Team",)


def test_a_base_that_does_not_say_what_arxiv_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    vault = read_by_the_old_rules(monkeypatch, Facts(title="Qwen2.5", authors=("Ann Park",)))
    del vault.rows[BaseKey(KEY, "", "filled")]
    assert note_lens.read(flows(vault)).fields.title == "Qwen2.5 Technical Report"


def test_an_edit_of_the_note_in_the_same_pass_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    vault = read_by_the_old_rules(monkeypatch)
    path = note_of(vault)
    vault.files[path] = vault.files[path].replace("first words", "first words, edited")
    assert not vault.sync().conflicts
    assert f"{LINE}\n".replace("Qwen2.5 T", "[[") not in vault.files[path]
    assert "first words, edited\n\nsecond" in vault.files[WEEK]
    assert vault.files[WEEK].count("Technical Report") == 1
    assert note_lens.read(vault.files[path]).sections[0].commentary.startswith("first words, ")
    assert not vault.plan().operations


def test_an_edit_of_the_digest_in_the_same_pass_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    vault = read_by_the_old_rules(monkeypatch)
    path = note_of(vault)
    vault.files[WEEK] = vault.files[WEEK].replace("first words", "first words, edited")
    vault.files[path] = vault.files[path].replace("second words", "second words, edited")
    assert not vault.sync().conflicts
    for text in (vault.files[WEEK], vault.files[path]):
        assert "first words, edited\n\nsecond words, edited" in text
    assert not vault.plan().operations


def test_the_line_taken_out_of_the_note_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    vault = read_by_the_old_rules(monkeypatch)
    path = note_of(vault)
    vault.files[path] = vault.files[path].replace(f"{LINE}\n", "")
    assert "title: Qwen2.5 Technical Report" in flows(vault)


def test_a_title_of_the_readers_own_stays_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    vault = read_by_the_old_rules(monkeypatch)
    path = note_of(vault)
    vault.files[path] = vault.files[path].replace("---\nurl", "---\ntitle: Mine\nurl")
    with monkeypatch.context() as patched:
        patched.setattr(author_names, "_is_name_with_digit", lambda words: False)
        vault.sync()
    for _ in range(2):
        plan = vault.sync()
        assert not plan.conflicts
        assert [each.field for each in plan.apart] == ["title"]
        assert "title: Mine" in vault.files[path]
        assert LINE.partition(" (")[0] in vault.files[WEEK]


def test_an_entry_that_was_swallowed_by_the_one_above(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there before the swallowed entry is an older text: nobody went back to it."""
    above = "https://arxiv.org/abs/2407.00002\nAbove (Ann Park)\nwords above\n"
    vault = MemoryVault(files={WEEK: f"1주\n{above}"})
    vault.sync()
    with monkeypatch.context() as patched:
        patched.setattr(author_names, "_is_name_with_digit", lambda words: False)
        vault.files[WEEK] += ENTRY
        vault.sync()
        assert LINE in vault.files["papers/Above.md"]
    plan = vault.sync()
    assert not plan.conflicts
    assert LINE not in vault.files["papers/Above.md"]
    assert "first words" in vault.files["papers/Qwen2.5 Technical Report.md"]
    assert not vault.plan().operations


@pytest.mark.parametrize("words", ["결과.", "좋은 결과.", "아주 좋은 결과…"])
def test_a_short_korean_sentence_beside_a_name_makes_no_title_line(words: str) -> None:
    assert line_of(f"제목 (김철수, {words})") is None
    assert line_of(f"제목 (김철수, {words[:-1]})") is not None
