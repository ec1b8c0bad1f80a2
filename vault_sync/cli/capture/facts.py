"""`facts [NOTE ...]`: ask archives on demand, then fill in what is absent."""

from __future__ import annotations

from collections.abc import Sequence

from vault_sync.cli.console import Bar, Console, UsageError
from vault_sync.cli.passes import note_named, show_result
from vault_sync.core.model.values import Key, Problem, RelPath
from vault_sync.core.naming.keys import is_paper
from vault_sync.core.report.lines import plan_to_show
from vault_sync.edge.config import Config
from vault_sync.edge.sources.lookup import Answer
from vault_sync.sync.engine import run
from vault_sync.sync.facts import FactsLookup
from vault_sync.sync.observation.observation import Observation, base_of, lacking, observe
from vault_sync.sync.request import PassRequest
from vault_sync.sync.view import PassContext


def facts(console: Console, notes: Sequence[str], *, refresh: bool) -> int:
    """Look facts up for some notes, or for all that lack any; then one pass writes them.

    `refresh` asks for what is known too, and for all papers where no note is named.
    """
    config = console.config()
    paths = [note_named(console, config, note) for note in notes]
    with console.state(config) as state, Bar(console) as bar:
        lookup = FactsLookup(config, state, bar, offline=False)
        observation = observe(config, base_of(state), bar)
        keys = _keys(observation, paths) or (
            _all(observation) if refresh else lacking(observation, config.rules)
        )
        answer = lookup.ask(keys, refresh=refresh, patient=True)
        context = PassContext(config, state, lookup, progress=bar)
        result = run(context, PassRequest(cause="facts"))
    console.say([_summary(answer, len(keys))])
    plan = plan_to_show(result.plan, (*lookup.problems, *_disabled(config, answer)))
    return show_result(console, config, result._replace(plan=plan))


def _keys(observation: Observation, paths: Sequence[RelPath]) -> list[Key]:
    """Return the papers of the notes that were named.

    Raises:
        UsageError: one of them is not about a paper that an archive knows.
    """
    keys = []
    for path in paths:
        key = observation.snapshot.about(path)
        if key is None or not is_paper(key):
            raise UsageError(
                f"{path}: not a note of a paper on arXiv, OpenReview, ACL or with a DOI"
            )
        keys.append(key)
    return keys


def _all(observation: Observation) -> list[Key]:
    entries = (
        entry for digest in observation.snapshot.digests.values() for entry in digest.entries
    )
    return [key for key in dict.fromkeys(entry.key for entry in entries) if is_paper(key)]


def _summary(answer: Answer, count: int) -> str:
    if not count:
        return "no note lacks a fact"
    unheard = f"; nobody has {', '.join(sorted(answer.missing))}" if answer.missing else ""
    return f"{len(answer.facts)} of {count} papers are known{unheard}"


def _disabled(config: Config, answer: Answer) -> tuple[Problem, ...]:
    if config.arxiv.enabled or not answer.unknown:
        return ()
    message = "nobody is asked: `enabled = false` under [arxiv] in vault-sync.toml"
    return (Problem("arXiv", "facts-disabled", message, level="notice"),)
