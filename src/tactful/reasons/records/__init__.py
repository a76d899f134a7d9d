"""Records whose JSON is the output of decisions and explanations."""
