"""Single values as Obsidian writes them: a table, the vectors, what PyYAML reads, npm `yaml`."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.folders import CORPUS
from tests.support.laws import examples
from vault_sync.core.note.yaml_scalar import scalar

# The loader that the package reads with; the pure one trips over tabs in plain texts.
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
VECTORS = CORPUS.parent / "research" / "yaml_vectors.json"

PLAIN = [
    "OctoPack",
    "코드 커밋 메시지",
    "https://arxiv.org/abs/2308.07124",
    "http://x.y/#z",
    "2023-08-14",
    "2023-08-14T10:30:00",
    "12:30",
    "1_000",
    "1.0.0",
    "2308.07037v2",
    "cs/0703041",
    "yes",
    "off",
    "nullable",
    "truE",
    "a:b",
    "a#b",
    "a, b",
    "it's",
    'x"y',
    "C++",
    "-x",
    "?x",
    "--",
    "---",
    "=",
    "<<",
    "a\tb",
    "a\\b",
    "\xa0",
    "a\u2028b",
    "😀",
    "x" * 300,
]

QUOTED = [
    ("", '""'),
    ("2308.07124", '"2308.07124"'),
    ("230814", '"230814"'),
    ("0704.0001", '"0704.0001"'),
    ("+1", '"+1"'),
    ("-1", '"-1"'),
    ("-1.", '"-1."'),
    (".5", '".5"'),
    ("1e3", '"1e3"'),
    ("0x1F", '"0x1F"'),
    ("0o17", '"0o17"'),
    ("-.INF", '"-.INF"'),
    (".nan", '".nan"'),
    ("true", '"true"'),
    ("FALSE", '"FALSE"'),
    ("Null", '"Null"'),
    ("~", '"~"'),
    ("-", '"-"'),
    ("- x", '"- x"'),
    ("? x", '"? x"'),
    (" x", '" x"'),
    ("x ", '"x "'),
    ("x\t", '"x\\t"'),
    ("a: b", '"a: b"'),
    ("a:", '"a:"'),
    ("a #b", '"a #b"'),
    ("#tag", '"#tag"'),
    ("[[Note]]", '"[[Note]]"'),
    ("{x}", '"{x}"'),
    ("@x", '"@x"'),
    ("%x", '"%x"'),
    ("`x`", '"`x`"'),
    ("'x'", "\"'x'\""),
    ('"x"', "'\"x\"'"),
    ('"a": b\\c', "'\"a\": b\\c'"),
    ('"it\'s": b', '"\\"it\'s\\": b"'),
    ("\\alpha: b", '"\\\\alpha: b"'),
    ("a\rb", '"a\\rb"'),
    ("\0\a\v\x1b\x1f", '"\\0\\a\\v\\e\\x1f"'),
    ("\x7f", '"\x7f"'),
    ("\udc80", '"\\udc80"'),
    ("\n", '"\\n"'),
    (" \n", '"\\ \\n"'),
    ("a\n  ", '"a\\n  "'),
]

LINES = [
    ("a\nb", "|-\n  a\n  b"),
    ("a\n", "|\n  a"),
    ("a\n\n", "|+\n  a\n"),
    ("a\n\nb", "|-\n  a\n\n  b"),
    ("\na", "|-\n  \n  a"),
    ("  a\n b", "|2-\n    a\n   b"),
    ("a: b\n#c", "|-\n  a: b\n  #c"),
]


@pytest.mark.parametrize("value", PLAIN)
def test_stays_plain(value: str) -> None:
    assert scalar(value) == value


@pytest.mark.parametrize(("value", "written"), QUOTED)
def test_is_quoted(value: str, written: str) -> None:
    assert scalar(value) == written


@pytest.mark.parametrize(("value", "written"), LINES)
def test_several_lines_are_a_literal_block(value: str, written: str) -> None:
    assert scalar(value) == written


def test_a_literal_block_stands_two_deeper_than_its_dash() -> None:
    assert scalar("a\nb", 2) == "|-\n    a\n    b"


def test_vectors_of_obsidians_own_serialiser() -> None:
    if not VECTORS.exists():
        pytest.skip(f"{VECTORS.name} is not here")
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    assert len(vectors) > 50
    assert [f"k: {scalar(value)}\n" for value, _ in vectors] == [text for _, text in vectors]


# Texts made of what YAML gives a meaning to; no surrogates, which no YAML file can hold.
ODD = st.lists(
    st.one_of(
        st.sampled_from([*" \t\n:#-?'\"[]{},&*!|>@`~.0123e+x\\가é\xa0\x07\r", ": ", " #", "null"]),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=8,
).map("".join)


@settings(max_examples=examples(100))
@given(ODD.filter(lambda text: not set(text) & set("\x85\u2028\u2029\ufeff\x7f")))
def test_what_is_written_is_read_back(value: str) -> None:
    # YAML 1.1 ends lines at the characters left out; test_properties has them.
    if "\n" in value and value.lstrip("\n").startswith("\t"):
        return  # npm `yaml` writes a literal block that libyaml refuses: a tab comes first
    if any("\x80" <= char < "\xa0" or char in "\ufffe\uffff" for char in value):
        return  # npm `yaml` writes these raw, and PyYAML refuses to read them
    one = yaml.load(f"k: {scalar(value)}\nn: x\n", Loader=LOADER)
    assert one == {"k": value, "n": "x"}
    listed = yaml.load(f"k:\n  - {scalar(value, 2)}\nn: x\n", Loader=LOADER)
    assert listed == {"k": [value], "n": "x"}


_NODE = """
const yaml = require('yaml');
const values = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const as = {nullStr: '', lineWidth: 0, aliasDuplicateObjects: false};
console.log(JSON.stringify(values.map(k => [{k}, {k: [k]}].map(v => yaml.stringify(v, as)))));
"""


def test_same_as_npm_yaml() -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not here")
    values = [*PLAIN, *(value for value, _ in QUOTED), *(value for value, _ in LINES)]
    node = subprocess.run(
        ["node", "-e", _NODE], input=json.dumps(values), capture_output=True, text=True, check=False
    )
    if "Cannot find module" in node.stderr:
        pytest.skip("npm `yaml` is not here")
    assert node.returncode == 0, node.stderr
    ours = [[f"k: {scalar(v)}\n", f"k:\n  - {scalar(v, 2)}\n"] for v in values]
    assert ours == json.loads(node.stdout)
