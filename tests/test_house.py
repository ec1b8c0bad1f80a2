"""The rules of the house, guarded: arrows point down, the core is pure, rooms stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "vault_sync"
MODULES = sorted(PACKAGE.rglob("*.py"))

FLOORS = {"core": 0, "edge": 1, "top": 2, "cli": 3}
"""Which floor a room stands on; it may know its own floor and those below."""

IMPURE = {
    *("os", "io", "pathlib", "shutil", "tempfile", "glob", "sqlite3", "subprocess", "socket"),
    *("requests", "urllib.request", "http", "watchdog", "logging", "time", "random", "secrets"),
    *("threading", "asyncio", "click", "platformdirs", "signal", "sys", "builtins", "ctypes"),
}
LONGEST_FUNCTION = 60
LONGEST_MODULE = 400


def floor(name: str) -> int:
    parts = name.split(".")
    if len(parts) == 1:
        return 0
    if parts[1] in {"core", "edge"}:
        return FLOORS[parts[1]]
    return FLOORS["cli"] if parts[1] in {"cli", "__main__", "commands"} else FLOORS["top"]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_there_is_something_to_guard() -> None:
    names = {name_of(path) for path in MODULES}
    assert {"vault_sync.core.reconcile", "vault_sync.core.model"} <= names


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_down(path: Path) -> None:
    here = floor(name_of(path))
    up = [name for name in imports(path) if name.startswith("vault_sync.") and floor(name) > here]
    assert not up


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.parent.name == "core"], ids=name_of
)
def test_the_core_is_pure(path: Path) -> None:
    reached = {
        name
        for name in imports(path)
        if any(name == impure or name.startswith(impure + ".") for impure in IMPURE)
    }
    assert not reached
    calls = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    assert not calls & {"open", "print", "input", "now", "today", "utcnow", "getenv"}


def test_no_circles() -> None:
    names = {name_of(path) for path in MODULES}
    arrows = {
        name_of(path): {name for name in imports(path) if name in names} - {name_of(path)}
        for path in MODULES
    }
    while leaves := {name for name, to in arrows.items() if not to & set(arrows)}:
        arrows = {name: to for name, to in arrows.items() if name not in leaves}
    assert not arrows, f"a circle among {sorted(arrows)}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_rooms_stay_small(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= LONGEST_MODULE
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_everything_is_annotated(path: Path) -> None:
    bare = [
        node.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (
            node.returns is None
            or any(
                arg.annotation is None
                for arg in (*node.args.args, *node.args.kwonlyargs)
                if arg.arg not in {"self", "cls"}
            )
        )
    ]
    assert not bare
