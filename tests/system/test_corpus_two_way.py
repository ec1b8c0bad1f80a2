"""Two-way on real digests: hundreds of edits in one pass, a vault taken over, a memory lost.

What is expected is made from the texts before by plain replacement: neither lens takes part.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.support.folders import CORPUS
from tests.support.vaults import Ran, Vault

KINDS = ("flat", pytest.param("spaced", marks=pytest.mark.sweep))
Texts = dict[str, str]


@dataclass(frozen=True)
class Paper:
    """One entry as its author wrote it (truth.json)."""

    name: str
    url: str
    title_line: str
    title: str
    body: tuple[str, ...]
    tags: tuple[str, ...]
    digest: str


def papers_of(weeks: Path) -> list[Paper]:
    truth = json.loads((weeks / "truth.json").read_text("utf-8"))
    return [
        Paper(
            each["name"],
            each["url"],
            each["title_line"],
            each["title"],
            tuple(each["body"]),
            tuple(each["tags"]),
            f"digests/{each['digest']}.md",
        )
        for each in truth
    ]


def texts_of(vault: Vault) -> Texts:
    return {path: content.decode() for path, content in vault.files().items()}


def lay_out(vault: Vault, texts: Mapping[str, str]) -> None:
    """Leave the vault with these files, touching only those that differ."""
    now = texts_of(vault)
    for path in now.keys() - texts.keys():
        (vault.root / path).unlink()
    for path, text in texts.items():
        if now.get(path) != text:
            vault.write(path, text)


def problems(ran: Ran) -> list[dict[str, Any]]:
    """What a person must look at; notices aside."""
    return [each for each in ran.json["problems"] if each["level"] == "problem"]


@dataclass
class Built:
    """A vault with its notes made, and what it was like then."""

    vault: Vault
    papers: list[Paper]
    texts: Texts
    note_of: dict[str, str]


@pytest.fixture(scope="module", params=KINDS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    corpus = CORPUS
    if not corpus.is_dir():
        pytest.skip(f"no corpus of real digests at {corpus}")
    place = tmp_path_factory.mktemp(request.param)
    weeks = corpus / "weeks" / request.param
    shutil.copytree(weeks / "digests", place / "vault/digests", copy_function=shutil.copyfile)
    (place / "vault/vault-sync.toml").touch()
    vault = Vault(place / "vault", place / "state")
    papers = papers_of(weeks)
    assert vault.ok("--json", "rebuild", "--offline").json["entries"] == len(papers)
    texts = texts_of(vault)
    urls = {
        found[1]: path
        for path, text in texts.items()
        if path.startswith("papers/") and (found := re.search(r"^url: (\S+)$", text, re.MULTILINE))
    }
    return Built(vault, papers, texts, {paper.url: urls[paper.url] for paper in papers})


# (a) Many edits on both sides, one pass.


class Reader:
    """A reader at work: every edit is made in `seen`, and what is to come of it in `meant`."""

    def __init__(self, built: Built) -> None:
        self.built = built
        self.seen = dict(built.texts)
        self.meant = dict(built.texts)
        self.count = 0

    def token(self) -> str:
        self.count += 1
        return f"tok{self.count:04d}"

    def line(self, paper: Paper, kind: str) -> str | None:
        """A line of the paper's entry as it stands in its linked digest."""
        block = self.block(paper)
        if kind == "url":
            return paper.url
        if kind == "title":
            line = next(line for line in block.split("\n") if f"|{paper.title}]]" in line)
            return line if line.endswith(")") else None
        if kind == "tags":
            return next((line for line in block.split("\n") if re.fullmatch(r"#\S.*", line)), None)
        lines = [line for line in paper.body if line.strip()]
        said = lines[-1] if lines else None
        return said if said and block.split("\n").count(said) == 1 else None

    def block(self, paper: Paper, texts: Texts | None = None) -> str:
        """The paper's entry, up to the next one or the end of its digest."""
        text = (self.built.texts if texts is None else texts)[paper.digest]
        starts = [
            found.start()
            for other in self.built.papers
            if other.url in text or f"{_pdf(other.url)}\n" in text
            if (found := re.search(rf"^https://.*{other.url[-10:]}(v2)?$", text, re.MULTILINE))
        ]
        start = re.search(rf"^https://.*{paper.url[-10:]}(v2)?$", text, re.MULTILINE)
        assert start is not None
        after = min((at for at in starts if at > start.start()), default=len(text))
        return text[start.start() : after]

    def replace(self, texts: Texts, path: str, old: str, new: str, within: str = "") -> None:
        text = texts[path]
        if within:
            assert text.count(within) == 1, (path, within)
            assert within.count(old) == 1, (path, old)
            texts[path] = text.replace(within, within.replace(old, new))
        else:
            assert text.count(old) == 1, (path, old)
            texts[path] = text.replace(old, new)

    def edit(self, paper: Paper, kind: str, *, in_note: bool) -> bool:
        """Edit one field of a paper on one side; False where it has none of that kind."""
        line = self.line(paper, kind)
        if line is None:
            return False
        note = self.built.note_of[paper.url]
        token = self.token()
        digest_texts, note_texts = (
            ([self.meant], [self.seen, self.meant])
            if in_note
            else ([self.seen, self.meant], [self.meant])
        )
        old, new = _in_digest(paper, kind, line, token)
        for texts in digest_texts:
            self.replace(texts, paper.digest, old, new, within=self.block(paper, texts))
        for texts in note_texts:
            for before, after in _in_note(paper, kind, texts[note], token):
                self.replace(texts, note, before, after)
        if kind == "title" and in_note:
            # The alias is the tool's: it follows.
            alias = _value_line(self.seen[note], "title").replace(f" {token}", "")
            self.replace(
                self.seen,
                note,
                f"aliases:\n  - {_with(alias, token)}\n",
                f"aliases:\n  - {alias}\n",
            )
        return True

    def move_note(self, old: str, new: str) -> None:
        self.seen[new] = self.seen.pop(old)
        self.meant[new] = self.meant.pop(old)
        was, now = Path(old).stem, Path(new).stem
        if was == now:
            return
        link = re.compile(r"\[\[" + re.escape(was) + r"(?=[\]|#])")
        for path, text in self.meant.items():
            self.meant[path] = link.sub(lambda _: f"[[{now}", text)

    def swap(self, one: Paper, other: Paper) -> None:
        """Cut both entries and paste each where the other one was."""
        ours, theirs = self.block(one), self.block(other)
        for texts in (self.seen, self.meant):
            self.replace(texts, one.digest, ours, theirs)
            self.replace(texts, other.digest, theirs, ours)
        for paper, to in ((one, other), (other, one)):
            note = self.built.note_of[paper.url]
            was, now = Path(paper.digest).stem, Path(to.digest).stem
            self.replace(self.meant, note, f'  - "[[{was}]]"\n', f'  - "[[{now}]]"\n')
            self.replace(self.meant, note, f"## [[{was}]]\n", f"## [[{now}]]\n")


def _in_digest(paper: Paper, kind: str, line: str, token: str) -> tuple[str, str]:
    match kind:
        case "url":
            return f"{paper.url}\n", f"{_pdf(paper.url)}\n"
        case "title":
            return f"|{paper.title}]]", f"|{paper.title} {token}]]"
        case "authors":
            title = paper.title_line.removeprefix(paper.title)
            return title, f"{title[:-1]}, {token} Kim)"
        case "tags":
            return f"\n{line}\n", f"\n{line} #{token}\n"
        case _:
            return f"\n{line}\n", f"\n{line} {token}.\n"


def _in_note(paper: Paper, kind: str, note: str, token: str) -> list[tuple[str, str]]:
    match kind:
        case "url":
            return [(f"url: {paper.url}\n", f"url: {_pdf(paper.url)}\n")]
        case "title":
            value = _value_line(note, "title")
            return [
                (f"title: {value}\n", f"title: {_with(value, token)}\n"),
                (f"aliases:\n  - {value}\n", f"aliases:\n  - {_with(value, token)}\n"),
            ]
        case "authors" | "tags":
            found = re.search(rf"^{kind}:\n(?:  - .*\n)+", note, re.MULTILINE)
            assert found is not None
            added = f"{token} Kim" if kind == "authors" else token
            return [(found[0], f"{found[0]}  - {added}\n")]
        case _:
            said = [line for line in paper.body if line.strip()][-1]
            return [(f"\n{said}\n", f"\n{said} {token}.\n")]


def _value_line(note: str, name: str) -> str:
    found = re.search(rf"^{name}: (.+)$", note, re.MULTILINE)
    assert found is not None
    return found[1]


def _with(value: str, token: str) -> str:
    """A word more at the end of a plain or a quoted value."""
    return f'{value[:-1]} {token}"' if value.startswith('"') else f"{value} {token}"


def _pdf(url: str) -> str:
    return url.replace("/abs/", "/pdf/") + "v2"


FIELDS = ("url", "title", "authors", "tags", "commentary")


def test_hundreds_of_edits_on_both_sides_in_one_pass(built: Built) -> None:
    _one_pass(built, built.vault, shift=0)


@pytest.mark.sweep
@pytest.mark.parametrize("shift", range(1, 10))
def test_any_field_of_any_paper_in_one_pass(built: Built, tmp_path: Path, shift: int) -> None:
    vault = Vault(tmp_path / "vault", tmp_path / "state")
    lay_out(vault, built.texts)
    vault.ok("rebuild", "--offline")
    _one_pass(built, vault, shift)


def _one_pass(built: Built, vault: Vault, shift: int) -> None:
    """100 edits a side, 75 other notes renamed, 75 moved, 20 pairs swapped; one `sync`."""
    reader = Reader(built)
    papers = [paper for paper in built.papers if reader.line(paper, "title")]
    papers = papers[shift * 17 :] + papers[: shift * 17]
    paths = [built.note_of[paper.url] for paper in papers]
    quoted = {path for path in paths if f"[[{Path(path).stem}]]" in built.texts[path]}
    assert not quoted
    done = {True: 0, False: 0}
    edited: set[str] = set()
    for number, paper in enumerate(papers[:320]):
        # Two in one paper now and then, on the same side or on both.
        in_note = number % 2 == 0
        if done[in_note] < 100:
            done[in_note] += reader.edit(paper, FIELDS[(number // 2 + shift) % 5], in_note=in_note)
            edited |= {built.note_of[paper.url]} if in_note else set()
        if number % 7 == 0 and done[not in_note] < 100:
            kind = FIELDS[(number // 2 + shift + 1) % 5]
            done[not in_note] += reader.edit(paper, kind, in_note=not in_note)
            edited |= set() if in_note else {built.note_of[paper.url]}
    assert done == {True: 100, False: 100}
    swapped = _swaps(reader, papers[320:])
    assert swapped == 20
    # A note that is renamed and edited before a pass is another file, which meets its digest anew.
    free = [path for path in paths[:320] if path not in edited]
    assert len(free) > 150
    for path in free[:75]:
        reader.move_note(path, path.replace(".md", f" {reader.token()}.md"))
    for path in free[75:150]:
        reader.move_note(path, path.replace("papers/", f"읽음/{reader.count % 3}/"))
    lay_out(vault, reader.seen)
    ran = vault.ok("--json", "sync", "--offline")
    assert ran.json["conflicts"] == [] and problems(ran) == []
    assert {each["kind"] for each in ran.json["operations"]} == {"write"}
    _same(texts_of(vault), reader.meant)
    before = {path: path.stat() for path in vault.root.rglob("*.md")}
    assert vault.ok("--json", "sync", "--offline").json["operations"] == []
    assert {path: path.stat().st_ctime_ns for path in before} == {
        path: stat.st_ctime_ns for path, stat in before.items()
    }


def _swaps(reader: Reader, papers: list[Paper]) -> int:
    """Swap 20 pairs of entries between weeks, none of them the last of its digest."""
    inner = [
        paper
        for paper in papers
        if not reader.built.texts[paper.digest].endswith(reader.block(paper))
    ]
    count = 0
    while len(inner) > 1 and count < 20:
        one = inner.pop(0)
        other = next((each for each in inner if each.digest != one.digest), None)
        if other is None:
            break
        inner.remove(other)
        reader.swap(one, other)
        count += 1
    return count


def _same(found: Mapping[str, str], meant: Mapping[str, str]) -> None:
    assert found.keys() == meant.keys()
    different = [path for path in meant if found[path] != meant[path]]
    for path in different[:1]:
        assert found[path] == meant[path], path


# (b) A vault in the plain form is taken over.


def _names_another(text: str) -> bool:
    """True for a file with a further address alone on a line: a list, and no paper's note."""
    body = text.partition("\n# Links")[0].split("\n")[1:]
    return any(re.fullmatch(r"https?://(arxiv|doi)\S+", line) for line in body)


def _short(path: str) -> str:
    """The name of a note made without facts: that of the plain note without its date."""
    return re.sub(r"^\d{6} ", "", Path(path).stem)


def test_a_vault_of_plain_notes_is_taken_over(built: Built, tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault", tmp_path / "state")
    export = _digests_as_written(built)
    plain: Texts = {}
    doubles: set[str] = set()
    lists: set[str] = set()
    other_words: dict[str, str] = {}
    for number, paper in enumerate(built.papers):
        path = f"{('2022', '2023/논문')[number % 2]}/{paper.name}.md"
        text = _plain(paper)
        if number % 10 == 3:
            other_words[path] = f"tok{number:04d}"
            text = text.replace(paper.title_line, f"{paper.title_line}\n\n내 말 tok{number:04d}.")
        if number % 9 == 4:
            text += f"\n# Links\n\n[[{built.papers[number - 1].name}]]\n"
        if _names_another(text):
            lists.add(path)
        elif number % 25 == 7:
            doubles |= {path, f"dup/{paper.name} 2.md"}
            plain[f"dup/{paper.name} 2.md"] = text
        plain[path] = text
    lay_out(vault, {**export, **plain, "vault-sync.toml": ""})
    dry = vault.run("--json", "rebuild", "--offline", "--dry-run")
    assert texts_of(vault) == {**export, **plain, "vault-sync.toml": ""}
    ran = vault.run("--json", "rebuild", "--offline")
    assert ran.code == 1 and ran.json["operations"] == dry.json["operations"]
    after = texts_of(vault)
    made = {f"papers/{_short(path)}.md" for path in lists}
    assert after.keys() == {*export, *plain, *made, "vault-sync.toml"} and len(lists) < 5
    named = " ".join(each["message"] for each in problems(ran))
    assert {each["code"] for each in problems(ran)} == {"two-notes"}
    assert len(problems(ran)) == len(doubles) // 2 > 15
    for number, paper in enumerate(built.papers):
        path = f"{('2022', '2023/논문')[number % 2]}/{paper.name}.md"
        if path in doubles:
            assert f"'{path}'" in named and f"'dup/{paper.name} 2.md'" in named
            continue
        if path in lists:
            assert after[path] == plain[path]
            continue
        link = re.search(r"\[\[([^|\]]*)", _title_line(after, paper))
        assert link is not None and link[1] == paper.name
        _adopted(paper, plain[path], after[path], other_words.get(path))
    for path in doubles:
        assert after[path] == plain[path]
    assert vault.run("--json", "sync", "--offline").json["operations"] == []
    assert texts_of(vault) == after


def _digests_as_written(built: Built) -> Texts:
    """The digests before they were linked, by taking out what the tool put in."""
    titled = {paper.url: paper for paper in built.papers}
    found: Texts = {}
    for path, text in built.texts.items():
        if not path.startswith("digests/"):
            continue
        lines = text.split("\n")
        for number, line in enumerate(lines):
            below = number + 1 + (lines[number + 1 : number + 2] == [""])
            if line in titled and "[[" in lines[below]:
                lines[below] = titled[line].title_line
        found[path] = "\n".join(lines)
    return found


def _plain(paper: Paper) -> str:
    """The note as its author keeps it, with blank lines, whether his digest has any or not."""
    tags = " ".join("#" + tag for tag in paper.tags)
    parts = [paper.url, paper.title_line, "\n".join(paper.body), tags]
    return "\n\n".join(part for part in parts if part) + "\n"


def _title_line(texts: Texts, paper: Paper) -> str:
    text = texts[paper.digest]
    below = text[text.index(f"{paper.url}\n") + len(paper.url) :].lstrip("\n")
    return below.partition("\n")[0]


def _adopted(paper: Paper, before: str, after: str, own: str | None) -> None:
    """No line of the reader's file is lost; the commentary stands there once, if it is the same."""
    head = {paper.url, paper.title_line, " ".join("#" + tag for tag in paper.tags)}
    lost = {
        line
        for line in before.split("\n")
        if line.strip() and line not in head and f"\n{line}\n" not in after
    }
    assert not lost, (paper.name, lost)
    assert after.startswith("---\n") and f"\n## [[{Path(paper.digest).stem}]]\n" in after
    if own is not None:
        # His own text stays whole, below what came from the digest.
        assert after.endswith(before) and own in after
    for line in paper.body:
        if line.strip():
            assert after.count(f"\n{line}\n") == (1 if own is None else 2), (paper.name, line)


# (c) The memory of the device is lost.


@pytest.mark.parametrize("built", ["flat"], indirect=True)
def test_a_lost_state_loses_nothing(built: Built, tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault", tmp_path / "state")
    lay_out(vault, built.texts)
    assert vault.ok("--json", "sync", "--offline").json["operations"] == []
    shutil.rmtree(vault.state)
    reader = Reader(built)
    edited = [paper for paper in built.papers if reader.line(paper, "commentary")]
    for number, paper in enumerate(edited[:20]):
        assert reader.edit(paper, "commentary", in_note=number % 2 == 0)
    gone = [paper for paper in edited[20:] if reader.block(paper).startswith(paper.url)][:20]
    for paper in gone:
        reader.replace(reader.seen, paper.digest, reader.block(paper), "")
    lay_out(vault, reader.seen)
    ran = vault.run("--json", "sync", "--offline")
    assert ran.code == 1
    operations = [(each["kind"], each["path"]) for each in ran.json["operations"]]
    assert operations == [("create", "Sync conflicts.md")]
    assert {each["note"] for each in ran.json["conflicts"]} == {
        built.note_of[paper.url] for paper in edited[:20]
    }
    assert {each["path"] for each in problems(ran)} == {built.note_of[paper.url] for paper in gone}
    after = texts_of(vault)
    del after["Sync conflicts.md"]
    assert after == reader.seen
    # What was equal is agreed on: from here on an edit is an edit again.
    paper = edited[-1]
    late = Reader(built)
    assert late.edit(paper, "commentary", in_note=True)
    note = built.note_of[paper.url]
    vault.write(note, late.seen[note])
    vault.run("sync", "--offline")
    assert vault.read(paper.digest) == late.meant[paper.digest]
