"""The hooks of `.pre-commit-hooks.yaml`, run by pre-commit itself and without a network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.support.folders import ROOT
from tests.support.git_vault import ALPHA, WEEK, GitVault, laid_out

HOOKS = ROOT / ".pre-commit-hooks.yaml"

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or not (Path(sys.executable).parent / "pre-commit").exists(),
    reason="git or the pre-commit framework is not installed",
)


@pytest.fixture
def vault(tmp_path: Path) -> GitVault:
    vault = laid_out(tmp_path / "vault")
    vault.tool("git", "uninstall")
    vault.git("add", "-A")
    vault.git("commit", "-q", "-m", "without our own hook", "--no-verify")
    # Nothing can be fetched, whatever the machine has.
    dead = "http://127.0.0.1:9"
    vault.env |= {"PRE_COMMIT_HOME": str(tmp_path / "cache"), "PIP_NO_INDEX": "1"}
    vault.env |= {"HTTPS_PROXY": dead, "HTTP_PROXY": dead, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return vault


@pytest.fixture
def hooks(vault: GitVault, tmp_path: Path) -> GitVault:
    """A repository with our hooks, run by the command on PATH: no environment is to be built."""
    project = GitVault(tmp_path / "hooks", vault.home)
    project.top.mkdir()
    text = HOOKS.read_text("utf-8")
    assert text.count("language: python") == 2
    project.write(HOOKS.name, text.replace("language: python", "language: system"))
    project.git("init", "-q")
    project.git("add", "-A")
    project.git("commit", "-q", "-m", "hooks")
    return project


def try_repo(
    vault: GitVault, project: Path, hook: str, *more: str
) -> subprocess.CompletedProcess[str]:
    return vault.run("pre-commit", "try-repo", str(project), hook, "--color=never", *more)


def test_the_hooks_say_what_the_framework_must_know() -> None:
    told = {each["id"]: each for each in yaml.safe_load(HOOKS.read_text("utf-8"))}
    assert set(told) == {"vault-sync-check", "vault-sync"}
    for each in told.values():
        # Consistency is a matter of the whole vault: one run, no file names.
        assert each["pass_filenames"] is False and each["require_serial"] is True


def test_check_judges_what_is_staged(vault: GitVault, hooks: GitVault) -> None:
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.git("add", WEEK)
    # Not staged, and put aside by the framework while its hooks run.
    vault.edit(ALPHA, "둘째 줄입니다.", "두 번째 줄입니다.")
    before = vault.state()
    done = try_repo(vault, hooks.top, "vault-sync-check")
    assert done.returncode == 1 and f"{WEEK}:4: commentary" in done.stdout, done
    assert vault.state() == before
    vault.git("add", ALPHA)
    done = try_repo(vault, hooks.top, "vault-sync-check")
    assert done.returncode == 0, done


def test_all_files_judges_all_that_is_committed(vault: GitVault, hooks: GitVault) -> None:
    assert try_repo(vault, hooks.top, "vault-sync-check", "--all-files").returncode == 0
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.git("commit", "-q", "-a", "-m", "out of line")
    assert try_repo(vault, hooks.top, "vault-sync-check", "--all-files").returncode == 1


def test_the_pass_fails_when_it_wrote_and_also_when_it_only_made_new_files(
    vault: GitVault, hooks: GitVault
) -> None:
    assert try_repo(vault, hooks.top, "vault-sync", "--all-files").returncode == 0
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.git("add", WEEK)
    done = try_repo(vault, hooks.top, "vault-sync")
    assert done.returncode == 1 and ALPHA in done.stdout, done
    vault.git("add", ALPHA)
    assert try_repo(vault, hooks.top, "vault-sync").returncode == 0
    # A new file alone is nothing that the framework would see: git does not know it yet.
    vault.git("rm", "-q", "--cached", ALPHA)
    (vault.root / ALPHA).unlink()
    vault.edit(WEEK, "[[Alpha|Alpha: A Study]]", "Alpha: A Study")
    vault.git("add", "-A")
    done = try_repo(vault, hooks.top, "vault-sync")
    assert done.returncode == 1 and (vault.root / ALPHA).exists(), done


@pytest.mark.sweep
@pytest.mark.timeout(300)
def test_try_repo_on_the_project_itself(vault: GitVault, tmp_path: Path) -> None:
    """As a user has it: the framework builds an environment, here from wheels on this disk."""
    wheels = tmp_path / "wheels"
    build = ("pip", "wheel", "--quiet", "--wheel-dir", str(wheels), str(ROOT), "hatchling")
    made = subprocess.run([sys.executable, "-m", *build], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("no wheels of the project and what it needs can be had here without a network")
    project = GitVault(tmp_path / "project", vault.home)
    project.git("clone", "-q", str(ROOT), str(project.top), at=tmp_path)
    project.write(HOOKS.name, HOOKS.read_text("utf-8"))
    vault.env["PIP_FIND_LINKS"] = str(wheels)
    vault.edit(WEEK, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.git("add", WEEK)
    done = try_repo(vault, project.top, "vault-sync-check")
    assert done.returncode == 1 and f"{WEEK}:4: commentary" in done.stdout, done
    vault.edit(ALPHA, "둘째 줄입니다.", "두 번째 줄입니다.")
    vault.git("add", ALPHA)
    done = try_repo(vault, project.top, "vault-sync-check")
    assert done.returncode == 0, done
