"""Verbs that write digests, views and references, and that count: one a file."""
