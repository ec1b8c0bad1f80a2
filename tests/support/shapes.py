"""The shapes of `--json` as docs/json.md and its schema state them."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from tests.support.folders import ROOT

SCHEMA = json.loads((ROOT / "docs/schema/output.json").read_text("utf-8"))


def documented() -> dict[str, str]:
    """The shape of each verb, as the table of docs/json.md has it."""
    text = (ROOT / "docs/json.md").read_text("utf-8")
    return dict(re.findall(r"^\| `([a-z -]+)` \| `(\w+)`", text, re.MULTILINE))


def check(value: Any, shape: str) -> None:
    """Fail unless a value is of a shape of the schema."""
    _validator(shape).validate(value)


@cache
def _validator(shape: str) -> Draft202012Validator:
    whole = {**SCHEMA, "$ref": f"#/$defs/{shape}"}
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator(whole)
