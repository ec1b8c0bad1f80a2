"""The verbs of capture: their options and their help."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault_sync.cli import completing
from vault_sync.cli.options import LOCKED, SHOWN, WRITTEN, verb
from vault_sync.cli.verbs import OFFLINE, cli

if TYPE_CHECKING:
    from vault_sync.cli.console import Console

DAY = click.DateTime(["%Y-%m-%d"])


@verb(cli, example="vault-sync week --next --open", exits=WRITTEN | LOCKED)
@click.option("--next", "following", is_flag=True, help="The week after.")
@click.option("--date", "day", type=DAY, metavar="DAY", help="The week of this day (2023-08-16).")
@click.option("--open", "opens", is_flag=True, help="Open it in Obsidian.")
def week(console: Console, following: bool, day: datetime | None, opens: bool) -> int:
    """Print the path of this week's digest, made if it is missing.

    Its name, its folder and the lines above its first entry are those of the digests before it.
    """
    from vault_sync.cli.capture import week as module

    chosen_day = day.date() if day else None
    return module.week(console, chosen_day, following=following, opens=opens)


_ADDED = {
    0: "it stands in a digest, now or before",
    1: "something could not be added; it was shown why",
}


@verb(cli, example="vault-sync add 2308.07124 --tags code,instruct", exits=_ADDED | LOCKED)
@click.argument("address", metavar="URL|ID|-...", nargs=-1, required=True)
@click.option(
    "--to",
    metavar="DIGEST",
    shell_complete=completing.digests,
    help="The digest.  [default: this week's]",
)
@click.option("--tags", metavar="A,B", default="", help="Tags of the entry.")
@click.option("--text", metavar="WORDS", default="", help="Commentary of the entry.")
@click.option("--now", "at_once", is_flag=True, help="Do not wait while somebody types there.")
@OFFLINE
def add(
    console: Console,
    address: Sequence[str],
    to: str | None,
    tags: str,
    text: str,
    at_once: bool,
    offline: bool,
) -> int:
    """Add papers to a digest, with title and authors.

    Where no archive knows them, the address alone. A paper that stands in any digest is not
    added again: `digest:line` is printed. `-` reads addresses from standard input, one a line.
    """
    from vault_sync.cli.capture import add as module

    words = module.Words(tuple(filter(None, tags.replace("#", "").split(","))), text)
    waits = module.Manners(wait=not at_once, offline=offline)
    return module.add(console, address, to, words, waits)


_FETCHED = {0: "each is in the vault", 1: "one could not be had; it was shown why"}


@verb(cli, example="vault-sync pdf 'papers/230814 OctoPack.md'", exits=_FETCHED | LOCKED)
@click.argument("note", nargs=-1, required=True, shell_complete=completing.named)
@click.option(
    "--from",
    "hosts",
    multiple=True,
    metavar="HOST",
    help="Also ask this host, which the notes name and no archive has.",
)
def pdf(console: Console, note: Sequence[str], hosts: Sequence[str]) -> int:
    """Fetch the PDFs of notes into `[pdf] folder`.

    One in three seconds, and never over a file. They come from arXiv, OpenReview and the ACL
    Anthology. The note's property `pdf` becomes a link to the file.
    """
    from vault_sync.cli.capture import pdf as module

    return module.pdf(console, note, hosts)


@verb(cli, example="vault-sync views", exits=WRITTEN | LOCKED)
@click.option("--again", is_flag=True, help="Write another file beside the one that is there.")
def views(console: Console, again: bool) -> int:
    """Write Papers.base, views over the notes for Obsidian's Bases.

    It is written once and is yours then. `![[Papers.base#This digest]]` in a digest shows its
    papers.
    """
    from vault_sync.cli.capture import views as module

    return module.views(console, again=again)


@verb(cli, example="vault-sync stats --since 2023-08-01 --svg reading.svg", exits=SHOWN)
@click.option(
    "--since",
    type=DAY,
    metavar="DAY",
    help="Leave out the weeks that ended before this day (2023-08-16).",
)
@click.option("--svg", type=click.Path(path_type=Path), metavar="FILE", help="Draw a picture too.")
def stats(console: Console, since: datetime | None, svg: Path | None) -> int:
    """Show papers and words a week, tags over time, what is read.

    And what is most mentioned. On a terminal there are bars, in a pipe plain columns set apart
    by tabs.
    """
    from vault_sync.cli.capture import statistics as module

    return module.statistics(console, since.date() if since else None, svg)


@verb(cli, example="vault-sync bib --tag code > code.bib", exits=SHOWN)
@click.option(
    "--digest",
    metavar="DIGEST",
    shell_complete=completing.digests,
    help="Only the papers of a digest.",
)
@click.option("--tag", metavar="TAG", help="Only the papers with a tag.")
@click.option("--csl", is_flag=True, help="Print CSL-JSON in place of BibTeX.")
def bib(console: Console, digest: str | None, tag: str | None, csl: bool) -> int:
    """Print the notes as references, sorted by citekey.

    `[bib] write` keeps a file of them up to date; a note without a citekey gets one for the print.
    """
    from vault_sync.cli.capture import bib as module

    return module.bib(console, digest, tag, csl=csl)
