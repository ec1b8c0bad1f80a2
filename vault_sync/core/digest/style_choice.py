"""The choice of styles: those in which a digest is read, by `[digests] styles`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vault_sync.core.digest.styles.style import STYLE_NAMES, StyleName
from vault_sync.core.model.values import RelPath, Rules
from vault_sync.core.naming import globs

StyleChoice = Callable[[RelPath], tuple[StyleName, ...]]
"""The test of a path: the styles that were chosen for the digest there."""

FLAT: tuple[StyleName, ...] = ("flat",)
EVERYWHERE = "**"


def always_flat(_path: RelPath) -> tuple[StyleName, ...]:
    """Return the styles of a digest in a vault that chose none."""
    return FLAT


def styles_of(rules: Rules) -> StyleChoice:
    """Return the choice of a vault's configuration."""
    if not rules.digest_styles:
        return always_flat
    choices = [
        (globs.matcher((glob,)), tuple(style for style in STYLE_NAMES if style in styles))
        for glob, styles in rules.digest_styles
    ]

    def chosen(path: RelPath) -> tuple[StyleName, ...]:
        return next((styles for matches, styles in choices if matches(path)), FLAT)

    return chosen


def mistake(value: Any) -> str | None:
    """Return what is wrong with a value of `[digests] styles`, None if it is legal."""
    if isinstance(value, Mapping):
        wrong = (found for each in value.values() if (found := _mistake_of_list(each)) is not None)
        return next(wrong, None)
    return _mistake_of_list(value)


def _mistake_of_list(value: Any) -> str | None:
    legal = ", ".join(STYLE_NAMES)
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        return f"must be a list of styles, or a table of such lists by glob: legal are {legal}"
    other = next((each for each in value if each not in STYLE_NAMES), None)
    if other is not None:
        return f"there is no style '{other}': legal are {legal}"
    if "title-first" in value and len(set(value)) > 1:
        return "'title-first' stands alone: give its files a glob of their own"
    return None


def rows(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return a legal value of `[digests] styles` as `Rules` has it."""
    if value == [*FLAT]:
        return ()
    by_glob = value if isinstance(value, Mapping) else {EVERYWHERE: value}
    return tuple((glob, tuple(styles)) for glob, styles in by_glob.items())
