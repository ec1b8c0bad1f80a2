"""The comparison of a plan for some papers with the plan for all: they must say the same."""

from __future__ import annotations

import re
from collections.abc import Iterable

from vault_sync.core.model.plan import Plan
from vault_sync.sync.request import Reason


class ShadowError(RuntimeError):
    """Difference between the plan for the papers concerned and that for the whole vault."""


def compare(part: Plan, whole: Plan, explained: Iterable[Reason] = ()) -> None:
    """Compare two plans, but for the facts that they would like.

    Raises:
        ShadowError: they differ; the text names what only one of them has, and the questions.
    """
    found = list(_differences(part, whole))
    if found:
        questions = (f"{each.about} {each.question} {each.old} -> {each.new}" for each in explained)
        raise ShadowError("\n".join((*found, *questions)))


def _differences(part: Plan, whole: Plan) -> Iterable[str]:
    there = _listed(whole)
    for name, here in _listed(part).items():
        yield from (f"{name}, the part alone: {each}" for each in sorted(here - there[name]))
        yield from (f"{name}, the whole alone: {each}" for each in sorted(there[name] - here))


def _listed(plan: Plan) -> dict[str, set[str]]:
    """Return all of a plan whatever its order; a digest still waits for another second later."""
    updates = [(sorted(one.paths), sorted(one.put.items()), one.drop) for one in plan.base_updates]
    return {
        "operations": set(map(repr, plan.operations)),
        "base updates": {repr((*one[:2], sorted(one[2]))) for one in updates},
        "conflicts": set(map(repr, plan.conflicts)),
        "files that name a paper": set(map(repr, plan.named)),
        "fields apart": set(map(repr, plan.apart)),
        "problems": {re.sub(r" in \d+ s,", " in a while,", repr(one)) for one in plan.problems},
        "counts": {f"{plan.digests} digests, {plan.entries} entries, {plan.notes} notes"},
    }
