"""Read a vault safely: list its files, open them, tell what their file system can do."""
