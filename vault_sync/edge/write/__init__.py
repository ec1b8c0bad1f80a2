"""Carry a plan out, recover, undo: only here do the files of a vault change."""
