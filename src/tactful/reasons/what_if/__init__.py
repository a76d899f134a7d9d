"""What other facts would change."""
