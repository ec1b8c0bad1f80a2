"""What a person is advised to type."""

from __future__ import annotations

from shlex import quote


def resolve(path: str, take: str) -> str:
    """The command that settles what is open about a note or a digest, for a POSIX shell.

    `take` is `digest`, `note`, or `digest|note` where either would do.
    """
    return f"`vault-sync resolve {quote(path)} --take {take}`"
