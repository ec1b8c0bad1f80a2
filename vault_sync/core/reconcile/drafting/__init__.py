"""Draft the new texts, the links in them, and the updates of the base."""
