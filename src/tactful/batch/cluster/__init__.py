"""A batch as tasks of a Ray cluster."""
