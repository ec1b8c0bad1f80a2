"""Which entry belongs to which note; what was added, moved or removed."""
