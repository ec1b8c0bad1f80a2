"""A vault as it is now: its texts read and its files marked, beside the base."""
