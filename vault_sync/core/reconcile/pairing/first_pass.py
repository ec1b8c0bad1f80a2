"""Check, on a first pass, that what the globs take are digests and not a folder of notes."""

from __future__ import annotations

from vault_sync.core.model.values import Problem, Rules
from vault_sync.core.naming import globs
from vault_sync.core.snapshot import Snapshot

CODE = "one-paper-files"

MOST_SINGLE = 20
"""So many files of one entry each may a glob take without a question."""


def check_globs(snapshot: Snapshot, rules: Rules) -> tuple[Problem, ...]:
    """Return a problem for every glob most of whose files hold one entry and no link to a note.

    A folder of notes, one paper each, reads as a folder of digests: each file would get a link and
    a second note. A pass with a base, or for which a person said so, does not ask.
    """
    found = []
    for glob in rules.digest_paths:
        takes = globs.matcher((glob,))
        digests = [digest for path, digest in snapshot.digests.items() if takes(path)]
        single = sum(
            len(digest.entries) == 1 and digest.entries[0].link is None for digest in digests
        )
        if single > MOST_SINGLE and single * 2 > len(digests):
            found.append(_problem(glob, single, len(digests)))
    return tuple(found)


def _problem(glob: str, single: int, files: int) -> Problem:
    return Problem(
        "vault-sync.toml",
        CODE,
        f"{single} of the {files} files that '{glob}' finds hold one paper each: they look like "
        "notes, and every one of them would be linked to a new note",
        "nothing was written; name the digests alone in [digests] paths, or if these are your "
        "digests, run `vault-sync rebuild --yes`",
    )
