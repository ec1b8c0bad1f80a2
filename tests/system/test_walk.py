"""The walk of one changed line: which modules run, and which of them have the line in their hands.

A process of its own runs `sync` under `sys.setprofile` and prints, by module of the package, what
was entered and where a local or a returned text held the line's own word.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from tests.support.folders import ROOT
from tests.support.vaults import DIGEST, Vault

PROGRAM = """
import json, pathlib, sys
from vault_sync.cli.main import main

PACKAGE = str(pathlib.Path(sys.modules["vault_sync"].__file__).parent) + "/"
WORD = "tok-walk"
entered, holding = set(), set()

def holds(value):
    return WORD in value if type(value) is str else type(value) is bytes and WORD.encode() in value

def profile(frame, event, result):
    code = frame.f_code
    module = code.co_filename.removeprefix(PACKAGE)
    if module == code.co_filename or code.co_name == "<module>":
        return
    entered.add(module)
    if event == "return" and module not in holding:
        if holds(result) or any(map(holds, frame.f_locals.values())):
            holding.add(module)

root, edited, line = sys.argv[1:]

def run():
    sys.argv = ["vault-sync", "--vault", root, "sync", "--offline"]
    try:
        main()
    except SystemExit as end:
        assert not end.code, end.code

run()  # all that is imported is imported, and nothing is left to do
run()
file = pathlib.Path(root, edited)
file.write_text(file.read_text("utf-8").replace(line, f"{line} {WORD}"), "utf-8")
sys.setprofile(profile)
run()
sys.setprofile(None)
pathlib.Path("walk.json").write_text(json.dumps([sorted(entered), sorted(holding)]))
"""

NOTE = "papers/230814 OctoPack.md"
LINE = "프롬프트 형식인 듯."
SECTION = "The walk of one changed line"


def walk(vault: Vault, edited: str, other: str) -> tuple[list[str], list[str]]:
    """Edit one line of a file and run a pass, which brings it to the other."""
    subprocess.run(
        [sys.executable, "-c", PROGRAM, str(vault.root), edited, LINE],
        cwd=vault.state.parent,
        env={**vault.env, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    assert "tok-walk" in vault.read(other)
    entered, holding = json.loads((vault.state.parent / "walk.json").read_text("utf-8"))
    return entered, holding


@pytest.mark.parametrize(("edited", "other"), [(DIGEST, NOTE), (NOTE, DIGEST)])
def test_a_changed_line_walks_as_the_architecture_says(
    built: Vault, edited: str, other: str
) -> None:
    entered, holding = walk(built, edited, other)
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    section = text.partition(f"## {SECTION}\n")[2].partition("\n## ")[0]
    most = re.search(r"enters at most (\d+) modules, and at most (\d+) of them hold", section)
    assert most is not None
    assert len(entered) <= int(most[1]), entered
    assert len(holding) <= int(most[2]), holding
    told = {module for module in re.findall(r"`([a-z_/]+)`", section) if "/" in module}
    assert {module.removesuffix(".py") for module in holding} <= told
    assert all((ROOT / "vault_sync" / f"{module}.py").exists() for module in told)
