"""The new texts, the links in them, and what the base will learn."""
