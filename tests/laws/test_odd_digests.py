"""A digest typed in an odd hand: what a pass writes reads back, so that the next writes nothing."""

from __future__ import annotations

from random import Random

import pytest
from tests.support.laws import examples
from tests.support.memory_vault import MemoryVault
from tests.support.odd_digests import odd
from vault_sync.core.digest.styles.style import STYLE_NAMES, StyleName
from vault_sync.core.model.values import Rules

DIGEST = "digests/d.md"


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_the_second_pass_writes_nothing(style: StyleName) -> None:
    for seed in range(examples(200)):
        text = odd(style, Random(seed))
        vault = MemoryVault({DIGEST: text}, rules=Rules(digest_styles=(("**", (style,)),)))
        wrong = [each for each in vault.sync().problems if each.code == "would-not-read-back"]
        assert not wrong, (seed, text)
        first = dict(vault.files)
        plan = vault.sync()
        assert not plan.operations and vault.files == first, (seed, text, vault.files[DIGEST])
