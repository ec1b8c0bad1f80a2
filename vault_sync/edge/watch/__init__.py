"""An iterator of change batches: files that changed, followed by quiet."""
