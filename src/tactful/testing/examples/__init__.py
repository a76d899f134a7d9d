"""Examples beside the rules: read and run."""
