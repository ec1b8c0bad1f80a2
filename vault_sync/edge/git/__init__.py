"""Call git: the repository, its hook, what it is doing now."""
