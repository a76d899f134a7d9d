"""Why, why not, what to find out and what would change it: in records and in words."""
