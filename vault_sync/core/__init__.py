"""Text and values in, text and values out: opens nothing, asks no clock, logs nothing."""
