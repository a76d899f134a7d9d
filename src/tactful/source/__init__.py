"""Parsed texts with positions, and diagnostics about them."""
