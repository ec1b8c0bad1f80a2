"""Law: looking at the papers concerned only, and at the whole vault, gives the same plan."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.reader import DAYS as KNOWN_DAYS
from tests.reader import DIGEST, DIGEST_NEXT, NEXT, NOTE, NOTE_BETA, NOTE_GAMMA, NOTE_OMEGA, WEEK
from vault_sync import sync
from vault_sync.core.model import Facts, Key
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

    def whole(self) -> Plan:
        seen = sync.look(self.config, sync.base_of(self.state))
        lacks = sync.lacking(seen, self.config.rules)
        return sync.think(seen, self.config.rules, self.facts(lacks), Order())

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


EDITS: dict[str, Callable[[Vault, int], None]] = {
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
    "names no longer": lambda v, n: v.change(WEEK, " (https://arxiv.org/abs/2308.00004)", ""),
    "own words": lambda v, n: v.put(NOTE_BETA, v.text(NOTE_BETA) + f"\n## Mine {n}\n\nwords\n"),
    "own file": lambda v, n: v.put(OWN, f"# Mine {n}\n"),
    "both alike": lambda v, n: delta(v, f"델타 {n}.", f"델타 {n}."),
    "both apart": lambda v, n: delta(v, f"델타는 {n}.", f"델타가 {n}."),
    "touched": lambda v, n: os.utime(v.root / WEEK, ns=(n * HOUR, n * HOUR)),
    "link by hand": lambda v, n: v.change(WEEK, "[[230801 Alpha Models|", "[[alpha|"),
    "open fence": lambda v, n: v.change(NEXT, "#omega", "#omega\n```"),
    "note gone": lambda v, n: (v.root / NOTE_OMEGA).unlink(missing_ok=True),
    "entry gone": lambda v, n: v.put(WEEK, v.text(WEEK).partition("https://arxiv.org/abs/2308.00004")[0]),
    "entry added": lambda v, n: v.put(
        WEEK, v.text(WEEK) + f"https://arxiv.org/abs/2308.1{n:04}\nNew {n} (Ann Park)\n새.\n#new\n"
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


def test_a_daemon_that_was_told_which_files_comes_to_the_same() -> None:
    with settled() as vault, settled() as other:
        mind = Mind()
        vault.run(mind=mind)
        for number, name in enumerate(CONTENT_ONLY):
            before = {path: vault.root.joinpath(path).stat() for path in vault.contents()}
            for each in (vault, other):
                EDITS[name](each, number)
            hints = frozenset(
                path
                for path in vault.contents()
                if vault.root.joinpath(path).stat().st_ctime_ns != before[path].st_ctime_ns
            )
            assert hints
            vault.run(mind=mind, hints=hints)
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
