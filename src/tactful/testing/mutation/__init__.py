"""Mutants of a pack, and which of them its tests notice."""
