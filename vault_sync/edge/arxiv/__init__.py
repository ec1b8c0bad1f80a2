"""Ask arXiv for facts: HTTP, cache, Atom, dump file."""
