"""Decisions for a million cases: tables are read into arrays, rules fire over arrays, and firings are ranked."""
