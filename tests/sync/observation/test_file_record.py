"""What is remembered of a file, and when its numbers are believed."""

from __future__ import annotations

import pytest
from tests.support.index_worlds import NOW, stat
from vault_sync.edge.fs.scan import Stat
from vault_sync.sync.observation import file_record
from vault_sync.sync.observation.file_record import COARSE, GRAIN, UNKNOWN


@pytest.mark.parametrize(
    ("seen", "believed"),
    [
        (stat(NOW - GRAIN - 1), True),
        (stat(NOW - GRAIN), False),
        (stat(NOW), False),
        (stat(NOW + 10**12), False),
        # Its times were set back, but not that of its last change.
        (stat(NOW - 10**12, NOW), False),
        # Whole seconds: the clock of its file system may stand still for two of them.
        (stat(NOW // 10**9 * 10**9 - 10**9), False),
        (stat(NOW // 10**9 * 10**9 - COARSE), True),
    ],
)
def test_a_file_that_may_change_again_unseen_is_read_again(seen: Stat, believed: bool) -> None:
    assert file_record.believable(seen, NOW) == (seen if believed else UNKNOWN)


@pytest.mark.parametrize(("lag", "is_delivered"), [(-1, True), (0, True), (1, False)])
def test_a_file_whose_time_lies_well_before_its_arrival_was_brought(
    lag: int, is_delivered: bool
) -> None:
    seen = stat(NOW - file_record.DELIVERY_LAG + lag, NOW)
    assert file_record.looks_delivered(seen) is is_delivered
