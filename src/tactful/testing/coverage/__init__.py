"""Which rules and conditions the examples reach."""
