"""What a pass is asked for, and how it counts what it writes."""

from __future__ import annotations

import pytest
from vault_sync.core.model.values import RelPath
from vault_sync.sync.request import PassRequest, counted_files


def test_files_are_counted_as_they_are_prepared_and_as_they_are_written() -> None:
    told: list[tuple[str, int, int]] = []
    at = counted_files(lambda *each: told.append(each), 2)
    for point in ("before-stage", "other", "before-stage", "before-look", "before-look"):
        at(point, RelPath("x.md"))
    assert told == [("preparing", 1, 2), ("preparing", 2, 2), ("writing", 1, 2), ("writing", 2, 2)]


@pytest.mark.parametrize(
    ("request_", "ordinary", "lifts"),
    [
        (PassRequest("sync"), True, False),
        (PassRequest("sync", remake=True), False, True),
        (PassRequest("sync", redo=True), False, True),
        (PassRequest("sync", only=frozenset((RelPath("x.md"),))), False, False),
        (PassRequest("sync", only=frozenset((RelPath("x.md"),)), remake=True), False, False),
    ],
)
def test_only_a_usual_pass_about_all_is_ordinary(
    request_: PassRequest, ordinary: bool, lifts: bool
) -> None:
    assert (request_.ordinary, request_.lifts) == (ordinary, lifts)
