"""Where the world is touched: files, state, git, network, watchers, service managers."""
