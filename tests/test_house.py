"""The rules of the house, guarded: which package may import which, a pure core, small pieces."""

from __future__ import annotations

import ast
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
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
        "citation": "note naming model text",
        "report": "naming model text",
        "vault_statistics": "snapshot naming model text",
        "sources": "model text",
        "paper_changes": "digest note model",
        "snapshot": "digest note naming model",
        "vault_survey": "digest note naming model",
        "merge": "digest note naming model text",
        "reconcile": "snapshot merge digest note citation naming model text",
    },
    "vault_sync.core.reconcile": {
        "pipeline": "refusals drafting resolution pairing",
        "drafting": "resolution pairing",
        "resolution": "pairing",
        "refusals": "deferral pairing",
    },
    "vault_sync.edge": {
        "write": "state fs platform",
        "config": "config_keys fs trust",
        "trust": "fs platform",
        "git": "command_lines fs platform",
        "sources": "fs",
        "hosts": "config sources fs",
        "state": "fs platform",
        "system": "command_lines state fs platform",
        "watch": "fs git platform",
        "fs": "platform",
    },
    "vault_sync.sync": {
        "engine": (
            "view incremental planning origins observation bibliography undoing facts request"
        ),
        "view": "incremental planning origins observation bibliography facts request",
        "incremental": "planning origins observation facts request",
        "planning": "observation request",
        "origins": "observation",
        "observation": "request",
        "staged": "incremental observation",
        "facts": "request",
        "bibliography": "observation",
        "capture": "observation",
        "relink": "observation",
        "undoing": "origins observation",
    },
    "vault_sync.sync.observation": {
        "observation": "file_record old_paths unreadable",
        "head_base": "observation",
    },
    "vault_sync.sync.planning": {
        "pass_plan": "conflicts_file",
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
    PACKAGE / "daemon/quiet_rule.py",
]
LONGEST_MODULE = 400
MOST_MODULES = 16

ROOMS = {
    "vault_sync": (6, 11),
    "vault_sync.core": (9, 27),
    "vault_sync.core.reconcile": (5, 6),
    "vault_sync.edge": (9, 11),
    "vault_sync.sync": (8, 13),
}
"""For each package: how many rooms, and arrows between them, one can still keep in mind.

More only with a reason: a room in `MORE_ROOMS` (its arrows are then free), an arrow in
`MORE_ARROWS`.
"""

MORE_ROOMS = {
    "vault_sync.core.sources": "answers of strangers as text; the edge asks, and parses nothing",
    "vault_sync.core.paper_changes": "a plan by paper reads digests and notes; report may not",
    "vault_sync.sync.view": "the half of a pass that writes nothing; `check` and `status` end here",
    "vault_sync.sync.origins": "how files came here: read before a pass, written after it",
    "vault_sync.sync.planning": "the middle of a pass; whole and partial passes end in it",
    "vault_sync.sync.bibliography": "references are written after a pass, from what it observed",
    "vault_sync.sync.capture": "add and week: a digest made or longer, by the same write protocol",
    "vault_sync.core.citation": "BibTeX and CSL are formats of their own, beside the digest's",
    "vault_sync.core.vault_survey": "what `init` finds, before there is a configuration",
    "vault_sync.core.vault_statistics": "counts a snapshot; report may know no snapshot",
    "vault_sync.edge.trust": "whose folders are vaults: asked before a configuration is read",
    "vault_sync.edge.config_keys": "the legal keys, apart from what finds and reads the file",
    "vault_sync.edge.hosts": "who is asked is a choice of the device, beside the vault's file",
    "vault_sync.edge.command_lines": "one place words the calls that git and services make later",
    "vault_sync.edge.bibliography": "reads and writes .bib files, which are not the vault's",
    "vault_sync.core.reconcile.refusals": "undo asks what a pass would do again, outside of a pass",
    "vault_sync.sync.undoing": "undo that lasts reads the vault anew, which `edge.write` may not",
}
MORE_ARROWS = {
    ("vault_sync.edge.watch", "vault_sync.edge.fs"): "one walker for the scan and the watcher",
    ("vault_sync.edge.config", "vault_sync.edge.trust"): "a stranger's configuration is not read",
    ("vault_sync.edge.trust", "vault_sync.edge.fs"): "one function reads a file, also this list",
    ("vault_sync.edge.config", "vault_sync.edge.fs"): "the configuration is a file of the vault",
    ("vault_sync.edge.git", "vault_sync.edge.fs"): "one function reads a file, git's too",
    ("vault_sync.edge.sources", "vault_sync.edge.fs"): "one function reads a file, arXiv's too",
    ("vault_sync.edge.system", "vault_sync.edge.state"): "the doctor finds states of vaults gone",
}

PARTICIPLES = re.compile(
    r".*(ed|en)|told|said|kept|held|known|gone|made|sent|thought|left|found|shown|built|lost|done"
)
"""A file named by what was done to a thing does not say which thing."""

PARTICIPLES_LEFT = {
    "vault_sync.cli.staged": "a verb's file: `check --staged`, as git calls it",
    "vault_sync.sync.incremental.unchanged": "goes with the traces of sync/incremental",
}

RETIRED = {
    *("said", "told", "asked", "known", "kept", "held", "came", "settled", "believed", "beneath"),
    *("tie", "ties", "settlement", "settlements", "agreement", "agreements", "pending", "scene"),
    *("order", "moment", "moments", "mind", "bell", "ears"),
}
"""Words that meant many things. The glossary of docs/architecture.md has one for each meaning."""

RETIRED_LEFT = {
    "edge/git/hook.py": ("kept", "a field of the hook's shell text, as installed"),
}
MOST_RETIRED = 40


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


NAMES = {name_of(path): path for path in MODULES}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(parsed(path)))


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports; a name imported from a module of ours is that module."""
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in nodes(path):
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
        node for node in nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
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


@pytest.mark.parametrize("package", ROOMS)
def test_few_rooms_and_arrows(package: str) -> None:
    more = {name.removeprefix(f"{package}.") for name in MORE_ROOMS}
    spare = {
        (here.removeprefix(f"{package}."), there.removeprefix(f"{package}."))
        for here, there in MORE_ARROWS
    }
    rooms = {
        name.removeprefix(f"{package}.").split(".")[0]
        for name in NAMES
        if name.startswith(f"{package}.")
    }
    arrows = {
        (here, there)
        for here, there, _ in arrows_within(package)
        if not {here, there} & more and (here, there) not in spare
    }
    most_rooms, most_arrows = ROOMS[package]
    assert len(rooms - more) <= most_rooms, sorted(rooms)
    assert len(arrows) <= most_arrows, sorted(arrows)


def test_each_room_and_arrow_more_is_there() -> None:
    assert MORE_ROOMS.keys() <= NAMES.keys()
    for here, there in MORE_ARROWS:
        package, _, room = here.rpartition(".")
        other = there.rpartition(".")[2]
        assert (room, other) in {(a, b) for a, b, _ in arrows_within(package)}


def test_no_module_is_named_by_a_participle() -> None:
    named = {
        name
        for name, path in NAMES.items()
        if path.name != "__init__.py" and PARTICIPLES.fullmatch(path.stem.split("_")[-1])
    }
    assert named == PARTICIPLES_LEFT.keys()


def identifiers(path: Path) -> Iterator[str]:
    """Every name that a module gives or uses, as often as it stands there."""
    for node in nodes(path):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.arg | ast.keyword):
            yield node.arg or ""
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.rpartition(".")[2]


def words_of(identifier: str) -> set[str]:
    return set(re.sub(r"([a-z])([A-Z])", r"\1_\2", identifier).lower().split("_"))


def test_retired_words_are_no_names() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): [
            name for name in identifiers(path) if RETIRED & words_of(name)
        ]
        for path in MODULES
        if "incremental" not in path.relative_to(PACKAGE).parts
    }
    left = {module: set(names.split()) for module, (names, _) in RETIRED_LEFT.items()}
    assert {module: set(names) for module, names in found.items() if names} == left
    assert sum(map(len, found.values())) <= MOST_RETIRED


def test_a_door_leads_where_its_types_say() -> None:
    """Each `door` stands beside an import for types alone of the same module by the same name."""
    doors, typed = set(), set()
    for name, path in NAMES.items():
        for node in nodes(path):
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                typed |= {
                    (name, alias.asname or alias.name, f"{each.module}.{alias.name}")
                    for each in node.body
                    if isinstance(each, ast.ImportFrom)
                    for alias in each.names
                }
                doors |= {
                    (name, ast.unparse(each.targets[0]), ast.literal_eval(each.value.args[0]))
                    for each in node.orelse
                    if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call)
                }
    assert doors
    assert not doors - typed
    assert {module for _, _, module in doors} <= NAMES.keys()


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
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.module in NAMES
        for alias in node.names
        if f"{node.module}.{alias.name}" not in NAMES and alias.name not in defined[node.module]
    ]
    assert not again


OF_ONE_SYSTEM = re.compile(
    r"\bsys\.platform\b|\bos\.name\b|\bos\.O_[A-Z]+\b|\bfcntl\b|\bctypes\b|\bmsvcrt\b|/proc\b"
    r"|\bst_ino\b|\bst_(?:c|birth)time(?:_ns)?\b|\b(?:src_|dst_)?dir_fd\b|\bwinreg\b|\bwinerror\b"
    r"|\bst_file_attributes\b|\bst_flags\b|\bimport platform\b|\bfrom (?:os|platform) import\b"
    r"|\bfrom sys import [\w, ]*\bplatform\b"
    r"|\bos\.(?:uname|statvfs|pread|pwrite|getuid|fchmod|fchown|fsync|getxattr|setxattr|link|open)\b"
)


def of_one_system(module: str) -> set[str]:
    """Return what a module's text has that is another on another operating system."""
    return {match[0] for match in OF_ONE_SYSTEM.finditer(module)}


def test_systems_differ_in_one_room() -> None:
    """Whatever is another on another operating system stands in edge/platform."""
    found = {
        (name_of(path), word)
        for path in MODULES
        if PACKAGE / "edge/platform" not in path.parents
        for word in of_one_system(path.read_text("utf-8"))
    }
    assert not found


@pytest.mark.parametrize(
    "line",
    [
        *('if sys.platform == "win32":', 'if os.name == "nt":', "from sys import platform"),
        *("flags = os.O_NOFOLLOW", "from os import O_BINARY, open", "os.open(name, 0, dir_fd=3)"),
        *("import fcntl", "import ctypes", "from ctypes import CDLL", "import msvcrt, winreg"),
        *('Path("/proc/self/fd")', "import platform", "error.winerror == 32"),
        *("status.st_ino", "status.st_ctime", "status.st_ctime_ns", "status.st_birthtime"),
    ],
)
def test_a_line_of_one_system_is_seen(line: str) -> None:
    assert of_one_system(f"def look() -> None:\n    {line}\n")


CALLS_OUT = {"open", "print", "input", "now", "today", "utcnow", "getenv"}


def test_the_core_is_pure() -> None:
    packages = {(path, name) for path in PURE for name in imports(path)}
    impure = {(name_of(path), name) for path, name in packages if roots(name) & IMPURE}
    assert not impure
    calls = {
        (name_of(path), node.func.id if isinstance(node.func, ast.Name) else node.func.attr)
        for path in PURE
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    assert not {(name, call) for name, call in calls if call in CALLS_OUT}


def roots(name: str) -> set[str]:
    """A dotted name and the packages that it is in."""
    parts = name.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts) + 1)}


def test_modules_stay_small() -> None:
    sizes = {name_of(path): path.read_text("utf-8").count("\n") for path in MODULES}
    assert not {name: size for name, size in sizes.items() if size > LONGEST_MODULE}


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


def test_a_frozen_dataclass_stands_where_a_named_tuple_cannot() -> None:
    """A start makes eighty classes of values, a named tuple in an eighth of the time."""
    plain = {
        node.name
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.ClassDef)
        and any("frozen=True" in ast.unparse(each) for each in node.decorator_list)
        and not any("default_factory" in ast.unparse(each) for each in node.body)
    }
    operations = {"Create", "Write", "Rename", "Trash"}
    assert plain == operations, "equal fields make no equal operations"


def test_everything_is_annotated() -> None:
    bare = [
        f"{name_of(path)}: {node.name}"
        for path in MODULES
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
    "core/merge/document_copies.py": "tests/core/merge/test_sync_copy.py holds its tests",
    "core/model/copies.py": "values: tests/core/merge/test_file_copies.py makes them",
    "core/model/statistics.py": "values without a method of their own",
    "core/reconcile/drafting/plan_builder.py": "holds values for the other modules of drafting",
    "daemon/values.py": "values without a method of their own",
    "edge/platform/current.py": "chooses by the system, and each test runs on one",
    "edge/platform/darwin.py": "runs on macOS alone, where no test has been run yet",
    "edge/platform/windows_events.py": "runs on Windows alone: tests/system/test_windows.py",
    "edge/platform/windows.py": "runs on Windows alone: tests/system/test_windows.py runs it",
    **{
        f"core/digest/styles/{name}.py": (
            "tests/core/digest/styles/test_styles_examples.py holds its tests"
        )
        for name in ("styled_reader",)
    },
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
    named = {word for why in UNTESTED.values() for word in why.split() if word.startswith("tests/")}
    assert all((ROOT / test).exists() for test in named)


OPENERS = {"What", "Whether", "Where", "How", "Which", "Who", "Whoever", "Why"}

BOUNDS = {
    "class names used more than once": 0,
    "functions named `of`": 0,
    "functions over 40 lines": 6,
    "longest function": 50,
    "longest class": 200,
    "most parameters": 7,
    "docstrings that open with a question word": 0,
}


def count() -> dict[str, int]:
    classes: Counter[str] = Counter()
    tally: Counter[str] = Counter()
    for path in MODULES:
        for node in nodes(path):
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


def test_counts_stay_in_their_bounds() -> None:
    counts = count()
    assert not {name: n for name, n in counts.items() if n > BOUNDS[name]}
