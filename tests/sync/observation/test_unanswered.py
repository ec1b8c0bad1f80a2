"""Which papers lack a fact that nobody knows."""

from __future__ import annotations

import pytest
from vault_sync.core.model.base import Base
from vault_sync.core.model.values import Facts, Key, PropertyNames, RelPath, Rules
from vault_sync.sync.observation.observation import observe_texts, unanswered

KEY = Key("arxiv:2308.00001")
KNOWN = Facts(published="2023-08-01", title="Alpha", abstract="words", journal="J")


@pytest.mark.parametrize(
    ("facts", "title", "wanted", "is_asked"),
    [
        (KNOWN, "Alpha", ("published",), False),
        (None, "Alpha", ("published",), True),
        (KNOWN._replace(published=""), "Alpha", (), True),
        (KNOWN._replace(title=""), "Alpha", ("published",), False),
        (KNOWN._replace(title=""), "", ("published",), True),
        (KNOWN, "", ("published",), False),
        (KNOWN, "Alpha", ("abstract", "journal"), False),
        (KNOWN._replace(abstract=""), "Alpha", ("abstract",), True),
        (KNOWN._replace(journal=""), "Alpha", ("journal",), True),
        (KNOWN._replace(journal=""), "Alpha", ("abstract",), False),
        (KNOWN, "Alpha", ("pdf", "citekey"), False),
        (KNOWN, "Alpha", ("doi",), True),
        (KNOWN, "Alpha", ("comment",), False),
    ],
)
def test_a_paper_is_asked_about_as_long_as_a_fact_of_its_note_is_unknown(
    facts: Facts | None, title: str, wanted: tuple[str, ...], is_asked: bool
) -> None:
    rules = Rules(facts=wanted, properties=PropertyNames(own=(("comment", ""),)))
    entry = f"https://arxiv.org/abs/2308.00001\n{title and f'{title} (Ann Park)'}\nwords\n#t\n"
    seen = observe_texts({RelPath("digests/w.md"): f"w\n{entry}"}, rules, Base())
    found = unanswered([KEY], {KEY: facts} if facts else {}, seen, rules)
    assert found == ([KEY] if is_asked else [])
