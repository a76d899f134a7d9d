"""The objects that users work with: a policy, its decisions, plans and tables."""
