"""Ask archives for facts: HTTP, cache, turns, the dump file of arXiv."""
