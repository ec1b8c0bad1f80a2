"""A paper as a reference, for tests of its formats."""

from __future__ import annotations

from vault_sync.core.citation.reference import Reference
from vault_sync.core.model.values import Key

OCTOPACK = Key("arxiv:2308.07124")

TITLE = "OctoPack: Instruction Tuning Code Large Language Models"


def paper(
    title: str = TITLE, *authors: str, venue: str = "", doi: str = "", url: str = ""
) -> Reference:
    names = authors or ("Niklas Muennighoff",)
    return Reference(OCTOPACK, "key", title, names, "2023-08-14", url, doi, venue)
