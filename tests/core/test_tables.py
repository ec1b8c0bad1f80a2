"""One list a thing: what is added to a table of facts, properties or kinds of keys is everywhere.

A row is planted in a process of its own, before any module that reads the table is imported.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from tests.core.naming.test_keys import KEYS
from tests.support.folders import ROOT
from vault_sync.core.model.values import Facts, Key
from vault_sync.core.naming.keys import KEY_RULES, KINDS, address_of, key_of, word_of
from vault_sync.core.note.property_table import PROPERTIES, fact_names

FORMAT = (ROOT / "docs/format.md").read_text("utf-8")
ALL = Facts("2023-08-14", "2023-09-01", "T", ("A",), ("cs.CL",), "10.1/x", "J", "12 pages", "Words")

PLANTED = r"""
import json, re
from pathlib import Path
from vault_sync.core.model.values import Facts, Key, Rules
from vault_sync.core.naming import keys

def page(host, path, query):
    return keys.Key("hal:" + path.strip("/")) if host == "hal.science" else None

def plain(address):
    found = re.fullmatch(r"(?:hal:)?(hal-[0-9]+)", address)
    return keys.Key("hal:" + found[1]) if found else None

kind = keys.KeyKind("hal", page, plain, r"hal\.science/", lambda name: name + "!",
    "https://hal.science/{}", has_property=True, opens_entry=True, is_short=True)
keys.KINDS = (kind, *keys.KINDS)

from vault_sync.core.note import property_table as facts

facts.FACTS += (facts.Fact("decade", lambda facts: int(facts.published[:3] or 0), "integer"),)

from tests.support.memory_vault import MemoryVault
from vault_sync.core.digest import reader
from vault_sync.core.naming import note_names
from vault_sync.core.note import note
from vault_sync.edge import config
from vault_sync.core.note.property_table import property_facts
from vault_sync.sync.staged.relevant_files import word_of

KEY = Key("hal:hal-01234561")
ENTRY = "hal:hal-01234561\nA Net (Ann Park, Bo Lee)\n말.\n#t\n"
OTHER = "https://a.b/c\nOther (Cy Doe, Di Ehn)\n#u\n"
vault = MemoryVault({"digests/주.md": "주\n" + ENTRY + OTHER}, rules=Rules(
    name="{hal} {title}", facts=("published", "decade"), folder="papers"))
vault.sync()
path = "papers/hal-01234561 A Net.md"
new = vault.files[path]
vault.facts[KEY] = Facts(published="2020-07-05")
plan = vault.sync()
later = next(text for name, text in vault.files.items() if "A Net" in name)
again = vault.plan()
legal = config.parse('[arxiv]\nfacts = ["decade"]\n', Path("."), Path("vault-sync.toml"))
digest = vault.files["digests/주.md"]
vault.files["digests/주.md"] = "주\n" + digest[digest.index("https://a.b/c"):]
vault.sync()
print(json.dumps({
    "bare": keys.key_of("hal.science/hal-01234561/"),
    "note": note.read("---\nhal: hal-01234561\ndigests: []\n---\n").key,
    "first": new,
    "later": later,
    "quiet": not again.operations and not again.problems,
    "legal": legal.rules.facts,
    "has": [fact.name for fact in property_facts(("decade", "abstract"))],
    "trashed": not [name for name in vault.files if name.startswith("papers/") and "A Net" in name],
    "word": word_of(KEY),
    "address": keys.address_of(KEY),
    "label": note_names.label(KEY),
    "wrong": note_names.pattern_error("x"),
    "swallowed": [each[1] for each in reader.read(
        "주\n" + ENTRY.replace("말.", "말.\nhal:hal-01234569\nSome Title")
    ).notices],
    "fact": facts.fact_properties(Facts(), ("decade", "published")),
}))
"""


@pytest.fixture(scope="module")
def planted() -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-c", PLANTED], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_a_planted_kind_of_key_is_everywhere(planted: dict[str, Any]) -> None:
    assert planted["bare"] == planted["note"] == "hal:hal-01234561"
    assert "\nhal: hal-01234561\n" in planted["first"]
    assert planted["word"] == "hal-01234561!"
    assert planted["address"] == "https://hal.science/hal-01234561"
    assert planted["label"] == "hal-01234561"
    assert "{arxiv}" in planted["wrong"] and "{hal}" in planted["wrong"]
    assert "address-in-commentary" in planted["swallowed"]


def test_a_planted_fact_is_everywhere(planted: dict[str, Any]) -> None:
    assert "decade" not in planted["first"]
    assert re.search(r"^decade: 202$", planted["later"], re.MULTILINE)
    assert planted["quiet"]
    assert planted["legal"] == planted["has"] == ["decade"]
    assert planted["fact"] == {}


def test_planted_properties_are_nobodys_own(planted: dict[str, Any]) -> None:
    assert planted["trashed"]


def test_a_kind_of_key_raises_the_version_of_the_rules() -> None:
    kinds = ["arxiv", "doi", "openreview", "acl", "url"]
    assert (KEY_RULES, [kind.name for kind in KINDS]) == (2, kinds)


@pytest.mark.parametrize("key", sorted(set(KEYS.values())))
def test_a_key_has_an_address_of_its_own_and_a_word_in_it(key: str) -> None:
    address = address_of(Key(key))
    assert key_of(address) == key
    assert word_of(Key(key)) in address


def test_documents_name_every_fact_and_every_property() -> None:
    example = (ROOT / "config.example.toml").read_text("utf-8").replace("\n#", "")
    assert f"Legal: {', '.join(fact_names())}" in example
    assert all(f"`{name}`" in FORMAT for name in fact_names())
    for name, whose in PROPERTIES.items():
        (line,) = (line for line in FORMAT.split("\n") if re.match(rf"\|[^|]*`{name}`", line))
        assert whose in line
