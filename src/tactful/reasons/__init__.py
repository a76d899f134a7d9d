"""Explanations of decisions: why, why not, questions worth asking, and counterfactuals; as records and in words."""
