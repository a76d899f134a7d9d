"""Invariants and other properties of every decision, checked on drawn cases."""
