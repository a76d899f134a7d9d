"""Examples next to the rules: read and run."""
