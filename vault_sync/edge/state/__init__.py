"""What one device remembers of one vault: base, journal, log, saved texts, lock."""
