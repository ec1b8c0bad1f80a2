"""`week`: the digest of a week, made where it is not there yet."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path
from urllib.parse import quote

from vault_sync.cli.console import Console, UsageError
from vault_sync.core.model.plan import Outcome
from vault_sync.core.naming.week_names import WEEK
from vault_sync.core.report import lines as report
from vault_sync.edge.config import Config
from vault_sync.edge.platform import current
from vault_sync.edge.state.store import StateStore
from vault_sync.sync.capture.additions import NoWeek, WeekDigest, week_digest, write_operations
from vault_sync.sync.observation.observation import Observation, base_of, observe


def week(console: Console, day: date | None, *, following: bool, opens: bool) -> int:
    """Print the digest's path from the vault's root; make it, and open it, where that is asked."""
    config = console.config()
    day = (day or today()) + (WEEK if following else WEEK * 0)
    with console.state(config) as state:
        found = digest_for(console, config, observe(config, base_of(state)), day)
        outcome = _made(config, state, found)
    address = f"obsidian://open?path={quote(str(config.root / found.path), safe='')}"
    if console.json:
        made = bool(outcome.done)
        console.answer_outcome(config.root, outcome, digest=found.path, made=made, address=address)
    console.complain(report.undone_lines(outcome.undone))
    if outcome.undone:
        return report.OUT_OF_LINE
    if not console.json:
        console.out([found.path])
    if opens:
        _open(console, address)
    return report.IN_LINE


def today() -> date:
    """Return the day on this machine's wall calendar."""
    return date.today()  # noqa: DTZ011 - the week that a person lives in


def digest_for(console: Console, config: Config, observation: Observation, day: date) -> WeekDigest:
    """Return the digest of a week, and show what its naming leaves open.

    Raises:
        UsageError: it cannot be named or placed.
    """
    try:
        found = week_digest(observation, config, day)
    except NoWeek as error:
        raise UsageError(str(error)) from error
    if found.doubt and found.create is not None:
        console.complain([f"note: {found.doubt}"])
    return found


def _made(config: Config, state: StateStore, found: WeekDigest) -> Outcome:
    if found.create is None:
        return Outcome()
    return write_operations(config, state, (found.create,), "week")


def _open(console: Console, address: str) -> None:
    """Give Obsidian an address of its own kind; print it where nothing here opens one."""
    opener = shutil.which(current.system.OPENER)
    if opener is None:
        console.complain([f"nothing here opens addresses; this one is Obsidian's: {address}"])
        return
    subprocess.run([Path(opener), address], check=False, stdin=subprocess.DEVNULL)
