"""Paths inside a vault, as texts: their stem, their folder, and the order a person expects."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"(\d+)")


def stem_of(path: str) -> str:
    """Return a file's name without its folder and without `.md`."""
    return path.rpartition("/")[2].removesuffix(".md")


def folder_of(path: str) -> str:
    """Return the folder that a file lies in; "" is the vault's root."""
    return path.rpartition("/")[0]


def joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def natural(path: str) -> list[tuple[int, str]]:
    """Return a sort key that puts `2023년 8월 3주차` before `2023년 12월 1주차`."""
    return [
        (int(part), "") if part.isdecimal() and part.isascii() else (-1, part)
        for part in _DIGITS.split(path)
    ]


def is_visible(path: str) -> bool:
    """Return True if Obsidian shows this path: no part of it begins with a dot."""
    return not any(part.startswith(".") for part in path.split("/"))


def is_markdown(path: str) -> bool:
    return path[-3:].lower() == ".md"
