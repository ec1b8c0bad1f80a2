"""vault-sync: a weekly paper digest and its Obsidian notes, kept saying the same thing."""

__version__ = "0.1.0"
