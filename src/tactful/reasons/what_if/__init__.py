"""How other facts would change a decision."""
