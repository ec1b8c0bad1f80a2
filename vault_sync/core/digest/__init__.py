"""Read the entries of a digest, and edit them in place."""
