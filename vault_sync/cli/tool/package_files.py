"""Files that come with the program beside its code: the example configuration, the sample vault."""

from __future__ import annotations

from pathlib import Path

from vault_sync.cli.console import UsageError


def package_file(name: str) -> Path:
    """Return a file or folder that comes with the program, installed or in a checkout.

    Raises:
        UsageError: it is not there.
    """
    package = Path(__file__).resolve().parents[2]
    found = next((each for each in (package / name, package.parent / name) if each.exists()), None)
    if found is None:
        raise UsageError(f"{name} was not installed with this program: install it again")
    return found
