"""Compare a snapshot with the base and make the plan."""
