"""Names and addresses: keys of papers, note names, wikilinks, tags, globs, sync copies."""
