"""Engines: each is one reading of a checked pack, from a case to firings."""
