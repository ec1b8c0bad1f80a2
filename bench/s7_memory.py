"""S7: the most memory that `rebuild` holds."""

from __future__ import annotations

from bench.measure import Bench, Row, Spread, forget, peak_of


def rows(bench: Bench) -> list[Row]:
    peak = _peak(bench, bench.entries)
    work = f"peak memory of rebuild, {bench.entries:,} entries"
    return [Row("S7", work, peak, "-", None, "<= 90 MB")]


def large(bench: Bench, entries: int) -> list[Row]:
    small, peak = _peak(bench, bench.entries), _peak(bench, entries)
    work = f"peak memory of rebuild, {entries:,} entries"
    return [Row("S7", work, peak, f"at {bench.entries:,}", small, "<= 6 x")]


def _peak(bench: Bench, entries: int) -> Spread:
    root = bench.copy(entries, "weighed")
    peak = peak_of(bench.command(root, "rebuild", "--offline"), bench.environ(root))
    forget(root)
    return Spread(peak, peak, peak, "MB")
