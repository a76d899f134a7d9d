"""Cases as relational tables, one for each entity, as a warehouse holds them, and as columns of numbers for engines."""
