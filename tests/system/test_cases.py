"""Whole-program cases as data: a vault before, what was run, the vault after, what was said.

A case is a folder of `tests/cases`:

- `before/`: the vault; a `vault-sync.toml` that asks no network is added where it has none;
- `settled/`, `settled-2/`, ... (optional): vaults that stood in its place earlier, in this order,
  one `rebuild` each, for the base that they leave behind;
- `run.txt`: the commands, one a line, as after `vault-sync`;
- `after/`: the vault as they leave it;
- `said.txt`: for each command its output, its errors behind `! `, and its exit code.

`pytest tests/system/test_cases.py --update-cases` writes `after/` and `said.txt` anew. Read the
difference before you keep it.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from vault_sync.cli import main

CASES = Path(__file__).resolve().parents[1] / "cases"
NAMES = sorted(path.parent.name for path in CASES.glob("*/run.txt"))
WRITES = {"sync", "rebuild", "resolve"}
CONFIGURATION = b"[arxiv]\nenabled = false\n"


def test_there_are_cases_and_no_folder_is_overlooked() -> None:
    assert len(NAMES) >= 60
    assert {path.name for path in CASES.iterdir() if path.is_dir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_case(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    case = CASES / name
    vault = tmp_path / "vault"
    monkeypatch.setenv("VAULT_SYNC_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("NO_COLOR", "1")

    def run(line: str) -> list[str]:
        code = main.run(["--vault", str(vault), *shlex.split(line)])
        out, err = capsys.readouterr()
        said = [f"$ vault-sync {line}", *out.splitlines()]
        said += [f"! {each}" for each in err.splitlines()]
        return [each.replace(str(tmp_path), "") for each in (*said, f"exit {code}")]

    for earlier in sorted(case.glob("settled*")):
        lay_out(earlier, vault)
        assert run("rebuild --offline")[-1] == "exit 0", earlier
    lay_out(case / "before", vault)
    lines = (case / "run.txt").read_text("utf-8").splitlines()
    said = "\n".join(words for line in lines for words in (*run(line), ""))

    if request.config.getoption("--update-cases"):
        shutil.rmtree(case / "after", ignore_errors=True)
        lay_out(vault, case / "after")
        (case / "said.txt").write_bytes(said.encode("utf-8"))
    assert said == (case / "said.txt").read_bytes().decode("utf-8")
    after = files(vault)
    assert after == files(case / "after")
    if set(lines[-1].split()) & WRITES and "--dry-run" not in lines[-1]:
        assert "exit 3" not in run("sync --offline")
        assert files(vault) == after, "a second pass wrote something"


def lay_out(source: Path, target: Path) -> None:
    """Make the vault at `target` hold the files of `source` and no others."""
    for path, _ in walk(target):
        path.unlink()
    for path, name in walk(source):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / name)
    if not (target / "vault-sync.toml").exists() and target.name == "vault":
        (target / "vault-sync.toml").write_bytes(CONFIGURATION)


def files(root: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for path, name in walk(root)}


def walk(root: Path) -> Iterator[tuple[Path, str]]:
    """The files of a vault; neither the tool's own folder nor the configuration that was added."""
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if not path.is_file() or name.startswith(".vault-sync/"):
            continue
        if name == "vault-sync.toml" and path.read_bytes() == CONFIGURATION:
            continue
        yield path, name
