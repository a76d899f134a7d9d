"""Text with positions, and what is wrong with it."""
