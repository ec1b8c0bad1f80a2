"""Judge what git is about to commit."""
