"""The one room where operating systems differ: a module each, chosen in `current`."""
