"""The folders that tests read: the project, its sample vault, the corpus of real digests."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample_vault"
CORPUS = ROOT.parent / "shared" / "corpus"
"""Beside the project, and not everywhere: what reads it is skipped where it is missing."""
needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"no corpus of real digests at {CORPUS}"
)


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")
