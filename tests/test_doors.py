"""One door leads to the files of a vault: a scan of the source for whoever goes round it.

A vault is cloned, shared, unpacked: a link in it may lead to any file of this machine. What follows
no link is the folder handle of `edge/fs/vault_dir`, by the calls of `edge/platform`. So no other
module opens, looks at, writes, renames or removes anything by a path, but for the files named in
`ELSEWHERE`, which lie in no vault; and a path made of the vault's root is none of those.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.test_house import MODULES, PACKAGE, parsed

DOOR = ("edge/platform/", "edge/fs/vault_dir.py", "edge/fs/reading.py", "edge/fs/own_files.py")

ELSEWHERE: Mapping[str, str] = {
    "edge/state/": "the state of this device lies outside of every vault (`state_dir` sees to it)",
    "edge/system/orphaned_states.py": "states of vaults that are gone",
    "edge/system/service.py": "files of the service manager",
    "edge/system/notify.py": "a lock in the folder of this user's session",
    "edge/system/doctor.py": "/proc, and the state's folder",
    "edge/system/surroundings.py": "the free room of a disk",
    "edge/hosts.py": "this user's own configuration, and what was allowed",
    "edge/command_lines.py": "the interpreter of this installation",
    "edge/fs/private.py": "folders and files of this program outside of vaults",
    "edge/trust.py": "the list of trusted folders, in this user's configuration",
    "edge/sources/lookup.py": "the stamp of the facts of archives",
    "edge/git/hook.py": "git's own folder of hooks",
    "edge/watch/listener.py": "the folders to be watched: numbers alone are kept",
    "edge/git/activity.py": "git's own folder, whose files are read by `read_outside`",
    "sync/incremental/index.py": "the index, in the state's folder",
    "cli/tool/leave.py": "the state's folder, which goes",
    "cli/tool/config.py": "files of the package",
    "cli/init.py": "files of the package, and the sample vault in a new folder",
    "cli/git.py": "the three files that git names to its merge driver",
    "cli/doctor.py": "the list of the pre-commit framework, at the top of the repository",
    "cli/main.py": "the null device",
    "cli/capture/statistics.py": "the picture that the command line names",
    "cli/history.py": "saved texts, in the state's folder",
    "cli/passes.py": "a note as the command line names it",
    "cli/console.py": "a path as the command line names it",
}

METHODS = {
    *("read_text", "read_bytes", "write_text", "write_bytes", "open", "unlink", "rmdir"),
    *("mkdir", "rename", "symlink_to", "hardlink_to", "chmod", "lchmod", "iterdir", "rglob"),
    *("stat", "lstat", "exists", "is_file", "is_symlink", "is_fifo", "is_mount", "readlink"),
    *("samefile", "is_socket", "is_block_device", "is_char_device"),
}
OS_CALLS = {
    *("open", "rename", "renames", "replace", "remove", "unlink", "mkdir", "makedirs", "rmdir"),
    *("stat", "lstat", "scandir", "listdir", "walk", "fwalk", "chmod", "chown", "link", "symlink"),
    *("truncate", "access", "mkfifo", "mknod", "utime", "removedirs", "readlink", "setxattr"),
}
SHUTIL = {"copy", "copy2", "copyfile", "copytree", "copymode", "copystat", "move", "rmtree"}
TAKES_A_PATH = METHODS | {"is_dir", "glob", "replace"}
ROOTS = {"root", "base", "vault"}
"""The names of variables and fields that hold the folder of a vault."""


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every call that may reach a file by a path, with its line."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id="open"):
                yield node.lineno, "open"
            case ast.Attribute(value=ast.Name(id="os"), attr=attr) if attr in OS_CALLS:
                yield node.lineno, f"os.{attr}"
            case ast.Attribute(value=ast.Name(id="shutil"), attr=attr) if attr in SHUTIL:
                yield node.lineno, f"shutil.{attr}"
            case ast.Attribute(value=ast.Name(id="gzip" | "io"), attr="open"):
                yield node.lineno, "open"
            case ast.Attribute(value=value, attr=attr) if attr in METHODS:
                if not (isinstance(value, ast.Name) and value.id in NO_PATHS) and not (
                    isinstance(value, ast.Attribute) and value.attr in NO_PATHS
                ):
                    yield node.lineno, attr


NO_PATHS = {"entry", "vault", "item", "formatter", "files", "_vault"}
"""What looks at no path: an entry of a listing, the open vault, the calls of the platform."""


def is_below_root(node: ast.AST, below: set[str]) -> bool:
    """Return True for an expression that is a path below a vault's folder."""
    match node:
        case ast.BinOp(left=left, op=ast.Div()):
            return is_root(left) or is_below_root(left, below)
        case ast.Name(id=name):
            return name in below
        case ast.Attribute(value=value, attr="parent" | "resolve" | "absolute"):
            return is_below_root(value, below)
        case ast.Call(func=ast.Attribute(value=value, attr="joinpath" | "with_name")):
            return is_root(value) or is_below_root(value, below)
    return False


def is_root(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name):
            return name in ROOTS
        case ast.Attribute(attr=name):
            return name in ROOTS
    return False


def calls_below_root(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every call on a path below a vault's folder."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        below: set[str] = set()
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and is_below_root(node.value, below):
                below |= {each.id for each in node.targets if isinstance(each, ast.Name)}
        for node in ast.walk(function):
            if not isinstance(node, ast.Call):
                continue
            receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
            attr = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            of_os = isinstance(receiver, ast.Name) and receiver.id in {"os", "shutil", "gzip"}
            if (
                receiver is not None and attr in TAKES_A_PATH and is_below_root(receiver, below)
            ) or (
                of_os
                and attr in {*OS_CALLS, *SHUTIL, "lexists", "isfile"}
                and any(is_below_root(each, below) for each in node.args)
            ):
                yield node.lineno, attr


MARKS = {
    ("edge/config.py", "lexists"): "a mark's name is looked for, and not what is behind it",
    ("cli/git.py", "is_dir"): "the folder in which git merges, from which its vault is looked for",
}


BEHIND_THE_DOOR = [module for module in MODULES if not name_of(module).startswith(DOOR)]


@pytest.mark.parametrize("module", BEHIND_THE_DOOR, ids=name_of)
def test_no_module_goes_round_the_door(module: Path) -> None:
    name = name_of(module)
    found = [
        (line, call) for line, call in calls_below_root(parsed(module)) if (name, call) not in MARKS
    ]
    assert found == [], "a path below the vault's root: take it to edge/fs/vault_dir"
    if not name.startswith(tuple(ELSEWHERE)):
        assert list(calls(parsed(module))) == [], "files of a vault are reached through its door"


def test_every_exception_is_needed() -> None:
    for name in ELSEWHERE:
        modules = [module for module in MODULES if name_of(module).startswith(name)]
        assert any(list(calls(parsed(module))) for module in modules), name


@pytest.mark.parametrize(
    "text",
    [
        "def f(root):\n    (root / 'x').write_text('')\n",
        "def f(config):\n    path = config.root / 'x'\n    path.unlink()\n",
        "def f(self):\n    os.remove(self.root / 'x')\n",
        "def f(vault):\n    shutil.rmtree(vault.root / '.vault-sync')\n",
        "def f(root):\n    beside = (root / 'x').with_name('y')\n    beside.replace(root)\n",
    ],
)
def test_who_goes_round_it_is_found(text: str) -> None:
    assert list(calls_below_root(ast.parse(text)))
    assert list(calls(ast.parse(text))) or "replace" in text
