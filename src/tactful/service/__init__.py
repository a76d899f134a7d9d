"""Decisions for tools that are not in Python: over HTTP and over the Model Context Protocol."""
