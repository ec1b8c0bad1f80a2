"""Vaults to measure on: Korean prose in the sizes of a real reader's notes, the same every time.

Twelve entries a digest; notes have a median of 1 KB and end at 14 KB; one paper in nine names
another one. Facts come from a file beside the vault, so that no request is made.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple

PER_DIGEST = 12
_STEMS = (
    *("모델", "데이터", "학습", "추론", "결과", "방법", "논문", "성능", "토큰", "문제", "코드"),
    *("벤치마크", "파라미터", "어텐션", "가중치", "언어", "이미지", "샘플", "보상", "정책", "규모"),
)
_ENDS = ("은", "는", "이", "가", "을", "를", "에서", "으로", "의", "도", "만", "")
_VERBS = (
    *("사용하는", "보여준다.", "흥미롭네요.", "다만", "늘리면", "줄어든다.", "비교하면", "그래서"),
    *("생각한다.", "어렵다.", "가능하다.", "제안하는", "비슷한데", "나오는", "하지만", "좋아진다."),
)
_TERMS = (
    *("scaling", "instruction tuning", "RLHF", "diffusion", "pretraining", "LoRA", "MoE", "RAG"),
    *(
        "transformer",
        "alignment",
        "context",
        "distillation",
        "attention",
        "reward",
        "agent",
        "code",
    ),
)
_TAGS = (
    *("llm", "instruct", "alignment", "code", "multimodal", "efficient-training", "dataset"),
    *("evaluation", "diffusion", "vision", "rl", "reasoning", "retrieval", "speech", "한국어"),
)
_FAMILY = ("Kim", "Lee", "Park", "Chen", "Müller", "Garcia", "Novak", "Sato", "Singh", "Dubois")
_GIVEN = ("Ann", "Bo", "Cho", "Dan", "Eve", "Finn", "Gil", "Hana", "Ines", "Jun", "Kai", "Lena")


class Paper(NamedTuple):
    """One paper as the generator made it up. `published` is its first version's day."""

    id: str
    title: str
    authors: tuple[str, ...]
    published: datetime


def papers(count: int, seed: int = 7) -> Iterator[Paper]:
    """Papers with ids that are all different, in the order of their days."""
    chance = random.Random(seed)
    day = datetime(2000, 1, 1, 9, tzinfo=UTC)
    for number in range(count):
        words = [chance.choice(_TERMS).title() for _ in range(chance.randint(2, 5))]
        name = f"{chance.choice(_TERMS).title()}{number}: " if chance.random() < 0.6 else ""
        authors = tuple(
            f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}" for _ in range(chance.randint(1, 6))
        )
        title = f"{name}{' '.join(words)} of {number}"
        year, month = 15 + number // 480_000, number // 40_000 % 12 + 1
        yield Paper(f"{year}{month:02}.{number % 40_000 + 1:05}", title, authors, day)
        day += timedelta(hours=14)


def prose(chance: random.Random, size: int) -> str:
    """About `size` bytes of it, in lines of one to three sentences."""
    lines: list[str] = []
    written = 0
    while written < size:
        words = []
        for _ in range(chance.randint(8, 30)):
            kind = chance.random()
            words.append(
                chance.choice(_STEMS) + chance.choice(_ENDS)
                if kind < 0.6
                else chance.choice(_VERBS)
                if kind < 0.85
                else chance.choice(_TERMS)
            )
        lines.append(" ".join(words))
        written += len(lines[-1].encode()) + 1
    return "\n".join(lines)


def lay_out(root: Path, count: int, seed: int = 7) -> int:
    """Write digests with `count` entries, the facts and the configuration; the number of digests.

    `root` is made; the facts lie beside it, in `<root>-arxiv.jsonl`.
    """
    chance = random.Random(seed)
    (root / "digests").mkdir(parents=True)
    facts = root.with_name(root.name + "-arxiv.jsonl")
    (root / "vault-sync.toml").write_text(
        f'[digests]\npaths = ["digests/*.md"]\n\n[arxiv]\nsnapshot = "{facts}"\n', "utf-8"
    )
    known: list[Paper] = []
    with facts.open("w", encoding="utf-8") as file:
        for paper in papers(count, seed):
            known.append(paper)
            version = {"version": "v1", "created": format_datetime(paper.published)}
            record = {"id": paper.id, "title": paper.title, "versions": [version]}
            file.write(json.dumps(record) + "\n")
    weeks = [known[start : start + PER_DIGEST] for start in range(0, count, PER_DIGEST)]
    for number, week in enumerate(weeks):
        year, month, turn = 2000 + number // 60, number // 5 % 12 + 1, number % 5 + 1
        name = f"{year}년 {month}월 {turn}주차"
        entries = "".join(_entry(chance, paper, known) for paper in week)
        (root / "digests" / f"{name}.md").write_text(f"{name}\n{entries}", "utf-8")
    return len(weeks)


def _entry(chance: random.Random, paper: Paper, known: list[Paper]) -> str:
    commentary = prose(chance, min(13_000, int(chance.lognormvariate(6.2, 1.0))))
    if chance.random() < 0.11:
        commentary += f" (https://arxiv.org/abs/{chance.choice(known).id})"
    tags = " ".join(f"#{tag}" for tag in chance.sample(_TAGS, chance.randint(1, 4)))
    return (
        f"https://arxiv.org/abs/{paper.id}\n{paper.title} ({', '.join(paper.authors)})\n"
        f"{commentary}\n{tags}\n"
    )
