"""Run passes beside Obsidian, never under a person's hands."""
