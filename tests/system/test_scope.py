"""Law: looking at the papers concerned only, and at the whole vault, gives the same plan."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.reader import DAYS as KNOWN_DAYS
from tests.reader import DIGEST, DIGEST_NEXT, NEXT, NOTE, NOTE_BETA, NOTE_GAMMA, NOTE_OMEGA, WEEK
from vault_sync import rest, sync
from vault_sync.core.model import Facts, Key, RelPath
from vault_sync.core.plan import Plan
from vault_sync.edge import config as configuration
from vault_sync.edge import index
from vault_sync.edge.config import Config
from vault_sync.edge.state import State, open_state
from vault_sync.memory import Mind
from vault_sync.rest import stamp_of
from vault_sync.sync import Order, View

OWN = "reading/mine.md"
HOUR = 3_600 * 10**9 + 7  # no whole second: those are believed late
FILES = {
    WEEK: DIGEST.replace("베타 설명입니다.", "베타 설명입니다. (https://arxiv.org/abs/2308.00004)"),
    NEXT: DIGEST_NEXT
    + "https://arxiv.org/abs/2308.00001\nAlpha Models: A Study (Ann Park)\n알파가 다시.\n#again\n",
    OWN: "# Mine\n\nsee [[230801 Alpha Models]]\n",
}
DELTA_NOTE = "papers/230804 Delta Rules.md"


class Vault:
    """A real vault, its state beside it, and a clock that has long passed every edit."""

    def __init__(self, above: Path) -> None:
        self.root, self.above = above / "vault", above
        for path, text in FILES.items():
            self.put(path, text)
        self.put("vault-sync.toml", "[arxiv]\nenabled = false\n")
        self.days = dict(KNOWN_DAYS)
        self.config: Config = configuration.load(self.root)
        self.state: State = open_state(self.root, {"VAULT_SYNC_STATE_DIR": str(above / "state")})

    def put(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def text(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    def change(self, path: str, old: str, new: str) -> None:
        if (self.root / path).exists() and old in self.text(path):
            self.put(path, self.text(path).replace(old, new, 1))

    def facts(self, keys: Sequence[Key]) -> Mapping[Key, Facts]:
        days = {Key(f"arxiv:{name}"): day for name, day in self.days.items()}
        return {key: Facts(published=days[key]) for key in keys if key in days}

    def run(self, **how: object) -> sync.Result:
        return sync.run(self.config, self.state, Order(), self.facts, **how)  # type: ignore[arg-type]

    def view(self) -> View:
        return sync.view(self.config, self.state, Order(), self.facts)

    def whole(self, order: Order = Order()) -> Plan:  # noqa: B008 - a frozen value
        seen = sync.look(self.config, sync.base_of(self.state))
        lacks = sync.lacking(seen, self.config.rules)
        return sync.think(seen, self.config.rules, self.facts(lacks), order)

    def settle(self) -> None:
        """Pass after pass, until one has nothing to do and no file is too young to be believed."""
        for _ in range(2_000):
            self.run()
            known = index.load(index.path_of(self.state), stamp_of(self.config, self.state) or "")
            files = known[1].values() if known else ()
            if files and all(each.settled and each.stat != index.UNKNOWN for each in files):
                return
        raise AssertionError("it never came to rest")

    def contents(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*.md"))
        }


@contextmanager
def settled() -> Iterator[Vault]:
    with TemporaryDirectory() as above:
        vault = Vault(Path(above))
        vault.settle()
        yield vault
        vault.state.close()


def said(plan: Plan) -> dict[str, object]:
    """All that a plan says, whatever its order, but for the facts it would like."""
    return {
        "operations": {(type(each).__name__, each.path): each for each in plan.operations},
        "agreements": {
            (each.paths, frozenset(each.put.items()), each.drop) for each in plan.agreements
        },
        "conflicts": set(plan.conflicts),
        "problems": set(plan.problems),
        "counts": (plan.digests, plan.entries, plan.notes),
    }


def same(vault: Vault) -> View:
    found = vault.view()
    assert said(found.plan) == said(vault.whole())
    return found


def delta(vault: Vault, digest_says: str, note_says: str) -> None:
    vault.change(WEEK, "델타.", digest_says)
    vault.change(DELTA_NOTE, "델타.", note_says)


def add(
    vault: Vault, name: str, title: str, said: str = "새.", *, to: str = WEEK, before: str = ""
) -> None:
    """A new entry, at a digest's end or before that of another paper."""
    text = vault.text(to)
    at = text.find(f"https://arxiv.org/abs/{before}\n") if before else -1
    at = len(text) if at < 0 else at
    entry = f"https://arxiv.org/abs/{name}\n{title} (Ann Park)\n{said}\n#new\n"
    vault.put(to, text[:at] + entry + text[at:])


Edit = Callable[[Vault, int], object]


def in_turn(*edits: Edit | str) -> Edit:
    def every(vault: Vault, number: int) -> None:
        for edit in edits:
            (EDITS[edit] if isinstance(edit, str) else edit)(vault, number)

    return every


EDITS: dict[str, Edit] = {
    "digest commentary": lambda v, n: v.change(WEEK, "알파 둘째 줄입니다.", f"알파 {n}째 줄."),
    "note commentary": lambda v, n: v.change(NOTE, "알파 첫 문장입니다.", f"첫 문장 {n}."),
    "second week": lambda v, n: v.change(NOTE, "알파가 다시.", f"알파가 또 {n}."),
    "digest tag": lambda v, n: v.change(WEEK, "#beta", f"#beta #b{n}"),
    "note tag": lambda v, n: v.change(NOTE_GAMMA, "  - gamma", f"  - gamma\n  - g{n}"),
    "note title": lambda v, n: v.change(NOTE_OMEGA, "title: Omega", f"title: Omega {n}"),
    "digest authors": lambda v, n: v.change(WEEK, "(Cho Kim)", f"(Cho Kim, No {n})"),
    "names another": lambda v, n: v.change(
        WEEK, "감마 이야기입니다.", f"감마 [[230805 Omega]] {n}."
    ),
    "names by address": lambda v, n: v.change(
        NOTE_OMEGA, "오메가입니다.", f"오메가 {n} (https://arxiv.org/abs/2308.00003)."
    ),
    "names the awaited": lambda v, n: v.change(
        WEEK, "베타 설명입니다.", "베타 https://arxiv.org/abs/2308.00077 설명입니다."
    ),
    "names the new": lambda v, n: v.change(
        NOTE_OMEGA, "오메가입니다.", f"오메가 {n} (https://arxiv.org/abs/2308.1{n:04})."
    ),
    "names no longer": lambda v, n: v.change(WEEK, " (https://arxiv.org/abs/2308.00004)", ""),
    "own words": lambda v, n: v.put(NOTE_BETA, v.text(NOTE_BETA) + f"\n## Mine {n}\n\nwords\n"),
    "own file": lambda v, n: v.put(OWN, f"# Mine {n}\n"),
    "both alike": lambda v, n: delta(v, f"델타 {n}.", f"델타 {n}."),
    "both apart": lambda v, n: delta(v, f"델타는 {n}.", f"델타가 {n}."),
    "entry added": lambda v, n: add(v, f"2308.1{n:04}", f"New {n}"),
    "entry between": lambda v, n: add(v, f"2308.2{n:04}", f"Amid {n}", before="2308.00003"),
    "entry in another": lambda v, n: add(v, f"2308.3{n:04}", f"There {n}", to=NEXT),
    "entry that names": lambda v, n: add(
        v, f"2308.4{n:04}", f"Namer {n}", f"https://arxiv.org/abs/2308.00005 그리고 [[{n}]]."
    ),
    "entry named before": lambda v, n: add(v, "2308.00077", "Awaited"),
    "entries of one title": in_turn(
        lambda v, n: add(v, f"2308.5{n:04}", f"Twin {n}"),
        lambda v, n: add(v, f"2308.6{n:04}", f"Twin {n}"),
    ),
    "entry and its address": in_turn("entry added", "names the new", "digest commentary"),
    "entry in both": in_turn(
        lambda v, n: add(v, f"2308.9{n:04}", f"Both {n}"),
        lambda v, n: add(v, f"2308.9{n:04}", f"Both {n}", to=NEXT),
    ),
    "touched": lambda v, n: os.utime(v.root / WEEK, ns=(n * HOUR, n * HOUR)),
    "link by hand": lambda v, n: v.change(WEEK, "[[230801 Alpha Models|", "[[alpha|"),
    "open fence": lambda v, n: v.change(NEXT, "#omega", "#omega\n```"),
    "note gone": lambda v, n: (v.root / NOTE_OMEGA).unlink(missing_ok=True),
    "entry gone": lambda v, n: v.put(WEEK, v.text(WEEK).partition("https://arxiv.org/abs/2308.00004")[0]),
    "links to the linked": lambda v, n: v.change(
        NEXT, "오메가입니다.", f"오메가는 [[Linked {n}]] 뒤입니다."
    ),
    "entry linked before": in_turn(
        "links to the linked",
        lambda v, n: v.settle(),
        lambda v, n: add(v, f"2308.7{n:04}", f"Linked {n}"),
    ),
    "entry twice": in_turn(
        lambda v, n: add(v, f"2308.8{n:04}", f"Twice {n}"),
        lambda v, n: add(v, f"2308.8{n:04}", f"Twice {n}"),
    ),
    "entry of a known note": lambda v, n: add(v, "2308.00005", "Omega"),
    "entry of a taken name": in_turn(
        lambda v, n: v.put(f"mine/Taken {n}.md", "x"),
        lambda v, n: v.settle(),
        lambda v, n: add(v, f"2308.6{n:04}", f"Taken {n}"),
    ),
    "unmanaged": lambda v, n: v.change(NOTE_GAMMA, "digests:", "week:"),
    "file added": lambda v, n: v.put(f"reading/Alpha {n}.md", "other"),
}  # fmt: skip
CONTENT_ONLY = tuple(EDITS)[: tuple(EDITS).index("both apart")]


@pytest.mark.parametrize("name", CONTENT_ONLY)
def test_an_edit_of_texts_is_no_matter_of_the_whole_vault(name: str) -> None:
    with settled() as vault:
        EDITS[name](vault, 1)
        found = same(vault)
        assert found.memory is not None
        assert len(found.seen.read) < len(vault.contents())
        vault.run()
        after = same(vault)
        assert after.memory is not None and not after.plan.operations


@pytest.mark.parametrize("name", sorted(set(EDITS) - set(CONTENT_ONLY)))
def test_what_is_unusual_takes_a_whole_pass_or_comes_to_the_same(name: str) -> None:
    with settled() as vault:
        EDITS[name](vault, 1)
        same(vault)
        vault.settle()
        assert not same(vault).plan.operations


steps = st.lists(st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=3), max_size=3)


def the_law(edits: list[list[str]]) -> None:
    with settled() as vault:
        for number, names in enumerate(edits):
            for name in names:
                EDITS[name](vault, number + 2)
            same(vault)
            vault.run()
            same(vault)
        vault.settle()
        same(vault)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_the_law(edits: list[list[str]]) -> None:
    the_law(edits)


@pytest.mark.sweep
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_the_law_at_length(edits: list[list[str]]) -> None:
    the_law(edits)


def never(*_: object) -> NoReturn:
    raise AssertionError("the whole vault was looked at")


def test_a_daemon_that_was_told_which_files_comes_to_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with settled() as vault, settled() as other:
        mind = Mind()
        vault.run(mind=mind)
        monkeypatch.setattr(sync, "look", never)
        for number, name in enumerate(CONTENT_ONLY):
            before = {path: vault.root.joinpath(path).stat() for path in vault.contents()}
            for each in (vault, other):
                EDITS[name](each, number)
            hints = frozenset(
                path
                for path in vault.contents()
                if vault.root.joinpath(path).stat().st_ctime_ns != before[path].st_ctime_ns
            )
            if not hints:
                continue  # the words that it changes went with an edit before it
            vault.run(mind=mind, hints=hints)
            assert mind.memory is not None
            other.run()
            assert vault.contents() == other.contents(), name
        assert mind.memory is not None


def test_an_index_that_is_gone_old_foreign_or_damaged_changes_nothing_but_time() -> None:
    with settled() as vault, settled() as other:
        path = index.path_of(vault.state)
        whole = path.read_bytes()
        damages: list[Callable[[], object]] = [
            path.unlink,
            lambda: path.write_bytes(b""),
            lambda: path.write_bytes(b"no database" * 100),
            lambda: path.write_bytes(whole[: len(whole) // 2]),
            lambda: shutil.copy(index.path_of(other.state), path),
            *[
                lambda at=at: path.write_bytes(
                    whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
                )
                for at in range(200, len(whole), len(whole) // 40)
            ],
        ]
        for damage in damages:
            damage()
            assert same(vault).plan.operations == ()
            EDITS["digest commentary"](vault, 3)
            same(vault)
            vault.run()
            vault.change(WEEK, "알파 3째 줄.", "알파 둘째 줄입니다.")
            vault.settle()
            whole = path.read_bytes()


def test_who_named_a_paper_before_it_was_there_is_looked_at_when_it_comes() -> None:
    with settled() as vault:
        for path, old in ((NEXT, "오메가입니다."), (NOTE_GAMMA, "감마 이야기입니다.")):
            vault.change(path, old, f"{old} (https://arxiv.org/abs/2308.00077)")
            vault.settle()
        EDITS["entry named before"](vault, 1)
        found = same(vault)
        assert found.memory is not None
        written = {each.path for each in found.plan.operations}
        assert {NOTE_OMEGA, NOTE_GAMMA, WEEK} <= written
        vault.run()
        assert (after := same(vault)).memory is not None and not after.plan.operations
        vault.settle()
        same(vault)


def walked(vault: Vault) -> rest.Rest:
    for displaced in (vault.root / ".vault-sync" / "tmp").iterdir():
        displaced.unlink()  # it would be looked at again, in a pass of its own
    return rest.look(vault.config, vault.state, Order())


def test_a_walk_made_just_before_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with settled() as vault:
        EDITS["digest commentary"](vault, 1)
        found = walked(vault)
        assert found.plan is None and found.walk is not None
        monkeypatch.setattr(sync, "scan", never)
        assert [each.path for each in vault.run(walk=found.walk).outcome.done] == [NOTE]


def test_a_walk_made_before_another_pass_is_made_again() -> None:
    with settled() as vault:
        walk = walked(vault).walk
        assert walk is not None
        add(vault, "2308.00077", "Awaited")
        assert vault.run().outcome.done
        EDITS["digest commentary"](vault, 1)
        found = sync.view(vault.config, vault.state, Order(), vault.facts, walk=walk)
        assert found.memory is not None and RelPath(NOTE) in {
            each.path for each in found.plan.operations
        }
        assert said(found.plan) == said(vault.whole())


def test_a_pass_that_drops_old_saved_texts_is_remembered_like_any_other() -> None:
    with settled() as vault:
        vault.config = replace(vault.config, saved_days=1e-9)
        EDITS["digest commentary"](vault, 1)
        result = vault.run()
        assert "saved-dropped" in {each.code for each in result.plan.problems}
        known = index.load(index.path_of(vault.state), stamp_of(vault.config, vault.state) or "")
        assert known is not None and known[0].problems == ()


FAR = "digests/Another week.md"
FAR_NOTE = "papers/Far.md"


@pytest.mark.parametrize("said", ["https://arxiv.org/abs/2308.00077", "[[Awaited]]"])
def test_a_file_that_no_paper_in_question_leads_to_is_asked_too(said: str) -> None:
    with settled() as vault:
        entry = f"https://openreview.net/forum?id=far\nFar (Ann Park)\n멀다. {said}\n#far\n"
        vault.put(FAR, f"Another week\n{entry}")
        vault.settle()
        EDITS["entry named before"](vault, 1)
        found = same(vault)
        assert FAR_NOTE in {each.path for each in found.plan.operations}
        assert (found.memory is None) == ("[[" in said)
        vault.run()
        assert not same(vault).plan.operations


def test_a_daemon_knows_the_note_that_it_has_just_made(monkeypatch: pytest.MonkeyPatch) -> None:
    with settled() as vault:
        mind = Mind()
        vault.run(mind=mind)
        with monkeypatch.context() as patch:
            patch.setattr(sync, "look", never)
            add(vault, "2308.10001", "New 1")
            vault.run(mind=mind, hints=frozenset({RelPath(WEEK)}))
            EDITS["names the new"](vault, 1)
            vault.run(mind=mind, hints=frozenset({RelPath(NOTE_OMEGA)}))
            add(vault, "2308.20001", "New 1", to=NEXT)
            done = vault.run(mind=mind, hints=frozenset({RelPath(NEXT)})).outcome
            assert len(done.done) == 2 and not done.undone
        assert "New 1" in vault.text(NOTE_OMEGA)
        same(vault)
        vault.settle()
        assert not same(vault).plan.operations


def test_a_link_that_waits_for_the_name_of_a_new_note_is_for_a_whole_pass() -> None:
    with settled() as vault:
        vault.change(NEXT, "오메가입니다.", "오메가는 [[Linked 1]] 뒤입니다.")
        vault.settle()
        add(vault, "2308.70001", "Linked 1")
        found = same(vault)
        assert found.memory is None
        assert NOTE_OMEGA in {each.path for each in found.plan.operations}


def test_what_is_not_known_of_the_other_papers_is_not_forgotten() -> None:
    with settled() as vault:
        EDITS["entry added"](vault, 1)
        vault.settle()
        for name in ("touched", "digest commentary", "entry in another"):
            EDITS[name](vault, 2)
            found = vault.view()
            assert found.memory is not None
            assert "arxiv:2308.10001" in found.lacking, name
            assert "arxiv:2308.10001" in found.plan.wanted, name
            vault.settle()


@pytest.mark.parametrize("patient", [True, False])
def test_an_entry_that_is_typed_bit_by_bit_is_no_matter_of_the_whole_vault(patient: bool) -> None:
    order, mind = Order(patient=patient, cause="watch"), Mind()
    texts = [
        "https://arxiv.org/abs/2308.0007\n",
        "https://arxiv.org/abs/2308.00077\n",
        "https://arxiv.org/abs/2308.00077\nTyped (Ann",
        "https://arxiv.org/abs/2308.00077\nTyped (Ann Park)\n새.",
        "https://arxiv.org/abs/2308.00077\nTyped (Ann Park)\n새 문장.\n#new\n",
    ]
    with settled() as vault:
        sync.run(vault.config, vault.state, order, vault.facts, mind=mind)
        before = vault.text(WEEK)
        for number, text in enumerate(texts):
            vault.put(WEEK, before + text)
            # The hands are on the file, and once they are away it is written to.
            how = replace(order, held=frozenset({RelPath(WEEK)} if number < len(texts) - 1 else ()))
            found = sync.view(vault.config, vault.state, how, vault.facts)
            assert said(found.plan) == said(vault.whole(how))
            assert found.memory is not None, text
            hints = frozenset({RelPath(WEEK)})
            sync.run(vault.config, vault.state, how, vault.facts, mind=mind, hints=hints)
            assert mind.memory is not None
        vault.settle()
        assert not same(vault).plan.operations
        assert [text for path, text in vault.contents().items() if "Typed" in path]


STRACE = shutil.which("strace")


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
def test_nothing_to_do_reads_no_note_and_writes_no_byte(tmp_path: Path) -> None:
    with settled() as vault:
        for file in (vault.root / ".vault-sync" / "tmp").iterdir():
            file.unlink()
        vault.settle()
        log = tmp_path / "strace"
        command = [sys.executable, "-B", "-m", "vault_sync", "--vault", str(vault.root), "sync"]
        environ = {**os.environ, "VAULT_SYNC_STATE_DIR": str(vault.above / "state")}
        calls = "trace=%file,write,pwrite64,writev,ftruncate,truncate"
        ran = subprocess.run(
            [str(STRACE), "-f", "-y", "-o", str(log), "-e", calls, *command, "--offline"],
            env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if "ptrace" in ran.stderr:
            pytest.skip("strace may not trace here")
        assert (ran.returncode, ran.stdout) == (0, "6 entries: nothing to do\n"), ran.stderr
        lines = [line for line in log.read_text("utf-8").splitlines() if str(vault.above) in line]
        opened = [line for line in lines if "open" in line.partition("(")[0]]
        assert opened and not any(".md" in line for line in opened)
        changing = ("O_WRONLY", "O_RDWR", "O_CREAT", "write(", "writev(", "truncate(", "unlink",
                    "rename", "mkdir", "utime", "chmod", "link(")  # fmt: skip
        assert not [line for line in lines if any(word in line for word in changing)]
