"""Papers as references: citekeys, BibTeX and CSL-JSON, and the library that a reader has."""
