"""Read and edit digests that are written as lists, headings, tables or paragraphs."""
