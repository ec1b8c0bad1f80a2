"""From an address to an entry: the digest of a week, and papers that are added to it."""
