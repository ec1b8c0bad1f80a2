"""The rules of the house, guarded: which package may import which, a pure core, small pieces."""

from __future__ import annotations

import ast
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.folders import ROOT

PACKAGE = ROOT / "vault_sync"
MODULES = sorted(PACKAGE.rglob("*.py"))

ARROWS: Mapping[str, Mapping[str, str]] = {
    "vault_sync": {
        "__main__": "cli",
        "cli": "daemon sync edge core",
        "daemon": "sync edge core",
        "sync": "edge core",
        "edge": "core",
    },
    "vault_sync.core": {
        "naming": "model text",
        "digest": "naming model text",
        "note": "naming model text",
        "citation": "note naming model",
        "report": "naming model",
        "vault_statistics": "snapshot naming model text",
        "snapshot": "digest note naming model text",
        "merge": "digest note naming model text",
        "reconcile": "snapshot merge digest note naming model text",
    },
    "vault_sync.core.reconcile": {
        "pipeline": "drafting resolution pairing",
        "drafting": "resolution pairing",
        "resolution": "pairing",
    },
    "vault_sync.edge": {
        "write": "state fs config",
        "state": "fs",
        "system": "fs",
        "watch": "fs git",
    },
    "vault_sync.sync": {
        "engine": "planning incremental deliveries head_base observation facts request",
        "head_base": "observation",
        "deliveries": "observation",
        "planning": "observation request",
        "incremental": "observation facts file_record request",
        "observation": "file_record request",
        "staged": "observation",
        "facts": "request",
    },
}
"""For each package that has rooms: which of its rooms a room may import. Nothing else is allowed.

A room is a folder or module that stands directly in the package. See docs/architecture.md.
"""

IMPURE = {
    *("os", "io", "pathlib", "shutil", "tempfile", "glob", "sqlite3", "subprocess", "socket"),
    *("requests", "urllib.request", "http", "watchdog", "logging", "time", "random", "secrets"),
    *("threading", "asyncio", "click", "platformdirs", "signal", "sys", "builtins", "ctypes"),
}
PURE = [
    *(path for path in MODULES if PACKAGE / "core" in path.parents),
    PACKAGE / "edge/arxiv/atom.py",
    PACKAGE / "daemon/quiet_rule.py",
]
LONGEST_FUNCTION = 62
LONGEST_MODULE = 405
MOST_MODULES = 16


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


NAMES = {name_of(path): path for path in MODULES}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports; a name imported from a module of ours is that module."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            module = node.module or ""
            for alias in node.names:
                whole = f"{module}.{alias.name}"
                yield whole if whole in NAMES or not module.startswith("vault_sync") else module


def arrows_within(package: str) -> Iterator[tuple[str, str, str]]:
    """Each import from one room of a package into another: the two rooms, and where it stands."""
    for name, path in NAMES.items():
        if not name.startswith(f"{package}."):
            continue
        here = name.removeprefix(f"{package}.").split(".")[0]
        for target in imports(path):
            if target.startswith(f"{package}."):
                there = target.removeprefix(f"{package}.").split(".")[0]
                if here != there:
                    yield here, there, f"{name} imports {target}"


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def test_there_is_something_to_guard() -> None:
    assert {"vault_sync.core.reconcile.pipeline", "vault_sync.core.model.values"} <= NAMES.keys()
    assert all(path in MODULES for path in PURE)


@pytest.mark.parametrize("package", ARROWS)
def test_imports_follow_the_table_of_arrows(package: str) -> None:
    allowed = {
        (room, other) for room, others in ARROWS[package].items() for other in others.split()
    }
    found: dict[tuple[str, str], str] = {}
    for here, there, where in arrows_within(package):
        found.setdefault((here, there), where)
    assert not {arrow: where for arrow, where in found.items() if arrow not in allowed}
    assert not allowed - found.keys(), "the table allows what nobody needs"


def test_no_circles() -> None:
    arrows = {
        name: {target for target in imports(path) if target in NAMES} - {name}
        for name, path in NAMES.items()
    }
    while leaves := {name for name, to in arrows.items() if not to & set(arrows)}:
        arrows = {name: to for name, to in arrows.items() if name not in leaves}
    assert not arrows, f"a circle among {sorted(arrows)}"


def test_a_name_is_imported_from_where_it_is_defined() -> None:
    defined = {
        name: {
            target
            for node in parsed(path).body
            for target in (
                [node.name]
                if isinstance(node, ast.FunctionDef | ast.ClassDef)
                else [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
                if isinstance(node, ast.Assign | ast.AnnAssign)
                else []
            )
        }
        for name, path in NAMES.items()
    }
    again = [
        f"{name}: {node.module}.{alias.name}"
        for name, path in NAMES.items()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module in NAMES
        for alias in node.names
        if f"{node.module}.{alias.name}" not in NAMES and alias.name not in defined[node.module]
    ]
    assert not again


@pytest.mark.parametrize("path", PURE, ids=name_of)
def test_the_core_is_pure(path: Path) -> None:
    reached = {
        name
        for name in imports(path)
        if any(name == impure or name.startswith(impure + ".") for impure in IMPURE)
    }
    assert not reached
    calls = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    assert not calls & {"open", "print", "input", "now", "today", "utcnow", "getenv"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_stay_small(path: Path) -> None:
    assert path.read_text("utf-8").count("\n") <= LONGEST_MODULE
    long = {node.name: lines(node) for node in functions(path) if lines(node) > LONGEST_FUNCTION}
    assert not long


def test_most_functions_are_short() -> None:
    sizes = [lines(node) for path in MODULES for node in functions(path)]
    assert statistics.median(sizes) <= 9


def test_folders_stay_small_and_say_what_they_are_for() -> None:
    for folder in {path.parent for path in MODULES}:
        assert len(list(folder.glob("*.py"))) - 1 <= MOST_MODULES, folder
        about = parsed(folder / "__init__.py").body
        assert isinstance(about[0], ast.Expr), folder
        if folder != PACKAGE:
            assert len(about) == 1, f"{folder}: a package's __init__ holds one docstring"
            said = ast.get_docstring(parsed(folder / "__init__.py"))
            assert said is not None and "\n" not in said


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_everything_is_annotated(path: Path) -> None:
    bare = [
        node.name
        for node in functions(path)
        if node.returns is None
        or any(
            arg.annotation is None
            for arg in (*node.args.args, *node.args.kwonlyargs)
            if arg.arg not in {"self", "cls"}
        )
    ]
    assert not bare


UNTESTED = {
    "core/model/plan.py": "values without a method of their own",
    "core/reconcile/drafting/plan_builder.py": "holds values for the other modules of drafting",
    "daemon/vault_pass.py": "joins loop and sync: tests/system/test_watch.py runs it whole",
}
"""Modules of more than 30 lines without a test file of the same name, and why."""


def test_tests_mirror_the_package() -> None:
    missing = set()
    for path in MODULES:
        inside = path.relative_to(PACKAGE)
        if inside.parts[0] in {"core", "edge", "daemon"} and path.name != "__init__.py":
            test = ROOT / "tests" / inside.with_name(f"test_{path.name}")
            if path.read_text("utf-8").count("\n") > 30 and not test.exists():
                missing.add(inside.as_posix())
    assert missing == UNTESTED.keys()


OPENERS = {"What", "Whether", "Where", "How", "Which", "Who", "Whoever", "Why"}

BOUNDS = {
    "class names used more than once": 0,
    "functions named `of`": 0,
    "functions over 40 lines": 3,
    "longest function": 60,
    "longest class": 238,
    "most parameters": 7,
    "docstrings that open with a question word": 0,
}
"""Counts that may only fall: lower a bound whenever its count has fallen."""


def count() -> dict[str, int]:
    classes: Counter[str] = Counter()
    tally: Counter[str] = Counter()
    for path in MODULES:
        tree = parsed(path)
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                classes[node.name] += 1
                tally["longest class"] = max(tally["longest class"], lines(node))
            documented = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)
            if isinstance(node, documented):
                opener = (ast.get_docstring(node) or "x").split()[0].strip(",.;:`")
                tally["docstrings that open with a question word"] += opener in OPENERS
        for function in functions(path):
            given = function.args
            number = len([*given.posonlyargs, *given.args, *given.kwonlyargs])
            number -= bool(given.args) and given.args[0].arg in {"self", "cls"}
            tally["most parameters"] = max(tally["most parameters"], number)
            tally["functions named `of`"] += function.name == "of"
            tally["functions over 40 lines"] += lines(function) > 40
            tally["longest function"] = max(tally["longest function"], lines(function))
    tally["class names used more than once"] = sum(n > 1 for n in classes.values())
    return {name: tally[name] for name in BOUNDS}


def test_the_counts_only_fall() -> None:
    assert count() == BOUNDS
