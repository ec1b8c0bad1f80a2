"""`service install|status|uninstall`, where no manager answers and where one does."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.vaults import Vault


@pytest.fixture
def home(empty_vault: Vault, tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    empty_vault.environ |= {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    return home


def units(home: Path) -> list[Path]:
    return [path for path in home.rglob("*.service") if not path.is_symlink()]


def test_where_no_manager_answers_what_is_left_to_do_is_said(
    empty_vault: Vault, home: Path
) -> None:
    ran = empty_vault.run("service", "status")
    assert ran.code == 1 and "installed  no" in ran.out
    ran = empty_vault.ok("service", "install")
    (unit,) = units(home)
    assert f"wrote {unit}" in ran.out + ran.err
    assert "no service manager answers here" in ran.out + ran.err
    assert "systemctl --user" in ran.out + ran.err
    assert str(empty_vault.root) in unit.read_text()
    ran = empty_vault.ok("service", "status")
    assert "installed  yes" in ran.out and "active     unknown" in ran.out
    found = empty_vault.ok("--json", "service", "status").json
    assert (found["installed"], found["active"]) == (True, None)
    assert f"removed {unit}" in (ran := empty_vault.ok("service", "uninstall")).out + ran.err
    assert units(home) == []
    assert empty_vault.run("service", "status").code == 1


def test_a_manager_that_answers_is_called(empty_vault: Vault, home: Path, tmp_path: Path) -> None:
    called = tmp_path / "called"
    systemctl = tmp_path / "bin/systemctl"
    systemctl.parent.mkdir()
    systemctl.write_text(f'#!/bin/sh\necho "$@" >> {called}\necho active\n')
    systemctl.chmod(0o755)
    (tmp_path / "run/systemd").mkdir(parents=True)
    (tmp_path / "run/systemd/private").write_text("")
    path = f"{systemctl.parent}:{empty_vault.env['PATH']}"
    empty_vault.environ |= {"PATH": path, "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    found = empty_vault.ok("--json", "service", "install").json
    assert found["did"] == "wrote" and found["ran"] and not found["todo"]
    assert "enable" in called.read_text()
    assert "active     yes" in empty_vault.ok("service", "status").out
    systemctl.write_text("#!/bin/sh\n[ $2 != enable ]\n")
    failed = empty_vault.run("service", "install")
    assert failed.code == 1 and "enable" in failed.err and "answers here" not in failed.out
    found = empty_vault.run("--json", "service", "install").json
    assert found["failure"] == "exit code 1"
    assert [words.split()[2] for words in found["ran"]] == ["daemon-reload"]
    assert [words.split()[2] for words in found["todo"]] == ["enable", "restart"]
