"""Work on raw text: spans, edits, code masks, text from strangers made safe."""
