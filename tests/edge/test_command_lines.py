"""Command lines that stay behind: this installation alone is run, whatever lies around them."""

from __future__ import annotations

import ast
import os
import shlex
import site
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.support.folders import ROOT
from vault_sync.edge import command_lines
from vault_sync.edge.command_lines import CommandLineError, command_line, for_git, for_sh

PLANTED = ("vault_sync/__init__", "vault_sync/__main__", "click", "sitecustomize", "usercustomize")
HOSTILE = ["$(touch ran)", "`touch ran`", "a'; touch ran; '", 'a"; touch ran; "', "a\ntouch ran\n"]


def test_nothing_of_the_folder_it_is_started_in_is_run(tmp_path: Path) -> None:
    """Nor of what variables of Python name: an empty part of `PYTHONPATH` is that folder."""
    for name in (*PLANTED, "encodings/__init__", "json", "vault_sync/cli/main"):
        file = tmp_path / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("open('ran', 'w')\n")
    (tmp_path / "x.pth").write_text("import os; open('ran', 'w')\n")
    for path in ("", ".", f":{tmp_path}"):
        environ = os.environ | {"PYTHONPATH": path, "PYTHONSTARTUP": "click.py"}
        done = subprocess.run(
            command_line("--version"),
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0 and done.stdout.startswith("vault-sync "), done.stderr
        assert not (tmp_path / "ran").exists(), path


@pytest.mark.parametrize("word", HOSTILE)
def test_a_shell_reads_the_words_that_were_meant(tmp_path: Path, word: str) -> None:
    said = for_sh(("printf", "%s", word))
    done = subprocess.run(
        ["sh", "-c", said], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == word and not list(tmp_path.iterdir())
    # git writes one `%` for two.
    assert shlex.split(for_git(("a%P", word)).replace("%%", "%")) == ["a%P", word]
    assert "%P" not in for_git(("a%P",)).replace("%%", "")


def test_the_program_is_named_by_its_absolute_path() -> None:
    assert command_line("x")[:5] == (sys.executable, "-I", "-P", "-m", "vault_sync")
    for python in ("", "python3", "./python"):
        with pytest.raises(CommandLineError, match="full path"):
            command_line("x", python=python)


def test_an_installation_of_this_user_alone_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-I` hides it. What is kept out all the same: the folder, and variables of Python."""
    monkeypatch.setattr(site, "ENABLE_USER_SITE", True)
    monkeypatch.setattr(site, "getusersitepackages", lambda: str(ROOT))
    assert command_line()[1:3] == ("-E", "-P")


def test_the_hooks_of_pre_commit_are_called_alike() -> None:
    """Theirs is the interpreter of an environment that pre-commit makes."""
    flags = " ".join(command_line()[1:])
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")):
        assert hook["entry"].startswith(f"python {flags} ")


def test_no_other_module_words_a_call_of_this_program() -> None:
    """Whoever else takes the interpreter, says `-m vault_sync` or searches PATH is found."""
    found = set()
    for path in sorted((ROOT / "vault_sync").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        texts = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
        for node in ast.walk(tree):
            words = str(node.value) if isinstance(node, ast.Constant) else ""
            named = isinstance(node, ast.Attribute) and node.attr in {"executable", "which"}
            worded = "-m vault_sync" in words or "command -v" in words or words == "-m"
            if named or (worded and id(node) not in texts):
                found.add(path.relative_to(ROOT).as_posix())
    own = Path(command_lines.__file__).relative_to(ROOT).as_posix()
    assert found - ALLOWED.keys() == {own}


ALLOWED = {
    "vault_sync/cli/capture/week.py": "what opens a file on the desktop",
    "vault_sync/edge/system/service.py": "the default interpreter of `command`",
}
