"""The files that a batch writes."""
