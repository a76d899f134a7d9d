"""What users hold: a policy, its decisions, plans and tables."""
