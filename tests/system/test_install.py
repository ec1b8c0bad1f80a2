"""The install lines of README, by the tools themselves, in a home of nobody's."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support.folders import ROOT

README = (ROOT / "README.md").read_text("utf-8")
TOOLS = {"pipx": "pipx install .", "uv": "uv tool install ."}


def test_readme_names_both_tools() -> None:
    assert all(line in README for line in TOOLS.values())


@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("tool", TOOLS)
def test_the_program_works_where_it_is_installed(tool: str, tmp_path: Path) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    names = ("PATH", "LANG", "SSL_CERT_FILE", "PIP_CERT", "PIP_FIND_LINKS", "HTTPS_PROXY")
    env = {name: os.environ[name] for name in names if name in os.environ}
    env |= {"HOME": str(tmp_path), "VAULT_SYNC_STATE_DIR": str(tmp_path / "state")}
    done = subprocess.run(TOOLS[tool].split(), cwd=ROOT, env=env, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"the packages cannot be had here: {done.stderr.decode()[-300:]}")
    program = str(tmp_path / ".local/bin/vault-sync")

    def run(*words: str) -> str:
        ran = subprocess.run(
            [program, *words], cwd=tmp_path, env=env, capture_output=True, check=True
        )
        return ran.stdout.decode()

    run("init", "--demo", "demo")
    assert "14 made" in run("--vault", "demo", "rebuild", "--offline")
    assert (
        run("config", "--example", "--vault", "demo") == (ROOT / "config.example.toml").read_text()
    )
