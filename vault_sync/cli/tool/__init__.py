"""Verbs about the program itself and its own traces: why, completion, leave."""
