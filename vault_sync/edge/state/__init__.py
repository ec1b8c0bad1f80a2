"""The state that a device has of one vault: base, journal, log, saved texts, lock."""
