"""Read cases from relational tables, as a data warehouse has them, into columns; and write them. Each entity has a table."""
