"""Values as text for a person or a program: terminal lines, JSON, the conflicts page."""
