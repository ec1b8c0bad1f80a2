"""Problems of pairing as values: each says in words what is wrong and what to do.

A problem is remembered between passes, so its text may depend on files, never on time or state.
"""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from vault_sync.core.model.values import Key, Problem, RelPath, stem_of

UNFINISHED = "unfinished"
"""The code of the notice of an entry that waits for words: its digest must be looked at again."""


UNNEEDED = "unneeded"
"""The code of a notice of a file that cannot be used, and that no entry of a digest needs."""


def resolve_hint(path: str, take: str) -> str:
    """Return the command that decides about a note or a digest, for a POSIX shell.

    `take` is `digest`, `note`, or `digest|note` where either would do.
    """
    return f"`vault-sync resolve {quote(path)} --take {take}`"


def two_notes(key: Key, paths: Sequence[RelPath]) -> Problem:
    listed = " and ".join(repr(str(path)) for path in sorted(paths))
    return Problem(
        min(paths),
        "two-notes",
        f"{len(paths)} files are about {key}: {listed}",
        "link the right one in the digest, `[[name|title]] (authors)`, or remove the other",
    )


def second_note(key: Key, path: RelPath, other: RelPath) -> Problem:
    """Report that `other` is a further note of a paper whose entry's link leads to `path`."""
    return Problem(
        other,
        "second-note",
        f"this note too is about {key}; the entry is linked to '{path}', and only "
        "that one is kept up to date",
        "take what is yours out of one of them, and remove it",
        level="notice",
    )


def only_named(key: Key, path: RelPath, note: RelPath | None) -> Problem:
    """Report a file that names the paper of an entry and was not taken for its note."""
    instead = f"; its note is '{note}'" if note is not None else ""
    return Problem(
        path,
        "only-named",
        f"this file names {key} and is not taken for its note{instead}",
        "if it is the note, give it the paper's address in a property `url`"
        if note is None
        else "take what is yours out of one of them, if both are about the paper",
        level="notice",
    )


def leads_elsewhere(key: Key, digest: RelPath, line: int, to: RelPath) -> Problem:
    return Problem(
        digest,
        "link-leads-elsewhere",
        f"the entry's link leads to '{to}', which is not about {key}",
        "give that note the `url` of this paper, or take the link out of the entry",
        line,
    )


RENAMED = "property-renamed"
"""The code of a note whose properties have the names of an earlier configuration."""


def property_renamed(path: RelPath, former: str, new: str, line: int) -> Problem:
    return Problem(
        path,
        RENAMED,
        f"the property '{former}' has the name that [properties] had before; it is '{new}' now",
        "`vault-sync rebuild --rename-properties` renames it in all notes; nothing of this note "
        "is read or written until then",
        line,
    )


def property_twice(path: RelPath, one: str, other: str, line: int) -> Problem:
    return Problem(
        path,
        "property-twice",
        f"'{one}' and '{other}' are one property, by [properties] of vault-sync.toml",
        "take one of them out; nothing of this note is read or written until then",
        line,
    )


def unfinished(digest: RelPath, line: int) -> Problem:
    return Problem(
        digest,
        UNFINISHED,
        "this entry is only an address so far; it waits for a title, words or tags",
        "`vault-sync sync` takes it as it is",
        line,
        "notice",
    )


def note_missing(digest: RelPath, line: int, target: str, *, just_now: bool) -> Problem:
    return Problem(
        digest,
        "note-gone" if just_now else "note-missing",
        f"the note '{target}' "
        + ("is gone" if just_now else "behind this entry's link is missing"),
        "`vault-sync rebuild` makes it again; so does taking the link out of the entry",
        line,
        "problem" if just_now else "notice",
    )


def digest_missing(digest: RelPath) -> Problem:
    return Problem(
        digest,
        "digest-missing",
        "the digest is not there; its entries are not taken for removed",
        "bring it back, or let `[digests] paths` find it where it is now; if it is gone for good, "
        f"{resolve_hint(digest, 'digest')} says so",
    )


def may_be_on_its_way(digest: RelPath) -> Problem:
    """Report entries that are gone while files may still be on their way to this device."""
    return Problem(
        digest,
        "not-here-yet",
        "entries are gone from this digest; all files may not be here yet, so nothing is removed",
        "the next passes do it, once nothing comes or goes any more",
        level="notice",
    )


def entry_unreadable(
    digest: RelPath, papers: Sequence[str], of: int, line: int, why: str
) -> Problem:
    """Report entries that are none any more, and of which something is left.

    `papers` are those that are held for this reason, of so many that the digest had (`of`).
    """
    entries = f"the entry of '{papers[0]}' does not read"
    if len(papers) > 1:
        entries = f"{len(papers)} of {of} entries do not read, first that of '{papers[0]}'"
    return Problem(
        digest,
        "entry-unreadable",
        f"{entries}: {why}",
        "take the edit back, or cut the entry out whole; "
        f"{resolve_hint(digest, 'digest')} takes it for removed",
        line,
    )


def entry_cut(digest: RelPath, papers: Sequence[str], line: int, why: str = "") -> Problem:
    """Report entries that do not say any more what still stands in their lines.

    `why`, the same for all, is empty for a heading that came into one.
    """
    entries = f"the entry of '{papers[0]}'"
    if len(papers) > 1:
        entries += f" and {len(papers) - 1} more"
    what = f"{why}, which cuts" if why else "this heading cuts"
    mend = "give this line the form that it had" if why else "use ###, or put it below the tags"
    return Problem(
        digest,
        "entry-cut",
        f"{what} {entries}: words that still stand there would be the entry's no longer",
        f"{mend}; {resolve_hint(digest, 'digest')} takes the digest as it is",
        line,
    )


OLD_FILE = "old-file"
"""The code of a file that is an old copy as a whole."""


def old_file(path: RelPath, papers: int, side: str) -> Problem:
    """Report a file that is again as it was before a write of ours; `papers` it would change."""
    would = "1 paper" if papers == 1 else f"{papers} papers"
    return Problem(
        path,
        OLD_FILE,
        "this file is again, byte for byte, as it was before vault-sync wrote into it, as a "
        f"checkout, a backup or an editor with an old text does; {would} would change by it, and "
        "nothing of it is taken over",
        f"{resolve_hint(path, side)} takes it as it is; `vault-sync restore {quote(path)} "
        "--in-place` brings the newer text back",
    )


def old_entry(digest: RelPath, note: RelPath) -> Problem:
    """Report an entry that is gone from a digest with all that we had written there beside it."""
    return Problem(
        digest,
        "old-copy",
        f"this file is again as it was before the entry of '{stem_of(note)}' was linked there, and "
        "the entry is gone from it; its note stays",
        f"{resolve_hint(note, 'note')} puts it back, `--take digest` removes it",
    )


def entry_missing(note: RelPath, digest: RelPath) -> Problem:
    return Problem(
        note,
        "entry-missing",
        f"the note names the digest '{stem_of(digest)}', which has no entry of it; it was so "
        "already when this device joined the vault: the entry may have been removed elsewhere, or "
        "not be here yet",
        f"{resolve_hint(note, 'note')} appends it, `--take digest` unties it",
        1,
    )


def no_link(note: RelPath, digest: RelPath) -> Problem:
    """Report an entry in which a link to its note would be read as something else."""
    return Problem(
        note,
        "no-link",
        f"its entry in the digest '{stem_of(digest)}' has no link to it: between its marks a link "
        "would be read as something else",
        "both are kept in line; for a link, set the title apart from the marks around it",
        level="notice",
    )


def no_link_to(path: RelPath, character: str) -> Problem:
    return Problem(
        path,
        "unlinkable-name",
        f"no wikilink can lead to a file whose name holds {character!r}",
        "rename it; nothing is done about it or for it until then",
    )


def unneeded(problem: Problem) -> Problem:
    """Return the notice for a file that cannot be used, where no entry needs it."""
    return problem._replace(code=UNNEEDED, level="notice")


def copy_of_digest(path: RelPath) -> Problem:
    return Problem(
        path,
        "copy-of-digest",
        "this is a copy of a digest, by its name, and is not read as one",
        "take what you want to keep from it, then delete it",
        level="notice",
    )


def no_address(path: RelPath, line: int | None) -> Problem:
    return Problem(
        path,
        "no-address",
        "the note has a `digests` property but no address says which paper it is about",
        "give it a `url` property, or take `digests` out",
        line,
    )


BLOCK_LOST = "block-lost"
"""The code of a note of a paper that does not read as one any more."""


def block_lost(path: RelPath, line: int, cause: str) -> Problem:
    return Problem(
        path,
        BLOCK_LOST,
        f"the note of a paper does not read as one any more: {cause}",
        f"mend it by hand, or bring back what was saved of it: `vault-sync restore {quote(path)}`; "
        "nothing of its paper is written until then. To let the note go, delete it, or take its "
        "entry out of the digest",
        line,
    )


def broken_properties(path: RelPath, message: str, line: int | None) -> Problem:
    return Problem(
        path,
        "broken-properties",
        f"the properties cannot be read: {message.removeprefix('the properties are ')}",
        "mend the block between the two `---` lines (a value that holds `: ` or begins "
        "with a quote or a bracket needs quotes around it); nothing is written until then",
        line,
    )


def double_entry(digest: RelPath, line: int, first: int) -> Problem:
    """Return the problem of a paper that stands in a digest twice; `first`: its first line."""
    return Problem(
        digest,
        "double-entry",
        f"the paper of line {first} stands here a second time",
        "keep one of the two entries; neither is touched until then",
        line,
    )
