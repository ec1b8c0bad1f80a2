"""`pdf NOTE ...`: the PDFs of papers into the vault, one after another."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from vault_sync.cli.console import Bar, Console, UsageError
from vault_sync.cli.passes import note_named
from vault_sync.core.model.plan import Outcome
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.core.note.properties import Unwritable
from vault_sync.core.report import lines as report
from vault_sync.edge.config import Config
from vault_sync.edge.fs.own_files import kind_at
from vault_sync.edge.sources.pdf import fetch_pdf
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.capture.pdfs import PaperPdf, paper_pdf, write_pdf
from vault_sync.sync.facts import source
from vault_sync.sync.observation.observation import base_of, observe


def pdf(console: Console, notes: Sequence[str], hosts: Sequence[str] = ()) -> int:
    """Fetch PDFs into `[pdf] folder` and link each from its note's property `pdf`.

    `hosts` are those that may be asked beside those of archives.

    Raises:
        UsageError: one of them is no note of a paper, or nobody may be asked.
    """
    config = console.config()
    if not config.arxiv.enabled:
        raise UsageError("nobody is asked: `enabled = false` under [arxiv] in vault-sync.toml")
    paths = [note_named(console, config, note) for note in notes]
    problems: list[Problem] = []
    outcomes: list[Outcome] = []
    with console.state(config) as state, Bar(console) as bar:
        for number, paper in enumerate(_papers(config, state, paths)):
            bar("fetching", number, len(paths))
            found = _fetched(config, state, paper, [host.lower() for host in hosts])
            if isinstance(found, Problem):
                problems.append(found)
                continue
            outcomes.append(found)
            if not found.done and not found.undone:
                console.say([f"{paper.path} is there"])
    return _show(console, config, outcomes, problems)


def _papers(config: Config, state: StateStore, paths: Sequence[RelPath]) -> list[PaperPdf]:
    snapshot = observe(config, base_of(state)).snapshot
    papers = []
    for path in paths:
        key = snapshot.about(path)
        if key is None or path not in snapshot.notes:
            raise UsageError(f"{path}: not a note of a paper")
        papers.append(paper_pdf(config, path, key))
    return papers


def _fetched(
    config: Config, state: StateStore, paper: PaperPdf, hosts: Sequence[str]
) -> Outcome | Problem:
    """Fetch and write one PDF; one that is there is only linked."""
    there = kind_at(config.root, paper.path) == "file"
    if paper.other:
        return _problem(paper, f"its property `pdf` is {paper.other}, which is yours")
    if not there and not paper.url:
        return _problem(paper, "nobody says where its PDF is: put the address into property `pdf`")
    body: bytes | None = None
    if not there:
        of = source(config, state, offline=False)
        found = fetch_pdf(of, paper.url, threading.Event(), hosts)
        if isinstance(found, Problem):
            return found
        body = found
    try:
        return write_pdf(config, state, paper, body)
    except Unwritable as error:
        return _problem(paper, f"its property `pdf` cannot be written: {error.message}")


def _problem(paper: PaperPdf, words: str) -> Problem:
    return Problem(paper.note, "no-pdf", words, level="notice")


def _show(
    console: Console, config: Config, outcomes: Sequence[Outcome], problems: Sequence[Problem]
) -> int:
    done = tuple(each for outcome in outcomes for each in outcome.done)
    undone = tuple(each for outcome in outcomes for each in outcome.undone)
    code = console.show_outcome(config.root, Outcome(done, undone), problems)
    console.show_problems(problems, whole=True)
    return report.OUT_OF_LINE if problems else code
