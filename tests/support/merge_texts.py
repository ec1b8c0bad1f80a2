"""A digest and a note to be merged, and the merge of three versions of them."""

from __future__ import annotations

from vault_sync.core.merge import documents

ALPHA = """https://arxiv.org/abs/2308.00001
[[Alpha|Alpha: A Study]] (Ann Park, Bo Lee)
첫 문장입니다. 둘째 문장입니다.
둘째 줄입니다.
#alpha #llm
"""
BETA = """https://arxiv.org/abs/2308.00002
[[Beta Nets]]
베타 설명입니다.
#beta
"""
GAMMA = """https://arxiv.org/abs/2308.00003
[[Gamma|Gamma]] (Dan Choi)
감마 이야기입니다.
#gamma
"""
DELTA = """https://arxiv.org/abs/2308.00004
Delta (Finn Oh)
델타.
#delta
"""
OMEGA = """https://arxiv.org/abs/2308.00005
Omega (Gil Han)
오메가.
"""
WEEK = "2023년 8월 3주차\n"
BASE = WEEK + ALPHA + BETA + GAMMA

NOTE = """---
title: "Alpha: A Study"
aliases:
  - "Alpha: A Study"
authors:
  - Ann Park
  - Bo Lee
url: https://arxiv.org/abs/2308.00001
rating: 3 # of five
digests:
  - "[[week 1]]"
tags:
  - alpha
  - llm
up: [[Index]]
---

## [[week 1]]

첫 문장입니다. 둘째 문장입니다.
둘째 줄입니다.

## My notes

Own one.

Own two.
"""


def merged(base: str, ours: str, theirs: str) -> str:
    """The merge of digests, which must have left nothing open."""
    found = documents.digest(base, ours, theirs)
    assert found.conflicts == 0, found.text
    return found.text


def merged_note(base: str, ours: str, theirs: str) -> str:
    found = documents.note(base, ours, theirs)
    assert found.conflicts == 0, found.text
    return found.text


def swap(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, (old, text)
    return text.replace(old, new)
