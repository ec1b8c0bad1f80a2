"""The edge to the world: files, state, git, network, watchers, service managers."""
