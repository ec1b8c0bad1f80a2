"""One verb a file: plain arguments in, lines on the terminal and an exit code out."""
