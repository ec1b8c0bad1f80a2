"""Which files must be read again, and which papers planned again, after an edit."""
