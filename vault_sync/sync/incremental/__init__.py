"""The files that must be read again after an edit, and the papers to plan again."""
