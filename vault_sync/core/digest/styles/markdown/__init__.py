"""Markdown as styles read it: lines and blocks, links, marks around words."""
