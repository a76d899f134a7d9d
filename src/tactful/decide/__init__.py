"""Firings to a ranked decision, now and for every moment to come."""
