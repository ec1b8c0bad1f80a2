"""OpenReview's answers as text, of both forms of its API."""

from __future__ import annotations

import json

from tests.support.archive_server import NOTE, OLD_NOTE, notes, of
from vault_sync.core.model.values import Facts
from vault_sync.core.sources import openreview
from vault_sync.core.sources.answers import Feed


def test_a_note_of_openreview_in_both_forms() -> None:
    assert of(openreview.read(notes(NOTE), ["KZq8r4xF2w"])) == Facts(
        published="2024-01-16",
        updated="2024-04-11",
        title="Quiet Gradients",
        authors=("Ann Park", "Bo Lee"),
        journal="ICLR 2024 poster",
        abstract="We ask.\nThey answer.",
    )
    old = of(openreview.read(notes(OLD_NOTE), ["rJXMpikCZ"]))
    assert (old.title, old.authors) == ("Graph Attention", ("Petar V.",))
    assert old.published == "2018-02-15"


def test_a_note_that_was_not_asked_for_is_dropped() -> None:
    assert openreview.read(notes(NOTE), ["other"]) == Feed({}, whole=True)
    assert openreview.read(notes({**NOTE, "content": {}}), [NOTE["id"]]).facts == {}
    wrong = json.dumps({"name": "NotFoundError", "message": "The Note x was not found"}).encode()
    assert openreview.read(wrong, ["x"]).errors == ("NotFoundError: The Note x was not found",)
