"""Decide what digest and note of a paper are to say, field by field."""
