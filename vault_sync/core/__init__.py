"""Pure: text and values in, text and values out. Opens nothing, asks no clock, logs nothing."""
