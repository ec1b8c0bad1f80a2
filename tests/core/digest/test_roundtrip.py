"""Which field of an entry a digest cannot say."""

from __future__ import annotations

from typing import Any

import pytest
from vault_sync.core.digest.roundtrip import first_loss
from vault_sync.core.model.values import Fields

PLAIN = Fields("https://arxiv.org/abs/2403.00011", "Title (ReST)", ("Kim (KAIST, AI)", "Bo Lee"))
FENCE = "말\n```python\nx"


@pytest.mark.parametrize(
    "fields",
    [
        PLAIN,
        PLAIN._replace(title="", authors=()),
        PLAIN._replace(authors=(), commentary="말"),
        PLAIN._replace(title="Attention [Again] | More", tags=("a", "2024", "논문/생성")),
        PLAIN._replace(commentary="말\n\n---\n\n### 셋째\nhttps://a.example\n```\n# x\n```"),
    ],
)
def test_what_can_be_said(fields: Fields) -> None:
    assert first_loss(fields, Fields(fields.url), "note") is None


@pytest.mark.parametrize(
    ("change", "field", "line"),
    [
        ({"commentary": "말\n## 제목\n말"}, "commentary", 1),
        ({"commentary": "말\n\nhttps://a.example/b\nTitle (Ann Park, Bo Lee)"}, "commentary", 2),
        ({"commentary": "#only #tags\n말"}, "commentary", 0),
        ({"commentary": FENCE}, "commentary", 1),
        ({"commentary": "말", "authors": ("Brandt, Ola",)}, "authors", 0),
        ({"commentary": "말", "authors": ("Ann (KAIST",)}, "authors", 0),
        ({"title": ""}, "authors", 0),
        ({"commentary": "말", "tags": ("deep learning",)}, "tags", 0),
        ({"commentary": "말", "tags": ("2024",)}, "tags", 0),
        ({"commentary": "말", "title": "a\nb"}, "title", 0),
    ],
)
def test_what_cannot_be_said(change: dict[str, Any], field: str, line: int) -> None:
    found = first_loss(PLAIN._replace(**change), PLAIN, "note")
    assert found is not None
    assert (found.field, found.line) == (field, line)


def test_a_fence_that_the_digest_left_open_is_its_authors() -> None:
    assert (
        first_loss(PLAIN._replace(commentary=FENCE), PLAIN._replace(commentary=FENCE), "note")
        is None
    )
