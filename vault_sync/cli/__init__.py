"""One verb a file: arguments in, lines on the terminal and an exit code out."""
