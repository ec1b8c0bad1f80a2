"""Read a paper's note with its properties, and edit both in place."""
