"""The engines: each reads a checked pack in its own way, and turns a case into firings."""
