"""Pair entries with notes; find what was added, moved or removed."""
