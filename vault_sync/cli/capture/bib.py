"""`bib`: the notes as references, on standard output."""

from __future__ import annotations

from collections.abc import Collection

from vault_sync.cli import terminal
from vault_sync.cli.console import Console
from vault_sync.cli.passes import digest_read
from vault_sync.core.citation import bibtex, reference
from vault_sync.core.citation.reference import Reference
from vault_sync.core.model.values import Key
from vault_sync.core.report import lines as report
from vault_sync.core.text.folding import casefold_nfc
from vault_sync.edge.config import Config
from vault_sync.sync.bibliography import references, unfit
from vault_sync.sync.observation.observation import Observation, base_of, observe


def bib(console: Console, digest: str | None, tag: str | None, *, csl: bool) -> int:
    """Print the references of all notes, of a digest's papers, or of those with a tag.

    Raises:
        UsageError: there is no such digest.
    """
    config = console.config()
    with console.state(config) as state:
        observation = observe(config, base_of(state))
    keys = None if digest is None else _of_digest(console, config, observation, digest)
    whole = references(observation.snapshot, config.rules.citekey_form)
    found = [each for each in whole if _chosen(each, keys, tag)]
    text = reference.csl_json(found) if csl else _bibtex(found)
    problems = unfit(observation.snapshot)
    if console.json:
        kind = "csl" if csl else "bibtex"
        objects = [report.problem_object(each) for each in problems]
        console.answer(config.root, references=len(found), form=kind, text=text, problems=objects)
        return report.IN_LINE
    terminal.for_a_file(text, text.encode("utf-8", "replace"))
    console.show_problems(problems)
    if not found:
        why = "none of them is asked for" if whole else "`vault-sync rebuild` makes the notes"
        console.complain([f"{report.counted(len(whole), 'reference')} in the vault: {why}"])
    return report.IN_LINE


def _bibtex(found: list[Reference]) -> str:
    return "\n".join(map(bibtex.bibtex_entry, reference.sorted_references(found)))


def _of_digest(
    console: Console, config: Config, observation: Observation, given: str
) -> Collection[Key]:
    path = digest_read(console, config, observation, given)
    return {entry.key for entry in observation.snapshot.digests[path].entries}


def _chosen(reference: Reference, keys: Collection[Key] | None, tag: str | None) -> bool:
    tags = {casefold_nfc(each) for each in reference.tags}
    return (keys is None or reference.key in keys) and (
        tag is None or casefold_nfc(tag.removeprefix("#")) in tags
    )
