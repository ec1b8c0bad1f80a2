"""Titles are escaped for LaTeX, and their capitals are kept."""

from __future__ import annotations

import pytest
from vault_sync.core.citation import latex


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("OctoPack: Instruction Tuning", "{OctoPack}: Instruction Tuning"),
        ("A Survey of A and B", "A Survey of {A} and {B}"),
        ("Using GPT-4 & 100% of $5 #1", r"Using {GPT-4} \& 100\% of \$5 \#1"),
        ("Solving $x^2$ in 3D", "Solving $x^2$ in {3D}"),
        ("H$_2$O by {hand}", r"H$_2${O} by \{hand\}"),
        ("a_b ~ c\\d^e", r"a\_b \textasciitilde{} c\textbackslash{}d\textasciicircum{}e"),
        ("Costs $5 and $6", r"Costs \$5 and \$6"),
        ("Bad $}{$ math", r"Bad \$\textbraceright{}\textbraceleft{}\$ math"),
        ("자기 지도 학습 — Étude", "자기 지도 학습 — Étude"),
        ("It's I'm", "It's I'm"),
    ],
)
def test_a_title_is_escaped_and_its_capitals_are_kept(title: str, field: str) -> None:
    assert latex.title(title) == field
